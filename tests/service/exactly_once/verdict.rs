//! The one check that every test of exactly-once ends with: all that can be read from outside after
//! a deployment has stopped, held against each other.

use std::collections::BTreeMap;

use tidemark::lane::ledger::Entry;
use tidemark::model::ids::LaneId;
use tidemark::model::partitioner::lane_of;
use tidemark::policy::declared::Policy;
use tidemark::wire::{ledger, policy};

use super::books;
use super::chains;
use super::deployment::Deployment;
use super::files;
use super::shop_load::Sent;
use crate::broker::{Isolation, Record, Watcher};

/// Everything committed, as it lies in the topics.
pub(crate) struct Evidence {
    /// Of each input topic.
    pub(crate) inputs: Vec<Vec<Record>>,
    /// Changes and warnings.
    pub(crate) changes: Vec<Record>,
    pub(crate) current: Vec<Record>,
    pub(crate) dead_letters: Vec<Record>,
    /// By lane.
    pub(crate) ledger: BTreeMap<LaneId, Vec<Entry>>,
    /// Records of aborted transactions.
    pub(crate) aborted: usize,
    /// Those of the ledger among them: of units that were on their way to be committed.
    pub(crate) aborted_units: usize,
    pub(crate) policy: Policy,
    pub(crate) lanes: i32,
}

impl Evidence {
    fn read(deployment: &Deployment) -> Self {
        let read = |topic: &str| deployment.client().read_all(topic, Isolation::Committed);
        let all = |topic: &str| deployment.client().read_all(topic, Isolation::Uncommitted);
        let [changes, current, dead_letters, entries] = deployment.outputs().map(|it| read(&it));
        let committed = [&changes, &current, &dead_letters, &entries].map(Vec::len);
        let written = deployment.outputs().map(|topic| all(&topic).len());
        let [.., aborted_units] = [0, 1, 2, 3].map(|ix| written[ix] - committed[ix]);
        let mut ledger: BTreeMap<LaneId, Vec<Entry>> = BTreeMap::new();
        for record in entries {
            let entry = ledger::decode(record.value.as_deref().unwrap_or_default());
            let entry = entry.expect("the ledger holds entries");
            assert_eq!(
                entry.lane.0, record.partition,
                "an entry lies with its lane"
            );
            ledger.entry(entry.lane).or_default().push(entry);
        }
        let text = std::fs::read_to_string(deployment.policy()).expect("the policy is there");
        Self {
            inputs: deployment.all_inputs().iter().map(|it| read(it)).collect(),
            changes,
            current,
            dead_letters,
            ledger,
            aborted: written.iter().sum::<usize>() - committed.iter().sum::<usize>(),
            aborted_units,
            policy: policy::parse("policy.toml", &text).expect("the policy is sound"),
            lanes: deployment.lanes(),
        }
    }

    /// The changes.
    pub(crate) fn moves(&self) -> impl Iterator<Item = &Record> {
        self.changes.iter().filter(|record| chains::is_move(record))
    }

    /// The warnings among them.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &Record> {
        self.changes
            .iter()
            .filter(|record| chains::is_warning(record))
    }

    /// The lane of a customer.
    pub(crate) fn lane(&self, customer: &[u8]) -> LaneId {
        lane_of(customer, self.lanes)
    }
}

/// Holds what a stopped deployment has published against all there is to hold it against. `sent` is
/// all that its inputs were sent; the watcher read along from before the first start.
///
/// 1. The changes and warnings, lane by lane, are those that `tidemark replay --from-kafka` makes,
///    byte by byte.
/// 2. The watcher saw exactly the committed records, each once, in order.
/// 3. See [`chains`]: no version or number of a warning is missing or twice; the standings follow
///    the changes.
/// 4. See [`books`]: nothing that was sent is missing in the ledger or counted twice; the group's
///    offsets are where the ledger ends; bad records came back as they were.
/// 5. See [`files`]: files of the same events lead to the same changes.
#[track_caller]
pub(crate) fn verdict(deployment: &Deployment, sent: &[Sent], watcher: Watcher) -> Evidence {
    let evidence = basics(deployment, sent, watcher);
    for entries in evidence.ledger.values() {
        let all = entries.iter().all(|it| it.policy == evidence.policy.hash);
        assert!(all, "another policy was in force");
    }
    books::bad_records_came_back(&evidence, sent);
    files::lead_to_the_same(deployment, &evidence);
    evidence
}

/// The same without what needs one policy for all (the dead letters and the files).
#[track_caller]
pub(crate) fn basics(deployment: &Deployment, sent: &[Sent], watcher: Watcher) -> Evidence {
    let evidence = soundness(deployment, watcher);
    books::balance(&evidence, sent);
    evidence
}

/// The same without what needs to be known of what was sent.
#[track_caller]
pub(crate) fn soundness(deployment: &Deployment, watcher: Watcher) -> Evidence {
    let evidence = Evidence::read(deployment);
    println!(
        "{} records read; committed: {} changes, {} warnings, {} standings, {} dead letters, \
         {} units; {} records in aborted transactions, {} of them units",
        evidence.inputs.iter().map(Vec::len).sum::<usize>(),
        evidence.moves().count(),
        evidence.warnings().count(),
        evidence.current.len(),
        evidence.dead_letters.len(),
        evidence.ledger.values().map(Vec::len).sum::<usize>(),
        evidence.aborted,
        evidence.aborted_units,
    );
    are_repeated(deployment, &evidence);
    were_seen(deployment, &evidence, watcher);
    chains::have_no_gaps(&evidence);
    chains::lead_to_the_standings(&evidence);
    books::follow_each_other(&evidence);
    let marks = deployment.marks();
    books::end_where_the_group_is(&evidence, &deployment.committed(), &marks);
    evidence
}

/// The replay along the ledger makes the same changes in the same order.
#[track_caller]
fn are_repeated(deployment: &Deployment, evidence: &Evidence) {
    let out = deployment.file("repeated.ndjson");
    let out_text = out.to_str().expect("a UTF-8 path");
    let arguments = ["replay", "--from-kafka", "--changes", out_text];
    let replay = deployment.run_to_end(&arguments);
    let said = String::from_utf8_lossy(&replay.stderr);
    assert!(replay.status.success(), "replay: {}\n{said}", replay.status);
    let repeated = std::fs::read(&out).expect("the replay has written it");
    let mut by_lane: BTreeMap<LaneId, Vec<&[u8]>> = BTreeMap::new();
    let mut last = LaneId(0);
    for line in repeated
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let lane = evidence.lane(chains::Said::read(line).customer().as_bytes());
        assert!(lane >= last, "the replay goes lane by lane");
        last = lane;
        by_lane.entry(lane).or_default().push(line);
    }
    let mut published: BTreeMap<LaneId, Vec<&[u8]>> = BTreeMap::new();
    for record in &evidence.changes {
        let value = record.value.as_deref().expect("a change has a value");
        published
            .entry(LaneId(record.partition))
            .or_default()
            .push(value);
    }
    assert!(
        !published.is_empty(),
        "nothing was published, so nothing is proved"
    );
    for lane in published.keys().chain(by_lane.keys()) {
        let [published, repeated] = [&published, &by_lane].map(|it| it.get(lane));
        assert_same(&format!("changes of lane {lane}"), published, repeated);
    }
}

/// A reader of committed records that came before the first and stayed saw what there is.
#[track_caller]
fn were_seen(deployment: &Deployment, evidence: &Evidence, watcher: Watcher) {
    let mut seen: BTreeMap<(String, i32), Vec<Record>> = BTreeMap::new();
    for it in watcher.finish() {
        let place = (it.record.topic.clone(), it.record.partition);
        seen.entry(place).or_default().push(it.record);
    }
    let committed = [&evidence.changes, &evidence.current, &evidence.dead_letters];
    for (topic, records) in deployment.outputs().iter().zip(committed) {
        for partition in 0..deployment.lanes() {
            let of_it = |record: &&Record| record.partition == partition;
            let committed: Vec<Record> = records.iter().filter(of_it).cloned().collect();
            let seen = seen.remove(&(topic.clone(), partition)).unwrap_or_default();
            assert_same(
                &format!("{topic}-{partition}"),
                Some(&committed),
                Some(&seen),
            );
        }
    }
}

/// Two lists are equal; says where they part, not all they hold.
#[track_caller]
fn assert_same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    one: Option<&Vec<T>>,
    other: Option<&Vec<T>>,
) {
    let (one, other) = (
        one.map_or(&[][..], Vec::as_slice),
        other.map_or(&[][..], Vec::as_slice),
    );
    if one == other {
        return;
    }
    let apart = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count();
    panic!(
        "{what}: {} against {}; they part at {apart}:\n{:?}\n{:?}",
        one.len(),
        other.len(),
        one.get(apart),
        other.get(apart),
    );
}
