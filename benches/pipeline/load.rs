//! The events of a shop: who does what, when, and how it looks on the wire.

use std::io::Write;

use tidemark::model::time::Timestamp;
use tidemark::model::zone::show_utc;

/// One event in JSON, with its key.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) customer: String,
    pub(crate) body: Vec<u8>,
}

/// Draws customers: half of the events from all alike, half from few who come often.
pub(crate) struct Crowd {
    customers: u64,
    state: u64,
}

impl Crowd {
    pub(crate) fn new(customers: u64) -> Self {
        Self {
            customers,
            state: 0x7469_6465_6d61_726b,
        }
    }

    /// The next number of a fixed sequence (splitmix64).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Somebody: uniform, or of rank `customers * u^4`.
    pub(crate) fn draw(&mut self) -> u64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let place = if self.next() & 1 == 0 {
            unit
        } else {
            unit.powi(4)
        };
        (place * self.customers as f64) as u64
    }

    /// Pence, between 5.00 and 154.99.
    fn amount(&mut self) -> u64 {
        500 + self.next() % 15_000
    }
}

impl Written {
    /// A purchase by that customer.
    pub(crate) fn purchase(&mut self, id: u64, customer: &str, at: i64, crowd: &mut Crowd) {
        let amount = crowd.amount();
        self.begin(id, customer, "purchase", at);
        write!(
            self.body,
            r#","order_id":"o-{id:012}","amount":"{}.{:02}","currency":"GBP","quantity":{}}}"#,
            amount / 100,
            amount % 100,
            1 + amount % 4,
        )
        .expect("a vector can be written to");
    }

    /// A look at a page.
    pub(crate) fn view(&mut self, id: u64, customer: &str, at: i64) {
        self.begin(id, customer, "view", at);
        write!(
            self.body,
            r#","category":"garden","brand":"b-{}","channel":"web","session":"s-{id:012}"}}"#,
            id % 97,
        )
        .expect("a vector can be written to");
    }

    fn begin(&mut self, id: u64, customer: &str, kind: &str, at: i64) {
        self.customer.clear();
        self.customer.push_str(customer);
        self.body.clear();
        write!(
            self.body,
            r#"{{"event_id":"e-{id:016}","customer_id":"{customer}","kind":"{kind}","occurred_at":"{}""#,
            show_utc(Timestamp(at)),
        )
        .expect("a vector can be written to");
    }
}
