//! What happened, in the words in which a story would expect it.

use crate::engine::View;
use crate::model::change::{Change, Measure, Overridden, Reason, Waited};
use crate::model::overrides::Override;
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::warning::{Notice, Warning};
use crate::policy::declared::{Label, Policy};
use crate::policy::rule::Subject;
use crate::wire::value::Value;

use super::news::News;

/// What was told, in a row of that instant.
pub(super) fn news(policy: &Policy, at: Timestamp, news: &News) -> String {
    match news {
        News::Change(one) => change(policy, at, one),
        News::Warning(one) => warning(policy, one),
    }
}

/// "value: at risk of low on 2026-05-31 00:00".
fn warning(policy: &Policy, warning: &Warning) -> String {
    let ladder = warning.ladder;
    let said = match warning.notice {
        Notice::AtRisk { loss, .. } => {
            let (to, at) = (
                policy.rank_name(ladder, loss.to),
                policy.zone.show_local(loss.at),
            );
            format!("at risk of {to} on {at}")
        }
        Notice::Safe => "safe".to_owned(),
        Notice::Near(rank) => format!("near {}", policy.rank_name(ladder, rank)),
    };
    format!("{}: {said}", policy.scale_name(ladder))
}

/// "value: low -> mid", in a row of that instant.
fn change(policy: &Policy, at: Timestamp, change: &Change) -> String {
    let scale = change.scale;
    let mut text = format!(
        "{}: {} -> {}",
        policy.scale_name(scale),
        policy.name_left(change),
        policy.rank_name(scale, change.to)
    );
    if change.effective_at != at {
        text += &format!(" as of {}", policy.zone.show_local(change.effective_at));
    }
    text
}

/// "under gift by anna: a wedding".
pub(super) fn overridden(told: &Overridden) -> String {
    let Override { verb, by, why, .. } = &told.by;
    let holds = if told.holds { "under" } else { "after" };
    format!("{holds} {} by {by}: {why}", verb.name())
}

/// "waited grace since 2026-02-09".
pub(super) fn waited(policy: &Policy, waited: Waited) -> String {
    let since = policy.zone.show_local(waited.since);
    format!("waited {} since {since}", waited.wait.name())
}

/// "with benefit = free delivery and priority = 1".
pub(super) fn labels(labels: &[Label]) -> String {
    let shown = labels.iter();
    let shown: Vec<String> = shown
        .map(|label| format!("{} = {}", label.key, label.text))
        .collect();
    format!("with {}", shown.join(" and "))
}

/// "spend_90d 370.45 is >= 300.00".
pub(super) fn comparison(policy: &Policy, reason: &Reason) -> String {
    let comparison = &policy.comparisons[reason.comparison];
    let (name, measured, threshold) = match comparison.subject {
        Subject::Feature(index) => {
            let feature = &policy.features[index];
            let unit = feature.unit();
            let shown = |measure: &Measure| {
                let measure = measure.clone();
                Value { unit, measure }.to_string()
            };
            (
                feature.name.as_str(),
                shown(&reason.measured),
                shown(&comparison.threshold),
            )
        }
        Subject::Tier(scale) => {
            let shown = |measure: &Measure| tier(policy, scale, measure);
            (
                policy.scale_name(scale),
                shown(&reason.measured),
                shown(&comparison.threshold),
            )
        }
    };
    let not = if reason.holds { "" } else { "not " };
    format!(
        "{name} {measured} is {not}{} {threshold}",
        comparison.op.text()
    )
}

fn tier(policy: &Policy, scale: ScaleIx, measure: &Measure) -> String {
    let rank = match measure {
        Measure::Is(rank) => u8::try_from(*rank).ok(),
        Measure::Says(_) | Measure::Never | Measure::Unknown => None,
    };
    let rank = rank.expect("a tier is compared by its index");
    policy.rank_name(scale, rank).to_owned()
}

/// "value is mid".
pub(super) fn standing(policy: &Policy, scale: ScaleIx, view: &View) -> String {
    let name = policy.scale_name(scale);
    let rank = view.places[scale.0].rank;
    format!("{name} is {}", policy.rank_name(scale, rank))
}

/// "spend_90d is 370.45".
pub(super) fn measure(policy: &Policy, feature: usize, view: &View) -> String {
    let feature_of = &policy.features[feature];
    let value = Value {
        unit: feature_of.unit(),
        measure: view.measures[feature].clone(),
    };
    format!("{} is {value}", feature_of.name)
}
