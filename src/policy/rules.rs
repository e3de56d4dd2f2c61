//! The rules of a policy, from what was written, with the one list of all their comparisons.

use crate::features::feature::Unit;
use crate::model::change::Measure;
use crate::model::standing::ScaleIx;

use super::comparison::{Parts, take_apart};
use super::constant::{self, Measured};
use super::draft::{RuleDraft, Written};
use super::named::Named;
use super::problem::Problem;
use super::rule::{Comparison, Op, Rule, Subject};
use super::suggestion;
use super::vocabulary::Vocabulary;

/// Deeper rules than this are read by nobody.
pub(super) const DEPTH_MAX: usize = 8;

/// Where a rule stands, which decides what it may speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a tier of a ladder: features.
    Ladder,
    /// In a segment of a map: features and ladders.
    Map,
}

/// Reads rules one after another.
pub(super) struct Rules<'a> {
    vocabulary: Vocabulary<'a>,
    pub(super) comparisons: Vec<Comparison>,
    /// In declared order.
    pub(super) named: Vec<Named<'a>>,
    /// Whether there are more comparisons than may be.
    pub(super) is_full: bool,
}

impl<'a> Rules<'a> {
    pub(super) fn new(vocabulary: Vocabulary<'a>) -> Self {
        Self {
            vocabulary,
            comparisons: Vec::new(),
            named: Vec::new(),
            is_full: false,
        }
    }

    /// All comparisons of the rules read so far.
    pub(super) fn into_comparisons(self) -> Vec<Comparison> {
        self.comparisons
    }

    /// The rule that was written.
    pub(super) fn read(
        &mut self,
        written: &Written<RuleDraft>,
        place: Place,
        problems: &mut Vec<Problem>,
    ) -> Option<Rule> {
        self.read_at(written, place, 1, problems)
    }

    /// The same, in so many others.
    pub(super) fn read_at(
        &mut self,
        written: &Written<RuleDraft>,
        place: Place,
        depth: usize,
        problems: &mut Vec<Problem>,
    ) -> Option<Rule> {
        if depth > DEPTH_MAX {
            let message = format!("rules are nested more than {DEPTH_MAX} deep");
            let problem = Problem::new(&written.span, message, "too deep");
            problems.push(problem.help("say it with fewer rules in each other"));
            return None;
        }
        let (parts, join): (_, fn(Vec<Rule>) -> Rule) = match &written.value {
            RuleDraft::Compare(text) => {
                let text = Written {
                    value: text.clone(),
                    span: written.span.clone(),
                };
                return match self.refer(&text, (place, depth), problems) {
                    Some(named) => named,
                    None => self.compare(&text, place, problems),
                };
            }
            RuleDraft::Not(_) => {
                let problem = Problem::new(&written.span, "a rule with `not`", "not in rules");
                problems.push(problem.help("only filters have `not`: write < for not >="));
                return None;
            }
            RuleDraft::All(parts) => (parts, Rule::All),
            RuleDraft::Any(parts) => (parts, Rule::Any),
        };
        if parts.is_empty() {
            let problem = Problem::new(&written.span, "a rule without comparisons", "empty list");
            problems.push(problem.help("put at least one comparison into the list"));
            return None;
        }
        let rules: Vec<Option<Rule>> = parts
            .iter()
            .map(|part| self.read_at(part, place, depth + 1, problems))
            .collect();
        rules.into_iter().collect::<Option<_>>().map(join)
    }

    fn compare(
        &mut self,
        text: &Written<String>,
        place: Place,
        problems: &mut Vec<Problem>,
    ) -> Option<Rule> {
        let parts = take_apart(text, problems)?;
        let (subject, threshold) = self.sides(&parts, place, problems)?;
        let op = parts.op?;
        fits(&op, &threshold, self.unit(subject), text, problems)?;
        self.is_counted(subject, op.value, &threshold, &parts.constant, problems)?;
        self.comparisons.push(Comparison {
            subject,
            op: op.value,
            threshold,
        });
        Some(Rule::Compare(self.comparisons.len() - 1))
    }

    /// Left and right side of a comparison.
    fn sides(
        &self,
        parts: &Parts,
        place: Place,
        problems: &mut Vec<Problem>,
    ) -> Option<(Subject, Measure)> {
        let name = parts.subject.value.as_str();
        let words = &self.vocabulary;
        if let Some(ix) = words.features.iter().position(|(known, _)| *known == name) {
            let measured = Measured {
                feature: name,
                unit: words.features[ix].1?.unit,
            };
            let threshold = match measured.unit {
                Unit::Text => constant::text(&parts.constant, problems)?,
                _ => Measure::Is(constant::constant(&parts.constant, &measured, problems)?),
            };
            return Some((Subject::Feature(ix), threshold));
        }
        let ladder = words.ladders.iter().position(|(known, _)| *known == name);
        match (ladder, place) {
            (Some(ix), Place::Map) => {
                let tiers = &words.ladders[ix].1;
                let rank = constant::tier(&parts.constant, name, tiers, problems)?;
                Some((Subject::Tier(ScaleIx(ix)), Measure::Is(rank)))
            }
            _ => {
                problems.push(self.unknown(&parts.subject, place));
                None
            }
        }
    }

    /// The unit of a feature; nothing for a ladder.
    fn unit(&self, subject: Subject) -> Option<Unit> {
        match subject {
            Subject::Feature(ix) => self.vocabulary.features[ix].1.map(|known| known.unit),
            Subject::Tier(_) => None,
        }
    }

    /// Whether a count that ends somewhere reaches what it is compared with.
    fn is_counted(
        &self,
        subject: Subject,
        op: Op,
        threshold: &Measure,
        written: &Written<String>,
        problems: &mut Vec<Problem>,
    ) -> Option<()> {
        let (Subject::Feature(ix), Measure::Is(at)) = (subject, threshold) else {
            return Some(());
        };
        let (name, comparable) = self.vocabulary.features[ix];
        let needed = match op {
            Op::Ge | Op::Lt => *at,
            _ => at.saturating_add(1),
        };
        let most = comparable?.most.filter(|most| needed > i64::from(*most));
        let Some(most) = most else {
            return Some(());
        };
        let message = format!(
            "\"{name}\" counts to at most {most}, but is compared {} {at}",
            op.text()
        );
        let problem = Problem::new(&written.span, message, "beyond what is counted");
        problems.push(problem.help(format!("write at_most = {needed} or more at \"{name}\"")));
        None
    }

    /// A left side that a rule at this place cannot speak of.
    fn unknown(&self, subject: &Written<String>, place: Place) -> Problem {
        let name = subject.value.as_str();
        let words = &self.vocabulary;
        if words.ladder_names().contains(&name) {
            let message = format!("a ladder's rule compares \"{name}\", which is a ladder");
            return Problem::new(&subject.span, message, "not a feature")
                .help("ladders go by features alone; a map may compare ladders");
        }
        if words.maps.contains(&name) {
            let message = format!("a rule compares \"{name}\", which is a map");
            return Problem::new(&subject.span, message, "segments have no order")
                .help("compare the features or ladders that the map is made of");
        }
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            let message = format!("a comparison begins with \"{name}\"");
            return Problem::new(&subject.span, message, "not a feature")
                .help("write the feature on the left and the constant on the right");
        }
        let mut known = words.feature_names();
        let (noun, nouns) = match place {
            Place::Ladder => ("feature", "features"),
            Place::Map => {
                known.extend(words.ladder_names());
                ("feature or ladder", "features and ladders")
            }
        };
        let message = format!("unknown {noun} \"{name}\"");
        Problem::new(&subject.span, message, "not declared")
            .help(suggestion::help(name, nouns, &known))
    }
}

/// Texts are equal or not, a flag is this or that; numbers are more or less.
fn fits(
    op: &Written<Op>,
    threshold: &Measure,
    unit: Option<Unit>,
    text: &Written<String>,
    problems: &mut Vec<Problem>,
) -> Option<()> {
    let told = match (threshold, op.value) {
        (Measure::Says(_), Op::Eq | Op::Ne) => return Some(()),
        (Measure::Says(_), _) => ("texts have no order", "write = or !="),
        (_, Op::Eq) => return Some(()),
        _ if unit == Some(Unit::Flag) => ("it is true or false", "write = true or = false"),
        (_, Op::Ne) => (
            "only texts are compared by !=",
            "write { any = [\"... < ...\", \"... > ...\"] }",
        ),
        _ => return Some(()),
    };
    let message = format!("\"{}\" compares by {}", text.value, op.value.text());
    problems.push(Problem::new(&op.span, message, told.0).help(told.1));
    None
}
