//! Names given in a policy: how they look, and that none is given twice.

use std::collections::BTreeMap;

use super::draft::Written;
use super::problem::{ByteRange, Problem};

/// Names go into metric labels, record keys and headers: 64 bytes keep them readable there.
const NAME_BYTES_MAX: usize = 64;

/// Names of one scope with the place that gave each.
#[derive(Default)]
pub(super) struct Names<'a> {
    given: BTreeMap<&'a str, (&'static str, &'a ByteRange)>,
}

impl<'a> Names<'a> {
    /// Takes a name for something that is a `noun`; tells if it looks wrong or is taken.
    pub(super) fn take(
        &mut self,
        noun: &'static str,
        name: &'a Written<String>,
        problems: &mut Vec<Problem>,
    ) {
        check_name(noun, name, problems);
        let taken = self.given.get(name.value.as_str());
        if let Some((first_noun, first)) = taken {
            let message = if *first_noun == noun {
                format!("two {noun}s are named \"{}\"", name.value)
            } else {
                format!(
                    "a {first_noun} and a {noun} are both named \"{}\"",
                    name.value
                )
            };
            let problem = Problem::new(&name.span, message, "taken")
                .also(first, "first given here")
                .help("give one of them another name");
            problems.push(problem);
        } else {
            self.given.insert(&name.value, (noun, &name.span));
        }
    }
}

/// Tells if a name looks wrong.
pub(super) fn check_name(noun: &str, name: &Written<String>, problems: &mut Vec<Problem>) {
    let text = &name.value;
    if is_name(text) {
        return;
    }
    let help = format!(
        "use up to {NAME_BYTES_MAX} lower-case letters, digits and `_`, beginning with a letter{}",
        respelled(text).map_or_else(String::new, |name| format!(", such as \"{name}\""))
    );
    let message = format!("\"{text}\" cannot be the name of a {noun}");
    problems.push(Problem::new(&name.span, message, "not a name").help(help));
}

/// Whether a text looks like a name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(is_name_byte)
        && text.len() <= NAME_BYTES_MAX
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

/// The name with other signs turned into `_`, if that makes it one.
fn respelled(text: &str) -> Option<String> {
    let spelled: String = text
        .to_ascii_lowercase()
        .chars()
        .map(|sign| match u8::try_from(sign) {
            Ok(byte) if is_name_byte(byte) => sign,
            _ => '_',
        })
        .collect();
    let name = spelled
        .trim_start_matches(|sign: char| !sign.is_ascii_lowercase())
        .trim_end_matches('_');
    (!name.is_empty() && name.len() <= NAME_BYTES_MAX).then(|| name.to_owned())
}
