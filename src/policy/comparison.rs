//! The text of one comparison, "feature op constant", taken apart.

use super::draft::Written;
use super::problem::{ByteRange, Problem};
use super::rule::Op;

/// The three parts of a comparison, each with its place in the policy's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) subject: Written<String>,
    /// Nothing where the operator is unknown, which has been told.
    pub(super) op: Option<Written<Op>>,
    pub(super) constant: Written<String>,
}

const OPS: [(Op, &str); 6] = [
    (Op::Ge, ">="),
    (Op::Gt, ">"),
    (Op::Le, "<="),
    (Op::Lt, "<"),
    (Op::Eq, "="),
    (Op::Ne, "!="),
];
/// Signs that operators of policies and of other languages are made of.
pub(super) const OP_SIGNS: [char; 7] = ['<', '>', '=', '!', '≥', '≤', '≠'];
const SHAPE: &str = "write a feature, an operator and a constant, such as \"orders_90d >= 3\"";

/// The parts of a comparison.
pub(super) fn take_apart(written: &Written<String>, problems: &mut Vec<Problem>) -> Option<Parts> {
    let text = written.value.as_str();
    let Some(op_at) = text.find(OP_SIGNS) else {
        problems.push(misshapen(written, "no operator"));
        return None;
    };
    let op_end = text[op_at..]
        .find(|sign| !OP_SIGNS.contains(&sign))
        .map_or(text.len(), |length| op_at + length);
    let subject = part(written, 0..op_at);
    let constant = part(written, op_end..text.len());
    if subject.value.is_empty() {
        problems.push(misshapen(written, "nothing before the operator"));
        return None;
    }
    if constant.value.is_empty() {
        problems.push(misshapen(written, "nothing after the operator"));
        return None;
    }
    if let Some(problem) = joined(written, &constant) {
        problems.push(problem);
        return None;
    }
    let sign = part(written, op_at..op_end);
    Some(Parts {
        subject,
        op: read_op(&sign, problems).map(|value| Written {
            value,
            span: sign.span,
        }),
        constant,
    })
}

/// The operator of that sign.
pub(super) fn read_op(sign: &Written<String>, problems: &mut Vec<Problem>) -> Option<Op> {
    let op = OPS.iter().find(|(_, known)| *known == sign.value);
    if op.is_none() {
        problems.push(unknown_op(sign));
    }
    op.map(|(op, _)| *op)
}

/// A part of a text without the spaces around it.
pub(super) fn part(written: &Written<String>, range: ByteRange) -> Written<String> {
    let text = &written.value[range.clone()];
    let value = text.trim().to_owned();
    let start = range.start + (text.len() - text.trim_start().len());
    // A text that was written with escapes is longer than it reads: its parts cannot be told apart.
    let span = if written.span.len() == written.value.len() {
        let start = written.span.start + start;
        start..start + value.len()
    } else {
        written.span.clone()
    };
    Written { value, span }
}

fn misshapen(written: &Written<String>, label: &str) -> Problem {
    let message = format!("\"{}\" is not a comparison", written.value);
    Problem::new(&written.span, message, label).help(SHAPE)
}

/// Several comparisons in one text.
pub(super) fn joined(written: &Written<String>, constant: &Written<String>) -> Option<Problem> {
    let words = constant.value.to_lowercase();
    let all = [" and ", "&&", " & ", ","]
        .iter()
        .any(|join| words.contains(join));
    let any = [" or ", "||", " | "]
        .iter()
        .any(|join| words.contains(join));
    let more = words.contains(OP_SIGNS);
    let word = match (all, any, more) {
        (_, _, false) => return None,
        (_, true, true) => "any",
        (_, false, true) => "all",
    };
    let message = format!("\"{}\" is more than one comparison", written.value);
    let help = format!("write each in quotes of its own: {{ {word} = [\"...\", \"...\"] }}");
    Some(Problem::new(&constant.span, message, "a second operator").help(help))
}

fn unknown_op(op: &Written<String>) -> Problem {
    let help = match op.value.as_str() {
        "==" => "write = for \"exactly\"",
        "=>" | "≥" => "write >= for \"at least\"",
        "=<" | "≤" => "write <= for \"at most\"",
        "<>" | "≠" => "write != for \"not\", of texts",
        _ => "operators are >=, >, <=, < and =, of texts = and !=",
    };
    let message = format!("unknown operator {}", op.value);
    Problem::new(&op.span, message, "not an operator").help(help)
}
