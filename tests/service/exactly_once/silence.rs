//! Customers of whom nothing more is heard: moved by time alone as long as the feed is alive, and
//! not by a feed that has died.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tidemark::model::zone::parse_instant;

use super::chains::{Told, is_move};
use super::deployment::{Deployment, PATIENCE, Plan};
use super::shop_load::now;
use crate::broker::{self, NewRecord, Seen, Watcher, needs_kafka, wait_for};

const CUSTOMERS: usize = 40;
const LATENESS: i64 = 300;

/// One purchase lifts a customer, and its window lets them fall.
fn policy(window: &str, stall_after: &str) -> String {
    format!(
        r#"
        name = "silence"
        version = 1
        currency = "GBP"
        zone = "Europe/London"
        time.lateness = "{LATENESS}ms"
        time.stall_after = "{stall_after}"
        [feature.orders]
        aggregate = "count"
        of = ["purchase"]
        window = "{window}"
        [[ladder]]
        name = "value"
        [[ladder.tier]]
        name = "none"
        [[ladder.tier]]
        name = "low"
        enter = "orders >= 1"
        "#
    )
}

#[test]
fn a_silent_customer_falls_when_the_window_closes() {
    needs_kafka!();
    let policy = policy("8s", "1m");
    let plan = Plan {
        app: "silence",
        policy: &policy,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let instance = deployment.start("one");
    wait_until_it_works(&deployment, &watcher);
    // 50 ms apart; after the last one there is nothing but silence.
    let bought = buy(&deployment, 50);
    let fallen = wait_for_falls(&watcher, &deployment, CUSTOMERS);
    assert!(instance.terminate().success());

    let mut lags: Vec<i64> = bought
        .iter()
        .map(|(customer, at)| {
            let (due, seen) = fallen[customer];
            assert_eq!(
                due,
                at + 8_000,
                "{customer} falls when the window closes, not later"
            );
            seen - due
        })
        .collect();
    lags.sort_unstable();
    let (p50, most) = (lags[lags.len() / 2], lags[lags.len() - 1]);
    println!("from due to visible: p50 {p50} ms, max {most} ms, of which {LATENESS} are lateness");
    assert!(
        lags[0] >= LATENESS,
        "visible {} ms after it was due",
        lags[0]
    );
    assert!(most < 5_000, "visible {most} ms after it was due");
}

#[test]
fn nobody_falls_while_the_feed_is_dead() {
    needs_kafka!();
    let policy = policy("6s", "2s");
    let plan = Plan {
        app: "dead-feed",
        policy: &policy,
        static_membership: false,
    };
    let deployment = Deployment::with_own_topics(broker::shared(), &plan);
    let watcher = deployment.watch();
    let instance = deployment.start("one");
    wait_until_it_works(&deployment, &watcher);
    let bought = buy(&deployment, 5);
    let due = bought.values().max().expect("somebody has bought") + 6_000;
    // With a feed alive they would be seen to fall within some hundred milliseconds.
    let long_after = |ms: i64| u64::try_from(due + ms - now()).expect("it is in the future");
    wait_for(Instant::now() + Duration::from_millis(long_after(2_000)));
    others_write(&deployment);
    deployment.wait_until_caught_up();
    wait_for(Instant::now() + Duration::from_millis(long_after(4_000)));
    assert_eq!(
        falls(&watcher.seen(), &deployment),
        BTreeMap::new(),
        "the feed was dead"
    );
    another_buys(&deployment, "alive");
    let fallen = wait_for_falls(&watcher, &deployment, CUSTOMERS);
    assert!(instance.terminate().success());

    for (customer, at) in bought {
        let (due, seen) = fallen[&customer];
        assert_eq!(
            due,
            at + 6_000,
            "{customer}: held, but told with the instant at which it was true"
        );
        assert!(seen >= at + 10_000, "{customer}");
    }
}

#[test]
fn a_storm_of_deadlines_is_spread_as_it_is_paced() {
    needs_kafka!();
    let policy = policy("6s", "1m");
    let plan = Plan {
        app: "storm",
        policy: &policy,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let instance = deployment.start_with("one", &["unit.deadlines_per_second=4"]);
    wait_until_it_works(&deployment, &watcher);
    // All are due at one instant.
    let bought = buy(&deployment, 0);
    let fallen = wait_for_falls(&watcher, &deployment, CUSTOMERS);
    assert!(instance.terminate().success());

    let due = bought.values().next().expect("somebody has bought") + 6_000;
    let mut lags: Vec<i64> = fallen
        .values()
        .map(|(at, seen)| {
            assert_eq!(*at, due, "told with the instant at which it was true");
            seen - at
        })
        .collect();
    lags.sort_unstable();
    let spread = lags[lags.len() - 1] - lags[0];
    println!("{CUSTOMERS} deadlines of one instant were seen within {spread} ms");
    // The fullest of four lanes has at least a quarter of them; one may be there at once.
    let least = (CUSTOMERS as i64 / 4 - 1) * 250;
    assert!(spread > least - 500, "within {spread} ms");

    let replayed = deployment.run_to_end(&["replay", "--from-kafka"]);
    let said = String::from_utf8_lossy(&replayed.stderr);
    assert!(replayed.status.success(), "{said}");
}

/// Waits until a first purchase has lifted somebody.
#[track_caller]
fn wait_until_it_works(deployment: &Deployment, watcher: &Watcher) {
    another_buys(deployment, "first");
    let changes = deployment.changes();
    watcher.wait("somebody is lifted", PATIENCE, |seen| {
        seen.iter()
            .any(|it| it.record.topic == changes)
            .then_some(())
    });
}

/// Each of many customers bought once, some time apart, the last one just now; says when.
fn buy(deployment: &Deployment, apart: i64) -> BTreeMap<String, i64> {
    let first = now() - apart * CUSTOMERS as i64;
    let bought = (0..CUSTOMERS as i64).map(|i| (format!("quiet-{i}"), first + i * apart));
    let bought: Vec<(String, i64)> = bought.collect();
    let records: Vec<NewRecord> = bought
        .iter()
        .map(|(customer, at)| purchase(customer, customer, *at))
        .collect();
    let [purchases, _] = deployment.inputs();
    deployment.client().produce(&purchases, &records);
    bought.into_iter().collect()
}

fn purchase(customer: &str, event: &str, at: i64) -> NewRecord {
    let value = format!(
        r#"{{"event_id":"{event}","customer_id":"{customer}","kind":"purchase","occurred_at":{at},"amount":"5"}}"#
    );
    NewRecord::new(customer, value)
}

/// Somebody else buys, now.
fn another_buys(deployment: &Deployment, event: &str) {
    let [purchases, _] = deployment.inputs();
    deployment
        .client()
        .produce(&purchases, &[purchase("another", event, now())]);
}

/// Other systems say something of the customers, and do something about them, in every lane.
fn others_write(deployment: &Deployment) {
    let [profiles, commands] = deployment.own_inputs();
    let asked = r#","by":"a program","why":"duplicates""#;
    for (topic, kind, more) in [(profiles, "profile", ""), (commands, "erase", asked)] {
        let record = |i: usize| {
            let (customer, at) = (format!("other-{i}"), now());
            let value = format!(
                r#"{{"event_id":"{kind}-{i}","customer_id":"{customer}","kind":"{kind}","occurred_at":{at}{more}}}"#
            );
            NewRecord::new(customer, value)
        };
        let records: Vec<NewRecord> = (0..20).map(record).collect();
        deployment.client().produce(&topic, &records);
    }
}

/// Waits until so many of the quiet ones have fallen.
#[track_caller]
fn wait_for_falls(
    watcher: &Watcher,
    deployment: &Deployment,
    count: usize,
) -> BTreeMap<String, (i64, i64)> {
    watcher.wait("all have fallen", PATIENCE, |seen| {
        let fallen = falls(seen, deployment);
        (fallen.len() == count).then_some(fallen)
    })
}

/// Who of the quiet ones has fallen: the instant it became true, and when it was seen.
fn falls(seen: &[Seen], deployment: &Deployment) -> BTreeMap<String, (i64, i64)> {
    let changes = deployment.changes();
    let told = seen
        .iter()
        .filter(|it| it.record.topic == changes && is_move(&it.record))
        .map(|it| {
            let told = Told::read(it.record.value.as_deref().expect("a change has a value"));
            (told, it.at)
        });
    let fallen =
        told.filter(|(told, _)| told.to == "none" && told.customer_id.starts_with("quiet"));
    fallen
        .map(|(told, at)| {
            let due = parse_instant(&told.effective_at).expect("an instant").0;
            (told.customer_id, (due, milliseconds(at)))
        })
        .collect()
}

fn milliseconds(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("before the year 292 million")
}
