//! The value of every feature of one customer as a line of a replay.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::change::Measure;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;

use super::value::{Instant, Value, write_json};

/// Appends what the features of a customer measure as of an instant; `measures` has one for each
/// feature of the policy.
pub fn encode(
    policy: &Policy,
    customer: &str,
    at: Timestamp,
    measures: &[Measure],
    out: &mut Vec<u8>,
) {
    let body = Body {
        customer_id: customer,
        at: Instant(at),
        features: Measures { policy, measures },
    };
    write_json(&body, out);
}

#[derive(Serialize)]
struct Body<'a> {
    customer_id: &'a str,
    at: Instant,
    features: Measures<'a>,
}

/// The value of every feature by name.
pub(super) struct Measures<'a> {
    pub(super) policy: &'a Policy,
    pub(super) measures: &'a [Measure],
}

impl Serialize for Measures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut features = serializer.serialize_map(Some(self.measures.len()))?;
        for (feature, measure) in self.policy.features.iter().zip(self.measures) {
            let value = Value {
                unit: feature.unit(),
                measure: measure.clone(),
            };
            features.serialize_entry(&feature.name, &value)?;
        }
        features.end()
    }
}
