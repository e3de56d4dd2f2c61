//! Why a customer stands where they stand, as JSON for people and their tools: the HTTP answer and
//! what `explain --json` prints. The contract is docs/changes.md.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::engine::explain::{Entry, Explanation, OnLadder, OnMap};
use crate::engine::view::Horizon;
use crate::model::standing::ScaleIx;
use crate::policy::climb::Waiting;
use crate::policy::declared::Policy;

use super::measures::Measures;
use super::overrides::Row;
use super::reason::Reasons;
use super::value::{Instant, Stamp, Value, write_json};

/// Appends the explanation of a customer.
pub fn encode(policy: &Policy, customer: &str, explanation: &Explanation, out: &mut Vec<u8>) {
    let body = Body {
        customer_id: customer,
        members: &explanation.members,
        at: Instant(explanation.at),
        ladders: Ladders {
            policy,
            ladders: &explanation.ladders,
        },
        maps: Maps {
            policy,
            maps: &explanation.maps,
        },
        features: Measures {
            policy,
            measures: &explanation.measures,
        },
        profile: Profile {
            policy,
            explanation,
        },
        horizon: explanation
            .horizon
            .as_ref()
            .map(|horizon| Next::of(policy, horizon)),
        policy: Stamp::of(policy),
    };
    write_json(&body, out);
}

#[derive(Serialize)]
struct Body<'a> {
    customer_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    members: &'a [Box<str>],
    at: Instant,
    ladders: Ladders<'a>,
    maps: Maps<'a>,
    features: Measures<'a>,
    #[serde(skip_serializing_if = "Profile::is_empty")]
    profile: Profile<'a>,
    horizon: Option<Next<'a>>,
    policy: Stamp<'a>,
}

struct Ladders<'a> {
    policy: &'a Policy,
    ladders: &'a [OnLadder],
}

impl Serialize for Ladders<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let policy = self.policy;
        let mut ladders = serializer.serialize_map(Some(self.ladders.len()))?;
        for OnLadder {
            scale,
            place,
            given,
            overrides,
            keep,
            above,
            waiting,
            loss,
        } in self.ladders
        {
            let row = LadderRow {
                tier: policy.rank_name(*scale, place.rank),
                since: Instant::since(place),
                version: place.version,
                given: (!overrides.is_empty()).then(|| policy.rank_name(*scale, *given)),
                overrides: overrides
                    .iter()
                    .map(|(one, holds)| Row::told(policy, one, *holds))
                    .collect(),
                keep: Reasons {
                    policy,
                    reasons: keep,
                },
                above: above
                    .iter()
                    .map(|entry| Above::of(policy, *scale, entry))
                    .collect(),
                waits: waiting
                    .as_ref()
                    .map(|waiting| Waits::of(policy, *scale, waiting)),
                loss: loss.as_ref().map(|loss| LossRow {
                    to: policy.rank_name(*scale, loss.loss.to),
                    at: Instant(loss.loss.at),
                    gap: Reasons {
                        policy,
                        reasons: &loss.gap,
                    },
                    measured_at: Instant(loss.measured_at),
                }),
            };
            ladders.serialize_entry(policy.scale_name(*scale), &row)?;
        }
        ladders.end()
    }
}

#[derive(Serialize)]
struct LadderRow<'a> {
    tier: &'a str,
    since: Option<Instant>,
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<Row<'a>>,
    keep: Reasons<'a>,
    above: Vec<Above<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<Waits<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<LossRow<'a>>,
}

/// A loss to come.
#[derive(Serialize)]
struct LossRow<'a> {
    to: &'a str,
    at: Instant,
    gap: Reasons<'a>,
    measured_at: Instant,
}

/// What a ladder waits for.
#[derive(Serialize)]
struct Waits<'a> {
    settling: Vec<Settling<'a>>,
    protected_until: Option<Instant>,
    term_ends: Option<Instant>,
    for_life: Option<ForLife<'a>>,
    lapsed_since: Option<Instant>,
    lost_at: Option<Instant>,
}

#[derive(Serialize)]
struct Settling<'a> {
    tier: &'a str,
    since: Instant,
    until: Instant,
}

#[derive(Serialize)]
struct ForLife<'a> {
    tier: &'a str,
    since: Instant,
}

impl<'a> Waits<'a> {
    fn of(policy: &'a Policy, ladder: ScaleIx, waiting: &Waiting) -> Self {
        let settling = waiting.settling.iter();
        Self {
            settling: settling
                .map(|(rank, since, until)| Settling {
                    tier: policy.rank_name(ladder, *rank),
                    since: Instant(*since),
                    until: Instant(*until),
                })
                .collect(),
            protected_until: waiting.protected.map(Instant),
            term_ends: waiting.term.map(Instant),
            for_life: waiting.floor.map(|(rank, since)| ForLife {
                tier: policy.rank_name(ladder, rank),
                since: Instant(since),
            }),
            lapsed_since: waiting.lapsed.map(Instant),
            lost_at: waiting.lost.map(Instant),
        }
    }
}

#[derive(Serialize)]
struct Above<'a> {
    tier: &'a str,
    enter: Reasons<'a>,
}

impl<'a> Above<'a> {
    fn of(policy: &'a Policy, ladder: ScaleIx, entry: &'a Entry) -> Self {
        Self {
            tier: policy.rank_name(ladder, entry.rank),
            enter: Reasons {
                policy,
                reasons: &entry.reasons,
            },
        }
    }
}

struct Maps<'a> {
    policy: &'a Policy,
    maps: &'a [OnMap],
}

impl Serialize for Maps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let policy = self.policy;
        let mut maps = serializer.serialize_map(Some(self.maps.len()))?;
        for OnMap { scale, place, when } in self.maps {
            let row = MapRow {
                segment: policy.rank_name(*scale, place.rank),
                since: Instant::since(place),
                version: place.version,
                when: Reasons {
                    policy,
                    reasons: when,
                },
            };
            maps.serialize_entry(policy.scale_name(*scale), &row)?;
        }
        maps.end()
    }
}

#[derive(Serialize)]
struct MapRow<'a> {
    segment: &'a str,
    since: Option<Instant>,
    version: u32,
    when: Reasons<'a>,
}

/// What is said of the customer.
struct Profile<'a> {
    policy: &'a Policy,
    explanation: &'a Explanation,
}

impl Profile<'_> {
    fn is_empty(&self) -> bool {
        self.explanation.profile.is_empty()
    }
}

impl Serialize for Profile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Explanation {
            profile, measures, ..
        } = self.explanation;
        let mut members = serializer.serialize_map(Some(profile.len()))?;
        for (ix, said_at) in profile {
            let feature = &self.policy.features[*ix];
            let member = Member {
                value: Value {
                    unit: feature.unit(),
                    measure: measures[*ix].clone(),
                },
                said_at: said_at.map(Instant),
            };
            members.serialize_entry(&feature.name, &member)?;
        }
        members.end()
    }
}

/// What was said last of a member, and when; nothing where nothing ever was.
#[derive(Serialize)]
struct Member {
    value: Value,
    said_at: Option<Instant>,
}

/// What comes about unless an event comes first.
#[derive(Serialize)]
struct Next<'a> {
    at: Instant,
    moves: Vec<Move<'a>>,
}

#[derive(Serialize)]
struct Move<'a> {
    ladder: &'a str,
    from: &'a str,
    to: &'a str,
}

impl<'a> Next<'a> {
    fn of(policy: &'a Policy, horizon: &Horizon) -> Self {
        let moves = horizon.moves.iter().map(|(scale, from, to)| Move {
            ladder: policy.scale_name(*scale),
            from: policy.rank_name(*scale, *from),
            to: policy.rank_name(*scale, *to),
        });
        Self {
            at: Instant(horizon.at),
            moves: moves.collect(),
        }
    }
}
