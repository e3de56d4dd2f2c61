//! What the policy wants to know of customers themselves: the members of their profiles, each of
//! which is a feature.

use crate::features::feature::{Aggregate, Feature, Resolution, Unit, Window};
use crate::model::detail::{AttrField, AttrOf, AttrSort};
use crate::model::event::KindSet;

use super::draft::AttrDraft;
use super::event::EventWords;
use super::names::Names;
use super::owner::choose;
use super::problem::Problem;

/// Each costs memory for every customer of whom something is said.
const MEMBERS_MAX: usize = 32;

const SORTS: [(AttrSort, &str); 4] = [
    (AttrSort::Text, "text"),
    (AttrSort::Number, "number"),
    (AttrSort::Flag, "flag"),
    (AttrSort::Date, "date"),
];

/// The members that were declared; nothing where one is faulty.
pub(super) fn members(drafts: &[AttrDraft], problems: &mut Vec<Problem>) -> Vec<Option<AttrField>> {
    if let Some(beyond) = drafts.get(MEMBERS_MAX) {
        let message = format!(
            "the policy declares {} members of the profile",
            drafts.len()
        );
        let label = format!("at most {MEMBERS_MAX}");
        problems.push(Problem::new(&beyond.name.span, message, label));
    }
    let member = |draft: &AttrDraft| {
        let word = draft.sort.written()?;
        let sort = choose(word, ("sort of member", "sorts"), &SORTS, problems)?;
        Some(AttrField {
            name: draft.name.value.clone(),
            sort,
            of: AttrOf::Profile,
        })
    };
    drafts.iter().map(member).collect()
}

/// The feature of each member.
pub(super) fn features<'a>(
    drafts: &'a [AttrDraft],
    words: &EventWords,
    names: &mut Names<'a>,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Feature>> {
    for draft in drafts {
        names.take("member of the profile", &draft.name, problems);
    }
    let fields = (words.attrs.len()..).zip(&words.profile);
    let feature = |(ix, field): (usize, &Option<AttrField>)| {
        let field = field.as_ref()?;
        Some(Feature {
            name: field.name.clone(),
            kinds: KindSet::default(),
            filter: None,
            aggregate: Aggregate::Latest(ix, unit(field.sort)),
            window: Window::Lifetime,
            resolution: Resolution::Exact,
        })
    };
    fields.map(feature).collect()
}

fn unit(sort: AttrSort) -> Unit {
    match sort {
        AttrSort::Money => Unit::Money,
        AttrSort::Number => Unit::Number,
        AttrSort::Text => Unit::Text,
        AttrSort::Flag => Unit::Flag,
        AttrSort::Date => Unit::Date,
    }
}
