//! Dead letters that go back to where they came from: once, as they came, and not for ever.

use std::time::{Duration, Instant};

use tidemark::model::refusal::Refusal;
use tidemark::wire::ledger;

use super::books::origin_of;
use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use super::shop_load::now;
use crate::broker::{self, Isolation, NewRecord, Record, needs_kafka, until, wait_for};

/// How far ahead of their time the records come that are to be good later.
const AHEAD: i64 = 4_000;

/// Runs it, and returns what it said.
#[track_caller]
fn redrive(deployment: &Deployment, more: &[&str]) -> String {
    let output = deployment.run_to_end(&[&["redrive"], more].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{trouble}");
    said
}

fn letters(deployment: &Deployment) -> Vec<Record> {
    let all = deployment
        .client()
        .read_all(&deployment.dead_letters(), Isolation::Committed);
    let is_letter = |it: &Record| it.header("tidemark.errors.code").is_some();
    all.into_iter().filter(is_letter).collect()
}

#[track_caller]
fn wait_for_letters(deployment: &Deployment, how_many: usize) {
    until(&format!("{how_many} dead letters"), PATIENCE, || {
        (letters(deployment).len() >= how_many).then_some(())
    });
}

/// The ends of transactions take offsets, too, so that those of the group do not tell.
#[track_caller]
fn wait_for_consumed(deployment: &Deployment, how_many: u64) {
    until(
        &format!("{how_many} records are consumed"),
        PATIENCE,
        || {
            let client = deployment.client();
            let entries = client.read_all(&deployment.ledger(), Isolation::Committed);
            let entries = entries.iter().filter_map(|it| it.value.as_deref());
            let counts = entries.map(|it| ledger::decode(it).expect("an entry").counts);
            let consumed: u64 = counts.map(|counts| counts.consumed()).sum();
            (consumed >= how_many).then_some(())
        },
    );
}

/// All but the bad one were sent back, and nothing is added to them but how often.
#[track_caller]
fn all_went_as_they_came(purchases: &str) {
    let after = broker::shared().read_all(purchases, Isolation::Committed);
    let (mut came, mut went): (Vec<_>, Vec<_>) = after
        .into_iter()
        .filter(|it| it.key.as_deref() != Some(b"c-9"))
        .partition(|it| it.header("tidemark.redriven").is_none());
    came.sort_by_key(|it| it.key.clone());
    went.sort_by_key(|it| it.key.clone());
    assert_eq!((came.len(), went.len()), (5, 5));
    for (came, mut went) in came.into_iter().zip(went) {
        let last = went.headers.pop().expect("how often");
        assert_eq!(last, ("tidemark.redriven".to_owned(), Some(b"1".to_vec())));
        let what = |it: Record| (it.partition, it.key, it.value, it.headers);
        assert_eq!(what(came), what(went));
    }
}

/// It comes back, and goes no more than so often.
#[track_caller]
fn what_stays_bad_goes_twice(deployment: &Deployment) {
    let code = ["--code", "not_json", "--most", "2", "--yes"];
    for round in 1..=2 {
        let said = redrive(deployment, &code);
        assert!(said.contains("1 record sent back"), "{said}");
        wait_for_letters(deployment, 6 + round);
    }
    let said = redrive(deployment, &code);
    assert!(said.contains("no records sent back"), "{said}");
    assert!(said.contains("1  not_json"), "{said}");
    assert!(said.contains("sent back 2 times already"), "{said}");
}

#[test]
fn dead_letters_go_back_once_as_they_came() {
    needs_kafka!();
    let policy = QUICK.replace("ahead = \"10m\"", "ahead = \"1s\"");
    assert_ne!(policy, QUICK);
    let plan = Plan {
        app: "redriven",
        policy: &policy,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let [purchases, _] = deployment.inputs();
    let one = deployment.start("one");
    let early = |number: usize| {
        let at = now() + AHEAD;
        let value = format!(
            r#"{{"event_id":"e-{number}","customer_id":"c-{number}","kind":"view","occurred_at":{at}}}"#
        );
        NewRecord {
            headers: vec![("trace".to_owned(), Some(vec![7, 0, 255]))],
            ..NewRecord::new(format!("c-{number}"), value)
        }
    };
    let mut sent: Vec<NewRecord> = (0..5).map(early).collect();
    let bad = NewRecord::new("c-9", "no event");
    sent.push(bad.clone());
    let good_later = Instant::now() + Duration::from_millis(AHEAD.unsigned_abs());
    broker::shared().produce(&purchases, &sent);
    wait_for_letters(&deployment, sent.len());
    wait_for(good_later);

    let said = redrive(&deployment, &[]);
    assert!(
        said.contains("6 dead letters looked at, 6 records would go back"),
        "{said}"
    );
    let before = broker::shared().read_all(&purchases, Isolation::Committed);
    assert_eq!(before.len(), 6, "nothing was sent");
    let said = redrive(&deployment, &["--code", "future", "--limit", "2", "--yes"]);
    assert!(said.contains("2 records sent back"), "{said}");
    let said = redrive(&deployment, &["--code", "future", "--yes"]);
    assert!(said.contains("3 records sent back"), "{said}");
    assert!(said.contains("2  future"), "{said}");
    let said = redrive(&deployment, &["--code", "future", "--yes"]);
    assert!(
        said.contains("5 dead letters looked at, no records sent back"),
        "{said}"
    );

    all_went_as_they_came(&purchases);
    wait_for_consumed(&deployment, 6 + 5);
    assert_eq!(letters(&deployment).len(), 6, "what went back is good now");
    what_stays_bad_goes_twice(&deployment);
    assert!(one.terminate().success());
    let of_it = letters(&deployment).into_iter();
    let of_it = of_it.filter(|it| it.header("tidemark.errors.code") == Some(b"not_json"));
    let mut places: Vec<_> = of_it.map(|it| origin_of(&it)).collect();
    places.dedup();
    assert_eq!(places.len(), 3, "{}", Refusal::NotJson.code());
}
