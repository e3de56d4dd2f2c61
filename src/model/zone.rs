//! A time zone as a table of the instants at which its civil days begin; a
//! door for jiff.

use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::{TimeZone, TimeZoneTransition};

use super::instant;
use super::time::{DAY_MS, Day, Timestamp};

/// First and last day of the table. Instants outside are judged by the table's outer offsets.
const FIRST: Date = date(1970, 1, 1);
const LAST: Date = date(2120, 1, 1);

/// A time zone with the start of each of its civil days from 1970 to 2120 (55,000 entries, 440 kB,
/// which its copies share).
///
/// A civil day starts at its first instant: 00:00, or later where a clock change skips midnight. A
/// day that a zone skips altogether (Samoa, 30 December 2011) starts and ends at the start of the
/// next one, so that no instant belongs to it.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    pub(super) zone: TimeZone,
    /// Milliseconds since the epoch at which day `i` (since 1970-01-01) begins.
    starts: Arc<[i64]>,
}

impl Zone {
    /// The zone of an IANA name ("Europe/London"), from the data bundled with the program.
    ///
    /// # Errors
    /// The name is not known.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_| UnknownZone(name.to_owned()))?;
        let mut starts = starts_of_days(&zone);
        for i in (1..starts.len()).rev() {
            starts[i - 1] = starts[i - 1].min(starts[i]);
        }
        Ok(Self {
            name: name.to_owned(),
            zone,
            starts: starts.into(),
        })
    }

    /// All names that are known.
    #[must_use]
    pub fn names() -> Vec<String> {
        jiff::tz::db()
            .available()
            .map(|name| name.as_str().to_owned())
            .collect()
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The civil day that the instant belongs to.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> Day {
        let last = self.starts.len() - 1;
        if at.0 < self.starts[0] {
            let before = at.0.saturating_sub(self.starts[0]).div_euclid(DAY_MS);
            return Day(i32::try_from(before).unwrap_or(i32::MIN / 2));
        }
        if at.0 >= self.starts[last] {
            let beyond = (at.0 - self.starts[last]).div_euclid(DAY_MS);
            return Day(i32::try_from(beyond).unwrap_or(i32::MAX / 2) + last as i32);
        }
        let mut day = ((at.0 / DAY_MS).max(0) as usize).min(last);
        while self.starts[day] > at.0 {
            day -= 1;
        }
        while day < last && self.starts[day + 1] <= at.0 {
            day += 1;
        }
        Day(day as i32)
    }

    /// The first instant of a civil day.
    #[must_use]
    pub fn start_of(&self, day: Day) -> Timestamp {
        let last = self.starts.len() - 1;
        match usize::try_from(day.0) {
            Ok(i) if i <= last => Timestamp(self.starts[i]),
            Ok(i) => Timestamp(self.starts[last] + (i - last) as i64 * DAY_MS),
            Err(_) => Timestamp(self.starts[0] + i64::from(day.0) * DAY_MS),
        }
    }

    /// The instant as local text with offset, to the second ("2026-03-02T09:00:00+01:00"); the
    /// number itself where the calendar ends.
    #[must_use]
    pub fn show(&self, at: Timestamp) -> String {
        match jiff::Timestamp::from_millisecond(at.0) {
            Ok(instant) => instant
                .to_zoned(self.zone.clone())
                .strftime("%Y-%m-%dT%H:%M:%S%:z")
                .to_string(),
            Err(_) => at.0.to_string(),
        }
    }
}

/// When the days from the first to the last begin. Away from the changes of its clocks each begins
/// 24 hours after the one before; asking the zone for each costs as much as all else in reading a
/// policy.
fn starts_of_days(zone: &TimeZone) -> Vec<i64> {
    const NEAR: i64 = 3 * DAY_MS;
    let mut starts = Vec::new();
    let mut changes = zone.following(jiff::Timestamp::UNIX_EPOCH).peekable();
    for day in 0..=days_since_epoch(LAST) {
        let next = starts.last().map_or(0, |start| start + DAY_MS);
        let is_past =
            |change: &TimeZoneTransition<'_>| change.timestamp().as_millisecond() < next - NEAR;
        while changes.next_if(is_past).is_some() {}
        let change = changes.peek();
        let is_near =
            change.is_some_and(|change| change.timestamp().as_millisecond() <= next + NEAR);
        // What changed before the first day is not known.
        let is_asked = next < NEAR || is_near;
        starts.push(if is_asked {
            start_of_date(zone, FIRST + jiff::Span::new().days(day))
        } else {
            next
        });
    }
    starts
}

fn start_of_date(zone: &TimeZone, day: Date) -> i64 {
    day.to_zoned(zone.clone())
        .and_then(|noon| noon.start_of_day())
        .map_or_else(
            |_| i64::from(days_since_epoch(day)) * DAY_MS,
            |start| start.timestamp().as_millisecond(),
        )
}

fn days_since_epoch(day: Date) -> i32 {
    FIRST.until(day).map_or(0, |span| span.get_days())
}

/// No zone of that name is in the bundled data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone \"{0}\"; use an IANA name such as \"Europe/London\"")]
pub struct UnknownZone(pub String);

/// RFC 3339 text, or a whole number of milliseconds since the epoch, as an instant.
#[must_use]
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    if let Some(at) = instant::usual(text) {
        return Some(at);
    }
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|instant| Timestamp(instant.as_millisecond()))
}

/// An instant as RFC 3339 text in UTC with milliseconds ("2026-03-02T08:00:00.000Z").
#[must_use]
pub fn show_utc(at: Timestamp) -> String {
    static PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(instant) => PRINTER.timestamp_to_string(&instant),
        Err(_) => at.0.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        parse_instant(text).expect("a valid instant")
    }

    #[test]
    fn a_day_begins_where_the_zone_says() {
        for (zone, day, start) in [
            ("UTC", "1970-01-02", "1970-01-02T00:00:00Z"),
            ("Europe/London", "2026-03-29", "2026-03-29T00:00:00Z"),
            ("Europe/London", "2026-03-30", "2026-03-29T23:00:00Z"),
            ("Asia/Kolkata", "2026-01-01", "2025-12-31T18:30:00Z"),
            // Midnight is skipped by the clock change.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            // The whole 30th is skipped.
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        ] {
            let zone = Zone::named(zone).expect("bundled");
            let day = Day(days_since_epoch(day.parse().expect("a date")));
            assert_eq!(
                show_utc(zone.start_of(day)),
                show_utc(at(start)),
                "{}",
                zone.name()
            );
            assert_eq!(zone.day_of(at(start)), day, "{}", zone.name());
            assert!(
                zone.day_of(Timestamp(at(start).0 - 1)) < day,
                "{}",
                zone.name()
            );
        }
    }

    #[test]
    fn days_begin_where_the_zone_says_also_away_from_changes() {
        for name in [
            "Africa/Casablanca",
            "America/Sao_Paulo",
            "Antarctica/Troll",
            "Asia/Gaza",
            "Australia/Lord_Howe",
            "Europe/London",
            "Pacific/Apia",
            "Pacific/Kwajalein",
            "UTC",
        ] {
            let zone = TimeZone::get(name).expect("bundled");
            let days = FIRST.series(jiff::Span::new().days(1));
            let days = days.take_while(|day| *day <= LAST);
            let asked: Vec<i64> = days.map(|day| start_of_date(&zone, day)).collect();
            assert_eq!(starts_of_days(&zone), asked, "{name}");
        }
    }

    #[test]
    fn every_instant_lies_in_its_day() {
        for name in [
            "UTC",
            "Europe/London",
            "Pacific/Apia",
            "America/New_York",
            "Asia/Kathmandu",
        ] {
            let zone = Zone::named(name).expect("bundled");
            for step in 0..400_000_i64 {
                let at = Timestamp(step * 11_111_111 - 5 * DAY_MS);
                let day = zone.day_of(at);
                assert!(
                    zone.start_of(day) <= at && at < zone.start_of(Day(day.0 + 1)),
                    "{name} {at:?}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn a_usual_instant_is_read_as_any_other(
            ms in 0..=253_370_764_799_999_i64,
            (place, byte) in (0..24_usize, "[0-9TZ:.+-]"),
        ) {
            let text = show_utc(Timestamp(ms));
            prop_assert_eq!(instant::usual(&text), Some(Timestamp(ms)));
            let whole = format!("{}Z", &text[..19]);
            prop_assert_eq!(instant::usual(&whole), Some(Timestamp(ms / 1_000 * 1_000)));
            // Whatever is read so is what jiff reads.
            for mut text in [text, whole] {
                let place = place % text.len();
                text.replace_range(place..=place, &byte);
                if let Some(at) = instant::usual(&text) {
                    let asked = text.parse::<jiff::Timestamp>().map(|asked| asked.as_millisecond());
                    prop_assert_eq!(asked.ok(), Some(at.0), "{}", text);
                }
            }
        }
    }

    #[test]
    fn days_that_no_month_has_are_left_to_jiff() {
        for text in [
            "2026-02-29",
            "2100-02-29",
            "2024-02-30",
            "2026-04-31",
            "2026-13-01",
        ] {
            assert_eq!(parse_instant(&format!("{text}T00:00:00Z")), None, "{text}");
        }
        assert!(parse_instant("2024-02-29T23:59:59Z") < parse_instant("2024-03-01T00:00:00Z"));
        assert!(parse_instant("2000-02-29T23:59:59Z").is_some());
        // What jiff calls the end of time lies within the year 9999.
        assert_eq!(parse_instant("9999-12-31T23:59:59Z"), None);
    }

    #[test]
    fn a_wrong_zone_is_named() {
        let error = Zone::named("Europe/Lodon").expect_err("unknown");
        assert!(error.to_string().contains("Europe/Lodon"));
    }
}
