//! The cleaning of events, from what was written.

use std::collections::BTreeMap;

use crate::model::detail::{AttrSort, Cleaned};
use crate::model::event::{HEARTBEAT, Kind, KindSet, PROFILE, all_kinds};
use crate::model::money::{Currency, Money};

use super::cleaning::{Case, CleanedField, Cleaning, CleaningRule, FieldCleaning, Missing, RuleIx};
use super::declaration::kind_set;
use super::draft::{CleanDraft, CodeDraft, Given, Written};
use super::event::{ATTRS, EventWords};
use super::owner::{Owner, choose};
use super::problem::Problem;
use super::suggestion;

/// What a field holds, and so which rules it can have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Trimmed and cased.
    Id,
    /// As an id, and codes that must be known words.
    Word,
    /// As an id, and any codes, and a default.
    Text,
    /// A default and bounds.
    Money,
    /// The same in whole numbers.
    Number,
}

const FIELDS: [(CleanedField, Sort, &str); 12] = [
    (CleanedField::EventId, Sort::Id, "event_id"),
    (CleanedField::CustomerId, Sort::Id, "customer_id"),
    (CleanedField::Kind, Sort::Word, "kind"),
    (CleanedField::OrderId, Sort::Id, "order_id"),
    (CleanedField::Currency, Sort::Word, "currency"),
    (CleanedField::Amount, Sort::Money, "amount"),
    (CleanedField::Quantity, Sort::Number, "quantity"),
    (CleanedField::Margin, Sort::Money, "margin"),
    (CleanedField::Discount, Sort::Money, "discount"),
    (CleanedField::Category, Sort::Text, "category"),
    (CleanedField::Brand, Sort::Text, "brand"),
    (CleanedField::Channel, Sort::Text, "channel"),
];
const CASES: [(Case, &str); 2] = [(Case::Lower, "lower"), (Case::Upper, "upper")];
/// As long as the texts of events are likely to be.
const TEXT_BYTES_MAX: usize = 256;

impl Sort {
    fn is_text(self) -> bool {
        matches!(self, Self::Id | Self::Word | Self::Text)
    }
}

/// The cleaning that was declared; nothing where a part of it is faulty.
pub(super) fn cleaning(
    drafts: &[CleanDraft],
    words: &EventWords,
    problems: &mut Vec<Problem>,
) -> Option<Cleaning> {
    let mut cleaning = Cleaning::default();
    let mut sound = true;
    for draft in drafts {
        let mut rules = Rules {
            field: cleaning.fields.len(),
            of: &mut cleaning.rules,
        };
        match field(draft, words, &mut rules, problems) {
            Some(field) => cleaning.fields.push(field),
            None => sound = false,
        }
        if let (true, true) = (cleaning.rules.len() > Cleaned::RULES_MAX, sound) {
            let message = format!("the policy has {} cleaning rules", cleaning.rules.len());
            let label = format!("at most {}", Cleaned::RULES_MAX);
            problems.push(Problem::new(&draft.field.span, message, label));
            sound = false;
        }
    }
    kind_first(&mut cleaning);
    sound.then_some(cleaning)
}

/// Other rules ask for the kind, so it is cleaned before them.
fn kind_first(cleaning: &mut Cleaning) {
    let mut fields = cleaning.fields.iter();
    let Some(kind) = fields.position(|field| field.field == CleanedField::Kind) else {
        return;
    };
    cleaning.fields[..=kind].rotate_right(1);
    for (field, _) in &mut cleaning.rules {
        *field = match *field {
            at if at == kind => 0,
            at if at < kind => at + 1,
            at => at,
        };
    }
}

/// Gives the rules of one field their numbers.
struct Rules<'r> {
    field: usize,
    of: &'r mut Vec<(usize, CleaningRule)>,
}

impl Rules<'_> {
    fn number(&mut self, rule: CleaningRule) -> RuleIx {
        let number = u8::try_from(self.of.len()).unwrap_or(u8::MAX);
        self.of.push((self.field, rule));
        RuleIx(number)
    }
}

fn field(
    draft: &CleanDraft,
    words: &EventWords,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<FieldCleaning> {
    let before = problems.len();
    let (field, sort) = subject(&draft.field, words, problems)?;
    let owner = Owner {
        title: format!("[clean.{}]", draft.field.value),
        header: &draft.field.span,
    };
    misplaced(draft, sort, &owner, problems);
    let of = match draft.of.written() {
        Some(list) => kind_set(list, words, &owner, problems)?,
        None => all_kinds().fold(KindSet::default(), KindSet::with),
    };
    let case = draft.case.written();
    let case = case.and_then(|word| choose(word, ("case", "cases"), &CASES, problems));
    let clean = FieldCleaning {
        field,
        name: draft.field.value.clone(),
        trim: trimmed(draft).then(|| rules.number(CleaningRule::Trim)),
        case: case.map(|case| (case, rules.number(CleaningRule::Case))),
        codes: codes(draft, (field, case), words, problems)
            .map(|codes| (codes, rules.number(CleaningRule::Codes))),
        default: default(draft, sort, &owner, problems)
            .map(|text| (text, rules.number(CleaningRule::Default))),
        bounds: bounds(draft, sort, problems)
            .map(|(least, most)| (least, most, rules.number(CleaningRule::Reviewed))),
        of,
    };
    fits(draft, &clean, sort, problems);
    if is_torn(draft) {
        return None;
    }
    let idle = clean.trim.is_none() && clean.case.is_none() && clean.codes.is_none();
    if problems.len() == before && idle && clean.default.is_none() && clean.bounds.is_none() {
        let message = format!("{} has no rules", owner.title);
        let problem = Problem::new(&draft.field.span, message, "does nothing");
        problems.push(problem.help(match sort.is_text() {
            true => "add a line such as: trim = true",
            false => "add a line such as: most = \"10000\"",
        }));
    }
    (problems.len() == before).then_some(clean)
}

fn subject(
    name: &Written<String>,
    words: &EventWords,
    problems: &mut Vec<Problem>,
) -> Option<(CleanedField, Sort)> {
    let known = FIELDS.iter().find(|(_, _, known)| *known == name.value);
    if let Some((field, sort, _)) = known {
        return Some((*field, *sort));
    }
    let attr = name.value.strip_prefix(ATTRS);
    if let Some(ix) = attr.and_then(|name| words.attrs.iter().position(|attr| attr.name == name)) {
        let sort = match words.attrs[ix].sort {
            AttrSort::Money => Sort::Money,
            AttrSort::Number => Sort::Number,
            AttrSort::Text | AttrSort::Flag | AttrSort::Date => Sort::Text,
        };
        return Some((CleanedField::Attr(ix), sort));
    }
    let message = format!("\"{}\" cannot be cleaned", name.value);
    let problem = Problem::new(&name.span, message, "not a field for it");
    let fields = FIELDS.map(|(_, _, name)| name);
    problems.push(problem.help(match attr {
        Some(attr) => format!("declare it: {attr} = \"text\" below [event.attrs]"),
        None => suggestion::help(&name.value, "fields", &fields),
    }));
    None
}

/// Whether a part of it could not be read, of which the reader has told.
fn is_torn(draft: &CleanDraft) -> bool {
    let texts = [&draft.case, &draft.default, &draft.least, &draft.most];
    texts.iter().any(|text| matches!(text, Given::Unreadable))
        || matches!(draft.trim, Given::Unreadable)
        || matches!(draft.codes, Given::Unreadable)
        || matches!(draft.of, Given::Unreadable)
}

fn trimmed(draft: &CleanDraft) -> bool {
    draft.trim.written().is_some_and(|trim| trim.value)
}

/// Tells of rules that are not for what the field holds.
fn misplaced(draft: &CleanDraft, sort: Sort, owner: &Owner<'_>, problems: &mut Vec<Problem>) {
    let text = sort.is_text();
    let span = |given: &Given<String>| given.written().map(|written| written.span.clone());
    let keys = [
        ("trim", draft.trim.written().map(|w| w.span.clone()), text),
        ("case", span(&draft.case), text),
        (
            "codes",
            draft.codes.written().map(|w| w.span.clone()),
            text && sort != Sort::Id,
        ),
        (
            "default",
            span(&draft.default),
            !matches!(sort, Sort::Id | Sort::Word),
        ),
        ("least", span(&draft.least), !text),
        ("most", span(&draft.most), !text),
    ];
    for (key, span, allowed) in keys {
        if let (Some(span), false) = (span, allowed) {
            let what = match sort {
                Sort::Id => "an id",
                Sort::Word => "a word of the contract",
                Sort::Text => "a text",
                Sort::Money | Sort::Number => "a number",
            };
            let message = format!("{} has `{key}`, but holds {what}", owner.title);
            let problem = Problem::new(&span, message, "not for this field");
            problems.push(problem.help(format!("remove `{key}`")));
        }
    }
    let (default, bounded) = (
        draft.default.written(),
        draft.least.written().or(draft.most.written()),
    );
    if let (None, None, Some(of)) = (default, bounded, draft.of.written()) {
        let message = format!("{} has `of`, but nothing that it limits", owner.title);
        let problem = Problem::new(&of.span, message, "limits `default`, `least` and `most`");
        problems.push(problem.help("remove `of`"));
    }
}

/// Each spelling with its code.
fn codes(
    draft: &CleanDraft,
    (field, case): (CleanedField, Option<Case>),
    words: &EventWords,
    problems: &mut Vec<Problem>,
) -> Option<BTreeMap<String, String>> {
    let drafts = draft.codes.written()?;
    let mut codes: BTreeMap<String, String> = BTreeMap::new();
    let mut first: BTreeMap<&str, &Written<String>> = BTreeMap::new();
    for CodeDraft { code, spellings } in &drafts.value {
        check_code(code, field, words, problems);
        for spelling in spellings {
            never_met(draft, spelling, case, problems);
            if let Some(other) = first.insert(&spelling.value, spelling) {
                let message = format!("\"{}\" is a spelling twice", spelling.value);
                let problem = Problem::new(&spelling.span, message, "a second time");
                let problem = problem.also(&other.span, "first given here");
                problems.push(problem.help("remove one of the two"));
            }
            codes.insert(spelling.value.clone(), code.value.clone());
        }
    }
    Some(codes)
}

/// A code of a kind or currency must be one.
fn check_code(
    code: &Written<String>,
    field: CleanedField,
    words: &EventWords,
    problems: &mut Vec<Problem>,
) {
    let name = code.value.as_str();
    if name.len() > TEXT_BYTES_MAX {
        let message = format!("a code of {} bytes", name.len());
        let label = format!("at most {TEXT_BYTES_MAX}");
        problems.push(Problem::new(&code.span, message, label));
    }
    if field == CleanedField::Kind {
        let mut kinds = words.all_kinds();
        kinds.extend([(Kind::Heartbeat, HEARTBEAT), (Kind::Profile, PROFILE)]);
        choose(code, ("kind of event", "kinds"), &kinds, problems);
    }
    if field == CleanedField::Currency && Currency::from_code(name).is_none() {
        let message = format!("unknown currency \"{name}\"");
        let problem = Problem::new(&code.span, message, "not a currency");
        problems.push(problem.help("write a three-letter code of ISO 4217, such as \"GBP\""));
    }
}

/// A spelling that the rules before it let nobody write.
fn never_met(
    draft: &CleanDraft,
    spelling: &Written<String>,
    case: Option<Case>,
    problems: &mut Vec<Problem>,
) {
    let text = spelling.value.as_str();
    let cased = case.map_or_else(|| text.to_owned(), |case| case.of(text));
    let met = match trimmed(draft) {
        true => cased.trim(),
        false => cased.as_str(),
    };
    if met != text {
        let message = format!("the spelling \"{text}\" never comes up");
        let problem = Problem::new(&spelling.span, message, "trimmed and cased before");
        problems.push(problem.help(format!("write \"{met}\"")));
    }
}

/// What is meant where the field is missing.
fn default(
    draft: &CleanDraft,
    sort: Sort,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Missing> {
    let written = draft.default.written()?;
    if sort.is_text() {
        if written.value.is_empty() || written.value.len() > TEXT_BYTES_MAX {
            let message = format!("a default of {} bytes", written.value.len());
            let label = format!("1 to {TEXT_BYTES_MAX}");
            problems.push(Problem::new(&written.span, message, label));
        }
        return Some(Missing::Text(written.value.clone()));
    }
    if matches!(draft.of, Given::Absent) {
        let message = format!("{} has a `default`, but no `of`", owner.title);
        let problem = Problem::new(&written.span, message, "for which kinds of events?");
        problems.push(problem.help("add a line such as: of = [\"purchase\"]"));
    }
    number(written, sort, problems).map(|_| Missing::Number(written.value.clone()))
}

fn bounds(draft: &CleanDraft, sort: Sort, problems: &mut Vec<Problem>) -> Option<(i64, i64)> {
    let (least, most) = (draft.least.written(), draft.most.written());
    if sort.is_text() || least.is_none() && most.is_none() {
        return None;
    }
    let mut bound = |written: Option<&Written<String>>, none| match written {
        Some(written) => number(written, sort, problems),
        None => Some(none),
    };
    Some((bound(least, i64::MIN)?, bound(most, i64::MAX)?))
}

/// Bounds and a default that leave each other room.
fn fits(draft: &CleanDraft, clean: &FieldCleaning, sort: Sort, problems: &mut Vec<Problem>) {
    let Some((least, most, _)) = clean.bounds else {
        return;
    };
    if let (true, Some(low), Some(high)) =
        (least > most, draft.least.written(), draft.most.written())
    {
        let message = format!("`least` {} is more than `most` {}", low.value, high.value);
        let problem = Problem::new(&low.span, message, "nothing is between them");
        problems.push(problem.also(&high.span, "`most`"));
        return;
    }
    let Some(default) = draft.default.written() else {
        return;
    };
    let value = number(default, sort, &mut Vec::new());
    if value.is_some_and(|value| !(least..=most).contains(&value)) {
        let message = format!("the default {} is beyond the bounds", default.value);
        let problem = Problem::new(&default.span, message, "would be set aside each time");
        problems.push(problem.help("choose one between `least` and `most`"));
    }
}

/// A number in the unit of its field, written so that it is one in JSON, too.
fn number(written: &Written<String>, sort: Sort, problems: &mut Vec<Problem>) -> Option<i64> {
    let text = written.value.as_str();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits == "0"
        || digits.starts_with("0.")
        || digits.starts_with(|sign: char| matches!(sign, '1'..='9'));
    let read = match sort {
        _ if !plain => None,
        Sort::Money => Money::parse(text).ok().map(|money| money.0),
        _ => text.parse().ok(),
    };
    if read.is_none() {
        let what = match sort {
            Sort::Money => "an amount of money",
            _ => "a whole number",
        };
        let message = format!("\"{text}\" is not {what}");
        let problem = Problem::new(&written.span, message, format!("not {what}"));
        problems.push(problem.help("write plain digits, such as \"1200\""));
    }
    read
}
