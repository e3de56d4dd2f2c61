//! The rules of a dashboard that works everywhere and explains itself.

use std::collections::BTreeSet;

use serde_json::Value;

use super::exported::{Family, family_of};
use super::queries;
use super::query::Selector;

/// The data source variable, as panels and variables name it.
const DATASOURCE: &str = "${datasource}";

/// Every finding about a dashboard whose metrics are these, one line each.
pub(crate) fn check(dashboard: &Value, families: &[Family]) -> Vec<String> {
    let mut findings = Vec::new();
    whole(dashboard, &mut findings);
    variables(dashboard, &mut findings);
    for panel in list(dashboard, "/panels") {
        if string(panel, "/type") != "row" {
            self::panel(panel, &mut findings);
        }
    }
    layout(dashboard, &mut findings);
    for (place, query) in queries(dashboard) {
        if query.selectors.is_empty() {
            findings.push(format!("{place}: a query that selects nothing"));
        }
        for selector in &query.selectors {
            self::selector(&place, selector, families, &mut findings);
        }
    }
    findings
}

/// The list at a pointer, empty if there is none.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The text at a pointer, empty if there is none.
pub(crate) fn string<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// What a panel is called.
pub(crate) fn name(panel: &Value) -> &str {
    match string(panel, "/title") {
        "" => "a panel without a title",
        title => title,
    }
}

fn whole(dashboard: &Value, findings: &mut Vec<String>) {
    if dashboard.get("id").is_some_and(|id| !id.is_null()) {
        findings.push("id: belongs to one Grafana, leave it out".into());
    }
    if string(dashboard, "/uid") != "tidemark" {
        findings.push("uid: links break unless it stays \"tidemark\"".into());
    }
    if dashboard.get("schemaVersion") != Some(&39.into()) {
        findings.push("schemaVersion: 39, which every Grafana since 10 reads".into());
    }
    if dashboard.get("elements").is_some() || list(dashboard, "/panels").is_empty() {
        findings.push("panels: the classic model, which every Grafana reads".into());
    }
    for annotation in list(dashboard, "/annotations/list") {
        let built_in = annotation.get("builtIn").is_some();
        if !built_in && string(annotation, "/datasource/uid") != DATASOURCE {
            let name = string(annotation, "/name");
            findings.push(format!("{name}: the data source is {DATASOURCE}"));
        }
    }
}

fn variables(dashboard: &Value, findings: &mut Vec<String>) {
    let variables = list(dashboard, "/templating/list");
    let named = |name: &str| variables.iter().find(|it| string(it, "/name") == name);
    match named("datasource") {
        Some(it) if string(it, "/type") == "datasource" && string(it, "/query") == "prometheus" => {
        }
        _ => findings.push("datasource: a variable that offers every Prometheus".into()),
    }
    for name in ["job", "instance"] {
        let feeds = named(name).is_some_and(|it| {
            string(it, "/query/query").starts_with("label_values(")
                && it.get("multi") == Some(&true.into())
                && it.get("includeAll") == Some(&true.into())
        });
        if !feeds {
            let what = "a variable from label_values(), with several values and all of them";
            findings.push(format!("{name}: {what}"));
        }
    }
    for variable in variables {
        let is_query = string(variable, "/type") == "query";
        if is_query && string(variable, "/datasource/uid") != DATASOURCE {
            let name = string(variable, "/name");
            findings.push(format!("{name}: the data source is {DATASOURCE}"));
        }
    }
}

fn panel(panel: &Value, findings: &mut Vec<String>) {
    let mut add = |what: &str| findings.push(format!("{}: {what}", name(panel)));
    if string(panel, "/title").is_empty() {
        add("a title");
    }
    if string(panel, "/description").is_empty() {
        add("a description: what it means, and what to do about it");
    }
    if string(panel, "/fieldConfig/defaults/unit").is_empty() {
        add("a unit");
    }
    if string(panel, "/datasource/uid") != DATASOURCE {
        add("the data source is ${datasource}");
    }
    if list(panel, "/targets").is_empty() {
        add("a query");
    }
    for target in list(panel, "/targets") {
        if string(target, "/datasource/uid") != DATASOURCE {
            add("the data source of each query is ${datasource}");
        }
        if string(target, "/legendFormat").is_empty() {
            add("a legend for each query");
        }
    }
}

/// Ids are unique, and no panel covers another or leaves the 24 columns.
fn layout(dashboard: &Value, findings: &mut Vec<String>) {
    let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for panel in list(dashboard, "/panels") {
        let number = |pointer: &str| panel.pointer(pointer).and_then(Value::as_u64);
        let name = name(panel);
        if !number("/id").is_some_and(|id| ids.insert(id)) {
            findings.push(format!("{name}: an id of its own"));
        }
        let place = ["x", "y", "w", "h"].map(|side| number(&format!("/gridPos/{side}")));
        let [Some(x), Some(y), Some(w), Some(h)] = place else {
            findings.push(format!("{name}: a place"));
            continue;
        };
        if x + w > 24 {
            findings.push(format!("{name}: leaves the 24 columns"));
        }
        let cells = (y..y + h).flat_map(|y| (x..x + w).map(move |x| (x, y)));
        if cells.filter(|cell| !taken.insert(*cell)).count() > 0 {
            findings.push(format!("{name}: covers another panel"));
        }
    }
}

fn selector(place: &str, selector: &Selector, families: &[Family], findings: &mut Vec<String>) {
    let metric = &selector.metric;
    let mut add = |what: String| findings.push(format!("{place}: {metric} {what}"));
    for matcher in ["job=~\"$job\"", "instance=~\"$instance\""] {
        if !selector.matchers.iter().any(|it| it == matcher) {
            add(format!("without {matcher}"));
        }
    }
    if let Some(range) = &selector.range
        && !["$__rate_interval", "$__range"].contains(&range.as_str())
    {
        add(format!("over [{range}] instead of [$__rate_interval]"));
    }
    unknown(selector, families).into_iter().for_each(add);
}

/// What a selector asks for that there is not.
pub(crate) fn unknown(selector: &Selector, families: &[Family]) -> Vec<String> {
    let Some(family) = family_of(families, &selector.metric) else {
        return vec!["is not exported".into()];
    };
    let labels = selector.matchers.iter();
    let labels = labels.filter_map(|matcher| matcher.split(['=', '!']).next());
    let unknown = labels.filter(|label| {
        !["job", "instance", "le"].contains(label) && !family.labels.contains(*label)
    });
    unknown
        .map(|label| format!("has no label {label}"))
        .collect()
}
