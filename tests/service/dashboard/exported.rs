//! What the page of metrics really holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tidemark::model::ids::LaneId;
use tidemark::model::time::{Span, Timestamp};
use tidemark::telemetry::Telemetry;
use tidemark::wire::policy::parse;

use super::text;

/// One metric of the page.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// Its name; of a histogram, without what its samples add.
    pub(crate) name: String,
    /// counter, gauge or histogram.
    pub(crate) kind: String,
    /// Names of its labels.
    pub(crate) labels: BTreeSet<String>,
}

/// Everything on the page of a service that has a lane, in the order of the page.
pub(crate) fn families() -> Vec<Family> {
    // The shipped policy cleans nothing, so it would not show what is cleaned.
    let policy = text("config/policy.toml") + "\n[clean.channel]\ntrim = true\n";
    let policy = Arc::new(parse("policy.toml", &policy).expect("a valid policy"));
    let telemetry = Telemetry::new(&policy, &["shop.purchase.v1", "shop.browse.v1"], 1);
    let lane = telemetry.lane(LaneId(0));
    lane.set_clock(Timestamp(0), true);
    lane.set_saved(Timestamp(1_000), 1);
    lane.set_restored(1, 2);
    lane.set_margins(&[Some(Span(1_000)), None]);
    telemetry.standby().set(1, Some(Timestamp(1_000)));
    read(&telemetry.page())
}

fn read(page: &str) -> Vec<Family> {
    let mut kinds = BTreeMap::new();
    let mut families: Vec<Family> = Vec::new();
    for line in page.lines() {
        let (mark, rest) = line.split_at(line.len().min(7));
        match (mark, rest.split_once(' ')) {
            ("# HELP ", Some((name, _))) => families.push(Family {
                name: name.to_owned(),
                kind: String::new(),
                labels: BTreeSet::new(),
            }),
            ("# TYPE ", Some((name, kind))) => {
                kinds.insert(name.to_owned(), kind.to_owned());
            }
            _ => {
                let labels = labels_of(line);
                let family = families.last_mut().expect("a sample follows its help");
                family.labels.extend(labels);
            }
        }
    }
    for family in &mut families {
        family.kind = kinds.remove(&family.name).expect("each family has a type");
    }
    families
}

/// The label names of a sample, without a histogram's own `le`.
fn labels_of(sample: &str) -> Vec<String> {
    let Some((_, rest)) = sample.split_once('{') else {
        return Vec::new();
    };
    let labels = rest.split('"').step_by(2);
    labels
        .filter_map(|part| part.trim_start_matches(',').strip_suffix('='))
        .filter(|name| *name != "le")
        .map(str::to_owned)
        .collect()
}

/// The family that a name in a query belongs to.
pub(crate) fn family_of<'a>(families: &'a [Family], metric: &str) -> Option<&'a Family> {
    families.iter().find(|family| {
        if family.kind != "histogram" {
            return family.name == metric;
        }
        metric
            .strip_prefix(family.name.as_str())
            .is_some_and(|part| ["_bucket", "_count", "_sum"].contains(&part))
    })
}
