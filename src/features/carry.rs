//! What has been kept of customers under one policy, as the features of another read it.

use crate::model::time::{DAY_MS, HOUR_MS, Span, Timestamp};

use super::counters::Counter;
use super::feature::{Aggregate, Feature, Field, Resolution, Window};
use super::filter::{Passes, TextField};
use super::history::History;
use super::layout::{Layout, Reading};
use super::notes::Notes;
use super::rolls::{Roll, Value};
use super::shape::{Look, Shape, Take, back_of, keys_asked};
use super::tally::Tally;

/// Why a feature cannot be told from what has been kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// Nothing is kept of those events.
    #[error("nothing is kept of its events (kinds, `where`, resolution, zone)")]
    Events,
    /// They are kept, but not for as long as its window.
    #[error("it looks back {wanted}, but {kept} of its events are kept")]
    Window {
        /// How far it looks back.
        wanted: Span,
        /// How far what is kept reaches back.
        kept: Span,
    },
    /// They are kept, but not that of them.
    #[error("its field is not kept of its events")]
    Field,
    /// That is kept of them, but not all of it.
    #[error("it tells more values of its field apart than are kept of its events")]
    Values,
    /// That member of the profile is not kept.
    #[error("nothing is kept of that member of the profile")]
    Member,
    /// They are kept, but what it counts is not kept apart, so that customers could be merged.
    #[error("what it counts is not kept apart, as merging customers needs it")]
    Apart,
    /// They are kept, but not since the starts of its ladder.
    #[error("nothing is counted of its events since the starts of its ladder (window, treatments)")]
    Started,
    /// They are kept, but what it makes of all that ever was is not.
    #[error("its aggregate over a window without end is not kept of its events")]
    Endless,
}

/// How to make what one layout keeps of a customer into what another keeps.
#[derive(Clone, Debug)]
pub struct Carry {
    /// Of each new series.
    series: Vec<Source>,
    /// Of each new total, the old one; but of counters.
    totals: Vec<usize>,
    /// Of each new total that is a counter, the old one.
    counters: Vec<(usize, Counter)>,
    /// Of each new summed field, the old one.
    summed: Vec<usize>,
    /// Of each new filter, the old one.
    filters: Vec<usize>,
    /// Of each new roll, the old one.
    rolls: Vec<usize>,
    /// Of each new member of the profile, the old one.
    members: Vec<usize>,
    /// The texts that are noted of orders: (the new field, the old one).
    said: Vec<(TextField, TextField)>,
    /// Whether nothing is to be done.
    is_idle: bool,
}

/// Where the words of a series come from.
#[derive(Clone, Debug)]
struct Source {
    series: usize,
    /// Of each new word of a bucket, the old one.
    words: Vec<usize>,
}

impl Carry {
    /// From what `old` keeps to what `new` keeps for these features. `back` says what a feature is
    /// in the terms of the old layout.
    ///
    /// # Errors
    /// The features that cannot be told, by their indices.
    pub fn new(
        old: &Layout,
        new: &Layout,
        features: &[Feature],
        back: impl Fn(&Feature) -> Option<Feature>,
    ) -> Result<Self, Vec<(usize, Gap)>> {
        let nowhere = Source {
            series: 0,
            words: Vec::new(),
        };
        let mut carry = Self {
            series: vec![nowhere; new.series.len()],
            totals: vec![0; new.totals],
            counters: Vec::new(),
            summed: vec![0; new.summed.len()],
            filters: vec![0; new.filters.len()],
            rolls: vec![0; new.rolls.all().len()],
            members: vec![0; new.members.len()],
            said: Vec::new(),
            is_idle: false,
        };
        let mut gaps = Vec::new();
        for (ix, feature) in features.iter().enumerate() {
            if let Aggregate::Derived(_) = feature.aggregate {
                continue;
            }
            let there = back(feature).ok_or(match feature.aggregate.may_be_unknown() {
                true => Gap::Member,
                false => Gap::Events,
            });
            let found = there.and_then(|there| carry.source(old, new, (ix, feature), &there));
            if let Err(gap) = found {
                gaps.push((ix, gap));
            }
        }
        if !gaps.is_empty() {
            return Err(gaps);
        }
        carry.is_idle = carry.changes_nothing(old, new);
        Ok(carry)
    }

    /// Notes where a feature finds what it needs; `there` is the same one in the old terms.
    fn source(
        &mut self,
        old: &Layout,
        new: &Layout,
        (ix, feature): (usize, &Feature),
        there: &Feature,
    ) -> Result<(), Gap> {
        if let (Some(filter), Some(was)) = (&feature.filter, &there.filter) {
            let place = |layout: &Layout, it| layout.filters.iter().position(|known| known == it);
            let (here, was) = (place(new, filter), place(old, was));
            self.filters[here.ok_or(Gap::Events)?] = was.ok_or(Gap::Events)?;
        }
        if let (Reading::Latest(member), Aggregate::Latest(attr, _)) =
            (new.readings[ix], there.aggregate)
        {
            let mut kept = old.members.iter();
            let from = kept.position(|member| member.attr == attr);
            self.members[member] = from.ok_or(Gap::Member)?;
            return Ok(());
        }
        if let (Reading::Notes(regard), Some(value)) = (new.readings[ix], there.aggregate.noted()) {
            let (from, roll) = roll_of(old, there, value)?;
            if new.rolls.all()[regard.roll].apart && !roll.apart {
                return Err(Gap::Apart);
            }
            self.rolls[regard.roll] = from;
            if let (Value::Text(field), Some(Value::Text(is))) =
                (roll.value, feature.aggregate.noted())
                && !self.said.contains(&(is, field))
            {
                self.said.push((is, field));
            }
            return Ok(());
        }
        let (from, to) = (series(old, there), series(new, feature));
        let (from, to) = (from.ok_or(Gap::Events)?, to.ok_or(Gap::Events)?);
        let (shape, made) = (&old.series[from], &new.series[to]);
        let counts_days = there.aggregate == Aggregate::DistinctDays;
        let for_ever = matches!(new.readings[ix], Reading::Total(_));
        if counts_days && for_ever && made.apart && !shape.apart {
            return Err(Gap::Apart);
        }
        self.tells(new.readings[ix], shape, there)?;
        let source = &mut self.series[to];
        source.series = from;
        source.words.resize(made.width, 0);
        source.words[1] = 1;
        if made.firm {
            source.words[made.width - 1] = shape.width - 1;
        }
        let (field, was) = (feature.aggregate.summed(), there.aggregate.summed());
        if let (Some(field), Some(was)) = (field, was) {
            if made.fields.contains(&field) && shape.fields.contains(&was) {
                source.words[made.word(field)] = shape.word(was);
            }
            if let (Field::Attr(attr, _), Field::Attr(was, _)) = (field, was) {
                let place = |layout: &Layout, attr| layout.summed.iter().position(|it| *it == attr);
                let (here, was) = (place(new, attr), place(old, was));
                self.summed[here.ok_or(Gap::Field)?] = was.ok_or(Gap::Field)?;
            }
        }
        Ok(())
    }

    /// Whether a series has all that a feature needs; notes where its total comes from.
    fn tells(&mut self, reading: Reading, shape: &Shape, there: &Feature) -> Result<(), Gap> {
        match reading {
            Reading::Derived(_)
            | Reading::Latest(_)
            | Reading::Notes(_)
            | Reading::Buckets(_, Look::First) => Ok(()),
            Reading::Buckets(_, Look::Latest) => shape.latest.then_some(()).ok_or(Gap::Endless),
            Reading::Buckets(..) => {
                reaches(there, shape.longest)?;
                match there.aggregate.summed() {
                    Some(field) if !shape.fields.contains(&field) => Err(Gap::Field),
                    _ => Ok(()),
                }
            }
            Reading::Total(total) => {
                let take = Take::of(there.aggregate).ok_or(Gap::Endless)?;
                if let Window::Start(start) = there.window {
                    let mut kept = shape.counters.iter();
                    let kept = kept.find(|(was, taken)| (was.start, *taken) == (start, take));
                    let (was, _) = kept.ok_or(Gap::Started)?;
                    self.counters.push((total, *was));
                    return Ok(());
                }
                let from = back_of(there).err().ok_or(Gap::Endless)?;
                let mut kept = shape.totals.iter();
                let kept = kept.find(|(_, was, since)| (*was, *since) == (take, from));
                self.totals[total] = kept.ok_or(Gap::Endless)?.0;
                Ok(())
            }
        }
    }

    /// Whether both layouts keep the same in the same places.
    fn changes_nothing(&self, old: &Layout, new: &Layout) -> bool {
        let in_place = |all: &[usize], count: usize| {
            all.len() == count && all.iter().enumerate().all(|(ix, from)| ix == *from)
        };
        let mut series = self.series.iter().enumerate();
        self.series.len() == old.series.len()
            && series.all(|(ix, source)| {
                let (was, is) = (&old.series[ix], &new.series[ix]);
                source.series == ix
                    && was.has_buckets() == is.has_buckets()
                    && in_place(&source.words, was.width)
            })
            && in_place(&self.totals, old.totals)
            && old.counters.is_empty()
            && new.counters.is_empty()
            && in_place(&self.summed, old.summed.len())
            && in_place(&self.filters, old.filters.len())
            && in_place(&self.rolls, old.rolls.all().len())
            && in_place(&self.members, old.members.len())
            && self.said.iter().all(|(is, was)| is == was)
    }

    fn passes(&self, old: Passes) -> Passes {
        let filters = self.filters.iter().enumerate();
        let passed = filters.filter(|(_, from)| old.hold(Passes::one(**from)));
        passed.fold(Passes::default(), |all, (ix, _)| all.with(ix))
    }
}

impl History {
    /// Reads what is kept as another layout has it; orders up to `forgotten` are forgotten.
    pub fn carry(&mut self, carry: &Carry, old: &Layout, new: &Layout, forgotten: Timestamp) {
        if let Some(kept) = &mut self.kept {
            kept.orders.keep(forgotten, |passes| match carry.is_idle {
                true => passes,
                false => carry.passes(passes),
            });
        }
        if carry.is_idle {
            return;
        }
        if let Some(kept) = &mut self.kept {
            let notes = kept.notes.take();
            let any = !carry.rolls.is_empty() || !carry.members.is_empty();
            kept.notes = notes.filter(|_| any).map(|notes| {
                let Notes { texts, sayings, .. } = &*notes;
                let mut carried = Notes::new(&new.rolls);
                carried.texts = texts.clone();
                carried.sayings = sayings.carried(&carry.said);
                carried.profile = notes.profile.carried(&carry.members);
                for (roll, from) in carry.rolls.iter().enumerate() {
                    carried.append(roll, notes.of(*from));
                }
                Box::new(carried)
            });
        }
        let mut tally = Tally::new(new);
        tally.set_frontier(self.tally.frontier());
        tally.set_all(new, self.tally.all(old));
        for (ix, source) in carry.series.iter().enumerate() {
            if new.series[ix].has_buckets() {
                let from = self.tally.buckets(old, source.series);
                let words = from.forwards().flat_map(|bucket| {
                    let words = source.words.iter();
                    words.map(move |word| bucket.word(*word))
                });
                tally.fill(new, ix, &words.collect::<Vec<_>>(), from.growing);
            }
        }
        for (total, from) in carry.totals.iter().enumerate() {
            tally.set_total(new, total, self.tally.total(old, *from));
        }
        for counter in &new.counters {
            let mut counters = carry.counters.iter();
            let was = counters.find(|(total, _)| *total == counter.total);
            let (_, was) = was.expect("every counter comes from another");
            let has = self.tally.total(old, was.total);
            let after = self.tally.began(old, was.place);
            tally.begin(new, *counter, after, has);
        }
        for (summed, from) in carry.summed.iter().enumerate() {
            tally.set_ever(new, summed, self.tally.ever(old, *from));
        }
        self.tally = tally;
    }
}

/// The series of a feature, if there is one.
fn series(layout: &Layout, feature: &Feature) -> Option<usize> {
    let passes = passes_of(layout, feature)?;
    let mut shapes = layout.series.iter();
    shapes.position(|shape| shape.holds(feature, passes))
}

/// What something must pass for a feature, if the layout knows the filter.
fn passes_of(layout: &Layout, feature: &Feature) -> Option<Passes> {
    Some(match &feature.filter {
        None => Passes::default(),
        Some(filter) => Passes::one(layout.filters.iter().position(|known| known == filter)?),
    })
}

/// The roll in which what a feature notes is kept, if all of it is.
fn roll_of<'l>(
    layout: &'l Layout,
    feature: &Feature,
    value: Value,
) -> Result<(usize, &'l Roll), Gap> {
    let passes = passes_of(layout, feature).ok_or(Gap::Events)?;
    let rolls = layout.rolls.all().iter().enumerate();
    let mut same: Vec<(usize, &Roll)> = rolls
        .filter(|(_, roll)| roll.is_over(feature, passes))
        .collect();
    if same.is_empty() {
        return Err(Gap::Events);
    }
    same.retain(|(_, roll)| roll.value == value);
    if same.is_empty() {
        return Err(Gap::Field);
    }
    let from = back_of(feature).err();
    let found = same.into_iter().find(|(_, roll)| roll.from == from);
    let (ix, roll) = found.ok_or(Gap::Endless)?;
    reaches(feature, roll.longest)?;
    let told_apart = match feature.aggregate {
        Aggregate::Distinct(_, most) => i64::from(most),
        _ => i64::MAX,
    };
    if roll.enough.is_some_and(|enough| enough < told_apart) {
        return Err(Gap::Values);
    }
    Ok((ix, roll))
}

/// Whether what is kept for so many keys is kept for as long as the window of a feature.
fn reaches(feature: &Feature, kept: Option<i64>) -> Result<(), Gap> {
    let Some(wanted) = keys_asked(feature) else {
        return Ok(());
    };
    let kept = kept.unwrap_or(0);
    if kept < wanted {
        let span = |keys| Span(keys * unit_ms(feature.resolution));
        let (wanted, kept) = (span(wanted), span(kept));
        return Err(Gap::Window { wanted, kept });
    }
    Ok(())
}

fn unit_ms(resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Exact => 1,
        Resolution::Hour => HOUR_MS,
        Resolution::Day => DAY_MS,
    }
}
