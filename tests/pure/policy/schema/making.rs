//! The schema, made from the tables. It keeps to draft 4, which is what editors of TOML read.

use serde_json::{Map, Value, json};

use super::probe;
use super::table::{Holds, Key, Table, tables};

/// The whole schema.
pub(super) fn schema() -> Value {
    let tables = tables();
    let mut schema = object(&tables[0], &tables);
    let top = schema.as_object_mut().expect("an object");
    let about = "A policy of tidemark: which tiers and segments customers are in.";
    let joined = |with: &[&str]| -> Value {
        let own = format!("#/definitions/{}", with[0]);
        let list = json!({ "type": "array", "minItems": 1, "items": { "$ref": own } });
        let mut shapes = vec![json!({ "type": "string" })];
        for key in ["all", "any"] {
            shapes.push(one(key, list.clone()));
        }
        if with.len() > 1 {
            shapes.push(one(with[1], json!({ "$ref": own })));
        }
        json!({ "anyOf": shapes })
    };
    for (key, value) in [
        ("$schema", json!("http://json-schema.org/draft-04/schema#")),
        ("title", json!("tidemark policy")),
        ("description", json!(about)),
        (
            "definitions",
            json!({ "rule": joined(&["rule"]), "filter": joined(&["filter", "not"]) }),
        ),
    ] {
        top.insert(key.to_owned(), value);
    }
    schema
}

/// An object of one key, that must be there.
fn one(key: &str, value: Value) -> Value {
    json!({
        "type": "object",
        "properties": { key: value },
        "required": [key],
        "additionalProperties": false,
    })
}

fn object(table: &Table, tables: &[Table]) -> Value {
    let mut properties = Map::new();
    for key in &table.keys {
        let mut value = value(key, &table.path, tables);
        value["description"] = json!(key.says);
        properties.insert(key.name.clone(), value);
    }
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name.as_str())
        .collect();
    let mut object = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    // Draft 4 has no empty list here.
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

fn value(key: &Key, path: &str, all: &[Table]) -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    let each = |value: Value| json!({ "type": "object", "additionalProperties": value });
    match &key.holds {
        Holds::Text => text,
        Holds::Number => json!({ "type": "integer" }),
        Holds::Flag => json!({ "type": "boolean" }),
        Holds::Texts => texts,
        // Beside a reference nothing counts.
        Holds::Rule => json!({ "anyOf": [{ "$ref": "#/definitions/rule" }] }),
        Holds::Rules => each(json!({ "anyOf": [{ "$ref": "#/definitions/rule" }] })),
        Holds::Filter => json!({ "anyOf": [{ "$ref": "#/definitions/filter" }] }),
        Holds::Labels => each(text),
        Holds::Codes => each(texts),
        Holds::Sorts => each(json!({ "type": "string", "enum": probe::sorts("event.attrs") })),
        Holds::Members => each(json!({ "type": "string", "enum": probe::sorts("profile") })),
        Holds::Words => json!({ "type": "string", "enum": probe::words(path, &key.name) }),
        Holds::Kinds => {
            // The policy may declare further ones.
            let known = json!({ "type": "string", "enum": probe::kinds() });
            json!({ "type": "array", "items": { "anyOf": [known, text] } })
        }
        Holds::Below(below) => {
            let table = all.iter().find(|table| table.path == *below);
            let table = object(table.unwrap_or_else(|| panic!("no {below}")), all);
            if below == "clean.*" {
                // Members of attrs have their tables one step further below.
                let attrs = json!({ "attrs": each(table.clone()) });
                return json!({
                    "type": "object", "properties": attrs, "additionalProperties": table,
                });
            }
            match (below.ends_with(".*"), below.ends_with("[]")) {
                (true, _) => each(table),
                (_, true) => json!({ "type": "array", "items": table }),
                _ => table,
            }
        }
    }
}
