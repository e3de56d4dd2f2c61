//! Words to values: days of a zone, instants and amounts.

use std::hint::black_box;

use tidemark::model::money::Money;
use tidemark::model::time::{DAY_MS, Timestamp};
use tidemark::model::zone::{Zone, parse_instant};

use super::{Offer, Work, plain};

const TIMES: u64 = 1_000;

pub(super) const OFFERS: &[Offer] = &[
    Offer {
        name: "model/day_of",
        things: TIMES,
        begin: days,
    },
    Offer {
        name: "model/parse_instant",
        things: TIMES,
        begin: instants,
    },
    Offer {
        name: "model/parse_amount",
        things: TIMES,
        begin: amounts,
    },
];

fn days() -> Box<dyn Work> {
    let zone = Zone::named("Europe/London").expect("a bundled zone");
    plain(move || {
        for i in 0..TIMES as i64 {
            let at = Timestamp(1_735_689_600_000 + i * DAY_MS / 3);
            black_box(zone.day_of(black_box(at)));
        }
    })
}

fn instants() -> Box<dyn Work> {
    plain(|| {
        for _ in 0..TIMES {
            let at = parse_instant(black_box("2026-03-02T08:15:30.250Z"));
            black_box(at.expect("an instant"));
        }
    })
}

fn amounts() -> Box<dyn Work> {
    plain(|| {
        for _ in 0..TIMES {
            black_box(Money::parse(black_box("120.45")).expect("an amount"));
        }
    })
}
