//! How large a dead letter may be: one that its topic does not take is published without what makes
//! it large, so that a record which only its producer could pack does not stop its lane.

use crate::port::{HeaderRef, Outgoing, Output, Sink, Trouble};
use crate::wire::dead_letter::{LEFT_OUT, NAMES};

/// So many bytes of key, value and headers are never too many: no topic of any use takes less, and
/// the headers that say why have less than one KiB.
const LEAST: usize = 16 << 10;

/// As topics refuse what they are given, less is given to them.
pub(super) struct LetterLimit {
    /// Bytes of key, value and headers that a dead letter may have.
    most: usize,
    /// Bytes of the largest one of the transaction.
    largest: usize,
}

impl Default for LetterLimit {
    /// Whatever came from a topic.
    fn default() -> Self {
        Self {
            most: usize::MAX,
            largest: 0,
        }
    }
}

impl LetterLimit {
    /// A transaction begins, and these are put out in it.
    pub(super) fn begin<'a, S: Sink>(&'a mut self, to: &'a mut S) -> Limited<'a, S> {
        self.largest = 0;
        self.of(to)
    }

    /// The transaction goes on.
    pub(super) fn of<'a, S: Sink>(&'a mut self, to: &'a mut S) -> Limited<'a, S> {
        Limited { limit: self, to }
    }

    /// A topic has refused something of the transaction for its size: from now on the limit is half
    /// of the largest dead letter in it. Says what it is now, unless that was none of them.
    pub(super) fn narrow(&mut self) -> Option<usize> {
        (self.largest > LEAST).then(|| {
            self.most = (self.largest / 2).max(LEAST);
            self.most
        })
    }
}

/// Passes on what is put out, dead letters within the limit.
pub(super) struct Limited<'a, S> {
    limit: &'a mut LetterLimit,
    to: &'a mut S,
}

impl<S: Sink> Sink for Limited<'_, S> {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        if outgoing.output != Output::DeadLetters {
            return self.to.send(outgoing);
        }
        let Self { limit, to } = self;
        let value = outgoing.value.map_or(0, <[u8]>::len);
        let around = around(outgoing);
        if value + around <= limit.most {
            limit.largest = limit.largest.max(value + around);
            return to.send(outgoing);
        }
        let own = outgoing.headers.len().saturating_sub(NAMES.len());
        let (kept, what) = match around <= limit.most {
            true => (outgoing.headers, "value"),
            false => (&outgoing.headers[own..], "key,value,headers"),
        };
        if what == "value" {
            limit.largest = limit.largest.max(around);
        }
        let left_out: HeaderRef<'_> = (LEFT_OUT, Some(what.as_bytes()));
        let headers: Vec<HeaderRef<'_>> = kept.iter().copied().chain([left_out]).collect();
        to.send(&Outgoing {
            key: outgoing.key.filter(|_| what == "value"),
            value: None,
            headers: &headers,
            ..*outgoing
        })
    }
}

/// Bytes of key and headers.
fn around(outgoing: &Outgoing<'_>) -> usize {
    let headers = outgoing.headers.iter();
    let headers = headers.map(|(name, value)| name.len() + value.map_or(0, <[u8]>::len));
    outgoing.key.map_or(0, <[u8]>::len) + headers.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::LaneId;

    /// Bytes of key, value and headers, and what was left out.
    type Told = (usize, Option<usize>, usize, Option<String>);

    #[derive(Default)]
    struct Topic(Vec<Told>);

    impl Sink for Topic {
        fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
            let key = outgoing.key.map_or(0, <[u8]>::len);
            let last = outgoing
                .headers
                .last()
                .filter(|(name, _)| *name == LEFT_OUT);
            let text = last.and_then(|(_, value)| *value);
            let text = text.map(|text| String::from_utf8_lossy(text).into_owned());
            self.0.push((
                key,
                outgoing.value.map(<[u8]>::len),
                around(outgoing) - key,
                text,
            ));
            Ok(())
        }
    }

    fn told(limit: &mut LetterLimit, all: &[Outgoing<'_>]) -> Vec<Told> {
        let mut topic = Topic::default();
        let mut limited = limit.begin(&mut topic);
        for one in all {
            limited.send(one).expect("it only notes");
        }
        topic.0
    }

    fn ours() -> Vec<HeaderRef<'static>> {
        NAMES.map(|name| (name, Some(&b"why"[..]))).to_vec()
    }

    fn letter<'a>(key: &'a [u8], value: &'a [u8], headers: &'a [HeaderRef<'a>]) -> Outgoing<'a> {
        Outgoing {
            output: Output::DeadLetters,
            lane: LaneId(0),
            key: Some(key),
            value: Some(value),
            headers,
        }
    }

    #[test]
    fn what_a_topic_refuses_gets_less_from_time_to_time() {
        let (megabyte, large) = (vec![7; 1 << 20], vec![7; 100 << 10]);
        let ours = ours();
        let why = around(&letter(b"", b"", &ours));
        let mut own: Vec<HeaderRef<'_>> = vec![("trace", Some(&large))];
        own.extend(&ours);
        let all = [
            letter(b"k", &megabyte, &ours),
            letter(b"k", &large, &ours),
            letter(b"k", &megabyte, &own),
            letter(b"k", b"small", &ours),
            letter(&large, b"small", &ours),
        ];
        let mut limit = LetterLimit::default();
        let whole = told(&mut limit, &all);
        let (trace, value) = (5 + (100 << 10), Some("value".to_owned()));
        let expected = [
            (1, Some(1 << 20), why, None),
            (1, Some(100 << 10), why, None),
            (1, Some(1 << 20), why + trace, None),
            (1, Some(5), why, None),
            (100 << 10, Some(5), why, None),
        ];
        assert_eq!(whole, expected);

        // Those of a megabyte are too large.
        assert_eq!(limit.narrow(), Some((1 + (1 << 20) + why + trace) / 2));
        let name = LEFT_OUT.len();
        let less = told(&mut limit, &all);
        assert_eq!(less[0], (1, None, why + name + 5, value.clone()));
        assert_eq!(less[2], (1, None, why + trace + name + 5, value));
        assert_eq!(
            [&less[1], &less[3], &less[4]],
            [&whole[1], &whole[3], &whole[4]]
        );

        // And those of a hundred kilobytes, in whatever part.
        assert_eq!(limit.narrow(), Some((1 + why + trace) / 2));
        let least = told(&mut limit, &all);
        let all_of_it = Some("key,value,headers".to_owned());
        assert_eq!(least[1].3.as_deref(), Some("value"));
        assert_eq!(least[2], (0, None, why + name + 17, all_of_it.clone()));
        assert_eq!(least[3], whole[3]);
        assert_eq!(least[4], (0, None, why + name + 17, all_of_it));

        // Nothing is left to be left out.
        assert_eq!(limit.narrow(), None);
        assert_eq!(told(&mut limit, &all), least);
    }

    #[test]
    fn all_but_dead_letters_is_as_large_as_it_is() {
        let megabyte = vec![7; 1 << 20];
        let mut limit = LetterLimit::default();
        let ours = ours();
        told(&mut limit, &[letter(b"k", &megabyte, &ours)]);
        limit.narrow().expect("there was a large one");
        let transfer = Outgoing {
            output: Output::Transfers,
            ..letter(b"k", &megabyte, &[])
        };
        assert_eq!(told(&mut limit, &[transfer]), [(1, Some(1 << 20), 0, None)]);
        assert_eq!(limit.narrow(), None);
    }

    /// Each time the largest is half as large, so there is an end to it.
    #[test]
    fn whatever_a_topic_takes_is_come_to_soon() {
        let (large, ours) = (vec![7; 100_000_000], ours());
        for takes in [LEAST, 100_000, 1 << 20, 30 << 20] {
            let mut limit = LetterLimit::default();
            let mut tries = 0;
            while told(&mut limit, &[letter(b"k", &large, &ours)])[0]
                .1
                .is_some_and(|bytes| bytes > takes)
            {
                assert!(limit.narrow().is_some());
                tries += 1;
            }
            assert!(tries <= 13, "{tries} tries");
        }
    }
}
