//! Civil days read off a zone's offsets, instant by instant.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use tidemark::model::period::Period;
use tidemark::model::time::{DAY_MS, Timestamp};
use tidemark::model::until::Until;

const QUARTER_MS: i64 = 15 * 60_000;

/// The civil days of one zone, counted from 1970-01-01.
pub(crate) struct Days {
    zone: TimeZone,
    /// What `period_ends` has found so far.
    ends: RefCell<BTreeMap<(Period, i64), i64>>,
    /// What `period_before` has found so far.
    befores: RefCell<BTreeMap<(Period, i64), i64>>,
    /// What `start_of` has found so far.
    starts: RefCell<BTreeMap<i64, i64>>,
}

impl Days {
    pub(crate) fn of_zone(name: &str) -> Self {
        Self {
            zone: TimeZone::get(name).expect("a zone of the bundled data"),
            starts: RefCell::default(),
            ends: RefCell::default(),
            befores: RefCell::default(),
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

    /// The first day after this one that lies in another period.
    pub(crate) fn period_ends(&self, period: Period, day: i64) -> i64 {
        if let Some(end) = self.ends.borrow().get(&(period, day)) {
            return *end;
        }
        let this = label(period, day);
        let end = (day + 1..).find(|later| label(period, *later) != this);
        let end = end.expect("a period ends");
        self.ends.borrow_mut().insert((period, day), end);
        end
    }

    /// The last day before this one that lies in another period.
    pub(crate) fn period_before(&self, period: Period, day: i64) -> i64 {
        if let Some(before) = self.befores.borrow().get(&(period, day)) {
            return *before;
        }
        let this = label(period, day);
        let mut before = day - 1;
        while label(period, before) == this {
            before -= 1;
        }
        self.befores.borrow_mut().insert((period, day), before);
        before
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

    /// The first instant that does not belong any more to what begins at `begins`.
    pub(crate) fn end_of(&self, until: Until, begins: Timestamp) -> Timestamp {
        self.ends_of(until, begins, begins)
            .next()
            .expect("everything ends")
    }

    /// When what goes on again and again ends for the first time, the second ...; of a length of
    /// time, those that are long before `near` are left out.
    pub(crate) fn ends_of(
        &self,
        until: Until,
        begins: Timestamp,
        near: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        let first = match until {
            Until::Span(span) => ((near.0 - begins.0) / span.0).max(1),
            _ => 1,
        };
        (first..).map(move |n| self.nth_end(until, begins, n))
    }

    fn nth_end(&self, until: Until, begins: Timestamp, n: i64) -> Timestamp {
        if let Until::Span(span) = until {
            return Timestamp(begins.0 + span.0 * n);
        }
        let today = date(self.day_of(begins));
        let this_month = today.year * 12 + today.month;
        let day = match until {
            Until::Span(_) => unreachable!("told above"),
            Until::Months(months) => {
                let month = this_month + i64::from(months) * n;
                let (year, month) = (month / 12, month % 12);
                number(year, month, today.day.min(length(year, month))) + 1
            }
            Until::EndOf { period, next, plus } => {
                let (months, first) = match period {
                    Period::Week => unreachable!("nothing ends with a week"),
                    Period::Month => (1, 0),
                    Period::Quarter => (3, 0),
                    Period::Year { month, .. } => (12, i64::from(month) - 1),
                };
                let mut end = this_month + 1;
                while end % months != first % months {
                    end += 1;
                }
                let more = if next { n } else { n - 1 };
                let month = end + more * months + i64::from(plus);
                number(month / 12, month % 12, 1)
            }
        };
        self.start_of(day)
    }
}

/// A date; January is month 0.
pub(crate) struct Shown {
    year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 if leap => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// The days of a year.
fn year_length(year: i64) -> i64 {
    337 + length(year, 1)
}

/// Days from 1970-01-01 to a date, year by year and month by month.
fn number(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (1968..year).map(year_length).sum();
    let months: i64 = (0..month).map(|month| length(year, month)).sum();
    years + months - 731 + day - 1
}

/// The date of a day.
pub(crate) fn date(mut days: i64) -> Shown {
    days += 731;
    let (mut year, mut month) = (1968, 0);
    while days >= year_length(year) {
        days -= year_length(year);
        year += 1;
    }
    while days >= length(year, month) {
        days -= length(year, month);
        month += 1;
    }
    Shown {
        year,
        month,
        day: days + 1,
    }
}

/// Names a period of the calendar: days have the same label if they lie in the same one.
pub(crate) fn label(period: Period, day: i64) -> (i64, i64) {
    let date = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(day);
    let (year, month) = (i64::from(date.year()), i64::from(date.month()));
    match period {
        // The first of January 1970 was a Thursday.
        Period::Week => (0, (day + 3).div_euclid(7)),
        Period::Month => (year, month),
        Period::Quarter => (year, (month + 2) / 3),
        Period::Year { month: 2, day: 29 } => {
            let leap = date.in_leap_year();
            let last = if leap { 29 } else { 28 };
            let begun = month > 2 || (month == 2 && i64::from(date.day()) >= last);
            (if begun { year } else { year - 1 }, 0)
        }
        Period::Year {
            month: from,
            day: first,
        } => {
            let begun = (month, i64::from(date.day())) >= (from.into(), first.into());
            (if begun { year } else { year - 1 }, 0)
        }
    }
}
