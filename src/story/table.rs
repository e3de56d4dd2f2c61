//! The table of a story, row by row.

use crate::model::time::Timestamp;
use crate::policy::suggestion::help;

use super::instant::Counted;
use super::page::{Line, Section};
use super::read::Reader;
use super::script::Row;

/// Whom a story is about that does not say it.
pub(super) const SOMEBODY: &str = "customer";

/// Columns of a table; `who` may be left out.
const COLUMNS: [&str; 4] = ["when", "who", "what", "then"];

/// Where the columns of a table are.
struct Columns {
    when: usize,
    who: Option<usize>,
    what: usize,
    then: usize,
}

impl<'a> Reader<'a> {
    /// The rows of a story; `start` is its day 1.
    pub(super) fn rows(&mut self, section: &Section<'a>, start: Option<Timestamp>) -> Vec<Row> {
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
        let lines: Vec<&Line<'a>> = lines.iter().filter(|line| !line.is_rule()).collect();
        if lines.is_empty() {
            let message = format!("story \"{}\" has no rows", section.name);
            let problem = self.ground.problem(header.text, message, "nothing happens");
            self.problems.push(problem);
        }
        let mut counted = Counted { start, last: None };
        let mut rows: Vec<Row> = Vec::new();
        for line in lines {
            if line.cells.len() != header.cells.len() {
                let message = format!("a row of {} cells", line.cells.len());
                let label = format!("the table has {} columns", header.cells.len());
                let problem = self.ground.problem(line.text, message, &label);
                self.problems.push(problem);
            } else {
                self.line(line, &columns, &mut counted, &mut rows);
            }
        }
        rows
    }

    /// Adds a row, or to the one before: a line that names neither time nor event goes on with what
    /// must come of that.
    fn line(
        &mut self,
        line: &Line<'a>,
        columns: &Columns,
        counted: &mut Counted,
        rows: &mut Vec<Row>,
    ) {
        let who = columns.who.map_or("", |who| line.cells[who]);
        let when = line.cells[columns.when];
        let is_bare = when.is_empty() && line.cells[columns.what].is_empty();
        let before = rows.last_mut();
        if let Some(row) = before.filter(|row| is_bare && (who.is_empty() || who == row.who)) {
            let then = (line.number, line.cells[columns.then]);
            let is_event = row.deed.is_some();
            let problems = &mut self.problems;
            let more = self.ground.expectations(then, is_event, *counted, problems);
            row.then.extend(more);
            return;
        }
        let who = match (who, rows.last()) {
            ("", Some(row)) => row.who.clone(),
            ("", None) => SOMEBODY.to_owned(),
            (name, _) => name.to_owned(),
        };
        let Some(at) = self.when(when, line, *counted) else {
            // What is counted from here cannot be known, and is not told of as well.
            counted.last = counted.last.or(Some(Timestamp(0)));
            return;
        };
        counted.last = Some(at);
        rows.push(self.row(line, columns, who, *counted));
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
