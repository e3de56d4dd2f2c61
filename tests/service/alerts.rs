//! The alert rules against the metrics that are really exported, and against what operations.md
//! says of them. Whether they fire when they should is promtool's to say, which .ci/run asks.

use std::collections::BTreeSet;

use crate::dashboard::exported::{Family, families};
use crate::dashboard::query::Query;
use crate::dashboard::rules::unknown;
use crate::dashboard::text;

fn rules() -> String {
    text("deploy/prometheus/alerts.yml")
}

/// What stands behind a key of the rules, one for each alert: a key has a line of its own.
fn values(rules: &str, key: &str) -> Vec<String> {
    let lines = rules
        .lines()
        .map(|line| line.trim_start_matches([' ', '-']));
    let values = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    values.map(str::to_owned).collect()
}

/// What an expression asks of metrics or labels that there are not.
fn findings(expr: &str, families: &[Family]) -> Vec<String> {
    let selectors = Query::read(expr).selectors;
    let findings = selectors.iter().flat_map(|selector| {
        let unknown = unknown(selector, families).into_iter();
        unknown.map(|what| format!("{} {what}", selector.metric))
    });
    findings.collect()
}

#[test]
fn each_alert_asks_for_what_there_is_and_names_the_next_step() {
    let rules = rules();
    let alerts = values(&rules, "alert");
    assert!(alerts.len() > 10, "{alerts:?}");
    let [exprs, summaries, next] = ["expr", "summary", "next"].map(|key| values(&rules, key));
    for part in [&exprs, &summaries, &next] {
        assert_eq!(part.len(), alerts.len(), "one for each alert: {part:?}");
    }
    let families = families();
    for (alert, expr) in alerts.iter().zip(&exprs) {
        let asked = Query::read(expr).selectors.len();
        assert!(asked > 0, "{alert} asks for nothing");
        assert_eq!(findings(expr, &families), [""; 0], "{alert}");
    }
}

#[test]
fn what_there_is_not_is_found() {
    let expr = "sum(tidemark_lane) > max(tidemark_lanes{stat=\"running\"})";
    assert_eq!(
        findings(expr, &families()),
        [
            "tidemark_lane is not exported",
            "tidemark_lanes has no label stat"
        ]
    );
}

#[test]
fn operations_and_rules_know_the_same_alerts() {
    let page = text("docs/operations.md");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `Tidemark"));
    let rows = rows.filter_map(|row| Some(format!("Tidemark{}", row.split_once('`')?.0)));
    let told: BTreeSet<String> = rows.collect();
    let known: BTreeSet<String> = values(&rules(), "alert").into_iter().collect();
    assert_eq!(told, known);
}

#[test]
fn each_alert_is_made_to_fire_by_a_test() {
    let tests = text("deploy/prometheus/alerts.test.yml");
    for alert in values(&rules(), "alert") {
        let fires = format!("alertname=\"{alert}\"");
        assert!(tests.contains(&fires), "{alert} never fires");
    }
}
