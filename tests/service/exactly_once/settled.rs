//! Topics with settings that lose records: `tidemark run` says which, and what mends each, and that
//! is what mends it.

use super::deployment::{Deployment, Instance, PATIENCE, Plan, QUICK};
use crate::broker::{self, needs_kafka, until};

/// The exit code for configuration, sysexits(3).
const CONFIG: i32 = 78;
const DAY: (&str, &str) = ("retention.ms", "86400000");
const COMPACT: (&str, &str) = ("cleanup.policy", "compact");

fn plan(app: &str) -> Plan<'_> {
    Plan {
        app,
        policy: QUICK,
        static_membership: false,
    }
}

/// A deployment with whose topics everything is wrong that settings can do, and what is to be said
/// of each.
fn unsettled(app: &str) -> (Deployment, Vec<String>) {
    let broker = broker::shared();
    let deployment = Deployment::without_topics(broker, &plan(app));
    let [purchases, browsing] = deployment.inputs();
    broker.create_topic(&purchases, 4, &[COMPACT]);
    broker.create_topic(&browsing, 4, &[DAY, ("max.message.bytes", "2000000")]);
    broker.create_topic(&deployment.ledger(), 4, &[DAY]);
    broker.create_topic(&deployment.changes(), 4, &[COMPACT]);
    broker.create_topic(&deployment.current(), 4, &[]);
    broker.create_topic(
        &deployment.dead_letters(),
        4,
        &[("min.insync.replicas", "2")],
    );
    let small = ("max.message.bytes", "200000");
    broker.create_topic(&deployment.snapshots_topic(), 4, &[small]);
    let said = vec![
        format!(
            "{} has cleanup.policy=delete, but every snapshot",
            deployment.snapshots_topic()
        ),
        format!(
            "{} takes records of 200000 bytes, but pieces",
            deployment.snapshots_topic()
        ),
        format!("{purchases} has cleanup.policy=compact, but lanes are rebuilt from"),
        format!(
            "{} keeps records for 1d only, but no lane",
            deployment.ledger()
        ),
        format!(
            "{} has cleanup.policy=compact, but of each",
            deployment.changes()
        ),
        format!(
            "{} has cleanup.policy=delete, but it is",
            deployment.current()
        ),
        format!(
            "{} takes records of 1048588 bytes",
            deployment.dead_letters()
        ),
        format!(
            "{} has 1 replicas and min.insync.replicas=2: nothing can be written",
            deployment.dead_letters()
        ),
    ];
    (deployment, said)
}

#[track_caller]
fn all_are_in(differences: &[String], said: &str) {
    for difference in differences {
        assert!(
            said.contains(difference),
            "{difference:?} is not said:\n{said}"
        );
    }
}

#[track_caller]
fn wait_for_lanes(instance: &mut Instance) -> String {
    let log = until("lanes are restored", PATIENCE, || {
        instance.assert_runs();
        let log = instance.log();
        (log.matches("lane restored").count() == 4).then_some(log)
    });
    instance.assert_runs();
    log
}

#[test]
fn settings_that_lose_records_are_refused_and_what_is_said_mends_them() {
    needs_kafka!();
    let (deployment, differences) = unsettled("unsettled");
    let snapshots = format!("snapshots.topic={}", deployment.snapshots_topic());
    let refused = deployment.run_to_end(&["run", "--set", &snapshots]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(CONFIG), "{said}");
    all_are_in(&differences, &said);
    assert_eq!(said.matches("error: ").count(), differences.len(), "{said}");
    let browsing = &deployment.inputs()[1];
    let warned = format!("{browsing} keeps records for 1d only; a lane is rebuilt from all");
    assert!(said.contains(&warned), "{said}");

    let helps: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("help: "))
        .collect();
    assert_eq!(helps.len(), differences.len(), "{said}");
    for line in helps {
        deployment.client().run_script(line);
    }
    let checked = deployment.run_to_end(&["check", "--connect", "--set", &snapshots]);
    let said = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert!(said.contains("all good"), "{said}");
    let kept = format!(
        "{} has max.compaction.lag.ms=",
        deployment.snapshots_topic()
    );
    assert!(said.contains(&kept), "{said}");
    assert!(said.contains(&warned), "{said}");
    assert!(said.contains("these topics have one replica"), "{said}");
}

#[test]
fn a_topic_that_is_missing_is_told_with_the_command_that_makes_it() {
    needs_kafka!();
    let deployment = Deployment::without_topics(broker::shared(), &plan("unmade"));
    let [purchases, browsing] = deployment.inputs();
    for topic in [&purchases, &browsing] {
        broker::shared().create_topic(topic, 3, &[]);
    }
    let snapshots = format!("snapshots.topic={}", deployment.snapshots_topic());
    let looked = || deployment.run_to_end(&["check", "--connect", "--set", &snapshots]);
    let refused = looked();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(CONFIG), "{said}");
    let helps = said.lines().filter_map(|line| line.strip_prefix("help: "));
    let made: Vec<String> = helps
        .map(|line| deployment.client().run_script(line))
        .collect();
    assert_eq!(made.len(), 5, "{said}");
    let checked = looked();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert_eq!(checked.status.code(), Some(0), "{said}");
    let settings = deployment
        .client()
        .topic_settings(&deployment.snapshots_topic());
    assert_eq!(settings["max.compaction.lag.ms"], "86400000");
    let settings = deployment.client().topic_settings(&deployment.ledger());
    assert_eq!(settings["retention.ms"], "-1");
    let settings = deployment.client().topic_settings(&deployment.current());
    assert_eq!(settings["cleanup.policy"], "compact");
}

#[test]
fn settings_that_lose_records_may_be_warned_of_or_ignored() {
    needs_kafka!();
    let (deployment, differences) = unsettled("tolerated");
    let snapshots = format!("snapshots.topic={}", deployment.snapshots_topic());
    let mut one = deployment.start_with("one", &["kafka.topic_settings=warn", &snapshots]);
    let log = wait_for_lanes(&mut one);
    all_are_in(&differences, &log);
    assert!(one.terminate().success());
    let mut one = deployment.start_with("one", &["kafka.topic_settings=ignore"]);
    let log = wait_for_lanes(&mut one);
    assert!(!log.contains("WARN"), "{log}");
    assert!(one.terminate().success());
}
