//! What goes wrong, and when: kinds of faults, the steps of a unit and of a restore that they meet,
//! and which of the two can come together.

use super::dice::Dice;

/// Where an instance is when something happens to it: just before that call does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Init,
    Join,
    Poll,
    FirstLook,
    Ends,
    Start,
    OpenLedger,
    RestoreCommitted,
    RestoreLook,
    RestoreFetch,
    Fetch,
    Begin,
    SendChange,
    SendStanding,
    SendDeadLetter,
    SendTransfer,
    SendEntry,
    AddOffsets,
    AskCommit,
    HearCommit,
    AfterCommit,
    Renew,
    LookAtEnd,
    DoubtCommitted,
    Release,
    AskEnd,
    SaveBegin,
    SaveAdd,
    SaveKeep,
    ShelfList,
    ShelfOpen,
}

impl Step {
    /// What it is called in the matrix.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Init => "begin to publish",
            Self::Join => "join the group",
            Self::Poll => "hear the group",
            Self::FirstLook => "look at the first entry",
            Self::Ends => "first offsets",
            Self::Start => "start to read",
            Self::OpenLedger => "open the ledger",
            Self::RestoreCommitted => "restore: committed",
            Self::RestoreLook => "restore: ledger",
            Self::RestoreFetch => "restore: fetch",
            Self::Fetch => "fetch",
            Self::Begin => "begin",
            Self::SendChange => "send a change",
            Self::SendStanding => "send a standing",
            Self::SendDeadLetter => "send a dead letter",
            Self::SendTransfer => "send a transfer",
            Self::SendEntry => "send the entry",
            Self::AddOffsets => "add the offsets",
            Self::AskCommit => "ask to commit",
            Self::HearCommit => "hear the commit",
            Self::AfterCommit => "after the commit",
            Self::Renew => "renew the producer",
            Self::LookAtEnd => "doubt: ledger's end",
            Self::DoubtCommitted => "doubt: committed",
            Self::Release => "give up the lanes",
            Self::AskEnd => "save: ledger's end",
            Self::SaveBegin => "save: begin",
            Self::SaveAdd => "save: write",
            Self::SaveKeep => "save: keep",
            Self::ShelfList => "snapshots: list",
            Self::ShelfOpen => "snapshots: read",
        }
    }

    /// All of them, in the order of their numbers.
    pub(super) const ALL: [Self; 31] = [
        Self::Init,
        Self::Join,
        Self::Poll,
        Self::FirstLook,
        Self::Ends,
        Self::Start,
        Self::OpenLedger,
        Self::RestoreCommitted,
        Self::RestoreLook,
        Self::RestoreFetch,
        Self::Fetch,
        Self::Begin,
        Self::SendChange,
        Self::SendStanding,
        Self::SendDeadLetter,
        Self::SendTransfer,
        Self::SendEntry,
        Self::AddOffsets,
        Self::AskCommit,
        Self::HearCommit,
        Self::AfterCommit,
        Self::Renew,
        Self::LookAtEnd,
        Self::DoubtCommitted,
        Self::Release,
        Self::AskEnd,
        Self::SaveBegin,
        Self::SaveAdd,
        Self::SaveKeep,
        Self::ShelfList,
        Self::ShelfOpen,
    ];

    /// What the step is for the broker.
    fn sort(self) -> Sort {
        match self {
            Self::Init
            | Self::SendChange
            | Self::SendStanding
            | Self::SendDeadLetter
            | Self::SendTransfer
            | Self::SendEntry
            | Self::AddOffsets
            | Self::AskCommit
            | Self::Renew => Sort::Request,
            Self::Poll | Self::Start | Self::Begin | Self::Join | Self::Release => Sort::Local,
            Self::HearCommit => Sort::Reply,
            Self::AfterCommit => Sort::Moment,
            Self::SaveBegin
            | Self::SaveAdd
            | Self::SaveKeep
            | Self::ShelfList
            | Self::ShelfOpen => Sort::Disk,
            _ => Sort::Look,
        }
    }
}

/// What a step is for the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A request that changes something there.
    Request,
    /// A request that changes nothing.
    Look,
    /// The client by itself; it goes on with the group in its own time.
    Local,
    /// The answer to a request.
    Reply,
    /// Nothing.
    Moment,
    /// Nothing: it is the disk of the instance that is asked.
    Disk,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Crash,
    ErrorReply,
    LostReply,
    DelayedRequest,
    DoubledRequest,
    FencedByAnother,
    Revoke,
    LostLanes,
    BrokerAborts,
    StandStill,
    /// A bit of what is written, or kept, is another.
    Flipped,
    /// The rest is not there.
    Torn,
    /// What was kept before is there instead.
    Stale,
    /// It is another lane's.
    OtherLane,
    /// It is of another deployment, which did the same unit otherwise.
    OtherHistory,
}

impl Fault {
    /// What it is called in the matrix.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::ErrorReply => "error",
            Self::LostReply => "lost reply",
            Self::DelayedRequest => "delayed",
            Self::DoubledRequest => "doubled",
            Self::FencedByAnother => "fenced",
            Self::Revoke => "revoke",
            Self::LostLanes => "lanes lost",
            Self::BrokerAborts => "aborted",
            Self::StandStill => "standstill",
            Self::Flipped => "flipped",
            Self::Torn => "torn",
            Self::Stale => "stale",
            Self::OtherLane => "lane's",
            Self::OtherHistory => "history's",
        }
    }

    /// All of them, in the order of their numbers.
    pub(super) const ALL: [Self; 15] = [
        Self::Crash,
        Self::ErrorReply,
        Self::LostReply,
        Self::DelayedRequest,
        Self::DoubledRequest,
        Self::FencedByAnother,
        Self::Revoke,
        Self::LostLanes,
        Self::BrokerAborts,
        Self::StandStill,
        Self::Flipped,
        Self::Torn,
        Self::Stale,
        Self::OtherLane,
        Self::OtherHistory,
    ];

    /// Whether it is what becomes of a snapshot.
    pub(super) fn is_of_disk(self) -> bool {
        matches!(
            self,
            Self::Flipped | Self::Torn | Self::Stale | Self::OtherLane | Self::OtherHistory
        )
    }

    /// Why this cannot happen to a snapshot at a step, if it cannot.
    fn spares(self, step: Step) -> Option<&'static str> {
        match (self, step) {
            (Self::Flipped | Self::Torn, Step::SaveAdd) => None,
            (Self::Stale, Step::ShelfList) => None,
            (_, Step::SaveKeep | Step::ShelfOpen) => None,
            (_, Step::SaveBegin | Step::SaveAdd | Step::ShelfList) => {
                Some("no such thing is read or kept by it")
            }
            _ => Some("no disk is asked"),
        }
    }

    /// Why this cannot happen at a step, if it cannot.
    pub(super) fn impossible(self, step: Step) -> Option<&'static str> {
        match (self, step.sort()) {
            _ if self.is_of_disk() => self.spares(step),
            (Self::ErrorReply, Sort::Moment) => Some("there is no call that could fail"),
            (Self::LostReply, Sort::Look) => Some("it is the same as an error: nothing changes"),
            (Self::DelayedRequest | Self::DoubledRequest, Sort::Look) => {
                Some("a copy of a look changes nothing")
            }
            (
                Self::LostReply | Self::DelayedRequest | Self::DoubledRequest,
                Sort::Local | Sort::Moment | Sort::Disk,
            ) => Some("no request of its own"),
            (Self::DelayedRequest | Self::DoubledRequest, Sort::Reply) => {
                Some("that is of the request")
            }
            (Self::BrokerAborts, _) if matches!(step, Step::HearCommit | Step::AfterCommit) => {
                Some("the transaction is decided")
            }
            (Self::BrokerAborts, _)
                if matches!(
                    step,
                    Step::Begin
                        | Step::Join
                        | Step::FirstLook
                        | Step::Ends
                        | Step::Start
                        | Step::Release
                        | Step::ShelfList
                        | Step::ShelfOpen
                ) =>
            {
                Some("no transaction is open")
            }
            (Self::BrokerAborts, _) if matches!(step, Step::LookAtEnd | Step::DoubtCommitted) => {
                Some("the producer was renewed, so no transaction is open")
            }
            (Self::Revoke | Self::LostLanes, _) if matches!(step, Step::Init | Step::Join) => {
                Some("it is no member yet")
            }
            _ => None,
        }
    }
}

/// How often each fault has met each step.
pub(super) type Matrix = [[u64; Fault::ALL.len()]; Step::ALL.len()];

/// The faults of one history.
pub(super) struct Weather {
    /// A fault that waits for its step to come so often.
    aim: Option<(Step, Fault, usize)>,
    /// One call in so many meets a fault; none if 0.
    rate: usize,
    /// Faults that have come about.
    pub(super) matrix: Matrix,
}

impl Weather {
    /// One fault that waits for its step, and others as they come.
    pub(super) fn new(dice: &Dice, rate: usize) -> Self {
        let step = Step::ALL[dice.below(Step::ALL.len())];
        let fault = Fault::ALL[dice.below(Fault::ALL.len())];
        let possible = fault.impossible(step).is_none();
        Self {
            aim: (possible && rate > 0).then(|| (step, fault, dice.below(3))),
            rate,
            matrix: [[0; Fault::ALL.len()]; Step::ALL.len()],
        }
    }

    /// The group may move on while the next unit is committed.
    pub(super) fn turn(&mut self, dice: &Dice) {
        let steps = [Step::SendEntry, Step::AskCommit, Step::HearCommit];
        if self.rate > 0 && dice.one_in(2) {
            self.aim = Some((steps[dice.below(steps.len())], Fault::Revoke, 0));
        }
    }

    /// From now on nothing goes wrong.
    pub(super) fn calm(&mut self) {
        self.aim = None;
        self.rate = 0;
    }

    /// What goes wrong at this step now. It is to be noted if it comes about.
    pub(super) fn at(&mut self, step: Step, dice: &Dice) -> Option<Fault> {
        if let Some((aimed, fault, left)) = &mut self.aim
            && *aimed == step
        {
            if *left == 0 {
                return Some(*fault);
            }
            *left -= 1;
        }
        if self.rate == 0 || !dice.one_in(self.rate) {
            return None;
        }
        // Every second is a crash.
        let fault = match dice.one_in(2) {
            true => Fault::Crash,
            false => Fault::ALL[dice.below(Fault::ALL.len())],
        };
        fault.impossible(step).is_none().then_some(fault)
    }

    /// A fault has come about.
    pub(super) fn note(&mut self, step: Step, fault: Fault) {
        self.matrix[step as usize][fault as usize] += 1;
        let done = |(aimed, which, left): &mut (Step, Fault, usize)| {
            (*aimed, *which, *left) == (step, fault, 0)
        };
        self.aim.take_if(done);
    }
}
