//! The Grafana dashboard and docs/metrics.md against the metrics that are really exported.

pub(crate) mod exported;
mod proof;
pub(crate) mod query;
pub(crate) mod rules;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use exported::Family;
use query::Query;

/// Exported, and on no panel on purpose.
const LEFT_OUT: [(&str, &str); 2] = [
    (
        "process_virtual_memory_bytes",
        "what is reserved; the memory that is used is on a panel",
    ),
    (
        "tidemark_customers_forgotten",
        "a sum over the whole past; the customers who are left are on a panel",
    ),
];

fn top(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(top(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn dashboard() -> Value {
    let text = text("deploy/grafana/dashboards/tidemark.json");
    serde_json::from_str(&text).expect("the dashboard is JSON")
}

/// All queries with where they stand: those of the panels and of the annotations.
fn queries(dashboard: &Value) -> Vec<(String, Query)> {
    let panels = rules::list(dashboard, "/panels").iter().flat_map(|panel| {
        rules::list(panel, "/targets")
            .iter()
            .map(|target| (rules::name(panel), rules::string(target, "/expr")))
    });
    let annotations = rules::list(dashboard, "/annotations/list")
        .iter()
        .filter(|annotation| annotation.get("expr").is_some())
        .map(|annotation| {
            (
                rules::string(annotation, "/name"),
                rules::string(annotation, "/expr"),
            )
        });
    panels
        .chain(annotations)
        .map(|(place, expr)| (place.to_owned(), Query::read(expr)))
        .collect()
}

/// Names of metrics that the dashboard asks for, the parts of a histogram under its name.
fn shown(dashboard: &Value, families: &[Family]) -> BTreeSet<String> {
    queries(dashboard)
        .iter()
        .flat_map(|(_, query)| &query.selectors)
        .filter_map(|selector| exported::family_of(families, &selector.metric))
        .map(|family| family.name.clone())
        .collect()
}

#[test]
fn keeps_the_rules() {
    let findings = rules::check(&dashboard(), &exported::families());
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn each_metric_is_on_a_panel_or_left_out_on_purpose() {
    let families = exported::families();
    let exported: BTreeSet<&str> = families.iter().map(|family| family.name.as_str()).collect();
    let shown = shown(&dashboard(), &families);
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(name, _)| *name).collect();
    let neither: Vec<_> = exported
        .iter()
        .filter(|name| !shown.contains(**name) && !left_out.contains(*name))
        .collect();
    assert!(
        neither.is_empty(),
        "on no panel and not in LEFT_OUT: {neither:?}"
    );
    for (name, why) in LEFT_OUT {
        assert!(exported.contains(name), "{name} ({why}) is not exported");
        assert!(!shown.contains(name), "{name} ({why}) is on a panel");
    }
}
