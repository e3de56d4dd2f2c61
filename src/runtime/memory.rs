//! How much memory the program has in use; the only place that asks for it.

use procfs::process::Process;

use crate::port::Memory;

/// What is resident, as the system counts it: what its killer goes by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resident;

impl Memory for Resident {
    /// 0 where the system does not say: without `/proc` there is nothing to go by.
    fn in_use(&self) -> u64 {
        let pages = Process::myself().and_then(|process| process.statm());
        pages.map_or(0, |pages| pages.resident * procfs::page_size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_to_is_in_use() {
        const BYTES: usize = 256 << 20;
        let taken = std::hint::black_box(vec![1_u8; BYTES]);
        let in_use = Resident.in_use();
        drop(taken);
        // Tests beside this one have their own.
        let plausible = BYTES as u64..4 * BYTES as u64;
        assert!(plausible.contains(&in_use), "{in_use}");
    }
}
