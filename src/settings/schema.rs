//! Which keys there are and what kind of value each takes, read off the defaults.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::DEFAULTS;

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// Text, or a list of texts that is joined with commas.
    List,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A table whose keys are free.
    Open,
}

impl Kind {
    /// As told to people.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "text in quotes",
            Self::List => "text in quotes, or a list of it",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Open => "a table",
        }
    }
}

/// Keys that take a list.
const LISTS: [&str; 1] = ["kafka.brokers"];

/// All keys with the kind of their default, as "section.key".
pub(super) struct Schema(BTreeMap<String, Kind>);

impl Schema {
    /// Reads the defaults.
    pub(super) fn of_defaults() -> Self {
        let defaults = DeTable::parse(DEFAULTS).expect("the embedded defaults are TOML");
        let mut keys = BTreeMap::new();
        for (section, values) in defaults.get_ref() {
            let values = values
                .get_ref()
                .as_table()
                .expect("the defaults consist of sections");
            for (key, value) in values {
                let path = format!("{}.{}", section.get_ref(), key.get_ref());
                let kind = match value.get_ref() {
                    _ if LISTS.contains(&path.as_str()) => Kind::List,
                    DeValue::Integer(_) => Kind::Integer,
                    DeValue::Boolean(_) => Kind::Boolean,
                    DeValue::Table(_) => Kind::Open,
                    _ => Kind::Text,
                };
                keys.insert(path, kind);
            }
        }
        Self(keys)
    }

    /// What a key takes; nothing where there is no such key.
    pub(super) fn kind(&self, key: &str) -> Option<Kind> {
        self.0.get(key).copied()
    }

    /// Whether there is such a section.
    pub(super) fn has_section(&self, section: &str) -> bool {
        self.0
            .keys()
            .any(|key| key.split_once('.').is_some_and(|(name, _)| name == section))
    }

    /// "section.key" or "kafka.properties.some.name" taken apart: the key, and the name within it
    /// where it is open.
    pub(super) fn split<'a>(&self, path: &'a str) -> (&'a str, Option<&'a str>) {
        let second = path.match_indices('.').nth(1).map(|(at, _)| at);
        match second.map(|at| (&path[..at], &path[at + 1..])) {
            Some((key, name)) if self.kind(key) == Some(Kind::Open) => (key, Some(name)),
            _ => (path, None),
        }
    }

    /// The key that was probably meant.
    pub(super) fn nearest(&self, unknown: &str) -> Option<String> {
        let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
        let distance = |key: &str| strsim::damerau_levenshtein(key, unknown);
        let known = || self.0.keys();
        known()
            .find(|key| last(key) == last(unknown))
            .or_else(|| {
                known()
                    .min_by_key(|key| distance(key))
                    .filter(|key| distance(key) <= unknown.len() / 4)
            })
            .map(|key| format!("did you mean `{key}`?"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_key_is_recognized() {
        let schema = Schema::of_defaults();
        for (unknown, meant) in [
            ("kafka.broker", Some("kafka.brokers")),
            ("unit.paus", Some("unit.pause")),
            ("http.merge_wait", Some("feed.merge_wait")),
            ("input.purchase", Some("input.purchases")),
            ("weather.temperature", None),
        ] {
            let hint = meant.map(|meant| format!("did you mean `{meant}`?"));
            assert_eq!(schema.nearest(unknown), hint, "{unknown}");
        }
    }

    #[test]
    fn open_tables_take_any_name() {
        let schema = Schema::of_defaults();
        let path = "kafka.properties.ssl.ca.location";
        assert_eq!(
            schema.split(path),
            ("kafka.properties", Some("ssl.ca.location"))
        );
        assert_eq!(schema.split("unit.pause"), ("unit.pause", None));
    }
}
