//! The values of all features of one customer at one instant.

use crate::model::change::Measure;
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::history::History;
use super::layout::{Layout, Reading, Take};
use super::moment::Moment;

/// The value of every feature at `at`, in declared order. `at` is not before the customer's
/// frontier: what lies further back than a window reaches from there may be gone.
#[must_use]
pub fn measures(layout: &Layout, zone: &Zone, history: &History, at: Timestamp) -> Vec<Measure> {
    let now = Moment::new(zone, at);
    layout
        .readings
        .iter()
        .map(|reading| measure(layout, history, &now, *reading))
        .collect()
}

/// The value of every feature of a customer without events.
#[must_use]
pub fn nothing_measured(layout: &Layout) -> Vec<Measure> {
    layout
        .readings
        .iter()
        .map(|reading| match reading {
            Reading::Latest { .. } => Measure::Never,
            Reading::Rolling { .. } | Reading::Lifetime { .. } => Measure::Is(0),
        })
        .collect()
}

fn measure(layout: &Layout, history: &History, now: &Moment, reading: Reading) -> Measure {
    match reading {
        Reading::Lifetime { slot } => Measure::Is(history.tally.total(layout, slot)),
        Reading::Latest { series } => {
            let now = now.key(layout.series[series].resolution);
            let latest = history.tally.buckets(layout, series).latest();
            latest.map_or(Measure::Never, |key| Measure::Is(now.saturating_sub(key)))
        }
        Reading::Rolling { series, span, take } => {
            let shape = &layout.series[series];
            let bound = now.key(shape.resolution).saturating_sub(span);
            let word = shape.word(take);
            let seen = history.tally.buckets(layout, series).backwards();
            let seen = seen.take_while(|bucket| bucket[0] > bound);
            Measure::Is(match take {
                Take::Days => seen.filter(|bucket| bucket[word] > 0).count() as i64,
                Take::Count | Take::Sum(_) => seen.map(|bucket| bucket[word]).sum(),
            })
        }
    }
}
