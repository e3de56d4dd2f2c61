//! A file of stories rewritten so that it expects what happened.

use std::collections::BTreeMap;

use crate::model::zone::Zone;

use super::page::{Line, Page, Section};
use super::script::Story;
use super::verdict::{Moment, Verdict};

/// The text with what happened in the `then` cells of every story that went otherwise, and a new
/// row for each change between rows. What agrees stays as it is written, as do other stories and
/// remarks. `told` are the text's stories in their order, each with its verdict.
#[must_use]
pub fn accepted(text: &str, zone: &Zone, told: &[(Story, Verdict)]) -> String {
    let page = Page::of(text);
    let mut rewritten = BTreeMap::new();
    for (section, (story, verdict)) in page.sections.iter().zip(told) {
        if !verdict.holds() {
            let table = Table { story, zone };
            table.rewrite(section, verdict, &mut rewritten);
        }
    }
    let mut whole = String::new();
    for (at, line) in text.lines().enumerate() {
        match rewritten.get(&(at + 1)) {
            Some(lines) => whole.push_str(lines),
            None => {
                whole.push_str(line);
                whole.push('\n');
            }
        }
    }
    match text.contains("\r\n") {
        true => whole.replace('\n', "\r\n"),
        false => whole,
    }
}

/// A line of a table: its number, if it was there before, and its cells.
struct Written {
    number: Option<usize>,
    cells: Vec<String>,
    is_rule: bool,
}

impl Written {
    /// The line with its cells at those widths; nothing if all are empty.
    fn drawn(&self, widths: &[usize]) -> String {
        if self.cells.iter().all(String::is_empty) {
            return String::new();
        }
        let cells = self.cells.iter().zip(widths);
        let cells = cells.map(|(cell, width)| match self.is_rule {
            true => format!(" {} |", "-".repeat(*width)),
            false => format!(" {cell:<width$} |"),
        });
        format!("|{}\n", cells.collect::<String>())
    }
}

/// A table that is rewritten.
struct Table<'a> {
    story: &'a Story,
    zone: &'a Zone,
}

impl Table<'_> {
    /// Draws the table of a story anew: by the number of each line, what stands there now, with
    /// new rows before the line that they precede.
    fn rewrite(
        &self,
        section: &Section<'_>,
        verdict: &Verdict,
        rewritten: &mut BTreeMap<usize, String>,
    ) {
        let Some((header, lines)) = section.table.split_first() else {
            return;
        };
        let heads = &header.cells;
        let mut written = vec![kept(header)];
        let mut moments = verdict.moments.iter().peekable();
        let mut current = None;
        for line in lines {
            if line.is_rule() {
                written.push(kept(line));
                continue;
            }
            let begins = |row: &usize| self.story.rows[*row].line == line.number;
            let mut is_after_new = false;
            if self.rows().any(|row| begins(&row)) {
                while let Some(new) = moments.next_if(|moment| moment.row.is_none()) {
                    written.push(self.new_row(heads, new));
                    is_after_new = true;
                }
                current = moments.next();
            }
            if let Some(moment) = current {
                written.push(self.row(heads, line, moment, is_after_new));
            }
        }
        written.extend(moments.map(|new| self.new_row(heads, new)));
        draw(&written, rewritten);
    }

    fn rows(&self) -> std::ops::Range<usize> {
        0..self.story.rows.len()
    }

    fn new_row(&self, heads: &[&str], moment: &Moment) -> Written {
        let cell = |head: &&str| match *head {
            "when" => self.zone.show_local(moment.at),
            "who" => moment.who.clone(),
            "then" => self.happened(moment, None),
            _ => String::new(),
        };
        Written {
            number: None,
            cells: heads.iter().map(cell).collect(),
            is_rule: false,
        }
    }

    /// A line with what happened. Behind a new row it can no longer take time and customer from the
    /// row above.
    fn row(&self, heads: &[&str], line: &Line<'_>, moment: &Moment, is_after_new: bool) -> Written {
        let cell = |(head, cell): (&&str, &&str)| match *head {
            "then" => self.happened(moment, Some(line.number)),
            "when" if is_after_new && (cell.is_empty() || cell.starts_with('+')) => {
                self.zone.show_local(moment.at)
            }
            "who" if is_after_new => moment.who.clone(),
            _ => (*cell).to_owned(),
        };
        Written {
            number: Some(line.number),
            cells: heads.iter().zip(&line.cells).map(cell).collect(),
            is_rule: false,
        }
    }

    /// What is accepted of a moment on a line: what came of the expectations there and, on a row's
    /// first line, what else happened.
    fn happened(&self, moment: &Moment, line: Option<usize>) -> String {
        let row = moment.row.map(|row| &self.story.rows[row]);
        let is_here = |at: usize| match row {
            None => true,
            Some(row) => line == Some(row.then.get(at).map_or(row.line, |one| one.line)),
        };
        let pairs = moment.pairs.iter().enumerate();
        let said = pairs
            .filter(|(at, _)| is_here(*at))
            .filter_map(|(_, pair)| {
                let said = if pair.agrees {
                    &pair.expected
                } else {
                    &pair.happened
                };
                said.as_deref()
            });
        said.collect::<Vec<_>>().join(", ")
    }
}

fn kept(line: &Line<'_>) -> Written {
    Written {
        number: Some(line.number),
        cells: line.cells.iter().map(|cell| (*cell).to_owned()).collect(),
        is_rule: line.is_rule(),
    }
}

fn draw(written: &[Written], rewritten: &mut BTreeMap<usize, String>) {
    let columns = written.first().map_or(0, |line| line.cells.len());
    let width = |column: usize| {
        let cells = written.iter().filter(|line| !line.is_rule);
        let widths = cells.map(|line| line.cells[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut pending = String::new();
    let mut last = None;
    for line in written {
        pending.push_str(&line.drawn(&widths));
        if let Some(number) = line.number {
            rewritten.insert(number, std::mem::take(&mut pending));
            last = Some(number);
        }
    }
    if let Some(end) = last.and_then(|number| rewritten.get_mut(&number)) {
        end.push_str(&pending);
    }
}
