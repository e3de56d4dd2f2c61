//! Poison among the records of a lane: whatever it is, nothing fails, every record is accounted
//! for, and what is told of everybody else stays the same to the byte.
//!
//! Two lanes are told the same honest customers; one of them is told poison in between. What a
//! judging depends on is the same in both: the clock stands where the unit's tick has put it.
//! `TIDEMARK_POISON=10000000` brews that many records in place of the few of every run,
//! `TIDEMARK_SEED` others.

mod brewing;
#[path = "../../benches/step/cpu.rs"]
mod cpu;

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::key::Key;
use tidemark::lane::crossing::From;
use tidemark::lane::fate::Fate;
use tidemark::lane::lane::Lane;
use tidemark::model::ids::{LaneId, Offset, TopicIx};
use tidemark::model::partitioner::lane_of;
use tidemark::model::refusal::{REFUSALS, Refusal};
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::wire::checksum::Checksum;
use tidemark::wire::dead_letter::{self, Origin};
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;
use tidemark::wire::{change, policy, receipt, standing, warning};

use crate::dice::Dice;
use crate::wire::scanned::escaped;
use brewing::{Brewer, Written};
use cpu::cpu_time;

/// Records of poison in the ordinary test run, over all shares.
const RECORDS: u64 = 20_000;
/// How many of a hundred records are poison.
const SHARES: [u64; 5] = [10, 50, 90, 99, 100];
/// Honest records of a unit.
const UNIT: u64 = 20;
const BYTES_MAX: usize = 1 << 16;
const LANES: i32 = 2;
const TOPIC: &str = "shop.purchase.v1";
/// Near the instants that the grammar writes.
const START: Timestamp = Timestamp(1_772_439_330_250);

const POLICY: &str = r#"
name = "p"
version = 1
currency = "GBP"
zone = "UTC"
[merge]
[orders]
unknown = "dead-letter"
[time]
ahead = "1d"
[clean.quantity]
most = "99"
of = ["purchase"]
[feature.spend]
aggregate = "sum"
field = "amount"
of = ["purchase"]
window = "7d"
[feature.seen]
aggregate = "distinct_days"
of = ["view", "cart"]
window = "5d"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "none"
[[ladder.tier]]
name = "some"
enter = "spend > 0"
warn = ["1d"]
[[ladder.tier]]
name = "much"
enter = "spend >= 100"
[[map]]
name = "mood"
[[map.segment]]
name = "keen"
when = { all = ["seen >= 3", "value >= some"] }
[[map.segment]]
name = "calm"
"#;

/// A lane, what it has told of each honest customer, and what became of its records.
struct Told {
    lane: Lane,
    decoder: Decoder,
    scratch: Scratch,
    offset: Offset,
    told: BTreeMap<Box<str>, Checksum>,
    refused: BTreeMap<Refusal, u64>,
    records: u64,
    spent: Duration,
    bytes: Vec<u8>,
}

/// Says which record it was, where one has made something fail.
struct Culprit<'a>(&'a Written);

impl Drop for Culprit<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let [key, value] = [&self.0.0, &self.0.1].map(|text| text.as_deref().map(escaped));
            eprintln!("key {key:?}\nvalue {value:?}");
        }
    }
}

impl Told {
    fn new() -> Self {
        let edition = policy::edition("p.toml", POLICY);
        let edition = edition.unwrap_or_else(|report| panic!("{report}"));
        let topics = [TOPIC.to_owned()].into();
        let lane = Lane::new(LaneId(0), topics, edition, vec![Offset(0)]).among(LANES);
        let engine = lane.engine();
        let decoder = Decoder::asking(engine.policy(), engine.wanted(), BYTES_MAX);
        Self {
            lane,
            decoder,
            scratch: Scratch::default(),
            offset: Offset(0),
            told: BTreeMap::new(),
            refused: BTreeMap::new(),
            records: 0,
            spent: Duration::ZERO,
            bytes: Vec::new(),
        }
    }

    /// One unit of records, in which the clock stands still.
    fn unit(&mut self, clock: Timestamp, records: &[&Written]) {
        let tick = Tick {
            ceiling: clock,
            coast: Some(clock),
            firings: None,
        };
        let mut effects = Vec::new();
        let opened = self.lane.open(None, tick, &mut effects);
        opened.expect("there is no policy to adopt");
        self.tell(&mut effects);
        let before: u64 = self.refused.values().sum();
        let start = cpu_time();
        for record in records {
            let _culprit = Culprit(record);
            self.take(record, &mut effects);
            self.tell(&mut effects);
        }
        self.spent += cpu_time() - start;
        let entry = self.lane.seal("test", 0);
        let counts = entry.counts;
        let came_to = [
            counts.applied,
            counts.duplicates,
            counts.suppressed,
            counts.dead_letters,
        ];
        assert_eq!(came_to.iter().sum::<u64>(), records.len() as u64);
        assert_eq!(entry.reads[0].records, records.len() as u64);
        let refused: u64 = self.refused.values().sum();
        assert_eq!(counts.dead_letters, refused - before);
        self.records += records.len() as u64;
    }

    /// One record, as a worker would take it.
    fn take(&mut self, (key, value): &Written, effects: &mut Vec<Judged>) {
        self.scratch.clear();
        let (key, value) = (key.as_deref(), value.as_deref());
        let event = self.decoder.decode_record(key, value, &self.scratch);
        let event = event.as_ref().map_err(|refused| *refused);
        let event = event.map(|event| (event, Key::of(event)));
        let at = (TopicIx(0), self.offset);
        let fate = self.lane.take(at, event, From::Feed, effects);
        self.offset = self.offset.next();
        if let Fate::Became(Outcome::Refused(refused)) = fate {
            let origin = Origin {
                topic: TOPIC,
                partition: 0,
                offset: at.1,
            };
            let hash = &self.lane.engine().policy().hash;
            let headers = dead_letter::headers(refused, origin, hash);
            assert_eq!(headers[5].1, refused.refusal.code());
            *self.refused.entry(refused.refusal).or_default() += 1;
        }
    }

    /// What is published of effects; what is said of honest customers is kept.
    fn tell(&mut self, effects: &mut Vec<Judged>) {
        for judged in effects.drain(..) {
            let (policy, who) = (self.lane.policy_of(&judged), &judged.customer);
            let mut all = Vec::new();
            let mut add = |encode: &mut dyn FnMut(&mut Vec<u8>)| {
                self.bytes.clear();
                encode(&mut self.bytes);
                all.push(self.bytes.clone());
            };
            for one in &judged.changes {
                add(&mut |out| change::encode_body(policy, who, one, out));
            }
            for one in &judged.warnings {
                add(&mut |out| warning::encode_body(policy, who, one, out));
            }
            match &judged.ended {
                None => add(&mut |out| standing::encode(policy, &judged, out)),
                Some(ended) => {
                    add(&mut |out| receipt::encode_body(policy, who, judged.at, ended, out));
                }
            }
            if who.starts_with("honest-") {
                let told = self.told.entry(who.clone()).or_default();
                all.iter().for_each(|bytes| told.add(bytes));
            }
        }
    }

    /// What was told of each honest customer.
    fn sums(&self) -> BTreeMap<&str, u64> {
        let told = self.told.iter();
        told.map(|(who, told)| (&**who, told.finish())).collect()
    }
}

/// What honest customers do one after another, some minutes apart.
struct Honest {
    ids: Vec<String>,
    now: Timestamp,
    written: u64,
}

impl Honest {
    fn new() -> Self {
        let ids = (0..).map(|number| format!("honest-{number}"));
        let ids = ids.filter(|id| lane_of(id.as_bytes(), LANES) == LaneId(0));
        Self {
            ids: ids.take(100).collect(),
            now: START,
            written: 0,
        }
    }

    fn next(&mut self, dice: &mut Dice) -> Written {
        self.now = self.now + Span(60_000 * (1 + dice.roll(30)) as i64);
        self.written += 1;
        let (number, at) = (self.written, self.now.0);
        let id = &self.ids[dice.roll(self.ids.len() as u64) as usize];
        let did = match dice.roll(6) {
            0 => {
                let amount = 1 + dice.roll(80);
                format!(r#""kind":"purchase","order_id":"o-{number}","amount":"{amount}.50""#)
            }
            1 => r#""kind":"cart""#.to_owned(),
            _ => r#""kind":"view""#.to_owned(),
        };
        let value =
            format!(r#"{{"event_id":"e-{number}","customer_id":"{id}","occurred_at":{at},{did}}}"#);
        (Some(id.clone().into()), Some(value.into()))
    }
}

/// Two lanes, of which the second is told so many records of poison besides the same honest ones,
/// of which `share` in a hundred are poison.
fn beside_each_other(dice: &mut Dice, share: u64, poison: u64) -> [Told; 2] {
    let honest = poison * (100 - share) / share;
    let units = (honest / UNIT).max(20);
    let (mut clean, mut poisoned) = (Told::new(), Told::new());
    let (mut customers, mut brewer) = (Honest::new(), Brewer::new());
    for _ in 0..units {
        let clock = customers.now;
        let mut left = [honest / units, poison / units];
        let mut records = Vec::new();
        while left != [0, 0] {
            let is_poison = dice.roll(left[0] + left[1]) >= left[0];
            left[usize::from(is_poison)] -= 1;
            let record = match is_poison {
                true => brewer.brew(dice, &poisoned.decoder, clock),
                false => customers.next(dice),
            };
            records.push((is_poison, record));
        }
        let honest = records.iter().filter(|(is_poison, _)| !is_poison);
        clean.unit(clock, &honest.map(|(_, record)| record).collect::<Vec<_>>());
        let all = records.iter().map(|(_, record)| record);
        poisoned.unit(clock, &all.collect::<Vec<_>>());
    }
    let mut lanes = [clean, poisoned];
    for one in &mut lanes {
        let last = customers.now + Span(30 * DAY_MS);
        while one.lane.engine().clock() < last || one.lane.has_due(Some(last)) {
            one.unit(last, &[]);
        }
    }
    lanes
}

#[test]
fn poison_changes_nothing_for_anybody_else() {
    let records = env::var("TIDEMARK_POISON").ok();
    let records: u64 = records.map_or(RECORDS, |text| text.parse().expect("a number"));
    let mut dice = Dice::of("poison", 1);
    let mut refused = BTreeMap::<Refusal, u64>::new();
    let all: u64 = SHARES.iter().sum();
    for share in SHARES {
        let lanes = beside_each_other(&mut dice, share, records * share / all);
        let [clean, poisoned] = &lanes;
        let each = |one: &Told| match one.records {
            0 => "none".to_owned(),
            records => format!(
                "{records}, {} ns each",
                one.spent.as_nanos() / u128::from(records)
            ),
        };
        let mixed = each(poisoned);
        println!(
            "{share} % poison: honest records {}; all {mixed}",
            each(clean)
        );
        let (meant, told) = (clean.sums(), poisoned.sums());
        let other = told
            .iter()
            .filter(|(who, sum)| meant.get(*who) != Some(sum));
        assert_eq!(other.collect::<Vec<_>>(), [], "{share} % poison");
        assert_eq!(told.len(), meant.len(), "{share} % poison");
        assert!(share == 100 || !clean.told.is_empty(), "nothing is told");
        assert!(clean.refused.is_empty(), "{:?}", clean.refused);
        for (refusal, times) in &poisoned.refused {
            *refused.entry(*refusal).or_default() += times;
        }
    }
    println!("{refused:?}");
    let codes = REFUSALS.iter();
    let missed: Vec<_> = codes
        .filter(|(refusal, _)| !refused.contains_key(refusal))
        .collect();
    assert!(missed.is_empty(), "nothing was refused for {missed:?}");
}
