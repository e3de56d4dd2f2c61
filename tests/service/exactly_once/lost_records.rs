//! Records that are gone before a lane has read them, and topics that become others: the lane, or
//! the service, stands still, says so, and nothing is made up.

use std::fs;

use tidemark::model::ids::LaneId;
use tidemark::model::partitioner::lane_of;

use super::deployment::{Deployment, Instance, PATIENCE, Plan};
use super::own_topics::{Desk, LOOKS, names, wait_for};
use super::shop_load::now;
use crate::broker::{self, free_port, needs_kafka, until};
use crate::client::get;

const CONFIG: i32 = 78;

fn plan(app: &str) -> Plan<'_> {
    Plan {
        app,
        policy: include_str!("own_topics.toml"),
        static_membership: false,
    }
}

/// Deletes all records of a partition that lie before an offset.
pub(super) fn delete_before(deployment: &Deployment, (topic, lane): (&str, LaneId), offset: i64) {
    let file = deployment.file("deleted.json");
    let text = format!(
        r#"{{"version":1,"partitions":[{{"topic":"{topic}","partition":{lane},"offset":{offset}}}]}}"#
    );
    fs::write(&file, text).expect("a writable directory");
    let client = deployment.client();
    client.run_script(&format!(
        "kafka-delete-records.sh --bootstrap-server {} --offset-json-file {}",
        client.bootstrap(),
        file.display()
    ));
}

#[track_caller]
pub(super) fn wait_for_log(instance: &mut Instance, what: &str, times: usize) -> String {
    until(what, PATIENCE, || {
        instance.assert_runs();
        let log = instance.log();
        (log.matches(what).count() >= times).then_some(log)
    })
}

pub(super) fn of_lane(
    customers: &[String],
    lanes: i32,
    lane: LaneId,
) -> (Vec<String>, Vec<String>) {
    let is_of = |customer: &String| lane_of(customer.as_bytes(), lanes) == lane;
    customers.iter().cloned().partition(is_of)
}

#[test]
fn a_lane_whose_records_are_gone_stands_still_and_the_others_go_on() {
    needs_kafka!();
    let deployment = Deployment::new(broker::shared(), &plan("overtaken"));
    let watcher = deployment.watch();
    let desk = Desk::new(&deployment, deployment.all_inputs());
    let [_, browsing] = deployment.inputs();
    let lost = LaneId(2);
    let port = free_port();
    let listen = format!("http.listen=127.0.0.1:{port}");
    let settings = ["http.enabled=true", &listen];
    let mut one = deployment.start_with("one", &settings);
    let buyers = names("k", 40);
    desk.buy(&buyers, "large", 200);
    desk.send(LOOKS, "view", &buyers, now(), "");
    wait_for(&deployment, &watcher, "gold", 40);
    deployment.wait_until_caught_up();
    let before = deployment.committed();
    let place = (browsing.clone(), lost.0);

    // While it stands still, records come and go.
    one.signal("STOP");
    let (theirs, others) = of_lane(&names("q", 40), deployment.lanes(), lost);
    desk.send(LOOKS, "view", &theirs, now(), "");
    delete_before(&deployment, (&browsing, lost), before[&place] + 1);
    one.signal("CONT");
    let log = wait_for_log(&mut one, "lane stopped", 1);
    assert!(log.contains("is not in the log any more"), "{log}");
    desk.buy(&others, "large", 200);
    wait_for(&deployment, &watcher, "gold", 40 + others.len());
    let address = format!("127.0.0.1:{port}").parse().expect("an address");
    let page = get(address, "/metrics").body;
    assert!(
        page.contains("tidemark_lanes{state=\"stopped\"} 1\n"),
        "{page}"
    );
    let ready = get(address, "/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("lane 2 stands still"), "{}", ready.body);
    assert_eq!(deployment.committed()[&place], before[&place]);
    assert!(one.terminate().success());

    // Nor does it begin anew.
    let mut one = deployment.start_with("one", &settings);
    wait_for_log(&mut one, "lane stopped", 1);
    let log = wait_for_log(&mut one, "lane restored", 3);
    assert!(!log.contains("worker begins anew"), "{log}");
    let (_, more) = of_lane(&names("r", 40), deployment.lanes(), lost);
    desk.buy(&more, "large", 200);
    wait_for(
        &deployment,
        &watcher,
        "gold",
        40 + others.len() + more.len(),
    );
    assert_eq!(deployment.committed()[&place], before[&place]);
    assert!(one.terminate().success());
}

#[track_caller]
fn ends_saying(instance: Instance, what: &str) {
    let (status, log) = instance.end();
    assert_eq!(status.code(), Some(CONFIG), "{log}");
    assert!(log.contains(what), "{log}");
}

#[test]
fn a_topic_that_is_enlarged_or_made_again_ends_the_service() {
    needs_kafka!();
    let client = broker::shared();
    let bootstrap = client.bootstrap();
    let deployment = Deployment::new(client, &plan("others"));
    let watcher = deployment.watch();
    let desk = Desk::new(&deployment, deployment.all_inputs());
    let [purchases, browsing] = deployment.inputs();
    let buyers = names("k", 40);
    let one = deployment.start("one");
    desk.buy(&buyers, "large", 200);
    desk.send(LOOKS, "view", &buyers, now(), "");
    wait_for(&deployment, &watcher, "gold", 40);
    deployment.wait_until_caught_up();
    client.run_script(&format!(
        "kafka-topics.sh --bootstrap-server {bootstrap} --delete --topic {browsing}"
    ));
    deployment.create_input(&browsing);
    ends_saying(one, "was deleted and made again");

    // Whoever starts it anyway has lanes that stand still.
    let mut one = deployment.start("one");
    let log = wait_for_log(&mut one, "lane stopped", 4);
    assert!(
        log.contains("it was cut off, or the topic was made again"),
        "{log}"
    );
    client.run_script(&format!(
        "kafka-topics.sh --bootstrap-server {bootstrap} --alter --topic {purchases} --partitions 6"
    ));
    ends_saying(one, "has 6 partitions, and had 4");
    let refused = deployment.run_to_end(&["run"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(CONFIG), "{said}");
    assert!(said.contains("must have equal partition counts"), "{said}");
}
