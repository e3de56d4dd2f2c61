//! The way of records from bytes to what is published of them: of sound ones, and of bad ones.

use std::hint::black_box;
use std::sync::Arc;

use tidemark::engine::effect::Judged;
use tidemark::engine::input::Outcome;
use tidemark::engine::key::Key;
use tidemark::lane::crossing::From;
use tidemark::lane::edition::Edition;
use tidemark::lane::fate::Fate;
use tidemark::lane::lane::Lane;
use tidemark::model::ids::{LaneId, Offset, TopicIx};
use tidemark::model::refusal::Refused;
use tidemark::wire::checksum::Checksum;
use tidemark::wire::dead_letter::{self, Origin};
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;
use tidemark::wire::{change, standing};

use crate::policy::retail;
use crate::running::FOREVER;
use crate::shop::{Deed, Shop, Spread, Visits};
use crate::written::as_written;

use super::{Offer, Work};

const EVENTS: u64 = 1_000;
const CUSTOMERS: u64 = 500;
/// Bytes that a record may have, as the settings are shipped.
const MOST: usize = 65_536;
/// Ways of being bad, in turn.
const WAYS: usize = 8;

pub(super) const OFFERS: &[Offer] = &[
    Offer {
        name: "lane/way_sound",
        things: EVENTS,
        begin: || Box::new(Way::new(false)),
    },
    Offer {
        name: "lane/way_poisoned",
        things: EVENTS,
        begin: || Box::new(Way::new(true)),
    },
];

/// A lane, and the records that come next.
struct Way {
    decoder: Decoder,
    lane: Lane,
    shop: Shop,
    deeds: Vec<Deed>,
    records: Vec<String>,
    poisoned: bool,
}

impl Way {
    fn new(poisoned: bool) -> Self {
        let policy = retail();
        let decoder = Decoder::of_policy(&policy, MOST);
        let edition = Edition::new(policy, Arc::from(""));
        let topics = Arc::from(["events"].map(String::from));
        Self {
            decoder,
            lane: Lane::new(LaneId(0), topics, edition, vec![Offset(0)]),
            shop: Shop::new(CUSTOMERS, Spread::Uniform, Visits::Sessions),
            deeds: Vec::new(),
            records: Vec::new(),
            poisoned,
        }
    }
}

/// A record that breaks the contract in one way or another.
fn bad(text: &str, number: usize) -> String {
    match number % WAYS {
        0 => text[..text.len() - 2].to_owned(),
        1 => text.replace("customer_id", "customer"),
        2 => text.replace(r#""kind":""#, r#""kind":"un"#),
        3 => text.replace(r#""occurred_at":"#, r#""occurred_at":true,"at":"#),
        4 => text.replace('{', &format!(r#"{{"note":"{}","#, "x".repeat(MOST))),
        5 => "[".repeat(500),
        6 => text.replace('{', r#"{"kind":"view","#),
        // Sound as far as one can read it; the engine takes no other currency.
        _ => format!(
            r#"{{"event_id":"r-{number}","customer_id":"c-1","kind":"purchase","occurred_at":1772439330250,"order_id":"r-{number}","amount":"5","currency":"EUR"}}"#
        ),
    }
}

/// What is published of a judging.
fn tell(lane: &Lane, judged: &Judged, checksum: &mut Checksum, out: &mut Vec<u8>) {
    let (policy, who) = (lane.policy_of(judged), &judged.customer);
    for one in &judged.changes {
        out.clear();
        change::encode_body(policy, who, one, out);
        checksum.add(out);
        black_box(change::headers(policy, who, one, "bench"));
    }
    out.clear();
    standing::encode(policy, judged, out);
    checksum.add(out);
    black_box(standing::headers(policy));
}

/// A dead letter.
fn put_aside(lane: &Lane, text: &str, refused: Refused, checksum: &mut Checksum) {
    let origin = Origin {
        topic: "events",
        partition: 0,
        offset: lane.next()[0],
    };
    checksum.add(text.as_bytes());
    let policy = lane.engine().policy();
    black_box(dead_letter::headers(refused, origin, &policy.hash));
}

impl Work for Way {
    fn prepare(&mut self) {
        self.shop.make(&mut self.deeds, EVENTS);
        let written = self.deeds.iter().map(|deed| as_written(&deed.event()));
        let written = written.enumerate().map(|(n, text)| match self.poisoned {
            true => bad(&text, n),
            false => text,
        });
        self.records = written.collect();
    }

    fn round(&mut self) {
        let Self {
            lane,
            decoder,
            records,
            ..
        } = self;
        let (mut scratch, mut out, mut effects) = (Scratch::default(), Vec::new(), Vec::new());
        let mut checksum = Checksum::default();
        let opened = lane.open(None, FOREVER, &mut effects);
        opened.expect("there is no policy to adopt");
        let mut put = 0;
        for text in records {
            scratch.clear();
            let event = decoder.decode(black_box(text.as_bytes()), &scratch);
            let event = event.as_ref().map_err(|refused| *refused);
            let known = event.map(|event| (event, Key::of(event)));
            let at = (TopicIx(0), lane.next()[0]);
            if let Fate::Became(Outcome::Refused(refused)) =
                lane.take(at, known, From::Feed, &mut effects)
            {
                put_aside(lane, text, refused, &mut checksum);
                put += 1;
            }
            for judged in effects.drain(..) {
                tell(lane, &judged, &mut checksum, &mut out);
            }
        }
        assert_eq!(put, if self.poisoned { EVENTS } else { 0 });
        black_box((checksum.finish(), lane.seal("bench", 0)));
    }
}
