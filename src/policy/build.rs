//! A draft made into a policy, or everything that is wrong with it.

use crate::features::feature::Feature;
use crate::features::filter::Passes;
use crate::features::layout::distinct;
use crate::model::money::Currency;
use crate::model::zone::Zone;

use super::clean;
use super::declaration;
use super::declared::{Ladder, OrderRules, Policy, SegmentMap};
use super::draft::{Draft, Written};
use super::event::EventWords;
use super::merge::merge;
use super::names::{Names, check_name};
use super::owner::Owner;
use super::problem::{ByteRange, Problem};
use super::profile;
use super::rfm;
use super::rules::Rules;
use super::scale;
use super::starts;
use super::suggestion;
use super::terms;
use super::transition::transition;
use super::vocabulary::{self, Vocabulary};
use super::window::Above;

/// Each feature costs memory for every customer; nobody oversees more.
const FEATURES_MAX: usize = 250;
/// Each ladder and map costs memory for every customer; nobody oversees more.
const SCALES_MAX: usize = 250;
/// Where a problem of the policy as a whole is shown.
const TOP: ByteRange = 0..0;

/// The policy that a draft describes. `hash` is that of the text it was read from.
///
/// # Errors
/// All problems in the order in which they were found. The list is empty only if the draft has
/// unreadable parts, of which its reader has told.
pub fn build(draft: &Draft, hash: String) -> Result<Policy, Vec<Problem>> {
    let mut problems = Vec::new();
    let written_out = draft.rfm.as_ref();
    let written_out = written_out.map(|rfm| rfm::written_out(draft, rfm, &mut problems));
    let draft = written_out.as_ref().unwrap_or(draft);
    let policy = assemble(draft, hash, &mut problems);
    if let Some(policy) = &policy {
        starts::check(policy, draft, &mut problems);
    }
    tell_once(&mut problems);
    match policy {
        Some(policy) if problems.is_empty() => Ok(policy),
        _ => Err(problems),
    }
}

/// What is written once and stands for several things is told of once.
fn tell_once(problems: &mut Vec<Problem>) {
    let mut told: Vec<(ByteRange, String)> = Vec::new();
    problems.retain(|problem| {
        let words = (problem.span.clone(), problem.label.clone());
        let again = words.0 != TOP && told.contains(&words);
        told.push(words);
        !again
    });
}

fn assemble(draft: &Draft, hash: String, problems: &mut Vec<Problem>) -> Option<Policy> {
    let name = name(draft, problems);
    let version = version(draft, problems);
    let currency = currency(draft, problems);
    let zone = zone(draft, problems);
    let transition = transition(&draft.transition, problems);
    let time = terms::time_rules(&draft.time, problems);
    let orders = terms::order_rules(&draft.orders, problems);
    let merge = merge(draft.merge.as_ref(), problems);
    let mut names = Names::default();
    let words = EventWords::of(draft, problems);
    let cleaning = clean::cleaning(&draft.clean, &words, problems);
    let mut features = features(draft, &words, orders.as_ref(), &mut names, problems);
    features.extend(profile::features(
        &draft.profile,
        &words,
        &mut names,
        problems,
    ));
    let mut rules = Rules::new(Vocabulary::of(draft, &features));
    for (name, rule) in &draft.rules {
        rules.declare((name, rule), &mut names, problems);
    }
    let (ladders, maps) = scales(draft, &mut names, &mut rules, problems);
    Some(Policy {
        name: name?,
        version: version?,
        hash,
        currency: currency?,
        zone: zone?,
        transition: transition?,
        time: time?,
        orders: orders?,
        attrs: words.fields(),
        merge: merge?,
        kinds: words.kinds,
        cleaning: cleaning?,
        features: features.into_iter().collect::<Option<_>>()?,
        comparisons: rules.into_comparisons(),
        ladders: ladders?,
        maps: maps?,
    })
}

fn whole() -> Owner<'static> {
    Owner {
        title: "the policy".to_owned(),
        header: &TOP,
    }
}

fn name(draft: &Draft, problems: &mut Vec<Problem>) -> Option<String> {
    let name = whole().required(&draft.name, "name", "name = \"retail\"", problems)?;
    check_name("policy", name, problems);
    Some(name.value.clone())
}

fn version(draft: &Draft, problems: &mut Vec<Problem>) -> Option<u32> {
    let written = whole().required(&draft.version, "version", "version = 1", problems)?;
    let version = u32::try_from(written.value)
        .ok()
        .filter(|version| *version > 0);
    if version.is_none() {
        let message = format!("version {} is not one of 1 to {}", written.value, u32::MAX);
        let problem = Problem::new(&written.span, message, "out of range");
        problems.push(problem.help("begin with 1 and add 1 for each change"));
    }
    version
}

fn currency(draft: &Draft, problems: &mut Vec<Problem>) -> Option<Currency> {
    let code = whole().required(&draft.currency, "currency", "currency = \"GBP\"", problems)?;
    let currency = Currency::from_code(&code.value);
    if currency.is_none() {
        let capitals = code.value.to_uppercase();
        let help = match Currency::from_code(&capitals) {
            Some(_) => format!("write \"{capitals}\""),
            None => "write a three-letter code of ISO 4217, such as \"GBP\" or \"EUR\"".to_owned(),
        };
        let message = format!("unknown currency \"{}\"", code.value);
        problems.push(Problem::new(&code.span, message, "not a currency").help(help));
    }
    currency
}

fn zone(draft: &Draft, problems: &mut Vec<Problem>) -> Option<Zone> {
    let name = whole().required(&draft.zone, "zone", "zone = \"Europe/London\"", problems)?;
    Zone::named(&name.value)
        .map_err(|_| problems.push(unknown_zone(name)))
        .ok()
}

fn unknown_zone(name: &Written<String>) -> Problem {
    let known = Zone::names();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = suggestion::nearest(&name.value, &known).map_or_else(
        || "write an IANA name, such as \"Europe/London\" or \"UTC\"".to_owned(),
        |near| format!("did you mean \"{near}\"?"),
    );
    let message = format!("unknown time zone \"{}\"", name.value);
    Problem::new(&name.span, message, "not a time zone").help(help)
}

fn features<'a>(
    draft: &'a Draft,
    words: &EventWords,
    orders: Option<&OrderRules>,
    names: &mut Names<'a>,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Feature>> {
    if let Some(beyond) = draft.features.get(FEATURES_MAX) {
        let message = format!("the policy has {} features", draft.features.len());
        let label = format!("at most {FEATURES_MAX}");
        problems.push(Problem::new(&beyond.name.span, message, label));
    }
    let ladders = vocabulary::ladder_names(draft);
    let mut features = Vec::with_capacity(draft.features.len());
    for feature_draft in &draft.features {
        names.take("feature", &feature_draft.name, problems);
        let feature = {
            let above = draft.features.iter().zip(&features);
            let above = above.map(|(draft, feature): (_, &Option<Feature>)| {
                (draft.name.value.as_str(), feature.as_ref())
            });
            let above: Vec<_> = above.collect();
            let above = Above {
                features: &above,
                ladders: &ladders,
            };
            declaration::feature(feature_draft, words, &above, problems)
        };
        if let (Some(orders), Some(feature)) = (orders, &feature) {
            let keep = &draft.orders.keep;
            terms::check_reach(orders, keep, feature, &feature_draft.window, problems);
        }
        features.push(feature);
    }
    check_filters(draft, &features, problems);
    features
}

/// Orders remember which filters they passed, a bit each.
fn check_filters(draft: &Draft, features: &[Option<Feature>], problems: &mut Vec<Problem>) {
    let read: Vec<Feature> = features.iter().flatten().cloned().collect();
    let count = distinct(&read).len();
    let last = draft.features.iter().rev();
    let last = last.filter_map(|feature| feature.filter.written()).next();
    if let Some(last) = last.filter(|_| count > Passes::FILTERS_MAX) {
        let message = format!("the policy has {count} different filters");
        let label = format!("at most {}", Passes::FILTERS_MAX);
        problems.push(Problem::new(&last.span, message, label));
    }
}

type Scales = (Option<Vec<Ladder>>, Option<Vec<SegmentMap>>);

fn scales<'a>(
    draft: &'a Draft,
    names: &mut Names<'a>,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Scales {
    let (ladder_drafts, map_drafts) = (draft.ladders.as_ref(), draft.maps.as_ref());
    let count = ladder_drafts.map_or(1, Vec::len) + map_drafts.map_or(1, Vec::len);
    if count == 0 {
        let message = "the policy has neither ladders nor maps";
        let problem = Problem::new(&TOP, message, "decides nothing");
        problems.push(problem.help("add a [[ladder]] with two [[ladder.tier]]"));
    }
    if count > SCALES_MAX {
        let message = format!("the policy has {count} ladders and maps");
        problems.push(Problem::new(&TOP, message, format!("at most {SCALES_MAX}")));
    }
    let mut ladders = Vec::new();
    for ladder in ladder_drafts.into_iter().flatten() {
        ladders.push(scale::ladder(ladder, names, rules, problems));
    }
    let mut maps = Vec::new();
    for map in map_drafts.into_iter().flatten() {
        maps.push(scale::map(map, names, rules, problems));
    }
    (ladders.into_iter().collect(), maps.into_iter().collect())
}
