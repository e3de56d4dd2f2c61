//! The broker the other tests stand on: that it boots, forgets nothing, and treats keys and
//! transactions as they take for granted.

use std::process::Command;
use std::time::Duration;

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::broker::{self, Broker, Client, Isolation, NewRecord, Record, needs_kafka};

const SOON: Duration = Duration::from_secs(30);

#[test]
fn boots_and_creates_topics_as_told_and_no_others() {
    needs_kafka!();
    let broker = broker::shared();
    // A broker that creates topics of its own accord creates one for a producer that asks for it.
    let producer: BaseProducer = broker.config().create().expect("a producer");
    let ask = |topic| {
        producer
            .client()
            .fetch_metadata(topic, SOON)
            .expect("metadata")
    };
    let asked = ask(Some("boots.unknown.v1"));
    assert!(asked.topics()[0].error().is_some());
    broker.create_topic("boots.compacted.v1", 3, &[("cleanup.policy", "compact")]);

    let settings = broker.topic_settings("boots.compacted.v1");
    assert_eq!(settings["cleanup.policy"], "compact");
    assert_eq!(settings["min.insync.replicas"], "1");
    let all = ask(None);
    let partitions = |name: &str| {
        all.topics()
            .iter()
            .find(|it| it.name() == name)
            .map(|it| it.partitions().len())
    };
    assert_eq!(partitions("boots.compacted.v1"), Some(3));
    assert_eq!(partitions("boots.unknown.v1"), None);
}

#[test]
fn records_come_back_as_they_were_written() {
    needs_kafka!();
    let broker = broker::shared();
    broker.create_topic("written.v1", 2, &[]);
    let full = NewRecord {
        headers: vec![
            ("ce_id".into(), Some(b"7".to_vec())),
            ("empty".into(), None),
        ],
        partition: Some(1),
        timestamp: Some(1_291_190_400_000),
        ..NewRecord::new("c-1", "{}")
    };
    let bare = NewRecord {
        partition: Some(0),
        ..NewRecord::default()
    };
    broker.produce("written.v1", &[full.clone(), bare]);

    let [bare, written] = &broker.read_all("written.v1", Isolation::Committed)[..] else {
        panic!("two records");
    };
    assert_eq!((bare.partition, &bare.key, &bare.value), (0, &None, &None));
    assert_eq!((written.partition, written.offset), (1, 0));
    assert_eq!((written.key_text(), written.value_text()), ("c-1", "{}"));
    assert_eq!(written.headers, full.headers);
    assert_eq!(written.timestamp, full.timestamp);
}

#[test]
fn java_and_we_put_each_key_into_the_same_lane() {
    needs_kafka!();
    let broker = broker::shared();
    let records: Vec<(String, String)> = keys()
        .enumerate()
        .map(|(number, key)| (key, number.to_string()))
        .collect();
    let ours: Vec<NewRecord> = records
        .iter()
        .map(|(key, value)| NewRecord::new(key.as_str(), value.as_str()))
        .collect();
    for partitions in [3, 4, 64] {
        let by_java = format!("lanes.java-{partitions}.v1");
        let by_us = format!("lanes.ours-{partitions}.v1");
        broker.create_topic(&by_java, partitions, &[]);
        broker.create_topic(&by_us, partitions, &[]);
        broker.produce_with_java(&by_java, &records);
        broker.produce(&by_us, &ours);

        let java = lanes(broker, &by_java);
        assert_eq!(java.len(), records.len());
        assert!(
            java == lanes(broker, &by_us),
            "lanes differ with {partitions} partitions"
        );
        let used = java.last().map(|&(partition, ..)| partition + 1);
        assert_eq!(used, Some(partitions), "the keys do not reach every lane");
    }
}

#[test]
fn an_aborted_transaction_is_seen_only_by_read_uncommitted() {
    needs_kafka!();
    let broker = broker::shared();
    broker.create_topic("aborted.v1", 2, &[]);
    let watcher = broker.watch(&["aborted.v1"]);
    let producer: BaseProducer = broker
        .config()
        .set("transactional.id", "aborts")
        .create()
        .expect("a transactional producer");
    producer.init_transactions(SOON).expect("transactions");
    for (value, commit) in [("first", true), ("aborted", false), ("last", true)] {
        producer.begin_transaction().expect("a transaction begins");
        for partition in 0..2 {
            let record = BaseRecord::<str, str>::to("aborted.v1")
                .key("c-1")
                .payload(value);
            producer
                .send(record.partition(partition))
                .expect("the record is taken");
        }
        // The records are in the log before the transaction ends either way.
        producer.flush(SOON).expect("the records are written");
        let end = if commit {
            producer.commit_transaction(SOON)
        } else {
            producer.abort_transaction(SOON)
        };
        end.expect("the transaction ends");
    }

    let values = |records: &[Record]| -> Vec<(i32, String)> {
        records
            .iter()
            .map(|it| (it.partition, it.value_text().to_owned()))
            .collect()
    };
    let lane = |partition, values: &[&str]| -> Vec<(i32, String)> {
        values
            .iter()
            .map(|&value| (partition, value.to_owned()))
            .collect()
    };
    let committed = broker.read_all("aborted.v1", Isolation::Committed);
    let all = broker.read_all("aborted.v1", Isolation::Uncommitted);
    let kept = ["first", "last"];
    assert_eq!(
        values(&committed),
        [lane(0, &kept), lane(1, &kept)].concat()
    );
    let written = ["first", "aborted", "last"];
    assert_eq!(
        values(&all),
        [lane(0, &written), lane(1, &written)].concat()
    );
    let mut watched: Vec<Record> = watcher.finish().into_iter().map(|it| it.record).collect();
    watched.sort_by_key(|it| (it.partition, it.offset));
    assert_eq!(watched, committed);
}

#[test]
fn records_and_address_outlive_a_stop_and_a_kill() {
    needs_kafka!();
    let mut broker = Broker::start();
    let address = broker.bootstrap().to_owned();
    broker.create_topic("kept.v1", 2, &[]);
    let watcher = broker.watch(&["kept.v1"]);
    let values = ["before", "after a stop", "after a kill"];
    for (round, value) in values.into_iter().enumerate() {
        broker.produce("kept.v1", &[NewRecord::new("c-1", value)]);
        let id = broker.id();
        match round {
            0 => broker.stop(),
            1 => broker.kill(),
            _ => continue,
        }
        assert!(!runs(id), "the broker has ended");
        broker.restart();
    }

    assert_eq!(broker.bootstrap(), address);
    let kept = broker.read_all("kept.v1", Isolation::Committed);
    assert_eq!(
        kept.iter().map(Record::value_text).collect::<Vec<_>>(),
        values
    );
    let watched: Vec<Record> = watcher.finish().into_iter().map(|it| it.record).collect();
    assert_eq!(watched, kept, "a reader lives through both");
    let (id, data) = (broker.id(), broker.data());
    assert!(runs(id) && data.exists());
    drop(broker);
    assert!(
        !runs(id) && !data.exists(),
        "a dropped broker leaves neither process nor data"
    );
}

fn runs(id: u32) -> bool {
    let probe = Command::new("sh")
        .args(["-c", r#"kill -0 "$1" 2>&-"#, "sh", &id.to_string()])
        .status();
    probe.expect("sh runs").success()
}

/// Keys of all lengths and scripts: murmur2 takes four bytes at a time and treats the rest apart,
/// and its bytes are signed in Java.
fn keys() -> impl Iterator<Item = String> {
    let stems = [
        "",
        "c",
        "customer-",
        "客户",
        "žluťoučký",
        "🛒",
        "\u{7f}",
        "ключ-",
        "a b",
        "ÿÿÿ",
    ];
    let short = (0..5).map(|length| "x".repeat(length));
    let long = (0..1_200).map(|number| format!("{number:0width$}", width = number % 9));
    short
        .chain(long)
        .flat_map(move |tail| stems.map(|stem| format!("{stem}{tail}")))
}

/// What lies in each lane, in its order.
fn lanes(broker: &Client, topic: &str) -> Vec<(i32, Vec<u8>, Vec<u8>)> {
    let records = broker.read_all(topic, Isolation::Committed);
    let bytes = |it: Option<Vec<u8>>| it.expect("all have key and value");
    records
        .into_iter()
        .map(|it| (it.partition, bytes(it.key), bytes(it.value)))
        .collect()
}
