//! What a hostile producer writes: records of the contract's grammar, whole and damaged; records
//! that run into each refusal; and such as are only large, or deep.

use tidemark::model::partitioner::lane_of;
use tidemark::model::time::{DAY_MS, HOUR_MS, Timestamp};
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;

use crate::dice::Dice;
use crate::wire::scanned::{kept, one};

use super::{BYTES_MAX, LANES};

/// Bytes of the largest record.
const HUGE: u64 = 8 << 20;
/// Customers of whom poison may come to be an event have ids that are no longer.
const ID_MAX: usize = 4;
/// What large records repeat.
const PATTERNS: [&str; 10] = [
    "[", "{\"a\":", "\"", "\\", "0", " ", "\\u0000", "[[],", "\u{e9}", "{}",
];

/// Writes poison.
pub(super) struct Brewer {
    corpus: Vec<Vec<u8>>,
    bytes: Vec<u8>,
    scratch: Scratch,
    written: u64,
}

/// The key and the value of a record.
pub(super) type Written = (Option<Vec<u8>>, Option<Vec<u8>>);

impl Brewer {
    pub(super) fn new() -> Self {
        Self {
            corpus: kept(),
            bytes: Vec::new(),
            scratch: Scratch::default(),
            written: 0,
        }
    }

    /// One record, at that instant.
    pub(super) fn brew(&mut self, dice: &mut Dice, decoder: &Decoder, now: Timestamp) -> Written {
        self.written += 1;
        match dice.roll(64) {
            0..16 => self.aimed(dice, now),
            16 => (customer(dice), Some(large(dice))),
            17 if dice.one_in(200) => {
                let bytes = 1 + dice.roll(HUGE) as usize;
                (customer(dice), Some(vec![b'x'; bytes]))
            }
            _ => self.any(dice, decoder),
        }
    }

    /// Any record of the grammar, under the key that it asks for, where that is a short one.
    fn any(&mut self, dice: &mut Dice, decoder: &Decoder) -> Written {
        one(dice, &self.corpus, &mut self.bytes);
        self.scratch.clear();
        let event = decoder.decode(&self.bytes, &self.scratch).ok();
        let id = event.map(|event| event.customer);
        let id = id.filter(|id| id.len() <= ID_MAX && id.starts_with("c-"));
        let key = id.map(|id| id.as_bytes().to_vec());
        (key.or_else(|| customer(dice)), Some(self.bytes.clone()))
    }

    /// A record that means to be refused for one reason, or to be told from an event before it.
    fn aimed(&mut self, dice: &mut Dice, now: Timestamp) -> Written {
        let (id, number) = (format!("c-{}", dice.roll(10)), self.written);
        let elsewhere = (0..).map(|at| format!("c-{at}"));
        let mut elsewhere = elsewhere.filter(|id| lane_of(id.as_bytes(), LANES).0 > 0);
        let elsewhere = elsewhere.next().expect("some of all ids");
        let mut at = now.0;
        let told = r#""by":"p","why":"p""#;
        let rest = match dice.roll(15) {
            0 => return (Some(id.into()), None),
            1 => return (None, Some(event(&number, &id, at, r#""kind":"view""#))),
            2 => {
                return (
                    customer(dice),
                    Some(event(&number, "c-x", at, r#""kind":"view""#)),
                );
            }
            3 => {
                at += 3 * DAY_MS;
                r#""kind":"view""#.to_owned()
            }
            4 => {
                at -= 400 * DAY_MS;
                r#""kind":"view""#.to_owned()
            }
            5 => format!(r#""kind":"refund","amount":"1","order_id":"none-{number}""#),
            6 => r#""kind":"purchase","amount":"1","order_id":"same""#.to_owned(),
            7 => format!(r#""kind":"override","ladder":"x","verb":"freeze",{told}"#),
            8 => format!(r#""kind":"override","ladder":"value","verb":"set","tier":"x",{told}"#),
            9 => format!(r#""kind":"merge","into":"{id}",{told}"#),
            10 => format!(r#""kind":"merge","into":"{elsewhere}",{told}"#),
            11 => r#""kind":"purchase","amount":"1","quantity":100"#.to_owned(),
            12 => {
                let again = event(&"again", &id, at, r#""kind":"view""#);
                return (Some(id.into()), Some(again));
            }
            13 => {
                // Not refused yet, and later than time has come.
                at += dice.roll(DAY_MS as u64) as i64;
                r#""kind":"view""#.to_owned()
            }
            _ => match dice.one_in(2) {
                true => format!(r#""kind":"erase",{told}"#),
                false => {
                    at -= HOUR_MS;
                    r#""kind":"view""#.to_owned()
                }
            },
        };
        let value = event(&number, &id, at, &rest);
        (Some(id.into()), Some(value))
    }
}

fn event(number: &impl ToString, id: &str, at: i64, rest: &str) -> Vec<u8> {
    let number = number.to_string();
    format!(r#"{{"event_id":"p-{number}","customer_id":"{id}","occurred_at":{at},{rest}}}"#).into()
}

fn customer(dice: &mut Dice) -> Option<Vec<u8>> {
    Some(format!("c-{}", dice.roll(10)).into())
}

/// One thing again and again, by itself or where an event may have something, up to a little more
/// than is read.
fn large(dice: &mut Dice) -> Vec<u8> {
    let pattern = PATTERNS[dice.roll(PATTERNS.len() as u64) as usize];
    let bytes = 1 + dice.roll(BYTES_MAX as u64 * 5 / 4) as usize;
    let filling = pattern.repeat(1 + bytes / pattern.len());
    match dice.roll(4) {
        0 => filling.into(),
        1 => {
            let depth = dice.roll(1_000) as usize;
            let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            event(&"deep", "c-1", 0, &format!(r#""kind":"view","x":{nested}"#))
        }
        2 => event(&filling, "c-1", 0, r#""kind":"view""#),
        _ => event(
            &"large",
            "c-1",
            0,
            &format!(r#""kind":"view","attrs":{filling}"#),
        ),
    }
}
