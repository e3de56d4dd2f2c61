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
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chaos/oracle.py");
    let output = Command::new("python3").arg(oracle).arg(&dump).output();
    let output = output.expect("python3 runs");
    let [said, trouble] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    assert!(output.status.success(), "the oracle: {said}\n{trouble}");
    said.trim().to_owned()
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
