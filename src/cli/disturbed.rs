//! What becomes of a worker whose requests are answered with errors: `tests/data/kafka/errors.tsv`,
//! each line of it on a test broker of its own.
//!
//! The test broker proves nothing about transactions (see [`MockBroker`]): this is about the first
//! thing that the worker does. It keeps no offsets of transactions, so those that were committed
//! stand in their place.

mod witness;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::exit::Failure;
use super::inputs::parse_edition;
use crate::directory::Directory;
use crate::kafka::client::{Membership, Target};
use crate::kafka::connection::Connection;
use crate::kafka::feeder::Feeder;
use crate::kafka::mock::MockBroker;
use crate::lane::pacing::Pacing;
use crate::model::time::{Span, Timestamp};
use crate::model::zone::show_utc;
use crate::port::{Clock, Trouble};
use crate::runtime::clock::Wall;
use crate::runtime::memory::Resident;
use crate::runtime::plan::Plan;
use crate::runtime::policies::Policies;
use crate::runtime::supervisor::Crew;
use crate::settings::TopicSettings;
use crate::telemetry::{LaneState, Telemetry};
use witness::{Seen, Witness};

const POLICY: &str = include_str!("../../config/policy.toml");
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/kafka/errors.tsv");
/// Topics: of the input, of what is published.
const SHOP: &str = "shop";
const OUTPUTS: [&str; 4] = ["changes", "current", "dead", "ledger"];
/// Records that lie there, one for each unit.
const RECORDS: usize = 3_000;
/// Units committed before an error that is to come later.
const BEFORE: usize = 3;
/// Units committed after it by a worker that has gone on.
const AFTER: usize = 3;
/// How many lines are played at a time: most of them wait for the client's own pauses.
const AT_ONCE: usize = 16;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(25);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// One line of the table.
#[derive(Clone, Debug)]
struct Cell {
    asked: String,
    error: String,
    times: usize,
    first: bool,
    becomes: String,
}

impl Cell {
    fn read(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [asked, error, times, place, becomes] = fields[..] else {
            panic!("a line has five fields: {line}");
        };
        let is_sound = ["first", "later"].contains(&place) && MockBroker::knows(asked, error);
        assert!(is_sound, "{line}");
        Self {
            asked: asked.to_owned(),
            error: error.to_owned(),
            times: times.parse().expect("a number"),
            first: place == "first",
            becomes: becomes.to_owned(),
        }
    }

    fn show(&self, becomes: &str) -> String {
        let place = if self.first { "first" } else { "later" };
        let Self {
            asked,
            error,
            times,
            ..
        } = self;
        format!("{asked}\t{error}\t{times}\t{place}\t{becomes}")
    }

    /// What becomes of a worker.
    fn play(&self) -> String {
        let topics: Vec<&str> = [SHOP].into_iter().chain(OUTPUTS).collect();
        let broker = MockBroker::start(&topics, 1).expect("a test broker");
        feed(&broker.brokers());
        let target = target(&broker.brokers());
        let edition = parse_edition("policy.toml", POLICY).expect("the shipped policy");
        let telemetry = Telemetry::new(&edition.policy, &[SHOP], 1);
        let (seen, stop) = (Arc::new(Seen::default()), AtomicBool::new(false));
        let directory = Directory::new();
        directory.set_lanes(1);
        let connected = AtomicUsize::new(0);
        let crew = Crew {
            plan: Arc::new(plan(Policies::new(edition, 500))),
            connect: |_| {
                if connected.fetch_add(1, Ordering::SeqCst) > 0 {
                    return Err(enough());
                }
                Ok(Witness::new(Connection::open(&target)?, seen.clone()))
            },
            follow: None,
            clock: Wall,
            memory: Resident,
            telemetry: telemetry.clone(),
            directory,
            stop: &stop,
            give_up_after: PATIENCE,
        };
        if self.first {
            broker.fail(&self.asked, &self.error, self.times);
        }
        thread::scope(|scope| {
            let crew = scope.spawn(|| crew.work());
            let known = self.watch(&broker, &seen, &telemetry, || crew.is_finished());
            stop.store(true, Ordering::SeqCst);
            let ended = crew.join().expect("a panic of a worker is caught");
            known.unwrap_or_else(|| match ended {
                _ if seen.renewed() => "another producer".to_owned(),
                _ if connected.load(Ordering::SeqCst) > 1 => "begins anew".to_owned(),
                Ok(()) => "stops".to_owned(),
                Err(trouble) => format!("ends with {}", Failure::from(trouble).code),
            })
        })
    }

    /// Looks on until it is known, or the workers have ended.
    fn watch(
        &self,
        broker: &MockBroker,
        seen: &Seen,
        telemetry: &Telemetry,
        ended: impl Fn() -> bool,
    ) -> Option<String> {
        let given_up = Instant::now() + PATIENCE;
        let mut since = self.first.then_some(0);
        let mut answered = None;
        while !ended() {
            if Instant::now() > given_up {
                let how = if answered.is_some() {
                    "stands still"
                } else {
                    "is not asked"
                };
                return Some(how.to_owned());
            }
            thread::park_timeout(LOOK_AGAIN);
            let committed = seen.committed();
            if since.is_none() && committed >= BEFORE {
                broker.fail(&self.asked, &self.error, self.times);
                since = Some(committed);
            }
            if since.is_none() || broker.asked(&self.asked) < self.times {
                continue;
            }
            let lanes = telemetry.lanes();
            if lanes.iter().any(|lane| lane.state() == LaneState::Stopped) {
                return Some("the lane stops".to_owned());
            }
            let at = *answered.get_or_insert(committed);
            if committed >= at + AFTER {
                let rejoined = seen.assigned() > 1;
                return Some(if rejoined { "joins again" } else { "goes on" }.to_owned());
            }
        }
        None
    }
}

/// Ends a worker of which enough is known.
fn enough() -> Trouble {
    Trouble::Fatal("enough is known".to_owned())
}

/// Purchases of a few customers, none of them of the future.
fn feed(brokers: &str) {
    let feeder = Feeder::new(brokers, Duration::from_millis(5)).expect("a producer");
    let begin = Wall.now() + Span(-60_000);
    for number in 0..RECORDS {
        let at = show_utc(Timestamp(begin.0 + number as i64));
        let customer = format!("c-{}", number % 50);
        let value = format!(
            r#"{{"event_id":"e-{number}","customer_id":"{customer}","kind":"purchase","occurred_at":"{at}","order_id":"o-{number}","amount":"90.00","currency":"GBP"}}"#
        );
        let sent = feeder.send(SHOP, &customer, value.as_bytes());
        sent.expect("the test broker takes records");
    }
    feeder.flush(PATIENCE).expect("all arrive");
}

fn target(brokers: &str) -> Target {
    let [changes, current, dead_letters, ledger] = OUTPUTS.map(str::to_owned);
    Target {
        brokers: brokers.to_owned(),
        properties: [].into(),
        app: "disturbed".to_owned(),
        owner: "disturbed.1.0".to_owned(),
        membership: Membership::Dynamic,
        inputs: vec![SHOP.to_owned()],
        transfers: None,
        changes,
        current,
        dead_letters,
        ledger,
        snapshots: None,
        policies: None,
        topic_settings: TopicSettings::Ignore,
        session_timeout: Duration::from_secs(6),
        transaction_timeout: Duration::from_secs(10),
        patience: Duration::from_secs(10),
    }
}

fn plan(policies: Policies) -> Plan {
    Plan {
        policies,
        lanes: 1,
        topics: [SHOP.to_owned()].into(),
        transfers: None,
        source: "/tidemark/disturbed".to_owned(),
        pacing: Pacing {
            records_max: 1,
            bytes_max: 1 << 20,
            age_max: Span(25),
            change_wait: Span(5),
            stretch: 1,
        },
        deadlines_per_second: None,
        pause: Span(12),
        merge_wait: Span(30_000),
        memory_max: None,
        record_bytes_max: 65_536,
        agreement_wait: Span(5_000),
        snapshots: None,
    }
}

/// What becomes of each, in the order of the table.
fn play(cells: &[Cell]) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut played = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            let Some(cell) = cells.get(at) else {
                return played;
            };
            let became = cell.play();
            println!("{}", cell.show(&became));
            played.push((at, became));
        }
    };
    let mut all: Vec<(usize, String)> = thread::scope(|scope| {
        let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let all = all
            .into_iter()
            .flat_map(|one| one.join().expect("no panic"));
        all.collect()
    });
    all.sort_unstable();
    all.into_iter().map(|(_, became)| became).collect()
}

#[test]
fn each_error_ends_as_the_table_says() {
    let text = fs::read_to_string(TABLE).expect("the table");
    let only = std::env::var("TIDEMARK_ERRORS").unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let cells: Vec<Cell> = lines
        .filter(|line| line.contains(&only))
        .map(Cell::read)
        .collect();
    let became = play(&cells);
    let told: Vec<String> = cells
        .iter()
        .zip(&became)
        .filter(|(cell, became)| cell.becomes.split(" or ").all(|one| one != **became))
        .map(|(cell, became)| cell.show(became))
        .collect();
    assert!(
        told.is_empty(),
        "{} of {} end otherwise:\n{}",
        told.len(),
        cells.len(),
        told.join("\n")
    );
}
