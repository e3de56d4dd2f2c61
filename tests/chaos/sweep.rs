//! Every request of one cycle, from the first word of an instance to its commit, before the broker
//! has it, before the instance has the reply and after: killed, paused, cut off or held up just
//! there. The test command tries some of them; `TIDEMARK_ROUNDS=180` tries all.

use std::time::{Duration, Instant};

use super::proxy::{Api, At, Let};
use super::stage::{SOON, Stage, rounds};
use crate::broker::{needs_kafka, until, wait_for};
use crate::exactly_once::deployment::Instance;

/// Those that are asked at the start, and whether so.
const CYCLE: [(Api, bool); 15] = [
    (Api::Handshake, true),
    (Api::Metadata, true),
    (Api::FindCoordinator, true),
    (Api::InitProducerId, true),
    (Api::JoinGroup, true),
    (Api::SyncGroup, true),
    (Api::OffsetFetch, true),
    (Api::ListOffsets, true),
    (Api::Fetch, true),
    (Api::Heartbeat, false),
    (Api::AddPartitionsToTxn, false),
    (Api::Produce, false),
    (Api::AddOffsetsToTxn, false),
    (Api::TxnOffsetCommit, false),
    (Api::EndTxn, false),
];
const PLACES: [At; 3] = [At::Request, At::Reply, At::Told];
const DEEDS: [Deed; 4] = [Deed::Kill, Deed::Stop, Deed::Cut, Deed::Hold];
/// In the test command.
const FEW: u64 = 14;
/// How long it is paused or held up.
const WHILE: Duration = Duration::from_millis(1_500);

/// What happens at a boundary.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Kill,
    Stop,
    Cut,
    Hold,
}

#[test]
fn whatever_happens_between_two_requests_leaves_no_trace() {
    needs_kafka!();
    let mut stage = Stage::crowded("sweep", 45, 150);
    let mut cases: Vec<_> = CYCLE
        .iter()
        .flat_map(|asked| PLACES.iter().map(move |at| (*asked, *at)))
        .flat_map(|case| DEEDS.iter().map(move |deed| (case, *deed)))
        .collect();
    let wanted = cases.len().min(rounds(FEW) as usize);
    let owner = stage.deployment.owner("one");
    let mut instance = stage.start("one");
    stage.wait_for_transactions(&owner, 3);
    for _ in 0..wanted {
        let next = stage.dice.roll(cases.len() as u64) as usize;
        let (((api, at_start), at), deed) = cases.swap_remove(next);
        let began = Instant::now();
        let trap = if at_start {
            instance.kill();
            let trap = stage.proxy.trap(&owner, api, 1, at);
            instance = stage.start("one");
            trap
        } else {
            stage.proxy.trap(&owner, api, 1, at)
        };
        assert!(
            trap.wait(SOON).is_some(),
            "no {api:?} {at:?}:\n{}",
            stage.log()
        );
        let how = [Let::Pass, Let::Cut][stage.dice.roll(2) as usize];
        match deed {
            Deed::Kill => {
                instance.kill();
                stage.proxy.spring(&trap, how);
                instance = stage.start("one");
            }
            Deed::Stop => {
                instance.signal("STOP");
                stage.proxy.spring(&trap, how);
                wait_for(Instant::now() + WHILE);
                instance.signal("CONT");
            }
            Deed::Cut => stage.proxy.spring(&trap, Let::Cut),
            Deed::Hold => {
                wait_for(Instant::now() + WHILE);
                stage.proxy.spring(&trap, Let::Pass);
            }
        }
        instance = goes_on(&stage, instance, &owner);
        println!(
            "{api:?} {at:?} {deed:?}: {} ms",
            began.elapsed().as_millis()
        );
    }
    println!("{wanted} of 180 boundaries");
    stage.disperse(vec![instance]);
}

/// The instance, or the next, if it has ended as one may that cannot reach the broker at its start.
#[track_caller]
fn runs(stage: &Stage, mut instance: Instance) -> Instance {
    match instance.ended() {
        None => instance,
        Some(status) => {
            assert_eq!(status.code(), Some(69), "{}", instance.log());
            stage.start("one")
        }
    }
}

/// Waits until an instance of that name commits again.
#[track_caller]
pub(super) fn goes_on(stage: &Stage, instance: Instance, owner: &str) -> Instance {
    let mut instance = Some(instance);
    let witness = stage.proxy.witness();
    let before = witness.ended(owner);
    until("it commits again", SOON, || {
        instance = instance.take().map(|it| runs(stage, it));
        (witness.ended(owner) > before + 1).then_some(())
    });
    instance.expect("it was put back")
}
