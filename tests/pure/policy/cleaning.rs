//! What `[clean.<field>]` is read as, and its mistakes, each told at the words that are wrong.

use tidemark::policy::cleaning::{CleanedField, FieldCleaning};

use super::read;

const TEXT: &str = include_str!("../../data/stories/cleaning.toml");

/// The policy of the stories about cleaning with further rules.
fn with(rules: &str) -> String {
    TEXT.replacen("[feature.spend]", &format!("{rules}\n[feature.spend]"), 1)
}

fn field(text: &str, name: &str) -> FieldCleaning {
    let policy = read(text).unwrap_or_else(|report| panic!("{report:?}"));
    let mut fields = policy.cleaning.fields.into_iter();
    fields.find(|field| field.name == name).expect("declared")
}

#[test]
fn rules_are_read_in_written_order_but_for_the_kind() {
    let text = with("[clean.kind]\ncodes = { purchase = [\"bought\"] }");
    let cleaning = read(&text).expect("sound").cleaning;
    let fields: Vec<&str> = cleaning.fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(
        fields,
        [
            "kind",
            "order_id",
            "category",
            "channel",
            "quantity",
            "amount",
            "attrs.city",
            "attrs.stars",
        ]
    );
    let rules: Vec<String> = cleaning
        .names()
        .map(|(field, rule)| format!("{field} {rule}"))
        .collect();
    assert_eq!(
        rules[..3],
        ["order_id trim", "order_id case", "category case"]
    );
    assert_eq!(rules.last().map(String::as_str), Some("kind codes"));
    assert_eq!(cleaning.fields[0].field, CleanedField::Kind);
}

#[test]
fn bounds_are_read_in_the_unit_of_their_field() {
    let bounds = |name| {
        field(TEXT, name)
            .bounds
            .map(|(least, most, _)| (least, most))
    };
    assert_eq!(bounds("amount"), Some((i64::MIN, 100_000_000)));
    assert_eq!(bounds("attrs.stars"), Some((1, 5)));
    assert_eq!(bounds("quantity"), None);
}

/// Rules; the message; the words that it points at.
const MISTAKES: [(&str, &str, &str); 28] = [
    (
        "[clean.colour]\ntrim = true",
        "\"colour\" cannot be cleaned",
        "colour",
    ),
    (
        "[clean.occurred_at]\ntrim = true",
        "\"occurred_at\" cannot be cleaned",
        "occurred_at",
    ),
    (
        "[clean.attrs.town]\ntrim = true",
        "\"attrs.town\" cannot be cleaned",
        "town",
    ),
    ("[clean.brand]", "[clean.brand] has no rules", "brand"),
    (
        "[clean.brand]\ntrim = false",
        "[clean.brand] has no rules",
        "brand",
    ),
    (
        "[clean.brand]\ntrim = \"yes\"",
        "`trim` is text, but must be true or false",
        "\"yes\"",
    ),
    (
        "[clean.brand]\ntrim = true\nstrip = true",
        "unknown key `strip` in [clean.brand]",
        "strip",
    ),
    (
        "[clean.brand]\ncase = \"small\"",
        "unknown case \"small\"",
        "small",
    ),
    (
        "[clean.brand]\ncodes = [\"a\"]",
        "`codes` is a list, but must be a table of lists",
        "[\"a\"]",
    ),
    (
        "[clean.brand]\ncodes = { a = \"b\" }",
        "`a` is text, but must be a list of texts",
        "\"b\"",
    ),
    (
        "[clean.brand]\ncodes = { a = [\"x\"], b = [\"x\"] }",
        "\"x\" is a spelling twice",
        "x",
    ),
    (
        "[clean.brand]\ncase = \"upper\"\ncodes = { a = [\"x\"] }",
        "the spelling \"x\" never comes up",
        "x",
    ),
    (
        "[clean.brand]\ntrim = true\ncodes = { a = [\" x\"] }",
        "the spelling \" x\" never comes up",
        " x",
    ),
    (
        "[clean.brand]\nmost = \"5\"",
        "[clean.brand] has `most`, but holds a text",
        "\"5\"",
    ),
    (
        "[clean.brand]\ndefault = \"\"",
        "a default of 0 bytes",
        "\"\"",
    ),
    (
        "[clean.event_id]\ncodes = { a = [\"x\"] }",
        "[clean.event_id] has `codes`, but holds an id",
        "{ a = [\"x\"] }",
    ),
    (
        "[clean.event_id]\ndefault = \"x\"",
        "[clean.event_id] has `default`, but holds an id",
        "x",
    ),
    (
        "[clean.kind]\ncodes = { bought = [\"x\"] }",
        "unknown kind of event \"bought\"",
        "bought",
    ),
    (
        "[clean.currency]\ncodes = { quid = [\"x\"] }",
        "unknown currency \"quid\"",
        "quid",
    ),
    (
        "[clean.currency]\ndefault = \"GBP\"",
        "[clean.currency] has `default`, but holds a word of the contract",
        "GBP",
    ),
    (
        "[clean.margin]\ntrim = true",
        "[clean.margin] has `trim`, but holds a number",
        "true",
    ),
    (
        "[clean.margin]\ndefault = \"1\"",
        "[clean.margin] has a `default`, but no `of`",
        "1",
    ),
    (
        "[clean.margin]\nmost = \"1.00001\"",
        "\"1.00001\" is not an amount of money",
        "1.00001",
    ),
    (
        "[clean.margin]\nmost = \"01\"",
        "\"01\" is not an amount of money",
        "01",
    ),
    (
        "[clean.margin]\nleast = \"2\"\nmost = \"1\"",
        "`least` 2 is more than `most` 1",
        "2",
    ),
    (
        "[clean.margin]\ndefault = \"2\"\nmost = \"1\"\nof = [\"purchase\"]",
        "the default 2 is beyond the bounds",
        "2",
    ),
    (
        "[clean.brand]\ntrim = true\nof = [\"purchase\"]",
        "[clean.brand] has `of`, but nothing that it limits",
        "[\"purchase\"]",
    ),
    (
        "[clean.brand]\ndefault = \"x\"\nof = [\"sale\"]",
        "unknown kind of event \"sale\"",
        "sale",
    ),
];

#[test]
fn one_mistake_is_told_once_where_it_is() {
    for (rules, message, words) in MISTAKES {
        let text = with(rules);
        let report = read(&text).expect_err(rules);
        let told: Vec<(&str, &str)> = report
            .problems()
            .map(|problem| (problem.message.as_str(), &text[problem.span.clone()]))
            .collect();
        // What has no sound rule is also told to have none.
        let quoted = |at: &str| at.trim_matches('"').to_owned();
        assert_eq!(told.len(), 1, "{rules}: {told:?}");
        assert_eq!(
            (told[0].0, quoted(told[0].1)),
            (message, quoted(words)),
            "{rules}"
        );
    }
}

#[test]
fn a_policy_has_at_most_64_rules() {
    let attrs: String = (0..29).map(|i| format!("a{i} = \"text\"\n")).collect();
    let rules = |count: usize| -> String {
        let rule = |i| format!("[clean.attrs.a{i}]\ntrim = true\ncase = \"lower\"\n");
        (0..count).map(rule).collect()
    };
    // The policy has 12 of its own.
    let text = |count| with(&rules(count)).replacen("stars =", &format!("{attrs}stars ="), 1);
    assert_eq!(read(&text(26)).expect("64").cleaning.rules.len(), 64);
    let report = read(&text(27)).expect_err("66");
    let told: Vec<&str> = report
        .problems()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(told, ["the policy has 66 cleaning rules"]);
}
