//! What the policy says of events: the fields of `attrs` that it wants to know.

use crate::model::detail::{AttrField, AttrSort};

use super::draft::{AttrDraft, Given};
use super::owner::choose;
use super::problem::Problem;

/// Events are read for each of them.
const ATTRS_MAX: usize = 32;
/// As for other names.
const NAME_BYTES_MAX: usize = 64;

const SORTS: [(AttrSort, &str); 3] = [
    (AttrSort::Money, "money"),
    (AttrSort::Number, "number"),
    (AttrSort::Text, "text"),
];

/// The fields that were declared.
pub(super) fn attrs(drafts: &[AttrDraft], problems: &mut Vec<Problem>) -> Vec<AttrField> {
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
    })
}
