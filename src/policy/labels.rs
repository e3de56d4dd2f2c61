//! The labels of a tier or segment, from what was written.

use super::declared::Label;
use super::draft::{Given, LabelDraft};
use super::owner::Owner;
use super::problem::Problem;

/// Every change carries them; what needs more belongs into a table of the reader's own.
const LABELS_MAX: usize = 16;
const KEY_BYTES_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 1024;

/// The labels that were declared, none where the key is not there; nothing where one is faulty.
pub(super) fn labels(
    owner: &Owner<'_>,
    given: &Given<Vec<LabelDraft>>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Label>> {
    if matches!(given, Given::Absent) {
        return Some(Vec::new());
    }
    let drafts = &given.written()?.value;
    if let Some(beyond) = drafts.get(LABELS_MAX) {
        let message = format!("{} has {} labels", owner.title, drafts.len());
        let label = format!("at most {LABELS_MAX}");
        problems.push(Problem::new(&beyond.key.span, message, label));
    }
    for draft in drafts {
        check(owner, draft, problems);
    }
    let label = |draft: &LabelDraft| Label {
        key: draft.key.value.clone(),
        text: draft.text.value.clone(),
    };
    Some(drafts.iter().map(label).collect())
}

fn check(owner: &Owner<'_>, draft: &LabelDraft, problems: &mut Vec<Problem>) {
    let (key, text) = (&draft.key, &draft.text);
    if !(1..=KEY_BYTES_MAX).contains(&key.value.len()) {
        let bytes = key.value.len();
        let message = format!("{} has a label with a key of {bytes} bytes", owner.title);
        let problem = Problem::new(&key.span, message, format!("1 to {KEY_BYTES_MAX}"));
        problems.push(problem.help("name what it is for, such as benefit = \"free delivery\""));
    }
    if text.value.len() > TEXT_BYTES_MAX {
        let (key, bytes) = (&key.value, text.value.len());
        let message = format!("label `{key}` of {} has {bytes} bytes", owner.title);
        let problem = Problem::new(&text.span, message, format!("at most {TEXT_BYTES_MAX}"));
        problems.push(problem.help("write a short key here, and look up the long text by it"));
    }
}
