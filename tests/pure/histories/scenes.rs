//! Places and dates at which calendars do something.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Mutex, OnceLock};

use tidemark::model::time::Timestamp;
use tidemark::model::zone::{Zone, parse_instant};

use crate::model::days::Days;

/// Where and from when a history plays.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) zone: &'static str,
    pub(crate) from: &'static str,
}

const fn scene(zone: &'static str, from: &'static str) -> Scene {
    Scene { zone, from }
}

/// Each shortly before what its comment says.
pub(crate) const SCENES: [Scene; 21] = [
    scene("UTC", "2026-01-05T22:00:00Z"),
    // A leap day.
    scene("UTC", "2024-02-28T12:00:00Z"),
    // A day of 23 hours, a day of 25 hours.
    scene("Europe/London", "2026-03-28T21:00:00Z"),
    scene("Europe/London", "2026-10-24T12:00:00Z"),
    scene("America/New_York", "2024-03-09T20:00:00Z"),
    scene("America/New_York", "2024-11-02T20:00:00Z"),
    // Midnight is skipped; the last hour of a day comes twice.
    scene("America/Sao_Paulo", "2018-11-03T18:00:00Z"),
    scene("America/Sao_Paulo", "2018-02-17T12:00:00Z"),
    // A quarter of an hour is skipped at a new year's midnight.
    scene("Asia/Kathmandu", "1985-12-31T06:00:00Z"),
    scene("Asia/Kathmandu", "2026-01-01T17:00:00Z"),
    // The whole of 30 December is skipped; a day of 25 hours.
    scene("Pacific/Apia", "2011-12-29T00:00:00Z"),
    scene("Pacific/Apia", "2012-03-31T00:00:00Z"),
    // One minute past midnight the clock goes back to the day before.
    scene("America/St_Johns", "2010-11-06T14:00:00Z"),
    scene("America/St_Johns", "2010-03-13T14:00:00Z"),
    // Days that are half an hour short, or long.
    scene("Australia/Lord_Howe", "2026-10-03T06:00:00Z"),
    scene("Australia/Lord_Howe", "2026-04-04T06:00:00Z"),
    // The country moves to another zone, by half an hour at midnight; and to one without changes.
    scene("Asia/Pyongyang", "2015-08-14T06:00:00Z"),
    scene("Asia/Pyongyang", "2018-05-04T06:00:00Z"),
    scene("Europe/Istanbul", "2016-10-28T12:00:00Z"),
    // The ends of the engine's table of days.
    scene("UTC", "1970-01-01T22:00:00Z"),
    scene("UTC", "2119-12-30T22:00:00Z"),
];

impl Scene {
    /// Its first instant.
    pub(crate) fn start(&self) -> Timestamp {
        parse_instant(self.from).expect("an RFC 3339 instant")
    }

    /// Its zone for a policy; made once per process, since it is a table of 150 years.
    pub(crate) fn zone(&self) -> Zone {
        static MADE: OnceLock<Mutex<BTreeMap<&'static str, Zone>>> = OnceLock::new();
        let mut made = MADE
            .get_or_init(Mutex::default)
            .lock()
            .expect("nobody panics while making a zone");
        made.entry(self.zone)
            .or_insert_with(|| Zone::named(self.zone).expect("a zone of the bundled data"))
            .clone()
    }

    /// Its zone for the model; one per thread.
    pub(crate) fn days(&self) -> Rc<Days> {
        days_of(self.zone)
    }
}

/// The days of a zone, one per thread.
pub(crate) fn days_of(zone: &str) -> Rc<Days> {
    thread_local! {
        static MADE: RefCell<BTreeMap<String, Rc<Days>>> = RefCell::default();
    }
    MADE.with_borrow_mut(|made| {
        let days = made
            .entry(zone.to_owned())
            .or_insert_with(|| Rc::new(Days::of_zone(zone)));
        Rc::clone(days)
    })
}
