//! The table `[clean]` of a policy: one table below it for each field of events that is cleaned.

use toml::de::DeValue;

use crate::policy::draft::{CleanDraft, CodeDraft, Given, Written};
use crate::policy::problem::Problem;
use crate::wire::section::{Section, wrong_type};

/// The key below which fields of `attrs` have their tables.
const ATTRS: &str = "attrs";
const KEYS: [&str; 7] = ["trim", "case", "codes", "default", "least", "most", "of"];

/// What was written, in written order.
pub(super) fn drafts(clean: Option<Section<'_>>, problems: &mut Vec<Problem>) -> Vec<CleanDraft> {
    let Some(clean) = clean else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    for (name, section) in clean.named(problems) {
        if name.value != ATTRS {
            drafts.push(draft(name, &section, problems));
            continue;
        }
        for (attr, section) in section.named(problems) {
            let field = Written {
                value: format!("{ATTRS}.{}", attr.value),
                span: attr.span,
            };
            drafts.push(draft(field, &section, problems));
        }
    }
    drafts
}

fn draft(field: Written<String>, section: &Section<'_>, problems: &mut Vec<Problem>) -> CleanDraft {
    section.check_keys(&KEYS, problems);
    CleanDraft {
        field,
        trim: flag(section, "trim", problems),
        case: section.text("case", problems),
        codes: codes(section, problems),
        default: section.text("default", problems),
        least: section.text("least", problems),
        most: section.text("most", problems),
        of: section.texts("of", problems),
    }
}

fn flag(section: &Section<'_>, key: &str, problems: &mut Vec<Problem>) -> Given<bool> {
    section.read(key, problems, |value, problems| {
        let DeValue::Boolean(flag) = value.get_ref() else {
            let problem = wrong_type(key, value, "true or false");
            problems.push(problem.help(format!("write {key} = true")));
            return None;
        };
        Some(Written {
            value: *flag,
            span: value.span(),
        })
    })
}

fn codes(section: &Section<'_>, problems: &mut Vec<Problem>) -> Given<Vec<CodeDraft>> {
    section.read("codes", problems, |value, problems| {
        let Some(codes) = section.section(value, "`codes`".to_owned()) else {
            let problem = wrong_type("codes", value, "a table of lists");
            problems.push(problem.help("write codes = { web = [\"www\", \"online shop\"] }"));
            return None;
        };
        let read = codes.keys().into_iter().map(|code| {
            let spellings = codes.texts(&code.value, problems).written().cloned();
            spellings.map(|list| CodeDraft {
                code,
                spellings: list.value,
            })
        });
        let read: Vec<Option<CodeDraft>> = read.collect();
        Some(Written {
            value: read.into_iter().collect::<Option<_>>()?,
            span: value.span(),
        })
    })
}
