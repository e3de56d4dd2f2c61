//! Rules that are written once, under a name, and stand wherever that name is written.

use super::draft::{Given, RuleDraft, Written};
use super::names::{Names, is_name};
use super::problem::Problem;
use super::rule::Rule;
use super::rules::{Place, Rules};
use super::suggestion;

/// Rules that name rules that name rules are many in few words.
const COMPARISONS_MAX: usize = 10_000;

/// A rule under a name.
pub(super) struct Named<'a> {
    name: &'a Written<String>,
    /// Nothing where it is faulty, which has been told.
    rule: Option<&'a Written<RuleDraft>>,
}

impl<'a> Rules<'a> {
    /// Takes the rule of a name, which may speak of those before it.
    pub(super) fn declare(
        &mut self,
        (name, rule): (&'a Written<String>, &'a Given<RuleDraft>),
        names: &mut Names<'a>,
        problems: &mut Vec<Problem>,
    ) {
        names.take("rule", name, problems);
        let before = self.comparisons.len();
        let rule = rule.written();
        let rule = rule.filter(|rule| self.read(rule, Place::Map, problems).is_some());
        // It is of no ladder or map yet.
        self.comparisons.truncate(before);
        self.named.push(Named { name, rule });
    }

    /// The rule that a text names; nothing where it names none, but a comparison is meant.
    pub(super) fn refer(
        &mut self,
        text: &Written<String>,
        (place, depth): (Place, usize),
        problems: &mut Vec<Problem>,
    ) -> Option<Option<Rule>> {
        let name = text.value.trim();
        if !is_name(name) || self.named.is_empty() {
            return None;
        }
        let Some(named) = self.named.iter().find(|named| named.name.value == name) else {
            let known: Vec<&str> = self.named.iter().map(|it| it.name.value.as_str()).collect();
            let message = format!("unknown rule \"{name}\"");
            let problem = Problem::new(&text.span, message, "neither a comparison nor a rule");
            problems.push(problem.help(suggestion::help(name, "rules", &known)));
            return Some(None);
        };
        let Some(rule) = named.rule.filter(|_| !self.is_full) else {
            return Some(None);
        };
        if self.comparisons.len() >= COMPARISONS_MAX {
            self.is_full = true;
            let message = "the policy compares too often";
            let label =
                format!("more than {COMPARISONS_MAX} comparisons, with named rules in full");
            problems.push(Problem::new(&text.span, message, label));
            return Some(None);
        }
        let mut unfit = Vec::new();
        let read = self.read_at(rule, place, depth, &mut unfit);
        // It was sound by itself: what is wrong is that it stands here.
        if let Some(wrong) = unfit.into_iter().next() {
            let message = format!("rule \"{name}\" cannot stand here: {}", wrong.message);
            let problem = Problem::new(&text.span, message, "named here");
            problems.push(problem.also(&wrong.span, wrong.label));
        }
        Some(read)
    }
}
