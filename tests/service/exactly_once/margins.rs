//! How long the input still holds what a restore would need, as it is told while the service works.

use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use crate::broker::{self, free_port, needs_kafka, until};
use crate::client::get;

/// A day, in seconds.
const DAY: f64 = 86_400.0;

/// What is told of a topic, by partition.
fn told(page: &str, topic: &str) -> Vec<(String, f64)> {
    let of = |line: &str| {
        let rest = line.strip_prefix("tidemark_restore_margin_seconds{")?;
        let (labels, value) = rest.split_once("} ")?;
        let own = labels.contains(&format!("topic=\"{topic}\""));
        own.then(|| (labels.to_owned(), value.parse().expect("a number")))
    };
    page.lines().filter_map(of).collect()
}

#[test]
fn what_is_kept_for_a_day_is_told_to_be_there_for_a_day() {
    needs_kafka!();
    let plan = Plan {
        app: "margins",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let client = deployment.client();
    let [purchases, browsing] = deployment.inputs();
    client.run_script(&format!(
        "kafka-configs.sh --bootstrap-server {} --alter --entity-type topics --entity-name \
         {purchases} --add-config retention.ms=86400000",
        client.bootstrap()
    ));
    let load = ShopLoad::open(&deployment, Dice::of("margins", 8), 200, false);
    load.wait_for_more(1_000);
    let port = free_port();
    let listen = format!("http.listen=127.0.0.1:{port}");
    let one = deployment.start_with("one", &["http.enabled=true", &listen]);
    until("all lanes are restored", PATIENCE, || {
        (one.log().matches("lane restored").count() == 4).then_some(())
    });
    let address = format!("127.0.0.1:{port}").parse().expect("an address");
    let page = until("the margins are told", PATIENCE, || {
        let page = get(address, "/metrics").body;
        (told(&page, &purchases).len() == 4).then_some(page)
    });
    for (labels, margin) in told(&page, &purchases) {
        assert!(margin <= DAY && margin > DAY - 120.0, "{labels} {margin}");
    }
    assert_eq!(told(&page, &browsing), []);
    drop(load);
    assert!(one.terminate().success());
}
