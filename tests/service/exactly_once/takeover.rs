//! How long customers stand still when the instance that has them is killed, and another one takes
//! over that has nothing of its own: few of them in every run of the tests, as many as
//! `TIDEMARK_CUSTOMERS` says for a figure.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tidemark::model::partitioner::lane_of;

use super::deployment::{Deployment, Instance, Plan};
use super::dice::Dice;
use super::shelf::{restored, start};
use super::shop_load::{ShopLoad, now};
use crate::broker::{self, NewRecord, Watcher, needs_kafka, until};

const FEW: usize = 2_000;
/// Records written at once.
const BATCH: usize = 50_000;
/// For as many customers as there may be.
const LONG: Duration = Duration::from_secs(600);

fn buy(customer: usize, order: usize, at: i64) -> NewRecord {
    let id = format!("c-{customer}");
    let value = format!(
        r#"{{"event_id":"e-{order}","customer_id":"{id}","kind":"purchase","occurred_at":{at},"order_id":"o-{order}","amount":"250"}}"#
    );
    NewRecord::new(id, value)
}

/// How many customers there are to be.
pub(crate) fn customers() -> usize {
    std::env::var("TIDEMARK_CUSTOMERS").map_or(FEW, |text| {
        text.parse().expect("TIDEMARK_CUSTOMERS is a number")
    })
}

/// Each of these customers buys once more, where there are so many.
pub(crate) fn second_purchases(probes: &[usize], customers: usize, at: i64) -> Vec<NewRecord> {
    let probes = probes.iter().enumerate();
    let second = probes.map(|(ix, customer)| buy(*customer, customers + ix, at));
    second.collect()
}

/// How long after an instant changes of so many customers are seen.
pub(crate) fn goes_on(watcher: &Watcher, many: usize, since: Instant) -> Duration {
    until("customers go on", LONG, || {
        let seen = watcher.seen().into_iter().map(|seen| seen.record.key);
        (seen.collect::<BTreeSet<_>>().len() >= many).then(|| since.elapsed())
    })
}

/// One customer of each lane.
pub(crate) fn one_of_each_lane(deployment: &Deployment) -> Vec<usize> {
    let of = |lane: i32| {
        (0..).find(|customer| {
            lane_of(format!("c-{customer}").as_bytes(), deployment.lanes()).0 == lane
        })
    };
    (0..deployment.lanes()).filter_map(of).collect()
}

/// Each of so many customers buys once.
pub(crate) fn crowd(deployment: &Deployment, customers: usize) {
    let numbers: Vec<usize> = (0..customers).collect();
    for some in numbers.chunks(BATCH) {
        let at = now();
        let records: Vec<NewRecord> = some.iter().map(|one| buy(*one, *one, at)).collect();
        deployment
            .client()
            .produce(&deployment.inputs()[0], &records);
    }
}

/// An instance that knows so many customers, and has written all of them down.
pub(crate) fn written_down(deployment: &Deployment, customers: usize) -> Instance {
    let one = start(
        deployment,
        "one",
        &["snapshots.every=10s", "log.level=debug"],
    );
    until("everybody is known", LONG, || {
        let behind = deployment.committed().into_values().sum::<i64>();
        (behind >= customers as i64).then_some(())
    });
    let kept = || {
        let log = one.log();
        let lines = log.lines().filter(|line| line.contains("snapshot kept"));
        lines.filter(|line| line.contains("topic")).count()
    };
    // A lane that rests is not written down again; and the one that is being written down may have
    // begun before everybody was there.
    let load = ShopLoad::open(deployment, Dice::of("takeover", 8), 50, false);
    let wanted = kept() + 2 * deployment.lanes() as usize;
    until("everybody is written down", LONG, || {
        (kept() >= wanted).then_some(())
    });
    load.close();
    deployment.wait_until_caught_up();
    one
}

#[test]
fn customers_stand_still_for_as_long_as_a_takeover_takes() {
    needs_kafka!();
    let customers = customers();
    let plan = Plan {
        app: "takeover",
        policy: include_str!("../../../config/policy.toml"),
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let client = deployment.client();
    let compacted = [("cleanup.policy", "compact")];
    client.create_topic(
        &deployment.snapshots_topic(),
        deployment.lanes(),
        &compacted,
    );
    crowd(&deployment, customers);
    let one = written_down(&deployment, customers);

    let watcher = client.watch_new(&[&deployment.changes()]);
    one.kill();
    let killed = Instant::now();
    let mut two = start(&deployment, "two", &[]);
    let probes = one_of_each_lane(&deployment);
    let records = second_purchases(&probes, customers, now());
    client.produce(&deployment.inputs()[0], &records);
    let [first, all] = [1, probes.len()].map(|many| goes_on(&watcher, many, killed));
    let made = restored(&deployment, &mut two);
    let replayed: u64 = made.iter().map(|(_, records)| records).sum();
    assert!(made.iter().all(|(unit, _)| unit.is_some()), "{made:?}");
    assert!(replayed < 1_000, "{made:?}");
    eprintln!(
        "{customers} customers, session.timeout 6 s: after {first:.1?} the first of them goes on, \
         after {all:.1?} one of each lane; {replayed} records replayed"
    );
    for line in two
        .log()
        .lines()
        .filter(|line| line.contains("lane restored"))
    {
        eprintln!("{line}");
    }
    assert!(two.terminate().success());
}
