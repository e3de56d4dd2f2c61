//! What a tier tells before it is lost or entered, from what was written.

use crate::model::time::Span;

use super::declared::Warnings;
use super::draft::{TierDraft, Written};
use super::owner::Owner;
use super::patience::{Demote, Patience};
use super::problem::Problem;
use super::rules::{Place, Rules};
use super::terms::{Least, read_span};

/// Nobody heeds more warnings of one loss.
const STEPS_MAX: usize = 8;

/// The lengths of time of a `warn`, the longest first.
pub(super) fn steps(
    owner: &Owner<'_>,
    list: &Written<Vec<Written<String>>>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Span>> {
    if let Some(beyond) = list.value.get(STEPS_MAX) {
        let message = format!("{} warns {} times", owner.title, list.value.len());
        let label = format!("at most {STEPS_MAX}");
        problems.push(Problem::new(&beyond.span, message, label));
    }
    let steps = list.value.iter();
    let steps = steps.map(|step| read_span(step, "warn", Least::Some, problems));
    let steps = steps
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Option<Vec<_>>>()?;
    for (at, pair) in steps.windows(2).enumerate() {
        let (one, next) = (&list.value[at], &list.value[at + 1]);
        if pair[1] >= pair[0] {
            let message = format!(
                "{} warns \"{}\" ahead, then \"{}\"",
                owner.title, one.value, next.value
            );
            let problem = Problem::new(&next.span, message, "not nearer to the loss");
            let problem = problem.also(&one.span, "warned before");
            problems.push(problem.help("write the longest first, such as [\"30d\", \"7d\"]"));
        }
    }
    Some(steps)
}

/// What a tier tells: what was written at it or, as to losses, at its ladder.
pub(super) fn of_tier(
    owner: &Owner<'_>,
    draft: &TierDraft,
    ladder: &Option<Vec<Span>>,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Warnings> {
    let own = draft.warn.read(|list| steps(owner, list, problems));
    let near = draft
        .near
        .read(|rule| rules.read(rule, Place::Ladder, problems));
    Some(Warnings {
        steps: own?.or_else(|| ladder.clone()).unwrap_or_default(),
        near: near?,
    })
}

/// Tells of warnings at a tier that is never lost.
pub(super) fn check_lost(draft: &TierDraft, patience: &Patience, problems: &mut Vec<Problem>) {
    let warn = draft.warn.written().filter(|warn| !warn.value.is_empty());
    let (Some(warn), Demote::Never) = (warn, patience.demote) else {
        return;
    };
    let title = draft.name.written().map_or("", |name| &name.value);
    let message = format!("tier \"{title}\" has `warn`, but demote = \"never\"");
    let problem = Problem::new(&warn.span, message, "warns of what never happens");
    problems.push(problem.help("remove `warn`, or write demote = \"immediate\" at the same place"));
}

/// Tells of what was written at the lowest tier, which is neither entered nor lost.
pub(super) fn of_bottom(
    owner: &Owner<'_>,
    draft: &TierDraft,
    problems: &mut Vec<Problem>,
) -> Option<Warnings> {
    let warn = draft.warn.written().map(|written| &written.span);
    let near = draft.near.written().map(|written| &written.span);
    for (key, span) in [("warn", warn), ("near", near)] {
        if let Some(span) = span {
            problems.push(owner.lowest(key, span, "never entered, never lost"));
        }
    }
    Some(Warnings::default())
}
