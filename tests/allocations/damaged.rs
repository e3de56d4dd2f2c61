//! Bytes from outside that were whole and are damaged: whatever they are, reading them neither
//! fails nor asks for much more memory than they have, and what is read can be written again.
//!
//! `TIDEMARK_DAMAGED=10000000` reads that many of each sort in place of the few of every run,
//! `TIDEMARK_SEED` others.

mod corpus;
#[path = "../pure/wire/scanned/damage.rs"]
mod damage;
#[cfg(feature = "service")]
mod settings;
mod snapshots;

use std::env;
use std::sync::Arc;
use std::time::Instant;

use allocation_counter::measure;
use tidemark::engine::Engine;
use tidemark::lane::homes::Note;
use tidemark::model::event::Kind;
use tidemark::model::ids::{LaneId, Offset};
use tidemark::model::tape::Tape;
use tidemark::model::time::Timestamp;
use tidemark::wire::event::Decoder;
use tidemark::wire::policy::parse;
use tidemark::wire::scratch::Scratch;
use tidemark::wire::transfer::{self, Letter, Transfer};
use tidemark::wire::{ledger, record};

use crate::dice::Dice;
use crate::{EVENTS, NOON, POLICY, browsing, engine};
use corpus::Corpus;
use damage::damage;

/// Of each sort in the ordinary test run.
const FEW: u64 = 20_000;
/// Bytes of memory that each byte that is read may ask for.
const TIMES: u64 = 16;

/// How many of each sort.
fn many() -> u64 {
    let many = env::var("TIDEMARK_DAMAGED").ok();
    many.map_or(FEW, |text| text.parse().expect("a number"))
}

/// Says which bytes they were, where some have made something fail.
struct Culprit<'a>(&'a [u8]);

impl Drop for Culprit<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0.escape_ascii());
        }
    }
}

/// Reads all of these as they are, and what is kept, then damaged ones, with no more memory than
/// `least` bytes and a few for each that is read. `read` says why there was nothing to read. Of
/// what is slow to read there is one in `slow`.
fn damaged(
    (sort, slow): (&str, u64),
    whole: &[Vec<u8>],
    least: u64,
    mut read: impl FnMut(&[u8]) -> Result<(), String>,
) {
    let mut corpus = Corpus::of(sort);
    let seeds = [whole, &corpus.kept].concat();
    let many = (many() / slow).max(2 * seeds.len() as u64);
    let (mut dice, mut bytes, mut good, mut most) = (Dice::of(sort, 1), Vec::new(), 0, 0);
    let began = Instant::now();
    for i in 0..many {
        let mut dice = dice.split();
        let begins = seeds.get(i as usize);
        // Most of what is kept is bad, and what is bad becomes good by damage once in a while.
        let some = if dice.one_in(4) { &seeds[..] } else { whole };
        let one = begins.unwrap_or_else(|| &some[dice.roll(some.len() as u64) as usize]);
        bytes.clone_from(one);
        if begins.is_none() && !dice.one_in(100) {
            damage(&mut dice, &seeds, &mut bytes);
        }
        let _culprit = Culprit(&bytes);
        let mut reads = Ok(());
        let asked = measure(|| reads = read(&bytes)).bytes_max;
        let is_whole = i < whole.len() as u64;
        assert!(reads.is_ok() || !is_whole, "what is whole reads: {reads:?}");
        let may = TIMES * bytes.len() as u64 + least;
        assert!(asked <= may, "{asked} bytes for {}", bytes.len());
        most = most.max(asked);
        good += u64::from(reads.is_ok());
        let how = reads.err().unwrap_or_else(|| "it reads".to_owned());
        corpus.note(&how, &bytes, begins.is_some());
    }
    let rate = many as f64 / began.elapsed().as_secs_f64();
    println!("{sort}: {many}, of which {good} read; {most} bytes at once; {rate:.0} a second");
    assert!(good < many, "nothing was damaged");
}

#[test]
fn damaged_events() {
    let (engine, decoder) = engine();
    let policy = engine.policy();
    let golden = include_str!("../data/wire/events.txt").lines();
    let golden = golden.filter_map(|line| line.strip_prefix("in   "));
    let reads = |text: &&str| decoder.decode(text.as_bytes(), &Scratch::default()).is_ok();
    let whole: Vec<Vec<u8>> = golden.chain(EVENTS).filter(reads).map(Into::into).collect();
    // Read again whatever the policy does not ask for.
    let again = Decoder::asking(policy, engine.wanted(), 1 << 20);
    damaged(("events", 1), &whole, 4_096, |bytes| {
        let scratch = Scratch::default();
        let event = decoder.decode(bytes, &scratch);
        let event = event.map_err(|refused| format!("{refused:?}"))?;
        if event.kind != Kind::Command {
            let written = record::encode(policy, &event, false);
            let scratch = Scratch::default();
            assert_eq!(again.decode(&written, &scratch).as_ref(), Ok(&event));
        }
        Ok(())
    });
}

#[test]
fn damaged_entries_of_the_ledger() {
    let lines = include_str!("../data/wire/ledger.ndjson").lines();
    let mut whole: Vec<Vec<u8>> = lines.map(Into::into).collect();
    let last = ledger::decode(whole.last().expect("entries")).expect("an entry");
    let topic = &last.reads[0].topic;
    let gap = last.leap(topic, Offset(900), "tidemark.skip", Timestamp(NOON));
    whole.push(Vec::new());
    let gap = gap.expect("the topic is read");
    ledger::encode(&gap, whole.last_mut().expect("room for it"));
    damaged(("entries", 1), &whole, 4_096, |bytes| {
        let entry = ledger::decode(bytes).map_err(|bad| bad.to_string())?;
        let mut written = Vec::new();
        ledger::encode(&entry, &mut written);
        assert_eq!(ledger::decode(&written), Ok(entry));
        Ok(())
    });
}

/// What lanes send each other: some customers, and an event.
fn transfers() -> Vec<Vec<u8>> {
    let (mut lane, decoder) = engine();
    let purchases = EVENTS.iter().map(|text| (*text).to_owned());
    let told =
        r#""kind":"override","ladder":"value","verb":"floor","tier":"low","by":"a","why":"b""#;
    let command =
        format!(r#"{{"event_id":"w-1","customer_id":"c-17","occurred_at":{NOON},{told}}}"#);
    let records = browsing(0, NOON).into_iter().chain(purchases);
    let records = records.chain([command]);
    for text in records {
        let scratch = Scratch::default();
        let event = decoder.decode(text.as_bytes(), &scratch);
        lane.apply(&event.expect("an event"), &mut Vec::new());
    }
    let customers = ["c-1", "c-17", "Zoë"].map(|id| {
        let (mut tape, mut out) = (Tape::default(), Vec::new());
        assert!(lane.keep(id, &mut tape), "{id} is known");
        transfer::encode_customers(lane.form(), &tape, &mut out);
        out
    });
    let letter = Letter {
        topic: "shop.purchase.v1".into(),
        partition: 1,
        offset: Offset(7),
        key: "c-17".into(),
        value: EVENTS[0].into(),
        headers: vec![("trace".into(), Some(vec![0, 255])), ("none".into(), None)],
    };
    let note = Note::Wanted(LaneId(1));
    let mut out = Vec::new();
    transfer::encode_event(&letter, Some(note), &mut out);
    customers.into_iter().chain([out]).collect()
}

#[test]
fn damaged_transfers() {
    damaged(("transfers", 1), &transfers(), 4_096, |bytes| {
        let mut written = Vec::new();
        let read = transfer::decode(bytes);
        match &read {
            Err(bad) => return Err(bad.to_string()),
            Ok(Transfer::Event(letter, note)) => {
                transfer::encode_event(letter, *note, &mut written);
            }
            Ok(Transfer::Customers(form, tape)) => {
                transfer::encode_customers(*form, tape, &mut written);
            }
        }
        assert_eq!(transfer::decode(&written), read);
        Ok(())
    });
}

/// Behind the checksum: a tape of which a few numbers and texts are others.
fn garble(tape: &mut Tape, dice: &mut Dice) {
    const TOLD: [i64; 8] = [0, 1, -1, 2, 255, i64::MAX, i64::MIN, 1 << 40];
    for _ in 0..=dice.roll(2) {
        let (numbers, texts) = (tape.numbers.len() as u64, tape.texts.len() as u64);
        let at = dice.roll(numbers) as usize;
        match dice.roll(6) {
            0 => tape.numbers[at] = TOLD[dice.roll(8) as usize],
            1 => tape.numbers[at] ^= 1 << dice.roll(63),
            2 => tape.numbers[at] = tape.numbers[at].wrapping_add(dice.roll(5) as i64 - 2),
            3 => drop(tape.numbers.remove(at)),
            4 => tape.numbers.insert(at, TOLD[dice.roll(8) as usize]),
            _ => tape.texts[dice.roll(texts) as usize] = "c-1".into(),
        }
    }
}

/// No checksum tells what was written wrongly. Whoever is taken in all the same can be kept again.
#[test]
fn garbled_customers() {
    let (mut lane, _) = engine();
    let tapes = transfers()
        .into_iter()
        .filter_map(|bytes| match transfer::decode(&bytes) {
            Ok(Transfer::Customers(form, tape)) => Some((form, tape)),
            _ => None,
        });
    let tapes: Vec<(u64, Tape)> = tapes.collect();
    let (mut dice, mut taken) = (Dice::of("customers", 1), 0);
    let (many, began) = (many(), Instant::now());
    for _ in 0..many {
        let (form, mut tape) = tapes[dice.roll(tapes.len() as u64) as usize].clone();
        garble(&mut tape, &mut dice);
        let told = format!("{tape:?}");
        let _culprit = Culprit(told.as_bytes());
        let mut came = false;
        let asked = measure(|| came = lane.take_in(form, &mut tape.reel()).is_ok()).bytes_max;
        // The first of a thousand needs a page of them.
        assert!(asked < 1 << 20, "{asked} bytes");
        if came {
            taken += 1;
            let mut again = Tape::default();
            assert!(lane.keep(&tape.texts[0], &mut again));
            // What is behind them is the next customer's.
            assert!(tape.numbers.starts_with(&again.numbers), "{again:?}");
            assert!(tape.ids.starts_with(&again.ids), "{again:?}");
            assert!(tape.texts.starts_with(&again.texts), "{again:?}");
            lane = Engine::new(Arc::clone(lane.policy()));
        }
    }
    let rate = many as f64 / began.elapsed().as_secs_f64();
    println!("customers: {many}, of which {taken} were taken in; {rate:.0} a second");
    assert!(taken > 0 && taken < many);
}

#[test]
fn damaged_policies() {
    let whole = [
        POLICY,
        include_str!("../../config/policies/rfm.toml"),
        include_str!("../../config/policies/hotel.toml"),
        include_str!("../pure/policy/sound.toml"),
        include_str!("../data/stories/overrides.toml"),
        include_str!("../data/stories/cleaning.toml"),
        include_str!("../data/stories/seasons.toml"),
    ];
    let whole = whole.map(Into::into);
    damaged(("policies", 50), &whole, 8 << 20, |bytes| {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let parsed = parse("p.toml", text).map(drop);
        parsed.map_err(|report| format!("{report:?}"))
    });
}
