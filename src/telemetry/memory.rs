//! How much memory is in use, and how much may be.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// The memory of this instance, as looked at last.
#[derive(Debug, Default)]
pub struct MemoryGauges {
    in_use: AtomicU64,
    limit: AtomicU64,
    paused: AtomicBool,
}

impl MemoryGauges {
    /// So many bytes are in use.
    pub fn set_in_use(&self, bytes: u64) {
        self.in_use.store(bytes, Relaxed);
    }

    /// So many bytes may be in use.
    pub fn set_limit(&self, bytes: Option<u64>) {
        self.limit.store(bytes.unwrap_or(0), Relaxed);
    }

    /// Whether nothing is taken in for want of memory.
    pub fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Relaxed);
    }

    /// Bytes in use.
    #[must_use]
    pub fn in_use(&self) -> u64 {
        self.in_use.load(Relaxed)
    }

    /// Bytes that may be in use; 0 for no limit.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit.load(Relaxed)
    }

    /// Whether nothing is taken in for want of memory.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused.load(Relaxed)
    }
}
