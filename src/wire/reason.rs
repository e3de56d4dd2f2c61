//! Reasons as data: each comparison of the rule that decided, with what was measured.

use serde::{Serialize, Serializer};

use crate::model::change::{Measure, Reason};
use crate::model::standing::ScaleIx;
use crate::policy::declared::Policy;
use crate::policy::rule::Subject;

use super::value::Value;

/// A list of reasons under the policy that their comparisons are of.
pub(super) struct Reasons<'a> {
    pub(super) policy: &'a Policy,
    pub(super) reasons: &'a [Reason],
}

impl Serialize for Reasons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.reasons
                .iter()
                .map(|reason| Compared::of(self.policy, reason)),
        )
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Compared<'a> {
    Feature {
        feature: &'a str,
        value: Value,
        op: &'static str,
        threshold: Value,
        holds: bool,
    },
    Tier {
        ladder: &'a str,
        value: &'a str,
        op: &'static str,
        threshold: &'a str,
        holds: bool,
    },
}

impl<'a> Compared<'a> {
    fn of(policy: &'a Policy, reason: &Reason) -> Self {
        let comparison = &policy.comparisons[reason.comparison];
        let threshold = comparison.threshold.clone();
        let op = comparison.op.text();
        match comparison.subject {
            Subject::Feature(index) => {
                let feature = &policy.features[index];
                let unit = feature.unit();
                Self::Feature {
                    feature: &feature.name,
                    value: Value {
                        unit,
                        measure: reason.measured.clone(),
                    },
                    op,
                    threshold: Value {
                        unit,
                        measure: threshold,
                    },
                    holds: reason.holds,
                }
            }
            Subject::Tier(ladder) => Self::Tier {
                ladder: policy.scale_name(ladder),
                value: tier_name(policy, ladder, &reason.measured),
                op,
                threshold: tier_name(policy, ladder, &threshold),
                holds: reason.holds,
            },
        }
    }
}

fn tier_name<'a>(policy: &'a Policy, ladder: ScaleIx, measure: &Measure) -> &'a str {
    let rank = match measure {
        Measure::Is(rank) => u8::try_from(*rank).ok(),
        Measure::Says(_) | Measure::Never | Measure::Unknown => None,
    };
    policy.rank_name(ladder, rank.expect("a tier is compared by its index"))
}
