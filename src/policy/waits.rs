//! What a tier waits for, from what was written at it or at its ladder.

use crate::model::time::Span;
use crate::model::until::Until;

use super::draft::{Given, PatienceDraft, Written};
use super::ends::read_end;
use super::owner::{Owner, choose};
use super::patience::{Demote, Depth, OnRefund, Patience, Requalify, Term};
use super::problem::Problem;
use super::terms::{Least, read_span};

const DEMOTES: [(Demote, &str); 2] = [(Demote::Immediate, "immediate"), (Demote::Never, "never")];
const DEPTHS: [(Depth, &str); 2] = [(Depth::ToFit, "to-fit"), (Depth::OneStep, "one-step")];
const ON_REFUND: [(OnRefund, &str); 3] = [
    (OnRefund::Wait, "wait"),
    (OnRefund::Demote, "demote"),
    (OnRefund::Keep, "keep"),
];
const REQUALIFY: [(Requalify, &str); 2] = [
    (Requalify::Extends, "extends"),
    (Requalify::Restarts, "restarts"),
];

/// What was read of one table; nothing at a key where something faulty stands.
#[derive(Clone, Copy)]
struct Read {
    settle: Option<Option<Span>>,
    demote: Option<Option<Demote>>,
    grace: Option<Option<Until>>,
    stay: Option<Option<Until>>,
    term: Option<Option<Until>>,
    requalify: Option<Option<Requalify>>,
    depth: Option<Option<Depth>>,
    on_refund: Option<Option<OnRefund>>,
}

/// What the tiers of a ladder wait for where they do not say.
#[derive(Clone, Copy)]
pub(super) struct Waits<'a> {
    draft: &'a PatienceDraft,
    read: Read,
}

impl<'a> Waits<'a> {
    /// What was written at a ladder.
    pub(super) fn of_ladder(
        owner: &Owner<'_>,
        draft: &'a PatienceDraft,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let read = Read::of(draft, problems);
        if read.demote == Some(Some(Demote::Never)) {
            idle(owner, draft, &draft.demote, problems);
        }
        Self { draft, read }
    }

    /// What a tier waits for: what was written at it or, failing that, at its ladder.
    pub(super) fn of_tier(
        &self,
        owner: &Owner<'_>,
        draft: &PatienceDraft,
        problems: &mut Vec<Problem>,
    ) -> Option<Patience> {
        let (own, ladder) = (Read::of(draft, problems), &self.read);
        let none = Patience::NONE;
        let demote = own.demote?.or(ladder.demote?).unwrap_or(none.demote);
        if demote == Demote::Never {
            let told = match draft.demote {
                Given::Absent => &self.draft.demote,
                _ => &draft.demote,
            };
            idle(owner, draft, told, problems);
        }
        let lasting = |until: Option<Until>| until.filter(|until| *until != Until::Span(Span(0)));
        let term = lasting(own.term?.or(ladder.term?));
        if let (None, Some(written)) = (term, draft.requalify.written()) {
            problems.push(no_term(owner, written));
        }
        let requalify = own.requalify?.or(ladder.requalify?);
        Some(Patience {
            settle: own.settle?.or(ladder.settle?).unwrap_or(none.settle),
            demote,
            grace: lasting(own.grace?.or(ladder.grace?)),
            stay: lasting(own.stay?.or(ladder.stay?)),
            term: term.map(|until| Term {
                until,
                requalify: requalify.unwrap_or(Requalify::Extends),
            }),
            depth: own.depth?.or(ladder.depth?).unwrap_or(none.depth),
            on_refund: own
                .on_refund?
                .or(ladder.on_refund?)
                .unwrap_or(none.on_refund),
        })
    }

    /// Tells of what was written at the lowest tier of a ladder, which waits for nothing.
    pub(super) fn of_bottom(
        owner: &Owner<'_>,
        draft: &PatienceDraft,
        problems: &mut Vec<Problem>,
    ) -> Option<Patience> {
        for (key, written) in keys(draft) {
            if let Some(written) = written {
                problems.push(owner.lowest(key, &written.span, "never entered, never lost"));
            }
        }
        Read::of(draft, problems).whole().then_some(Patience::NONE)
    }
}

impl Read {
    fn of(draft: &PatienceDraft, problems: &mut Vec<Problem>) -> Self {
        Self {
            settle: draft
                .settle
                .read(|text| read_span(text, "settle", Least::Zero, problems)),
            demote: draft
                .demote
                .read(|word| choose(word, ("demote", "ways"), &DEMOTES, problems)),
            grace: draft.grace.read(|text| read_end(text, "grace", problems)),
            stay: draft
                .stay
                .read(|text| read_end(text, "minimum_stay", problems)),
            term: draft.term.read(|text| read_end(text, "term", problems)),
            requalify: draft
                .requalify
                .read(|word| choose(word, ("requalify", "ways"), &REQUALIFY, problems)),
            depth: draft
                .depth
                .read(|word| choose(word, ("depth", "depths"), &DEPTHS, problems)),
            on_refund: draft
                .on_refund
                .read(|word| choose(word, ("on_refund", "ways"), &ON_REFUND, problems)),
        }
    }

    fn whole(&self) -> bool {
        let waits = self.settle.is_some() && self.grace.is_some() && self.stay.is_some();
        let terms = self.term.is_some() && self.requalify.is_some();
        let ways = self.demote.is_some() && self.depth.is_some() && self.on_refund.is_some();
        waits && terms && ways
    }
}

/// Tells of waits at a tier or ladder that is never lost.
fn idle(
    owner: &Owner<'_>,
    draft: &PatienceDraft,
    never: &Given<String>,
    problems: &mut Vec<Problem>,
) {
    for (key, written) in keys(draft) {
        let (Some(written), Some(never)) = (written, never.written()) else {
            continue;
        };
        if key == "settle" || key == "demote" {
            continue;
        }
        let message = format!("{} has `{key}`, but demote = \"never\"", owner.title);
        let problem = Problem::new(&written.span, message, "waits for what never happens");
        let problem = problem.also(&never.span, "never");
        problems.push(problem.help(format!(
            "remove `{key}`, or write demote = \"immediate\" at the same place"
        )));
    }
}

fn no_term(owner: &Owner<'_>, requalify: &Written<String>) -> Problem {
    let message = format!("{} has `requalify`, but no `term`", owner.title);
    Problem::new(&requalify.span, message, "nothing to extend or restart")
        .help("add a line such as: term = \"12 months\"")
}

fn keys(draft: &PatienceDraft) -> [(&'static str, Option<&Written<String>>); 8] {
    [
        ("settle", draft.settle.written()),
        ("demote", draft.demote.written()),
        ("grace", draft.grace.written()),
        ("minimum_stay", draft.stay.written()),
        ("term", draft.term.written()),
        ("requalify", draft.requalify.written()),
        ("depth", draft.depth.written()),
        ("on_refund", draft.on_refund.written()),
    ]
}
