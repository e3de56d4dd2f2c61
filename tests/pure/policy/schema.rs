//! The JSON Schema of policies for editors: made from keys.txt, whose keys and words are held
//! against those that the reader knows.

mod check;
mod making;
mod probe;
mod table;

use std::path::{Path, PathBuf};

use serde_json::Value;

use check::{misfits, parsed};
use making::schema;
use table::{Holds, tables};

fn top(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn committed() -> Value {
    let text = std::fs::read_to_string(top("config/policy.schema.json")).expect("the schema");
    serde_json::from_str(&text).expect("JSON")
}

/// Every policy that is shipped, and those of the stories.
fn policies() -> Vec<(PathBuf, String)> {
    let mut paths = vec![top("config/policy.toml")];
    for directory in ["config/policies", "tests/data/stories"] {
        let entries = std::fs::read_dir(top(directory)).expect("a directory");
        let files = entries.map(|entry| entry.expect("an entry").path());
        paths.extend(files.filter(|path| path.extension().is_some_and(|end| end == "toml")));
    }
    let text = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a policy");
        (path, text)
    };
    paths.into_iter().map(text).collect()
}

#[test]
fn the_schema_is_the_one_that_is_made_of_the_keys() {
    let made = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    let path = top("config/policy.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &made).expect("the schema is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == committed,
        "config/policy.schema.json is not what tests/pure/policy/keys.txt says: \
         UPDATE_SCHEMA=1 scripts/test --pure schema makes it anew"
    );
}

/// Others add keys to the reader; editors should hear of them.
#[test]
fn the_keys_are_those_that_the_reader_knows() {
    let mut differences = Vec::new();
    for table in tables() {
        let known = probe::keys(&table.path);
        let listed: Vec<String> = table.keys.iter().map(|key| key.name.clone()).collect();
        let missing = known.iter().filter(|key| !listed.contains(key));
        differences.extend(missing.map(|key| format!("{}: {key} is not listed", table.path)));
        let gone = listed.iter().filter(|key| !known.contains(key));
        differences.extend(gone.map(|key| format!("{}: {key} is not read", table.path)));
        for key in &table.keys {
            if let Holds::Below(below) = &key.holds
                && !tables().iter().any(|table| table.path == *below)
            {
                differences.push(format!("{below} is not listed"));
            }
        }
    }
    assert!(differences.is_empty(), "keys.txt: {differences:#?}");
}

#[test]
fn every_policy_that_is_shipped_fits_and_says_where_the_schema_is() {
    let schema = committed();
    let policies = policies();
    assert!(policies.len() > 15, "{} policies", policies.len());
    for (path, text) in policies {
        let misfits = misfits(&schema, &parsed(&text));
        assert!(misfits.is_empty(), "{}: {misfits:?}", path.display());
        if path.starts_with(top("config")) {
            let (named, _) = text.split_once('\n').expect("a line");
            let named = named
                .strip_prefix("#:schema ")
                .expect("the directive of a schema");
            let named = path.parent().expect("a directory").join(named);
            let (named, schema) = (named.canonicalize(), top("config/policy.schema.json"));
            assert_eq!(named.ok(), schema.canonicalize().ok(), "{}", path.display());
        }
    }
}

/// Keys that are unknown and values of another type, as mistakes.txt has them.
#[test]
fn known_mistakes_do_not_fit() {
    let schema = committed();
    assert_eq!(
        misfits(&schema, &parsed(super::SOUND)),
        Vec::<String>::new()
    );
    let mut seen = 0;
    for (text, message) in super::mistakes::texts() {
        let of_shape = message.starts_with("unknown key") || message.contains(", but must be ");
        if of_shape && !message.contains("unknown key `all`") {
            seen += 1;
            assert!(!misfits(&schema, &parsed(&text)).is_empty(), "{message}");
        }
    }
    assert!(seen > 20, "{seen} mistakes");
}
