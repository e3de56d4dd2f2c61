//! Which input topic of a lane gives the next record: the one whose record happened first.

use crate::model::ids::TopicIx;
use crate::model::time::Timestamp;

/// What a lane knows of one input topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// The next record is here. It happened then; a record that cannot be read has no instant and
    /// goes first.
    Here(Option<Timestamp>),
    /// There are unread records, but the next one has not arrived yet.
    OnItsWay,
    /// Everything there is has been read.
    AtEnd,
}

impl Head {
    /// A record that has arrived, happened at `at` if it can be read. One dated after `latest` is
    /// refused whenever it is taken, so it goes first too: everything behind it would wait for that
    /// day otherwise, and be overtaken by the other topics.
    #[must_use]
    pub fn here(at: Option<Timestamp>, latest: Timestamp) -> Self {
        Self::Here(at.filter(|at| *at <= latest))
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Take the record at the head of this topic.
    Take(TopicIx),
    /// Some topic is known to have unread records, and one of them could come first.
    Wait,
    /// Nothing is left to take.
    Nothing,
}

/// Chooses by instant, then by the order of the topics. Waits for a topic only while it is known to
/// have unread records, and not at all when `impatient`.
#[must_use]
pub fn pick(heads: &[Head], impatient: bool) -> Pick {
    let mut first: Option<(Option<Timestamp>, usize)> = None;
    let mut awaited = false;
    for (i, head) in heads.iter().enumerate() {
        match head {
            Head::Here(at) if first.is_none_or(|(earliest, _)| *at < earliest) => {
                first = Some((*at, i));
            }
            Head::Here(_) | Head::AtEnd => {}
            Head::OnItsWay => awaited = true,
        }
    }
    match first {
        // A record without an instant is taken whatever else may come.
        Some((None, i)) => Pick::Take(TopicIx(i)),
        Some((_, i)) if !awaited || impatient => Pick::Take(TopicIx(i)),
        None if !awaited => Pick::Nothing,
        _ => Pick::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_will_be_refused_as_too_early_holds_nothing_back() {
        let latest = Timestamp(100);
        let heads = |at| {
            [
                Head::here(Some(Timestamp(at)), latest),
                Head::Here(Some(Timestamp(7))),
            ]
        };
        assert_eq!(pick(&heads(101), false), Pick::Take(TopicIx(0)));
        assert_eq!(pick(&heads(100), false), Pick::Take(TopicIx(1)));
        assert_eq!(Head::here(None, latest), Head::Here(None));
    }

    #[test]
    fn the_record_that_happened_first_goes_first() {
        use Head::{AtEnd, Here, OnItsWay};
        let at = |ms| Here(Some(Timestamp(ms)));
        let take = |i| Pick::Take(TopicIx(i));
        for (heads, impatient, expected) in [
            ([at(2), at(1)], false, take(1)),
            ([at(1), at(1)], false, take(0)),
            ([at(5), Here(None)], false, take(1)),
            ([Here(None), OnItsWay], false, take(0)),
            ([at(5), OnItsWay], false, Pick::Wait),
            ([at(5), OnItsWay], true, take(0)),
            ([at(5), AtEnd], false, take(0)),
            ([AtEnd, OnItsWay], false, Pick::Wait),
            ([AtEnd, OnItsWay], true, Pick::Wait),
            ([AtEnd, AtEnd], false, Pick::Nothing),
        ] {
            assert_eq!(pick(&heads, impatient), expected, "{heads:?}");
        }
    }
}
