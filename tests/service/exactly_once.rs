//! Each change once, in order, whatever happens: instances of the real program on a real broker are
//! stopped, killed, paused and given rubbish, and at the end everything that can be read is held
//! against everything else.

mod audited;
mod bombs;
pub(crate) mod books;
pub(crate) mod chains;
mod crossing;
pub(crate) mod deployment;
pub(crate) mod dice;
mod files;
mod instance;
mod kills;
mod large;
mod lost_records;
mod margins;
mod memory;
mod outages;
mod own_topics;
pub(crate) mod poison;
mod poisoned;
mod policies;
mod rebalances;
mod redriven;
mod refusals;
mod restarts;
mod rights;
mod room;
mod settled;
mod shelf;
pub(crate) mod shop_load;
mod silence;
mod skipped;
mod snapshots;
mod standby;
mod takeover;
pub(crate) mod verdict;
