//! Partitions: whose record is next, and a unit from its opening to its ledger entry.

use std::hint::black_box;
use std::sync::Arc;

use tidemark::engine::key::Key;
use tidemark::lane::crossing::From;
use tidemark::lane::edition::Edition;
use tidemark::lane::lane::Lane;
use tidemark::lane::merge::{Head, pick};
use tidemark::model::ids::{LaneId, Offset, TopicIx};
use tidemark::model::time::Timestamp;

use crate::policy::retail;
use crate::running::FOREVER;
use crate::shop::{Deed, Shop, Spread, Visits};

use super::{Offer, Work, plain};

const PICKS: u64 = 1_000;
const EVENTS: u64 = 1_000;
const CUSTOMERS: u64 = 500;

pub(super) const OFFERS: &[Offer] = &[
    Offer {
        name: "lane/pick",
        things: PICKS,
        begin: picks,
    },
    Offer {
        name: "lane/unit",
        things: EVENTS,
        begin: || Box::new(Units::new()),
    },
];

/// The first of four topics' heads.
fn picks() -> Box<dyn Work> {
    plain(|| {
        for i in 0..PICKS as i64 {
            let mut heads = [Head::AtEnd; 4];
            heads[2] = Head::Here(Some(Timestamp(i % 3)));
            heads[3] = Head::Here(Some(Timestamp(1)));
            black_box(pick(black_box(&heads), false));
        }
    })
}

/// Units of a lane, its engine included.
struct Units {
    lane: Lane,
    shop: Shop,
    deeds: Vec<Deed>,
}

impl Units {
    fn new() -> Self {
        let policy = retail();
        let text = Arc::from("");
        let topics = Arc::from(["purchases", "browsing"].map(String::from));
        let edition = Edition::new(policy, text);
        Self {
            lane: Lane::new(LaneId(0), topics, edition, vec![Offset(0); 2]),
            shop: Shop::new(CUSTOMERS, Spread::Uniform, Visits::Sessions),
            deeds: Vec::new(),
        }
    }
}

impl Work for Units {
    fn prepare(&mut self) {
        self.shop.make(&mut self.deeds, EVENTS);
    }

    fn round(&mut self) {
        let mut effects = Vec::new();
        let opened = self.lane.open(None, FOREVER, &mut effects);
        opened.expect("there is no policy to adopt");
        for event in self.deeds.iter().map(Deed::event) {
            let topic = TopicIx(usize::from(event.order.is_none()));
            let at = (topic, self.lane.next()[topic.0]);
            let known = Ok((&event, Key::of(&event)));
            black_box(self.lane.take(at, known, From::Feed, &mut effects));
            effects.clear();
        }
        black_box(self.lane.seal("bench", 0));
    }
}
