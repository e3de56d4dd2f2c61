//! Bytes to values and back.

use std::hint::black_box;

use tidemark::engine::effect::Judged;
use tidemark::lane::ledger::{Counts, Entry, Read};
use tidemark::model::ids::{LaneId, Offset, UnitId};
use tidemark::model::time::Timestamp;
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;
use tidemark::wire::{change, ledger, policy, standing, tape};

use crate::policy::retail;
use crate::running::{Batch, Running};
use crate::shop::{Deed, Shop, Spread, Visits};
use crate::written::as_written;

use super::engine::{MEMBERS, tape_of_some};
use super::{Offer, Work, plain};

/// A purchase of about 200 bytes, as most producers write it.
const PURCHASE: &str = r#"{"event_id":"7f9c2ba4-e88f-4bd1","customer_id":"c-0001048576","kind":"purchase","occurred_at":"2026-03-02T08:15:30.250Z","order_id":"o-918273645","amount":"120.45","currency":"GBP","quantity":3}"#;
/// A view with milliseconds since the epoch.
const VIEW: &str = r#"{"event_id":"7f9c2ba4-e88f-4bd1","customer_id":"c-0001048576","kind":"view","occurred_at":1772439330250,"category":"garden"}"#;
/// The purchase with white space, an escape and attributes.
const ESCAPED: &str = r#"{"event_id": "7f9c2ba4\/e88f", "customer_id": "c-0001048576", "kind": "purchase", "occurred_at": "2026-03-02T09:15:30+01:00", "amount": 120.45, "attrs": {"shop": "Zürich", "tags": ["a", "b"]}}"#;
/// A view without its customer.
const REFUSED: &str =
    r#"{"event_id":"7f9c2ba4-e88f-4bd1","kind":"view","occurred_at":1772439330250}"#;
/// The shipped policy.
const SHIPPED: &str = include_str!("../../../config/policy.toml");

/// Times that one and the same is done.
const TIMES: u64 = 1_000;
/// Events of a shop, each another one.
const MIX: u64 = 1_000;
/// Changes, and judgings with a standing.
const CHANGES: usize = 500;

pub(super) const OFFERS: &[Offer] = &[
    Offer {
        name: "wire/decode_mix",
        things: MIX,
        begin: mix,
    },
    Offer {
        name: "wire/decode_purchase",
        things: TIMES,
        begin: || decode(PURCHASE, true),
    },
    Offer {
        name: "wire/decode_view",
        things: TIMES,
        begin: || decode(VIEW, true),
    },
    Offer {
        name: "wire/decode_escaped",
        things: TIMES,
        begin: || decode(ESCAPED, true),
    },
    Offer {
        name: "wire/decode_refused",
        things: TIMES,
        begin: || decode(REFUSED, false),
    },
    Offer {
        name: "wire/encode_change",
        things: CHANGES as u64,
        begin: changes,
    },
    Offer {
        name: "wire/encode_standing",
        things: CHANGES as u64,
        begin: standings,
    },
    Offer {
        name: "wire/encode_tape",
        things: MEMBERS,
        begin: encode_tape,
    },
    Offer {
        name: "wire/decode_tape",
        things: MEMBERS,
        begin: decode_tape,
    },
    Offer {
        name: "wire/ledger_entry",
        things: 1,
        begin: entry,
    },
    Offer {
        name: "wire/parse_policy",
        things: 1,
        begin: parse,
    },
];

fn decoder() -> Decoder {
    Decoder::of_policy(&retail(), 1 << 20)
}

/// One event again and again, which is one or not.
fn decode(text: &'static str, sound: bool) -> Box<dyn Work> {
    let (decoder, mut scratch) = (decoder(), Scratch::default());
    let outcome = decoder.decode(text.as_bytes(), &scratch);
    assert_eq!(outcome.is_ok(), sound, "{outcome:?}");
    plain(move || {
        for _ in 0..TIMES {
            scratch.clear();
            _ = black_box(decoder.decode(black_box(text.as_bytes()), &scratch));
        }
    })
}

/// The events of a shop.
fn mix() -> Box<dyn Work> {
    let mut deeds = Vec::new();
    Shop::new(MIX, Spread::Uniform, Visits::Sessions).make(&mut deeds, MIX);
    let written = |deed: &Deed| as_written(&deed.event());
    let records: Vec<String> = deeds.iter().map(written).collect();
    let (decoder, mut scratch) = (decoder(), Scratch::default());
    plain(move || {
        for text in &records {
            scratch.clear();
            let event = decoder.decode(black_box(text.as_bytes()), &scratch);
            black_box(event.expect("an event"));
        }
    })
}

/// Judgings of a shop, so that there are that many changes in all.
fn judgings() -> Vec<Judged> {
    let shop = Shop::new(CHANGES as u64, Spread::Uniform, Visits::Sessions);
    let mut running = Running::new(shop, 0);
    let mut judgings = Vec::new();
    while judgings.len() < CHANGES {
        running.make(MIX);
        let (engine, deeds) = running.next();
        let seen = |judged: &Judged| judgings.push(judged.clone());
        Batch::default().apply_all(engine, deeds, seen);
    }
    judgings.truncate(CHANGES);
    judgings
}

/// The bodies and headers of changes.
fn changes() -> Box<dyn Work> {
    let (policy, judgings) = (retail(), judgings());
    let mut out = Vec::new();
    plain(move || {
        let changes = judgings.iter().flat_map(|judged| {
            let of = |change| (&*judged.customer, change);
            judged.changes.iter().map(of)
        });
        for (customer, one) in changes.take(CHANGES) {
            out.clear();
            change::encode_body(&policy, customer, one, &mut out);
            black_box((
                &out,
                change::headers(&policy, customer, one, "urn:tidemark:shop"),
            ));
        }
    })
}

/// The bodies of standings.
fn standings() -> Box<dyn Work> {
    let (policy, judgings) = (retail(), judgings());
    let mut out = Vec::new();
    plain(move || {
        for judged in &judgings {
            out.clear();
            standing::encode(&policy, judged, &mut out);
            black_box(&out);
        }
    })
}

/// Some customers on a tape, to bytes.
fn encode_tape() -> Box<dyn Work> {
    let (form, tape) = tape_of_some();
    let mut out = Vec::new();
    plain(move || {
        out.clear();
        tape::encode(form, &tape, &mut out);
        black_box(&out);
    })
}

/// The same, back from bytes.
fn decode_tape() -> Box<dyn Work> {
    let (form, tape) = tape_of_some();
    let mut bytes = Vec::new();
    tape::encode(form, &tape, &mut bytes);
    plain(move || {
        black_box(tape::decode(black_box(&bytes)).expect("a tape"));
    })
}

/// A ledger entry, to bytes and back.
fn entry() -> Box<dyn Work> {
    let read = |topic: &str| Read {
        topic: topic.into(),
        from: Offset(1_000_000),
        next: Offset(1_000_150),
        records: 150,
    };
    let entry = Entry {
        lane: LaneId(3),
        unit: UnitId(70_000),
        policy: "0123456789abcdef".repeat(4),
        adopts: None,
        owner: "tidemark-1".into(),
        ceiling: Timestamp(1_772_439_330_250),
        coast: Some(Timestamp(1_772_439_329_250)),
        firings: None,
        gap: None,
        clock: Timestamp(1_772_439_330_000),
        reads: ["shop.purchase.v1", "shop.browse.v1"].map(read).into(),
        runs: (0..100).map(|i| (i % 2, 3)).collect(),
        counts: Counts {
            applied: 300,
            ..Counts::default()
        },
        checksum: 0x1234_5678_9abc_def0,
    };
    let mut out = Vec::new();
    plain(move || {
        out.clear();
        ledger::encode(&entry, &mut out);
        black_box(ledger::decode(&out).expect("an entry"));
    })
}

/// The shipped policy, from its text.
fn parse() -> Box<dyn Work> {
    plain(|| {
        let policy = policy::parse("policy.toml", black_box(SHIPPED));
        black_box(policy.expect("a sound policy"));
    })
}
