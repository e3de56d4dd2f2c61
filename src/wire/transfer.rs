//! Transfers: what one lane sends another, as bytes and back. The contract is docs/kept.md.

use crate::lane::homes::Note;
use crate::model::ids::{LaneId, Offset};
use crate::model::tape::{Garbled, Reel, Tape};

use super::tape::{self, BadTape};

/// The first byte of customers.
const CUSTOMERS: u8 = 1;
/// The first byte of an event.
const EVENT: u8 = 2;
/// Events are read alike under all policies.
const FORM: u64 = 0;

/// The name and value of a header.
pub type Header = (String, Option<Vec<u8>>);

/// What has come from another lane.
#[derive(Clone, Debug, PartialEq)]
pub enum Transfer {
    /// Customers in that form.
    Customers(u64, Tape),
    /// An event, and what that lane says.
    Event(Letter, Option<Note>),
}

/// The record of an event that was sent on, and where it lay at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The topic of origin ...
    pub topic: Box<str>,
    /// ... the partition ...
    pub partition: i32,
    /// ... and the place there.
    pub offset: Offset,
    /// Its key.
    pub key: Box<str>,
    /// Its value.
    pub value: Box<str>,
    /// Its headers.
    pub headers: Vec<Header>,
}

/// Why bytes are not a transfer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTransfer {
    /// They do not begin like one.
    #[error("the transfer begins with {0:?}, expected {CUSTOMERS} or {EVENT}")]
    Sort(Option<u8>),
    /// No tape follows.
    #[error(transparent)]
    Tape(#[from] BadTape),
    /// The tape is not that of an event.
    #[error(transparent)]
    Garbled(#[from] Garbled),
}

/// Appends customers, laid out in that form.
pub fn encode_customers(form: u64, tape: &Tape, out: &mut Vec<u8>) {
    out.push(CUSTOMERS);
    tape::encode(form, tape, out);
}

/// Appends an event.
pub fn encode_event(letter: &Letter, note: Option<Note>, out: &mut Vec<u8>) {
    let mut tape = Tape::default();
    let (said, lane) = match note {
        None => (0, LaneId(0)),
        Some(Note::Wanted(lane)) => (1, lane),
        Some(Note::Live(lane)) => (2, lane),
    };
    tape.put(said);
    tape.put(lane.0.into());
    tape.put(letter.partition.into());
    tape.put(letter.offset.0);
    for text in [&letter.topic, &letter.key, &letter.value] {
        tape.put_text(text);
    }
    tape.put_count(letter.headers.len());
    for (name, value) in &letter.headers {
        tape.put_text(name);
        tape.put(i64::from(value.is_some()));
        if let Some(value) = value {
            tape.put_count(value.len());
            value.iter().for_each(|byte| tape.put((*byte).into()));
        }
    }
    out.push(EVENT);
    tape::encode(FORM, &tape, out);
}

/// The form that bytes say customers are in, without a look at the rest; none where they are no
/// customers.
#[must_use]
pub fn form(bytes: &[u8]) -> Option<u64> {
    match bytes.split_first() {
        Some((&CUSTOMERS, body)) => tape::form(body),
        _ => None,
    }
}

/// Reads either.
///
/// # Errors
/// See [`BadTransfer`].
pub fn decode(bytes: &[u8]) -> Result<Transfer, BadTransfer> {
    match bytes.split_first() {
        Some((&CUSTOMERS, body)) => {
            let (form, tape) = tape::decode(body)?;
            Ok(Transfer::Customers(form, tape))
        }
        Some((&EVENT, body)) => {
            let (_, tape) = tape::decode(body)?;
            let mut reel = tape.reel();
            let (letter, note) = event(&mut reel)?;
            reel.end()?;
            Ok(Transfer::Event(letter, note))
        }
        other => Err(BadTransfer::Sort(other.map(|(first, _)| *first))),
    }
}

fn event(reel: &mut Reel<'_>) -> Result<(Letter, Option<Note>), Garbled> {
    let most = i64::from(i32::MAX);
    let said = reel.take_within("a note", 0, 2)?;
    let lane = LaneId(reel.take_within("a lane", 0, most)? as i32);
    let partition = reel.take_within("a partition", 0, most)? as i32;
    let offset = Offset(reel.take("an offset")?);
    let note = match said {
        0 => None,
        1 => Some(Note::Wanted(lane)),
        _ => Some(Note::Live(lane)),
    };
    let letter = Letter {
        topic: reel.take_text("a topic")?.into(),
        partition,
        offset,
        key: reel.take_text("a key")?.into(),
        value: reel.take_text("a value")?.into(),
        headers: headers(reel)?,
    };
    Ok((letter, note))
}

fn headers(reel: &mut Reel<'_>) -> Result<Vec<Header>, Garbled> {
    let count = reel.take_count("a number of headers")?;
    let headers = (0..count).map(|_| {
        let name = reel.take_text("a header")?.to_owned();
        let value = match reel.take_within("whether a header has a value", 0, 1)? {
            0 => None,
            _ => {
                let count = reel.take_count("a number of bytes")?;
                let byte = |_| Ok(reel.take_within("a byte", 0, 255)? as u8);
                Some((0..count).map(byte).collect::<Result<_, Garbled>>()?)
            }
        };
        Ok((name, value))
    });
    headers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_comes_back_as_it_was_sent() {
        let letter = Letter {
            topic: "shop.purchase.v1".into(),
            partition: 3,
            offset: Offset(41),
            key: "c-1".into(),
            value: "{}".into(),
            headers: vec![
                ("trace".to_owned(), Some(vec![0, 255, 7])),
                ("none".to_owned(), None),
            ],
        };
        for note in [
            None,
            Some(Note::Wanted(LaneId(2))),
            Some(Note::Live(LaneId(5))),
        ] {
            let mut bytes = Vec::new();
            encode_event(&letter, note, &mut bytes);
            assert_eq!(form(&bytes), None);
            assert_eq!(decode(&bytes), Ok(Transfer::Event(letter.clone(), note)));
            for cut in 0..bytes.len() {
                decode(&bytes[..cut]).expect_err("a part is none");
            }
        }
    }

    #[test]
    fn customers_come_back_as_they_were_sent() {
        let mut tape = Tape::default();
        tape.put(7);
        tape.put_text("c-1");
        let mut bytes = Vec::new();
        encode_customers(9, &tape, &mut bytes);
        assert_eq!(form(&bytes), Some(9));
        assert_eq!(form(&bytes[..9]), None);
        let other = [&[CUSTOMERS, tape::VERSION + 1], &bytes[2..]].concat();
        assert_eq!(form(&other), None);
        assert_eq!(decode(&bytes), Ok(Transfer::Customers(9, tape)));
        assert_eq!(decode(&[3]), Err(BadTransfer::Sort(Some(3))));
    }
}
