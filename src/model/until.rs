//! Ends of time as people declare them: a span on, some months on, or the end of a month, quarter
//! or year; a door for jiff.

use jiff::Span as Months;

use super::period::{Period, date_of, day_of};
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
    /// With the period that the beginning lies in or, if `next`, with the one after that; or some
    /// months after it.
    EndOf {
        /// Which kind of period.
        period: Period,
        /// Whether the one after.
        next: bool,
        /// How many months after.
        plus: u16,
    },
}

impl Until {
    /// The end of what begins at an instant: the first instant that no longer belongs to it;
    /// [`Timestamp::MAX`] beyond the calendar. A day, month, quarter or year ends where the next
    /// one begins in the zone.
    #[must_use]
    pub fn after(self, zone: &Zone, begins: Timestamp) -> Timestamp {
        self.nth(zone, begins, 1)
    }

    /// What begins at an instant goes on for another time whenever it ends, counted from that
    /// instant; a period of the calendar goes on for one such period. The first of these ends that
    /// is not before `at`.
    #[must_use]
    pub fn first_not_before(self, zone: &Zone, begins: Timestamp, at: Timestamp) -> Timestamp {
        let mut enough = 1;
        while self.nth(zone, begins, enough) < at {
            enough *= 2;
        }
        let mut too_few = enough / 2;
        while enough - too_few > 1 {
            let middle = (enough + too_few) / 2;
            match self.nth(zone, begins, middle) < at {
                true => too_few = middle,
                false => enough = middle,
            }
        }
        self.nth(zone, begins, enough)
    }

    /// The end for the `n`-th time, from 1.
    fn nth(self, zone: &Zone, begins: Timestamp, n: i64) -> Timestamp {
        let end = match self {
            Self::Span(Span(ms)) => return begins + Span(ms.saturating_mul(n)),
            Self::Months(months) => {
                let last = months_on(zone.day_of(begins), i64::from(months).saturating_mul(n));
                last.and_then(|day| day.0.checked_add(1)).map(Day)
            }
            Self::EndOf { period, next, plus } => {
                let ends = period.after(zone.day_of(begins), n.saturating_add(next.into()));
                ends.and_then(|day| months_on(day, plus.into()))
            }
        };
        end.map_or(Timestamp::MAX, |day| zone.start_of(day))
    }
}

/// The day that many months later that has the same number, or the last of that month.
fn months_on(day: Day, months: i64) -> Option<Day> {
    let months = Months::new().try_months(months).ok()?;
    date_of(day)?.checked_add(months).ok().map(day_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::zone::{parse_instant, show_utc};

    fn end_of(period: Period, next: bool) -> Until {
        Until::EndOf {
            period,
            next,
            plus: 0,
        }
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
        use Period::{Month, Quarter};
        let year = Period::CALENDAR_YEAR;
        let april = Period::Year { month: 4, day: 1 };
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
            (this(year), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (
                next(year),
                "2026-12-31T23:59:59.999Z",
                "2028-01-01T00:00:00Z",
            ),
            (
                this(april),
                "2026-03-31T22:59:59.999Z",
                "2026-03-31T23:00:00Z",
            ),
            (this(april), "2026-03-31T23:00:00Z", "2027-03-31T23:00:00Z"),
            (next(april), "2026-02-10T23:00:00Z", "2027-03-31T23:00:00Z"),
        ]);
    }

    #[test]
    fn what_goes_on_ends_again_counted_from_its_beginning() {
        let zone = Zone::named("UTC").expect("bundled");
        let instant = |text: &str| parse_instant(text).expect("an instant");
        let year = Until::EndOf {
            period: Period::CALENDAR_YEAR,
            next: true,
            plus: 3,
        };
        for (until, begins, at, end) in [
            (
                Until::Months(12),
                "2024-02-29T15:00:00Z",
                "2024-03-01T00:00:00Z",
                "2025-03-01T00:00:00Z",
            ),
            (
                Until::Months(12),
                "2024-02-29T15:00:00Z",
                "2025-03-01T00:00:00Z",
                "2025-03-01T00:00:00Z",
            ),
            (
                Until::Months(12),
                "2024-02-29T15:00:00Z",
                "2027-06-01T00:00:00Z",
                "2028-03-01T00:00:00Z",
            ),
            (
                Until::Months(1),
                "2024-01-31T15:00:00Z",
                "2024-03-02T00:00:00Z",
                "2024-04-01T00:00:00Z",
            ),
            (
                Until::Span(Span(7)),
                "1970-01-01T00:00:00Z",
                "1970-01-01T00:00:00.022Z",
                "1970-01-01T00:00:00.028Z",
            ),
            (
                year,
                "2024-02-29T15:00:00Z",
                "2025-01-01T00:00:00Z",
                "2026-04-01T00:00:00Z",
            ),
            (
                year,
                "2024-02-29T15:00:00Z",
                "2026-04-01T00:00:00.001Z",
                "2027-04-01T00:00:00Z",
            ),
        ] {
            let found = until.first_not_before(&zone, instant(begins), instant(at));
            assert_eq!(show_utc(found), show_utc(instant(end)), "{until:?} {at}");
        }
    }

    #[test]
    fn a_span_goes_by_the_clock() {
        let five = Until::Span(Span(5));
        check(&[(five, "2026-03-29T00:59:59.998Z", "2026-03-29T01:00:00.003Z")]);
    }

    #[test]
    fn beyond_the_calendar_nothing_ends() {
        let zone = Zone::named("UTC").expect("bundled");
        for until in [Until::Months(1), end_of(Period::CALENDAR_YEAR, true)] {
            assert_eq!(until.after(&zone, Timestamp::MAX), Timestamp::MAX);
            let far = until.first_not_before(&zone, Timestamp(0), Timestamp::MAX);
            assert_eq!(far, Timestamp::MAX);
        }
    }
}
