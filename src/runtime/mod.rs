//! Making it so: workers that read, step, publish and commit; the only room that waits and asks
//! what time it is and how much memory is in use.

mod allowance;
#[cfg(test)]
mod basin;
pub mod clock;
pub mod desk;
mod doubt;
mod held;
mod intake;
mod letter;
mod letter_limit;
pub mod memory;
mod open_unit;
mod outbox;
pub mod plan;
pub mod policies;
mod pulse;
pub mod restore;
mod saver;
mod search;
#[cfg(test)]
mod shore;
mod standby;
pub mod supervisor;
mod tally;
mod transactions;
mod worker;
