//! What the customers of a campaign do, drawn from dice: few do most of it, some of it comes twice,
//! late, early or broken, and people ask for things to be done about them.

use std::collections::VecDeque;

use crate::broker::NewRecord;
use crate::exactly_once::dice::Dice;
use crate::exactly_once::poison::poison;
use crate::exactly_once::shop_load::{Fate, OPENING, Sent, opening};

/// All customers.
const CUSTOMERS: u64 = 1_500;
/// Records and orders that copies, refunds and cancels are drawn from.
const REMEMBERED: usize = 300;
/// After so many events the clock of every lane has started, and bad records are bad for the reason
/// that they are to be.
const STARTED: u64 = 800;
/// The topics, by the place of [`Sent`].
const BUYS: usize = 0;
const LOOKS: usize = 1;
const SAYS: usize = 2;
const ASKS: usize = 3;

/// Customers, and what is remembered of them.
pub(super) struct Crowd {
    dice: Dice,
    lanes: i32,
    events: u64,
    orders: VecDeque<(u64, u64)>,
    recent: VecDeque<Sent>,
}

impl Crowd {
    pub(super) fn new(dice: Dice, lanes: i32) -> Self {
        Self {
            dice,
            lanes,
            events: 0,
            orders: VecDeque::new(),
            recent: VecDeque::new(),
        }
    }

    /// The next record, at an instant. What becomes of it is for others to say.
    pub(super) fn next(&mut self, now: i64) -> Sent {
        self.events += 1;
        if self.events <= OPENING {
            return opening(self.events, now);
        }
        if self.events > STARTED && self.dice.one_in(15) {
            return poison(&mut self.dice, self.events, now, self.lanes);
        }
        if self.dice.one_in(15) {
            let place = self.dice.roll(self.recent.len().max(1) as u64) as usize;
            if let Some(sent) = self.recent.get(place) {
                return sent.clone();
            }
        }
        let customer = self.customer();
        let sent = match self.dice.roll(1_000) {
            0..440 => self.look(customer, now),
            440..840 => self.buy(customer, now),
            840..930 => self.correct(now),
            930..965 => self.say(customer, now),
            965..996 => self.ask(customer, now),
            _ => self.erase(customer, now),
        };
        self.recent.push_back(sent.clone());
        if self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
        sent
    }

    /// The first of them come most often: as often as all between twice and four times their rank.
    fn customer(&mut self) -> u64 {
        let share = self.dice.roll(1_000_000) as f64 / 1_000_000.0;
        (CUSTOMERS as f64).powf(share) as u64 - 1
    }

    /// Some events come late, by seconds or a minute, and some are ahead of their time.
    fn at(&mut self, now: i64) -> i64 {
        match self.dice.roll(40) {
            0 | 1 => now - self.dice.roll(6_000) as i64,
            2 => now - self.dice.roll(60_000) as i64,
            3 => now + self.dice.roll(2_000) as i64,
            _ => now,
        }
    }

    fn look(&mut self, customer: u64, now: i64) -> Sent {
        let kind = ["view", "view", "view", "search", "cart", "visit"][self.dice.roll(6) as usize];
        let at = self.at(now);
        self.sent(LOOKS, customer, (kind, at), "")
    }

    fn buy(&mut self, customer: u64, now: i64) -> Sent {
        let (pounds, pence) = (1 + self.dice.roll(120), self.dice.roll(100));
        let amount = match self.dice.roll(3) {
            0 => format!(r#""{pounds}.{pence:02}""#),
            1 => format!(r#"{pounds}.{pence:02}00"#),
            _ => pounds.to_string(),
        };
        let at = self.at(now);
        if self.dice.one_in(20) {
            let more = format!(r#","amount":{amount}"#);
            return self.sent(BUYS, customer, ("purchase", at), &more);
        }
        let number = self.events;
        self.orders.push_back((customer, number));
        if self.orders.len() > REMEMBERED {
            self.orders.pop_front();
        }
        let more = format!(r#","order_id":"o-{number}","amount":{amount},"quantity":2"#);
        self.sent(BUYS, customer, ("purchase", at), &more)
    }

    /// A refund, a cancel or a restatement, of a known order or of one that nobody knows any more.
    fn correct(&mut self, now: i64) -> Sent {
        let place = self.dice.roll(self.orders.len().max(1) as u64) as usize;
        let Some(&(customer, order)) = self.orders.get(place) else {
            return self.look(0, now);
        };
        let amount = self.dice.roll(130);
        let (kind, amount) = match self.dice.roll(4) {
            0 => ("cancel", String::new()),
            1 => ("restate", format!(r#","amount":"{amount}","quantity":1"#)),
            _ => ("refund", format!(r#","amount":"{amount}.50""#)),
        };
        let more = format!(r#","order_id":"o-{order}"{amount}"#);
        let at = self.at(now);
        self.sent(BUYS, customer, (kind, at), &more)
    }

    fn say(&mut self, customer: u64, now: i64) -> Sent {
        let member = ["true", "false", "null"][self.dice.roll(3) as usize];
        let more = format!(r#","attrs":{{"member":{member}}}"#);
        // What is said of customers may be old.
        let at = now - [0, 3_000, 3_600_000][self.dice.roll(3) as usize];
        self.sent(SAYS, customer, ("profile", at), &more)
    }

    fn ask(&mut self, customer: u64, now: i64) -> Sent {
        let verb = ["set", "floor", "ceiling", "gift", "withdraw"][self.dice.roll(5) as usize];
        let (ladder, tiers) = match self.dice.one_in(2) {
            true => ("value", ["none", "low", "mid", "high"].as_slice()),
            false => ("behaviour", ["dormant", "potential", "active"].as_slice()),
        };
        let tier = tiers[self.dice.roll(tiers.len() as u64) as usize];
        let until = now + 500 + self.dice.roll(8_000) as i64;
        let asked = match verb {
            "withdraw" => String::new(),
            _ => format!(r#","tier":"{tier}","until":{until}"#),
        };
        let more =
            format!(r#","ladder":"{ladder}","verb":"{verb}"{asked},"by":"ann","why":"a \"call\"""#);
        self.sent(ASKS, customer, ("override", now), &more)
    }

    fn erase(&mut self, customer: u64, now: i64) -> Sent {
        let more = r#","by":"the shop","why":"asked for""#;
        self.sent(ASKS, customer, ("erase", now), more)
    }

    /// Every kind is read on every topic.
    fn sent(&mut self, input: usize, customer: u64, (kind, at): (&str, i64), more: &str) -> Sent {
        let number = self.events;
        let customer = format!("c-{customer}-both");
        let value = format!(
            r#"{{"event_id":"e-{number}","customer_id":"{customer}","kind":"{kind}","occurred_at":{at}{more}}}"#
        );
        let elsewhere = self.dice.one_in(50);
        Sent {
            input: if elsewhere {
                self.dice.roll(4) as usize
            } else {
                input
            },
            record: NewRecord::new(customer, value),
            fate: Fate::Counts,
        }
    }
}
