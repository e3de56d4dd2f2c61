//! Every metric and every label, once: names, kinds, meanings and the closed sets of label values.

/// What kind of metric it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Cumulative counts by upper bound.
    Histogram,
}

/// One metric.
#[derive(Debug)]
pub(super) struct Metric {
    /// Its name on the page.
    pub(super) name: &'static str,
    /// Its kind.
    pub(super) kind: Kind,
    /// Names of its labels, in the order in which values are given.
    pub(super) labels: &'static [&'static str],
    /// What it counts or measures.
    pub(super) help: &'static str,
}

macro_rules! metrics {
    ($($ident:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(pub(super) const $ident: Metric = Metric {
            name: $name,
            kind: Kind::$kind,
            labels: &[$($label),*],
            help: $help,
        };)*
        /// All metrics of tidemark itself; `process_*` come from the library.
        pub(super) const ALL: &[&Metric] = &[$(&$ident),*];
    };
}

metrics! {
    RECORDS_CONSUMED = Counter "tidemark_records_consumed_total" ["topic"]
        "Records read and committed; equals the sum of tidemark_events_total.";
    EVENTS = Counter "tidemark_events_total" ["outcome"]
        "What became of the records consumed.";
    DEAD_LETTERS = Counter "tidemark_dead_letters_total" ["reason"]
        "Records that could not be applied; equals tidemark_events_total of that outcome.";
    CLEANED = Counter "tidemark_cleaned_total" ["field", "rule"]
        "Fields that a cleaning rule of the policy changed, in events that count.";
    CHANGES = Counter "tidemark_changes_total" ["scale", "cause", "direction"]
        "Changes published, by ladder or map.";
    WARNINGS = Counter "tidemark_warnings_total" ["scale", "warning"]
        "Warnings published, by ladder.";
    CUSTOMERS = Gauge "tidemark_customers" ["scale", "tier"]
        "Customers of this instance's lanes by tier or segment.";
    CUSTOMERS_KNOWN = Gauge "tidemark_customers_known" []
        "Customers of this instance's lanes.";
    CUSTOMERS_FORGOTTEN = Gauge "tidemark_customers_forgotten" []
        "Times that this instance's lanes have forgotten a customer, since their past began.";
    CONSUMER_LAG = Gauge "tidemark_consumer_lag_records" ["topic", "partition"]
        "Records not read yet, as of the last fetch.";
    HELD_DEMOTIONS = Gauge "tidemark_held_demotions" ["lane"]
        "Customers whose move by time alone is due by the wall clock, not yet by the lane's clock.";
    CLOCK = Gauge "tidemark_clock_timestamp_seconds" ["lane"]
        "The lane's clock.";
    FEED_LIVE = Gauge "tidemark_feed_live" ["lane"]
        "1 while the clock may follow the wall without events.";
    LANES = Gauge "tidemark_lanes" ["state"]
        "Lanes of this instance by state.";
    RESTORE_PROGRESS = Gauge "tidemark_restore_progress_ratio" ["lane"]
        "How much of the lane's snapshot and of its past after that has been read again, 0 to 1.";
    RESTORE_LEFT = Gauge "tidemark_restore_left_seconds" ["lane"]
        "How long the lane's restore takes from now on, at the pace so far.";
    RESTORE_MARGIN = Gauge "tidemark_restore_margin_seconds" ["topic", "partition"]
        "How long the oldest record that a restore of the lane would need is still kept.";
    STANDBY_LANES = Gauge "tidemark_standby_lanes" []
        "Lanes of other instances that are kept up here for a takeover.";
    STANDBY_TIME = Gauge "tidemark_standby_timestamp_seconds" []
        "When the one of them that was looked at longest ago stood where its ledger ends.";
    REPLAYED_RECORDS = Counter "tidemark_replayed_records_total" []
        "Records read again to restore lanes; not part of the records consumed.";
    UNITS = Counter "tidemark_units_total" []
        "Units committed: ledger entries written.";
    TRANSACTIONS = Counter "tidemark_transactions_total" ["result"]
        "Transactions ended.";
    TRANSACTION_SECONDS = Histogram "tidemark_transaction_seconds" []
        "From the begin of a transaction to its acknowledged commit, gathering meanwhile included.";
    COMMIT_WAIT_SECONDS = Histogram "tidemark_commit_wait_seconds" []
        "Times that a full unit stood still until the commit of the one before had ended.";
    EVENT_TO_CHANGE_SECONDS = Histogram "tidemark_event_to_change_seconds" []
        "From the broker's time of an event to the acknowledged change that it caused.";
    DEMOTION_LAG_SECONDS = Histogram "tidemark_demotion_lag_seconds" []
        "From the instant of a change by time alone to its acknowledgement.";
    REBALANCES = Counter "tidemark_rebalances_total" ["kind"]
        "Times that a worker's lanes were given or taken.";
    WORKER_RESTARTS = Counter "tidemark_worker_restarts_total" ["reason"]
        "Workers that dropped their client and state and began anew.";
    PRODUCER_RENEWALS = Counter "tidemark_producer_renewals_total" ["reason"]
        "Workers that took another producer and kept their state.";
    LEDGER_MISMATCHES = Counter "tidemark_ledger_mismatches_total" []
        "Units whose replay differs from what the ledger says of them.";
    SNAPSHOTS = Counter "tidemark_snapshots_total" ["shelf", "result"]
        "Snapshots of lanes that were written or looked at, and what came of it.";
    SNAPSHOT_TIME = Gauge "tidemark_snapshot_timestamp_seconds" ["lane"]
        "When the lane's last snapshot was kept.";
    SNAPSHOT_BYTES = Gauge "tidemark_snapshot_bytes" ["lane"]
        "How large the lane's last snapshot is.";
    POLICY_INFO = Gauge "tidemark_policy_info" ["name", "version", "hash"]
        "The policy given last, and those that lanes of this instance decide by; always 1.";
    POLICY_ADOPTED = Counter "tidemark_policy_adopted_total" []
        "Times that a lane went over to another policy.";
    POLICY_REFUSED = Counter "tidemark_policy_refused_total" ["reason"]
        "Policies that were refused; the one before stays in force.";
    AWAITING = Gauge "tidemark_policy_awaiting_customers" ["lane"]
        "Customers still to be passed over to the policy that their lane has adopted.";
    MEMORY_IN_USE = Gauge "tidemark_memory_in_use_bytes" []
        "Memory in use, as looked at last and held against the limit.";
    MEMORY_LIMIT = Gauge "tidemark_memory_limit_bytes" []
        "Memory that may be in use, state.max_bytes; 0 for no limit.";
    INTAKE_PAUSED = Gauge "tidemark_intake_paused" []
        "1 while nothing is read because memory has reached its limit.";
    BUILD_INFO = Gauge "tidemark_build_info" ["version"]
        "The program; always 1.";
}

macro_rules! label_values {
    ($(#[$doc:meta])* $set:ident { $($(#[$value_doc:meta])* $value:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $set { $($(#[$value_doc])* $value,)* }

        impl $set {
            /// All of them, in the order of their discriminants.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// The value of the label.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$value => $name,)* }
            }
        }
    };
}

label_values! {
    /// What became of a record.
    Outcome {
        /// It counts.
        Applied = "applied",
        /// A copy of an event that counted.
        Duplicate = "duplicate",
        /// It happened before its customer was erased.
        Suppressed = "suppressed",
        /// It was put aside with a reason.
        DeadLetter = "dead_letter",
        /// It was sent on to the lane of its customer, or has brought customers from another lane.
        Transfer = "transfer",
    }
}

label_values! {
    /// Why a policy was refused.
    Declined {
        /// Its text cannot be read.
        Unreadable = "unreadable",
        /// What is wrong with it is told line by line.
        Invalid = "invalid",
        /// What has been kept of customers cannot answer it.
        Unanswerable = "unanswerable",
    }
}

label_values! {
    /// How a transaction ended.
    Ending {
        /// Its records are visible.
        Committed = "committed",
        /// Its records will never be seen.
        Aborted = "aborted",
    }
}

label_values! {
    /// What a rebalance did to a worker.
    Rebalance {
        /// It was given lanes.
        Assigned = "assigned",
        /// It gave lanes back in order.
        Revoked = "revoked",
        /// Its lanes were taken without asking: another may have them already.
        Lost = "lost",
    }
}

label_values! {
    /// Why a worker began anew.
    Restart {
        /// Another producer has taken over its transactional id.
        Fenced = "fenced",
        /// The cluster could not be asked how a commit ended.
        AmbiguousCommit = "ambiguous_commit",
        /// The client reported an error that it does not recover from.
        ClientError = "client_error",
    }
}

label_values! {
    /// Why a worker took another producer.
    Renewal {
        /// It could not be told how a commit ended.
        AmbiguousCommit = "ambiguous_commit",
        /// The client reported an error that it does not recover from.
        ClientError = "client_error",
    }
}

label_values! {
    /// Where snapshots are kept.
    Kept {
        /// `snapshots.folder`.
        Folder = "folder",
        /// `snapshots.topic`.
        Topic = "topic",
    }
}

label_values! {
    /// What came of a snapshot.
    Saved {
        /// It is kept.
        Kept = "kept",
        /// It could not be written.
        Failed = "failed",
        /// Customers changed faster than they were written down.
        Overtaken = "overtaken",
        /// What was read is not what was written.
        Damaged = "damaged",
        /// It could not be taken: the ledger, the settings or the program are other ones.
        Unfit = "unfit",
    }
}

label_values! {
    /// What a lane is doing.
    LaneState {
        /// Its past is being replayed; it does not publish yet.
        Restoring = "restoring",
        /// It reads, decides and publishes.
        Running = "running",
        /// Records that it needs are gone; it stands still.
        Stopped = "stopped",
    }
}
