//! Local times as people write them, read in a zone without a guess; a door for jiff.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset};
use jiff::{Span, Zoned};

use super::time::Timestamp;
use super::zone::{Zone, parse_instant, show_utc};

/// Why a text is not an instant of a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLocal {
    /// Neither a date, a date with a time, nor RFC 3339.
    #[error("not a time such as 2026-03-02, 2026-03-02 09:00 or 2026-03-02T09:00:00Z")]
    NotATime,
    /// Not a length of time.
    #[error("not a length of time such as 3d, 2h30m or 1mo")]
    NotASpan,
    /// The clocks are put forward over it.
    #[error("the clocks of {0} skip {1}")]
    Skipped(String, String),
    /// The clocks are put back over it; it is the first and the second of these.
    #[error("{1} comes twice in {0}")]
    Twice(String, String, String, String),
    /// Beyond the calendar.
    #[error("is beyond the calendar")]
    OutOfRange,
}

impl Zone {
    /// The instant of a local date ("2026-03-02": the beginning of that day), of a local date and
    /// time ("2026-03-02 09:00", with seconds and milliseconds if need be), or of RFC 3339 text.
    ///
    /// # Errors
    /// See [`BadLocal`].
    pub fn parse_local(&self, text: &str) -> Result<Timestamp, BadLocal> {
        if let Some(instant) = parse_instant(text) {
            return Ok(instant);
        }
        let local = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-: .T".contains(&byte));
        if !local || text.len() < "2026-03-02".len() {
            return Err(BadLocal::NotATime);
        }
        if text.len() == "2026-03-02".len() {
            return self.day_begins(text.parse().map_err(|_| BadLocal::NotATime)?);
        }
        self.resolve(text.parse().map_err(|_| BadLocal::NotATime)?)
    }

    /// What the calendar and the clocks of the zone show a length of time after an instant; before
    /// it, if the text begins with a minus. Years, months, weeks and days go by the calendar (the
    /// same local time, the last day of a shorter month), hours and less by the clock.
    ///
    /// # Errors
    /// See [`BadLocal`].
    pub fn later(&self, from: Timestamp, text: &str) -> Result<Timestamp, BadLocal> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let starts = text.starts_with(|sign: char| sign.is_ascii_digit());
        let span: Span = text.parse().map_err(|_| BadLocal::NotASpan)?;
        if !starts || span.is_negative() {
            return Err(BadLocal::NotASpan);
        }
        let span = if negative { span.negate() } else { span };
        let (calendar, clock_ms) = parts(&span).ok_or(BadLocal::NotASpan)?;
        let base = if calendar.is_zero() {
            from
        } else {
            let now = self.local(from)?.datetime();
            let then = now.checked_add(calendar);
            let then = then.map_err(|_| BadLocal::OutOfRange)?;
            if self.begins_a_day(from) {
                self.day_begins(then.date())?
            } else {
                self.resolve(then)?
            }
        };
        base.0
            .checked_add(clock_ms)
            .map(Timestamp)
            .ok_or(BadLocal::OutOfRange)
    }

    /// The beginning of the `n`-th day, where the day of `first` is day 1; or a time ("09:00") of
    /// that day.
    ///
    /// # Errors
    /// See [`BadLocal`].
    pub fn nth_day(
        &self,
        first: Timestamp,
        n: u32,
        time: Option<&str>,
    ) -> Result<Timestamp, BadLocal> {
        let days = Span::new()
            .try_days(i64::from(n) - 1)
            .map_err(|_| BadLocal::OutOfRange)?;
        let day = self.local(first)?.date().checked_add(days);
        let day = day.map_err(|_| BadLocal::OutOfRange)?;
        match time {
            None => self.day_begins(day),
            Some(time) => {
                let time: Time = time.parse().map_err(|_| BadLocal::NotATime)?;
                self.resolve(day.to_datetime(time))
            }
        }
    }

    /// The instant as local text that [`Zone::parse_local`] reads, as short as it can be
    /// ("2026-03-02 09:00"); RFC 3339 where that local time comes twice.
    #[must_use]
    pub fn show_local(&self, at: Timestamp) -> String {
        let Ok(zoned) = self.local(at) else {
            return show_utc(at);
        };
        let format = match (zoned.second(), zoned.millisecond()) {
            (0, 0) => "%Y-%m-%d %H:%M",
            (_, 0) => "%Y-%m-%d %H:%M:%S",
            _ => "%Y-%m-%d %H:%M:%S%.3f",
        };
        let text = zoned.strftime(format).to_string();
        match self.parse_local(&text) {
            Ok(read) if read == at => text,
            _ => with_offset(&zoned),
        }
    }

    fn local(&self, at: Timestamp) -> Result<Zoned, BadLocal> {
        jiff::Timestamp::from_millisecond(at.0)
            .map(|instant| instant.to_zoned(self.zone.clone()))
            .map_err(|_| BadLocal::OutOfRange)
    }

    fn begins_a_day(&self, at: Timestamp) -> bool {
        self.start_of(self.day_of(at)) == at
    }

    fn day_begins(&self, date: Date) -> Result<Timestamp, BadLocal> {
        date.to_zoned(self.zone.clone())
            .and_then(|day| day.start_of_day())
            .map(|start| Timestamp(start.timestamp().as_millisecond()))
            .map_err(|_| BadLocal::OutOfRange)
    }

    /// The instant at which the clocks of the zone show a time.
    fn resolve(&self, local: DateTime) -> Result<Timestamp, BadLocal> {
        let name = || self.name().to_owned();
        let shown = || local.strftime("%Y-%m-%d %H:%M").to_string();
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let instant = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local),
            AmbiguousOffset::Gap { .. } => return Err(BadLocal::Skipped(name(), shown())),
            AmbiguousOffset::Fold { before, after } => {
                let with = |offset: Offset| {
                    let instant = offset.to_timestamp(local);
                    let instant = instant.map_err(|_| BadLocal::OutOfRange)?;
                    Ok(with_offset(&instant.to_zoned(self.zone.clone())))
                };
                let (first, second) = (with(before)?, with(after)?);
                return Err(BadLocal::Twice(name(), shown(), first, second));
            }
        };
        instant
            .map(|instant| Timestamp(instant.as_millisecond()))
            .map_err(|_| BadLocal::OutOfRange)
    }
}

/// RFC 3339 with the offset of the zone.
fn with_offset(zoned: &Zoned) -> String {
    zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

/// What of a span goes by the calendar, and the milliseconds that go by the clock; nothing if it
/// has parts of a millisecond.
fn parts(span: &Span) -> Option<(Span, i64)> {
    if span.get_microseconds() != 0 || span.get_nanoseconds() != 0 {
        return None;
    }
    let calendar = Span::new()
        .try_years(span.get_years())
        .and_then(|all| all.try_months(span.get_months()))
        .and_then(|all| all.try_weeks(span.get_weeks()))
        .and_then(|all| all.try_days(span.get_days()))
        .ok()?;
    let ms = i64::from(span.get_hours()) * 3_600_000
        + span.get_minutes() * 60_000
        + span.get_seconds() * 1_000
        + span.get_milliseconds();
    Some((calendar, ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("bundled")
    }

    fn utc(text: &str) -> Timestamp {
        parse_instant(text).expect("an instant")
    }

    #[test]
    fn a_local_time_is_that_of_the_zone() {
        for (name, local, instant) in [
            ("Europe/London", "2026-01-10 09:00", "2026-01-10T09:00:00Z"),
            (
                "Europe/London",
                "2026-07-10 09:00:30.250",
                "2026-07-10T08:00:30.250Z",
            ),
            ("Europe/London", "2026-07-10T09:00", "2026-07-10T08:00:00Z"),
            ("Europe/London", "2026-03-30", "2026-03-29T23:00:00Z"),
            (
                "Europe/London",
                "2026-10-25T01:30:00+01:00",
                "2026-10-25T00:30:00Z",
            ),
            ("Asia/Kolkata", "2026-01-01", "2025-12-31T18:30:00Z"),
            // Midnight is skipped: the day begins at one.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ] {
            assert_eq!(zone(name).parse_local(local), Ok(utc(instant)), "{local}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        let london = zone("Europe/London");
        assert_eq!(
            london.parse_local("2026-03-29 01:30"),
            Err(BadLocal::Skipped(
                "Europe/London".into(),
                "2026-03-29 01:30".into()
            ))
        );
        assert_eq!(
            london.parse_local("2026-10-25 01:30"),
            Err(BadLocal::Twice(
                "Europe/London".into(),
                "2026-10-25 01:30".into(),
                "2026-10-25T01:30:00+01:00".into(),
                "2026-10-25T01:30:00+00:00".into(),
            ))
        );
        for text in [
            "",
            "today",
            "2026-02-30",
            "2026-1-1",
            "2026-01-01 25:00",
            "2026-01-01 9",
        ] {
            assert_eq!(london.parse_local(text), Err(BadLocal::NotATime), "{text}");
        }
    }

    #[test]
    fn days_go_by_the_calendar_and_hours_by_the_clock() {
        let london = zone("Europe/London");
        for (from, span, then) in [
            ("2026-03-28 12:00", "1d", "2026-03-29 12:00"),
            ("2026-03-28 12:00", "24h", "2026-03-29 13:00"),
            ("2026-01-31 09:00", "1mo", "2026-02-28 09:00"),
            ("2028-02-29", "1y", "2029-02-28"),
            ("2026-01-10", "1w1d2h30m", "2026-01-18 02:30"),
            ("2026-03-29", "-1d", "2026-03-28"),
            ("2026-03-29", "-1ms", "2026-03-28 23:59:59.999"),
        ] {
            let at = london.parse_local(from).expect(from);
            assert_eq!(
                london.later(at, span),
                london.parse_local(then),
                "{from} {span}"
            );
        }
        let midnight = zone("America/Sao_Paulo");
        let before = midnight.parse_local("2018-11-03").expect("a day");
        assert_eq!(
            midnight.later(before, "1d"),
            midnight.parse_local("2018-11-04")
        );
        for text in ["", "d", "3", "--1d", "+1d", "P1D", "1d ago", "1us"] {
            assert_eq!(
                london.later(before, text),
                Err(BadLocal::NotASpan),
                "{text}"
            );
        }
        let skipped = london.parse_local("2026-03-28 01:30").expect("a time");
        assert!(matches!(
            london.later(skipped, "1d"),
            Err(BadLocal::Skipped(..))
        ));
        assert_eq!(london.later(before, "19000y"), Err(BadLocal::OutOfRange));
    }

    #[test]
    fn days_are_counted_from_one() {
        let london = zone("Europe/London");
        let first = london.parse_local("2026-03-28 15:00").expect("a time");
        for (n, time, then) in [
            (1, None, "2026-03-28"),
            (3, None, "2026-03-30"),
            (3, Some("09:00"), "2026-03-30 09:00"),
        ] {
            assert_eq!(london.nth_day(first, n, time), london.parse_local(then));
        }
        assert_eq!(
            london.nth_day(first, 1, Some("noon")),
            Err(BadLocal::NotATime)
        );
    }

    #[test]
    fn what_is_shown_reads_back() {
        for (name, instant, shown) in [
            ("Europe/London", "2026-07-10T08:00:00Z", "2026-07-10 09:00"),
            (
                "Europe/London",
                "2026-07-10T08:00:07Z",
                "2026-07-10 09:00:07",
            ),
            (
                "Europe/London",
                "2026-07-10T08:00:00.250Z",
                "2026-07-10 09:00:00.250",
            ),
            (
                "Europe/London",
                "2026-10-25T01:30:00Z",
                "2026-10-25T01:30:00+00:00",
            ),
            (
                "Europe/London",
                "2026-10-25T00:30:00.001Z",
                "2026-10-25T01:30:00.001+01:00",
            ),
        ] {
            let zone = zone(name);
            assert_eq!(zone.show_local(utc(instant)), shown);
            assert_eq!(zone.parse_local(shown), Ok(utc(instant)));
        }
    }
}
