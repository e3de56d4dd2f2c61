//! Whether a value fits a schema, for the keywords that ours is made of and no others.

use serde_json::Value;

/// A policy as a schema sees it.
pub(super) fn parsed(text: &str) -> Value {
    toml::from_str(text).expect("TOML")
}

/// Where a value does not fit, and why.
pub(super) fn misfits(schema: &Value, value: &Value) -> Vec<String> {
    let mut misfits = Vec::new();
    fit(schema, schema, value, "", &mut misfits);
    misfits
}

fn fit(root: &Value, schema: &Value, value: &Value, at: &str, misfits: &mut Vec<String>) {
    let rules = schema.as_object().expect("a schema is an object");
    for (keyword, rule) in rules {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "definitions" => {}
            "$ref" => {
                let path = rule.as_str().expect("a path").trim_start_matches('#');
                let meant = root.pointer(path).expect("a definition");
                fit(root, meant, value, at, misfits);
            }
            "type" if !is(value, rule) => misfits.push(format!("{at} is no {rule}")),
            "type" => {}
            "enum" => {
                if !rule.as_array().expect("words").contains(value) {
                    misfits.push(format!("{at} is {value}"));
                }
            }
            "anyOf" => {
                let fits = |one: &Value| {
                    let mut misfits = Vec::new();
                    fit(root, one, value, at, &mut misfits);
                    misfits.is_empty()
                };
                if !rule.as_array().expect("schemas").iter().any(fits) {
                    misfits.push(format!("{at} is none of what it may be"));
                }
            }
            "items" => {
                for (ix, item) in value.as_array().into_iter().flatten().enumerate() {
                    fit(root, rule, item, &format!("{at}[{ix}]"), misfits);
                }
            }
            "minItems" => {
                let count = value.as_array().map_or(u64::MAX, |list| list.len() as u64);
                if count < rule.as_u64().expect("a number") {
                    misfits.push(format!("{at} has {count} items"));
                }
            }
            "required" => {
                let lacks = |key: &&Value| value.get(key.as_str().expect("a key")).is_none();
                let keys = rule.as_array().expect("keys").iter().filter(lacks);
                misfits.extend(keys.map(|key| format!("{at} has no {key}")));
            }
            "properties" | "additionalProperties" => {}
            other => panic!("{other} is not checked"),
        }
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        let known = schema
            .pointer("/properties")
            .and_then(|known| known.get(key));
        match known.or(schema.get("additionalProperties")) {
            Some(Value::Bool(false)) => misfits.push(format!("{at} is no known key")),
            Some(Value::Object(_)) => {
                let schema = known.unwrap_or(&schema["additionalProperties"]);
                fit(root, schema, value, &at, misfits);
            }
            _ => {}
        }
    }
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        other => panic!("the type {other} is not checked"),
    }
}
