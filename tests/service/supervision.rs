//! Several workers in one process: what befalls one of them reaches the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tidemark::directory::Directory;
use tidemark::kafka::connection::Connection;
use tidemark::lane::pacing::Pacing;
use tidemark::model::time::Span;
use tidemark::port::Trouble;
use tidemark::runtime::clock::Wall;
use tidemark::runtime::memory::Resident;
use tidemark::runtime::plan::Plan;
use tidemark::runtime::policies::Policies;
use tidemark::runtime::supervisor::Crew;
use tidemark::telemetry::Telemetry;

use crate::shop;

fn plan() -> Plan {
    Plan {
        policies: Policies::new(shop::edition(), 1),
        lanes: 1,
        transfers: None,
        topics: ["a", "b"].map(str::to_owned).into(),
        source: "/tidemark/test".to_owned(),
        pacing: Pacing {
            records_max: 1,
            bytes_max: 1,
            age_max: Span(1),
            change_wait: Span(1),
            stretch: 1,
        },
        deadlines_per_second: None,
        pause: Span(1),
        merge_wait: Span(1),
        memory_max: None,
        record_bytes_max: 256,
        agreement_wait: Span(1),
        snapshots: None,
    }
}

#[test]
fn a_worker_that_panics_stops_those_before_it_too() {
    let plan = plan();
    let stop = AtomicBool::new(false);
    let crew = Crew {
        telemetry: Telemetry::new(&plan.policies.newest().policy, &["a", "b"], 2),
        plan: Arc::new(plan),
        connect: |worker| -> Result<Connection, Trouble> {
            assert_eq!(worker, 0, "the second worker has a bug");
            Err(Trouble::Restart("no broker".to_owned()))
        },
        follow: None,
        clock: Wall,
        memory: Resident,
        directory: Directory::new(),
        stop: &stop,
        give_up_after: Duration::from_secs(60),
    };
    let trouble = crew.work().expect_err("a panic is trouble");
    assert_eq!(trouble.to_string(), "worker 1 panicked; this is a bug");
    assert!(stop.load(Ordering::SeqCst));
}
