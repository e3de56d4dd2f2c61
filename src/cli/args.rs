//! What was typed.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::refusal::REFUSALS;

/// Customer tiers from Kafka events, moved at the instant they change and published exactly once.
#[derive(Debug, Parser)]
#[command(name = "tidemark", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done · 1 a story or an audit failed · 2 usage · 65 bad data · 66 \
    no such file · 69 broker or instance unreachable · 70 bug · 73 cannot write · 78 configuration"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Decide tiers from Kafka and publish each change, until told to stop.
    Run(SettingsArgs),
    /// Watch thirteen months of a real shop on an in-process test broker; needs nothing else.
    Demo(DemoArgs),
    /// Move events from files, or a live deployment's input along its ledger, through the engine.
    Replay(ReplayArgs),
    /// Tell stories to a policy: what customers do, and what must come of it.
    Test(TestArgs),
    /// Check the policy and the settings, all problems in one report.
    Check(CheckArgs),
    /// Say where a customer stands, why, until when, and what would keep or lift them.
    Explain(ExplainArgs),
    /// Send dead letters back to the topics that they came from, once their cause is mended.
    Redrive(RedriveArgs),
    /// Make a lane go on whose records are gone for good, past what is lost.
    Skip(SkipArgs),
    /// Hold the ledger of a deployment against itself, its group and its topics, while it works.
    Audit(AuditArgs),
}

/// Where settings come from, later ones over earlier ones: defaults, files, environment, flags.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SettingsArgs {
    /// Settings file; may be given several times, later ones win.
    #[arg(long = "config", value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// One setting, as section.key=value; over all files and the environment.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// Of `demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// The policy to show; the shipped one if none is given.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Where HTTP answers meanwhile.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub listen: std::net::SocketAddr,
    /// Plain lines instead of a live view, as when the output is no terminal.
    #[arg(long)]
    pub plain: bool,
}

/// Of `replay`.
#[derive(Args, Debug)]
pub(crate) struct ReplayArgs {
    /// The policy to decide by; with --from-kafka the ledger has those that were in force.
    #[arg(long, value_name = "FILE", required_unless_present = "from_kafka")]
    pub policy: Option<PathBuf>,
    /// Native events, one JSON object a line, plain or .gz, in any order; `-` is standard input.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "from_kafka")]
    pub events: Vec<PathBuf>,
    /// Repeat what the deployment of these settings did, along its ledger, reading its topics only.
    #[arg(long, conflicts_with_all = ["policy", "events", "until", "standings", "features"])]
    pub from_kafka: bool,
    /// Leave out later events, and fire every deadline up to this instant (RFC 3339).
    #[arg(long, value_name = "INSTANT")]
    pub until: Option<String>,
    /// Write all changes here, by the instant they took effect; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub changes: Option<PathBuf>,
    /// Write every customer's standing here, as of the end.
    #[arg(long, value_name = "FILE")]
    pub standings: Option<PathBuf>,
    /// Write every customer's features here, as of the end.
    #[arg(long, value_name = "FILE")]
    pub features: Option<PathBuf>,
    /// No progress, no summary.
    #[arg(long, short)]
    pub quiet: bool,
    /// Settings, for --from-kafka.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Of `test`.
#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// Files of stories, or directories: all *.story below them.
    #[arg(value_name = "STORIES", required = true, num_args = 1..)]
    pub stories: Vec<PathBuf>,
    /// The policy to decide by; the one that a file names at its top if none is given.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Rewrite the files so that their stories expect what happened.
    #[arg(long)]
    pub accept: bool,
}

/// Of `check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The policy; the one the settings name if none is given.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Also see whether the policy can take the place of this one in a running service; given
    /// several times, they came one after another, the oldest first.
    #[arg(long, value_name = "FILE")]
    pub against: Vec<PathBuf>,
    /// Also look at the topics: do they exist, do partitions match, are their settings such that
    /// nothing is lost, do keys lie where they should?
    #[arg(long)]
    pub connect: bool,
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Of `explain`.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// Whom.
    #[arg(long, value_name = "ID")]
    pub customer: String,
    /// Ask a running instance.
    #[arg(long, value_name = "HOST:PORT", required_unless_present = "events")]
    pub instance: Option<String>,
    /// The policy to decide by, with --events.
    #[arg(long, value_name = "FILE", requires = "events")]
    pub policy: Option<PathBuf>,
    /// Decide from these events instead, as `replay` reads them.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    #[arg(conflicts_with = "instance", requires = "policy")]
    pub events: Vec<PathBuf>,
    /// As of this instant (RFC 3339), with --events; the last event's otherwise.
    #[arg(long, value_name = "INSTANT", requires = "events")]
    pub until: Option<String>,
    /// The answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Of `redrive`.
#[derive(Args, Debug)]
pub(crate) struct RedriveArgs {
    /// Only those that were refused with this code; may be given several times.
    #[arg(long, value_name = "CODE", value_parser = codes())]
    pub code: Vec<String>,
    /// Only those put aside at this instant or later (RFC 3339).
    #[arg(long, value_name = "INSTANT")]
    pub since: Option<String>,
    /// Only those put aside at this instant or earlier.
    #[arg(long, value_name = "INSTANT")]
    pub until: Option<String>,
    /// Only those from this input topic.
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Only those of this lane.
    #[arg(long, value_name = "N")]
    pub lane: Option<i32>,
    /// At most so many, the oldest of each partition first.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// So many a second, at most; 0 for as fast as it goes.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub rate: u32,
    /// Leave those that have gone back so often already.
    #[arg(long, value_name = "TIMES", default_value_t = 3)]
    pub most: u32,
    /// Also those that have gone back from the same place before.
    #[arg(long)]
    pub again: bool,
    /// Send them; without this, only say what would be sent.
    #[arg(long)]
    pub yes: bool,
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Of `skip`.
#[derive(Args, Debug)]
pub(crate) struct SkipArgs {
    /// The lane that stands still.
    #[arg(long, value_name = "N")]
    pub lane: i32,
    /// The input topic whose records are gone.
    #[arg(long, value_name = "TOPIC")]
    pub topic: String,
    /// Where the lane is to go on: the first record there is, where the log ends, or an offset.
    #[arg(
        long,
        value_name = "earliest|latest|OFFSET",
        default_value = "earliest"
    )]
    pub to: SkipTo,
    /// Do it; without this, only say what would be lost.
    #[arg(long)]
    pub yes: bool,
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Where a lane is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SkipTo {
    /// At the first record that is there.
    Earliest,
    /// Where the log ends.
    Latest,
    /// Here.
    Offset(i64),
}

impl FromStr for SkipTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.parse()) {
            ("earliest", _) => Ok(Self::Earliest),
            ("latest", _) => Ok(Self::Latest),
            (_, Ok(offset)) if offset >= 0 => Ok(Self::Offset(offset)),
            _ => Err("neither earliest nor latest nor an offset".to_owned()),
        }
    }
}

/// Of `audit`.
#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    /// Read the topics of the deployment of these settings, and nothing else; no group is joined.
    #[arg(long, required = true)]
    pub from_kafka: bool,
    /// Leave out the counting of the input topics, for which all of them is read.
    #[arg(long)]
    pub skip_inputs: bool,
    /// How to tell what was found.
    #[arg(long, value_enum, default_value = "text")]
    pub format: AuditFormat,
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// How an audit tells what it has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// A line for each finding.
    Text,
    /// One object.
    Json,
}

/// The codes of refusals.
fn codes() -> PossibleValuesParser {
    PossibleValuesParser::new(REFUSALS.map(|(_, code)| code))
}
