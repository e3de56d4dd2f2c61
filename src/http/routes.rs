//! Which path is answered by what.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::telemetry::{PAGE_TYPE, Telemetry};

use super::{Limits, Site, health, index, policy, query};

/// How long the page of metrics is shown again as it was: a flood of scrapes costs the workers
/// nothing.
const PAGE_AGE_MAX: Duration = Duration::from_millis(500);

pub(super) fn router(site: Site, limits: Limits) -> Router {
    let metrics = Router::new()
        .route("/metrics", get(metrics))
        .with_state(Arc::new(Page::new(site.telemetry.clone())));
    let asking = Router::new()
        .route("/livez", get(health::live))
        .route("/v1/customers", get(query::by_form))
        .route("/v1/customers/{id}", get(query::by_path))
        .with_state((site.clone(), limits));
    Router::new()
        .route("/", get(index::index))
        .route("/readyz", get(health::ready))
        .route("/v1/policy", get(policy::show).post(policy::give))
        .layer(DefaultBodyLimit::max(limits.body_bytes_max))
        .with_state(site)
        .merge(metrics)
        .merge(asking)
        .fallback(|| async { fault(StatusCode::NOT_FOUND, "there is no such page") })
        .layer(map_response(guarded))
}

/// Nothing here is for caches, and nothing is what it was not declared to be.
async fn guarded(mut response: Response) -> Response {
    const GUARDS: [(HeaderName, HeaderValue); 2] = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    response.headers_mut().extend(GUARDS);
    response
}

/// A JSON document.
pub(super) fn document(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// A JSON document that says what is wrong.
pub(super) fn fault(status: StatusCode, what: impl Into<Value>) -> Response {
    document(status, json!({ "error": what.into() }).to_string())
}

/// The page of metrics as it was last made.
struct Page {
    telemetry: Telemetry,
    last: Mutex<Option<(Instant, String)>>,
}

impl Page {
    fn new(telemetry: Telemetry) -> Self {
        Self {
            telemetry,
            last: Mutex::default(),
        }
    }

    fn text(&self) -> String {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((made, text)) if made.elapsed() < PAGE_AGE_MAX => text.clone(),
            _ => {
                let text = self.telemetry.page();
                *last = Some((Instant::now(), text.clone()));
                text
            }
        }
    }
}

async fn metrics(State(page): State<Arc<Page>>) -> Response {
    ([(header::CONTENT_TYPE, PAGE_TYPE)], page.text()).into_response()
}
