//! README.md does what it says: every command in it is run as it stands there, but for the ports.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tidemark::wire::policy;

use crate::broker::{free_port, needs_kafka};

/// Commands that another file of tests runs: the command, the file, and what that file says of it.
const ELSEWHERE: [(&str, &str, &str); 1] = [(
    "cargo run --release -- demo",
    "tests/service/demo.rs",
    "\"demo\"",
)];

/// Seconds that the commands of one block may take, a broker's start included.
const WITHIN: &str = "300";

/// A fenced block of the page.
struct Block {
    language: String,
    text: String,
}

impl Block {
    fn is_of_a_broker(&self) -> bool {
        self.language == "sh" && self.text.contains("scripts/kafka up")
    }
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The page's fenced blocks, and its prose without them.
fn page() -> (Vec<Block>, String) {
    let text = read("README.md");
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    for (number, part) in text.split("```").enumerate() {
        match part.split_once('\n') {
            Some((language, text)) if number % 2 == 1 => blocks.push(Block {
                language: language.to_owned(),
                text: text.to_owned(),
            }),
            _ => prose.push_str(part),
        }
    }
    (blocks, prose)
}

fn only(blocks: Vec<Block>, which: impl Fn(&Block) -> bool) -> Block {
    let mut found: Vec<Block> = blocks.into_iter().filter(which).collect();
    assert_eq!(found.len(), 1, "blocks of that kind");
    found.remove(0)
}

/// Runs a script at the top of the repository, with `tidemark` on the path.
fn bash(script: &str, variables: &[(&str, String)]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_tidemark"));
    let directory = program.parent().expect("a program lies in a directory");
    let path = std::env::var("PATH").expect("a path");
    let output = Command::new("timeout")
        .args([WITHIN, "bash", "-euc", script])
        .current_dir(top())
        .env("PATH", format!("{}:{path}", directory.display()))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output();
    output.expect("timeout and bash are there")
}

#[track_caller]
fn succeeded(script: &str, output: &Output) -> String {
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    let status = output.status;
    assert!(
        status.success(),
        "{script}\n{status}\n{printed}\n{complaints}"
    );
    printed
}

#[test]
fn console_blocks_print_what_they_show() {
    let (blocks, _) = page();
    let console = blocks.iter().filter(|block| block.language == "console");
    for block in console {
        assert!(
            block.text.starts_with("$ tidemark "),
            "not run here: {}",
            block.text
        );
    }
    trycmd::TestCases::new().case("README.md").run();
}

#[test]
fn ten_lines_are_a_policy() {
    let block = only(page().0, |block| block.language == "toml");
    assert_eq!(block.text.lines().count(), 10);
    let policy = policy::parse("README.md", &block.text).expect("a policy without problems");
    assert_eq!(policy.ladders[0].tiers.len(), 3);
}

#[test]
fn a_real_kafka_shows_the_change_that_is_shown() {
    needs_kafka!();
    let (blocks, _) = page();
    let shown = only(page().0, |block| block.language == "json");
    let shown: Value = serde_json::from_str(&shown.text).expect("a change");
    let script = only(blocks, Block::is_of_a_broker).text;
    // The controller takes the next port.
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", port + 1)).is_ok();
    let port = std::iter::repeat_with(free_port)
        .find(free)
        .expect("a port");
    let script = script.replace(
        "scripts/kafka up",
        &format!("scripts/kafka up --port {port}"),
    );
    let script = format!("trap 'kill $(jobs -p) || true; scripts/kafka down' EXIT\n{script}");
    let directory = tempfile::tempdir().expect("a directory");
    let output = bash(
        &script,
        &[
            ("TIDEMARK_KAFKA_DIR", directory.path().display().to_string()),
            ("TIDEMARK__KAFKA__BROKERS", format!("127.0.0.1:{port}")),
            ("TIDEMARK__HTTP__ENABLED", "false".to_owned()),
        ],
    );
    let printed = succeeded(&script, &output);
    let changes: Vec<Value> = printed
        .lines()
        .filter(|line| line.starts_with("{\"customer_id\""))
        .map(|line| serde_json::from_str(line).expect("a change"))
        .collect();
    assert_eq!(changes.len(), 6, "{printed}");
    let mut fourth = changes[3].clone();
    let policy = fourth.as_object_mut().expect("an object").remove("policy");
    assert!(policy.is_some(), "what is left out of the page");
    assert_eq!(fourth, shown);
}

#[test]
fn each_command_is_run_by_a_test() {
    let (blocks, prose) = page();
    for block in &blocks {
        match block.language.as_str() {
            "sh" if !block.is_of_a_broker() => block.text.lines().for_each(runs),
            // The other tests of this file.
            "sh" | "console" => {}
            "toml" | "json" | "text" => {
                assert!(!block.text.contains("$ "), "a command in {}", block.text);
            }
            other => panic!("a block of {other:?} would be run by nobody"),
        }
    }
    // Commands in a sentence: that they are understood.
    let mentioned: Vec<String> = prose
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|code| code.starts_with("tidemark "))
        .collect();
    assert!(mentioned.len() > 2, "{mentioned:?}");
    for command in mentioned {
        let command = format!("{command} --help");
        succeeded(&command, &bash(&command, &[]));
    }
}

fn runs(command: &str) {
    if command.starts_with("scripts/test") {
        // It is what runs this; here, that it knows its option.
        let command = format!("{command} --help");
        let printed = succeeded(&command, &bash(&command, &[]));
        assert!(printed.starts_with("usage: scripts/test"), "{printed}");
        return;
    }
    let known = ELSEWHERE.iter().find(|(known, ..)| *known == command);
    let Some((_, file, words)) = known else {
        panic!("no test runs `{command}` of README.md");
    };
    assert!(
        read(file).contains(words),
        "{file} does not run `{command}`"
    );
}
