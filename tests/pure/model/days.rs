//! Civil days read off a zone's offsets, instant by instant.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use tidemark::model::time::{DAY_MS, Timestamp};

const QUARTER_MS: i64 = 15 * 60_000;

/// The civil days of one zone, counted from 1970-01-01.
pub(crate) struct Days {
    zone: TimeZone,
    /// What `start_of` has found so far.
    starts: RefCell<BTreeMap<i64, i64>>,
}

impl Days {
    pub(crate) fn of_zone(name: &str) -> Self {
        Self {
            zone: TimeZone::get(name).expect("a zone of the bundled data"),
            starts: RefCell::default(),
        }
    }

    /// The date that a calendar on the wall shows.
    fn shown(&self, at: i64) -> i64 {
        let instant = jiff::Timestamp::from_millisecond(at).expect("an instant of the calendar");
        let offset = i64::from(self.zone.to_offset(instant).seconds()) * 1000;
        (at + offset).div_euclid(DAY_MS)
    }

    /// The day that has begun last. Differs from the date shown where clocks go back over a
    /// midnight: the new day has begun and goes on.
    pub(crate) fn day_of(&self, at: Timestamp) -> i64 {
        let shown = self.shown(at.0);
        if self.start_of(shown + 1) <= at {
            shown + 1
        } else {
            shown
        }
    }

    /// The first instant that shows this date or, where the zone skips it, a later one. Every day
    /// of the zones and years in use begins at a quarter of an hour of UTC, which is checked.
    pub(crate) fn start_of(&self, day: i64) -> Timestamp {
        if let Some(start) = self.starts.borrow().get(&day) {
            return Timestamp(*start);
        }
        let mut start = day * DAY_MS - 26 * 3_600_000;
        while self.shown(start) < day {
            start += QUARTER_MS;
        }
        assert!(
            self.shown(start - 1) < day,
            "day {day} begins before {start}"
        );
        self.starts.borrow_mut().insert(day, start);
        Timestamp(start)
    }
}
