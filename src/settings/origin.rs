//! Where each value of the settings comes from, for reports.

use std::collections::BTreeMap;
use std::ops::Range;

use super::report::{Place, Problem, SourceText};

/// Where a value was given.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// In the settings file of that index, its value there.
    File(usize, Range<usize>),
    /// In the environment variable of that name.
    Environment(String),
    /// With `--set`.
    Flag,
}

/// The last place at which each key was given; keys that were not are defaults.
#[derive(Default)]
pub(super) struct Origins {
    files: Vec<SourceText>,
    keys: BTreeMap<String, Origin>,
}

impl Origins {
    /// Adds a file; answers its index.
    pub(super) fn file(&mut self, text: SourceText) -> usize {
        self.files.push(text);
        self.files.len() - 1
    }

    /// Notes that a key was given, once more or for the first time.
    pub(super) fn given(&mut self, key: String, origin: Origin) {
        self.keys.insert(key, origin);
    }

    /// A problem with the value of a key, told with the place of that value.
    pub(super) fn fault(&self, key: &str, message: &str) -> Problem {
        self.problem(self.keys.get(key), format!("`{key}` {message}"))
    }

    /// A problem with something given at a place.
    pub(super) fn problem(&self, origin: Option<&Origin>, message: String) -> Problem {
        match origin {
            Some(Origin::File(file, at)) => Problem::new(message).at(Some(Place {
                text: self.files[*file].clone(),
                at: at.clone(),
            })),
            Some(Origin::Environment(name)) => Problem::new(format!("{message} (in {name})")),
            Some(Origin::Flag) => Problem::new(format!("{message} (by --set)")),
            None => Problem::new(format!("{message} (by default)")),
        }
    }
}
