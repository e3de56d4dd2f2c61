//! Where a unit ends.

use crate::model::time::Span;

/// Limits of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pacing {
    /// Records after which a unit is sealed.
    pub records_max: u64,
    /// Bytes of output after which a unit is sealed.
    pub bytes_max: u64,
    /// Age at which a unit is sealed in any case.
    pub age_max: Span,
    /// How long a change may wait for others to share its transaction.
    pub change_wait: Span,
    /// How many times as large units may become while a backlog is worked off; at least 1.
    pub stretch: u32,
}

/// How far a unit has come, over all lanes of a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// Records taken.
    pub records: u64,
    /// Bytes of output.
    pub bytes: u64,
    /// Milliseconds since it was opened.
    pub age_ms: i64,
    /// Milliseconds since its first output, if it has any.
    pub waiting_ms: Option<i64>,
}

impl Pacing {
    /// The limits of a unit that begins with so many records waiting, here or at the broker. With
    /// more than a unit may take, nobody waits for the first of them in particular, and fewer
    /// transactions work them off sooner.
    #[must_use]
    pub fn with_waiting(self, records: u64) -> Self {
        match records <= self.records_max {
            true => self,
            false => self.stretched(),
        }
    }

    /// The widest limits that a unit may have.
    #[must_use]
    pub fn stretched(self) -> Self {
        let times = self.stretch;
        Self {
            records_max: self.records_max.saturating_mul(times.into()),
            bytes_max: self.bytes_max.saturating_mul(times.into()),
            age_max: Span(self.age_max.0.saturating_mul(times.into())),
            change_wait: Span(self.change_wait.0.saturating_mul(times.into())),
            stretch: 1,
        }
    }

    /// Whether no more may be put into the unit.
    #[must_use]
    pub fn is_full(&self, fill: &Fill) -> bool {
        fill.records >= self.records_max || fill.bytes >= self.bytes_max
    }

    /// Whether the unit is to be committed now.
    #[must_use]
    pub fn is_due(&self, fill: &Fill) -> bool {
        self.is_full(fill)
            || fill.age_ms >= self.age_max.0
            || fill
                .waiting_ms
                .is_some_and(|waiting| waiting >= self.change_wait.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACING: Pacing = Pacing {
        records_max: 10,
        bytes_max: 100,
        age_max: Span(25),
        change_wait: Span(5),
        stretch: 3,
    };

    #[test]
    fn units_are_stretched_while_more_waits_than_one_may_take() {
        assert_eq!(PACING.with_waiting(10), PACING);
        let stretched = Pacing {
            records_max: 30,
            bytes_max: 300,
            age_max: Span(75),
            change_wait: Span(15),
            stretch: 1,
        };
        assert_eq!(PACING.with_waiting(11), stretched);
    }

    #[test]
    fn a_unit_ends_at_the_first_limit_it_meets() {
        let fill = |records, bytes, age_ms, waiting_ms| Fill {
            records,
            bytes,
            age_ms,
            waiting_ms,
        };
        for (fill, due) in [
            (fill(0, 0, 0, None), false),
            (fill(9, 99, 24, Some(4)), false),
            (fill(10, 0, 0, None), true),
            (fill(0, 100, 0, None), true),
            (fill(0, 0, 25, None), true),
            (fill(0, 0, 5, Some(5)), true),
        ] {
            assert_eq!(PACING.is_due(&fill), due, "{fill:?}");
        }
    }
}
