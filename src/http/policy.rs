//! The policy over HTTP: which one is in force, how far the lanes are with it, and, where that is
//! allowed, another one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::model::ids::LaneId;
use crate::telemetry::{Declined, Lanes};

use super::Site;
use super::routes::{document, fault};

/// What a policy comes as. A page of another site cannot make a browser send it without asking.
const TYPE: &str = "application/toml";

/// What a policy is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// The hash of its text.
    pub hash: String,
}

/// What became of a policy that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// The lanes adopt it.
    Taken(Named),
    /// It is the one given last.
    Known(Named),
}

/// Why a policy was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What kind of reason there is.
    pub reason: Declined,
    /// All of it, for people.
    pub why: String,
}

type Take = dyn Fn(&str) -> Result<Given, Refused> + Send + Sync;

/// Takes the text of a policy; may wait.
#[derive(Clone)]
pub struct Taker(Arc<Take>);

impl Taker {
    /// One that does that with a text.
    pub fn new(take: impl Fn(&str) -> Result<Given, Refused> + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }
}

impl fmt::Debug for Taker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Taker")
    }
}

/// `GET /v1/policy`: the policy given last, the lanes by what they decide by, and how many
/// customers are still to be judged.
pub(super) async fn show(State(site): State<Site>) -> Response {
    let policy = site.telemetry.policy();
    let mut lanes: BTreeMap<String, Vec<LaneId>> = BTreeMap::new();
    for lane in site.telemetry.lanes() {
        if let Some(hash) = lane.policy() {
            lanes.entry(hash).or_default().push(lane.lane());
        }
    }
    let lanes: BTreeMap<String, String> = lanes
        .into_iter()
        .map(|(hash, lanes)| (hash, Lanes(&lanes).to_string()))
        .collect();
    let body = json!({
        "name": policy.name,
        "version": policy.version,
        "hash": policy.hash,
        "awaiting_customers": site.telemetry.awaiting(),
        "lanes": lanes,
    });
    document(StatusCode::OK, body.to_string())
}

/// `POST /v1/policy`: another policy, as TOML.
pub(super) async fn give(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(taker) = site.policies else {
        return fault(
            StatusCode::NOT_FOUND,
            "policies are not taken here: http.policy is false",
        );
    };
    if headers.get(header::CONTENT_TYPE).map(|it| it.as_bytes()) != Some(TYPE.as_bytes()) {
        let what = format!("a policy comes with content-type: {TYPE}");
        return fault(StatusCode::UNSUPPORTED_MEDIA_TYPE, what);
    }
    let Ok(text) = String::from_utf8(body.into()) else {
        return fault(StatusCode::BAD_REQUEST, "the text is not UTF-8");
    };
    let taken = spawn_blocking(move || taker.0(&text)).await;
    match taken {
        Ok(Ok(Given::Taken(policy))) => told(StatusCode::ACCEPTED, &policy),
        Ok(Ok(Given::Known(policy))) => told(StatusCode::OK, &policy),
        Ok(Err(refused)) => declined(&refused),
        Err(_) => fault(StatusCode::INTERNAL_SERVER_ERROR, "this is a bug"),
    }
}

fn told(status: StatusCode, policy: &Named) -> Response {
    let body = json!({
        "name": policy.name,
        "version": policy.version,
        "hash": policy.hash,
    });
    document(status, body.to_string())
}

fn declined(refused: &Refused) -> Response {
    let status = match refused.reason {
        Declined::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Declined::Unanswerable => StatusCode::CONFLICT,
        Declined::Unreadable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({ "error": refused.why, "reason": refused.reason.name() });
    document(status, body.to_string())
}
