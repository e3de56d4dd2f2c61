//! A file of stories read from its text, or a report of everything that is wrong with it.

use std::collections::BTreeMap;

use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::policy::problem::Problem;
use crate::policy::suggestion::help;
use crate::wire::report::Report;

use super::ground::Ground;
use super::instant::Counted;
use super::page::{Entry, Line, Page, Section};
use super::script::{Row, Story};

/// Whom a story is about that does not say it.
pub const SOMEBODY: &str = "customer";

/// Entries that may stand at the top of a file, and below the name of a story.
const HEAD: [&str; 3] = ["policy", "start", "only"];
const ENTRIES: [&str; 2] = ["start", "only"];
/// Columns of a table; `who` may be left out.
pub(super) const COLUMNS: [&str; 4] = ["when", "who", "what", "then"];

/// The policy that a file of stories names, as a path from where the file lies.
#[must_use]
pub fn policy_of(text: &str) -> Option<&str> {
    let head = Page::of(text).head;
    let named = head.into_iter().find(|entry| entry.name == "policy");
    named.map(|entry| entry.value)
}

/// The stories of a text, at least one. `file_name` is where the report says that the text stands.
///
/// # Errors
/// A report of all problems.
pub fn parse(file_name: &str, text: &str, policy: &Policy) -> Result<Vec<Story>, Report> {
    let mut reader = Reader {
        ground: Ground { text, policy },
        problems: Vec::new(),
    };
    let stories = reader.stories(&Page::of(text));
    let mut problems = reader.problems;
    if problems.is_empty() {
        return Ok(stories);
    }
    problems.sort_by_key(|problem| problem.span.start);
    Err(Report::new(file_name, text, problems))
}

struct Reader<'a> {
    ground: Ground<'a>,
    problems: Vec<Problem>,
}

/// What entries say; those of a story over those of its file.
#[derive(Clone, Default)]
struct Terms {
    start: Option<Timestamp>,
    watched: Option<Vec<ScaleIx>>,
}

/// Where the columns of a table are.
struct Columns {
    when: usize,
    who: Option<usize>,
    what: usize,
    then: usize,
}

impl<'a> Reader<'a> {
    fn stories(&mut self, page: &Page<'a>) -> Vec<Story> {
        for stray in &page.strays {
            let message = "neither an entry nor a row of a story".to_owned();
            let problem = self.ground.problem(stray, message, "not understood");
            self.problems.push(problem.help(
                "a story begins with `story: ITS NAME`, then comes its table; remarks begin with #",
            ));
        }
        let terms = self.entries(&page.head, &HEAD, Terms::default());
        let mut named = BTreeMap::new();
        for section in &page.sections {
            if let Some(before) = named.insert(section.name, section) {
                let message = format!("two stories \"{}\"", section.name);
                let problem = self.ground.problem(section.name, message, "the second");
                let first = self.ground.span(before.name);
                self.problems.push(problem.also(&first, "the first"));
            }
        }
        if page.sections.is_empty() {
            let whole = &self.ground.text[..0];
            let message = "a file without stories".to_owned();
            let problem = self
                .ground
                .problem(whole, message, "no line `story: ITS NAME`");
            self.problems.push(problem);
        }
        page.sections
            .iter()
            .map(|section| self.story(section, terms.clone()))
            .collect()
    }

    fn story(&mut self, section: &Section<'a>, terms: Terms) -> Story {
        if section.name.is_empty() {
            let message = "a story without a name".to_owned();
            let problem = self
                .ground
                .problem(section.name, message, "what is it about?");
            self.problems.push(problem);
        }
        let terms = self.entries(&section.entries, &ENTRIES, terms);
        let all = (0..self.ground.policy.scales()).map(ScaleIx);
        Story {
            name: section.name.to_owned(),
            line: section.line,
            rows: self.rows(section, terms.start),
            watched: terms.watched.unwrap_or_else(|| all.collect()),
        }
    }

    fn entries(&mut self, entries: &[Entry<'a>], known: &[&str], mut terms: Terms) -> Terms {
        for (at, entry) in entries.iter().enumerate() {
            if !known.contains(&entry.name) {
                let message = format!("unknown entry \"{}\"", entry.name);
                let problem = self
                    .ground
                    .problem(entry.name, message, "not an entry here");
                let advice = help(entry.name, "entries", known);
                self.problems.push(problem.help(advice));
            } else if entries[..at].iter().any(|other| other.name == entry.name) {
                let message = format!("\"{}\" twice", entry.name);
                let problem = self.ground.problem(entry.name, message, "a second time");
                self.problems.push(problem);
            } else {
                match entry.name {
                    "start" => terms.start = self.start(entry.value),
                    "only" => terms.watched = Some(self.watched(entry.value)),
                    _ => {}
                }
            }
        }
        terms
    }

    fn start(&mut self, text: &str) -> Option<Timestamp> {
        let read = self.ground.instant(text, Counted::default());
        read.map_err(|problem| self.problems.push(problem)).ok()
    }

    fn watched(&mut self, names: &str) -> Vec<ScaleIx> {
        names
            .split(',')
            .filter_map(|name| {
                let scale = self.ground.scale(name.trim());
                scale.map_err(|problem| self.problems.push(problem)).ok()
            })
            .collect()
    }

    fn rows(&mut self, section: &Section<'a>, start: Option<Timestamp>) -> Vec<Row> {
        let Some((header, lines)) = section.table.split_first() else {
            let message = format!("story \"{}\" has no table", section.name);
            let problem = self
                .ground
                .problem(section.name, message, "nothing happens");
            self.problems
                .push(problem.help("write a line `| when | what | then |`, then rows"));
            return Vec::new();
        };
        let Some(columns) = self.columns(header) else {
            return Vec::new();
        };
        let mut counted = Counted { start, last: None };
        let mut rows: Vec<Row> = Vec::new();
        for line in lines.iter().filter(|line| !line.is_rule()) {
            if line.cells.len() != header.cells.len() {
                let message = format!("a row of {} cells", line.cells.len());
                let label = format!("the table has {} columns", header.cells.len());
                let problem = self.ground.problem(line.text, message, &label);
                self.problems.push(problem);
                continue;
            }
            let who = columns.who.map_or("", |who| line.cells[who]);
            let when = line.cells[columns.when];
            if let Some(row) = rows.last_mut()
                && when.is_empty()
                && line.cells[columns.what].is_empty()
                && (who.is_empty() || who == row.who)
            {
                let then = (line.number, line.cells[columns.then]);
                let is_event = row.deed.is_some();
                let more = self
                    .ground
                    .expectations(then, is_event, counted, &mut self.problems);
                row.then.extend(more);
                continue;
            }
            let who = match (who, rows.last()) {
                ("", Some(row)) => row.who.clone(),
                ("", None) => SOMEBODY.to_owned(),
                (name, _) => name.to_owned(),
            };
            let Some(at) = self.when(when, line, counted) else {
                // What is counted from here cannot be known, and is not told of as well.
                counted.last = counted.last.or(Some(Timestamp(0)));
                continue;
            };
            counted.last = Some(at);
            rows.push(self.row(line, &columns, who, counted));
        }
        if rows.is_empty() && self.problems.is_empty() {
            let message = format!("story \"{}\" has no rows", section.name);
            let problem = self.ground.problem(header.text, message, "nothing happens");
            self.problems.push(problem);
        }
        rows
    }

    fn columns(&mut self, header: &Line<'a>) -> Option<Columns> {
        let place = |name| header.cells.iter().position(|cell| *cell == name);
        let mut whole = true;
        for (at, cell) in header.cells.iter().enumerate() {
            if !COLUMNS.contains(cell) {
                let message = format!("unknown column \"{cell}\"");
                let problem = self
                    .ground
                    .problem(cell, message, "not a column of a story");
                let advice = help(cell, "columns", &COLUMNS);
                self.problems.push(problem.help(advice));
                whole = false;
            } else if header.cells[..at].contains(cell) {
                let message = format!("two columns \"{cell}\"");
                let problem = self.ground.problem(cell, message, "a second time");
                self.problems.push(problem);
                whole = false;
            }
        }
        let places = (place("when"), place("what"), place("then"));
        let (Some(when), Some(what), Some(then)) = places else {
            let message = "a table without when, what or then".to_owned();
            let problem = self
                .ground
                .problem(header.text, message, "a column is missing");
            self.problems
                .push(problem.help("tables begin with `| when | what | then |`"));
            return None;
        };
        let who = place("who");
        whole.then_some(Columns {
            when,
            who,
            what,
            then,
        })
    }

    /// The instant of a row: that of the row before, if it names none.
    fn when(&mut self, cell: &str, line: &Line<'a>, counted: Counted) -> Option<Timestamp> {
        let problem = match (cell, counted.last) {
            ("", Some(last)) => return Some(last),
            ("", None) => {
                let message = "the first row has no time".to_owned();
                let problem = self.ground.problem(line.text, message, "when?");
                problem.help("begin with a date, such as 2026-03-02")
            }
            (text, last) => match self.ground.instant(text, counted) {
                Ok(at) if last.is_none_or(|last| at >= last) => return Some(at),
                Ok(_) => {
                    let message = format!("\"{text}\" is before the row above");
                    let problem = self.ground.problem(text, message, "goes back");
                    problem.help(
                        "rows stand in the order in which tidemark hears of things; an event that \
                         comes late is `dated` when it happened",
                    )
                }
                Err(problem) => problem,
            },
        };
        self.problems.push(problem);
        None
    }

    fn row(&mut self, line: &Line<'a>, columns: &Columns, who: String, counted: Counted) -> Row {
        let what = line.cells[columns.what];
        let id = format!("line {}", line.number);
        let deed = (!what.is_empty()).then(|| self.ground.deed(what, id, counted));
        let deed = deed.transpose().unwrap_or_else(|problems| {
            self.problems.extend(problems);
            None
        });
        let problems = &mut self.problems;
        let then = (line.number, line.cells[columns.then]);
        Row {
            line: line.number,
            at: counted.last.unwrap_or(Timestamp(0)),
            then: self
                .ground
                .expectations(then, !what.is_empty(), counted, problems),
            who,
            deed,
        }
    }
}
