//! Rights that a deployment lacks: those that only help to look are done without, and without those
//! that it needs nothing is lost.

use tidemark::model::partitioner::lane_of;
use tidemark::model::refusal::Refusal;

use super::books::bad_records_came_back;
use super::deployment::{Deployment, PATIENCE, Plan};
use super::own_topics::{Desk, names, wait_for};
use super::poison::Expected;
use super::shop_load::{Fate, Sent};
use super::verdict::basics;
use crate::broker::{Broker, Client, NewRecord, needs_kafka, until};

/// Whoever comes may do anything, until something is said of a topic.
const AUTHORIZER: &str = "\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true";
const CONFIG: i32 = 78;

fn say(client: &Client, what: &str, topic: &str) {
    let bootstrap = client.bootstrap();
    client.run_script(&format!(
        "kafka-acls.sh --bootstrap-server {bootstrap} --force {what} --topic {topic}"
    ));
}

/// Takes one right on a topic away, and leaves all others.
fn deny(client: &Client, operation: &str, topic: &str) {
    let everyone = "--add --allow-principal User:* --operation";
    say(client, &format!("{everyone} All"), topic);
    say(
        client,
        &format!("--add --deny-principal User:* --operation {operation}"),
        topic,
    );
}

fn grant(client: &Client, operation: &str, topic: &str) {
    say(
        client,
        &format!("--remove --deny-principal User:* --operation {operation}"),
        topic,
    );
}

#[test]
fn rights_that_are_missing_are_told_and_bad_records_wait_for_theirs() {
    needs_kafka!();
    let broker = Broker::with(AUTHORIZER);
    let plan = Plan {
        app: "rights",
        policy: include_str!("own_topics.toml"),
        static_membership: false,
    };
    let deployment = Deployment::new(&broker, &plan);
    let (ledger, letters) = (deployment.ledger(), deployment.dead_letters());
    deny(&broker, "Describe", &ledger);
    let refused = deployment.run_to_end(&["check", "--connect"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(CONFIG), "{said}");
    assert!(
        said.contains(&format!("topic {ledger} may not be looked at")),
        "{said}"
    );
    grant(&broker, "Describe", &ledger);

    deny(&broker, "DescribeConfigs", &ledger);
    let watcher = deployment.watch();
    let mut one = deployment.start("one");
    let desk = Desk::new(&deployment, deployment.all_inputs());
    desk.buy(&names("k", 20), "large", 200);
    wait_for(&deployment, &watcher, "gold", 20);
    let untold = format!("the settings of {ledger} may not be looked at");
    assert!(one.log().contains(&untold), "{}", one.log());

    // A bad record among good ones.
    deployment.wait_until_caught_up();
    let before = deployment.committed();
    deny(&broker, "Write", &letters);
    let bad = NewRecord::new("k-0", "no event");
    broker.produce(&deployment.inputs()[0], std::slice::from_ref(&bad));
    desk.buy(&names("q", 20), "large", 200);
    let log = until("nothing can be put aside, again", PATIENCE, || {
        let log = one.log();
        (log.matches("published again").count() > 1).then_some(log)
    });
    one.assert_runs();
    assert!(log.contains("TOPIC_AUTHORIZATION_FAILED"), "{log}");
    let lane = lane_of(b"k-0", deployment.lanes());
    let place = (deployment.inputs()[0].clone(), lane.0);
    assert_eq!(deployment.committed()[&place], before[&place]);
    grant(&broker, "Write", &letters);
    wait_for(&deployment, &watcher, "gold", 40);
    deployment.wait_until_caught_up();
    assert!(one.terminate().success());
    let mut sent = desk.sent.take();
    sent.push(Sent {
        input: 0,
        record: bad,
        fate: Fate::Refused(Expected {
            refusal: Refusal::NotJson,
            field: "",
        }),
    });
    let evidence = basics(&deployment, &sent, watcher);
    bad_records_came_back(&evidence, &sent);
    assert_eq!(evidence.dead_letters.len(), 1);
}
