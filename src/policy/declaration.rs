//! The declaration of a feature, from what was written.

use crate::features::feature::{Aggregate, Feature, Field, Resolution, Window};
use crate::features::filter::Filter;
use crate::model::detail::AttrField;
use crate::model::event::KindSet;
use crate::model::time::{DAY_MS, Span};

use super::draft::{FeatureDraft, Given, Written};
use super::event::EventWords;
use super::filter;
use super::owner::{Owner, choose};
use super::problem::Problem;
use super::terms::{Least, read_span};

/// What an aggregate is made of, before its field is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Sum,
    Count,
    DistinctDays,
    SinceLast,
}

const VERBS: [(Verb, &str); 4] = [
    (Verb::Sum, "sum"),
    (Verb::Count, "count"),
    (Verb::DistinctDays, "distinct_days"),
    (Verb::SinceLast, "since_last"),
];
const FIELDS: [(Field, &str); 3] = [
    (Field::Amount, "amount"),
    (Field::Quantity, "quantity"),
    (Field::Margin, "margin"),
];
const RESOLUTIONS: [(Resolution, &str); 2] =
    [(Resolution::Day, "day"), (Resolution::Exact, "exact")];
/// Rolling windows from this length on go by civil days where nothing else is said.
const BY_DAY_FROM: Span = Span::from_days(7);
const PURCHASE: &str = "purchase";
const LIFETIME: &str = "lifetime";

/// The feature that was declared; its name is checked elsewhere.
pub(super) fn feature(
    draft: &FeatureDraft,
    words: &EventWords,
    problems: &mut Vec<Problem>,
) -> Option<Feature> {
    let owner = Owner {
        title: format!("feature \"{}\"", draft.name.value),
        header: &draft.name.span,
    };
    let kinds = kinds(draft, words, &owner, problems);
    let filter = filter_of(draft, &words.attrs, problems);
    let verb = owner
        .required(
            &draft.aggregate,
            "aggregate",
            "aggregate = \"count\"",
            problems,
        )
        .and_then(|word| choose(word, ("aggregate", "aggregates"), &VERBS, problems));
    let resolution = match &draft.resolution {
        Given::Is(word) => {
            choose(word, ("resolution", "resolutions"), &RESOLUTIONS, problems).map(Some)
        }
        Given::Absent => Some(None),
        Given::Unreadable => None,
    };
    let verb = verb?;
    let aggregate = aggregate(verb, draft, words, &owner, problems);
    let window = window(verb, draft, &owner, problems);
    let (window, resolution) = (window?, resolution?);
    let resolution = resolution.unwrap_or_else(|| default_resolution(verb, window));
    let fits = check_resolution(verb, window, resolution, draft, problems);
    fits.then_some(())?;
    Some(Feature {
        name: draft.name.value.clone(),
        kinds: kinds?,
        filter: filter?,
        aggregate: aggregate?,
        window,
        resolution,
    })
}

/// Nothing where it is faulty, `Some(None)` where there is none.
fn filter_of(
    draft: &FeatureDraft,
    attrs: &[AttrField],
    problems: &mut Vec<Problem>,
) -> Option<Option<Filter>> {
    match &draft.filter {
        Given::Absent => Some(None),
        Given::Unreadable => None,
        Given::Is(rule) => filter::filter(rule, attrs, problems).map(Some),
    }
}

fn kinds(
    draft: &FeatureDraft,
    words: &EventWords,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<KindSet> {
    let list = owner.required(&draft.of, "of", "of = [\"purchase\"]", problems)?;
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

fn aggregate(
    verb: Verb,
    draft: &FeatureDraft,
    words: &EventWords,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Aggregate> {
    let aggregate = match verb {
        Verb::Sum => {
            return owner
                .required(&draft.field, "field", "field = \"amount\"", problems)
                .and_then(|word| field(word, draft, words, problems))
                .map(Aggregate::Sum);
        }
        Verb::Count => Aggregate::Count,
        Verb::DistinctDays => Aggregate::DistinctDays,
        Verb::SinceLast => Aggregate::SinceLast,
    };
    if let Some(field) = draft.field.written() {
        let message = format!("{} has a `field`, but is no sum", owner.title);
        let problem = Problem::new(&field.span, message, "nothing is summed");
        problems.push(problem.help("remove `field`, or write aggregate = \"sum\""));
    }
    Some(aggregate)
}

/// The field that is summed. Orders keep no declared fields, so those of purchases cannot be.
fn field(
    word: &Written<String>,
    draft: &FeatureDraft,
    words: &EventWords,
    problems: &mut Vec<Problem>,
) -> Option<Field> {
    let attrs = words.numbers();
    let attrs = attrs.iter().map(|(field, name)| (*field, name.as_str()));
    let options: Vec<(Field, &str)> = FIELDS.into_iter().chain(attrs).collect();
    let field = choose(word, ("field", "fields"), &options, problems)?;
    let of = draft.of.written().into_iter().flat_map(|of| &of.value);
    let mut purchases = of.filter(|kind| kind.value == PURCHASE);
    if let (Field::Attr(..), Some(kind)) = (field, purchases.next()) {
        let message = format!("\"{}\" is summed over purchases", word.value);
        let problem = Problem::new(&word.span, message, "not kept with orders");
        let problem = problem.also(&kind.span, "purchases count by their orders");
        problems.push(problem.help("sum members of attrs over other kinds of events"));
        return None;
    }
    Some(field)
}

fn window(
    verb: Verb,
    draft: &FeatureDraft,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Window> {
    if verb == Verb::SinceLast {
        if let Some(window) = draft.window.written() {
            let message = format!("{} is a since_last and has a `window`", owner.title);
            let problem = Problem::new(&window.span, message, "not for since_last");
            problems
                .push(problem.help("remove `window`: since_last looks back to the first event"));
        }
        return Some(Window::Lifetime);
    }
    let written = owner.required(&draft.window, "window", "window = \"90d\"", problems)?;
    if written.value == LIFETIME {
        return Some(Window::Lifetime);
    }
    read_span(written, "window", Least::Some, problems).map(Window::Rolling)
}

fn default_resolution(verb: Verb, window: Window) -> Resolution {
    match window {
        Window::Rolling(span) if span < BY_DAY_FROM && verb != Verb::DistinctDays => {
            Resolution::Exact
        }
        _ => Resolution::Day,
    }
}

/// Whether the resolution goes with the aggregate and the window.
fn check_resolution(
    verb: Verb,
    window: Window,
    resolution: Resolution,
    draft: &FeatureDraft,
    problems: &mut Vec<Problem>,
) -> bool {
    let before = problems.len();
    if let (Verb::DistinctDays, Resolution::Exact, Given::Is(word)) =
        (verb, resolution, &draft.resolution)
    {
        problems.push(exact_days(word));
    }
    if let (Window::Rolling(span), Resolution::Day, Given::Is(word)) =
        (window, resolution, &draft.window)
        && span.0 % DAY_MS != 0
    {
        problems.push(broken_days(verb, word));
    }
    problems.len() == before
}

fn exact_days(word: &Written<String>) -> Problem {
    Problem::new(
        &word.span,
        "distinct_days counts civil days and cannot be \"exact\"",
        "must be \"day\"",
    )
    .help("remove `resolution`")
}

fn broken_days(verb: Verb, window: &Written<String>) -> Problem {
    let help = if verb == Verb::DistinctDays {
        "write a whole number of days, such as \"30d\""
    } else {
        "write a whole number of days, such as \"30d\", or add resolution = \"exact\""
    };
    Problem::new(
        &window.span,
        format!("window \"{}\" is not a whole number of days", window.value),
        "this feature goes by civil days",
    )
    .help(help)
}
