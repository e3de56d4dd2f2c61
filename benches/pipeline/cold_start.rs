//! How long it takes from nothing to the first event decided, and how much of that is the client's
//! and Kafka's own.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{DefaultProducerContext, Producer, ThreadedProducer};
use serde_json::Value;
use tidemark::kafka::client::Target;
use tidemark::kafka::feeder::Feeder;
use tidemark::model::zone::parse_instant;

use crate::Args;
use crate::broker::{Broker, Seen, until};
use crate::latency::POLICY;
use crate::load::{Crowd, Written};
use crate::machine::median;
use crate::observer::micros;
use crate::service::{Rules, Service};
use crate::stage::Stage;

/// For anything here to happen, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many customers wait: some in every lane.
const WAITING: u64 = 64;
/// What the log says in the course of a start, with what has been done when it says so first.
const PIECES: [(&str, &str); 4] = [
    ("started", "settings and policy read, topics surveyed"),
    ("answering", "HTTP answers"),
    ("lanes assigned", "transactional id taken, group joined"),
    ("lane restored", "the first lane's empty ledger read"),
];
/// What comes after those, which the change itself says.
const DECIDED: &str = "first event read and decided";
const SEEN: &str = "its change seen by a read_committed consumer";

/// One start: milliseconds that each piece took, in their order.
type Start = [f64; PIECES.len() + 2];

/// What the same client takes for the same by itself, in milliseconds.
struct Bare {
    /// For a transactional id.
    id: f64,
    /// From there until the group has given it the lanes.
    join: f64,
    /// From there to the first record.
    record: f64,
}

/// Starts both from nothing, again and again.
pub(crate) fn measure(broker: &Broker, args: &Args) {
    let inputs = Stage::inputs(broker, "cold");
    let feeder = Feeder::new(broker.bootstrap(), Duration::ZERO).expect("a feeder");
    let (mut written, mut crowd) = (Written::default(), Crowd::new(1));
    for i in 0..WAITING {
        let at = i64::try_from(micros(SystemTime::now()) / 1000).expect("before year 292,000,000");
        written.purchase(i, &format!("c-{i}"), at, &mut crowd);
        written.send(&feeder, &inputs[0]);
    }
    feeder.flush(PATIENCE).expect("all events arrive");
    let (mut bare, mut starts) = (Vec::new(), Vec::new());
    // The first makes Kafka's own topics, which is no part of a start.
    for round in 0..=args.rounds {
        let stage = Stage::new(broker, &format!("cold-bare-{round}"), &inputs);
        let by_itself = by_itself(&stage.target);
        let stage = Stage::new(broker, &format!("cold-{round}"), &inputs);
        let start = start(broker, &stage, args);
        if round > 0 {
            bare.push(by_itself);
            starts.push(start);
        }
    }
    print(&bare, &starts);
}

fn print(bare: &[Bare], starts: &[Start]) {
    println!(
        "### Start from nothing: {} rounds\n\nFrom the start of the process, with {WAITING} events \
         waiting and a deployment that is new to the broker. Decided is an event at the instant at \
         which its turn began. Milliseconds.\n\n\
         | what | tidemark | the client by itself |\n|---|---|---|",
        starts.len()
    );
    let show = |of: &dyn Fn(&Bare) -> f64| {
        let (middle, least, most) = median(bare.iter().map(of));
        format!("{middle:.0} ({least:.0}-{most:.0})")
    };
    let titles = PIECES.map(|(_, title)| title).into_iter();
    for (place, title) in titles.chain([DECIDED, SEEN]).enumerate() {
        let (middle, least, most) = median(starts.iter().map(|start| start[place]));
        let beside = match place {
            2 => show(&|bare| bare.id + bare.join),
            4 => show(&|bare| bare.record),
            _ => String::new(),
        };
        println!("| {title} | {middle:.0} ({least:.0}-{most:.0}) | {beside} |");
    }
    let to_decision = |start: &Start| start[..=PIECES.len()].iter().sum::<f64>();
    let (whole, ..) = median(starts.iter().map(to_decision));
    let alone = |bare: &Bare| bare.id + bare.join + bare.record;
    println!(
        "| process start to first event decided | {whole:.0} | {} |",
        show(&alone)
    );
    let pairs = starts.iter().zip(bare);
    let (ours, least, most) = median(pairs.map(|(start, bare)| to_decision(start) - alone(bare)));
    println!(
        "\nOurs, without what the client takes by itself: {ours:.0} ({least:.0}-{most:.0}).\n"
    );
}

/// Starts the program on a stage, and takes its log and its first change apart.
fn start(broker: &Broker, stage: &Stage, args: &Args) -> Start {
    let watcher = broker.watch(&[&stage.target.changes]);
    let mut settings = vec![
        "http.enabled=true".to_owned(),
        "http.listen=127.0.0.1:0".to_owned(),
    ];
    settings.extend(args.set.iter().cloned());
    let begun = micros(SystemTime::now());
    let mut service = Service::start(stage, &Rules::Text(POLICY), &settings);
    let seen = until("the first change is seen", PATIENCE, || {
        service.assert_running();
        watcher
            .seen()
            .into_iter()
            .min_by_key(|seen| noticed_at(seen) as u64)
    });
    let said = service.said();
    service.stop();
    let pieces = PIECES.map(|(line, _)| at_of(&said, line));
    let [one, two, three, four] = pieces;
    let seen_at = micros(seen.at) as f64 / 1e3;
    let instants = [one, two, three, four, noticed_at(&seen), seen_at];
    let mut before = begun as f64 / 1e3;
    instants.map(|at| at - std::mem::replace(&mut before, at))
}

/// When a line that begins so was said first.
fn at_of(said: &str, line: &str) -> f64 {
    let mut lines = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = lines.find(|value| {
        let message = value["message"].as_str();
        message.is_some_and(|message| message.starts_with(line))
    });
    let found = found.unwrap_or_else(|| panic!("not said: {line}\n{said}"));
    millis(found["timestamp"].as_str().expect("lines have their time"))
}

fn noticed_at(seen: &Seen) -> f64 {
    let mut headers = seen.record.headers.iter();
    let found = headers.find(|(name, _)| name == "tidemark-noticed-at");
    let value = found.and_then(|(_, value)| value.as_deref());
    millis(std::str::from_utf8(value.expect("a change has it")).expect("it is text"))
}

fn millis(instant: &str) -> f64 {
    parse_instant(instant).expect("it is an instant").0 as f64
}

/// A producer and a consumer with the program's own settings, one after the other as it makes them.
fn by_itself(target: &Target) -> Bare {
    let mut since = Instant::now();
    let mut lap = || {
        let lap = since.elapsed().as_secs_f64() * 1e3;
        since = Instant::now();
        lap
    };
    let producer: ThreadedProducer<DefaultProducerContext> =
        target.producer().create().expect("a producer can be made");
    let begun = producer.init_transactions(target.patience);
    begun.expect("transactions can begin");
    let id = lap();
    let mut config = target.consumer();
    config.set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer = config.create().expect("a consumer can be made");
    let topics: Vec<&str> = target.inputs.iter().map(String::as_str).collect();
    consumer.subscribe(&topics).expect("it can subscribe");
    let poll = |joined: &dyn Fn(bool) -> bool| {
        let given_up = Instant::now() + PATIENCE;
        loop {
            let is_record = consumer
                .poll(Duration::from_millis(1))
                .is_some_and(|it| it.is_ok());
            if joined(is_record) {
                break;
            }
            assert!(Instant::now() < given_up, "the client is given records");
            thread::yield_now();
        }
    };
    poll(&|is_record| is_record || consumer.assignment().is_ok_and(|lanes| lanes.count() > 0));
    let join = lap();
    poll(&|is_record| is_record);
    let record = lap();
    Bare { id, join, record }
}
