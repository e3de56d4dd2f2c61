//! The alert rules against the metrics that are really exported, and against what operations.md
//! says of them. Whether they fire when they should is promtool's to say, which .ci/run asks.

use std::collections::BTreeSet;
use std::path::Path;

use crate::dashboard::exported::{families, family_of};
use crate::dashboard::query::Query;

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

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
fn findings(expr: &str) -> Vec<String> {
    let families = families();
    let mut findings = Vec::new();
    for selector in Query::read(expr).selectors {
        let Some(family) = family_of(&families, &selector.metric) else {
            findings.push(format!("{} is not exported", selector.metric));
            continue;
        };
        for matcher in &selector.matchers {
            let label = matcher.split(['=', '!']).next().unwrap_or_default();
            if !family.labels.contains(label) {
                findings.push(format!("{} has no label {label}", selector.metric));
            }
        }
    }
    findings
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
    for (alert, expr) in alerts.iter().zip(&exprs) {
        let asked = Query::read(expr).selectors.len();
        assert!(asked > 0, "{alert} asks for nothing");
        assert_eq!(findings(expr), [""; 0], "{alert}");
    }
}

#[test]
fn what_there_is_not_is_found() {
    assert_eq!(
        findings("sum(tidemark_lane) > max(tidemark_lanes{stat=\"running\"})"),
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
