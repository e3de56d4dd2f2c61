//! The stories that are shipped: they come true, and they would notice another policy.

use std::sync::Arc;

use tidemark::policy::declared::Policy;
use tidemark::wire::policy;

use super::{SHIPPED, differences, told, top, under};

fn all() -> Vec<(String, String, Arc<Policy>)> {
    under(&top().join("config"))
}

#[test]
fn every_shipped_story_comes_true() {
    let mut count = 0;
    for (file, text, policy) in all() {
        let told = told(&policy, &text);
        count += told.len();
        let differences = differences(&policy, &told);
        assert!(differences.is_empty(), "{file}\n{differences}");
    }
    assert!(count >= 30, "{count} stories");
}

/// Changes to the shipped policy, each of them small enough to be made by accident.
const OTHERWISE: [(&str, &str); 19] = [
    ("spend_90d >= 300\"", "spend_90d > 300\""),
    ("spend_90d >= 300\"", "spend_90d >= 299.99\""),
    ("spend_90d >= 250", "spend_90d > 250"),
    ("spend_90d >= 250", "spend_90d >= 249.99"),
    (
        "spend_90d >= 1000\", \"orders_90d >= 3",
        "spend_90d >= 1000\", \"orders_90d >= 4",
    ),
    ("spend_90d >= 1000", "spend_90d >= 1003"),
    ("enter = \"orders_90d >= 1\"", "enter = \"spend_90d > 0\""),
    ("since_purchase <= 45d", "since_purchase <= 44d"),
    ("since_purchase <= 45d", "since_purchase <= 46d"),
    ("browse_days_30d >= 5", "browse_days_30d >= 6"),
    ("browse_days_30d >= 5", "browse_days_30d >= 4"),
    ("since_seen <= 120d", "since_seen <= 119d"),
    ("since_purchase > 180d", "since_purchase > 181d"),
    ("since_purchase > 90d", "since_purchase >= 90d"),
    (
        "all = [\"orders_ever >= 1\", \"behaviour = dormant\"]",
        "all = [\"behaviour = dormant\"]",
    ),
    ("unknown = \"today\"", "unknown = \"dead-letter\""),
    ("late = \"7d\"", "late = \"6d\""),
    ("ahead = \"10m\"", "ahead = \"9m\""),
    ("zone = \"Europe/London\"", "zone = \"UTC\""),
];

#[test]
fn a_policy_that_says_otherwise_is_noticed() {
    let retail = under(&top().join("config/stories"));
    let texts: Vec<String> = retail.into_iter().map(|(_, text, _)| text).collect();
    let unnoticed: Vec<_> = OTHERWISE
        .iter()
        .filter(|(from, to)| {
            assert_eq!(SHIPPED.matches(from).count(), 1, "{from}");
            let changed = SHIPPED.replace(from, to);
            let policy = policy::parse("policy.toml", &changed);
            let policy = Arc::new(policy.unwrap_or_else(|report| panic!("{to}: {report}")));
            let mut told = texts.iter().flat_map(|text| told(&policy, text));
            told.all(|(_, verdict)| verdict.holds())
        })
        .collect();
    assert!(unnoticed.is_empty(), "no story notices {unnoticed:?}");
}
