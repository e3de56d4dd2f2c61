//! What a file does: walk hash tables, print, unwrap, call foreign code, sleep.

use std::collections::BTreeSet;

use proc_macro2::Delimiter;

use super::rooms::FOREIGN_CALLS;
use super::rules::{Report, Rule};
use super::source::{Kind, Source};

/// Finds loops over, and iterators of, what this file declares as a hash table: by its type
/// (`name: HashMap<..>`) or by what it is set to (`let name = HashMap::new()`).
pub(crate) fn hash_order(report: &mut Report<'_>) {
    let source = report.source;
    let tables = hash_tables(source);
    let kind = |at: usize| source.tokens.get(at).map(|token| &token.kind);
    for (at, token) in source.tokens.iter().enumerate() {
        let Kind::Word(word) = &token.kind else {
            continue;
        };
        if source.tests_at(token.line) || !tables.contains(word.as_str()) {
            continue;
        }
        let calls = match (kind(at + 1), kind(at + 2), kind(at + 3)) {
            (Some(Kind::Sign('.')), Some(Kind::Word(method)), Some(Kind::Open(_))) => {
                IN_HASH_ORDER.contains(&method.as_str())
            }
            _ => false,
        };
        let looped = kind(at + 1) == Some(&Kind::Open(Delimiter::Brace)) && follows_in(source, at);
        if calls || looped {
            let what = format!("{word} is walked in hash order, which differs from run to run");
            report.add(Rule::HashOrder, token.line, what);
        }
    }
}

const HASH_TABLES: [&str; 3] = ["HashMap", "HashSet", "HashTable"];
const IN_HASH_ORDER: [&str; 10] = [
    "iter",
    "iter_mut",
    "into_iter",
    "keys",
    "into_keys",
    "values",
    "values_mut",
    "into_values",
    "drain",
    "extract_if",
];

fn hash_tables(source: &Source) -> BTreeSet<&str> {
    let mut tables = BTreeSet::new();
    for (at, pair) in source.tokens.windows(2).enumerate() {
        let (Kind::Word(name), Kind::Sign(':' | '=')) = (&pair[0].kind, &pair[1].kind) else {
            continue;
        };
        let head = source.tokens[at + 2..]
            .iter()
            .map(|token| &token.kind)
            .take_while(|kind| matches!(kind, Kind::Word(_) | Kind::Path | Kind::Sign('&' | '\'')))
            .any(|kind| matches!(kind, Kind::Word(word) if HASH_TABLES.contains(&word.as_str())));
        if head {
            tables.insert(name.as_str());
        }
    }
    tables
}

/// Whether the expression that ends at a token is what a `for` walks.
fn follows_in(source: &Source, at: usize) -> bool {
    source.tokens[..at]
        .iter()
        .rev()
        .map(|token| &token.kind)
        .find(|kind| match kind {
            Kind::Word(word) => word == "in",
            Kind::Sign(sign) => !['.', '&'].contains(sign),
            _ => true,
        })
        .is_some_and(|kind| *kind == Kind::Word("in".to_owned()))
}

pub(crate) fn prints_and_unwraps(report: &mut Report<'_>) {
    let source = report.source;
    for part in source.tokens.windows(4) {
        let line = part[0].line;
        if source.tests_at(line) {
            continue;
        }
        match [&part[0].kind, &part[1].kind, &part[2].kind, &part[3].kind] {
            [Kind::Word(word), Kind::Sign('!'), Kind::Open(_), _]
                if ["print", "println", "eprint", "eprintln", "dbg"].contains(&word.as_str())
                    && (word == "dbg" || source.room() != "cli") =>
            {
                report.add(Rule::Print, line, format!("{word}! outside cli"));
            }
            [Kind::Sign('.'), Kind::Word(word), Kind::Open(_), _] if word == "unwrap" => {
                let what = "unwrap: handle it, or expect() with the reason why it holds";
                report.add(Rule::Unwrap, line, what);
            }
            [
                Kind::Sign('.'),
                Kind::Word(word),
                Kind::Open(_),
                Kind::Literal(text),
            ] if word == "expect" && text.trim_matches(['"', ' ']).is_empty() => {
                report.add(Rule::Unwrap, line, "expect() without a reason");
            }
            _ => {}
        }
    }
}

pub(crate) fn foreign_calls(report: &mut Report<'_>) {
    let source = report.source;
    let [file, directory] = FOREIGN_CALLS;
    if source.path == file || source.path.starts_with(directory) {
        return;
    }
    for token in &source.tokens {
        if token.kind == Kind::Word("unsafe".to_owned()) {
            report.add(Rule::Unsafe, token.line, format!("unsafe outside {file}"));
        }
    }
}

pub(crate) fn sleeps(report: &mut Report<'_>) {
    let source = report.source;
    for token in &source.tokens {
        let Kind::Word(word) = &token.kind else {
            continue;
        };
        if source.tests_at(token.line)
            && ["sleep", "sleep_until", "sleep_ms"].contains(&word.as_str())
        {
            let what = format!("{word} in a test: wait for a condition, with a deadline");
            report.add(Rule::Sleep, token.line, what);
        }
    }
}
