//! Whether all move the same customers, from the same tier to the same tier, at the same instants,
//! by the same measures.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tidemark::kafka::feeder::Feeder;

use crate::Args;
use crate::broker::{Broker, Isolation, Seen, Watcher, until};
use crate::history::{Happening, history};
use crate::observer::micros;
use crate::peer::{self, Occasion, Peer};
use crate::progress::{self, Progress};
use crate::stage::Stage;

/// For a history to be taken in, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);
/// The history ends so many milliseconds ago: so long ago that wall time moves nobody any more.
const AGO: i64 = 60 * 60 * 1000;
/// Events of each customer, in the mean.
const EACH: u64 = 12;

/// Where a customer went on a ladder, when, and by what: all moves of both, one after the other.
type Moves = BTreeMap<(String, String), Vec<String>>;

/// Gives everybody the same history; panics if their moves differ.
pub(crate) fn check(broker: &Broker, args: &Args) {
    let customers = args.history / EACH;
    let now = i64::try_from(micros(SystemTime::now()) / 1000).expect("before year 292,000,000");
    let told = history(args.history, customers, now - AGO);
    let inputs = Stage::inputs(broker, "agreement");
    write(broker, &inputs, &told);
    // Maps have deadlines too, and at those a late event finds a customer judged already: so it
    // is the ladders alone that can be compared to the last instant.
    let (expected, refused) = take(broker, args, Peer::Ladders, &inputs, None);
    for peer in args.peers.iter().filter(|peer| peer.is_streams()) {
        let (its_moves, its_refused) = take(broker, args, *peer, &inputs, Some(&expected));
        same(*peer, &its_moves, Peer::Ladders, &expected);
        assert_eq!(its_refused, refused, "{peer} refuses as many as tidemark");
    }
    println!(
        "### Agreement: {} events of {customers} customers over 300 days\n\nRefunds, \
         cancellations, copies, late events. The same {} moves on both ladders by all, each with \
         the same instant, version and measures; the same {refused} records refused.\n",
        args.history,
        count(&expected),
    );
}

fn write(broker: &Broker, inputs: &[String; 2], told: &[Happening]) {
    let feeder = Feeder::new(broker.bootstrap(), Duration::from_millis(50)).expect("a feeder");
    for one in told {
        let topic = &inputs[usize::from(!one.is_paid)];
        feeder
            .send(topic, &one.customer, one.body.as_bytes())
            .expect("the feeder takes it");
    }
    feeder.flush(PATIENCE).expect("all events arrive");
}

/// Lets somebody take the history in; waits for what is expected, or else for silence.
fn take(
    broker: &Broker,
    args: &Args,
    peer: Peer,
    inputs: &[String; 2],
    expected: Option<&Moves>,
) -> (Moves, usize) {
    let stage = Stage::new(broker, &format!("agreement-{peer}"), inputs);
    let state = peer::state();
    let watcher = broker.watch(&[&stage.target.changes]);
    let mut running = peer.start(&stage, args, &Occasion::Backlog, state.path());
    let progress = Progress::new(broker, &stage);
    until("the history is taken in", PATIENCE, || {
        running.assert_running();
        (progress.events() >= args.history).then_some(())
    });
    progress::settled(broker, &stage.target.changes);
    let moves = moves(&watcher, expected);
    running.stop();
    let refused = broker.read_all(&stage.target.dead_letters, Isolation::Committed);
    (moves, refused.len())
}

/// What has been published, once that is as much as is expected or does not come in time.
fn moves(watcher: &Watcher, expected: Option<&Moves>) -> Moves {
    let deadline = SystemTime::now() + Duration::from_secs(20);
    until("the moves are read", PATIENCE, || {
        let moves = sorted(&watcher.seen());
        let is_late = SystemTime::now() > deadline;
        let is_as_expected = expected.is_none_or(|expected| count(expected) == count(&moves));
        (is_as_expected || is_late).then_some(moves)
    })
}

fn count(moves: &Moves) -> usize {
    moves.values().map(Vec::len).sum()
}

fn sorted(seen: &[Seen]) -> Moves {
    let mut all = Moves::new();
    let bodies = seen.iter().filter_map(|one| one.record.value.as_deref());
    for body in bodies.filter(|body| progress::is_of_ladders(body)) {
        let change: Value = serde_json::from_slice(body).expect("changes are JSON");
        let text = |key: &str| change[key].as_str().expect("changes have it").to_owned();
        let key = (text("customer_id"), text("ladder"));
        let line = format!(
            "{} {} -> {} {} {} {}",
            change["version"],
            text("from"),
            text("to"),
            text("direction"),
            text("effective_at"),
            change["reason"],
        );
        all.entry(key).or_default().push(line);
    }
    all
}

#[track_caller]
fn same(one: Peer, its: &Moves, other: Peer, others: &Moves) {
    let none = Vec::new();
    let keys = its.keys().chain(others.keys());
    let differing = keys.filter(|key| its.get(*key) != others.get(*key));
    let told: Vec<String> = differing
        .take(5)
        .map(|key| {
            let [one_says, other_says] =
                [its, others].map(|moves| moves.get(key).unwrap_or(&none).join("\n  "));
            format!("{key:?}\n {one}:\n  {one_says}\n {other}:\n  {other_says}")
        })
        .collect();
    assert!(told.is_empty(), "the moves differ\n{}", told.join("\n"));
}
