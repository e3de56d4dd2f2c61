//! The layers of the settings, each over the one before: defaults, files, environment, flags.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use config::{Config, Environment, File, FileFormat, Source, Value};

use super::layer::{Findings, Layer};
use super::origin::Origin;
use super::raw::Raw;
use super::report::Problem;
use super::schema::Schema;
use super::{DEFAULTS, Settings, SettingsReport, check};

/// Prefix of the environment variables that are settings.
const PREFIX: &str = "TIDEMARK";
/// What stands between prefix, section and key in the name of a variable.
const SEPARATOR: &str = "__";
/// The open tables whose names are written with dots, and in the environment with underscores.
const OPEN: [&str; 2] = ["kafka.properties.", "kafka.property_files."];

/// What is given besides the defaults.
#[derive(Clone, Default)]
pub struct Layers {
    /// Settings files; a later one wins.
    pub files: Vec<PathBuf>,
    /// Environment variables; those named `TIDEMARK__SECTION__KEY` count.
    pub environment: Vec<(String, String)>,
    /// Texts of the form "section.key=value"; a later one wins.
    pub flags: Vec<String>,
}

/// Reads and checks the settings.
///
/// # Errors
/// Everything that is wrong with them, in one report.
pub fn load(layers: &Layers) -> Result<Settings, SettingsReport> {
    let schema = Schema::of_defaults();
    let mut findings = Findings::default();
    let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    for path in &layers.files {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => {
                builder = builder.add_source(Layer::of_file(&name, &text, &schema, &mut findings));
            }
            Err(error) => {
                findings.problems.push(Problem::new(format!(
                    "cannot read settings file {name}: {error}"
                )));
            }
        }
    }
    let variables = variables(&layers.environment);
    builder = builder.add_source(Layer::of_texts(variables, &schema, &mut findings));
    let flags = flags(&layers.flags, &mut findings.problems);
    builder = builder.add_source(Layer::of_texts(flags, &schema, &mut findings));

    let settings = match builder.build().and_then(Config::try_deserialize::<Raw>) {
        Ok(raw) => {
            let secrets = property_files(&raw, &mut findings);
            check::check(&raw, secrets, &mut findings)
        }
        Err(error) => {
            findings.problems.push(Problem::new(error.to_string()));
            None
        }
    };
    match settings {
        Some(settings) if findings.problems.is_empty() => Ok(settings),
        _ => Err(SettingsReport::new(findings.problems)),
    }
}

/// The settings among environment variables: path, text and origin, in the order of their paths.
fn variables(environment: &[(String, String)]) -> Vec<(String, String, Origin)> {
    let named: HashMap<String, String> = environment.iter().cloned().collect();
    let collected = Environment::with_prefix(PREFIX)
        .prefix_separator(SEPARATOR)
        .separator(SEPARATOR)
        .source(Some(named))
        .collect()
        .expect("texts of the environment are taken as they are");
    let sorted: BTreeMap<String, Value> = collected.into_iter().collect();
    sorted
        .into_iter()
        .map(|(path, value)| {
            let name = format!("{PREFIX}.{path}")
                .to_uppercase()
                .replace('.', SEPARATOR);
            let path = match OPEN
                .iter()
                .find_map(|open| Some((open, path.strip_prefix(open)?)))
            {
                Some((open, name)) => format!("{open}{}", name.replace('_', ".")),
                None => path,
            };
            let text = value
                .into_string()
                .expect("the environment consists of texts");
            (path, text, Origin::Environment(name))
        })
        .collect()
}

/// The flags: path, text and origin, as they stand.
fn flags(flags: &[String], problems: &mut Vec<Problem>) -> Vec<(String, String, Origin)> {
    let mut texts = Vec::with_capacity(flags.len());
    for flag in flags {
        match flag.split_once('=') {
            Some((path, text)) => {
                texts.push((path.trim().to_owned(), text.trim().to_owned(), Origin::Flag));
            }
            None => problems.push(Problem::new(format!(
                "--set takes section.key=value, and \"{flag}\" has no value"
            ))),
        }
    }
    texts
}

/// The properties whose values stand in files of their own.
fn property_files(raw: &Raw, findings: &mut Findings) -> BTreeMap<String, String> {
    let mut secrets = BTreeMap::new();
    for (name, path) in &raw.kafka.property_files {
        let key = format!("kafka.property_files.{name}");
        match std::fs::read_to_string(path) {
            Ok(text) => {
                secrets.insert(name.clone(), text.trim_end_matches(['\r', '\n']).to_owned());
            }
            Err(error) => {
                let message = format!("names a file that cannot be read: {path}: {error}");
                findings
                    .problems
                    .push(findings.origins.fault(&key, &message));
            }
        }
    }
    secrets
}
