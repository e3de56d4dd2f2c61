//! Batches that are small on the wire and very large when they are unpacked: each record of them
//! goes to the dead letters as it came, nobody else's output changes, and memory stays bounded.

use std::collections::BTreeMap;

use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Headers;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;
use tidemark::model::partitioner::lane_of;

use super::deployment::{Deployment, PATIENCE, Plan};
use super::dice::Dice;
use super::shop_load::now;
use crate::broker::{self, Isolation, needs_kafka, until};

const CODECS: [&str; 3] = ["gzip", "lz4", "zstd"];
/// Batches of each codec, in turn.
const BATCHES: usize = 5;
/// Records of zeros in each, and the bytes of one.
const ZEROS: usize = 8;
const LARGE: usize = 8 << 20;
/// Bytes that do not get smaller, so that a fetch of a MiB brings one batch and a part of the next:
/// with them it is 0.6 to 0.9 MiB on the wire, of 1 MiB that the topic takes.
const NOISE: usize = 600_000;
/// Of a record that gzip makes small enough for its topic, and lz4 does not.
const DIGITS: usize = 1_600_000;
/// Honest customers, who buy twice each.
const CUSTOMERS: usize = 300;
/// KiB that an instance may have had at most, of 970 MiB that come by. Unpacked, a batch is 65 MiB.
/// Of the one partition that has them, one lies in the queue and one is being unpacked, for which
/// lz4 needs 1.75 times as much while it grows: 245 MiB. Dead letters wait in the producer (256 MiB
/// at most), in what is held for the next unit (32 MiB and a record) and in the unit itself. The
/// rest is the program.
const MOST: u64 = 700 << 10;
/// Somebody whose second order moves them, once.
const POLICY: &str = r#"
name = "bombs"
version = 1
currency = "GBP"
zone = "Europe/London"
[feature.orders]
aggregate = "count"
of = ["purchase"]
window = "30d"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "none"
[[ladder.tier]]
name = "low"
enter = "orders >= 2"
"#;

/// What sends all records of one batch with one codec.
fn producer(deployment: &Deployment, codec: &str) -> BaseProducer {
    let mut config = deployment.client().config();
    config
        .set("partitioner", "murmur2_random")
        .set("enable.idempotence", "true")
        .set("compression.type", codec)
        .set("message.max.bytes", "200000000")
        .set("batch.size", "200000000")
        .set("linger.ms", "60000");
    config.create().expect("a producer")
}

/// Sends these as one batch to a partition.
fn send(producer: &BaseProducer, topic: &str, key: &str, values: &[&[u8]]) {
    for value in values {
        let record = BaseRecord::to(topic).key(key).payload(*value);
        let sent = producer.send(record).map_err(|(error, _)| error);
        sent.expect("the queue has room");
    }
    producer.flush(PATIENCE).expect("they are acknowledged");
}

/// Each honest customer buys once, in batches of the same codec.
fn buy(deployment: &Deployment, producer: &BaseProducer, round: usize) {
    let ([purchases, _], at) = (deployment.inputs(), now());
    for customer in 0..CUSTOMERS {
        let value = format!(
            r#"{{"event_id":"{customer}-{round}","customer_id":"c-{customer}","kind":"purchase",
            "occurred_at":{at},"amount":"5"}}"#
        );
        let key = format!("c-{customer}");
        let record = BaseRecord::to(&purchases).key(&key).payload(&value);
        let sent = producer.send(record).map_err(|(error, _)| error);
        sent.expect("the queue has room");
    }
    producer.flush(PATIENCE).expect("they are acknowledged");
}

/// How many dead letters there are by code, length, and whether they are nothing but zeros.
fn letters(deployment: &Deployment) -> BTreeMap<(String, usize, bool), usize> {
    let mut config = deployment.client().config();
    config
        .set("group.id", "assigned-by-hand")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        // As they come: all at once would be most of a GiB.
        .set("queued.max.messages.kbytes", "20000")
        .set("fetch.queue.backoff.ms", "5");
    let reader: BaseConsumer = config.create().expect("a consumer");
    let mut list = TopicPartitionList::new();
    for partition in 0..2 {
        list.add_partition_offset(&deployment.dead_letters(), partition, Offset::Beginning)
            .expect("an offset");
    }
    reader.assign(&list).expect("they are there");
    let (mut found, mut ends) = (BTreeMap::new(), 0);
    until("the dead letters are read", PATIENCE, || {
        match reader.poll(PATIENCE)? {
            Ok(letter) => {
                let value = letter.payload().unwrap_or_default();
                let headers = letter.headers().expect("it says why");
                let code = headers
                    .iter()
                    .find(|it| it.key == "tidemark.errors.code")
                    .and_then(|it| it.value)
                    .expect("a code");
                let code = String::from_utf8_lossy(code).into_owned();
                let zeros = value.iter().all(|byte| *byte == 0);
                *found.entry((code, value.len(), zeros)).or_default() += 1;
            }
            Err(_) => ends += 1,
        }
        (ends == 2).then_some(())
    });
    found
}

/// How often each customer was moved, and to where.
fn moves(deployment: &Deployment) -> BTreeMap<String, Vec<String>> {
    let mut moves: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let client = deployment.client();
    for change in client.read_all(&deployment.changes(), Isolation::Committed) {
        let body: Value = serde_json::from_str(change.value_text()).expect("JSON");
        let to = body["to"].as_str().expect("a tier").to_owned();
        moves
            .entry(change.key_text().to_owned())
            .or_default()
            .push(to);
    }
    moves
}

/// Each honest customer once.
fn all_moved() -> BTreeMap<String, Vec<String>> {
    let moved = |customer| (format!("c-{customer}"), vec!["low".to_owned()]);
    (0..CUSTOMERS).map(moved).collect()
}

#[test]
fn batches_that_are_small_until_they_are_unpacked_are_put_aside() {
    needs_kafka!();
    let plan = Plan {
        app: "bombs",
        policy: POLICY,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let [purchases, _] = deployment.inputs();
    let mut dice = Dice::of("bombs", 9);
    let noise: Vec<u8> = (0..NOISE).map(|_| dice.roll(256) as u8).collect();
    let zeros = vec![0_u8; LARGE];
    let mut values: Vec<&[u8]> = vec![&zeros; ZEROS];
    values.push(&noise);
    let producers = CODECS.map(|codec| producer(&deployment, codec));
    buy(&deployment, &producers[0], 0);
    for batch in 0..BATCHES * CODECS.len() {
        send(&producers[batch % CODECS.len()], &purchases, "c-0", &values);
    }
    buy(&deployment, &producers[1], 1);

    let one = deployment.start("one");
    deployment.wait_until_caught_up();
    let most = one.kibibytes("VmHWM");
    println!("{most} KiB at most");

    let refused = |length, zeros, times| {
        let letter = ("too_large".to_owned(), length, zeros);
        (letter, times * BATCHES * CODECS.len())
    };
    let expected = [refused(NOISE, false, 1), refused(LARGE, true, ZEROS)];
    assert_eq!(letters(&deployment), expected.into());
    assert_eq!(moves(&deployment), all_moved());
    assert!(most < MOST, "{most} KiB");

    // More than the client unpacks is not read, and nothing after it: that is told, and the other
    // lanes go on.
    values.truncate(ZEROS);
    values.extend([&*zeros; 5]);
    send(&producers[2], &purchases, "c-0", &values);
    until("it is told", PATIENCE, || {
        let log = one.log();
        log.contains("cannot be unpacked, and nothing after it is read")
            .then_some(())
    });
    let lanes = deployment.lanes();
    let stands = lane_of(b"c-0", lanes);
    let mut others = (0..).map(|n| format!("later-{n}"));
    let other = others.find(|id| lane_of(id.as_bytes(), lanes) != stands);
    let other = other.expect("there are several lanes");
    for order in 0..2 {
        let value = format!(
            r#"{{"event_id":"later-{order}","customer_id":"{other}","kind":"purchase",
            "occurred_at":{},"amount":"5"}}"#,
            now()
        );
        send(&producers[0], &purchases, &other, &[value.as_bytes()]);
    }
    until("another lane goes on", PATIENCE, || {
        moves(&deployment).contains_key(&other).then_some(())
    });
    let told = one.log().matches("cannot be unpacked").count();
    assert_eq!(told, 1, "it is told once");
    assert!(one.terminate().success());
}

/// Digits at random: gzip makes half of them, lz4 nothing less. So what the inputs took is more
/// than the dead letters take. It is put aside without its value, which lies where it came from;
/// the next one at once.
#[test]
fn a_record_that_only_its_producer_could_pack_is_put_aside_without_its_value() {
    needs_kafka!();
    let plan = Plan {
        app: "packed",
        policy: POLICY,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let [purchases, _] = deployment.inputs();
    let mut dice = Dice::of("packed", 11);
    let mut digit = || b"0123456789abcdef"[dice.roll(16) as usize];
    let digits: Vec<u8> = (0..DIGITS).map(|_| digit()).collect();
    let gzip = producer(&deployment, "gzip");
    buy(&deployment, &gzip, 0);
    send(&gzip, &purchases, "c-0", &[&digits]);
    let one = deployment.start("one");
    deployment.wait_until_caught_up();
    let renewed = one.log().matches("producer renewed").count();
    assert!((1..=2).contains(&renewed), "{}", one.log());
    send(&gzip, &purchases, "c-0", &[&digits]);
    buy(&deployment, &gzip, 1);
    deployment.wait_until_caught_up();
    let log = one.log();
    assert_eq!(log.matches("producer renewed").count(), renewed, "{log}");
    assert_eq!(log.matches("without their values").count(), 1, "{log}");
    let letter = ("too_large".to_owned(), 0, true);
    assert_eq!(letters(&deployment), [(letter, 2)].into());
    assert_eq!(moves(&deployment), all_moved());
    assert!(one.terminate().success());

    // The whole unit is repeated, dead letter and all, though it lies there without its value.
    let again = deployment.start("again");
    until("its lanes are restored", PATIENCE, || {
        let restored = again.log().matches("lane restored").count();
        (restored as i32 == deployment.lanes()).then_some(())
    });
    assert!(again.terminate().success());
    for (arguments, expected) in [
        (&["redrive", "--yes"][..], "2  too_large"),
        (&["redrive", "--yes"], "lies where it came from"),
        (&["redrive", "--yes"], "no records sent back"),
        (&["audit", "--from-kafka"], "2 dead letters"),
        (&["replay", "--from-kafka"], "as the ledger says"),
    ] {
        let output = deployment.run_to_end(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
