//! What lies ahead of one customer if no further event comes: the levels of all features now, and
//! every flip to come.

use std::cmp::Reverse;

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::back::Back;
use super::buckets::{Bucket, Buckets};
use super::course::{Course, meet};
use super::cuts::{Level, level_among};
use super::decay::{Days, Decay};
use super::feature::Resolution;
use super::history::History;
use super::layout::{Layout, Reader};
use super::moment::{Moment, reached};
use super::notes::Note;
use super::profile::Latest;
use super::regard::{Piece, Regard};
use super::shape::Look;
use super::tally::Tally;
use super::texts::Texts;

/// A feature comes to another level because time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The first instant at which it is there.
    pub at: Timestamp,
    /// Index of the feature.
    pub feature: usize,
    /// The level it comes to.
    pub level: Level,
}

/// Reused from one look to the next; what it holds is about the last one.
#[derive(Clone, Debug, Default)]
pub struct Outlook {
    levels: Vec<Level>,
    /// From the last to the first.
    flips: Vec<Flip>,
    /// Of the two parts of a derived feature.
    courses: [Course; 2],
}

impl Outlook {
    /// Looks ahead from `at`, which is not before the customer's frontier.
    pub fn look(&mut self, layout: &Layout, zone: &Zone, history: &History, at: Timestamp) {
        let now = Moment::new(zone, at);
        self.flips.clear();
        self.levels.clear();
        self.levels.extend_from_slice(&layout.idle);
        for (total, reader) in &layout.compared_totals {
            let total = history.tally.total(layout, *total);
            self.levels[reader.feature] = settle(&reader.cuts, 0, total);
        }
        let mut ahead = Ahead {
            layout,
            tally: &history.tally,
            zone,
            resolution: Resolution::Exact,
            flips: &mut self.flips,
        };
        for (shape, buckets) in history.tally.series(layout) {
            if buckets.is_empty() {
                continue;
            }
            ahead.resolution = shape.resolution;
            let now = now.key(shape.resolution);
            for sight in &shape.sights {
                self.levels[sight.1.feature] = ahead.see(sight, &buckets, now);
            }
        }
        for roll in layout.rolls.all() {
            ahead.resolution = roll.resolution;
            for (regard, reader) in &roll.sights {
                let notes = history.notes(regard.roll);
                let regard = regard.of(layout, &history.tally);
                self.levels[reader.feature] = ahead.regard(regard, reader, notes, now);
            }
        }
        for (ix, member) in layout.members.iter().enumerate() {
            if let Some(reader) = &member.reader {
                let (said, texts) = history.latest(ix);
                self.levels[reader.feature] = Latest::level(said, texts, reader);
            }
        }
        for (derived, reader) in &layout.derived {
            let Self { courses, flips, .. } = self;
            for (course, part) in courses.iter_mut().zip(derived.parts) {
                course.follow(layout, zone, history, part, now);
            }
            self.levels[reader.feature] = meet(courses, derived, reader, flips);
        }
        // Flips of one feature were found from the last to the first, so a stable sort keeps those
        // of one instant in that order.
        self.flips.sort_by_key(|flip| Reverse(flip.at));
    }

    /// The level of every feature now; 0 where nothing is compared with it.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// All flips after now in the order in which they come about, those of one instant together.
    pub fn instants(&self) -> impl Iterator<Item = Instant<'_>> {
        let together = self.flips.chunk_by(|one, other| one.at == other.at);
        together.rev().map(Instant)
    }
}

/// All flips of one instant.
#[derive(Clone, Copy, Debug)]
pub struct Instant<'a>(&'a [Flip]);

impl<'a> Instant<'a> {
    /// The instant.
    #[must_use]
    pub fn at(self) -> Timestamp {
        self.0[0].at
    }

    /// The flips. Where a feature flips more than once, the last one counts.
    pub fn flips(self) -> impl Iterator<Item = &'a Flip> {
        self.0.iter().rev()
    }
}

/// What lies ahead of the features of one series, or of one kind of notes.
struct Ahead<'a> {
    layout: &'a Layout,
    tally: &'a Tally,
    zone: &'a Zone,
    resolution: Resolution,
    flips: &'a mut Vec<Flip>,
}

impl Ahead<'_> {
    /// Adds the flips of the feature and tells its level now. Neither it nor what is rarely needed
    /// of it is put in line with its caller: all in one is more than there are registers for.
    #[inline(never)]
    fn see(&mut self, (look, reader): &(Look, Reader), buckets: &Buckets<'_>, now: i64) -> Level {
        match *look {
            Look::Sum { back, word } => {
                let (growing, place) = (buckets.growing || word == 1, buckets.form.place(word));
                self.window((reader, *buckets), now, back, growing, |bucket| {
                    bucket.get(place)
                })
            }
            Look::Days { back } => {
                let value = |bucket: Bucket<'_>| i64::from(bucket.count() > 0);
                self.window((reader, *buckets), now, back, true, value)
            }
            Look::Decayed { decay, word } => {
                self.decaying(reader, &self.layout.decays[decay], &buckets.days(word), now)
            }
            Look::Latest => self.ageing(reader, buckets.latest(), now),
            Look::First => self.ageing(reader, buckets.first(), now),
        }
    }

    /// A window, by what it counts of each bucket; `growing` if that is never below zero.
    #[inline]
    fn window(
        &mut self,
        (reader, buckets): (&Reader, Buckets<'_>),
        now: i64,
        back: Back,
        growing: bool,
        value: impl Fn(Bucket<'_>) -> i64,
    ) -> Level {
        if let Back::Keys(keys) = back {
            let (bound, leaves) = (now.saturating_sub(keys), |key: i64| {
                key.saturating_add(keys)
            });
            return self.leaving((reader, buckets), growing, (bound, leaves), value);
        }
        let back = self.tally.back(self.layout, back);
        let Some(turns) = back.turns(now) else {
            let (bound, leaves) = (back.bound(now), |key| back.leaves(key));
            return self.leaving((reader, buckets), growing, (bound, leaves), value);
        };
        self.turning(reader, turns, |key| {
            buckets.seen(back, key.unwrap_or(now)).map(&value).sum()
        })
    }

    /// Buckets leave a window one after another, whose keys lie beyond a bound. Seen from the
    /// newest to the oldest, the sum so far is what the window holds once the next older bucket has
    /// left. Of a sum that only grows, buckets beyond the last cut need not be seen.
    fn leaving(
        &mut self,
        (reader, buckets): (&Reader, Buckets<'_>),
        growing: bool,
        (bound, leaves): (i64, impl Fn(i64) -> i64),
        value: impl Fn(Bucket<'_>) -> i64,
    ) -> Level {
        let top = reader.cuts.len() as Level;
        let mut sum = 0;
        let mut level = reader.empty;
        for bucket in buckets.backwards() {
            let key = bucket.key();
            if key <= bound || (growing && level == top) {
                break;
            }
            sum += value(bucket);
            let with = settle(&reader.cuts, level, sum);
            if with != level {
                self.flip(reader, leaves(key), level);
                level = with;
            }
        }
        level
    }

    /// A window that sees something else from some keys on. `sum` is of what it sees from a key on,
    /// or now.
    fn turning(
        &mut self,
        reader: &Reader,
        turns: [i64; 2],
        sum: impl Fn(Option<i64>) -> i64,
    ) -> Level {
        let level = |key| settle(&reader.cuts, 0, sum(key));
        let levels = turns.map(|key| level(Some(key)));
        let now = level(None);
        for (ix, key) in turns.into_iter().enumerate() {
            let before = levels.get(ix + 1).copied().unwrap_or(now);
            if levels[ix] != before {
                self.flip(reader, key, levels[ix]);
            }
        }
        now
    }

    /// A sum that weighs less day by day, until nothing of it is left.
    #[inline(never)]
    fn decaying(&mut self, reader: &Reader, decay: &Decay, days: &Days, now: i64) -> Level {
        let level = |left: i64| settle(&reader.cuts, reader.empty, left);
        let mut turns = Vec::new();
        if let Some((newest, _)) = days.first() {
            decay.turns(days, (now, newest + decay.lasts()), &level, &mut turns);
        }
        for (day, level) in turns.into_iter().rev() {
            self.flip(reader, day, level);
        }
        level(decay.left(days, now))
    }

    /// A time since a key: it reaches one cut after another.
    #[inline(never)]
    fn ageing(&mut self, reader: &Reader, since: Option<i64>, now: i64) -> Level {
        let Some(since) = since else {
            return reader.cuts.len() as Level + 1;
        };
        let level = settle(&reader.cuts, 0, now.saturating_sub(since));
        for ix in (level as usize..reader.cuts.len()).rev() {
            let key = since.saturating_add(reader.cuts[ix]);
            self.flip(reader, key, ix as Level + 1);
        }
        level
    }

    /// What is noted: its value is another one whenever notes leave the window, and one that grows
    /// reaches one cut after another meanwhile.
    #[inline(never)]
    fn regard(
        &mut self,
        regard: Regard,
        reader: &Reader,
        (notes, texts): (&[Note], &Texts),
        now: Moment,
    ) -> Level {
        let now = now.key(self.resolution);
        let (course, piece) = regard.course(notes, texts, now);
        let level = |piece, key| match piece {
            Piece::Never => reader.cuts.len() as Level + 1,
            Piece::Is(number) if regard.is_text() => {
                let text = texts.get(number);
                level_among(&reader.texts, text.expect("the texts of notes are kept"))
            }
            Piece::Is(number) => settle(&reader.cuts, 0, number),
            Piece::Grows(rhythm) => settle(&reader.cuts, 0, rhythm.silence(key)),
        };
        let mut ends = course.iter().rev().map(|(key, _)| *key).skip(1);
        let first_end = course.last().map_or(i64::MAX, |(key, _)| *key);
        let mut levels = vec![(now, level(piece, now))];
        reach(piece, first_end, &reader.cuts, &mut levels);
        for (key, piece) in course.iter().rev() {
            levels.push((*key, level(*piece, *key)));
            reach(
                *piece,
                ends.next().unwrap_or(i64::MAX),
                &reader.cuts,
                &mut levels,
            );
        }
        let first = levels[0].1;
        levels.dedup_by_key(|(_, level)| *level);
        for (key, level) in levels.into_iter().skip(1).rev() {
            self.flip(reader, key, level);
        }
        first
    }

    #[inline]
    fn flip(&mut self, reader: &Reader, key: i64, level: Level) {
        let at = reached(self.zone, self.resolution, key);
        if at < Timestamp::MAX {
            self.flips.push(Flip {
                at,
                feature: reader.feature,
                level,
            });
        }
    }
}

/// Adds the levels that a value comes to before a key, as it grows from the last one.
fn reach(piece: Piece, end: i64, cuts: &[i64], levels: &mut Vec<(i64, Level)>) {
    let Piece::Grows(rhythm) = piece else {
        return;
    };
    let (mut key, mut level) = levels.last().copied().unwrap_or_default();
    while let Some(cut) = cuts.get(level as usize) {
        key = key.max(rhythm.reaches(*cut));
        level = settle(cuts, level, rhythm.silence(key));
        if key >= end {
            return;
        }
        levels.push((key, level));
    }
}

/// The level of a value, sought from a level near it.
pub(super) fn settle(cuts: &[i64], near: Level, value: i64) -> Level {
    let mut level = near as usize;
    while level < cuts.len() && value >= cuts[level] {
        level += 1;
    }
    while level > 0 && value < cuts[level - 1] {
        level -= 1;
    }
    level as Level
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::cuts::Cuts;
    use crate::features::feature::{Aggregate, Feature, Field, Window};
    use crate::features::history::Strangers;
    use crate::features::layout::Reach;
    use crate::features::measures::Measured;
    use crate::model::detail::Details;
    use crate::model::event::{Event, Kind, KindSet};
    use crate::model::money::Money;
    use crate::model::time::{DAY_MS, Span};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const HOUR: i64 = DAY_MS / 24;
    /// The Sunday on which London's clocks go forward is day 2 from here.
    const START: i64 = 1_774_569_600_000;

    static LONDON: LazyLock<Zone> =
        LazyLock::new(|| Zone::named("Europe/London").expect("bundled"));

    fn features() -> Vec<Feature> {
        let bought = KindSet::default().with(Kind::Purchase);
        let all = bought.with(Kind::Refund).with(Kind::Cancel);
        let sum = Aggregate::Sum(Field::Amount);
        let days = |n| Window::Rolling(Span::from_days(n));
        let hours = |n| Window::Rolling(Span(n * HOUR));
        use Aggregate::{Count, DecayedSum, DistinctDays, SinceFirst, SinceLast};
        use Resolution::{Day, Exact};
        [
            (bought, sum, days(3), Day),
            (bought, sum, hours(30), Exact),
            (bought, Aggregate::Sum(Field::Margin), hours(30), Exact),
            (bought, Count, days(2), Day),
            (bought, DistinctDays, days(3), Day),
            (all, Count, hours(20), Exact),
            (all, DistinctDays, days(4), Day),
            (bought, DistinctDays, Window::Lifetime, Day),
            (bought, sum, Window::Lifetime, Day),
            (bought, SinceLast, Window::Lifetime, Day),
            (bought, SinceLast, Window::Lifetime, Exact),
            (all, SinceLast, Window::Lifetime, Exact),
            (bought, SinceFirst, Window::Lifetime, Day),
            (bought, SinceFirst, Window::Lifetime, Exact),
            (all, SinceFirst, Window::Lifetime, Exact),
            (bought, DecayedSum(Field::Amount, 2), Window::Lifetime, Day),
            (bought, DecayedSum(Field::Margin, 1), Window::Lifetime, Day),
        ]
        .map(|(kinds, aggregate, window, resolution)| Feature {
            name: String::new(),
            kinds,
            filter: None,
            aggregate,
            window,
            resolution,
        })
        .to_vec()
    }

    fn cuts(features: &[Feature]) -> Cuts {
        use Aggregate::{SinceFirst, SinceLast};
        let of = |feature: &Feature| match (feature.aggregate, feature.resolution) {
            (Aggregate::Sum(_) | Aggregate::DecayedSum(..), _) => vec![-20, 0, 1, 15, 30, 60],
            (SinceLast | SinceFirst, Resolution::Exact) => vec![1, HOUR, 20 * HOUR, 50 * HOUR],
            _ => vec![1, 2, 3, 5],
        };
        Cuts::new(features.iter().map(of).collect())
    }

    #[derive(Clone, Debug)]
    struct Deed {
        kind: Kind,
        hours: i64,
        order: u8,
        amount: i64,
        margin: i64,
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let kind = prop_oneof![
            4 => Just(Kind::Purchase),
            2 => Just(Kind::Refund),
            1 => Just(Kind::Cancel)
        ];
        let deed = (kind, 0..90_i64, 0..6_u8, 0..40_i64, -9..9_i64);
        let deed = deed.prop_map(|(kind, hours, order, amount, margin)| Deed {
            kind,
            hours,
            order,
            amount,
            margin,
        });
        prop::collection::vec(deed, 0..14)
    }

    fn absorbed(layout: &Layout, zone: &Zone, deeds: &[Deed]) -> History {
        let mut history = History::new(layout);
        for deed in deeds {
            let order = deed.order.to_string();
            let event = Event {
                event_id: "e",
                customer: "c",
                kind: deed.kind,
                at: Timestamp(START + deed.hours * HOUR),
                order: (deed.order > 0).then_some(order.as_str()),
                amount: Money(deed.amount),
                currency: None,
                quantity: 0,
                margin: Money(deed.margin),
                details: Details::default(),
                command: None,
            };
            if history.admit(layout, &event, Strangers::Counted).is_ok() {
                let at = history.judging_instant(event.at);
                history.absorb(layout, zone, &event, Timestamp(START));
                history.judged_at(at);
            }
        }
        history
    }

    proptest! {
        /// At every hour, and a millisecond before it, the levels foreseen are those of the values
        /// measured then.
        #[test]
        fn what_is_foreseen_comes_about(deeds in deeds()) {
            let zone = &*LONDON;
            let features = features();
            let cuts = cuts(&features);
            let days = Span::from_days;
            let reach = Reach { known: days(4), orders: days(4), late: days(9) };
            let layout = Layout::new(&features, &cuts, reach);
            let history = absorbed(&layout, zone, &deeds);
            let from = history.frontier().max(Timestamp(START));
            let mut outlook = Outlook::default();
            outlook.look(&layout, zone, &history, from);
            let mut levels = outlook.levels().to_vec();
            let mut flips = outlook.instants().flat_map(Instant::flips).peekable();
            for half in 0..400 {
                let at = Timestamp(from.0 + half / 2 * HOUR + (half % 2) * (HOUR - 1));
                while let Some(flip) = flips.next_if(|flip| flip.at <= at) {
                    prop_assert!(flip.at > from);
                    levels[flip.feature] = flip.level;
                }
                let measured = Measured::new(&layout, zone, &history, at).all();
                for (feature, measure) in measured.into_iter().enumerate() {
                    let expected = cuts.level_of(feature, &measure);
                    prop_assert_eq!(levels[feature], expected, "{} {:?}", feature, at);
                }
            }
            // What decays does so for a month.
            let decays = |flip: &&Flip| {
                matches!(features[flip.feature].aggregate, Aggregate::DecayedSum(..))
            };
            prop_assert_eq!(flips.find(|flip| !decays(flip)), None);
        }
    }
}
