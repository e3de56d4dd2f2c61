//! The front page: what a person sees who opens the address in a browser.

use std::fmt::Write;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::model::ids::LaneId;
use crate::telemetry::{Lanes, Population, Telemetry};

use super::{Site, health};

const PAGE: &str = include_str!("index.html");
const FORM: &str = "<form action=\"/v1/customers\"><input name=\"id\" placeholder=\"customer id\" \
                    aria-label=\"customer id\" required><button>look up</button></form><br>\n";
/// The page loads nothing from anywhere and runs no script.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
);

/// `/`.
pub(super) async fn index(State(site): State<Site>) -> Response {
    (
        [(header::CONTENT_SECURITY_POLICY, POLICY)],
        Html(page(&site)),
    )
        .into_response()
}

fn page(site: &Site) -> String {
    let telemetry = &site.telemetry;
    let policy = telemetry.policy();
    let hash = policy.hash.as_str();
    let about = format!(
        "tidemark {} · policy {} v{} · {}",
        env!("CARGO_PKG_VERSION"),
        escaped(&policy.name),
        policy.version,
        escaped(hash.get(..12).unwrap_or(hash))
    );
    let why = health::blocks(telemetry);
    let state = match why.is_empty() {
        true => "<span class=\"state\">ready</span>",
        false => "<span class=\"state waits\">not ready</span>",
    };
    let mut cards = numbers(telemetry);
    for population in telemetry.population() {
        write_population(&mut cards, &population);
    }
    filled(&[
        ("{title}", &escaped(&site.title)),
        ("{state}", state),
        ("{about}", &about),
        ("{blocks}", &blocks(&why)),
        ("{cards}", &cards),
        ("{form}", if site.customers { FORM } else { "" }),
    ])
}

/// The page with its places filled, each text taken as it is.
fn filled(texts: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(2 * PAGE.len());
    let mut rest = PAGE;
    let next = |rest: &str| {
        let places = texts
            .iter()
            .filter_map(|(place, text)| Some((rest.find(place)?, place, text)));
        places
            .min_by_key(|(at, ..)| *at)
            .map(|(at, place, text)| (at, at + place.len(), *text))
    };
    while let Some((at, end, text)) = next(rest) {
        page.push_str(&rest[..at]);
        page.push_str(text);
        rest = &rest[end..];
    }
    page.push_str(rest);
    page
}

fn blocks(why: &[String]) -> String {
    if why.is_empty() {
        return String::new();
    }
    let lines: String = why
        .iter()
        .map(|line| format!("<li>{}</li>", escaped(line)))
        .collect();
    format!("<section class=\"wide\"><h2>Not ready, because</h2><ul>{lines}</ul></section>\n")
}

fn numbers(telemetry: &Telemetry) -> String {
    let lanes = telemetry.lanes();
    let here: Vec<LaneId> = lanes.iter().map(|lane| lane.lane()).collect();
    let lag: u64 = lanes
        .iter()
        .flat_map(|lane| lane.lag().collect::<Vec<_>>())
        .sum();
    let held: u64 = lanes.iter().map(|lane| lane.held()).sum();
    let customers: u64 = lanes.iter().map(|lane| lane.customers()).sum();
    let latency = telemetry.event_to_change();
    let shown = |length: std::time::Duration| match latency.count {
        0 => "–".to_owned(),
        _ => format!("{} ms", length.as_millis()),
    };
    let mut card = String::from("<section><h2>Now</h2><dl>");
    for (name, value) in [
        ("lanes", Lanes(&here).to_string()),
        ("customers", customers.to_string()),
        ("records consumed", telemetry.consumed().to_string()),
        ("records unread", lag.to_string()),
        ("moves held", held.to_string()),
        ("to be passed over", telemetry.awaiting().to_string()),
        ("event to change, p50", shown(latency.p50)),
        ("event to change, p99", shown(latency.p99)),
    ] {
        let _ = write!(card, "<dt>{name}</dt><dd>{value}</dd>");
    }
    card + "</dl></section>\n"
}

fn write_population(cards: &mut String, population: &Population) {
    let total: u64 = population.ranks.iter().map(|(_, count)| count).sum();
    let _ = write!(cards, "<section><h2>{}</h2>", escaped(&population.scale));
    for (rank, count) in population.ranks.iter().rev() {
        let rank = escaped(rank);
        let _ = write!(
            cards,
            "<div class=\"rank\"><span>{rank}</span><meter min=\"0\" max=\"{}\" value=\"{count}\">\
             </meter><b>{count}</b></div>",
            total.max(1)
        );
    }
    cards.push_str("</section>\n");
}

/// A text as it stands in HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(c),
        }
    }
    safe
}
