//! Damage on purpose, on a real broker: requests that are lost, late or answered to nobody, and
//! instances that die just then. What it costs to try for longer than a test may take is asked for
//! by `TIDEMARK_ROUNDS`; docs/campaigns.md says what came of it.

mod ambiguous;
mod broker_deaths;
mod campaign;
mod crowd;
mod disk;
mod nemesis;
mod oracle;
mod proxy;
mod stage;
mod sweep;
mod zombies;
