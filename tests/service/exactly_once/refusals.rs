//! Topics on which customers would be silently wrong: `tidemark run` does not begin on them, and
//! says everything that is wrong with them.

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use crate::broker::{self, needs_kafka};

/// The exit code for configuration, sysexits(3).
const CONFIG: i32 = 78;

#[test]
fn topics_that_do_not_fit_are_told_all_at_once() {
    needs_kafka!();
    let broker = broker::shared();
    let plan = Plan {
        app: "misfits",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::without_topics(broker, &plan);
    let [purchases, browsing] = deployment.inputs();
    broker.create_topic(&purchases, 4, &[]);
    broker.create_topic(&browsing, 3, &[]);
    let [profiles, commands] = deployment.own_inputs();
    broker.create_topic(&commands, 5, &[]);
    broker.create_topic(&deployment.ledger(), 2, &[]);
    broker.create_topic(&deployment.changes(), 1, &[]);

    let set = [("profiles", &profiles), ("commands", &commands)];
    let set = set.map(|(key, topic)| format!("input.{key}={topic}"));
    let snapshots = deployment.snapshots_topic();
    broker.create_topic(&snapshots, 3, &[("cleanup.policy", "compact")]);
    let kept = format!("snapshots.topic={snapshots}");
    let set = ["--set", &set[0], "--set", &set[1], "--set", &kept];
    let said = refusal(&deployment, &set);
    for difference in [
        format!("topic {profiles} does not exist"),
        format!(
            "the input topics must have equal partition counts, but {commands} has 5, \
             {purchases} has 4, {browsing} has 3"
        ),
        format!("topic {} does not exist", deployment.current()),
        format!("topic {} does not exist", deployment.dead_letters()),
        format!(
            "{} has 2 partitions, but must have one for each of 5 lanes",
            deployment.ledger()
        ),
        format!("{snapshots} has 3 partitions, but must have one for each of 5 lanes"),
    ] {
        assert!(
            said.contains(&difference),
            "{difference:?} is not said:\n{said}"
        );
    }
    assert_eq!(said.matches("error: ").count(), 6, "{said}");
}

#[test]
fn keys_that_another_partitioner_placed_are_refused() {
    needs_kafka!();
    let broker = broker::shared();
    let plan = Plan {
        app: "misplaced",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker, &plan);
    let [purchases, browsing] = deployment.inputs();
    let by_default: BaseProducer = broker.config().create().expect("a producer");
    for number in 0..200 {
        let key = format!("c-{number}");
        let record = BaseRecord::to(&browsing).key(&key).payload("{}");
        by_default
            .send(record)
            .map_err(|(error, _)| error)
            .expect("the queue has room");
    }
    by_default.flush(PATIENCE).expect("all are acknowledged");

    let said = refusal(&deployment, &[]);
    for partition in 0..deployment.lanes() {
        let difference = format!("{browsing} partition {partition} holds ");
        assert!(
            said.contains(&difference),
            "{difference:?} is not said:\n{said}"
        );
    }
    assert!(said.contains("murmur2"), "{said}");
    assert!(!said.contains(&format!("{purchases} partition")), "{said}");
}

/// Runs it, and returns what it said when it refused.
#[track_caller]
fn refusal(deployment: &Deployment, more: &[&str]) -> String {
    let output = deployment.run_to_end(&[&["run"], more].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(CONFIG), "{said}");
    said
}
