//! Whether the service lives, and what keeps it from being ready.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::model::ids::LaneId;
use crate::telemetry::{LaneGauges, LaneState, Telemetry};

use super::routes::document;
use super::{Limits, Site};

/// As many lanes are named in one answer.
const LANES_NAMED_MAX: usize = 16;

/// `/livez`: do the workers' loops turn? Does not depend on the cluster.
pub(super) async fn live(State((site, limits)): State<(Site, Limits)>) -> Response {
    let why = hanging(&site.telemetry, limits.turn_within);
    document(
        status(why.is_empty()),
        json!({ "alive": why.is_empty(), "why": why }).to_string(),
    )
}

/// `/readyz`: does every worker have its lanes, restored, and memory to go on?
pub(super) async fn ready(State(site): State<Site>) -> Response {
    let why = blocks(&site.telemetry);
    document(
        status(why.is_empty()),
        json!({ "ready": why.is_empty(), "why": why }).to_string(),
    )
}

fn status(good: bool) -> StatusCode {
    if good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

/// Workers that hang.
fn hanging(telemetry: &Telemetry, turn_within: Duration) -> Vec<String> {
    let workers = telemetry.workers().iter();
    workers
        .filter(|worker| worker.since_turn() > turn_within)
        .map(|worker| {
            let seconds = worker.since_turn().as_secs();
            format!(
                "worker {} has not come round for {seconds} s",
                worker.worker()
            )
        })
        .collect()
}

/// What keeps the service from being ready. A worker that the group has given no lane is ready: it
/// stands by.
pub(super) fn blocks(telemetry: &Telemetry) -> Vec<String> {
    let mut why = Vec::new();
    if telemetry.is_stopping() {
        why.push("the service is stopping".to_owned());
    }
    for worker in telemetry
        .workers()
        .iter()
        .filter(|worker| !worker.is_assigned())
    {
        why.push(format!(
            "no assignment: worker {} waits for its group",
            worker.worker()
        ));
    }
    let workers = telemetry.workers().iter();
    for worker in workers.filter(|worker| !worker.is_publishing()) {
        why.push(format!(
            "worker {} cannot publish: it looks for another producer",
            worker.worker()
        ));
    }
    let memory = telemetry.memory();
    if memory.is_paused() {
        let (in_use, limit) = (memory.in_use(), memory.limit());
        why.push(format!(
            "intake is paused: {in_use} bytes of memory are in use, state.max_bytes is {limit}; \
             raise it if the machine has more, or start another instance"
        ));
    }
    let lanes = telemetry.lanes();
    let stopped = lanes
        .iter()
        .filter(|lane| lane.state() == LaneState::Stopped);
    why.extend(stopped.map(|lane| stands_still(lane.lane())));
    let restoring = lanes
        .iter()
        .filter(|lane| lane.state() == LaneState::Restoring);
    let lines = restoring.map(|lane| being_restored(lane));
    let (named, more): (Vec<_>, Vec<_>) =
        lines.enumerate().partition(|(i, _)| *i < LANES_NAMED_MAX);
    why.extend(named.into_iter().map(|(_, line)| line));
    if !more.is_empty() {
        why.push(format!("{} more lanes are being restored", more.len()));
    }
    why
}

/// Says that a lane goes no further.
pub(super) fn stands_still(lane: LaneId) -> String {
    format!("lane {lane} stands still: records that it needs are gone; the log says which")
}

/// Says how far a lane has come.
pub(super) fn being_restored(lane: &LaneGauges) -> String {
    let percent = (lane.restored() * 100.0).floor();
    let left = lane.left().map_or(String::new(), |left| {
        format!(", about {} s left", left.as_secs() + 1)
    });
    format!(
        "lane {} is being restored: {percent:.0} %{left}",
        lane.lane()
    )
}
