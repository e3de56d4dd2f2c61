//! What an audit has found, as JSON.

use serde::Serialize;

use super::value::write_json;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is as it must be.
    Holds,
    /// What is needed to tell is not there any more.
    Untold,
    /// It is not.
    Violated,
}

/// One check at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was checked.
    pub check: &'static str,
    /// Of what: a lane, a topic.
    pub place: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub what: String,
}

#[derive(Serialize)]
struct Report<'a> {
    violated: usize,
    findings: &'a [Finding],
}

/// How many checks are violated.
#[must_use]
pub fn violated(findings: &[Finding]) -> usize {
    let violated = |one: &&Finding| one.verdict == Verdict::Violated;
    findings.iter().filter(violated).count()
}

/// Appends the report.
pub fn encode(findings: &[Finding], out: &mut Vec<u8>) {
    let violated = violated(findings);
    write_json(&Report { violated, findings }, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_are_counted() {
        let finding = |verdict| Finding {
            check: "ledger",
            place: "lane 3".to_owned(),
            verdict,
            what: "unit 3 follows unit 1".to_owned(),
        };
        let all = [Verdict::Holds, Verdict::Untold, Verdict::Violated].map(finding);
        let mut json = Vec::new();
        encode(&all[2..], &mut json);
        let expected = r#"{"violated":1,"findings":[{"check":"ledger","place":"lane 3","verdict":"violated","what":"unit 3 follows unit 1"}]}"#;
        assert_eq!(String::from_utf8(json).expect("JSON"), expected);
        assert_eq!(violated(&all), 1);
    }
}
