//! What happens to policies: given, refused, adopted, seen through.

use tracing::{error, info, warn};

use crate::model::ids::LaneId;
use crate::policy::declared::Policy;
use crate::telemetry::figures::Figures;
use crate::telemetry::names::Declined;

use super::Happening;

/// A policy was given to this instance; its lanes adopt it one after another.
#[derive(Clone, Copy, Debug)]
pub struct PolicyGiven<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// How it came.
    pub by: &'a str,
}

impl Happening for PolicyGiven<'_> {
    fn log(&self) {
        info!(
            by = self.by,
            policy = self.policy.name,
            policy_version = self.policy.version,
            policy_hash = self.policy.hash,
            "another policy: the lanes adopt it one after another"
        );
    }
}

/// A policy was written to the topic of the policies; all instances take it from there.
#[derive(Clone, Copy, Debug)]
pub struct PolicyEntered<'a> {
    /// Its hash.
    pub hash: &'a str,
    /// The topic.
    pub topic: &'a str,
    /// How it came.
    pub by: &'a str,
}

impl Happening for PolicyEntered<'_> {
    fn log(&self) {
        let (by, topic) = (self.by, self.topic);
        info!(by, topic, policy_hash = self.hash, "policy published");
    }
}

/// The topic of the policies cannot be read for the moment.
#[derive(Clone, Copy, Debug)]
pub struct RollLost<'a> {
    /// The topic.
    pub topic: &'a str,
    /// What is wrong.
    pub why: &'a str,
}

impl Happening for RollLost<'_> {
    fn log(&self) {
        let (topic, why) = (self.topic, self.why);
        warn!(topic, why, "the policies cannot be read; it is tried again");
    }
}

/// A policy came that is the one given last.
#[derive(Clone, Copy, Debug)]
pub struct PolicyKnown<'a> {
    /// Its hash.
    pub hash: &'a str,
    /// How it came.
    pub by: &'a str,
}

impl Happening for PolicyKnown<'_> {
    fn log(&self) {
        info!(
            by = self.by,
            policy_hash = self.hash,
            "the policy has not changed"
        );
    }
}

/// A policy was refused.
#[derive(Clone, Copy, Debug)]
pub struct PolicyRefused<'a> {
    /// How it came.
    pub by: &'a str,
    /// What kind of reason there is.
    pub reason: Declined,
    /// The reason in words.
    pub why: &'a str,
    /// The hash of the policy that stays in force.
    pub stays: &'a str,
}

impl Happening for PolicyRefused<'_> {
    fn log(&self) {
        let (by, reason, why, stays) = (self.by, self.reason.name(), self.why, self.stays);
        let next = match self.reason {
            Declined::Unreadable => "make it readable and give it again",
            Declined::Invalid => {
                "mend it (`tidemark check --policy FILE` shows each place) and give it again"
            }
            Declined::Unanswerable => {
                "leave out what cannot be told, or rebuild from the log under another app name \
                 (docs/operations.md, \"A new policy\")"
            }
        };
        error!(
            by,
            reason, why, stays, next, "policy refused: the one before stays in force"
        );
    }
}

/// A lane has adopted a policy.
#[derive(Clone, Copy, Debug)]
pub struct PolicyAdopted<'a> {
    /// The lane.
    pub lane: LaneId,
    /// The policy.
    pub hash: &'a str,
    /// How many customers are to be passed over to it.
    pub customers: usize,
}

impl Happening for PolicyAdopted<'_> {
    fn log(&self) {
        info!(
            lane = %self.lane,
            policy_hash = self.hash,
            customers = self.customers,
            "lane adopts a policy"
        );
    }

    fn count(&self, figures: &mut Figures) {
        figures.adopted();
    }
}

/// All customers of a lane have been passed over to its policy.
#[derive(Clone, Copy, Debug)]
pub struct AllPassedOver<'a> {
    /// The lane.
    pub lane: LaneId,
    /// The policy.
    pub hash: &'a str,
}

impl Happening for AllPassedOver<'_> {
    fn log(&self) {
        info!(lane = %self.lane, policy_hash = self.hash, "all customers are passed over");
    }
}

/// A lane decides by a policy that this instance was not given.
#[derive(Clone, Copy, Debug)]
pub struct LeftBehind<'a> {
    /// The lane.
    pub lane: LaneId,
    /// The policy of the lane.
    pub hash: &'a str,
    /// The policy given to this instance last.
    pub given: &'a str,
}

impl Happening for LeftBehind<'_> {
    fn log(&self) {
        warn!(
            lane = %self.lane,
            policy_hash = self.hash,
            given = self.given,
            "the lane goes on under the policy of its ledger, which this instance was not given; \
             give all instances the same policy"
        );
    }
}
