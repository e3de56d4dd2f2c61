//! All that lies in the topics of a deployment, told to the oracle: a program of its own that reads
//! the input and the ledger and says what must have been published.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use crate::broker::{Isolation, Record};
use crate::exactly_once::books::origin_of;
use crate::exactly_once::deployment::Deployment;
use crate::exactly_once::verdict::Evidence;

/// Panics where the oracle says otherwise; says what it said.
#[track_caller]
pub(super) fn agrees(deployment: &Deployment, evidence: &Evidence) -> String {
    let dump = deployment.file("dump.ndjson");
    write(deployment, evidence, &dump).expect("a dump can be written");
    let (agrees, said) = ask(&dump);
    assert!(agrees, "the oracle: {said}");
    said
}

/// Whether it agrees, and what it says.
fn ask(dump: &Path) -> (bool, String) {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chaos/oracle.py");
    let output = Command::new("python3").arg(oracle).arg(dump).output();
    let output = output.expect("python3 runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    (output.status.success(), said)
}

fn write(deployment: &Deployment, evidence: &Evidence, to: &Path) -> std::io::Result<()> {
    let mut dump = BufWriter::new(File::create(to)?);
    for record in evidence.inputs.iter().flatten() {
        let Record {
            topic,
            partition,
            offset,
            ..
        } = record;
        let [key, value] = [&record.key, &record.value].map(|it| hexadecimal(it.as_deref()));
        writeln!(
            dump,
            r#"{{"topic":"{topic}","partition":{partition},"offset":{offset},"key":{key},"value":{value}}}"#
        )?;
    }
    let client = deployment.client();
    for record in client.read_all(&deployment.ledger(), Isolation::Committed) {
        writeln!(dump, r#"{{"entry":{}}}"#, record.value_text())?;
    }
    for record in &evidence.changes {
        let text = serde_json::to_string(record.value_text()).expect("a text is JSON");
        writeln!(dump, r#"{{"change":{text}}}"#)?;
    }
    for letter in &evidence.dead_letters {
        let (topic, partition, offset) = origin_of(letter);
        let of_ours = |(name, _): &&(String, _)| name == "tidemark.errors.code";
        // It may have been a dead letter before.
        let code = letter.headers.iter().rfind(of_ours);
        let code = code
            .and_then(|(_, value)| value.clone())
            .unwrap_or_default();
        let code = String::from_utf8_lossy(&code);
        writeln!(
            dump,
            r#"{{"refused":"{code}","topic":"{topic}","partition":{partition},"offset":{offset}}}"#
        )?;
    }
    dump.flush()
}

/// As JSON, behind an x, so that nothing differs from what is empty.
fn hexadecimal(bytes: Option<&[u8]>) -> String {
    let Some(bytes) = bytes else {
        return "null".to_owned();
    };
    let mut text = String::with_capacity(2 * bytes.len() + 3);
    text.push_str("\"x");
    for byte in bytes {
        write!(text, "{byte:02x}").expect("text can be written");
    }
    text.push('"');
    text
}

/// A lane that passes over what is gone: nothing happens in it, and the next unit reads on there.
#[test]
fn the_oracle_passes_over_a_gap() {
    let policy = serde_json::to_string(include_str!("policy.toml")).expect("a text is JSON");
    let unit = |unit: u32, rest: &str, from: u32, next: u32| {
        format!(
            r#"{{"entry":{{"v":1,"lane":0,"unit":{unit},"ceiling":9,"coast":null,"clock":{clock},"reads":[{{"topic":"buys","from":{from},"next":{next},"records":0}}],"runs":[],"counts":{{"applied":0,"duplicates":0,"dead_letters":0}}{rest}}}}}"#,
            clock = i64::MIN
        )
    };
    let adopts = format!(r#","adopts":{{"pace":0,"text":{policy}}}"#);
    let gap = r#","gap":{"topic":"buys","at":9}"#;
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let dump = directory.path().join("dump.ndjson");
    for (next, agrees) in [(60, true), (61, false)] {
        let units = [
            unit(1, &adopts, 5, 5),
            unit(2, gap, 5, 60),
            unit(3, "", next, next),
        ];
        std::fs::write(&dump, units.join("\n")).expect("a dump can be written");
        let (agreed, said) = ask(&dump);
        assert_eq!(agreed, agrees, "{said}");
    }
}
