//! `/readyz`: what keeps the service from being ready.

use tidemark::http::Limits;
use tidemark::model::ids::LaneId;
use tidemark::telemetry::happening::{LanesMoved, ProducerLost, ProducerRenewed, WorkerRestarted};
use tidemark::telemetry::{LaneState, Rebalance, Renewal, Restart};

use crate::client::get;
use crate::shop::{serve, site};

#[test]
fn ready_says_why_not() {
    let site = site();
    let server = serve(&site, Limits::default());
    let ready = || {
        let answer = get(server.address(), "/readyz");
        (answer.status, answer.body)
    };
    let told = |why: &str| (503, format!(r#"{{"ready":false,"why":["{why}"]}}"#));
    assert_eq!(ready(), told("no assignment: worker 0 waits for its group"));
    let lanes = [LaneId(4)];
    let worker = site.telemetry.worker(0);
    worker.tell(&LanesMoved {
        worker: 0,
        kind: Rebalance::Assigned,
        lanes: &lanes,
    });
    let lane = site.telemetry.lane(LaneId(4));
    assert_eq!(ready(), told("lane 4 is being restored: 0 %"));
    lane.set_restored(1, 3);
    let why = "lane 4 is being restored: 33 %, about 1 s left";
    assert_eq!(ready(), told(why));
    lane.set_state(LaneState::Running);
    assert_eq!(ready(), (200, r#"{"ready":true,"why":[]}"#.to_owned()));
    let memory = site.telemetry.memory();
    memory.set_in_use(1_001);
    memory.set_limit(Some(1_000));
    memory.set_paused(true);
    assert_eq!(
        ready(),
        told(
            "intake is paused: 1001 bytes of memory are in use, state.max_bytes is 1000; raise it \
             if the machine has more, or start another instance"
        )
    );
    memory.set_paused(false);
    assert_eq!(ready().0, 200);
    worker.tell(&LanesMoved {
        worker: 0,
        kind: Rebalance::Revoked,
        lanes: &lanes,
    });
    assert_eq!(ready(), told("no assignment: worker 0 waits for its group"));
    worker.tell(&LanesMoved {
        worker: 0,
        kind: Rebalance::Assigned,
        lanes: &[],
    });
    assert_eq!(ready().0, 200, "a worker without lanes stands by");
    worker.tell(&WorkerRestarted {
        worker: 0,
        reason: Restart::ClientError,
        why: "all brokers are down",
    });
    assert_eq!(ready(), told("no assignment: worker 0 waits for its group"));
    worker.tell(&LanesMoved {
        worker: 0,
        kind: Rebalance::Assigned,
        lanes: &lanes,
    });
    site.telemetry.stop();
    assert_eq!(ready(), told("the service is stopping"));
}

#[test]
fn ready_says_that_nothing_can_be_published() {
    let site = site();
    let server = serve(&site, Limits::default());
    let ready = || get(server.address(), "/readyz").body;
    let worker = site.telemetry.worker(0);
    let why = "worker 0 cannot publish: it looks for another producer";
    let lost = "a commit timed out";
    worker.tell(&ProducerLost {
        worker: 0,
        why: lost,
    });
    assert!(ready().contains(why), "{}", ready());
    worker.tell(&ProducerRenewed {
        worker: 0,
        reason: Renewal::AmbiguousCommit,
        arrived: false,
    });
    assert!(!ready().contains(why));
}
