//! Workers' connections go in time, whatever their groups have just said.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tidemark::kafka::client::{Membership, Target};
use tidemark::kafka::connection::Connection;
use tidemark::model::ids::{LaneId, Offset};
use tidemark::port::{Bus, Notice, Source};
use tidemark::settings::TopicSettings;

use crate::broker::{Broker, needs_kafka, until, wait_for};

const LANES: i32 = 4;
/// Each alone in a group of its own. One alone would hardly hang; of so many at once, one to three
/// did in every second run.
const CONNECTIONS: usize = 64;
const SESSION: Duration = Duration::from_secs(2);
/// For joining, or leaving, a group.
const PATIENCE: Duration = Duration::from_secs(60);

/// librdkafka forgets an answer to a rebalance that reaches it while it closes
/// (confluentinc/librdkafka#4884): whoever waits for its receipt waits forever.
#[test]
fn connections_that_have_not_heard_of_their_sessions_end_are_dropped_in_time() {
    needs_kafka!();
    let mut broker = Broker::start();
    for topic in ["leaving.in.v1", "leaving.out.v1", "leaving.dead-letter.v1"] {
        broker.create_topic(topic, LANES, &[]);
    }
    let (tell, told) = mpsc::channel();
    let mut gates = Vec::new();
    // In threads of their own, since one that hangs must not take the test with it.
    for number in 0..CONNECTIONS {
        let target = target(broker.bootstrap(), number);
        let (open, gate) = mpsc::channel();
        let tell = tell.clone();
        gates.push(open);
        thread::spawn(move || {
            let one = join(&target);
            let _ = tell.send(());
            let _ = gate.recv();
            drop(one);
            let _ = tell.send(());
        });
    }
    for _ in &gates {
        let joined = told.recv_timeout(PATIENCE);
        assert!(joined.is_ok(), "one did not join");
    }
    broker.pause();
    // By then the library has found that the sessions are over, and nobody has asked it.
    wait_for(Instant::now() + 2 * SESSION);
    for gate in &gates {
        gate.send(()).expect("it waits");
    }
    let deadline = Instant::now() + PATIENCE;
    let gone = gates.iter().filter(|_| {
        let left = deadline.saturating_duration_since(Instant::now());
        told.recv_timeout(left).is_ok()
    });
    assert_eq!(gone.count(), CONNECTIONS, "connections gone in time");
}

/// A connection that has all lanes.
fn join(target: &Target) -> Connection {
    let mut one = Connection::open(target).expect("it can join");
    until("it has all lanes", PATIENCE, || {
        let notice = one.reading().poll().expect("a healthy group")?;
        let Notice::Assigned(lanes) = notice else {
            return None;
        };
        assert_eq!(lanes.len(), LANES as usize, "it is alone");
        let starts: Vec<_> = lanes.into_iter().map(at_start).collect();
        one.reading().start(&starts).expect("they are its own");
        Some(())
    });
    one
}

fn at_start(lane: LaneId) -> (LaneId, Vec<Offset>) {
    (lane, vec![Offset(0)])
}

fn target(brokers: &str, number: usize) -> Target {
    Target {
        brokers: brokers.to_owned(),
        properties: [].into(),
        app: format!("leaving-{number}"),
        owner: format!("leaving-{number}/one"),
        membership: Membership::Dynamic,
        inputs: vec!["leaving.in.v1".to_owned()],
        transfers: None,
        changes: "leaving.out.v1".to_owned(),
        current: "leaving.out.v1".to_owned(),
        dead_letters: "leaving.dead-letter.v1".to_owned(),
        ledger: "leaving.out.v1".to_owned(),
        policies: None,
        snapshots: None,
        topic_settings: TopicSettings::Ignore,
        session_timeout: SESSION,
        transaction_timeout: Duration::from_secs(30),
        patience: PATIENCE,
    }
}
