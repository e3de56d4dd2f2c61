//! A history with all in it that two programs may take differently: orders that are taken back,
//! copies, events that come late, and such as are to be refused.

use tidemark::model::time::Timestamp;
use tidemark::model::zone::show_utc;

use crate::load::Crowd;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// It reaches over so many days, so that customers fall silent for the 120 days of the policy.
const DAYS: i64 = 300;

/// One record of it.
#[derive(Clone)]
pub(crate) struct Happening {
    pub(crate) is_paid: bool,
    pub(crate) customer: String,
    pub(crate) body: String,
}

/// Who tells it: what has been ordered so far can be taken back.
struct Teller {
    crowd: Crowd,
    /// Customer and number of each order.
    orders: Vec<(String, u64)>,
}

/// So many events of so many customers, the last ones around `until`.
pub(crate) fn history(events: u64, customers: u64, until: i64) -> Vec<Happening> {
    let mut teller = Teller {
        crowd: Crowd::new(customers),
        orders: Vec::new(),
    };
    let mut all: Vec<Happening> = Vec::new();
    for i in 0..events {
        let left = u128::from(events - i) * (DAYS * DAY) as u128 / u128::from(events);
        let at = until - i64::try_from(left).expect("less than the whole");
        let told = match teller.below(50) {
            0 if !all.is_empty() => {
                let last = u64::try_from(all.len()).expect("few") - 1;
                let back = teller.below(500).min(last);
                all[usize::try_from(last - back).expect("few")].clone()
            }
            1 | 2 => {
                let late = teller.below(6 * 24 * 60 * 60 * 1000);
                teller.event(i, at - i64::try_from(late).expect("days"))
            }
            3 => teller.event(i, at - 9 * DAY),
            _ => teller.event(i, at),
        };
        all.push(told);
    }
    all
}

impl Teller {
    fn below(&mut self, bound: u64) -> u64 {
        self.crowd.next() % bound
    }

    fn event(&mut self, i: u64, at: i64) -> Happening {
        let mut customer = format!("c-{:06}", self.crowd.draw());
        let pence = 500 + self.below(60_000);
        let amount = format!(
            r#","amount":"{}.{:02}","currency":"GBP""#,
            pence / 100,
            pence % 100
        );
        let way = self.below(40);
        let (kind, rest) = match way {
            // With the number of an order that there is already, now and then.
            0..10 => {
                let number = if way == 0 {
                    self.order(&mut customer, i)
                } else {
                    i
                };
                self.orders.push((customer.clone(), number));
                ("purchase", format!(r#","order_id":"o-{number}"{amount}"#))
            }
            10 => ("purchase", amount),
            11 | 12 => {
                let number = self.order(&mut customer, i);
                ("refund", format!(r#","order_id":"o-{number}"{amount}"#))
            }
            13 => ("refund", amount),
            14 => ("refund", format!(r#","order_id":"x-{i}"{amount}"#)),
            15 => {
                let number = self.order(&mut customer, i);
                ("cancel", format!(r#","order_id":"o-{number}""#))
            }
            16 => ("cancel", format!(r#","order_id":"x-{i}""#)),
            17..20 => ("search", String::new()),
            20..23 => ("cart", r#","category":"garden""#.to_owned()),
            23..26 => ("visit", r#","channel":"web""#.to_owned()),
            _ => ("view", r#","category":"garden","brand":"b-1""#.to_owned()),
        };
        Happening {
            is_paid: way < 17,
            body: format!(
                r#"{{"event_id":"e-{i}","customer_id":"{customer}","kind":"{kind}","occurred_at":"{}"{rest}}}"#,
                show_utc(Timestamp(at)),
            ),
            customer,
        }
    }

    /// The number of one of the last orders, whose customer it then is; `i` before there is any.
    fn order(&mut self, customer: &mut String, i: u64) -> u64 {
        let count = u64::try_from(self.orders.len()).expect("few");
        if count == 0 {
            return i;
        }
        let back = 1 + self.below(count.min(2_000));
        let (whose, number) = &self.orders[usize::try_from(count - back).expect("few")];
        customer.clone_from(whose);
        *number
    }
}
