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

    #[test]
    fn a_unit_ends_at_the_first_limit_it_meets() {
        let pacing = Pacing {
            records_max: 10,
            bytes_max: 100,
            age_max: Span(25),
            change_wait: Span(5),
        };
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
            assert_eq!(pacing.is_due(&fill), due, "{fill:?}");
        }
    }
}
