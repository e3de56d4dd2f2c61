//! The filter of a feature, from what was written.

use crate::features::feature::Unit;
use crate::features::filter::{Filter, NumberField, TextField};
use crate::model::detail::AttrField;

use super::comparison::{OP_SIGNS, joined, part, read_op};
use super::constant::{Measured, constant};
use super::dates::{DATE, dates};
use super::draft::{RuleDraft, Written};
use super::event::{ATTRS, unit};
use super::problem::Problem;
use super::rule::Op;
use super::rules::DEPTH_MAX;
use super::suggestion;

const SHAPE: &str = "write a field, an operator and a constant, such as \"channel = online\", \
                     \"category in [garden, tools]\" or \"amount >= 20\"";

/// What stands on the left of a condition.
#[derive(Clone, Copy)]
enum Subject {
    Text(TextField),
    Number(NumberField, Unit),
}

const SUBJECTS: [(Subject, &str); 7] = [
    (Subject::Text(TextField::Category), "category"),
    (Subject::Text(TextField::Brand), "brand"),
    (Subject::Text(TextField::Channel), "channel"),
    (Subject::Number(NumberField::Amount, Unit::Money), "amount"),
    (
        Subject::Number(NumberField::Quantity, Unit::Number),
        "quantity",
    ),
    (Subject::Number(NumberField::Margin, Unit::Money), "margin"),
    (
        Subject::Number(NumberField::Discount, Unit::Money),
        "discount",
    ),
];

/// The filter that was written; `attrs` are the declared fields.
pub(super) fn filter(
    written: &Written<RuleDraft>,
    attrs: &[AttrField],
    problems: &mut Vec<Problem>,
) -> Option<Filter> {
    filter_at(written, attrs, 1, problems)
}

fn filter_at(
    written: &Written<RuleDraft>,
    attrs: &[AttrField],
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Option<Filter> {
    if depth > DEPTH_MAX {
        let message = format!("conditions are nested more than {DEPTH_MAX} deep");
        let problem = Problem::new(&written.span, message, "too deep");
        problems.push(problem.help("say it with fewer conditions in each other"));
        return None;
    }
    let (parts, join): (_, fn(Vec<Filter>) -> Filter) = match &written.value {
        RuleDraft::Compare(text) => {
            let text = Written {
                value: text.clone(),
                span: written.span.clone(),
            };
            return condition(&text, attrs, problems);
        }
        RuleDraft::Not(part) => {
            let filter = filter_at(part, attrs, depth + 1, problems)?;
            return Some(Filter::Not(Box::new(filter)));
        }
        RuleDraft::All(parts) => (parts, Filter::All),
        RuleDraft::Any(parts) => (parts, Filter::Any),
    };
    if parts.is_empty() {
        let problem = Problem::new(&written.span, "a filter without conditions", "empty list");
        problems.push(problem.help("put at least one condition into the list"));
        return None;
    }
    let filters: Vec<Option<Filter>> = parts
        .iter()
        .map(|part| filter_at(part, attrs, depth + 1, problems))
        .collect();
    filters.into_iter().collect::<Option<_>>().map(join)
}

fn condition(
    text: &Written<String>,
    attrs: &[AttrField],
    problems: &mut Vec<Problem>,
) -> Option<Filter> {
    let whole = text.value.as_str();
    let start = whole.len() - whole.trim_start().len();
    let ends = |sign: char| sign.is_whitespace() || OP_SIGNS.contains(&sign);
    let name_end = whole[start..]
        .find(ends)
        .map_or(whole.len(), |end| start + end);
    let name = part(text, start..name_end);
    let rest = whole[name_end..].trim_start();
    let op_start = whole.len() - rest.len();
    let listed = rest.strip_prefix("in").map(str::trim_start);
    if name.value == DATE {
        let list = listed.map(|list| part(text, whole.len() - list.len()..whole.len()));
        return dates(text, list.as_ref(), problems);
    }
    if let Some(list) = listed.filter(|list| list.starts_with('[')) {
        let list = part(text, whole.len() - list.len()..whole.len());
        return among(&name, &list, attrs, problems);
    }
    let op_length = rest.find(|sign| !OP_SIGNS.contains(&sign));
    let op = part(text, op_start..op_start + op_length.unwrap_or(rest.len()));
    let right = part(text, op_start + op.value.len()..whole.len());
    if name.value.is_empty() || op.value.is_empty() || right.value.is_empty() {
        let message = format!("\"{whole}\" is not a condition");
        let problem = Problem::new(&text.span, message, "a part of it is missing");
        problems.push(problem.help(SHAPE));
        return None;
    }
    if op.value == "!=" {
        let problem = Problem::new(&op.span, "unknown operator !=", "not an operator");
        let help = format!("write {{ not = \"{} = {}\" }}", name.value, right.value);
        problems.push(problem.help(help));
        return None;
    }
    match subject(&name, attrs, problems)? {
        Subject::Text(_) if op.value != "=" => {
            let message = format!("the text \"{}\" is compared by {}", name.value, op.value);
            let problem = Problem::new(&op.span, message, "texts have no order");
            problems.push(problem.help("write = or in [...]"));
            None
        }
        Subject::Text(field) => Some(Filter::Text(field, vec![right.value])),
        Subject::Number(field, unit) => {
            if let Some(problem) = joined(text, &right) {
                problems.push(problem);
                return None;
            }
            let measured = Measured {
                feature: &name.value,
                unit,
            };
            let (op, than) = (
                read_op(&op, problems),
                constant(&right, &measured, problems),
            );
            range(field, op?, than?)
        }
    }
}

/// "category in [garden, tools]"
fn among(
    name: &Written<String>,
    list: &Written<String>,
    attrs: &[AttrField],
    problems: &mut Vec<Problem>,
) -> Option<Filter> {
    let Subject::Text(field) = subject(name, attrs, problems)? else {
        let message = format!("\"{}\" is a number and is sought in a list", name.value);
        let problem = Problem::new(&name.span, message, "not a text");
        problems.push(problem.help("compare it by >=, >, <=, < or ="));
        return None;
    };
    let inside = list
        .value
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    let texts = inside.unwrap_or_default().split(',').map(str::trim);
    let texts: Vec<String> = texts.map(str::to_owned).collect();
    if texts.iter().any(String::is_empty) {
        let message = format!("{} is not a list of texts", list.value);
        let problem = Problem::new(&list.span, message, "not a list");
        problems.push(problem.help("write such as [garden, tools]"));
        return None;
    }
    Some(Filter::Text(field, texts))
}

fn subject(
    name: &Written<String>,
    attrs: &[AttrField],
    problems: &mut Vec<Problem>,
) -> Option<Subject> {
    let known = SUBJECTS.iter().find(|(_, known)| *known == name.value);
    if let Some((subject, _)) = known {
        return Some(*subject);
    }
    let attr = name.value.strip_prefix(ATTRS);
    let ix = attr.and_then(|attr| attrs.iter().position(|field| field.name == attr));
    if let Some(ix) = ix {
        let number = NumberField::Attr(ix);
        return Some(match unit(attrs[ix].sort) {
            None => Subject::Text(TextField::Attr(ix)),
            Some(unit) => Subject::Number(number, unit),
        });
    }
    let message = format!("unknown field \"{}\"", name.value);
    let problem = Problem::new(&name.span, message, "not a field of events");
    let declared: Vec<String> = attrs.iter().map(|f| format!("{ATTRS}{}", f.name)).collect();
    let fields = SUBJECTS.iter().map(|(_, name)| *name).chain([DATE]);
    let fields: Vec<&str> = fields.chain(declared.iter().map(String::as_str)).collect();
    problems.push(problem.help(match attr {
        Some(attr) if suggestion::nearest(&name.value, &fields).is_none() => {
            format!("declare it: {attr} = \"number\" below [event.attrs]")
        }
        _ => suggestion::help(&name.value, "fields", &fields),
    }));
    None
}

/// The numbers that compare so with a constant.
fn range(field: NumberField, op: Op, than: i64) -> Option<Filter> {
    let (least, most) = match op {
        Op::Ge => (than, i64::MAX),
        Op::Le => (i64::MIN, than),
        Op::Eq => (than, than),
        // Nothing lies beyond the last number: a range that is empty.
        Op::Gt => than
            .checked_add(1)
            .map_or((1, 0), |least| (least, i64::MAX)),
        Op::Lt => than.checked_sub(1).map_or((1, 0), |most| (i64::MIN, most)),
        // Told before.
        Op::Ne => return None,
    };
    Some(Filter::Number(field, least, most))
}
