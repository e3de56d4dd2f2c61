//! A record that is as large as its topic takes.

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use crate::broker::{self, Isolation, needs_kafka, until};

/// The brokers take 1,048,588 bytes, and librdkafka by itself sends no more than a million.
const LARGE: usize = 1_040_000;

#[test]
fn the_largest_record_that_brokers_take_is_put_aside() {
    needs_kafka!();
    let plan = Plan {
        app: "large",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let one = deployment.start("one");
    let mut config = deployment.client().config();
    config.set("message.max.bytes", "2000000");
    config.set("partitioner", "murmur2_random");
    let producer: BaseProducer = config.create().expect("a producer");
    let value = "x".repeat(LARGE);
    let [purchases, _] = deployment.inputs();
    let record = BaseRecord::to(&purchases).key("c-1").payload(&value);
    let sent = producer.send(record).map_err(|(error, _)| error);
    sent.expect("the queue has room");
    producer.flush(PATIENCE).expect("it is acknowledged");
    let letters = until("it is put aside", PATIENCE, || {
        let client = deployment.client();
        let all = client.read_all(&deployment.dead_letters(), Isolation::Committed);
        (!all.is_empty()).then_some(all)
    });
    assert_eq!(
        letters[0].header("tidemark.errors.code"),
        Some(&b"too_large"[..])
    );
    assert_eq!(letters[0].value.as_ref().map(Vec::len), Some(LARGE));
    assert!(one.terminate().success());
}
