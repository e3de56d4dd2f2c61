//! What the policy says of events: kinds of its own, and the fields of `attrs` that it wants to
//! know.

use crate::features::feature::{Field, Unit};
use crate::features::filter::TextField;
use crate::model::detail::{AttrField, AttrOf, AttrSort};
use crate::model::event::{DECLARED_KINDS_MAX, KINDS, Kind};

use super::draft::{AttrDraft, Draft, Given, Written};
use super::names::Names;
use super::owner::choose;
use super::problem::Problem;
use super::profile;

/// Events are read for each of them.
const ATTRS_MAX: usize = 32;
/// Before the name of a declared field.
pub(super) const ATTRS: &str = "attrs.";
/// As for other names.
const NAME_BYTES_MAX: usize = 64;

const SORTS: [(AttrSort, &str); 3] = [
    (AttrSort::Money, "money"),
    (AttrSort::Number, "number"),
    (AttrSort::Text, "text"),
];

/// The words that events may use beyond those of the contract.
pub(super) struct EventWords {
    /// Declared kinds, in declared order.
    pub(super) kinds: Vec<String>,
    /// Declared fields of `attrs`, in declared order.
    pub(super) attrs: Vec<AttrField>,
    /// Members of the profile, in declared order; nothing where one is faulty.
    pub(super) profile: Vec<Option<AttrField>>,
}

impl EventWords {
    /// Those of a draft.
    pub(super) fn of(draft: &Draft, problems: &mut Vec<Problem>) -> Self {
        Self {
            kinds: kinds(&draft.kinds, problems),
            attrs: attrs(&draft.attrs, problems),
            profile: profile::members(&draft.profile, problems),
        }
    }

    /// All declared fields: those of events, then those of profiles.
    pub(super) fn fields(&self) -> Vec<AttrField> {
        let profile = self.profile.iter().flatten();
        self.attrs.iter().chain(profile).cloned().collect()
    }

    /// All kinds with their names.
    pub(super) fn all_kinds(&self) -> Vec<(Kind, &str)> {
        let declared = (0..).map(Kind::Declared);
        let declared = declared.zip(self.kinds.iter().map(String::as_str));
        KINDS.into_iter().chain(declared).collect()
    }

    /// The fields of `attrs` that are texts, as rules name them.
    pub(super) fn texts(&self) -> Vec<(TextField, String)> {
        let fields = self.attrs.iter().enumerate();
        fields
            .filter(|(_, field)| unit(field.sort).is_none())
            .map(|(ix, field)| (TextField::Attr(ix), format!("{ATTRS}{}", field.name)))
            .collect()
    }

    /// The fields of `attrs` that are numbers, as rules name them.
    pub(super) fn numbers(&self) -> Vec<(Field, String)> {
        let fields = self.attrs.iter().enumerate();
        fields
            .filter_map(|(ix, field)| {
                let unit = unit(field.sort)?;
                Some((Field::Attr(ix, unit), format!("{ATTRS}{}", field.name)))
            })
            .collect()
    }
}

/// The unit of a field of `attrs`; nothing where it is a text.
pub(super) fn unit(sort: AttrSort) -> Option<Unit> {
    match sort {
        AttrSort::Money => Some(Unit::Money),
        AttrSort::Number => Some(Unit::Number),
        AttrSort::Text | AttrSort::Flag | AttrSort::Date => None,
    }
}

fn kinds(given: &Given<Vec<Written<String>>>, problems: &mut Vec<Problem>) -> Vec<String> {
    let list = given.written().map_or(&[][..], |list| &list.value);
    if let Some(beyond) = list.get(DECLARED_KINDS_MAX) {
        let message = format!("the policy declares {} kinds of events", list.len());
        let label = format!("at most {DECLARED_KINDS_MAX}");
        problems.push(Problem::new(&beyond.span, message, label));
    }
    let mut names = Names::default();
    for name in list {
        names.take("kind", name, problems);
        if Kind::from_name(&name.value, &[]).is_some() {
            let message = format!("\"{}\" is a kind already", name.value);
            let problem = Problem::new(&name.span, message, "of the contract");
            problems.push(problem.help("remove it here: it need not be declared"));
        }
    }
    list.iter().map(|name| name.value.clone()).collect()
}

/// The fields that were declared.
fn attrs(drafts: &[AttrDraft], problems: &mut Vec<Problem>) -> Vec<AttrField> {
    if let Some(beyond) = drafts.get(ATTRS_MAX) {
        let message = format!("the policy declares {} fields of attrs", drafts.len());
        let label = format!("at most {ATTRS_MAX}");
        problems.push(Problem::new(&beyond.name.span, message, label));
    }
    drafts
        .iter()
        .filter_map(|draft| attr(draft, problems))
        .collect()
}

fn attr(draft: &AttrDraft, problems: &mut Vec<Problem>) -> Option<AttrField> {
    let name = &draft.name.value;
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(sign) {
        let message = format!("\"{name}\" cannot be the name of a field of attrs");
        let problem = Problem::new(&draft.name.span, message, "not a name");
        problems.push(problem.help(format!(
            "use up to {NAME_BYTES_MAX} letters, digits, `_`, `-` and `.`"
        )));
    }
    let Given::Is(word) = &draft.sort else {
        return None;
    };
    let sort = choose(word, ("sort of field", "sorts"), &SORTS, problems)?;
    Some(AttrField {
        name: name.clone(),
        sort,
        of: AttrOf::Event,
    })
}
