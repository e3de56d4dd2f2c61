//! Where a policy without memory takes a customer, looked up: the ranks at all levels of features.

use crate::features::cuts::Level;
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;

use super::checks::Support;
use super::climb::Now;
use super::declared::{Policy, Tier};
use super::judge::Judge;
use super::overrides::NONE;
use super::rule::{Rule, Subject};
use super::truths::Truths;

/// Cells of a ladder or map at most.
const CELLS_MAX: u32 = 1 << 14;
/// Ladders and maps at most, so that one instruction can reckon with all of them.
const SCALES_MAX: usize = 8;

/// A number for each ladder and map; none is beyond [`CELLS_MAX`].
type Row = [u16; SCALES_MAX];

/// Of a policy whose ladders remember nothing: for each ladder and map a table with a cell for all
/// that it looks at, which are the levels of its features, the tiers of the ladders before it and,
/// on a ladder, the rank so far.
#[derive(Clone, Debug)]
pub struct Chart {
    /// By ladder and map: the rank in each cell.
    ranks: Vec<Vec<u8>>,
    /// By feature, for each ladder and map: how far apart the cells of two levels are.
    levels: Vec<Row>,
    /// By ladder and map, the same of its ranks.
    tiers: Vec<Row>,
}

/// Where on a [`Chart`] a customer is. Reused from one judging to the next.
#[derive(Clone, Debug, Default)]
pub struct Spots {
    levels: Vec<Level>,
    cells: Row,
}

/// What a ladder or map looks at, and how many levels or ranks there are.
struct Sight {
    about: Subject,
    sides: u32,
    /// How far apart the cells of two of them are.
    step: u32,
}

impl Chart {
    /// Of a policy, if no ladder of it waits or warns, and all are few that look at little; others
    /// are judged rule by rule.
    pub(super) fn new(policy: &Policy, judge: &Judge) -> Option<Self> {
        if judge.marks() > 0 || policy.scales() > SCALES_MAX {
            return None;
        }
        let mut chart = Self {
            ranks: Vec::with_capacity(policy.scales()),
            levels: vec![Row::default(); policy.features.len()],
            tiers: vec![Row::default(); policy.scales()],
        };
        for scale in (0..policy.scales()).map(ScaleIx) {
            let (sights, cells) = sights(policy, judge, scale)?;
            for sight in &sights {
                let steps = match sight.about {
                    Subject::Feature(feature) => &mut chart.levels[feature],
                    Subject::Tier(ladder) => &mut chart.tiers[ladder.0],
                };
                steps[scale.0] = sight.step as u16;
            }
            let cells = (0..cells).map(|cell| in_cell(policy, judge, scale, &sights, cell));
            chart.ranks.push(cells.collect());
        }
        Some(chart)
    }

    /// Where a customer of these ranks stands at these levels; the ranks are replaced.
    pub fn judge(&self, levels: &[Level], spots: &mut Spots, ranks: &mut [u8]) {
        spots.levels.clear();
        spots.levels.extend_from_slice(levels);
        let mut cells = Row::default();
        for (level, steps) in levels.iter().zip(&self.levels) {
            add(&mut cells, steps, *level as u16);
        }
        let tables = self.ranks.iter().zip(&self.tiers).zip(ranks);
        for (ix, ((in_cells, steps), rank)) in (0..SCALES_MAX).zip(tables) {
            let cell = cells[ix] + u16::from(*rank) * steps[ix];
            *rank = in_cells[usize::from(cell)];
            add(&mut cells, steps, u16::from(*rank));
        }
        spots.cells = cells;
    }

    /// A feature comes to a level.
    #[inline]
    pub fn flip(&self, feature: usize, level: Level, spots: &mut Spots) {
        let more = level.wrapping_sub(std::mem::replace(&mut spots.levels[feature], level));
        add(&mut spots.cells, &self.levels[feature], more as u16);
    }

    /// Whether a ladder or map moves a customer who has been judged to these ranks.
    #[inline]
    #[must_use]
    pub fn stirs(&self, spots: &Spots, ranks: &[u8]) -> bool {
        let mut all = self.ranks.iter().zip(&spots.cells).zip(ranks);
        all.any(|((ranks, cell), rank)| ranks[usize::from(*cell)] != *rank)
    }
}

/// Goes some levels or ranks further.
#[inline]
fn add(cells: &mut Row, steps: &Row, times: u16) {
    for (cell, step) in cells.iter_mut().zip(steps) {
        *cell = cell.wrapping_add(step.wrapping_mul(times));
    }
}

/// What a ladder or map looks at, and how many cells that makes; nothing if they are too many, or
/// it looks at the tier of a ladder that does not stand before it.
fn sights(policy: &Policy, judge: &Judge, scale: ScaleIx) -> Option<(Vec<Sight>, u32)> {
    let mut all: Vec<(Subject, u32)> = Vec::new();
    if let Some(ladder) = policy.ladders.get(scale.0) {
        all.push((Subject::Tier(scale), ladder.tiers.len() as u32));
    }
    for rule in rules(policy, scale) {
        look(policy, judge, rule, (scale, &mut all))?;
    }
    let mut cells: u32 = 1;
    let mut sights = Vec::with_capacity(all.len());
    for (about, sides) in all {
        sights.push(Sight {
            about,
            sides,
            step: cells,
        });
        cells = cells
            .checked_mul(sides)
            .filter(|cells| *cells <= CELLS_MAX)?;
    }
    Some((sights, cells))
}

fn rules(policy: &Policy, scale: ScaleIx) -> Vec<&Rule> {
    let ladders = policy.ladders.len();
    match policy.ladders.get(scale.0) {
        Some(ladder) => ladder.tiers.iter().flat_map(Tier::rules).collect(),
        None => {
            let segments = policy.maps[scale.0 - ladders].segments.iter();
            segments.flat_map(|segment| &segment.when).collect()
        }
    }
}

/// Adds what a rule of a ladder or map looks at, each once; nothing if it looks at the tier of a
/// ladder that does not stand before it.
fn look(
    policy: &Policy,
    judge: &Judge,
    rule: &Rule,
    (scale, all): (ScaleIx, &mut Vec<(Subject, u32)>),
) -> Option<()> {
    let about = match rule {
        Rule::Compare(ix) => policy.comparisons[*ix].subject,
        Rule::All(rules) | Rule::Any(rules) => {
            let mut rules = rules.iter();
            return rules.try_for_each(|rule| look(policy, judge, rule, (scale, all)));
        }
    };
    let sides = match about {
        Subject::Feature(feature) => judge.cuts().never(feature) + 1,
        Subject::Tier(ladder) if ladder < scale => policy.ladders[ladder.0].tiers.len() as u32,
        Subject::Tier(_) => return None,
    };
    if all.iter().all(|(known, _)| *known != about) {
        all.push((about, sides));
    }
    Some(())
}

/// The rank in a cell, by the rules.
fn in_cell(policy: &Policy, judge: &Judge, scale: ScaleIx, sights: &[Sight], cell: u32) -> u8 {
    let mut truths = Truths::default();
    truths.clear(policy.comparisons.len());
    let mut from = 0;
    for sight in sights {
        let side = cell / sight.step % sight.sides;
        match sight.about {
            Subject::Feature(feature) => judge.flip(feature, side, &mut truths),
            Subject::Tier(ladder) if ladder == scale => from = side as u8,
            Subject::Tier(ladder) => judge.give(ladder, side as u8, &mut truths),
        }
    }
    let now = Now {
        zone: &policy.zone,
        at: Timestamp(0),
    };
    let support = Support {
        ladder: scale,
        overrides: &NONE,
        spared: None,
    };
    judge.scales[scale.0].rank(now, &truths, from, support, &mut [])
}
