//! What the reader of policies knows, asked of it by writing what it cannot know: its advice lists
//! the keys or words that there are.

use super::super::read;

const HEAD: &str = "name = \"p\"\nversion = 1\ncurrency = \"GBP\"\nzone = \"UTC\"\n";
/// Of a feature that begins with a ladder.
const STARTS: &str = "aggregate = \"count\"\nof = [\"view\"]\nwindow = \"since tier start of l\"\n";
/// Near to no key and no word.
const UNKNOWN: &str = "zzzzzzzzzzzzzzzz";

/// The keys that the reader knows in a table.
pub(super) fn keys(path: &str) -> Vec<String> {
    listed(path, &format!("{UNKNOWN} = 1\n"))
}

/// The words that it knows at a key.
pub(super) fn words(path: &str, key: &str) -> Vec<String> {
    let (whole, after) = match key {
        "ties" => (
            "aggregate = \"most_frequent\"\nof = [\"view\"]\nfield = \"brand\"\n",
            "",
        ),
        "on_promotion" | "on_renewal" => (STARTS, "[[ladder]]\nname = \"l\"\n"),
        _ => ("", ""),
    };
    listed(path, &format!("{whole}{key} = \"{UNKNOWN}\"\n{after}"))
}

/// The words for what a member of `attrs`, or of the profile, holds.
pub(super) fn sorts(path: &str) -> Vec<String> {
    listed(path, &format!("a = \"{UNKNOWN}\"\n"))
}

/// The kinds of events.
pub(super) fn kinds() -> Vec<String> {
    listed("feature.*", &format!("of = [\"{UNKNOWN}\"]\n"))
}

fn listed(path: &str, line: &str) -> Vec<String> {
    let text = match path {
        "" => format!("{line}{HEAD}"),
        path => format!("{HEAD}{}{line}", headers(path)),
    };
    let report = read(&text).expect_err("an unknown word");
    let about = |message: &str| message.contains(UNKNOWN);
    let problem = report.problems().find(|problem| about(&problem.message));
    let help = problem.and_then(|problem| problem.help.as_deref());
    let help = help.unwrap_or_else(|| panic!("no advice on:\n{text}\n{report:?}"));
    let (_, list) = help.split_once(" are ").expect("a list");
    assert!(!list.ends_with(" more"), "a list that is cut: {help}");
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The headers that lead to a table.
fn headers(path: &str) -> String {
    let mut headers = String::new();
    let mut so_far = String::new();
    let parts: Vec<&str> = path.split('.').collect();
    for (at, part) in parts.iter().enumerate() {
        let name = match (*part, parts[0]) {
            // A field that has rules.
            ("*", "clean") => "brand",
            ("*", _) => "anything",
            (part, _) => part.trim_end_matches("[]"),
        };
        so_far = match so_far.as_str() {
            "" => name.to_owned(),
            before => format!("{before}.{name}"),
        };
        let last = at + 1 == parts.len();
        match part.ends_with("[]") {
            // The lowest tier has few keys of its own.
            true if last && at > 0 => headers += &format!("[[{so_far}]]\n[[{so_far}]]\n"),
            true => headers += &format!("[[{so_far}]]\n"),
            false if last => headers += &format!("[{so_far}]\n"),
            false => {}
        }
    }
    headers
}
