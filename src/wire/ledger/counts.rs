//! The counts of an entry of the ledger as JSON.

use serde::{Deserialize, Serialize};

use crate::lane::ledger::Counts;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CountsRecord {
    applied: u64,
    duplicates: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    suppressed: u64,
    dead_letters: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    transfers: u64,
    changes: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    warnings: u64,
    standings: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    receipts: u64,
}

/// What only commands, warnings or several lanes bring about is left out where there was none.
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl CountsRecord {
    pub(super) fn of(counts: Counts) -> Self {
        Self {
            applied: counts.applied,
            duplicates: counts.duplicates,
            suppressed: counts.suppressed,
            dead_letters: counts.dead_letters,
            transfers: counts.transfers,
            changes: counts.changes,
            warnings: counts.warnings,
            standings: counts.standings,
            receipts: counts.receipts,
        }
    }

    pub(super) fn to_counts(&self) -> Counts {
        Counts {
            applied: self.applied,
            duplicates: self.duplicates,
            suppressed: self.suppressed,
            dead_letters: self.dead_letters,
            transfers: self.transfers,
            changes: self.changes,
            warnings: self.warnings,
            standings: self.standings,
            receipts: self.receipts,
        }
    }
}
