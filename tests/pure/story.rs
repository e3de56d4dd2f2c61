//! Files of stories: those that are shipped, what their format says, and what is told of mistakes.

mod acceptance;
mod agreement;
mod edges;
mod mistakes;
mod pages;
mod programmes;
mod shipped;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tidemark::policy::declared::Policy;
use tidemark::story::read::{parse, policy_of};
use tidemark::story::script::Story;
use tidemark::story::verdict::{Verdict, judge};
use tidemark::wire::policy;

const SHIPPED: &str = include_str!("../../config/policy.toml");

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shipped() -> Arc<Policy> {
    Arc::new(policy::parse("policy.toml", SHIPPED).expect("the shipped policy is valid"))
}

/// The files of stories below a directory, by name.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let (directories, mut files): (Vec<_>, Vec<_>) =
        paths.into_iter().partition(|path| path.is_dir());
    files.retain(|path| path.extension().is_some_and(|ending| ending == "story"));
    files.extend(
        directories
            .iter()
            .flat_map(|directory| self::files(directory)),
    );
    files
}

/// The files of stories below a directory: name, text, and the policy that it names.
fn under(directory: &Path) -> Vec<(String, String, Arc<Policy>)> {
    let read = files(directory).into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).expect("a file of stories");
        let named = policy_of(&text).expect("a file names its policy");
        let beside = path
            .parent()
            .expect("a file lies in a directory")
            .join(named);
        let policy = std::fs::read_to_string(&beside).expect("the policy is there");
        let policy = policy::parse(named, &policy).unwrap_or_else(|report| {
            panic!(
                "{}",
                report.render(tidemark::wire::report::Look::Plain, 100)
            )
        });
        (path.display().to_string(), text, Arc::new(policy))
    });
    read.collect()
}

/// The stories of a text, told under a policy.
fn told(policy: &Arc<Policy>, text: &str) -> Vec<(Story, Verdict)> {
    let stories = parse("a.story", text, policy).unwrap_or_else(|report| {
        panic!(
            "{}",
            report.render(tidemark::wire::report::Look::Plain, 100)
        )
    });
    let told = stories.into_iter().map(|story| {
        let verdict = judge(policy, &story);
        (story, verdict)
    });
    told.collect()
}

/// What differs in stories, for a failing test.
fn differences(policy: &Policy, told: &[(Story, Verdict)]) -> String {
    let failed = told.iter().filter(|(_, verdict)| !verdict.holds());
    failed
        .map(|(story, verdict)| {
            let table = verdict.show(story, &policy.zone);
            format!("line {}: {}\n{table}\n", story.line, story.name)
        })
        .collect()
}
