//! Where one customer stands, asked of the worker that has the customer's lane.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::directory::{NotAsked, Question, Told};
use crate::model::ids::LaneId;
use crate::telemetry::{LaneState, Lanes};

use super::health::{being_restored, stands_still};
use super::routes::{document, fault};
use super::{Limits, Site};

/// `/v1/customers/{id}`.
pub(super) async fn by_path(
    State((site, limits)): State<(Site, Limits)>,
    Path(customer): Path<String>,
) -> Response {
    standing(&site, limits, customer).await
}

/// `/v1/customers?id=`: the same, as a form asks it.
pub(super) async fn by_form(
    State((site, limits)): State<(Site, Limits)>,
    Query(mut form): Query<BTreeMap<String, String>>,
) -> Response {
    match form.remove("id") {
        Some(customer) => standing(&site, limits, customer.trim().to_owned()).await,
        None => fault(StatusCode::BAD_REQUEST, "ask for /v1/customers/{id}"),
    }
}

async fn standing(site: &Site, limits: Limits, customer: String) -> Response {
    if !site.customers {
        return fault(
            StatusCode::NOT_FOUND,
            "questions about customers are not answered here",
        );
    }
    let Some(mut lane) = site.directory.lane_of(&customer) else {
        return later(fault(
            StatusCode::SERVICE_UNAVAILABLE,
            "the number of lanes is not known yet: the cluster has not been reached",
        ));
    };
    loop {
        match ask(site, limits, lane, &customer).await {
            Ok(Told::Known(body)) => return document(StatusCode::OK, body),
            Ok(Told::Unknown) => return fault(StatusCode::NOT_FOUND, "the customer is not known"),
            // To a smaller number each time, so that this ends.
            Ok(Told::Moved(to)) => lane = to,
            Err(response) => return *response,
        }
    }
}

/// What a lane's worker knows of a customer; what to say where it cannot be asked.
async fn ask(
    site: &Site,
    limits: Limits,
    lane: LaneId,
    customer: &str,
) -> Result<Told, Box<Response>> {
    let (answer, answered) = oneshot::channel();
    let question = Question {
        lane,
        customer: customer.to_owned(),
        // A client that has gone does not listen any more.
        answer: Box::new(move |found| drop(answer.send(found))),
    };
    if let Err(why) = site.directory.ask(question) {
        return Err(Box::new(not_asked(site, lane, why)));
    }
    match timeout(limits.answer_within, answered).await {
        Ok(Ok(told)) => Ok(told),
        Ok(Err(_)) => Err(Box::new(not_asked(site, lane, NotAsked::Elsewhere(lane)))),
        Err(_) => {
            let within = limits.answer_within.as_millis();
            let what = format!("the worker of lane {lane} did not answer within {within} ms");
            Err(Box::new(fault(StatusCode::GATEWAY_TIMEOUT, what)))
        }
    }
}

/// Why nobody could be asked, and where the lane is.
fn not_asked(site: &Site, lane: LaneId, why: NotAsked) -> Response {
    let lanes = site.telemetry.lanes();
    let here: Vec<LaneId> = lanes.iter().map(|lane| lane.lane()).collect();
    let gauges = lanes.iter().find(|gauges| gauges.lane() == lane);
    let what = match (why, gauges) {
        (NotAsked::Elsewhere(_), Some(gauges)) if gauges.state() == LaneState::Restoring => {
            being_restored(gauges)
        }
        (NotAsked::Elsewhere(_), Some(gauges)) if gauges.state() == LaneState::Stopped => {
            stands_still(lane)
        }
        (NotAsked::Elsewhere(_), Some(_)) => format!("lane {lane} is moving"),
        (NotAsked::Elsewhere(_), None) => format!("lane {lane} is with another instance"),
        (NotAsked::Busy(_), _) => why.to_string(),
    };
    let body = json!({
        "error": what,
        "lane": lane.0,
        "lanes": site.directory.lanes(),
        "here": Lanes(&here).to_string(),
    });
    later(document(StatusCode::SERVICE_UNAVAILABLE, body.to_string()))
}

/// Worth asking again in a second.
fn later(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
