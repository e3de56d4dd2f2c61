//! `tidemark test`: stories told to the engine, each with its verdict, and a table where one goes
//! otherwise.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::policy::declared::Policy;
use crate::story::acceptance::accepted;
use crate::story::read::{parse, policy_of};
use crate::story::script::Story;
use crate::story::verdict::{Verdict, judge};

use super::args::TestArgs;
use super::exit::{DATA, Failure, NO_INPUT, STORIES};
use super::inputs::read_policy;
use super::report::render;

/// How the files of a directory end that hold stories.
const ENDING: &str = "story";

/// Runs it.
///
/// # Errors
/// See the exit codes.
pub(crate) fn test(args: &TestArgs) -> Result<(), Failure> {
    let mut bench = Bench::default();
    let mut counts = Counts::default();
    let mut unusable: Option<Failure> = None;
    for path in files(&args.stories)? {
        match bench.file(&path, args) {
            Ok(file) => counts.add(&file),
            Err(failure) => match &mut unusable {
                Some(first) => first.report = format!("{}\n{}", first.report, failure.report),
                None => unusable = Some(failure),
            },
        }
    }
    if counts.stories > 0 {
        println!("{}", counts.show());
    }
    match unusable {
        Some(failure) => Err(failure),
        None if counts.failed > 0 => Err(Failure::new(STORIES, "")),
        None => Ok(()),
    }
}

/// The files named, and those of the directories named, by name.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            let before = files.len();
            walk(path, &mut files)?;
            if files.len() == before {
                let report = format!("error: no *.{ENDING} in {}", path.display());
                return Err(Failure::new(NO_INPUT, report));
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error| Failure::reading(directory, &error);
    let entries: Result<Vec<DirEntry>, _> = fs::read_dir(directory).map_err(failed)?.collect();
    let mut entries = entries.map_err(failed)?;
    entries.sort_by_key(DirEntry::path);
    for entry in entries {
        let path = entry.path();
        // Not of what a link leads to: it may lead back.
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == ENDING) {
            files.push(path);
        }
    }
    Ok(())
}

/// What became of stories.
#[derive(Default)]
struct Counts {
    stories: usize,
    failed: usize,
    accepted: usize,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.stories += other.stories;
        self.failed += other.failed;
        self.accepted += other.accepted;
    }

    fn show(&self) -> String {
        let noun = match self.stories {
            1 => "story",
            _ => "stories",
        };
        let accepted = match self.accepted {
            0 => String::new(),
            n => format!(", {n} accepted"),
        };
        let ok = self.stories - self.failed - self.accepted;
        format!(
            "{} {noun}: {ok} ok, {} failed{accepted}",
            self.stories, self.failed
        )
    }
}

/// The policies that stories have been told under so far.
#[derive(Default)]
struct Bench {
    policies: BTreeMap<PathBuf, Arc<Policy>>,
}

impl Bench {
    /// Tells the stories of a file.
    fn file(&mut self, path: &Path, args: &TestArgs) -> Result<Counts, Failure> {
        let text = fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
        let policy = self.policy(path, &text, args)?;
        let name = path.display().to_string();
        let stories = parse(&name, &text, &policy)
            .map_err(|report| Failure::new(DATA, render(&report).trim_end()))?;
        let told: Vec<(Story, Verdict)> = stories
            .into_iter()
            .map(|story| {
                let verdict = judge(&policy, &story);
                (story, verdict)
            })
            .collect();
        let failed = told.iter().filter(|(_, verdict)| !verdict.holds()).count();
        let mut counts = Counts {
            stories: told.len(),
            failed,
            accepted: 0,
        };
        if args.accept && failed > 0 {
            fs::write(path, accepted(&text, &policy.zone, &told))
                .map_err(|error| Failure::writing(path, &error))?;
            (counts.failed, counts.accepted) = (0, failed);
        }
        for (story, verdict) in &told {
            tell(&name, story, verdict, &policy, args);
        }
        Ok(counts)
    }

    /// The policy that was typed, or else the one that the file names.
    fn policy(&mut self, file: &Path, text: &str, args: &TestArgs) -> Result<Arc<Policy>, Failure> {
        let beside = file.parent().unwrap_or(Path::new(""));
        let named = policy_of(text).map(|named| beside.join(named));
        let path = args.policy.clone().or(named).ok_or_else(|| {
            let report = format!(
                "error: {} names no policy: give --policy FILE, or write `policy: FILE` at its top",
                file.display()
            );
            Failure::new(DATA, report)
        })?;
        if let Some(policy) = self.policies.get(&path) {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(read_policy(&path)?);
        self.policies.insert(path, Arc::clone(&policy));
        Ok(policy)
    }
}

fn tell(file: &str, story: &Story, verdict: &Verdict, policy: &Policy, args: &TestArgs) {
    let word = match (verdict.holds(), args.accept) {
        (true, _) => "ok",
        (false, true) => "accepted",
        (false, false) => "FAILED",
    };
    println!("{word:<8}  {file}:{}  {}", story.line, story.name);
    if !verdict.holds() {
        println!("\n{}", verdict.show(story, &policy.zone));
    }
}
