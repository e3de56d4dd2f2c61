//! A customer's whole standing as one record: the value on the compacted topic and the line of a
//! replay. The contract is docs/changes.md.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::engine::effect::Judged;
use crate::model::overrides::Override;
use crate::model::standing::{Place, ScaleIx};
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;

use super::change::Header;
use super::overrides;
use super::value::{Instant, Stamp, write_json};

/// Appends the standing that a judging left.
pub fn encode(policy: &Policy, judged: &Judged, out: &mut Vec<u8>) {
    let standing = (&judged.places[..], &judged.overridden[..]);
    encode_places(policy, &judged.customer, judged.at, standing, out);
}

/// Appends the standing of a customer as of an instant; `places` has one for each ladder and map of
/// the policy, `overridden` the overrides by which tiers are shown.
pub fn encode_places(
    policy: &Policy,
    customer: &str,
    as_of: Timestamp,
    (places, overridden): (&[Place], &[Override]),
    out: &mut Vec<u8>,
) {
    let body = Body {
        customer_id: customer,
        as_of: Instant(as_of),
        standing: Places {
            policy,
            places,
            overridden,
        },
        policy: Stamp::of(policy),
    };
    write_json(&body, out);
}

/// The headers of a standing record.
#[must_use]
pub fn headers(policy: &Policy) -> [Header<'static>; 2] {
    [
        ("content-type", "application/json".into()),
        ("tidemark-policy-version", policy.version.to_string().into()),
    ]
}

#[derive(Serialize)]
struct Body<'a> {
    customer_id: &'a str,
    as_of: Instant,
    standing: Places<'a>,
    policy: Stamp<'a>,
}

struct Places<'a> {
    policy: &'a Policy,
    places: &'a [Place],
    overridden: &'a [Override],
}

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut scales = serializer.serialize_map(Some(self.places.len()))?;
        for (index, place) in self.places.iter().enumerate() {
            let scale = ScaleIx(index);
            let name = self.policy.rank_name(scale, place.rank);
            let since = Instant::since(place);
            let version = place.version;
            let mut overridden = self.overridden.iter();
            let overridden = overridden.find(|one| one.ladder == scale);
            let row = match self.policy.is_ladder(scale) {
                true => Row::Ladder {
                    tier: name,
                    since,
                    version,
                    overridden: overridden.map(|one| overrides::Row::of(self.policy, one)),
                },
                false => Row::Map {
                    segment: name,
                    since,
                    version,
                },
            };
            scales.serialize_entry(self.policy.scale_name(scale), &row)?;
        }
        scales.end()
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Row<'a> {
    Ladder {
        tier: &'a str,
        since: Option<Instant>,
        version: u32,
        #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
        overridden: Option<overrides::Row<'a>>,
    },
    Map {
        segment: &'a str,
        since: Option<Instant>,
        version: u32,
    },
}
