//! Proof that each rule of the dashboard can fail: one thing spoiled, one finding.

use serde_json::Value;

use super::{dashboard, exported, rules, shown};

/// Where to spoil the dashboard; with what; a part of what must be said.
const SPOILED: &str = r#"
/id ; 7 ; id: belongs
/uid ; "other" ; uid: links break
/schemaVersion ; 42 ; schemaVersion: 39
/elements ; {} ; the classic model
/annotations/list/1/datasource/uid ; "p" ; Policy comes into force: the data source
/templating/list/0/query ; "loki" ; every Prometheus
/templating/list/1/multi ; false ; job: a variable from
/templating/list/2/query/query ; "x" ; instance: a variable from
/templating/list/3/datasource/uid ; "p" ; scale: the data source
/panels/1/title ; "" ; a panel without a title: a title
/panels/1/description ; "" ; Lanes running: a description
/panels/1/fieldConfig/defaults/unit ; "" ; Lanes running: a unit
/panels/1/datasource/uid ; "p" ; Lanes running: the data source is
/panels/1/targets ; [] ; Lanes running: a query
/panels/1/targets/0/datasource/uid ; "p" ; Lanes running: the data source of each query
/panels/1/targets/0/legendFormat ; "" ; Lanes running: a legend
/panels/1/id ; 1 ; Lanes running: an id of its own
/panels/1/gridPos/x ; null ; Lanes running: a place
/panels/1/gridPos/x ; 22 ; Lanes running: leaves the 24 columns
/panels/2/gridPos/x ; 3 ; Records: covers another panel
/panels/1/targets/0/expr ; "vector(1)" ; selects nothing
/panels/1/targets/0/expr ; "sum(tidemark_units_total)" ; tidemark_units_total without job
/panels/1/targets/0/expr ; "tidemark_units_total{job=~\"$job\"}" ; without instance
/panels/1/targets/0/expr ; "rate(tidemark_units_total{BOTH}[5m])" ; over [5m]
/panels/1/targets/0/expr ; "tidemark_units_total{BOTH, le=\"1\", x!=\"1\"}" ; has no label x
/panels/1/targets/0/expr ; "absent_total{BOTH}" ; absent_total is not exported
/panels/1/targets/0/expr ; "tidemark_transaction_seconds{BOTH}" ; is not exported
"#;

#[test]
fn each_rule_fires_where_it_is_broken() {
    let families = exported::families();
    let both = r#"job=~\"$job\", instance=~\"$instance\""#;
    for line in SPOILED.lines().filter(|line| !line.is_empty()) {
        let line = line.replace("BOTH", both);
        let parts: Vec<&str> = line.split(" ; ").collect();
        let [pointer, value, said] = parts[..] else {
            panic!("three parts: {line}");
        };
        let value: Value = serde_json::from_str(value).expect("JSON");
        let mut spoiled = dashboard();
        match spoiled.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => spoiled[&pointer[1..]] = value,
        }
        let findings = rules::check(&spoiled, &families);
        let told = findings.iter().any(|finding| finding.contains(said));
        assert!(told, "{line}\ntold: {findings:?}");
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
