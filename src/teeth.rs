//! Faults that can be planted in what exactly-once rests on, to see that the tests notice each of
//! them; without the feature `teeth` none can be.

/// A planted fault.
#[allow(
    dead_code,
    reason = "some are planted in tests alone, and some in rooms that are not always built"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tooth {
    /// A commit in doubt is taken for one that went well.
    DoubtBelieved,
    /// After a failed commit the same producer goes on.
    SameProducer,
    /// A unit is published again without looking what became of it.
    RenewedBlindly,
    /// A unit in doubt is taken for committed.
    RenewedTrusting,
    /// What was held for a transaction is published twice in it.
    HeldTwice,
    /// What was held for a transaction is forgotten.
    HeldForgotten,
    /// What was held is published with its changes last.
    HeldBackwards,
    /// What is published again lacks its changes.
    KeptShort,
    /// Dead letters do not wait for a transaction.
    LetterOutside,
    /// No entry is written into the ledger.
    EntryOmitted,
    /// The entry is written after the commit has begun.
    EntryLate,
    /// The offsets are those at which the unit began.
    OffsetsBefore,
    /// The offsets are those of the last records instead of the next.
    OffsetsLast,
    /// Lanes are given up with a unit open.
    RevokedUnfinished,
    /// Lanes that are lost are gone on with.
    LostGoesOn,
    /// Parked lanes go on without following what others did.
    ParkedStale,
    /// A commit that has begun is taken for one that has ended.
    AheadOfCommit,
    /// Lanes are read from one record before their place.
    StartsAtLast,
    /// A lane counts as restored although the committed offsets are elsewhere.
    EndBelieved,
    /// The clock of a repeated unit is not the one of its entry.
    ClockOfToday,
    /// A repeated unit takes its topics one after another, and is not held against its entry.
    OrderForgotten,
    /// The dead letters are not in the checksum.
    LetterUnsummed,
    /// A record is lost on its way into the lane.
    RecordDropped,
    /// A copy of an event is counted as applied.
    CopiesCount,
    /// A unit's number is skipped after a unit without output.
    NumberSkipped,
    /// The counts of a unit do not begin at nothing.
    CountsKept,
    /// Offsets are taken from whoever is no member any more.
    GenerationUnasked,
    /// The offsets are committed outside of the transaction.
    OffsetsOutside,
    /// A renewed producer has the epoch of the old one.
    EpochKept,
    /// That a request to commit was sent twice is not heard.
    DisturbanceUnheard,
    /// That offsets were sent twice is not heard.
    OffsetsTwiceUnheard,
    /// Records are read that are not committed.
    ReadsUncommitted,
    /// Committed offsets are read while others are pending.
    PendingIgnored,
    /// A lane counts as restored although the offsets name a later unit.
    UnitUnasked,
    /// A snapshot is kept before its last unit is committed.
    KeptEarly,
    /// A snapshot is believed of which the ledger knows nothing.
    Unvouched,
    /// Who is about to change is not written down first.
    CopySkipped,
    /// A lane is remembered whose customers were still to come from a snapshot.
    HollowParked,
    /// A lane is handed over as kept up whose customers were still to come from a snapshot.
    HollowKeptUp,
    /// A lane that was kept up goes on as if nobody had done anything since.
    KeptUpStale,
}

#[cfg(all(feature = "teeth", test))]
impl Tooth {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 40] = [
        Self::DoubtBelieved,
        Self::SameProducer,
        Self::RenewedBlindly,
        Self::RenewedTrusting,
        Self::HeldTwice,
        Self::HeldForgotten,
        Self::HeldBackwards,
        Self::KeptShort,
        Self::LetterOutside,
        Self::EntryOmitted,
        Self::EntryLate,
        Self::OffsetsBefore,
        Self::OffsetsLast,
        Self::RevokedUnfinished,
        Self::LostGoesOn,
        Self::ParkedStale,
        Self::AheadOfCommit,
        Self::StartsAtLast,
        Self::EndBelieved,
        Self::ClockOfToday,
        Self::OrderForgotten,
        Self::LetterUnsummed,
        Self::RecordDropped,
        Self::CopiesCount,
        Self::NumberSkipped,
        Self::CountsKept,
        Self::GenerationUnasked,
        Self::OffsetsOutside,
        Self::EpochKept,
        Self::DisturbanceUnheard,
        Self::OffsetsTwiceUnheard,
        Self::ReadsUncommitted,
        Self::PendingIgnored,
        Self::UnitUnasked,
        Self::KeptEarly,
        Self::Unvouched,
        Self::CopySkipped,
        Self::HollowParked,
        Self::HollowKeptUp,
        Self::KeptUpStale,
    ];
}

#[cfg(feature = "teeth")]
mod planted {
    use std::cell::Cell;

    use super::Tooth;

    thread_local! {
        static PLANTED: Cell<Option<Tooth>> = const { Cell::new(None) };
    }

    /// Whether this fault is planted in this thread.
    pub(crate) fn bites(tooth: Tooth) -> bool {
        PLANTED.get() == Some(tooth)
    }

    /// Plants a fault in this thread, or none.
    #[cfg(test)]
    pub(crate) fn plant(tooth: Option<Tooth>) {
        PLANTED.set(tooth);
    }
}

#[cfg(feature = "teeth")]
pub(crate) use planted::bites;
#[cfg(all(feature = "teeth", test))]
pub(crate) use planted::plant;

/// Never: none can be planted.
#[cfg(not(feature = "teeth"))]
pub(crate) const fn bites(_: Tooth) -> bool {
    false
}
