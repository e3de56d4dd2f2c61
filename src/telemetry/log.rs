//! Where log lines go: standard error, as text or JSON.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::EnvFilter;

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogForm {
    /// One line for people; coloured on a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogForm {
    /// Text on a terminal, else JSON.
    #[must_use]
    pub fn fitting() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Text
        } else {
            Self::Json
        }
    }
}

/// Logs to standard error from now on, from a level up ("error", "warn", "info", "debug", "trace");
/// of the libraries, besides the Kafka client, warnings and errors alone.
///
/// # Errors
/// The level is none of these, or logging has begun before.
pub fn start(level: &str, form: LogForm) -> Result<(), CannotLog> {
    let level: Level = level
        .parse()
        .map_err(|_| CannotLog::Level(level.to_owned()))?;
    let others = level.min(Level::WARN);
    let filter = EnvFilter::new(format!("{others},tidemark={level},librdkafka={level}"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    match form {
        LogForm::Text => builder.with_target(false).with_ansi(colours).try_init(),
        LogForm::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|_| CannotLog::Twice)
}

/// Why logging did not begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotLog {
    /// The level is not known.
    #[error("\"{0}\" is not a level of log lines")]
    Level(String),
    /// It has begun before.
    #[error("log lines already go somewhere")]
    Twice,
}
