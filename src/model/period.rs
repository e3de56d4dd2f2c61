//! Periods of the calendar as runs of civil days; a door for jiff.

use jiff::civil::{Date, Weekday, date};
use jiff::{Span, ToSpan};

use super::time::Day;

/// The first day of the count.
const EPOCH: Date = date(1970, 1, 1);
/// No period is longer than this many days.
const YEAR_DAYS_MAX: i64 = 366;

/// A sort of period. Periods of one sort follow each other without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months from January, April, July or October on.
    Quarter,
    /// From a day of a month to the day before it a year later. A day that the month lacks in some
    /// year (29 February) is the last of the month there.
    Year {
        /// 1 to 12.
        month: i8,
        /// 1 to the length of the month in a leap year.
        day: i8,
    },
}

impl Period {
    /// The year of the calendar.
    pub const CALENDAR_YEAR: Self = Self::Year { month: 1, day: 1 };

    /// The programme year that begins on "04-01", a month and a day.
    #[must_use]
    pub fn year_from(text: &str) -> Option<Self> {
        let MonthDay { month, day } = MonthDay::parse(text)?;
        Some(Self::Year { month, day })
    }

    /// The year that begins on the month and day of a civil day; nothing beyond the calendar.
    #[must_use]
    pub fn year_of(day: Day) -> Option<Self> {
        let MonthDay { month, day } = MonthDay::of(day)?;
        Some(Self::Year { month, day })
    }

    /// The most days that one has.
    #[must_use]
    pub fn days_max(self) -> i64 {
        match self {
            Self::Week => 7,
            Self::Month => 31,
            Self::Quarter => 92,
            Self::Year { .. } => YEAR_DAYS_MAX,
        }
    }

    /// The first day of the period that a day lies in. Beyond the calendar, the day itself.
    #[must_use]
    pub fn first_day(self, day: Day) -> Day {
        date_of(day).map_or(day, |date| day_of(self.begins(date)))
    }

    /// The first day of the next period; nothing beyond the calendar.
    #[must_use]
    pub fn next(self, day: Day) -> Option<Day> {
        self.after(day, 1)
    }

    /// The first day of the `n`-th period after the one that a day lies in; nothing beyond the
    /// calendar.
    #[must_use]
    pub fn after(self, day: Day, n: i64) -> Option<Day> {
        let begins = self.begins(date_of(day)?);
        let none = Span::new();
        let on = match self {
            Self::Week => none.try_days(n.checked_mul(7)?),
            Self::Month => none.try_months(n),
            Self::Quarter => none.try_months(n.checked_mul(3)?),
            Self::Year { month, day } => {
                let year = i16::try_from(i64::from(begins.year()).checked_add(n)?).ok()?;
                return year_begins(year, month, day).map(day_of);
            }
        };
        begins.checked_add(on.ok()?).ok().map(day_of)
    }

    fn begins(self, date: Date) -> Date {
        let month = match self {
            Self::Week => {
                let since = date.weekday().since(Weekday::Monday);
                return date.checked_sub(i64::from(since).days()).unwrap_or(date);
            }
            Self::Month => date.month(),
            Self::Quarter => (date.month() - 1) / 3 * 3 + 1,
            Self::Year { month, day } => {
                let years = [date.year(), date.year() - 1].into_iter();
                let mut begins = years.filter_map(|year| year_begins(year, month, day));
                return begins.find(|begins| *begins <= date).unwrap_or(date);
            }
        };
        Date::new(date.year(), month, 1).unwrap_or(date)
    }
}

/// A day that every year has, or every leap year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    /// 1 to 12.
    month: i8,
    /// 1 to the length of the month in a leap year.
    day: i8,
}

impl MonthDay {
    /// Reads "04-01", a month and a day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (month, day) = text.split_once('-')?;
        let two_digits = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<i8>().ok()).flatten()
        };
        let (month, day) = (two_digits(month)?, two_digits(day)?);
        // Every day of a month is in a leap year.
        Date::new(2024, month, day).ok()?;
        Some(Self { month, day })
    }

    /// That of a civil day; nothing beyond the calendar.
    #[must_use]
    pub fn of(day: Day) -> Option<Self> {
        let date = date_of(day)?;
        Some(Self {
            month: date.month(),
            day: date.day(),
        })
    }

    /// Month and day, from 1.
    #[must_use]
    pub fn parts(self) -> (i8, i8) {
        (self.month, self.day)
    }
}

/// The day on which a year begins, the last of its month where the month is too short.
fn year_begins(year: i16, month: i8, day: i8) -> Option<Date> {
    let first = Date::new(year, month, 1).ok()?;
    Date::new(year, month, day.min(first.days_in_month())).ok()
}

/// A date ("2026-03-02") as a civil day.
#[must_use]
pub fn parse_date(text: &str) -> Option<Day> {
    let plain = text.len() == "2026-03-02".len();
    plain.then(|| text.parse().ok().map(day_of)).flatten()
}

/// A civil day, by its number, as a date ("2026-03-02").
#[must_use]
pub fn show_date(day: i64) -> String {
    let date = i32::try_from(day).ok().and_then(|day| date_of(Day(day)));
    date.map_or_else(|| format!("day {day}"), |date| date.to_string())
}

/// The date of a civil day; nothing beyond the calendar.
pub(super) fn date_of(day: Day) -> Option<Date> {
    let days = Span::new().try_days(day.0).ok()?;
    EPOCH.checked_add(days).ok()
}

/// The civil day of a date.
pub(super) fn day_of(date: Date) -> Day {
    let days = EPOCH.until(date).map_or(0, |span| span.get_days());
    Day(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        parse_date(text).expect("a date")
    }

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let leap = Period::year_from("02-29").expect("a day of leap years");
        let april = Period::year_from("04-01").expect("a day");
        for (period, at, first, next) in [
            (Period::Week, "2026-03-01", "2026-02-23", "2026-03-02"),
            (Period::Week, "2026-03-02", "2026-03-02", "2026-03-09"),
            (Period::Week, "1969-12-31", "1969-12-29", "1970-01-05"),
            (Period::Month, "2024-02-29", "2024-02-01", "2024-03-01"),
            (Period::Quarter, "2026-12-31", "2026-10-01", "2027-01-01"),
            (Period::Quarter, "2026-04-01", "2026-04-01", "2026-07-01"),
            (
                Period::CALENDAR_YEAR,
                "2026-01-01",
                "2026-01-01",
                "2027-01-01",
            ),
            (april, "2026-03-31", "2025-04-01", "2026-04-01"),
            (april, "2026-04-01", "2026-04-01", "2027-04-01"),
            (leap, "2024-02-28", "2023-02-28", "2024-02-29"),
            (leap, "2024-02-29", "2024-02-29", "2025-02-28"),
            (leap, "2025-02-27", "2024-02-29", "2025-02-28"),
        ] {
            assert_eq!(period.first_day(day(at)), day(first), "{period:?} {at}");
            assert_eq!(period.next(day(at)), Some(day(next)), "{period:?} {at}");
        }
    }

    #[test]
    fn periods_follow_each_other_and_are_no_longer_than_said() {
        let years = ["01-01", "02-29", "12-31"];
        let years = years.map(|from| Period::year_from(from).expect("a day"));
        for period in [Period::Week, Period::Month, Period::Quarter]
            .into_iter()
            .chain(years)
        {
            let mut first = period.first_day(day("1999-06-15"));
            let mut longest = 0;
            while first < day("2009-01-01") {
                let next = period.next(first).expect("the calendar goes on");
                assert_eq!(period.first_day(Day(next.0 - 1)), first, "{period:?}");
                assert_eq!(period.first_day(next), next, "{period:?}");
                longest = longest.max(i64::from(next.0 - first.0));
                first = next;
            }
            assert_eq!(longest, period.days_max(), "{period:?}");
        }
    }

    #[test]
    fn beyond_the_calendar_nothing_breaks() {
        for day in [
            Day(i32::MIN),
            Day(i32::MAX),
            Day(2_932_896),
            Day(-4_371_587),
        ] {
            for period in [Period::Week, Period::Month, Period::CALENDAR_YEAR] {
                assert!(period.first_day(day) <= day);
                assert!(period.next(day).is_none_or(|next| next > day));
            }
        }
    }

    #[test]
    fn what_is_no_day_of_a_year_is_refused() {
        for text in [
            "2-29", "02-30", "13-01", "00-10", "0401", "04-1", "04-01-01", "+4-01", "",
        ] {
            assert_eq!(Period::year_from(text), None, "{text}");
        }
    }
}
