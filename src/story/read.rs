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
use super::page::{Entry, Page, Section};
use super::script::Story;

/// Entries that may stand at the top of a file, and below the name of a story.
const HEAD: [&str; 3] = ["policy", "start", "only"];
const ENTRIES: [&str; 2] = ["start", "only"];

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

/// Reads a file and notes what is wrong with it.
pub(super) struct Reader<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) problems: Vec<Problem>,
}

/// What entries say; those of a story over those of its file.
#[derive(Clone, Default)]
struct Terms {
    start: Option<Timestamp>,
    watched: Option<Vec<ScaleIx>>,
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
}
