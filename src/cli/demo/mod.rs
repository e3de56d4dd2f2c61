//! `tidemark demo`: thirteen months of a real shop in half a minute, on an in-process test broker,
//! through the same workers as `run`.

mod board;
mod browsing;
mod recording;
mod shop;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::directory::Directory;
use crate::http::Site;
use crate::kafka::client::{Membership, Target};
use crate::kafka::connection::Connection;
use crate::kafka::feeder::Feeder;
use crate::kafka::mock::MockBroker;
use crate::kafka::tap::Tap;
use crate::lane::pacing::Pacing;
use crate::model::ids::LaneId;
use crate::model::time::Span;
use crate::port::Trouble;
use crate::runtime::clock::Wall;
use crate::runtime::memory::Resident;
use crate::runtime::plan::Plan;
use crate::runtime::policies::Policies;
use crate::runtime::supervisor::Crew;
use crate::settings::TopicSettings;
use crate::telemetry::{LaneState, Telemetry};
use crate::wire::ledger;

use super::args::DemoArgs;
use super::deployment::PATIENCE;
use super::exit::{Failure, UNAVAILABLE};
use super::front;
use super::inputs::{parse_edition, read_edition};
use board::Board;
use browsing::Fed;
use shop::Sent;

/// The shipped policy.
const POLICY: &str = include_str!("../../../config/policy.toml");
/// Partitions of every topic. The test broker keeps 5 MiB in each, and six hold all that is fed.
const LANES: i32 = 6;
/// Customers who would be passed over to another policy in each unit; none ever comes.
const PACE: u32 = 500;
/// How long the thirteen months take.
const LENGTH: Duration = Duration::from_secs(30);
/// How long the rest may take once everything is fed.
const REST: Duration = Duration::from_secs(30);
/// Topics of the demonstration.
const INPUTS: [&str; 2] = ["shop.purchase.v1", "shop.browse.v1"];
const CHANGES: &str = "crm.tier-change.v1";
const CURRENT: &str = "crm.tier-current.v1";
const DEAD_LETTERS: &str = "tidemark.dead-letter.v1";
const LEDGER: &str = "tidemark-demo.ledger.v1";

/// What the demonstration gathered from its topics.
#[derive(Default)]
pub(super) struct Gathered {
    /// Bodies of changes, by lane.
    pub(super) changes: BTreeMap<LaneId, Vec<Vec<u8>>>,
    /// Ledgers, by lane.
    pub(super) ledgers: BTreeMap<LaneId, Vec<Vec<u8>>>,
    /// What the ledgers account for: records and changes.
    consumed: u64,
    published: u64,
}

impl Gathered {
    fn entry(&mut self, lane: LaneId, body: Vec<u8>) {
        if let Ok(entry) = ledger::decode(&body) {
            self.consumed += entry.counts.consumed();
            self.published += entry.counts.changes + entry.counts.warnings;
        }
        self.ledgers.entry(lane).or_default().push(body);
    }

    /// Whether the ledgers account for all that was fed, and all changes that they name are here.
    fn is_whole(&self, fed: usize) -> bool {
        let changes: usize = self.changes.values().map(Vec::len).sum();
        self.consumed == fed as u64 && self.published == changes as u64
    }
}

/// Runs it.
///
/// # Errors
/// See the exit codes.
pub(crate) fn demo(args: &DemoArgs) -> Result<(), Failure> {
    let edition = match &args.policy {
        Some(path) => read_edition(path)?,
        None => parse_edition("config/policy.toml", POLICY)?,
    };
    let policy = edition.policy.clone();
    let policies = Policies::new(edition, PACE);
    let topics = [INPUTS[0], INPUTS[1], CHANGES, CURRENT, DEAD_LETTERS, LEDGER];
    let broker = MockBroker::start(&topics, LANES)?;
    let target = target(&broker);
    let telemetry = Telemetry::new(&policy, &INPUTS, 1);
    let directory = Directory::new();
    directory.set_lanes(LANES);
    let title = "tidemark demo".to_owned();
    let front = front::open(
        args.listen,
        Site {
            title,
            telemetry: telemetry.clone(),
            directory: directory.clone(),
            customers: true,
            policies: None,
        },
    )?;
    let timeline = shop::timeline();
    let board = Board::new(args.plain, &policy, &timeline);
    board.greet(&broker.brokers(), front.address());

    let stop = AtomicBool::new(false);
    let crew = Crew {
        plan: Arc::new(plan(&policies)),
        connect: |_| Connection::open(&target),
        follow: None,
        clock: Wall,
        memory: Resident,
        telemetry: telemetry.clone(),
        directory,
        stop: &stop,
        give_up_after: PATIENCE,
    };
    let gathered = thread::scope(|scope| {
        let workers = scope.spawn(|| crew.work());
        let gathered = play(&timeline, &target, &telemetry, board, &stop);
        stop.store(true, Ordering::SeqCst);
        let worked = workers
            .join()
            .expect("a panic of a worker is caught by its crew");
        worked.and(gathered)
    })?;
    drop(front);
    verdict::give(&policy, &timeline, gathered, &plan(&policies))
}

/// Feeds the timeline and gathers what comes out, until everything has.
fn play(
    timeline: &[Fed],
    target: &Target,
    telemetry: &Telemetry,
    mut board: Board<'_>,
    stop: &AtomicBool,
) -> Result<Gathered, Trouble> {
    let feeder = Feeder::new(&target.brokers, Duration::from_millis(1))?;
    let changes = Tap::open(target, CHANGES)?;
    let ledgers = Tap::open(target, LEDGER)?;
    let sent = Sent::default();
    thread::scope(|scope| {
        let feeding = scope.spawn(|| {
            await_lanes(telemetry, stop);
            shop::open(timeline, INPUTS, &feeder, LENGTH, (&sent, stop))
        });
        let mut gathered = Gathered::default();
        let mut rest: Option<Instant> = None;
        loop {
            drain(&ledgers, Duration::ZERO, |lane, body| {
                gathered.entry(lane, body)
            })?;
            drain(&changes, Duration::from_millis(20), |lane, body| {
                board.moved(&body);
                gathered.changes.entry(lane).or_default().push(body);
            })?;
            let consumed = telemetry.consumed();
            board.show(sent.count(), consumed, telemetry.event_to_change());
            if gathered.is_whole(timeline.len()) {
                break;
            }
            if stop.load(Ordering::Relaxed) {
                return Err(Trouble::Fatal("the workers have stopped early".to_owned()));
            }
            if feeding.is_finished() && rest.get_or_insert_with(Instant::now).elapsed() > REST {
                return Err(Trouble::Fatal(format!(
                    "{consumed} of {} events were consumed in time",
                    timeline.len()
                )));
            }
        }
        board.end();
        feeding.join().unwrap_or(Ok(())).map(|()| gathered)
    })
}

/// Waits until the lanes run, so that no event is counted as late for the start of the service. If
/// they take too long, the shop opens without them.
fn await_lanes(telemetry: &Telemetry, stop: &AtomicBool) {
    let given_up = Instant::now() + PATIENCE;
    let run = || {
        let lanes = telemetry.lanes();
        let running = lanes
            .iter()
            .filter(|lane| lane.state() == LaneState::Running);
        running.count() == LANES as usize
    };
    while !run() && !stop.load(Ordering::Relaxed) && Instant::now() < given_up {
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// Takes up to 2,000 records that are there, waiting for the first at most so long.
fn drain(
    tap: &Tap,
    mut most: Duration,
    mut each: impl FnMut(LaneId, Vec<u8>),
) -> Result<(), Trouble> {
    let mut taken = 0;
    while let Some(record) = tap.next(most)? {
        most = Duration::ZERO;
        taken += 1;
        each(record.lane, record.value.unwrap_or_default());
        if taken == 2_000 {
            break;
        }
    }
    Ok(())
}

fn target(broker: &MockBroker) -> Target {
    Target {
        brokers: broker.brokers(),
        properties: BTreeMap::new(),
        app: "tidemark-demo".to_owned(),
        owner: "tidemark-demo.1.0".to_owned(),
        membership: Membership::Dynamic,
        inputs: INPUTS.map(str::to_owned).to_vec(),
        transfers: None,
        changes: CHANGES.to_owned(),
        current: CURRENT.to_owned(),
        dead_letters: DEAD_LETTERS.to_owned(),
        ledger: LEDGER.to_owned(),
        policies: None,
        snapshots: None,
        topic_settings: TopicSettings::Ignore,
        session_timeout: Duration::from_secs(10),
        transaction_timeout: Duration::from_secs(10),
        patience: PATIENCE,
    }
}

fn plan(policies: &Policies) -> Plan {
    Plan {
        policies: policies.clone(),
        lanes: LANES,
        topics: INPUTS.map(str::to_owned).into(),
        transfers: None,
        source: "/tidemark/tidemark-demo".to_owned(),
        pacing: Pacing {
            records_max: 10_000,
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
        agreement_wait: Span(30_000),
        snapshots: None,
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Fatal(failure.report)
    }
}

/// A demonstration that did not come out as it should.
pub(super) fn failed(why: impl std::fmt::Display) -> Failure {
    Failure::new(UNAVAILABLE, format!("error: {why}"))
}
