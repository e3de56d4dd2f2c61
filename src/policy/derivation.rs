//! The declaration of a feature made of two others.

use crate::features::derived::{Derived, Excess, How};
use crate::features::feature::{Aggregate, Feature, Resolution, Unit, Window};
use crate::model::event::KindSet;
use crate::model::money::SCALE;

use super::constant::{Measured, constant};
use super::declaration::Verb;
use super::draft::{FeatureDraft, Written};
use super::owner::Owner;
use super::problem::{ByteRange, Problem};
use super::suggestion;

/// A percentage is kept in 1/10,000.
const PERCENT: i64 = 100 * SCALE;
const EXAMPLE: &str = "features = [\"online_90d\", \"spend_90d\"]";

/// The feature that was declared. `before` are the features declared above it.
pub(super) fn derived(
    verb: Verb,
    draft: &FeatureDraft,
    before: &[(&str, Option<&Feature>)],
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Feature> {
    for (key, span) in own_keys(verb, draft) {
        let message = format!("{} is made of two features and has a `{key}`", owner.title);
        let problem = Problem::new(span, message, "theirs count");
        problems.push(problem.help(format!("remove `{key}`")));
    }
    let list = owner.required(&draft.features, "features", EXAMPLE, problems)?;
    let [first, second] = &list.value[..] else {
        let message = format!("{} is made of {} features", owner.title, list.value.len());
        let problem = Problem::new(&list.span, message, "must be two");
        problems.push(problem.help(format!("write such as {EXAMPLE}")));
        return None;
    };
    let second_name = second.value.clone();
    let parts = [first, second].map(|name| part(name, before, problems));
    let [first, second] = [parts[0]?, parts[1]?];
    let units = [first, second].map(|ix| before[ix].1.map(Feature::unit));
    let units = [units[0]?, units[1]?];
    let excess = match verb {
        Verb::Carried => excess(draft, (&second_name, units[1]), owner, problems)?,
        _ => Excess::NONE,
    };
    let (how, unit) = made((verb, excess), units, list, problems)?;
    Some(Feature {
        name: draft.name.value.clone(),
        kinds: KindSet::default(),
        filter: None,
        aggregate: Aggregate::Derived(Derived {
            how,
            parts: [first, second],
            unit,
        }),
        window: Window::Lifetime,
        resolution: Resolution::Exact,
    })
}

/// Keys that belong to features over events.
fn own_keys(verb: Verb, draft: &FeatureDraft) -> impl Iterator<Item = (&'static str, &ByteRange)> {
    let texts = [
        ("ties", &draft.ties),
        ("half_life", &draft.half_life),
        ("field", &draft.field),
        ("window", &draft.window),
        ("resolution", &draft.resolution),
        ("on_promotion", &draft.on_promotion),
        ("on_renewal", &draft.on_renewal),
    ];
    let texts = texts.map(|(key, given)| (key, given.written().map(|text| &text.span)));
    let of = ("of", draft.of.written().map(|list| &list.span));
    let filter = ("where", draft.filter.written().map(|rule| &rule.span));
    let carried = verb == Verb::Carried;
    let at_most = draft.at_most.written().filter(|_| !carried);
    let at_most = ("at_most", at_most.map(|most| &most.span));
    let beyond = draft.beyond.written().filter(|_| !carried);
    let beyond = ("beyond", beyond.map(|list| &list.span));
    let all = texts.into_iter().chain([of, filter, at_most, beyond]);
    all.filter_map(|(key, span)| Some((key, span?)))
}

fn part(
    name: &Written<String>,
    before: &[(&str, Option<&Feature>)],
    problems: &mut Vec<Problem>,
) -> Option<usize> {
    let Some(ix) = before.iter().position(|(known, _)| *known == name.value) else {
        let message = format!("no feature \"{}\" is declared above", name.value);
        let names: Vec<&str> = before.iter().map(|(name, _)| *name).collect();
        let problem = Problem::new(&name.span, message, "not declared above");
        problems.push(problem.help(suggestion::help(&name.value, "features above", &names)));
        return None;
    };
    let refused = match before[ix].1?.aggregate {
        Aggregate::Derived(_) => "is made of features itself",
        Aggregate::SinceLast | Aggregate::SinceFirst => "is a time since",
        Aggregate::MostFrequent(..) => "is a text",
        Aggregate::MeanGap => "is a time",
        Aggregate::Silence => "grows by the time alone",
        Aggregate::DecayedSum(..) => "shrinks by the time alone",
        Aggregate::Distinct(..) => "counts no further than its `at_most`",
        _ => return Some(ix),
    };
    let message = format!("\"{}\" {refused}", name.value);
    let problem = Problem::new(&name.span, message, "cannot be part of another");
    problems.push(problem.help("take sums, counts or distinct_days"));
    None
}

/// What is carried of a feature in that unit.
fn excess(
    draft: &FeatureDraft,
    (feature, unit): (&str, Unit),
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Excess> {
    let example = "beyond = [\"25\", \"50\"]";
    let list = owner.required(&draft.beyond, "beyond", example, problems)?;
    let count = list.value.len();
    if !(1..=Excess::THRESHOLDS_MAX).contains(&count) {
        let message = format!("{} has {count} thresholds to go beyond", owner.title);
        let most = Excess::THRESHOLDS_MAX;
        problems.push(Problem::new(&list.span, message, format!("1 to {most}")));
        return None;
    }
    let mut beyond = [i64::MAX; Excess::THRESHOLDS_MAX];
    for (place, written) in beyond.iter_mut().zip(&list.value) {
        *place = constant(written, &Measured { feature, unit }, problems)?;
    }
    if let Some(at) = (1..count).find(|at| beyond[*at] <= beyond[at - 1]) {
        let (lower, written) = (&list.value[at - 1], &list.value[at]);
        let message = format!("beyond \"{}\", then \"{}\"", lower.value, written.value);
        let problem = Problem::new(&written.span, message, "not more");
        problems.push(problem.help("write the lowest first"));
        return None;
    }
    let most = match draft.at_most.written() {
        None => i64::MAX,
        Some(written) if written.value > 0 => match unit {
            Unit::Number => written.value,
            _ => written.value.saturating_mul(SCALE),
        },
        Some(written) => {
            let message = format!("at_most {} carries nothing", written.value);
            problems.push(Problem::new(&written.span, message, "at least 1"));
            return None;
        }
    };
    Some(Excess { beyond, most })
}

/// What comes of values in these units.
fn made(
    (verb, excess): (Verb, Excess),
    units: [Unit; 2],
    list: &Written<Vec<Written<String>>>,
    problems: &mut Vec<Problem>,
) -> Option<(How, Unit)> {
    let same = units[0] == units[1];
    let (made, need) = match (verb, units) {
        (Verb::Average, [Unit::Money, Unit::Number]) => (Some((How::Per(1), Unit::Money)), ""),
        (Verb::Average, [_, Unit::Number]) => (Some((How::Per(SCALE), Unit::Decimal)), ""),
        (Verb::Average, _) => (None, "an average is something per number"),
        (Verb::Share, _) => (
            Some((How::Per(PERCENT), Unit::Percent)),
            "a share is of its like",
        ),
        (Verb::Ratio, _) => (
            Some((How::Per(SCALE), Unit::Decimal)),
            "a ratio is of its like",
        ),
        (Verb::Carried, [unit, _]) => (
            Some((How::Carried(excess), unit)),
            "only like is added to like",
        ),
        (_, [unit, _]) => (Some((How::Less, unit)), "only like is taken from like"),
    };
    let made = made.filter(|_| same || verb == Verb::Average);
    if made.is_none() {
        let [first, second] = [&list.value[0].value, &list.value[1].value];
        let message = format!("\"{first}\" and \"{second}\" do not go together");
        let problem = Problem::new(&list.span, message, "money and plain numbers");
        problems.push(problem.help(need));
    }
    made
}
