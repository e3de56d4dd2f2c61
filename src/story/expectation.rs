//! What must come of a row: changes, standings, measures and refusals, in words.

use crate::model::change::{CAUSES, Cause, Measure, WAITS, Wait};
use crate::model::refusal::Refusal;
use crate::model::time::Timestamp;
use crate::model::warning::NOTICES;
use crate::policy::declared::Label;
use crate::policy::problem::Problem;
use crate::policy::rule::{Op, Subject};
use crate::policy::suggestion::help;

use super::ground::Ground;
use super::instant::Counted;
use super::script::{Caution, Claim, Expectation, Expected, Move};

const OPS: [Op; 6] = [Op::Ge, Op::Gt, Op::Le, Op::Lt, Op::Eq, Op::Ne];
/// What an event can be refused for that was read: docs/semantics.md, section 2.
const REFUSALS: [Refusal; 10] = [
    Refusal::Future,
    Refusal::TooLate,
    Refusal::UnknownCurrency,
    Refusal::BadAmount,
    Refusal::UnknownOrder,
    Refusal::OrderExists,
    Refusal::Outlier,
    Refusal::UnknownLadder,
    Refusal::UnknownTier,
    Refusal::BadMerge,
];
/// What may follow "at risk".
const AT_RISK: [&str; 3] = ["of", "on", "because"];
const SHAPES: &str =
    "write `value: low -> mid`, `value is mid`, `duplicate` or `refused: too_late`";

impl Ground<'_> {
    /// Reads one cell of a line: expectations with commas between them. `is_event` is whether the
    /// row has an event that can be refused.
    pub(super) fn expectations(
        &self,
        (line, cell): (usize, &str),
        is_event: bool,
        counted: Counted,
        problems: &mut Vec<Problem>,
    ) -> Vec<Expectation> {
        let parts = cell.split(',').map(str::trim);
        parts
            .filter(|_| !cell.is_empty())
            .filter_map(|part| {
                let read = self.expectation(part, line, is_event, counted);
                read.map_err(|problem| problems.push(problem)).ok()
            })
            .collect()
    }

    fn expectation(
        &self,
        text: &str,
        line: usize,
        is_event: bool,
        counted: Counted,
    ) -> Result<Expectation, Problem> {
        let expected = self.expected(text, counted)?;
        let about_event = matches!(
            expected,
            Expected::Duplicate | Expected::Suppressed | Expected::Refused(_)
        );
        if about_event && !is_event {
            let message = format!("\"{text}\" of no event");
            return Err(self.problem(text, message, "the row has no event"));
        }
        Ok(Expectation {
            text: text.to_owned(),
            line,
            expected,
        })
    }

    fn expected(&self, text: &str, counted: Counted) -> Result<Expected, Problem> {
        if text == "duplicate" {
            return Ok(Expected::Duplicate);
        }
        if text == "suppressed" {
            return Ok(Expected::Suppressed);
        }
        if let Some((name, value)) = text.split_once(':') {
            let (name, value) = (name.trim_end(), value.trim_start());
            return match name {
                "refused" => self.refusal(value).map(Expected::Refused),
                _ if warns(value) => self.caution(name, value, counted).map(Expected::Warning),
                _ => self
                    .change(text, name, value, counted)
                    .map(Expected::Change),
            };
        }
        if let Some((name, value)) = text.split_once(" is ") {
            let (name, value) = (name.trim_end(), value.trim_start());
            return Ok(match self.subject(name)? {
                Subject::Tier(scale) => Expected::Place(scale, self.rank(scale, value)?),
                Subject::Feature(index) => Expected::Measure(index, self.measure(index, value)?),
            });
        }
        let message = format!("\"{text}\" says nothing that can be expected");
        Err(self.problem(text, message, "not understood").help(SHAPES))
    }

    fn refusal(&self, code: &str) -> Result<Refusal, Problem> {
        let known = REFUSALS.into_iter().find(|known| known.code() == code);
        known.ok_or_else(|| {
            let message = format!("unknown reason \"{code}\" of a refusal");
            let codes = REFUSALS.map(Refusal::code);
            self.problem(code, message, "not a reason of a refusal")
                .help(help(code, "reasons", &codes))
        })
    }

    /// Reads "at risk of low on 2026-05-31 because spend_90d 80.00 is not >= 200.00", "safe" or
    /// "near high".
    fn caution(&self, name: &str, text: &str, counted: Counted) -> Result<Caution, Problem> {
        let ladder = self.scale(name)?;
        if !self.policy.is_ladder(ladder) {
            let message = format!("\"{name}\" is a map, and warns of nothing");
            return Err(self.problem(name, message, "not a ladder"));
        }
        let (text, because) = split_at_word(text, " because ");
        let (text, at) = split_at_word(text, " on ");
        let (text, of) = split_at_word(text, " of ");
        let (notice, to) = match text.split_once(' ') {
            Some(("near", tier)) => (NOTICES[2], Some(tier.trim_start())),
            _ if text == "at risk" => (NOTICES[0], of),
            _ => (NOTICES[1], None),
        };
        Ok(Caution {
            ladder,
            name: notice,
            to: to.map(|tier| self.rank(ladder, tier)).transpose()?,
            at: at.map(|at| self.instant(at, counted)).transpose()?,
            because: because.map_or(Ok(Vec::new()), |claims| self.claims(claims))?,
        })
    }

    /// Reads "low -> mid as of 2026-03-02 by event under gift because spend_90d 300.00 is >= 300".
    fn change(
        &self,
        whole: &str,
        name: &str,
        text: &str,
        counted: Counted,
    ) -> Result<Move, Problem> {
        let scale = self.scale(name)?;
        let (text, because) = split_at_word(text, " because ");
        let (text, labels) = split_at_word(text, " with ");
        let (text, waited) = split_at_word(text, " waited ");
        let (text, after) = split_at_word(text, " after ");
        let (text, under) = split_at_word(text, " under ");
        let (text, cause) = split_at_word(text, " by ");
        let (text, instant) = split_at_word(text, " as of ");
        let Some((from, to)) = text.split_once("->") else {
            let message = format!("\"{whole}\" says nothing that can be expected");
            return Err(self.problem(whole, message, "no arrow").help(SHAPES));
        };
        let (from, to) = (from.trim(), to.trim());
        let from = match from {
            "" => None,
            name => Some(self.rank(scale, name)?),
        };
        let effective_at = match instant {
            Some(instant) => Some(self.instant(instant, counted)?),
            None => counted.last,
        };
        Ok(Move {
            scale,
            from,
            to: self.rank(scale, to)?,
            effective_at: effective_at.unwrap_or(Timestamp::MIN),
            cause: cause.map(|cause| self.cause(cause)).transpose()?,
            overridden: match (under, after) {
                (Some(under), _) => Some((self.verb(under)?, true)),
                (None, Some(after)) => Some((self.verb(after)?, false)),
                (None, None) => None,
            },
            waited: waited.map(|wait| self.waited(wait, counted)).transpose()?,
            labels: labels.map_or(Ok(Vec::new()), |labels| self.labels(labels))?,
            because: because.map_or(Ok(Vec::new()), |claims| self.claims(claims))?,
        })
    }

    fn cause(&self, name: &str) -> Result<Cause, Problem> {
        let found = CAUSES.into_iter().find(|cause| cause.name() == name);
        found.ok_or_else(|| {
            let names = CAUSES.map(Cause::name);
            self.problem(name, format!("unknown cause \"{name}\""), "not a cause")
                .help(help(name, "causes", &names))
        })
    }

    /// Reads "grace since 2026-02-09".
    fn waited(&self, text: &str, counted: Counted) -> Result<(Wait, Option<Timestamp>), Problem> {
        let (name, since) = split_at_word(text, " since ");
        let found = WAITS.into_iter().find(|wait| wait.name() == name);
        let wait = found.ok_or_else(|| {
            let names = WAITS.map(Wait::name);
            self.problem(name, format!("unknown wait \"{name}\""), "not a wait")
                .help(help(name, "waits", &names))
        })?;
        let since = since.map(|since| self.instant(since, counted));
        Ok((wait, since.transpose()?))
    }

    /// Reads "benefit = free delivery and priority = 1".
    fn labels(&self, text: &str) -> Result<Vec<Label>, Problem> {
        let labels = text.split(" and ").map(|label| {
            let (key, text) = label.split_once('=').ok_or_else(|| {
                let message = format!("\"{}\" is no label", label.trim());
                self.problem(label, message, "not understood")
                    .help("write `with benefit = free delivery and priority = 1`")
            })?;
            Ok(Label {
                key: key.trim().to_owned(),
                text: text.trim().to_owned(),
            })
        });
        labels.collect()
    }

    /// Reads "spend_90d 300.00 is >= 300.00 and orders_90d 2".
    fn claims(&self, text: &str) -> Result<Vec<Claim>, Problem> {
        text.split(" and ")
            .map(|claim| self.claim(claim.trim()))
            .collect()
    }

    fn claim(&self, text: &str) -> Result<Claim, Problem> {
        let Some((name, value, test)) = parts(text) else {
            let message = format!("\"{text}\" is no comparison");
            return Err(self.problem(text, message, "not understood").help(
                "write `orders_90d 2`, `orders_90d 2 is >= 2` or `orders_90d 0 is not >= 1`",
            ));
        };
        let subject = self.subject(name)?;
        let measured = self.value(subject, value)?;
        let Some((op, threshold, holds)) = test else {
            return Ok(Claim {
                subject,
                measured,
                test: None,
            });
        };
        let op = OPS.into_iter().find(|known| known.text() == op);
        let threshold = self.value(subject, threshold)?;
        match op.filter(|_| !matches!(threshold, Measure::Never | Measure::Unknown)) {
            Some(op) => Ok(Claim {
                subject,
                measured,
                test: Some((op, threshold, holds)),
            }),
            None => Err(self
                .problem(
                    text,
                    format!("\"{text}\" is no comparison"),
                    "not understood",
                )
                .help("comparisons are >=, >, <=, < and =, of texts = and !=")),
        }
    }

    fn value(&self, subject: Subject, text: &str) -> Result<Measure, Problem> {
        match subject {
            Subject::Feature(index) => self.measure(index, text),
            Subject::Tier(scale) => Ok(Measure::Is(self.rank(scale, text)?.into())),
        }
    }
}

/// Subject, value and, if there is one, test of a comparison: operator, constant, whether it holds.
type Parts<'a> = (&'a str, &'a str, Option<(&'a str, &'a str, bool)>);

/// Takes "orders_90d 0 is not >= 1" apart; texts may have spaces.
fn parts(text: &str) -> Option<Parts<'_>> {
    let (name, rest) = text.split_at(text.find(' ')?);
    let (value, test) = match (rest.split_once(" is not "), rest.split_once(" is ")) {
        (Some((value, test)), _) => (value, Some((test, false))),
        (None, Some((value, test))) => (value, Some((test, true))),
        (None, None) => (rest, None),
    };
    let test = match test {
        Some((test, holds)) => {
            let (op, constant) = test.trim().split_once(' ')?;
            Some((op, constant.trim(), holds))
        }
        None => None,
    };
    Some((name, value.trim(), test))
}

/// Whether it is a warning that is expected, and not a change.
fn warns(text: &str) -> bool {
    let mut words = text.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("safe"), None, _) => true,
        (Some("at"), Some("risk"), next) => next.is_none_or(|word| AT_RISK.contains(&word)),
        (Some("near"), Some(tier), _) => tier != "->",
        _ => false,
    }
}

/// What stands before a word, and what behind it.
fn split_at_word<'a>(text: &'a str, word: &str) -> (&'a str, Option<&'a str>) {
    match text.split_once(word) {
        Some((before, behind)) => (before.trim_end(), Some(behind.trim())),
        None => (text, None),
    }
}
