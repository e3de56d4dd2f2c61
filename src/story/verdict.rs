//! What was expected beside what happened, instant by instant.

use std::sync::Arc;

use crate::engine::input::Outcome;
use crate::model::change::{Change, Reason, Wait};
use crate::model::time::Timestamp;
use crate::model::warning::{Notice, Warning};
use crate::policy::declared::Policy;
use crate::wire::dead_letter::message;

use super::news::News;
use super::phrase;
use super::script::{Caution, Claim, Expectation, Expected, Move, Row, Story};
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
    for (who, news) in by_time {
        bench.place(&mut moments, &who, &news);
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
        for news in &came.news {
            self.add_news(&mut moment, news);
        }
        moment
    }

    /// An expectation beside what came of it; changes and warnings are added later, as they came
    /// about.
    fn pair(&self, expectation: &Expectation, came: &Came) -> Pair {
        let happened = match &expectation.expected {
            Expected::Duplicate
            | Expected::Suppressed
            | Expected::Refused(_)
            | Expected::Change(_)
            | Expected::Warning(_) => None,
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

    /// Puts what came by time alone to the row that tells of it, or else between the rows.
    fn place(&self, moments: &mut Vec<Moment>, who: &str, news: &News) {
        let came_at = news.effective_at();
        let here = |moment: &Moment| moment.at == came_at && moment.who == who;
        let mut found = None;
        for (at, moment) in moments
            .iter()
            .enumerate()
            .filter(|(_, moment)| here(moment))
        {
            found = Some(at);
            if self
                .expecting(moment, news)
                .is_some_and(|(_, agrees)| agrees)
            {
                break;
            }
        }
        if found.is_none() && !self.story.watched.contains(&news.scale()) {
            return;
        }
        let at = found.unwrap_or_else(|| {
            let later = |moment: &Moment| moment.at > came_at;
            let at = moments.iter().position(later).unwrap_or(moments.len());
            moments.insert(
                at,
                Moment {
                    row: None,
                    at: came_at,
                    who: who.to_owned(),
                    pairs: Vec::new(),
                },
            );
            at
        });
        self.add_news(&mut moments[at], news);
    }

    /// Adds a change or warning to its moment: beside the expectation that it meets, or of its
    /// ladder or map.
    fn add_news(&self, moment: &mut Moment, news: &News) {
        let expecting = self.expecting(moment, news);
        let watched = self.story.watched.contains(&news.scale());
        if expecting.is_none() && !watched {
            return;
        }
        let happened = Some(phrase::news(self.policy, moment.at, news));
        let why = || self.why(news);
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

    /// The expectation of a moment that a change or warning meets or, failing that, that is one and
    /// about its ladder or map, among those that nothing has come of yet; and whether it meets it.
    fn expecting(&self, moment: &Moment, news: &News) -> Option<(usize, bool)> {
        let row = &self.story.rows[moment.row?];
        let open = row.then.iter().enumerate().filter_map(|(at, one)| {
            let meets = self.meets(&one.expected, news)?;
            moment.pairs[at].happened.is_none().then_some((at, meets))
        });
        let open: Vec<(usize, bool)> = open.collect();
        let met = open.iter().find(|(_, meets)| *meets);
        met.or(open.first()).copied()
    }

    /// Whether an expectation is met; nothing where it is about something else.
    fn meets(&self, expected: &Expected, news: &News) -> Option<bool> {
        match (expected, news) {
            (Expected::Change(expected), News::Change(change)) => {
                (expected.scale == change.scale).then(|| self.is_made(expected, change))
            }
            (Expected::Warning(expected), News::Warning(warning)) => {
                (expected.ladder == warning.ladder).then(|| self.is_given(expected, warning))
            }
            _ => None,
        }
    }

    fn is_made(&self, expected: &Move, change: &Change) -> bool {
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
            && self.are_claimed(&expected.because, &change.reasons)
    }

    fn is_given(&self, expected: &Caution, warning: &Warning) -> bool {
        let (to, at) = match warning.notice {
            Notice::AtRisk { loss, .. } => (Some(loss.to), Some(loss.at)),
            Notice::Near(rank) => (Some(rank), None),
            Notice::Safe => (None, None),
        };
        expected.name == warning.notice.name()
            && (expected.to.is_none() || expected.to == to)
            && (expected.at.is_none() || expected.at == at)
            && self.are_claimed(&expected.because, &warning.gap)
    }

    fn are_claimed(&self, claims: &[Claim], reasons: &[Reason]) -> bool {
        let mut claims = claims.iter();
        claims.all(|claim| reasons.iter().any(|reason| self.is_claimed(claim, reason)))
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
    /// the labels that it carries, one a line; of a warning, the comparisons.
    fn why(&self, news: &News) -> Vec<String> {
        let reasons = news.reasons().iter();
        let mut lines: Vec<String> = reasons
            .map(|reason| phrase::comparison(self.policy, reason))
            .collect();
        let News::Change(change) = news else {
            return lines;
        };
        let waited = change.waited;
        let labels = self.policy.labels(change.scale, change.to);
        lines.extend(change.overridden.as_deref().map(phrase::overridden));
        lines.extend(waited.map(|waited| phrase::waited(self.policy, waited)));
        lines.extend((!labels.is_empty()).then(|| phrase::labels(labels)));
        lines
    }
}
