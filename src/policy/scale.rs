//! Ladders and maps, from what was written.

use crate::model::time::Span;

use super::declared::{Ladder, Segment, SegmentMap, Tier, Warnings};
use super::draft::{Given, LadderDraft, MapDraft, RuleDraft, SegmentDraft, TierDraft, Written};
use super::labels::labels;
use super::names::Names;
use super::owner::Owner;
use super::patience::Patience;
use super::problem::{ByteRange, Problem};
use super::rule::Rule;
use super::rules::{Place, Rules};
use super::tenure;
use super::waits::Waits;
use super::warnings::{self, steps};

/// Ranks are kept in a byte; some values are kept free.
const RANKS_MAX: usize = 250;

/// The ladder that was declared.
pub(super) fn ladder<'a>(
    draft: &'a LadderDraft,
    names: &mut Names<'a>,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Ladder> {
    let owner = owner("ladder", &draft.name, &draft.header);
    let name = named("ladder", &owner, &draft.name, names, problems);
    let tier_drafts = draft.tiers.as_ref()?;
    check_count(&owner, tier_drafts.len(), "tier", problems);
    let waits = Waits::of_ladder(&owner, &draft.patience, problems);
    let warn = draft.warn.read(|list| steps(&owner, list, problems));
    let mut tier_names = Names::default();
    let mut tiers = Vec::with_capacity(tier_drafts.len());
    let mut lower = Vec::with_capacity(tier_drafts.len());
    for tier_draft in tier_drafts {
        let tier = tier(&lower, tier_draft, &mut tier_names, rules, problems);
        let patience = patience(lower.len(), tier_draft, &waits, problems);
        let warnings = warnings(lower.len(), tier_draft, warn.as_ref(), rules, problems);
        if let Some(patience) = &patience {
            warnings::check_lost(tier_draft, patience, problems);
        }
        let tier = tier.zip(patience).zip(warnings);
        tiers.push(tier.map(|((tier, patience), warnings)| Tier {
            patience,
            warnings,
            ..tier
        }));
        lower.push(tier_draft.name.written().map_or("", |name| &name.value));
    }
    Some(Ladder {
        name: name?.value.clone(),
        tiers: tiers.into_iter().collect::<Option<_>>()?,
    })
}

/// The map that was declared.
pub(super) fn map<'a>(
    draft: &'a MapDraft,
    names: &mut Names<'a>,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<SegmentMap> {
    let owner = owner("map", &draft.name, &draft.header);
    let name = named("map", &owner, &draft.name, names, problems);
    let segment_drafts = draft.segments.as_ref()?;
    check_count(&owner, segment_drafts.len(), "segment", problems);
    let mut segment_names = Names::default();
    let mut segments = Vec::with_capacity(segment_drafts.len());
    for (rank, segment_draft) in segment_drafts.iter().enumerate() {
        let last = rank + 1 == segment_drafts.len();
        segments.push(segment(
            last,
            segment_draft,
            &mut segment_names,
            rules,
            problems,
        ));
    }
    Some(SegmentMap {
        name: name?.value.clone(),
        segments: segments.into_iter().collect::<Option<_>>()?,
    })
}

fn tier<'a>(
    lower: &[&str],
    draft: &'a TierDraft,
    names: &mut Names<'a>,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Tier> {
    let owner = owner("tier", &draft.name, &draft.header);
    let name = named("tier", &owner, &draft.name, names, problems);
    if lower.is_empty() {
        tenure::of_bottom(&owner, draft, problems);
        for (key, given) in [("enter", &draft.enter), ("keep", &draft.keep)] {
            if let Some(rule) = given.written() {
                problems.push(bottom_rule(&owner, key, rule));
            }
        }
    } else {
        let example = "enter = \"orders_90d >= 1\"";
        owner.required(&draft.enter, "enter", example, problems);
    }
    let enter = read(&draft.enter, Place::Ladder, rules, problems);
    let keep = read(&draft.keep, Place::Ladder, rules, problems);
    let lifetime = tenure::lifetime(draft, rules, problems);
    let labels = labels(&owner, &draft.labels, problems);
    let requires = match lower {
        [] => Some(None),
        _ => tenure::requires(&owner, draft, lower, problems),
    };
    Some(Tier {
        name: name?.value.clone(),
        enter: enter?,
        keep: keep?,
        patience: Patience::NONE,
        requires: requires?,
        lifetime: lifetime?,
        warnings: Warnings::default(),
        labels: labels?,
    })
}

fn segment<'a>(
    last: bool,
    draft: &'a SegmentDraft,
    names: &mut Names<'a>,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Segment> {
    let owner = owner("segment", &draft.name, &draft.header);
    let name = named("segment", &owner, &draft.name, names, problems);
    match &draft.when {
        Given::Is(rule) if last => problems.push(last_rule(&owner, rule)),
        Given::Absent if !last => {
            let message = format!(
                "{} has no `when`, but is not the last of its map",
                owner.title
            );
            let problem = Problem::new(owner.header, message, "takes everybody who comes here");
            problems.push(problem.help(
                "give it a `when`, or move it to the end: the last segment takes whoever is left",
            ));
        }
        _ => {}
    }
    let when = read(&draft.when, Place::Map, rules, problems);
    let labels = labels(&owner, &draft.labels, problems);
    Some(Segment {
        name: name?.value.clone(),
        when: when?,
        labels: labels?,
    })
}

fn patience(
    rank: usize,
    draft: &TierDraft,
    waits: &Waits<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Patience> {
    let owner = owner("tier", &draft.name, &draft.header);
    match rank {
        0 => Waits::of_bottom(&owner, &draft.patience, problems),
        _ => waits.of_tier(&owner, &draft.patience, problems),
    }
}

fn warnings(
    rank: usize,
    draft: &TierDraft,
    ladder: Option<&Option<Vec<Span>>>,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Warnings> {
    let owner = owner("tier", &draft.name, &draft.header);
    match rank {
        0 => warnings::of_bottom(&owner, draft, problems),
        _ => warnings::of_tier(&owner, draft, ladder?, rules, problems),
    }
}

/// The rule at a key: nothing where it is faulty, `Some(None)` where there is none.
fn read(
    given: &Given<RuleDraft>,
    place: Place,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Option<Rule>> {
    given.read(|rule| rules.read(rule, place, problems))
}

fn owner<'a>(noun: &str, name: &Given<String>, header: &'a ByteRange) -> Owner<'a> {
    let title = match name.written() {
        Some(name) => format!("{noun} \"{}\"", name.value),
        None => format!("a {noun}"),
    };
    Owner { title, header }
}

fn named<'a>(
    noun: &'static str,
    owner: &Owner<'_>,
    given: &'a Given<String>,
    names: &mut Names<'a>,
    problems: &mut Vec<Problem>,
) -> Option<&'a Written<String>> {
    let name = owner.required(given, "name", "name = \"...\"", problems)?;
    names.take(noun, name, problems);
    Some(name)
}

fn check_count(owner: &Owner<'_>, count: usize, noun: &str, problems: &mut Vec<Problem>) {
    let (message, label) = match count {
        0 => (
            format!("{} has no {noun}s", owner.title),
            "empty".to_owned(),
        ),
        1..=RANKS_MAX => return,
        _ => (
            format!("{} has {count} {noun}s", owner.title),
            format!("at most {RANKS_MAX}"),
        ),
    };
    problems.push(Problem::new(owner.header, message, label));
}

fn bottom_rule(owner: &Owner<'_>, key: &str, rule: &Written<RuleDraft>) -> Problem {
    let message = format!(
        "{} is the lowest of its ladder and has a rule `{key}`",
        owner.title
    );
    Problem::new(&rule.span, message, "the lowest tier has no rules").help(
        "the first tier is for whoever reaches no other: remove the rule, or put a tier before it",
    )
}

fn last_rule(owner: &Owner<'_>, rule: &Written<RuleDraft>) -> Problem {
    let message = format!("{} is the last of its map and has a `when`", owner.title);
    Problem::new(&rule.span, message, "the last segment has no rule").help(
        "the last segment takes whoever is left: remove `when`, or add a segment without one below",
    )
}
