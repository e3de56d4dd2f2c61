//! Each change once, in order, whatever happens: instances of the real program on a real broker are
//! stopped, killed, paused and given rubbish, and at the end everything that can be read is held
//! against everything else.

mod books;
mod chains;
mod crossing;
mod deployment;
mod dice;
mod files;
mod kills;
mod memory;
mod outages;
mod own_topics;
mod poison;
mod poisoned;
mod policies;
mod rebalances;
mod refusals;
mod restarts;
mod shop_load;
mod silence;
mod snapshots;
mod verdict;
