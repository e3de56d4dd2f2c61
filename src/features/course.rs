//! The values that a feature takes one after another while time alone passes, and what two of them
//! make together.

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::buckets::Bucket;
use super::cuts::Level;
use super::derived::Derived;
use super::history::History;
use super::layout::{Layout, Reader, Reading};
use super::moment::{Moment, reached};
use super::outlook::{Flip, settle};
use super::regard::{Piece, Regard};
use super::shape::Look;

/// What a sum or count is now and what it becomes. Reused from one feature to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    now: i64,
    /// Values with the first instant of each, from the last to the first. Of one instant, the value
    /// that was found first counts.
    steps: Vec<(Timestamp, i64)>,
}

impl Course {
    /// Of a feature that is a sum or counts.
    pub(super) fn follow(
        &mut self,
        layout: &Layout,
        zone: &Zone,
        history: &History,
        feature: usize,
        now: Moment,
    ) {
        self.now = 0;
        self.steps.clear();
        let (series, look) = match layout.readings[feature] {
            Reading::Total(total) => {
                self.now = history.tally.total(layout, total);
                return;
            }
            Reading::Buckets(series, look) => (series, look),
            Reading::Notes(regard) => return self.regard(layout, zone, history, regard, now),
            Reading::Derived(_) | Reading::Latest(_) => return,
        };
        let (back, word) = match look {
            Look::Sum { back, word } => (back, Some(word)),
            Look::Days { back } => (back, None),
            Look::Decayed { .. } | Look::Latest | Look::First => return,
        };
        let resolution = layout.series[series].resolution;
        let (back, now) = (history.tally.back(layout, back), now.key(resolution));
        let buckets = history.tally.buckets(layout, series);
        let value = |bucket: Bucket<'_>| match word {
            Some(word) => bucket.word(word),
            None => i64::from(bucket.count() > 0),
        };
        if let Some(turns) = back.turns(now) {
            let sum = |key| buckets.seen(back, key).map(value).sum();
            self.now = sum(now);
            let steps = turns.map(|key| (reached(zone, resolution, key), sum(key)));
            self.steps.extend(steps);
            return;
        }
        for bucket in buckets.seen(back, now) {
            let leaves = reached(zone, resolution, back.leaves(bucket.key()));
            if self.steps.last().is_none_or(|(at, _)| *at > leaves) {
                self.steps.push((leaves, self.now));
            }
            self.now += value(bucket);
        }
    }
}

impl Course {
    /// The same of one that is noted, and a number.
    fn regard(
        &mut self,
        layout: &Layout,
        zone: &Zone,
        history: &History,
        regard: Regard,
        now: Moment,
    ) {
        let number = |piece| match piece {
            Piece::Is(number) => number,
            Piece::Never | Piece::Grows(_) => unreachable!("not part of another"),
        };
        let resolution = layout.rolls.all()[regard.roll].resolution;
        let regard = regard.of(layout, &history.tally);
        let (notes, texts) = history.notes(regard.roll);
        let (course, now) = regard.course(notes, texts, now.key(resolution));
        self.now = number(now);
        for (key, piece) in course {
            let at = reached(zone, resolution, key);
            if self.steps.last().is_none_or(|(known, _)| *known > at) {
                self.steps.push((at, number(piece)));
            }
        }
    }
}

/// Adds the flips of a derived feature, given what lies ahead of its parts, and tells its level
/// now.
pub(super) fn meet(
    courses: &[Course; 2],
    derived: &Derived,
    reader: &Reader,
    flips: &mut Vec<Flip>,
) -> Level {
    let level =
        |[first, second]: [i64; 2], near| settle(&reader.cuts, near, derived.value(first, second));
    let mut values = [courses[0].now, courses[1].now];
    let first = level(values, 0);
    let mut last = first;
    let mut ahead = [0, 1].map(|part: usize| courses[part].steps.iter().rev().peekable());
    loop {
        let next = ahead
            .iter_mut()
            .filter_map(|steps| steps.peek().map(|step| step.0));
        let Some(at) = next.min().filter(|at| *at < Timestamp::MAX) else {
            break;
        };
        for (value, steps) in values.iter_mut().zip(&mut ahead) {
            if let Some((_, becomes)) = steps.next_if(|step| step.0 == at) {
                *value = *becomes;
            }
        }
        let to = level(values, last);
        if to != last {
            flips.push(Flip {
                at,
                feature: reader.feature,
                level: to,
            });
            last = to;
        }
    }
    first
}
