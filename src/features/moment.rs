//! An instant with its civil day, so that both resolutions can be reckoned in plain numbers.

use crate::model::time::{Day, HOUR_MS, Timestamp};
use crate::model::zone::Zone;

use super::feature::Resolution;

/// An instant and the civil day it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    at: Timestamp,
    day: Day,
}

impl Moment {
    /// The instant in that zone.
    pub(super) fn new(zone: &Zone, at: Timestamp) -> Self {
        Self {
            at,
            day: zone.day_of(at),
        }
    }

    /// The civil day.
    pub(super) fn day(self) -> Day {
        self.day
    }

    /// The number of the instant at a resolution: milliseconds, hours or days. A window of `n`
    /// ends at `key - n`, exclusively, at each.
    pub(super) fn key(&self, resolution: Resolution) -> i64 {
        match resolution {
            Resolution::Exact => self.at.0,
            Resolution::Hour => self.at.0.div_euclid(HOUR_MS),
            Resolution::Day => i64::from(self.day.0),
        }
    }
}

/// The first instant whose key is at least `key`; [`Timestamp::MAX`] beyond the calendar.
pub(super) fn reached(zone: &Zone, resolution: Resolution, key: i64) -> Timestamp {
    match resolution {
        Resolution::Exact => Timestamp(key),
        Resolution::Hour => Timestamp(key.saturating_mul(HOUR_MS)),
        Resolution::Day => i32::try_from(key).map_or(Timestamp::MAX, |day| zone.start_of(Day(day))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::zone::parse_instant;

    #[test]
    fn a_key_is_reached_at_the_first_instant_that_has_it() {
        let zone = Zone::named("Europe/London").expect("bundled");
        // The clocks go forward on 29 March 2026, so that day has 23 hours.
        let before = parse_instant("2026-03-29T22:59:59.999Z").expect("an instant");
        let start = parse_instant("2026-03-29T23:00:00Z").expect("an instant");
        let key = Moment::new(&zone, start).key(Resolution::Day);
        assert_eq!(Moment::new(&zone, before).key(Resolution::Day), key - 1);
        assert_eq!(reached(&zone, Resolution::Day, key), start);
        assert_eq!(reached(&zone, Resolution::Exact, start.0), start);
    }

    #[test]
    fn days_beyond_the_calendar_are_never_reached() {
        let zone = Zone::named("UTC").expect("bundled");
        assert_eq!(
            reached(&zone, Resolution::Day, i64::MAX / 2),
            Timestamp::MAX
        );
    }
}
