//! Simulated browsing around real orders, since the shop's data has none. The same at every run,
//! and labelled in every event.

use crate::model::event::{Event, Kind};
use crate::model::time::{DAY_MS, Timestamp};
use crate::model::zone::show_utc;

/// One event to feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fed {
    /// When it happened.
    pub at: Timestamp,
    /// Whether it goes to the browsing topic.
    pub browsing: bool,
    /// The key.
    pub customer: String,
    /// The native event.
    pub text: Vec<u8>,
}

/// What somebody does before they buy, and how often.
const BEFORE: [(Kind, u64); 4] = [
    (Kind::View, 55),
    (Kind::Search, 20),
    (Kind::Cart, 15),
    (Kind::Visit, 10),
];

/// The browsing that led to a purchase, up to three days before it, and the visits after it, up to
/// 40 days later.
#[must_use]
pub(crate) fn around(purchase: &Event<'_>, last: Timestamp) -> Vec<Fed> {
    let order = purchase.order.unwrap_or(purchase.event_id);
    let mut dice = Dice::of(order);
    let before = 1 + dice.roll(6);
    let after = dice.roll(3);
    (0..before + after)
        .filter_map(|i| {
            let (kind, shift) = if i < before {
                (dice.pick(), -1 - dice.roll(3 * DAY_MS as u64) as i64)
            } else {
                (Kind::Visit, 1 + dice.roll(40 * DAY_MS as u64) as i64)
            };
            let at = Timestamp(purchase.at.0 + shift);
            (at <= last).then(|| simulated(purchase.customer, order, i, kind, at))
        })
        .collect()
}

fn simulated(customer: &str, order: &str, number: u64, kind: Kind, at: Timestamp) -> Fed {
    let text = format!(
        r#"{{"event_id":"sim-{order}-{number}","customer_id":"{customer}","kind":"{}",{},{}}}"#,
        kind.name().expect("a kind of the contract"),
        format_args!(r#""occurred_at":"{}""#, show_utc(at)),
        r#""channel":"online","attrs":{"simulated":true}"#,
    );
    Fed {
        at,
        browsing: true,
        customer: customer.to_owned(),
        text: text.into_bytes(),
    }
}

/// SplitMix64: chance enough for a demonstration, and the same everywhere.
struct Dice(u64);

impl Dice {
    /// Dice of their own for each text (FNV-1a).
    fn of(text: &str) -> Self {
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick(&mut self) -> Kind {
        let mut roll = self.roll(100);
        for (kind, share) in BEFORE {
            if roll < share {
                return kind;
            }
            roll -= share;
        }
        Kind::Visit
    }
}
