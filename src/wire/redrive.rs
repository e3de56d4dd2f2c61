//! A dead letter on its way back to where it came from: what it was before, and how often it has
//! gone. The contract is docs/changes.md.

use crate::model::ids::Offset;

use super::dead_letter::{LEFT_OUT, NAMES, Origin};

/// A header of a record that was read: its name, and its value, if it has one.
pub type Pair = (String, Option<Vec<u8>>);

/// The header of a record that was sent back: how often, so far.
pub const TIMES: &str = "tidemark.redriven";
/// The header of the mark that a dead letter was sent back: where the record had lain.
pub const OF: &str = "tidemark.redriven.of";

/// Where a record lay: topic, partition, offset.
pub type Place = (String, i32, i64);

/// A dead letter, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter<'a> {
    /// The headers that the record came with.
    pub own: &'a [Pair],
    /// The code of its refusal.
    pub code: &'a str,
    /// Where it lay.
    pub origin: Origin<'a>,
    /// How often it has been sent back already.
    pub times: u32,
    /// Whether all of the record is there.
    pub whole: bool,
}

impl<'a> Letter<'a> {
    /// Reads the headers of a dead letter; nothing where they are of none.
    #[must_use]
    pub fn read(headers: &'a [Pair]) -> Option<Self> {
        let left_out = headers
            .split_last()
            .filter(|((name, _), _)| name == LEFT_OUT);
        let headers = left_out.map_or(headers, |(_, before)| before);
        let (own, ours) = headers.split_at_checked(headers.len().checked_sub(NAMES.len())?)?;
        if !ours.iter().map(|(name, _)| name.as_str()).eq(NAMES) {
            return None;
        }
        let text = |name: &str| {
            let (_, value) = ours.iter().find(|(its, _)| its == name)?;
            std::str::from_utf8(value.as_deref()?).ok()
        };
        let origin = Origin {
            topic: text("__streams.errors.topic")?,
            partition: text("__streams.errors.partition")?.parse().ok()?,
            offset: Offset(text("__streams.errors.offset")?.parse().ok()?),
        };
        let times = own.iter().rfind(|(name, _)| name == TIMES);
        let times = times.and_then(|(_, value)| number(value.as_deref()?));
        Some(Self {
            own,
            code: text("tidemark.errors.code")?,
            origin,
            times: times.unwrap_or(0),
            whole: left_out.is_none(),
        })
    }

    /// The headers with which it goes back: those that it came with, and how often it has gone.
    #[must_use]
    pub fn back(&self) -> Vec<Pair> {
        let own = self.own.iter().filter(|(name, _)| name != TIMES).cloned();
        let times = (self.times + 1).to_string().into_bytes();
        own.chain([(TIMES.to_owned(), Some(times))]).collect()
    }

    /// Where it lay.
    #[must_use]
    pub fn place(&self) -> Place {
        let Origin {
            topic,
            partition,
            offset,
        } = self.origin;
        (topic.to_owned(), partition, offset.0)
    }

    /// What marks that it has gone.
    #[must_use]
    pub fn mark(&self) -> Pair {
        let (topic, partition, offset) = self.place();
        let text = format!("{topic}/{partition}/{offset}");
        (OF.to_owned(), Some(text.into_bytes()))
    }
}

/// Of which record a mark says that it has gone; nothing where the headers are of no mark.
#[must_use]
pub fn marked(headers: &[Pair]) -> Option<Place> {
    let [(name, Some(value))] = headers else {
        return None;
    };
    let mut parts = std::str::from_utf8(value).ok()?.rsplitn(3, '/');
    let offset = parts.next()?.parse().ok()?;
    let partition = parts.next()?.parse().ok()?;
    (name == OF).then_some((parts.next()?.to_owned(), partition, offset))
}

fn number(bytes: &[u8]) -> Option<u32> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::refusal::{Refusal, Refused};
    use crate::wire::dead_letter;

    fn pair(name: &str, value: &str) -> Pair {
        (name.to_owned(), Some(value.as_bytes().to_vec()))
    }

    /// The headers of a dead letter whose record came with these.
    fn refused(own: &[Pair]) -> Vec<Pair> {
        let refused = Refused {
            refusal: Refusal::Future,
            field: "occurred_at",
        };
        let origin = Origin {
            topic: "shop.purchase.v1",
            partition: 3,
            offset: Offset(17),
        };
        let ours = dead_letter::headers(refused, origin, "hash");
        let ours = ours.iter().map(|(name, value)| pair(name, value));
        own.iter().cloned().chain(ours).collect()
    }

    #[test]
    fn a_letter_goes_back_as_it_came() {
        let own = [pair("trace", "a"), ("empty".to_owned(), None)];
        let headers = refused(&own);
        let letter = Letter::read(&headers).expect("a dead letter");
        assert_eq!((letter.code, letter.times), ("future", 0));
        let place = ("shop.purchase.v1".to_owned(), 3, 17);
        assert_eq!(letter.place(), place);
        let mut back = own.to_vec();
        back.push(pair(TIMES, "1"));
        assert_eq!(letter.back(), back);
        assert_eq!(marked(&[letter.mark()]), Some(place));
    }

    #[test]
    fn a_letter_without_its_value_says_so() {
        let mut headers = refused(&[pair("trace", "a")]);
        assert!(Letter::read(&headers).expect("a dead letter").whole);
        headers.push(pair(LEFT_OUT, "value"));
        let letter = Letter::read(&headers).expect("a dead letter");
        assert!(!letter.whole);
        assert_eq!((letter.own, letter.code), (&headers[..1], "future"));
        // A record may come with such a header: then it is its own.
        let whole = refused(&headers);
        let letter = Letter::read(&whole).expect("a dead letter");
        assert!(letter.whole);
        assert_eq!(letter.own, headers);
    }

    #[test]
    fn how_often_it_has_gone_is_counted() {
        let once = refused(&[]);
        let once = Letter::read(&once).expect("a dead letter").back();
        let twice = refused(&once);
        let letter = Letter::read(&twice).expect("a dead letter");
        assert_eq!(letter.times, 1);
        assert_eq!(letter.back(), [pair(TIMES, "2")]);
    }

    /// What a record was refused for before is its own by now.
    #[test]
    fn a_letter_of_a_letter_keeps_the_old_headers() {
        let inner = refused(&[]);
        let outer = refused(&inner);
        let letter = Letter::read(&outer).expect("a dead letter");
        assert_eq!(letter.own, inner);
    }

    #[test]
    fn what_is_no_letter_and_no_mark_is_left() {
        let headers = refused(&[pair("trace", "a")]);
        let (last, but_one) = headers.split_last().expect("nine of them");
        assert_eq!(Letter::read(but_one), None);
        assert_eq!(Letter::read(&[]), None);
        assert_eq!(marked(&headers), None);
        assert_eq!(marked(std::slice::from_ref(last)), None);
        assert_eq!(marked(&[pair(OF, "a/b/c")]), None);
        assert_eq!(marked(&[pair("other", "a/1/2")]), None);
    }
}
