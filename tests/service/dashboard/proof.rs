//! Proof that each rule of the dashboard can fail: one thing spoiled, one finding.

use serde_json::{Value, json};

use super::{dashboard, exported, rules, shown};

/// Where to spoil the dashboard, with what, and a part of what must be said.
fn spoiled() -> Vec<(&'static str, Value, &'static str)> {
    let query = |expr: &str| {
        json!([{
            "datasource": {"uid": "${datasource}"}, "legendFormat": "x", "expr": expr,
        }])
    };
    let both = "job=~\"$job\", instance=~\"$instance\"";
    let units = |rest: &str| query(&format!("rate(tidemark_units_total{rest})"));
    vec![
        ("/id", json!(7), "id: belongs"),
        ("/uid", json!("other"), "uid: links break"),
        ("/schemaVersion", json!(42), "schemaVersion: 39"),
        ("/elements", json!({}), "the classic model"),
        (
            "/annotations/list/1/datasource/uid",
            json!("p"),
            "Policy comes into force: the data",
        ),
        (
            "/templating/list/0/query",
            json!("loki"),
            "every Prometheus",
        ),
        (
            "/templating/list/1/multi",
            json!(false),
            "job: a variable from",
        ),
        (
            "/templating/list/2/query/query",
            json!("x"),
            "instance: a variable from",
        ),
        (
            "/templating/list/3/datasource/uid",
            json!("p"),
            "scale: the data source",
        ),
        (
            "/panels/1/title",
            json!(""),
            "a panel without a title: a title",
        ),
        (
            "/panels/1/description",
            json!(""),
            "Lanes running: a description",
        ),
        (
            "/panels/1/fieldConfig/defaults/unit",
            json!(""),
            "Lanes running: a unit",
        ),
        (
            "/panels/1/datasource/uid",
            json!("p"),
            "Lanes running: the data source is",
        ),
        ("/panels/1/targets", json!([]), "Lanes running: a query"),
        (
            "/panels/1/targets/0/datasource/uid",
            json!("p"),
            "source of each query",
        ),
        ("/panels/1/targets/0/legendFormat", json!(""), "a legend"),
        ("/panels/1/id", json!(1), "Lanes running: an id of its own"),
        ("/panels/1/gridPos/x", Value::Null, "Lanes running: a place"),
        (
            "/panels/1/gridPos",
            json!({"x": 22, "y": 900, "w": 4, "h": 1}),
            "the 24 columns",
        ),
        ("/panels/1/gridPos/x", json!(4), "covers another"),
        ("/panels/1/targets", query("vector(1)"), "selects nothing"),
        (
            "/panels/1/targets",
            query("sum(tidemark_units_total)"),
            "without job",
        ),
        (
            "/panels/1/targets",
            units("{job=~\"$job\"}[$__range]"),
            "without instance",
        ),
        (
            "/panels/1/targets",
            units(&format!("{{{both}}}[5m]")),
            "over [5m]",
        ),
        (
            "/panels/1/targets",
            units(&format!("{{{both}, le=\"1\", x!=\"1\"}}")),
            "no label x",
        ),
        (
            "/panels/1/targets",
            query(&format!("absent_total{{{both}}}")),
            "is not exported",
        ),
        (
            "/panels/1/targets",
            query(&format!("tidemark_transaction_seconds{{{both}}}")),
            "is not exported",
        ),
    ]
}

#[test]
fn each_rule_fires_where_it_is_broken() {
    let families = exported::families();
    for (pointer, value, said) in spoiled() {
        let mut spoiled = dashboard();
        match spoiled.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => spoiled[&pointer[1..]] = value,
        }
        let findings = rules::check(&spoiled, &families);
        assert!(
            findings.iter().any(|finding| finding.contains(said)),
            "{pointer} should be told as {said:?}, told: {findings:?}"
        );
    }
}

#[test]
fn a_panel_less_is_a_metric_less() {
    let families = exported::families();
    let mut less = dashboard();
    let panels = less["panels"].as_array_mut().expect("panels");
    panels.retain(|panel| panel["title"] != "Records replayed");
    let name = "tidemark_replayed_records_total";
    assert!(shown(&dashboard(), &families).contains(name));
    assert!(!shown(&less, &families).contains(name));
}
