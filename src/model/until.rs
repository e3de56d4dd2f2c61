//! Ends of time as people declare them: a span on, some months on, or the end of a month, quarter
//! or year; a door for jiff.

use jiff::Span as Months;
use jiff::civil::{Date, date};

use super::time::{Day, Span, Timestamp};
use super::zone::Zone;

/// When something ends that begins at some instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// So much later.
    Span(Span),
    /// With the day that many months later that has the same number or, in a month that is too
    /// short, with the last day of that month.
    Months(u16),
    /// With the period that the beginning lies in or, if `next`, with the one after that.
    EndOf {
        /// Which kind of period.
        period: Period,
        /// Whether the one after.
        next: bool,
    },
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A month.
    Month,
    /// Three months, from January, April, July or October on.
    Quarter,
    /// A year, from January on.
    Year,
}

const FIRST: Date = date(1970, 1, 1);

impl Until {
    /// The end of what begins at an instant: the first instant that no longer belongs to it;
    /// [`Timestamp::MAX`] beyond the calendar. A day, month, quarter or year ends where the next
    /// one begins in the zone.
    #[must_use]
    pub fn after(self, zone: &Zone, begins: Timestamp) -> Timestamp {
        let end = match self {
            Self::Span(span) => return begins + span,
            Self::Months(months) => {
                later(zone, begins, months.into()).and_then(|day| day.tomorrow().ok())
            }
            Self::EndOf { period, next } => first_day_of_next(zone, begins, period, next),
        };
        end.map_or(Timestamp::MAX, |day| zone.start_of(number(day)))
    }
}

fn later(zone: &Zone, begins: Timestamp, months: i64) -> Option<Date> {
    let months = Months::new().try_months(months).ok()?;
    day(zone, begins)?.checked_add(months).ok()
}

/// The first day behind the period that an instant lies in, or behind the one after it.
fn first_day_of_next(zone: &Zone, begins: Timestamp, period: Period, next: bool) -> Option<Date> {
    let today = day(zone, begins)?;
    let length = match period {
        Period::Month => 1,
        Period::Quarter => 3,
        Period::Year => 12,
    };
    let month = (today.month() - 1) / length * length + 1;
    let first = Date::new(today.year(), month, 1).ok()?;
    let on = i64::from(length) * if next { 2 } else { 1 };
    first.checked_add(Months::new().try_months(on).ok()?).ok()
}

fn day(zone: &Zone, at: Timestamp) -> Option<Date> {
    let days = Months::new().try_days(zone.day_of(at).0).ok()?;
    FIRST.checked_add(days).ok()
}

fn number(day: Date) -> Day {
    Day(FIRST.until(day).map_or(i32::MAX, |span| span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::zone::{parse_instant, show_utc};

    fn end_of(period: Period, next: bool) -> Until {
        Until::EndOf { period, next }
    }

    /// In London.
    fn check(rows: &[(Until, &str, &str)]) {
        let zone = Zone::named("Europe/London").expect("bundled");
        let instant = |text: &str| parse_instant(text).expect("an instant");
        for (until, begins, ends) in rows {
            let found = until.after(&zone, instant(begins));
            let expected = show_utc(instant(ends));
            assert_eq!(show_utc(found), expected, "{until:?} from {begins}");
        }
    }

    #[test]
    fn months_end_with_a_day_of_that_number_or_the_last_of_the_month() {
        let months = Until::Months;
        check(&[
            // The whole of the last day belongs to it; the clocks have gone forward in between.
            (months(1), "2026-03-05T15:00:00Z", "2026-04-05T23:00:00Z"),
            (months(12), "2026-01-05T00:00:00Z", "2027-01-06T00:00:00Z"),
            // Months that are too short, and a leap day.
            (months(1), "2026-01-31T15:00:00Z", "2026-03-01T00:00:00Z"),
            (months(12), "2024-02-29T15:00:00Z", "2025-03-01T00:00:00Z"),
            (months(48), "2024-02-29T15:00:00Z", "2028-03-01T00:00:00Z"),
        ]);
    }

    #[test]
    fn periods_end_where_the_calendar_says() {
        use Period::{Month, Quarter, Year};
        let (this, next) = (|of| end_of(of, false), |of| end_of(of, true));
        check(&[
            (
                this(Month),
                "2026-03-31T22:59:59.999Z",
                "2026-03-31T23:00:00Z",
            ),
            (this(Month), "2026-03-31T23:00:00Z", "2026-04-30T23:00:00Z"),
            (next(Month), "2026-12-31T12:00:00Z", "2027-02-01T00:00:00Z"),
            (
                this(Quarter),
                "2026-05-20T12:00:00Z",
                "2026-06-30T23:00:00Z",
            ),
            (
                next(Quarter),
                "2026-12-20T12:00:00Z",
                "2027-03-31T23:00:00Z",
            ),
            (this(Year), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (
                next(Year),
                "2026-12-31T23:59:59.999Z",
                "2028-01-01T00:00:00Z",
            ),
        ]);
    }

    #[test]
    fn a_span_goes_by_the_clock() {
        let five = Until::Span(Span(5));
        check(&[(five, "2026-03-29T00:59:59.998Z", "2026-03-29T01:00:00.003Z")]);
    }

    #[test]
    fn beyond_the_calendar_nothing_ends() {
        let zone = Zone::named("UTC").expect("bundled");
        for until in [Until::Months(1), end_of(Period::Year, true)] {
            assert_eq!(until.after(&zone, Timestamp::MAX), Timestamp::MAX);
        }
    }
}
