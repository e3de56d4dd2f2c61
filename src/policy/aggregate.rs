//! The aggregate of a feature over events, with what it is of, from what was written.

use crate::features::feature::{Aggregate, Field, Ties};
use crate::features::filter::TextField;
use crate::model::time::DAY_MS;

use super::declaration::Verb;
use super::draft::{FeatureDraft, Written};
use super::event::EventWords;
use super::owner::{Owner, choose};
use super::problem::{ByteRange, Problem};
use super::starts;
use super::terms::{Least, read_span};

const FIELDS: [(Field, &str); 3] = [
    (Field::Amount, "amount"),
    (Field::Quantity, "quantity"),
    (Field::Margin, "margin"),
];
const TEXTS: [(TextField, &str); 3] = [
    (TextField::Category, "category"),
    (TextField::Brand, "brand"),
    (TextField::Channel, "channel"),
];
const TIES: [(Ties, &str); 3] = [
    (Ties::Latest, "latest"),
    (Ties::First, "first"),
    (Ties::Alphabetical, "alphabetical"),
];
const PURCHASE: &str = "purchase";
/// Counting on would cost memory for every value of every customer.
const DISTINCT_MAX: u32 = 10_000;
/// Weights are exact up to this half-life, in days.
const HALF_LIFE_MAX: u32 = 1_000;

/// The aggregate of a verb that is over events.
pub(super) fn aggregate(
    verb: Verb,
    draft: &FeatureDraft,
    words: &EventWords,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Aggregate> {
    check_keys(verb, draft, owner, problems);
    let aggregate = match verb {
        Verb::Sum => Aggregate::Sum(number(draft, words, owner, problems)?),
        Verb::Min => Aggregate::Least(number(draft, words, owner, problems)?),
        Verb::Max => Aggregate::Most(number(draft, words, owner, problems)?),
        Verb::MostFrequent => {
            let rule =
                |word: &Written<String>| choose(word, ("tie rule", "tie rules"), &TIES, problems);
            let ties = draft.ties.read(rule);
            Aggregate::MostFrequent(
                text(draft, words, owner, problems)?,
                ties?.unwrap_or(Ties::Latest),
            )
        }
        Verb::MostFrequentCount => {
            Aggregate::MostFrequentCount(text(draft, words, owner, problems)?)
        }
        Verb::Distinct => {
            let most = at_most(draft, owner, problems);
            Aggregate::Distinct(text(draft, words, owner, problems)?, most?)
        }
        Verb::Count => Aggregate::Count,
        Verb::DistinctDays => Aggregate::DistinctDays,
        Verb::SinceFirst => Aggregate::SinceFirst,
        Verb::SinceLast => Aggregate::SinceLast,
        Verb::DecayedSum => {
            let half_life = half_life(draft, owner, problems);
            Aggregate::DecayedSum(number(draft, words, owner, problems)?, half_life?)
        }
        Verb::MeanGap => Aggregate::MeanGap,
        Verb::Silence => Aggregate::Silence,
        Verb::Average | Verb::Share | Verb::Ratio | Verb::Difference | Verb::Carried => {
            unreachable!("made of features, not of events")
        }
    };
    Some(aggregate)
}

/// Keys that other aggregates have.
fn check_keys(verb: Verb, draft: &FeatureDraft, owner: &Owner<'_>, problems: &mut Vec<Problem>) {
    let mut refuse = |span: &ByteRange, said: &str, label: &str, help: &str| {
        let problem = Problem::new(span, format!("{} {said}", owner.title), label);
        problems.push(problem.help(help));
    };
    let is_of_nothing = matches!(
        verb,
        Verb::Count
            | Verb::DistinctDays
            | Verb::SinceLast
            | Verb::SinceFirst
            | Verb::MeanGap
            | Verb::Silence
    );
    if let Some(field) = draft.field.written().filter(|_| is_of_nothing) {
        let help = "remove `field`, or write aggregate = \"sum\"";
        let said = "has a `field`, but is no sum";
        refuse(&field.span, said, "nothing is summed", help);
    }
    if let Some(ties) = draft.ties.written().filter(|_| verb != Verb::MostFrequent) {
        let said = "has `ties`, but is no most_frequent";
        let help = "remove `ties`, or write aggregate = \"most_frequent\"";
        refuse(&ties.span, said, "nothing is tied", help);
    }
    let half_life = draft.half_life.written();
    if let Some(half_life) = half_life.filter(|_| verb != Verb::DecayedSum) {
        let said = "has a `half_life`, but is no decayed_sum";
        let help = "remove `half_life`, or write aggregate = \"decayed_sum\"";
        refuse(&half_life.span, said, "nothing decays", help);
    }
    if let Some(beyond) = draft.beyond.written() {
        let said = "has `beyond`, but is not carried";
        let help = "remove `beyond`, or write aggregate = \"carried\"";
        refuse(&beyond.span, said, "not for this aggregate", help);
    }
    let counts_most = verb == Verb::Distinct || starts::begins(draft);
    if let Some(most) = draft.at_most.written().filter(|_| !counts_most) {
        let said = "has an `at_most`, but is no distinct";
        let help = "remove `at_most`, or write aggregate = \"distinct\"";
        refuse(&most.span, said, "not for this aggregate", help);
    }
}

/// How far different values are counted.
fn at_most(draft: &FeatureDraft, owner: &Owner<'_>, problems: &mut Vec<Problem>) -> Option<u32> {
    let written = owner.required(&draft.at_most, "at_most", "at_most = 20", problems)?;
    let most = u32::try_from(written.value).ok();
    let most = most.filter(|most| (1..=DISTINCT_MAX).contains(most));
    if most.is_none() {
        let message = format!(
            "at_most {} is not one of 1 to {DISTINCT_MAX}",
            written.value
        );
        let problem = Problem::new(&written.span, message, "out of range");
        problems.push(problem.help("write the largest number that a rule asks for"));
    }
    most
}

/// How many days it takes for a half to be gone.
fn half_life(draft: &FeatureDraft, owner: &Owner<'_>, problems: &mut Vec<Problem>) -> Option<u32> {
    let example = "half_life = \"90d\"";
    let written = owner.required(&draft.half_life, "half_life", example, problems)?;
    let span = read_span(written, "half_life", Least::Some, problems)?;
    let days = u32::try_from(span.0 / DAY_MS).ok();
    let days = days.filter(|days| (1..=HALF_LIFE_MAX).contains(days) && span.0 % DAY_MS == 0);
    if days.is_none() {
        let message = format!(
            "half_life \"{}\" is not one of \"1d\" to \"{HALF_LIFE_MAX}d\"",
            written.value
        );
        let problem = Problem::new(&written.span, message, "must be whole days");
        problems.push(problem.help("write a whole number of days, such as \"90d\""));
    }
    days
}

fn text(
    draft: &FeatureDraft,
    words: &EventWords,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<TextField> {
    let word = owner.required(&draft.field, "field", "field = \"brand\"", problems)?;
    let attrs = words.texts();
    let attrs = attrs.iter().map(|(field, name)| (*field, name.as_str()));
    let options: Vec<(TextField, &str)> = TEXTS.into_iter().chain(attrs).collect();
    choose(word, ("text", "texts"), &options, problems)
}

/// The number that an aggregate is of. Orders keep no declared fields, so it is none of those where
/// purchases count.
fn number(
    draft: &FeatureDraft,
    words: &EventWords,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Field> {
    let word: &Written<String> =
        owner.required(&draft.field, "field", "field = \"amount\"", problems)?;
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
