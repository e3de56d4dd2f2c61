//! Proof that each rule can fail, and only where it should.

use std::collections::BTreeSet;

use super::findings;
use super::rules::Rule;

/// Findings about one file, as (line, name of the rule).
type Found = BTreeSet<(usize, String)>;

fn judge(path: &str, text: &str) -> Found {
    findings(&[(path.to_owned(), text.to_owned())])
        .iter()
        .map(|finding| (finding.line, format!("{:?}", finding.rule)))
        .collect()
}

/// The samples: path, text and what must be found.
fn samples() -> Vec<(String, String, Found)> {
    include_str!("samples.txt")
        .split("\n---- ")
        .skip(1)
        .map(|sample| {
            let (path, body) = sample.split_once('\n').expect("a path and a body");
            let mut text = String::from("//! A sample.\n");
            let mut expected = BTreeSet::new();
            for (at, line) in body.lines().enumerate() {
                let (code, rules) = line.split_once(" //~ ").unwrap_or((line, ""));
                text.push_str(code);
                text.push('\n');
                expected.extend(rules.split(' ').map(|rule| (at + 2, rule.to_owned())));
            }
            expected.retain(|(_, rule)| !rule.is_empty());
            (path.to_owned(), text, expected)
        })
        .collect()
}

/// Samples that are too long or too odd for the text file, each with the one finding it must give.
fn odd_samples() -> Vec<(&'static str, String, (usize, Rule))> {
    let charter = "//! A sample.\n";
    let long = |lines: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines));
    let denied = "#![deny(clippy::disallowed_methods, clippy::disallowed_types)]\n";
    let late = concat!("// TO", "DO: later\n");
    let wrong = concat!("/* FIX", "ME */\n");
    let method = format!("impl A {{\n{}}}\n", long(69));
    let wide = format!("// {}\n", "é".repeat(98));
    let file = |body: &str| format!("{charter}{body}");
    vec![
        ("src/model/a.rs", "fn f( {\n".into(), (1, Rule::Parses)),
        ("src/model/a.rs", "fn f() {}\n".into(), (1, Rule::Charter)),
        (
            "src/model/a.rs",
            "//!\nfn f() {}\n".into(),
            (1, Rule::Charter),
        ),
        (
            "benches/a.rs",
            "/// No.\nfn f() {}\n".into(),
            (1, Rule::Charter),
        ),
        ("src/cellar/a.rs", file("fn f() {}\n"), (1, Rule::Room)),
        ("src/model/helpers.rs", file("fn f() {}\n"), (1, Rule::Word)),
        ("src/lane/mod.rs", file(denied), (1, Rule::Bans)),
        ("src/model/a.rs", file(late), (2, Rule::Leftover)),
        ("tests/pure/a.rs", file(wrong), (2, Rule::Leftover)),
        ("src/model/a.rs", file(&wide), (2, Rule::Columns)),
        (
            "src/model/a.rs",
            file(&"// x\n".repeat(400)),
            (401, Rule::FileLength),
        ),
        (
            "src/main.rs",
            file(&"// x\n".repeat(40)),
            (41, Rule::FileLength),
        ),
        (
            "tests/pure/a.rs",
            file(&long(69)),
            (2, Rule::FunctionLength),
        ),
        ("src/model/a.rs", file(&method), (3, Rule::FunctionLength)),
    ]
}

#[test]
fn each_rule_fires_where_it_is_broken_and_nowhere_else() {
    let mut fired = BTreeSet::new();
    for (path, text, expected) in samples() {
        assert_eq!(judge(&path, &text), expected, "{path}\n{text}");
        fired.extend(expected.into_iter().map(|(_, rule)| rule));
    }
    for (path, text, (line, rule)) in odd_samples() {
        let expected = BTreeSet::from([(line, format!("{rule:?}"))]);
        assert_eq!(judge(path, &text), expected, "{path}\n{text}");
        fired.insert(format!("{rule:?}"));
    }
    let all: BTreeSet<String> = Rule::ALL.iter().map(|rule| format!("{rule:?}")).collect();
    assert_eq!(fired, all, "left: rules with a sample; right: all rules");
}

#[test]
fn limits_end_where_they_say() {
    let none = BTreeSet::new();
    let function = format!("//! A.\nfn f() {{\n{}}}\n", "    g();\n".repeat(68));
    assert_eq!(judge("src/model/a.rs", &function), none);
    let raw = format!("const A: &str = r#\"{}\"#;", "x".repeat(100));
    let wide = format!("//! A.\n// {}\n{raw}\n", "é".repeat(97));
    assert_eq!(judge("src/model/a.rs", &wide), none);
    let (code, tests) = ("// x\n".repeat(399), "    // x\n".repeat(500));
    let file = format!("//! A.\n{code}#[cfg(test)]\nmod tests {{\n{tests}}}\n");
    assert_eq!(judge("src/model/a.rs", &file), none);
}

#[test]
fn a_test_module_in_its_own_file_is_test_code() {
    let files = |attribute: &str| {
        let parent = format!("//! A.\n{attribute}\nmod tests;\n");
        let child = "//! Tests.\nfn f() {\n    g().unwrap();\n}\n".to_owned();
        [
            ("src/lane/a.rs".to_owned(), parent),
            ("src/lane/a/tests.rs".to_owned(), child),
        ]
    };
    assert_eq!(findings(&files("#[cfg(test)]")), []);
    let found = findings(&files("#[allow(dead_code)]"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].path, "src/lane/a/tests.rs");
}

#[test]
fn one_report_names_file_line_and_room_of_every_finding() {
    let found = findings(&[
        (
            "src/model/a.rs".to_owned(),
            "//! A.\nuse crate::engine::x;\nuse rdkafka::{y, z};\n".to_owned(),
        ),
        (
            "src/policy/b.rs".to_owned(),
            "//! B.\n\nuse crate::wire::z;\n".to_owned(),
        ),
    ]);
    let report: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        report,
        [
            "src/model/a.rs:2: [Room] model may not know engine: crate::engine::x",
            "src/model/a.rs:3: [Door] rdkafka is for kafka only",
            "src/policy/b.rs:3: [Room] policy may not know wire: crate::wire::z",
        ]
    );
}
