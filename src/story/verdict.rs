//! What was expected beside what happened, instant by instant.

use std::sync::Arc;

use crate::engine::input::Outcome;
use crate::model::change::{Change, Reason, Wait};
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::wire::dead_letter::message;

use super::phrase;
use super::script::{Claim, Expectation, Expected, Move, Row, Story};
use super::telling::{Came, Told, tell};

/// How a story went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rows in their order and, where they belong in time, moments that no row tells of.
    pub moments: Vec<Moment>,
}

/// What happened to one customer at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The index of its row in the story; none where a change came about between rows.
    pub row: Option<usize>,
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub who: String,
    /// What was expected and what happened, side by side: first the row's expectations in their
    /// order, then what else happened.
    pub pairs: Vec<Pair>,
}

/// One thing expected, or one that happened, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// As written in the story.
    pub expected: Option<String>,
    /// As a story would expect it.
    pub happened: Option<String>,
    /// Whether the two agree.
    pub agrees: bool,
    /// Why it happened, where that was not expected.
    pub why: Vec<String>,
}

impl Verdict {
    /// Whether all that was expected happened, and nothing else on what is watched.
    #[must_use]
    pub fn holds(&self) -> bool {
        let mut pairs = self.moments.iter().flat_map(|moment| &moment.pairs);
        pairs.all(|pair| pair.agrees)
    }
}

/// Tells a story to an engine of its own and compares.
#[must_use]
pub fn judge(policy: &Arc<Policy>, story: &Story) -> Verdict {
    let Told { rows, by_time } = tell(policy, story);
    let bench = Bench { policy, story };
    let mut moments: Vec<Moment> = story
        .rows
        .iter()
        .zip(rows)
        .enumerate()
        .map(|(index, (row, came))| bench.moment(index, row, came))
        .collect();
    for (who, change) in by_time {
        bench.place(&mut moments, &who, &change);
    }
    Verdict { moments }
}

/// What a story is judged by.
struct Bench<'a> {
    policy: &'a Policy,
    story: &'a Story,
}

impl Bench<'_> {
    /// What a row expects beside what came of its event and how its customer stands then.
    fn moment(&self, index: usize, row: &Row, came: Came) -> Moment {
        let pairs = row.then.iter().map(|one| self.pair(one, &came));
        let mut moment = Moment {
            row: Some(index),
            at: row.at,
            who: row.who.clone(),
            pairs: pairs.collect(),
        };
        if let Some(outcome) = came.outcome {
            self.add_outcome(&mut moment, row, outcome);
        }
        for change in &came.changes {
            self.add_change(&mut moment, change);
        }
        moment
    }

    /// An expectation beside what came of it; changes are added later, as they came about.
    fn pair(&self, expectation: &Expectation, came: &Came) -> Pair {
        let happened = match &expectation.expected {
            Expected::Duplicate
            | Expected::Suppressed
            | Expected::Refused(_)
            | Expected::Change(_) => None,
            Expected::Place(scale, _) => Some(phrase::standing(self.policy, *scale, &came.view)),
            Expected::Measure(index, _) => Some(phrase::measure(self.policy, *index, &came.view)),
        };
        let agrees = match (&expectation.expected, &came.view) {
            (Expected::Place(scale, rank), view) => view.places[scale.0].rank == *rank,
            (Expected::Measure(index, measure), view) => view.measures[*index] == *measure,
            _ => false,
        };
        Pair {
            expected: Some(expectation.text.clone()),
            happened,
            agrees,
            why: Vec::new(),
        }
    }

    fn add_outcome(&self, moment: &mut Moment, row: &Row, outcome: Outcome) {
        let (text, expected, why) = match outcome {
            Outcome::Applied => return,
            Outcome::Duplicate => {
                let why = "its customer has had an event of that id".to_owned();
                ("duplicate".to_owned(), Expected::Duplicate, why)
            }
            Outcome::Suppressed => {
                let why = "it happened before its customer was erased".to_owned();
                ("suppressed".to_owned(), Expected::Suppressed, why)
            }
            Outcome::Refused(refused) => (
                format!("refused: {}", refused.refusal.code()),
                Expected::Refused(refused.refusal),
                message(refused.refusal).to_owned(),
            ),
        };
        let found = row.then.iter().position(|one| one.expected == expected);
        match found {
            Some(at) => {
                moment.pairs[at].happened = Some(text);
                moment.pairs[at].agrees = true;
            }
            None => moment.pairs.push(Pair {
                expected: None,
                happened: Some(text),
                agrees: false,
                why: vec![why],
            }),
        }
    }

    /// Puts a change that time alone made to the row that tells of it, or else between the rows.
    fn place(&self, moments: &mut Vec<Moment>, who: &str, change: &Change) {
        let here = |moment: &Moment| moment.at == change.effective_at && moment.who == who;
        let mut found = None;
        for (at, moment) in moments
            .iter()
            .enumerate()
            .filter(|(_, moment)| here(moment))
        {
            found = Some(at);
            if self
                .expecting(moment, change)
                .is_some_and(|(_, agrees)| agrees)
            {
                break;
            }
        }
        if found.is_none() && !self.story.watched.contains(&change.scale) {
            return;
        }
        let at = found.unwrap_or_else(|| {
            let later = |moment: &Moment| moment.at > change.effective_at;
            let at = moments.iter().position(later).unwrap_or(moments.len());
            moments.insert(
                at,
                Moment {
                    row: None,
                    at: change.effective_at,
                    who: who.to_owned(),
                    pairs: Vec::new(),
                },
            );
            at
        });
        self.add_change(&mut moments[at], change);
    }

    /// Adds a change to its moment: beside the expectation that it meets, or of its ladder or map.
    fn add_change(&self, moment: &mut Moment, change: &Change) {
        let expecting = self.expecting(moment, change);
        let watched = self.story.watched.contains(&change.scale);
        if expecting.is_none() && !watched {
            return;
        }
        let happened = Some(phrase::change(self.policy, moment.at, change));
        let why = || self.why(change);
        match expecting {
            Some((at, agrees)) => {
                let pair = &mut moment.pairs[at];
                pair.happened = happened;
                pair.agrees = agrees;
                if !agrees {
                    pair.why = why();
                }
            }
            None => moment.pairs.push(Pair {
                expected: None,
                happened,
                agrees: false,
                why: why(),
            }),
        }
    }

    /// The expectation of a moment that a change meets or, failing that, that is about its ladder
    /// or map, among those that nothing has come of yet; and whether it meets it.
    fn expecting(&self, moment: &Moment, change: &Change) -> Option<(usize, bool)> {
        let row = &self.story.rows[moment.row?];
        let open = row.then.iter().enumerate().filter_map(|(at, one)| {
            let is_open = moment.pairs[at].happened.is_none();
            match &one.expected {
                Expected::Change(expected) if is_open => Some((at, expected)),
                _ => None,
            }
        });
        let open: Vec<(usize, &Move)> = open
            .filter(|(_, expected)| expected.scale == change.scale)
            .collect();
        let met = open
            .iter()
            .find(|(_, expected)| self.meets(expected, change));
        match met {
            Some((at, _)) => Some((*at, true)),
            None => open.first().map(|(at, _)| (*at, false)),
        }
    }

    fn meets(&self, expected: &Move, change: &Change) -> bool {
        let holds = |claim: &Claim| {
            let mut reasons = change.reasons.iter();
            reasons.any(|reason| self.is_claimed(claim, reason))
        };
        let waited = |(wait, since): (Wait, Option<Timestamp>)| {
            change.waited.is_some_and(|waited| {
                waited.wait == wait && since.is_none_or(|since| since == waited.since)
            })
        };
        let carried = self.policy.labels(change.scale, change.to);
        expected.to == change.to
            && expected.waited.is_none_or(waited)
            && expected.labels.iter().all(|label| carried.contains(label))
            && expected.from.is_none_or(|from| from == change.from)
            && expected.effective_at == change.effective_at
            && expected.cause.is_none_or(|cause| cause == change.cause)
            && expected.overridden.is_none_or(|expected| {
                let told = change.overridden.as_ref();
                told.is_some_and(|told| (told.by.verb, told.holds) == expected)
            })
            && expected.because.iter().all(holds)
    }

    fn is_claimed(&self, claim: &Claim, reason: &Reason) -> bool {
        let comparison = &self.policy.comparisons[reason.comparison];
        claim.subject == comparison.subject
            && claim.measured == reason.measured
            && claim.test.as_ref().is_none_or(|(op, threshold, holds)| {
                (*op, *holds) == (comparison.op, reason.holds) && *threshold == comparison.threshold
            })
    }

    /// The comparisons that decided, the override that it comes from, the wait that was over and
    /// the labels that it carries, one a line.
    fn why(&self, change: &Change) -> Vec<String> {
        let reasons = change.reasons.iter();
        let reasons = reasons.map(|reason| phrase::comparison(self.policy, reason));
        let overridden = change.overridden.as_deref();
        let waited = change.waited;
        let waited = waited.map(|waited| phrase::waited(self.policy, waited));
        let labels = self.policy.labels(change.scale, change.to);
        let labels = (!labels.is_empty()).then(|| phrase::labels(labels));
        let overridden = overridden.map(phrase::overridden);
        reasons
            .chain(overridden)
            .chain(waited)
            .chain(labels)
            .collect()
    }
}
