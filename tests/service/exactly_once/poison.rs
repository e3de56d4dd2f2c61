//! Records that break the contract, one way each, and what should be said of them.

use tidemark::model::partitioner::lane_of;
use tidemark::model::refusal::Refusal;

use super::dice::Dice;
use super::shop_load::{Fate, OPENING, Sent};
use crate::broker::NewRecord;

/// The code and field that a dead letter is to carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) refusal: Refusal,
    pub(crate) field: &'static str,
}

/// How many ways there are: all refusals, some in several ways.
pub(crate) const WAYS: u64 = 27;

/// A bad record, in one way or another, between good ones of the same customers.
pub(crate) fn poison(dice: &mut Dice, number: u64, now: i64, lanes: i32) -> Sent {
    let way = dice.roll(WAYS);
    let customer = 3 * dice.roll(OPENING) + 2;
    let known = format!("known-{customer}");
    let customer = format!("c-{customer}-both");
    let bad = Bad {
        customer: &customer,
        known: &known,
        number,
        now,
        lanes,
    };
    let (refusal, field, value) = bad.value(way);
    let mut record = NewRecord::new(customer.as_str(), value);
    match refusal {
        Refusal::NoValue => record.value = None,
        Refusal::NoKey => {
            record.key = (way == 20).then(Vec::new);
            record.partition = Some((number % lanes.unsigned_abs() as u64) as i32);
        }
        Refusal::KeyMismatch => record.key = Some(format!("\"{customer}\"").into_bytes()),
        _ => {}
    }
    if record.partition.is_none() {
        let key = record.key.as_deref().expect("all others have a key");
        record.partition = Some(lane_of(key, lanes).0);
    }
    if dice.one_in(2) {
        // A record may have been a dead letter before, and then says so twice.
        let old = |name: &str, value: &str| (name.to_owned(), Some(value.as_bytes().to_vec()));
        record.headers = vec![
            old("tidemark.errors.code", "not_json"),
            old("trace", &number.to_string()),
            ("empty".to_owned(), None),
        ];
    }
    let fate = Fate::Refused(Expected { refusal, field });
    Sent {
        input: (number % 2) as usize,
        record,
        fate,
    }
}

/// What a bad record is made of.
struct Bad<'a> {
    customer: &'a str,
    /// An order that is known.
    known: &'a str,
    number: u64,
    now: i64,
    lanes: i32,
}

impl Bad<'_> {
    fn event(&self, fields: &str) -> String {
        let Self {
            customer, number, ..
        } = self;
        format!(r#"{{"event_id":"bad-{number}","customer_id":"{customer}",{fields}}}"#)
    }

    fn at(&self, kind: &str, at: i64, more: &str) -> String {
        self.event(&format!(r#""kind":"{kind}","occurred_at":{at}{more}"#))
    }

    /// An override.
    fn set(&self, ladder: &str, tier: &str) -> String {
        let asked = format!(
            r#","ladder":"{ladder}","verb":"set","tier":"{tier}","by":"ann","why":"a mistake""#
        );
        self.at("override", self.now, &asked)
    }

    /// The value of a record that is bad in that way, and which field is at fault.
    fn value(&self, way: u64) -> (Refusal, &'static str, String) {
        match way {
            0..12 => self.unreadable(way),
            12..22 => self.inapplicable(way),
            _ => self.undeclared(way),
        }
    }

    /// Values that are no event.
    fn unreadable(&self, way: u64) -> (Refusal, &'static str, String) {
        let Self {
            customer,
            number,
            now,
            ..
        } = *self;
        match way {
            0 => (Refusal::NoValue, "", String::new()),
            1 => {
                let long = format!(r#","attrs":{{"note":"{}"}}"#, "x".repeat(65_536));
                (Refusal::TooLarge, "", self.at("view", now, &long))
            }
            2 => (Refusal::NotJson, "", format!("{{\"event_id\":bad-{number}")),
            3 => (
                Refusal::NotJson,
                "kind",
                self.at("view", now, r#","kind":"view""#),
            ),
            4 => {
                let value =
                    format!(r#"{{"customer_id":"{customer}","kind":"view","attrs":{number}}}"#);
                (Refusal::MissingField, "event_id", value)
            }
            5 => (
                Refusal::MissingField,
                "amount",
                self.at("purchase", now, ""),
            ),
            6 => (
                Refusal::WrongType,
                "channel",
                self.at("view", now, r#","channel":7"#),
            ),
            7 => (Refusal::UnknownKind, "kind", self.at("teleport", now, "")),
            8 => {
                let value = self.event(r#""kind":"view","occurred_at":"2026-03-02T08:00:00""#);
                (Refusal::BadTime, "occurred_at", value)
            }
            9 => (
                Refusal::BadAmount,
                "amount",
                self.at("purchase", now, r#","amount":"-1""#),
            ),
            10 => (
                Refusal::BadAmount,
                "amount",
                self.at("purchase", now, r#","amount":"1.00001""#),
            ),
            _ => {
                let most = r#","amount":"922337203685477.5807""#;
                (Refusal::BadAmount, "amount", self.at("purchase", now, most))
            }
        }
    }

    /// Events that cannot be applied.
    fn inapplicable(&self, way: u64) -> (Refusal, &'static str, String) {
        let Self {
            known, number, now, ..
        } = *self;
        match way {
            12 => {
                let other = r#","amount":"5","currency":"EUR""#;
                (
                    Refusal::UnknownCurrency,
                    "currency",
                    self.at("purchase", now, other),
                )
            }
            13 => {
                let none = r#","amount":"5","currency":"QQQ""#;
                (
                    Refusal::UnknownCurrency,
                    "currency",
                    self.at("purchase", now, none),
                )
            }
            14 => (
                Refusal::KeyMismatch,
                "customer_id",
                self.at("view", now, ""),
            ),
            15 => (
                Refusal::Future,
                "occurred_at",
                self.at("view", now + HOUR_MS, ""),
            ),
            16 => (
                Refusal::TooLate,
                "occurred_at",
                self.at("view", now - HOUR_MS, ""),
            ),
            17 => {
                let stranger = format!(r#","order_id":"nobody-{number}","amount":"5""#);
                (
                    Refusal::UnknownOrder,
                    "order_id",
                    self.at("refund", now, &stranger),
                )
            }
            18 => {
                let stranger = format!(r#","order_id":"nobody-{number}""#);
                (
                    Refusal::UnknownOrder,
                    "order_id",
                    self.at("cancel", now, &stranger),
                )
            }
            19 | 20 => (Refusal::NoKey, "", self.at("view", now, "")),
            _ => {
                let again = format!(r#","order_id":"{known}","amount":"5""#);
                (
                    Refusal::OrderExists,
                    "order_id",
                    self.at("purchase", now, &again),
                )
            }
        }
    }

    /// What the policy does not know, or does not want.
    fn undeclared(&self, way: u64) -> (Refusal, &'static str, String) {
        match way {
            22 => (
                Refusal::Outlier,
                "quantity",
                self.at("view", self.now, r#","quantity":1001"#),
            ),
            23 => (
                Refusal::UnknownLadder,
                "ladder",
                self.set("no such", "none"),
            ),
            24 => (Refusal::UnknownTier, "tier", self.set("value", "no such")),
            25 => {
                let asked = r#","by":"ann","why":"a mistake""#;
                let value = self.at("unmerge", self.now, asked);
                (Refusal::BadMerge, "customer_id", value)
            }
            _ => {
                let own = lane_of(self.customer.as_bytes(), self.lanes);
                let mut others = (0..).map(|n| format!("other-{n}"));
                let other = others.find(|id| lane_of(id.as_bytes(), self.lanes) != own);
                let other = other.expect("there are several lanes");
                let asked = format!(r#","into":"{other}","by":"ann","why":"a mistake""#);
                let value = self.at("merge", self.now, &asked);
                (Refusal::OtherLane, "into", value)
            }
        }
    }
}

const HOUR_MS: i64 = 3_600_000;
