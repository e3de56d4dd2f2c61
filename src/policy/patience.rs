//! Patience: how long a ladder waits before it takes a customer to a tier, or lets one go.

use crate::model::change::{Wait, Waited};
use crate::model::time::{Span, Timestamp};
use crate::model::until::Until;
use crate::model::zone::Zone;

/// What a tier waits for; the default is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long its entry rule must hold without interruption before it is entered from below.
    pub settle: Span,
    /// Whether it is lost at all.
    pub demote: Demote,
    /// How long it is kept from the instant on at which nothing keeps a customer there.
    pub grace: Option<Until>,
    /// How long it is kept from the instant on at which the customer came.
    pub stay: Option<Until>,
    /// How long it is valid, so that it is lost at ends of terms only.
    pub term: Option<Term>,
    /// Where it is left for.
    pub depth: Depth,
    /// What a refund does, a cancellation or a restatement, after which nothing keeps the customer
    /// any more.
    pub on_refund: OnRefund,
}

/// How long a tier is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its end.
    pub until: Until,
    /// From when on it is counted.
    pub requalify: Requalify,
}

/// What it means for a term that something keeps the customer on the tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requalify {
    /// At its end, that there is another one: terms are counted from when the customer came.
    Extends,
    /// At every instant, that it is counted from then.
    Restarts,
}

/// Whether a tier is lost when nothing keeps a customer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demote {
    /// At once, unless there is something to wait for.
    Immediate,
    /// Never.
    Never,
}

/// What becomes of a tier when something is taken back that has kept the customer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRefund {
    /// What becomes of it whenever nothing keeps the customer any more.
    Wait,
    /// It is lost at once, whatever there is to wait for.
    Demote,
    /// It is kept for as long as if nothing had been taken back.
    Keep,
}

/// Where a customer goes who leaves a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// To the highest lower tier that can be entered or kept.
    ToFit,
    /// To the next lower tier, whose own patience counts from then on.
    OneStep,
}

/// When a customer came to a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    /// The instant.
    pub since: Timestamp,
    /// When the term was last renewed, where that is remembered; else the same.
    pub renewed: Timestamp,
}

impl Patience {
    /// A tier that waits for nothing.
    pub const NONE: Self = Self {
        settle: Span(0),
        demote: Demote::Immediate,
        grace: None,
        stay: None,
        term: None,
        depth: Depth::ToFit,
        on_refund: OnRefund::Wait,
    };

    /// Whether anything has to be remembered of a customer to tell what the tier waits for.
    #[must_use]
    pub fn waits(&self) -> bool {
        let never = self.demote == Demote::Never;
        self.settles() || self.is_kept_on() || never || self.spares()
    }

    /// Whether it is kept for as long as if nothing had been taken back.
    #[must_use]
    pub fn spares(&self) -> bool {
        self.on_refund == OnRefund::Keep
    }

    /// Whether entering takes time.
    #[must_use]
    pub fn settles(&self) -> bool {
        self.settle > Span(0)
    }

    /// Whether a customer whom nothing keeps may stay.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.is_kept_on() || self.demote == Demote::Never
    }

    /// Whether a customer may be there whom nothing keeps, for a time.
    fn is_kept_on(&self) -> bool {
        self.grace.is_some() || self.stay.is_some() || self.term.is_some()
    }

    /// The first instant at which a customer is let go who came then and whom nothing has
    /// kept from `lapsed` on; [`Timestamp::MAX`] if there is none.
    #[must_use]
    pub fn ends(&self, zone: &Zone, came: Came, lapsed: Timestamp) -> Timestamp {
        match self.demote {
            Demote::Never => Timestamp::MAX,
            Demote::Immediate => {
                let waits = self.waited(zone, came, lapsed).into_iter().flatten();
                waits.map(|(_, end)| end).fold(lapsed, Timestamp::max)
            }
        }
    }

    /// The wait that ends at `at` for such a customer.
    #[must_use]
    pub fn over(
        &self,
        zone: &Zone,
        (came, lapsed): (Came, Timestamp),
        at: Timestamp,
    ) -> Option<Waited> {
        let mut waits = self.waited(zone, came, lapsed).into_iter().flatten();
        waits.find(|(_, end)| *end == at).map(|(waited, _)| waited)
    }

    /// Until when the stay of a customer lasts who came at `since`.
    #[must_use]
    pub fn protected(&self, zone: &Zone, since: Timestamp) -> Option<Timestamp> {
        self.stay.map(|stay| stay.after(zone, since))
    }

    /// The end of the term that a customer is in at `at` who came then; where requalifying
    /// restarts it there is none as long as something keeps the customer.
    #[must_use]
    pub fn term_ends(
        &self,
        zone: &Zone,
        (came, lapsed): (Came, Option<Timestamp>),
        at: Timestamp,
    ) -> Option<Timestamp> {
        let term = self.term?;
        match (term.requalify, lapsed) {
            (_, Some(lapsed)) => Some(term.after(zone, came, lapsed).1),
            (Requalify::Extends, None) => {
                Some(term.until.first_not_before(zone, came.since, at + Span(1)))
            }
            (Requalify::Restarts, None) => None,
        }
    }

    fn waited(
        &self,
        zone: &Zone,
        came: Came,
        lapsed: Timestamp,
    ) -> [Option<(Waited, Timestamp)>; 3] {
        let wait = |wait, until: Option<Until>, since| {
            until.map(|until| (Waited { wait, since }, until.after(zone, since)))
        };
        let term = self.term.map(|term| {
            let (since, end) = term.after(zone, came, lapsed);
            let wait = Wait::Term;
            (Waited { wait, since }, end)
        });
        [
            term,
            wait(Wait::Grace, self.grace, lapsed),
            wait(Wait::MinimumStay, self.stay, came.since),
        ]
    }
}

impl Term {
    /// From when on the term is counted in which nothing keeps a customer any more, and when it
    /// ends.
    fn after(self, zone: &Zone, came: Came, lapsed: Timestamp) -> (Timestamp, Timestamp) {
        let Came { since, renewed } = came;
        match (self.requalify, self.until) {
            (Requalify::Extends, until) => {
                let after = lapsed.max(renewed + Span(1));
                (since, until.first_not_before(zone, since, after))
            }
            (Requalify::Restarts, Until::Span(span)) => (lapsed, lapsed + span),
            // The last day, month or year in which something kept the customer counts.
            (Requalify::Restarts, until) => (lapsed, until.after(zone, lapsed - Span(1))),
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::NONE
    }
}
