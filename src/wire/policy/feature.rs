//! The tables `[feature.<name>]` of a policy.

use crate::policy::draft::{FeatureDraft, Written};
use crate::policy::problem::Problem;

use super::Section;

pub(super) fn drafts(root: &Section<'_>, problems: &mut Vec<Problem>) -> Vec<FeatureDraft> {
    let Some(section) = root.table("feature", problems) else {
        return Vec::new();
    };
    let named = section.named(problems);
    named
        .into_iter()
        .map(|(name, section)| draft(name, &section, problems))
        .collect()
}

fn draft(
    name: Written<String>,
    section: &Section<'_>,
    problems: &mut Vec<Problem>,
) -> FeatureDraft {
    let known = [
        "aggregate",
        "field",
        "of",
        "where",
        "window",
        "resolution",
        "features",
        "ties",
        "at_most",
        "half_life",
        "beyond",
        "on_promotion",
        "on_renewal",
    ];
    section.check_keys(&known, problems);
    FeatureDraft {
        name,
        aggregate: section.text("aggregate", problems),
        field: section.text("field", problems),
        of: section.texts("of", problems),
        filter: section.rule("where", problems),
        window: section.text("window", problems),
        resolution: section.text("resolution", problems),
        features: section.texts("features", problems),
        ties: section.text("ties", problems),
        at_most: section.integer("at_most", problems),
        half_life: section.text("half_life", problems),
        beyond: section.texts("beyond", problems),
        on_promotion: section.text("on_promotion", problems),
        on_renewal: section.text("on_renewal", problems),
    }
}
