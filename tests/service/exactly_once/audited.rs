//! The books of a deployment, audited while it works; and every way in which they can be wrong.

use serde_json::Value;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::{Offset, TopicPartitionList};

use super::deployment::{Deployment, PATIENCE, Plan};
use super::own_topics::{Desk, LOOKS, names, wait_for};
use super::shop_load::now;
use crate::broker::{self, Isolation, NewRecord, Record, needs_kafka, until};

/// The exit code, and what it said.
fn audit(deployment: &Deployment, more: &[&str]) -> (Option<i32>, String) {
    let output = deployment.run_to_end(&[&["audit", "--from-kafka"], more].concat());
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.code(), said)
}

#[track_caller]
fn is_violated(deployment: &Deployment, what: &str) {
    let (code, said) = audit(deployment, &["--skip-inputs"]);
    assert_eq!(code, Some(1), "{said}");
    let mut violations = said.lines().filter(|line| line.starts_with("VIOLATED"));
    assert!(
        violations.any(|line| line.contains(what)),
        "{what}:\n{said}"
    );
}

/// Writes the last record of a topic once more.
fn repeat_last(deployment: &Deployment, topic: &str) {
    let client = deployment.client();
    let mut all = client.read_all(topic, Isolation::Committed);
    let Record {
        partition,
        key,
        value,
        headers,
        ..
    } = all.pop().expect("it holds records");
    client.produce(
        topic,
        &[NewRecord {
            key,
            value,
            headers,
            partition: Some(partition),
            timestamp: None,
        }],
    );
}

/// Sets the group back by a record, where it has read any.
fn set_back(deployment: &Deployment) {
    let committed = deployment.committed();
    let ((topic, lane), at) = committed.iter().next_back().expect("something was read");
    let mut config = deployment.client().config();
    config.set("group.id", deployment.app());
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, *lane, Offset::Offset(at - 1))
        .expect("an offset");
    // A static member stays one until its session is over.
    until("the group has no members", PATIENCE, || {
        consumer.commit(&list, CommitMode::Sync).ok()
    });
}

#[test]
fn books_are_audited_while_they_are_written_and_each_fault_is_told() {
    needs_kafka!();
    let plan = Plan {
        app: "audited",
        policy: include_str!("own_topics.toml"),
        static_membership: true,
    };
    let deployment = Deployment::with_own_topics(broker::shared(), &plan);
    let watcher = deployment.watch();
    let desk = Desk::new(&deployment, deployment.all_inputs());
    let one = deployment.start("one");
    let (code, said) = audit(&deployment, &[]);
    assert_eq!(code, Some(0), "nothing was done yet:\n{said}");
    let buyers = names("k", 60);
    desk.buy(&buyers, "large", 200);
    desk.send(LOOKS, "view", &buyers, now(), "");
    wait_for(&deployment, &watcher, "gold", 60);
    one.kill();
    let one = deployment.start("one");
    let bad = NewRecord::new("k-0", "no event");
    broker::shared().produce(&deployment.inputs()[0], &[bad]);
    desk.ask(3, "erase", &buyers[..5], "");
    desk.buy(&names("q", 60), "large", 200);

    // In the middle of it.
    let (code, said) = audit(&deployment, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.ends_with("the books are in order\n"), "{said}");
    wait_for(&deployment, &watcher, "gold", 120);
    deployment.wait_until_caught_up();
    assert!(one.terminate().success());
    let (code, json) = audit(&deployment, &["--format", "json"]);
    assert_eq!(code, Some(0), "{json}");
    let report: Value = serde_json::from_str(&json).expect("one JSON object");
    assert_eq!(report["violated"], 0);
    let findings = report["findings"].as_array().expect("findings");
    let holds = |check: &str| {
        let of = findings.iter().filter(|it| it["check"] == check);
        of.filter(|it| it["verdict"] == "holds").count()
    };
    let checks = [
        "ledger", "offsets", "counts", "chains", "records", "consumed",
    ];
    assert_eq!(checks.map(holds), [4, 4, 4, 1, 1, 4], "{json}");
    assert!(json.contains("1 dead letters, 1 by the ledger"), "{json}");
    assert!(json.contains("5 receipts, 5 by the ledger"), "{json}");

    set_back(&deployment);
    is_violated(&deployment, "no unit ends where the group is");
    repeat_last(&deployment, &deployment.changes());
    is_violated(&deployment, "follows");
    repeat_last(&deployment, &deployment.dead_letters());
    is_violated(&deployment, "2 dead letters, 1 by the ledger");
    repeat_last(&deployment, &deployment.ledger());
    is_violated(&deployment, "follows unit");
}
