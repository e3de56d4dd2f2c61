//! One layer of the settings: the values that it gives, with all that is wrong about their keys and
//! kinds.

use std::collections::HashMap;
use std::ops::Range;

use config::{ConfigError, Source, Value, ValueKind};
use toml::de::{DeTable, DeValue};

use super::origin::{Origin, Origins};
use super::report::{Place, Problem, SourceText};
use super::schema::{Kind, Schema};

/// Values by the path of their keys: section, key, and the name within an open table.
#[derive(Clone, Default)]
pub(super) struct Layer(Vec<(Vec<String>, ValueKind)>);

/// What reading layers has brought to light.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) origins: Origins,
    pub(super) problems: Vec<Problem>,
}

impl Layer {
    /// The layer of a settings file.
    pub(super) fn of_file(
        name: &str,
        text: &str,
        schema: &Schema,
        findings: &mut Findings,
    ) -> Self {
        let (table, mut errors) = DeTable::parse_recoverable(text);
        errors.sort_by_key(|error| error.span().map(|span| span.start));
        if !errors.is_empty() {
            // Which stretches are secret is not known of a text that cannot be read: none of it is
            // shown.
            findings
                .problems
                .extend(errors.iter().map(|error| unreadable(name, text, error)));
            return Self::default();
        }
        let mut leaves = Vec::new();
        flatten(table.get_ref(), "", schema, &mut leaves);
        let secrets: Vec<Range<usize>> = leaves
            .iter()
            .filter(|leaf| !leaf.is_plain(schema))
            .map(|leaf| leaf.at.clone())
            .collect();
        let source = SourceText::masked(name, text, &secrets);
        let file = findings.origins.file(source.clone());
        let mut layer = Self::default();
        for leaf in leaves {
            match leaf.value(schema) {
                Ok(value) => {
                    layer.give(
                        &leaf.path,
                        value,
                        Origin::File(file, leaf.at),
                        schema,
                        findings,
                    );
                }
                Err(problem) => {
                    let at = if schema.kind(&leaf.path).is_some() {
                        leaf.at
                    } else {
                        leaf.key
                    };
                    let place = Place {
                        text: source.clone(),
                        at,
                    };
                    findings.problems.push(problem.at(Some(place)));
                }
            }
        }
        layer
    }

    /// A layer of texts, each with the path of its key and its origin.
    pub(super) fn of_texts(
        texts: impl IntoIterator<Item = (String, String, Origin)>,
        schema: &Schema,
        findings: &mut Findings,
    ) -> Self {
        let mut layer = Self::default();
        for (path, text, origin) in texts {
            match text_value(&path, text, schema) {
                Ok(value) => layer.give(&path, value, origin, schema, findings),
                Err((message, help)) => findings
                    .problems
                    .push(findings.origins.problem(Some(&origin), message).help(help)),
            }
        }
        layer
    }

    fn give(
        &mut self,
        path: &str,
        value: ValueKind,
        origin: Origin,
        schema: &Schema,
        findings: &mut Findings,
    ) {
        let (key, name) = schema.split(path);
        let path_parts = key.split('.').chain(name).map(str::to_owned).collect();
        self.0.push((path_parts, value));
        findings.origins.given(path.to_owned(), origin);
    }
}

/// Shows how much there is, not what: it may be secret.
impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Layer({} values)", self.0.len())
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<HashMap<String, Value>, ConfigError> {
        let mut root = HashMap::new();
        for (path, value) in &self.0 {
            plant(&mut root, path, value.clone());
        }
        Ok(root)
    }
}

/// Puts a value where its path leads, growing tables on the way.
fn plant(table: &mut HashMap<String, Value>, path: &[String], value: ValueKind) {
    match path {
        [] => {}
        [name] => {
            table.insert(name.clone(), Value::new(None, value));
        }
        [name, rest @ ..] => {
            let child = table
                .entry(name.clone())
                .or_insert_with(|| Value::new(None, ValueKind::Table(HashMap::new())));
            if let ValueKind::Table(child) = &mut child.kind {
                plant(child, rest, value);
            }
        }
    }
}

/// A value of a file, or an empty table, at the end of its path.
struct Leaf<'a> {
    path: String,
    key: Range<usize>,
    at: Range<usize>,
    given: &'a DeValue<'a>,
}

/// The leaves of a table. Below an open key, nested tables only spell out a name with dots.
fn flatten<'a>(table: &'a DeTable<'a>, prefix: &str, schema: &Schema, leaves: &mut Vec<Leaf<'a>>) {
    let opens = |inner: &DeTable<'_>, path: &str| match schema.kind(path) {
        Some(kind) => kind == Kind::Open,
        None => !inner.is_empty() || !prefix.is_empty() || schema.has_section(path),
    };
    for (key, value) in table {
        let path = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) if opens(inner, &path) => {
                flatten(inner, &format!("{path}."), schema, leaves);
            }
            given => leaves.push(Leaf {
                path,
                key: key.span(),
                at: value.span(),
                given,
            }),
        }
    }
}

impl Leaf<'_> {
    /// Whether its value may be shown: that of a known key which is not an open one.
    fn is_plain(&self, schema: &Schema) -> bool {
        schema
            .kind(&self.path)
            .is_some_and(|kind| kind != Kind::Open)
    }

    fn value(&self, schema: &Schema) -> Result<ValueKind, Problem> {
        let (key, name) = schema.split(&self.path);
        let Some(kind) = schema.kind(key) else {
            let (message, help) = unknown(&self.path, schema);
            return Err(Problem::new(message).help(help));
        };
        let value = match (kind, self.given) {
            (Kind::Open, DeValue::Integer(number)) if name.is_some() => {
                Some(number.to_string().into())
            }
            (Kind::Open, DeValue::Boolean(truth)) if name.is_some() => {
                Some(truth.to_string().into())
            }
            (Kind::Open, DeValue::String(text)) if name.is_some() => Some(text.as_ref().into()),
            (Kind::Text | Kind::List, DeValue::String(text)) => Some(text.as_ref().into()),
            (Kind::List, DeValue::Array(texts)) => {
                let texts: Option<Vec<&str>> =
                    texts.iter().map(|text| text.get_ref().as_str()).collect();
                texts.map(|texts| texts.join(",").into())
            }
            (Kind::Integer, DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix())
                    .ok()
                    .map(ValueKind::I64)
            }
            (Kind::Boolean, DeValue::Boolean(truth)) => Some(ValueKind::Boolean(*truth)),
            _ => None,
        };
        value.ok_or_else(|| {
            let found = self.given.type_str();
            let expected = name.map_or(kind.expected(), |_| Kind::Text.expected());
            Problem::new(format!("`{}` takes {expected}, not {found}", self.path))
        })
    }
}

/// The value that a text stands for, by the kind of its key; else what is wrong, and a hint.
fn text_value(
    path: &str,
    text: String,
    schema: &Schema,
) -> Result<ValueKind, (String, Option<String>)> {
    let (key, name) = schema.split(path);
    let wrong = |kind: Kind| {
        (
            format!("`{path}` takes {}, not \"{text}\"", kind.expected()),
            None,
        )
    };
    match schema.kind(key) {
        Some(Kind::Integer) => text
            .parse()
            .map(ValueKind::I64)
            .map_err(|_| wrong(Kind::Integer)),
        Some(Kind::Boolean) => text
            .parse()
            .map(ValueKind::Boolean)
            .map_err(|_| wrong(Kind::Boolean)),
        Some(Kind::Text | Kind::List) => Ok(text.into()),
        Some(Kind::Open) if name.is_some() => Ok(text.into()),
        Some(Kind::Open) => Err((format!("`{path}` takes {}", Kind::Open.expected()), None)),
        None => Err(unknown(path, schema)),
    }
}

fn unknown(path: &str, schema: &Schema) -> (String, Option<String>) {
    match path.split_once('.') {
        Some((section, _)) if schema.has_section(section) => {
            (format!("unknown key `{path}`"), schema.nearest(path))
        }
        Some((section, _)) => (
            format!("unknown section `{section}` of `{path}`"),
            schema.nearest(path),
        ),
        None if schema.has_section(path) => (format!("`{path}` is a section, not a key"), None),
        None => (format!("unknown key `{path}`"), schema.nearest(path)),
    }
}

fn unreadable(name: &str, text: &str, error: &toml::de::Error) -> Problem {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let before = &text.as_bytes()[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before
        .iter()
        .rev()
        .take_while(|byte| **byte != b'\n')
        .count()
        + 1;
    Problem::new(format!(
        "{name}:{line}:{column}: not TOML: {}",
        error.message()
    ))
}
