//! One table of a TOML text: its keys read by type, with a problem for each that cannot be.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::policy::draft::{Given, LabelDraft, RuleDraft, Written};
use crate::policy::problem::{ByteRange, Problem};
use crate::policy::suggestion;

/// A table with what is needed to tell of problems in it.
pub(super) struct Section<'t> {
    /// The whole text.
    pub(super) text: &'t str,
    /// As it is headed: "[time]".
    pub(super) title: String,
    /// Where its header stands.
    pub(super) header: ByteRange,
    pub(super) table: &'t DeTable<'t>,
}

impl<'t> Section<'t> {
    /// The keys, in written order.
    pub(super) fn keys(&self) -> Vec<Written<String>> {
        let mut keys: Vec<_> = self.table.keys().collect();
        keys.sort_by_key(|key| key.span().start);
        let written = keys.into_iter().map(|key| Written {
            value: key.get_ref().to_string(),
            span: key.span(),
        });
        written.collect()
    }

    /// Tells of keys that are none of the known ones.
    pub(super) fn check_keys(&self, known: &[&str], problems: &mut Vec<Problem>) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let message = format!("unknown key `{name}` in {}", self.title);
                let help = suggestion::help(name, "keys here", known);
                problems.push(Problem::new(&key.span(), message, "not a known key").help(help));
            }
        }
    }

    /// The text at a key.
    pub(super) fn text(&self, key: &str, problems: &mut Vec<Problem>) -> Given<String> {
        self.read(key, problems, |value, problems| {
            text(self.text, key, value, problems)
        })
    }

    /// The whole number at a key.
    pub(super) fn integer(&self, key: &str, problems: &mut Vec<Problem>) -> Given<i64> {
        self.read(key, problems, |value, problems| {
            let DeValue::Integer(number) = value.get_ref() else {
                problems.push(wrong_type(key, value, "a whole number"));
                return None;
            };
            let number = i64::from_str_radix(number.as_str(), number.radix()).ok();
            if number.is_none() {
                let message = format!("`{key}` is out of range");
                problems.push(Problem::new(&value.span(), message, "beyond 64 bits"));
            }
            Some(Written {
                value: number?,
                span: value.span(),
            })
        })
    }

    /// The list of texts at a key.
    pub(super) fn texts(
        &self,
        key: &str,
        problems: &mut Vec<Problem>,
    ) -> Given<Vec<Written<String>>> {
        self.read(key, problems, |value, problems| {
            let Some(list) = value.get_ref().as_array() else {
                let problem = wrong_type(key, value, "a list of texts");
                problems.push(problem.help(format!("put it into brackets: {key} = [\"...\"]")));
                return None;
            };
            let texts: Vec<Option<Written<String>>> = list
                .iter()
                .map(|part| text(self.text, key, part, problems))
                .collect();
            Some(Written {
                value: texts.into_iter().collect::<Option<_>>()?,
                span: value.span(),
            })
        })
    }

    /// The table of texts at a key, in written order.
    pub(super) fn labels(&self, key: &str, problems: &mut Vec<Problem>) -> Given<Vec<LabelDraft>> {
        self.read(key, problems, |value, problems| {
            let Some(section) = self.section(value, format!("`{key}`")) else {
                let problem = wrong_type(key, value, "a table of texts");
                problems.push(problem.help(format!("write {key} = {{ benefit = \"...\" }}")));
                return None;
            };
            let labels: Vec<Option<LabelDraft>> = section
                .keys()
                .into_iter()
                .map(|key| {
                    let text = section.text(&key.value, problems).written().cloned();
                    text.map(|text| LabelDraft { key, text })
                })
                .collect();
            Some(Written {
                value: labels.into_iter().collect::<Option<_>>()?,
                span: value.span(),
            })
        })
    }

    /// The rule at a key.
    pub(super) fn rule(&self, key: &str, problems: &mut Vec<Problem>) -> Given<RuleDraft> {
        self.read(key, problems, |value, problems| {
            self.rule_of(key, value, problems)
        })
    }

    /// The table at a key, an empty one where there is none.
    pub(super) fn table(&self, key: &str, problems: &mut Vec<Problem>) -> Option<Section<'t>> {
        let value = self.table.get(key)?;
        let path = match self.title.strip_prefix('[') {
            Some(parent) => format!("{}.{key}", parent.trim_end_matches(']')),
            None => key.to_owned(),
        };
        let section = self.section(value, format!("[{path}]"));
        if section.is_none() {
            let problem = wrong_type(key, value, "a table");
            problems
                .push(problem.help(format!("write [{path}] in single brackets, its keys below")));
        }
        section
    }

    /// The tables at a key, in written order, each headed `[[path]]`; nothing where something else
    /// stands there.
    pub(super) fn tables(
        &self,
        key: &str,
        path: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<Section<'t>>> {
        let Some(value) = self.table.get(key) else {
            return Some(Vec::new());
        };
        let list = value.get_ref().as_array();
        let parts: Option<Vec<Section<'t>>> = list.and_then(|list| {
            list.iter()
                .map(|part| self.section(part, format!("[[{path}]]")))
                .collect()
        });
        if parts.is_none() {
            let problem = wrong_type(key, value, "a list of tables");
            problems.push(problem.help(format!(
                "write [[{path}]] in double brackets above the keys of each"
            )));
        }
        parts
    }

    /// The named tables below this one (`[feature.<name>]`), in written order.
    pub(super) fn named(&self, problems: &mut Vec<Problem>) -> Vec<(Written<String>, Section<'t>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let parent = self.title.trim_matches(['[', ']']);
        let mut named = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let name = Written {
                value: key.get_ref().to_string(),
                span: key.span(),
            };
            match self.section(value, format!("[{parent}.{}]", name.value)) {
                Some(section) => named.push((name, section)),
                None => {
                    let problem = wrong_type(&name.value, value, "a table");
                    problems.push(problem.help(format!(
                        "write [{parent}.<name>] in single brackets above the keys of each"
                    )));
                }
            }
        }
        named
    }

    /// The table that a value is, if it is one.
    pub(super) fn section(
        &self,
        value: &'t Spanned<DeValue<'t>>,
        title: String,
    ) -> Option<Section<'t>> {
        Some(Section {
            text: self.text,
            title,
            header: value.span(),
            table: value.get_ref().as_table()?,
        })
    }

    /// What stands at a key, as `reader` reads it.
    pub(super) fn read<T>(
        &self,
        key: &str,
        problems: &mut Vec<Problem>,
        reader: impl FnOnce(&'t Spanned<DeValue<'t>>, &mut Vec<Problem>) -> Option<Written<T>>,
    ) -> Given<T> {
        match self.table.get(key) {
            None => Given::Absent,
            Some(value) => reader(value, problems).map_or(Given::Unreadable, Given::Is),
        }
    }

    fn rule_of(
        &self,
        key: &str,
        value: &'t Spanned<DeValue<'t>>,
        problems: &mut Vec<Problem>,
    ) -> Option<Written<RuleDraft>> {
        match value.get_ref() {
            DeValue::String(_) => {
                let written = text(self.text, key, value, problems)?;
                Some(Written {
                    value: RuleDraft::Compare(written.value),
                    span: written.span,
                })
            }
            DeValue::Table(_) => {
                let section = self.section(value, format!("the rule `{key}`"))?;
                section.joined(problems)
            }
            _ => {
                let problem = wrong_type(key, value, "a rule");
                problems.push(
                    problem
                        .help("write \"feature op constant\", { all = [...] } or { any = [...] }"),
                );
                None
            }
        }
    }

    /// This table as `{ all = [...] }`, `{ any = [...] }` or `{ not = ... }`.
    fn joined(&self, problems: &mut Vec<Problem>) -> Option<Written<RuleDraft>> {
        if let (Some(part), 1) = (self.table.get("not"), self.table.len()) {
            return Some(Written {
                value: RuleDraft::Not(Box::new(self.rule_of("not", part, problems)?)),
                span: self.header.clone(),
            });
        }
        self.check_keys(&["all", "any"], problems);
        let key = match (self.table.get("all"), self.table.get("any")) {
            (Some(_), None) => "all",
            (None, Some(_)) => "any",
            (Some(_), Some(_)) => {
                problems.push(both(self));
                return None;
            }
            (None, None) => {
                // Where there is another key, it has been told of.
                if self.table.is_empty() {
                    problems.push(neither(self));
                }
                return None;
            }
        };
        let value = self.table.get(key)?;
        let Some(list) = value.get_ref().as_array() else {
            let problem = wrong_type(key, value, "a list of rules");
            problems
                .push(problem.help(format!("put it into brackets: {key} = [\"...\", \"...\"]")));
            return None;
        };
        let rules: Vec<Option<Written<RuleDraft>>> = list
            .iter()
            .map(|part| self.rule_of(key, part, problems))
            .collect();
        let rules = rules.into_iter().collect::<Option<_>>()?;
        Some(Written {
            value: match key {
                "all" => RuleDraft::All(rules),
                _ => RuleDraft::Any(rules),
            },
            span: self.header.clone(),
        })
    }
}

fn text(
    whole: &str,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<Written<String>> {
    let Some(text) = value.get_ref().as_str() else {
        let problem = wrong_type(key, value, "text");
        problems.push(problem.help(match value.get_ref() {
            DeValue::Integer(_) => {
                "put it into double quotes; a length of time also needs its unit, such as \"30d\""
            }
            _ => "put it into double quotes",
        }));
        return None;
    };
    Some(Written {
        value: text.to_owned(),
        span: inside_quotes(whole, value.span(), text),
    })
}

/// Where a text stands without its quotes, if it stands there without escapes.
fn inside_quotes(whole: &str, span: ByteRange, text: &str) -> ByteRange {
    let inside = span.start + 1..span.end.saturating_sub(1);
    if text.is_empty() || whole.get(inside.clone()) != Some(text) {
        return span;
    }
    inside
}

/// Tells that something else stands at a key.
pub(super) fn wrong_type(key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Problem {
    let found = match value.get_ref() {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let message = format!("`{key}` is {found}, but must be {expected}");
    Problem::new(&value.span(), message, found)
}

fn both(section: &Section<'_>) -> Problem {
    let message = format!("{} has both `all` and `any`", section.title);
    Problem::new(&section.header, message, "one of them only")
        .help("put one into the other: { all = [\"...\", { any = [\"...\", \"...\"] }] }")
}

fn neither(section: &Section<'_>) -> Problem {
    let message = format!("{} has neither `all` nor `any`", section.title);
    Problem::new(&section.header, message, "empty")
        .help("write { all = [\"...\", \"...\"] } or { any = [\"...\", \"...\"] }")
}
