//! An override, or the withdrawal of some, as somebody asks for it, under the names of the policy.

use crate::model::command::{Ask, Command};
use crate::model::event::Event;
use crate::model::overrides::{Override, Verb};
use crate::model::refusal::{Refusal, Refused};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::policy::overrides::Overrides;

/// What an event asks for.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    event: &'a Event<'a>,
    command: &'a Command,
    ladder: ScaleIx,
    wish: Wish,
}

#[derive(Clone, Copy)]
enum Wish {
    /// With the tier that it names, if it names one, and its end.
    Override(Verb, Option<u8>, Timestamp),
    /// Of one verb, or of all.
    Withdraw(Option<Verb>),
}

impl<'a> Request<'a> {
    /// What an event asks for; nothing where it does not ask for an override.
    ///
    /// # Errors
    /// [`Refusal::UnknownLadder`], [`Refusal::UnknownTier`].
    pub(super) fn of(policy: &Policy, event: &'a Event<'a>) -> Result<Option<Self>, Refused> {
        let Some(command) = event.command else {
            return Ok(None);
        };
        let (name, wish) = match &command.ask {
            Ask::Override(asked) => {
                let ladder = ladder(policy, &asked.ladder)?;
                let tier = asked.tier.as_deref();
                let tier = tier.map(|name| tier_of(policy, ladder, name)).transpose()?;
                let until = asked.until.unwrap_or(Timestamp::MAX);
                (&asked.ladder, Wish::Override(asked.verb, tier, until))
            }
            Ask::Withdraw(asked) => (&asked.ladder, Wish::Withdraw(asked.verb)),
            Ask::Erase | Ask::Merge(_) | Ask::Unmerge => return Ok(None),
        };
        Ok(Some(Self {
            event,
            command,
            ladder: ladder(policy, name)?,
            wish,
        }))
    }

    /// Does what is asked for; `shown` and `given` are the tiers so far.
    pub(super) fn follow(self, overrides: &mut Overrides, shown: &[u8], given: &[u8]) {
        let (ladder, at) = (self.ladder, self.event.at);
        match self.wish {
            Wish::Withdraw(verb) => overrides.withdraw(ladder, verb, at),
            Wish::Override(verb, tier, until) => {
                let had = match verb {
                    Verb::Extend => given[ladder.0],
                    _ => shown[ladder.0],
                };
                overrides.remember(Override {
                    ladder,
                    verb,
                    tier: tier.unwrap_or(had),
                    at,
                    until,
                    event_id: self.event.event_id.into(),
                    by: self.command.by.clone(),
                    why: self.command.why.clone(),
                });
            }
        }
    }
}

fn ladder(policy: &Policy, name: &str) -> Result<ScaleIx, Refused> {
    let mut ladders = policy.ladders.iter();
    let found = ladders.position(|ladder| ladder.name == name);
    found
        .map(ScaleIx)
        .ok_or(Refusal::UnknownLadder.of("ladder"))
}

fn tier_of(policy: &Policy, ladder: ScaleIx, name: &str) -> Result<u8, Refused> {
    let mut tiers = (0_u8..).zip(&policy.ladders[ladder.0].tiers);
    let found = tiers.find(|(_, tier)| tier.name == name);
    found
        .map(|(rank, _)| rank)
        .ok_or(Refusal::UnknownTier.of("tier"))
}
