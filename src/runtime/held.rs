//! Records that are published later, or perhaps again: kept whole and in order, in buffers that are
//! used again and again.

use crate::model::ids::LaneId;
use crate::port::{HeaderRef, Outgoing, Output, Sink, Trouble};
use crate::teeth::{Tooth, bites};

/// So many bytes are kept, and one record more. What records bring about stays below: a unit may
/// have 8 MiB of it by the settings as shipped, and headers take as much again. Deadlines and other
/// policies have no such bound, so they wait here.
const MOST: usize = 32 << 20;

/// What is kept.
#[derive(Default)]
pub(super) struct Held {
    /// Keys, values, and names and values of headers, in the order of the records.
    bytes: Vec<u8>,
    headers: Vec<Lengths>,
    records: Vec<Kept>,
}

/// The bytes of a header's name, and of its value, if it has one.
type Lengths = (usize, Option<usize>);

/// A record, its texts given by their lengths.
struct Kept {
    output: Output,
    lane: LaneId,
    key: Option<usize>,
    value: Option<usize>,
    headers: usize,
}

impl Held {
    /// Whether there is no room for more.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= MOST
    }

    /// Keeps a record.
    pub(super) fn keep(&mut self, outgoing: &Outgoing<'_>) {
        let mut add = |text: &[u8]| {
            self.bytes.extend_from_slice(text);
            text.len()
        };
        let key = outgoing.key.map(&mut add);
        let value = outgoing.value.map(&mut add);
        for (name, value) in outgoing.headers {
            let lengths = (add(name.as_bytes()), value.map(&mut add));
            self.headers.push(lengths);
        }
        self.records.push(Kept {
            output: outgoing.output,
            lane: outgoing.lane,
            key,
            value,
            headers: outgoing.headers.len(),
        });
    }

    /// Publishes all that is kept.
    pub(super) fn publish(&self, sink: &mut impl Sink) -> Result<(), Trouble> {
        if bites(Tooth::HeldBackwards) {
            self.publish_some(sink, |output| output != Output::Changes)?;
            return self.publish_some(sink, |output| output == Output::Changes);
        }
        self.publish_some(sink, |_| true)
    }

    fn publish_some(
        &self,
        sink: &mut impl Sink,
        wanted: impl Fn(Output) -> bool,
    ) -> Result<(), Trouble> {
        let mut rest = &*self.bytes;
        let mut take = |length: usize| {
            let (text, behind) = rest.split_at(length);
            rest = behind;
            text
        };
        let mut all = self.headers.iter();
        for kept in &self.records {
            let key = kept.key.map(&mut take);
            let value = kept.value.map(&mut take);
            let headers: Vec<HeaderRef<'_>> = (&mut all)
                .take(kept.headers)
                .map(|(name, value)| {
                    let name = str::from_utf8(take(*name)).expect("names are kept whole");
                    (name, value.map(&mut take))
                })
                .collect();
            if !wanted(kept.output) {
                continue;
            }
            sink.send(&Outgoing {
                output: kept.output,
                lane: kept.lane,
                key,
                value,
                headers: &headers,
            })?;
        }
        Ok(())
    }

    /// Keeps nothing any more.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.headers.clear();
        self.records.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Told(Vec<String>);

    impl Sink for Told {
        fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
            self.0.push(format!("{outgoing:?}"));
            Ok(())
        }
    }

    #[test]
    fn records_come_out_as_they_went_in() {
        let headers: [HeaderRef<'_>; 3] = [("a", Some(b"1")), ("bc", None), ("", Some(b""))];
        let record = |lane, key, value, headers| Outgoing {
            output: Output::Changes,
            lane: LaneId(lane),
            key,
            value,
            headers,
        };
        let records = [
            record(
                0,
                Some(b"key".as_slice()),
                Some(b"value".as_slice()),
                &headers[..],
            ),
            record(1, None, Some(b""), &[]),
            record(2, Some(b""), None, &headers[1..]),
            record(3, None, None, &headers[..1]),
        ];
        let mut held = Held::default();
        for round in 0..2 {
            let (mut kept, mut sent) = (Told::default(), Told::default());
            for record in &records[round..] {
                held.keep(record);
                sent.send(record).expect("it only notes");
            }
            held.publish(&mut kept).expect("it only notes");
            assert_eq!(kept.0, sent.0);
            held.clear();
        }
    }

    #[test]
    fn there_is_an_end_to_it() {
        let mut held = Held::default();
        let megabyte = vec![0; 1 << 20];
        for _ in 0..32 {
            assert!(!held.is_full());
            held.keep(&Outgoing {
                output: Output::Current,
                lane: LaneId(0),
                key: None,
                value: Some(&megabyte),
                headers: &[],
            });
        }
        assert!(held.is_full());
    }
}
