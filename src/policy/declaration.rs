//! The declaration of a feature, from what was written.

use crate::features::feature::{Feature, Resolution};
use crate::features::filter::Filter;
use crate::model::detail::AttrField;
use crate::model::event::KindSet;

use super::aggregate::aggregate;
use super::derivation::derived;
use super::draft::{FeatureDraft, Written};
use super::event::EventWords;
use super::filter;
use super::owner::{Owner, choose};
use super::problem::Problem;
use super::starts;
use super::window::{Above, check_resolution, default_resolution, window};

/// What an aggregate is made of, before its field is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Sum,
    Count,
    DistinctDays,
    SinceLast,
    SinceFirst,
    MostFrequent,
    MostFrequentCount,
    Distinct,
    Min,
    Max,
    MeanGap,
    Silence,
    DecayedSum,
    Average,
    Share,
    Ratio,
    Difference,
    Carried,
}

impl Verb {
    /// The word for it, where it has no window.
    pub(super) fn endless(self) -> Option<&'static str> {
        match self {
            Self::SinceLast => Some("since_last"),
            Self::SinceFirst => Some("since_first"),
            Self::DecayedSum => Some("decayed_sum"),
            _ => None,
        }
    }

    /// Whether it makes something of two features.
    fn is_derived(self) -> bool {
        matches!(
            self,
            Self::Average | Self::Share | Self::Ratio | Self::Difference | Self::Carried
        )
    }
}

const VERBS: [(Verb, &str); 18] = [
    (Verb::Sum, "sum"),
    (Verb::Count, "count"),
    (Verb::DistinctDays, "distinct_days"),
    (Verb::SinceLast, "since_last"),
    (Verb::SinceFirst, "since_first"),
    (Verb::MostFrequent, "most_frequent"),
    (Verb::MostFrequentCount, "most_frequent_count"),
    (Verb::Distinct, "distinct"),
    (Verb::Min, "min"),
    (Verb::Max, "max"),
    (Verb::MeanGap, "mean_gap"),
    (Verb::Silence, "silence"),
    (Verb::DecayedSum, "decayed_sum"),
    (Verb::Average, "average"),
    (Verb::Share, "share"),
    (Verb::Ratio, "ratio"),
    (Verb::Difference, "difference"),
    (Verb::Carried, "carried"),
];
const RESOLUTIONS: [(Resolution, &str); 3] = [
    (Resolution::Day, "day"),
    (Resolution::Hour, "hour"),
    (Resolution::Exact, "exact"),
];

/// The feature that was declared; its name is checked elsewhere.
pub(super) fn feature(
    draft: &FeatureDraft,
    words: &EventWords,
    above: &Above<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Feature> {
    let owner = Owner {
        title: format!("feature \"{}\"", draft.name.value),
        header: &draft.name.span,
    };
    let verb = owner
        .required(
            &draft.aggregate,
            "aggregate",
            "aggregate = \"count\"",
            problems,
        )
        .and_then(|word| choose(word, ("aggregate", "aggregates"), &VERBS, problems));
    if let Some(verb) = verb.filter(|verb| verb.is_derived()) {
        return derived(verb, draft, above.features, &owner, problems);
    }
    if let Some(features) = draft.features.written() {
        let message = format!("{} has `features`, but is made of events", owner.title);
        let problem = Problem::new(&features.span, message, "not for this aggregate");
        problems.push(problem.help("remove `features`, or write aggregate = \"share\""));
    }
    let kinds = kinds(draft, words, &owner, problems);
    let filter = filter_of(draft, &words.attrs, problems);
    let resolution = draft
        .resolution
        .read(|word| choose(word, ("resolution", "resolutions"), &RESOLUTIONS, problems));
    let verb = verb?;
    let aggregate = aggregate(verb, draft, words, &owner, problems);
    let window = window(verb, draft, above, &owner, problems);
    let (window, resolution) = (window?, resolution?);
    let resolution = resolution.unwrap_or_else(|| default_resolution(verb, window));
    let fits = check_resolution(verb, window, resolution, draft, problems);
    fits.then_some(())?;
    let feature = Feature {
        name: draft.name.value.clone(),
        kinds: kinds?,
        filter: filter?,
        aggregate: aggregate?,
        window,
        resolution,
    };
    starts::treated(feature, draft, &owner, problems)
}

/// Nothing where it is faulty, `Some(None)` where there is none.
fn filter_of(
    draft: &FeatureDraft,
    attrs: &[AttrField],
    problems: &mut Vec<Problem>,
) -> Option<Option<Filter>> {
    draft
        .filter
        .read(|rule| filter::filter(rule, attrs, problems))
}

fn kinds(
    draft: &FeatureDraft,
    words: &EventWords,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<KindSet> {
    let list = owner.required(&draft.of, "of", "of = [\"purchase\"]", problems)?;
    kind_set(list, words, owner, problems)
}

/// The kinds that a list names.
pub(super) fn kind_set(
    list: &Written<Vec<Written<String>>>,
    words: &EventWords,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<KindSet> {
    if list.value.is_empty() {
        let message = format!("{} is over no kinds of events", owner.title);
        let problem = Problem::new(&list.span, message, "no kinds");
        problems.push(problem.help("name at least one kind, such as of = [\"purchase\"]"));
        return None;
    }
    let mut set = Some(KindSet::default());
    for word in &list.value {
        let kind = choose(
            word,
            ("kind of event", "kinds"),
            &words.all_kinds(),
            problems,
        );
        let twice = kind.is_some_and(|kind| set.is_some_and(|set| set.contains(kind)));
        if twice {
            let message = format!("{} names \"{}\" twice", owner.title, word.value);
            let problem = Problem::new(&word.span, message, "named before");
            problems.push(problem.help("remove one of the two"));
        }
        set = set.zip(kind).map(|(set, kind)| set.with(kind));
    }
    set
}
