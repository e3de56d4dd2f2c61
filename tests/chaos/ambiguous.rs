//! Commits that arrive late: a request of one transaction that reaches the broker when the next is
//! open must not touch it, as Jepsen has shown that it may.

use std::collections::BTreeMap;

use tidemark::wire::ledger;

use super::proxy::{Api, At, Let};
use super::stage::{SOON, Stage, rounds};
use crate::broker::{Isolation, needs_kafka, until};
use crate::exactly_once::deployment::{Deployment, Instance};

/// Where the next transaction is when the late commit arrives: it has records, a part of them or
/// all, or its offsets, too.
const NEXT: [(Api, u32); 4] = [
    (Api::Produce, 2),
    (Api::AddOffsetsToTxn, 1),
    (Api::TxnOffsetCommit, 1),
    // The first is the copy that the client itself sends of the one that is late.
    (Api::EndTxn, 2),
];

/// Lets the next commit of an instance be lost with its connection; says what it was.
#[track_caller]
fn lose(stage: &Stage, owner: &str, api: Api, meanwhile: impl FnOnce()) -> Vec<u8> {
    let trap = stage.proxy.trap(owner, api, 1, At::Request);
    let lost = trap.wait(SOON);
    let lost = lost.unwrap_or_else(|| panic!("no {api:?}:\n{}", stage.log()));
    meanwhile();
    stage.proxy.spring(&trap, Let::Cut);
    lost
}

/// The error code of the answer to a commit.
fn refusal(answer: &[u8]) -> i16 {
    let code = answer.get(8..10).expect("an answer has a code");
    i16::from_be_bytes([code[0], code[1]])
}

/// Has one commit arrive when the next transaction is open; whether the broker took it.
#[track_caller]
fn arrives_late(stage: &mut Stage, owner: &str) -> bool {
    let (api, nth) = NEXT[stage.dice.roll(4) as usize];
    let mut next = None;
    let lost = lose(stage, owner, Api::EndTxn, || {
        next = Some(stage.proxy.trap(owner, api, nth, At::Request));
    });
    let next = next.expect("it was set meanwhile");
    assert!(
        next.wait(SOON).is_some(),
        "no next {api:?}:\n{}",
        stage.log()
    );
    let answer = stage.proxy.deliver(&lost).expect("the broker answers");
    stage.proxy.spring(&next, Let::Pass);
    refusal(&answer) == 0
}

#[test]
fn a_late_commit_does_not_touch_the_next_transaction() {
    needs_kafka!();
    let mut stage = Stage::set("late", 41, 300);
    let owner = stage.deployment.owner("one");
    let instance = stage.start("one");
    stage.wait_for_transactions(&owner, 3);
    let (rounds, mut taken) = (rounds(60), 0);
    for round in 1..=rounds {
        taken += u64::from(arrives_late(&mut stage, &owner));
        if round % 50 == 0 {
            println!("round {round}: {taken} late commits were taken");
        }
    }
    println!("{rounds} late commits, {taken} of them taken");
    let log = instance.log();
    let evidence = stage.close(vec![instance]);
    assert_eq!(taken, 0, "the broker took late commits");
    assert!(!log.contains("begins anew"), "it lost its lanes:\n{log}");
    assert!(evidence.moves().count() > 100);
}

/// The client says the same of a connection that breaks again only twice in half a minute.
#[test]
fn a_commit_is_doubted_however_often_its_connection_broke_before() {
    needs_kafka!();
    let mut stage = Stage::set("flapping", 42, 300);
    let owner = stage.deployment.owner("one");
    let instance = stage.start("one");
    stage.wait_for_transactions(&owner, 3);
    for round in 1..=rounds(5) {
        for _ in 0..3 {
            let told = stage.proxy.trap(&owner, Api::EndTxn, 1, At::Told);
            assert!(told.wait(SOON).is_some(), "{}", stage.log());
            stage.proxy.spring(&told, Let::Cut);
        }
        let taken = arrives_late(&mut stage, &owner);
        assert!(!taken, "round {round}: a late commit was taken");
    }
    stage.close(vec![instance]);
}

/// They would take the group back behind what the ledger says.
#[test]
fn late_offsets_do_not_touch_the_next_transaction() {
    needs_kafka!();
    let stage = Stage::set("offsets", 43, 300);
    let owner = stage.deployment.owner("one");
    let mut instance = stage.start("one");
    stage.wait_for_transactions(&owner, 3);
    for round in 1..=rounds(5) {
        // The copy that the client itself sends is the first; all is as it should be.
        let lost = lose(&stage, &owner, Api::TxnOffsetCommit, || ());
        stage.wait_for_transactions(&owner, 2);
        let next = stage.proxy.trap(&owner, Api::EndTxn, 1, At::Request);
        assert!(next.wait(SOON).is_some(), "{}", stage.log());
        let told = stage.proxy.trap(&owner, Api::EndTxn, 1, At::Told);
        stage.proxy.deliver(&lost).expect("the broker answers");
        stage.proxy.spring(&next, Let::Pass);
        assert!(told.wait(SOON).is_some(), "{}", stage.log());
        are_where_the_ledger_ends(&stage.deployment, round);
        instance = killed_and_started(&stage, instance);
        stage.proxy.spring(&told, Let::Cut);
        stage.wait_for_transactions(&owner, 3);
    }
    stage.close(vec![instance]);
}

/// What doubt is good for: an instance that believes what the client says of its commits.
#[cfg(feature = "teeth")]
#[test]
fn without_doubt_a_late_commit_is_seen_to_do_damage() {
    needs_kafka!();
    let mut stage = Stage::set("credulous", 44, 300);
    let owner = stage.deployment.owner("one");
    let through = stage.proxy.setting();
    let credulous = [("TIDEMARK_TOOTH", "doubt")];
    let start = |stage: &Stage| stage.deployment.start_in("one", &[&through], &credulous);
    let instance = start(&stage);
    stage.wait_for_transactions(&owner, 3);
    let mut taken = 0;
    let play = std::panic::AssertUnwindSafe(|| {
        for _ in 0..rounds(8) {
            taken += u64::from(arrives_late(&mut stage, &owner));
        }
        stage.close(vec![instance])
    });
    let seen = std::panic::catch_unwind(play).is_err();
    println!("{taken} late commits were taken");
    assert!(taken > 0, "no late commit was taken");
    assert!(seen, "late commits were taken, and nobody saw that");
}

fn killed_and_started(stage: &Stage, instance: Instance) -> Instance {
    instance.kill();
    stage.start("one")
}

/// What the group has committed is what the last entry of each lane says.
#[track_caller]
fn are_where_the_ledger_ends(deployment: &Deployment, round: u64) {
    let client = deployment.client();
    let mut ends = BTreeMap::new();
    for record in client.read_all(&deployment.ledger(), Isolation::Committed) {
        let entry = ledger::decode(record.value.as_deref().unwrap_or_default());
        let entry = entry.expect("the ledger holds entries");
        for read in entry.reads {
            ends.insert((read.topic.clone(), entry.lane.0), read.next.0);
        }
    }
    let committed = until("the group's offsets are known", SOON, || {
        let committed = deployment.committed();
        (!committed.is_empty()).then_some(committed)
    });
    for (place, at) in committed {
        let end = ends.get(&place).copied().unwrap_or(0);
        assert_eq!(
            at, end,
            "round {round}: the group against the ledger: {place:?}"
        );
    }
}
