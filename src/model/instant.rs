//! Instants as nearly all are written: in UTC, to the second or millisecond.

use std::ops::Range;

use super::time::{DAY_MS, Timestamp};

/// Days from 1 March of the year 0 to 1 January 1970.
const SINCE_MARCH_OF_YEAR_0: i64 = 719_468;

/// `2026-03-02T08:15:30Z` or `2026-03-02T08:15:30.250Z`, of the years 1970 to 9998;
/// nothing for any other text, which may be an instant too.
pub(super) fn usual(text: &str) -> Option<Timestamp> {
    let (time, ms) = match text.as_bytes() {
        [time @ .., b'.', a, b, c, b'Z'] => (time, number(&[*a, *b, *c])?),
        [time @ .., b'Z'] => (time, 0),
        _ => return None,
    };
    let time: &[u8; 19] = time.try_into().ok()?;
    if [4, 7, 10, 13, 16].map(|place| time[place]) != *b"--T::" {
        return None;
    }
    let part = |places: Range<usize>| number(&time[places]);
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let (hour, minute, second) = (part(11..13)?, part(14..16)?, part(17..19)?);
    let of_day = (1970..9999).contains(&year) && (1..=days_of(year, month)).contains(&day);
    if !of_day || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = (hour * 60 + minute) * 60 + second;
    let day = day_number(year, month, day);
    Some(Timestamp(day * DAY_MS + seconds * 1_000 + ms))
}

/// How many days a month has; none if there is no such month.
fn days_of(year: i64, month: i64) -> i64 {
    let leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leaps),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// Days since 1 January 1970.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    // From March on, so that a leap day is the last of its year.
    let (year, month) = match month {
        3.. => (year, month - 3),
        _ => (year - 1, month + 9),
    };
    let leaps = year / 4 - year / 100 + year / 400;
    365 * year + leaps + (153 * month + 2) / 5 + day - 1 - SINCE_MARCH_OF_YEAR_0
}

/// The number that a few digits are.
#[inline]
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, byte| match byte {
        b'0'..=b'9' => Some(number * 10 + i64::from(byte - b'0')),
        _ => None,
    })
}
