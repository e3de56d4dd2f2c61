//! The values of the features of one customer at one instant.

use crate::model::change::Measure;
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::back::Back;
use super::derived::Derived;
use super::history::History;
use super::layout::{Layout, Reading};
use super::moment::Moment;
use super::profile::Latest;
use super::regard::{Piece, Regard};
use super::shape::Look;

/// Measures a customer as of an instant that is not before the frontier: what lies further back
/// than a window reaches from there may be gone.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    layout: &'a Layout,
    history: &'a History,
    now: Moment,
}

impl<'a> Measured<'a> {
    /// As of `at`.
    #[must_use]
    pub fn new(layout: &'a Layout, zone: &Zone, history: &'a History, at: Timestamp) -> Self {
        Self {
            layout,
            history,
            now: Moment::new(zone, at),
        }
    }

    /// The value of every feature that is asked for, in declared order.
    #[must_use]
    pub fn all(&self) -> Vec<Measure> {
        let features = 0..self.layout.asked();
        features.map(|feature| self.one(feature)).collect()
    }

    /// Of every feature that tells something of the profile: which, and when it was said last, if
    /// it ever was.
    #[must_use]
    pub fn profile(&self) -> Vec<(usize, Option<Timestamp>)> {
        let readings = self.layout.readings[..self.layout.asked()].iter();
        let members = readings.enumerate().filter_map(|(ix, reading)| {
            let Reading::Latest(member) = reading else {
                return None;
            };
            let (said, _) = self.history.latest(*member);
            Some((ix, said.map(|said| said.at)))
        });
        members.collect()
    }

    fn derived(&self, derived: Derived) -> Measure {
        match derived.parts.map(|part| self.one(part)) {
            [Measure::Is(first), Measure::Is(second)] => Measure::Is(derived.value(first, second)),
            _ => Measure::Never,
        }
    }

    fn noted(&self, regard: Regard) -> Measure {
        let resolution = self.layout.rolls.all()[regard.roll].resolution;
        let regard = regard.of(self.layout, &self.history.tally);
        let (notes, texts) = self.history.notes(regard.roll);
        match regard.at(notes, texts, self.now.key(resolution)) {
            Piece::Never => Measure::Never,
            Piece::Is(number) if regard.is_text() => {
                let text = texts.get(number);
                Measure::from(text.expect("the texts of notes are kept"))
            }
            Piece::Is(number) => Measure::Is(number),
            Piece::Grows(rhythm) => Measure::Is(rhythm.silence(self.now.key(resolution))),
        }
    }

    /// The value of a feature.
    #[must_use]
    pub fn one(&self, feature: usize) -> Measure {
        let tally = &self.history.tally;
        let (series, look) = match self.layout.readings[feature] {
            Reading::Total(slot) => return Measure::Is(tally.total(self.layout, slot)),
            Reading::Buckets(series, look) => (series, look),
            Reading::Notes(regard) => return self.noted(regard),
            Reading::Derived(derived) => return self.derived(derived),
            Reading::Latest(member) => {
                let (said, texts) = self.history.latest(member);
                return Latest::measure(said, texts);
            }
        };
        let shape = &self.layout.series[series];
        let buckets = tally.buckets(self.layout, series);
        let now = self.now.key(shape.resolution);
        let seen = |back: Back| buckets.seen(tally.back(self.layout, back), now);
        match look {
            Look::Sum { back, word } => {
                Measure::Is(seen(back).map(|bucket| bucket.word(word)).sum())
            }
            Look::Days { back } => {
                Measure::Is(seen(back).filter(|bucket| bucket.count() > 0).count() as i64)
            }
            Look::Decayed { decay, word } => {
                Measure::Is(self.layout.decays[decay].left(&buckets.days(word), now))
            }
            Look::Latest => since(buckets.latest(), now),
            Look::First => since(buckets.first(), now),
        }
    }
}

fn since(key: Option<i64>, now: i64) -> Measure {
    key.map_or(Measure::Never, |key| Measure::Is(now.saturating_sub(key)))
}
