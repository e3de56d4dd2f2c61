//! What the Kafka client says by itself.

use tracing::{debug, error, warn};

use super::Happening;

/// How much a line of the client matters. It calls a broken connection an error, although it mends
/// it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// Anything less.
    Detail,
}

/// A line of the client's own log.
#[derive(Clone, Copy, Debug)]
pub struct ClientSaid<'a> {
    /// How much it matters.
    pub severity: Severity,
    /// The part of the client that says it.
    pub facility: &'a str,
    /// The line.
    pub text: &'a str,
}

impl Happening for ClientSaid<'_> {
    fn log(&self) {
        let (facility, text) = (self.facility, self.text);
        match self.severity {
            Severity::Error => error!(facility, "kafka client: {text}"),
            Severity::Warning => warn!(facility, "kafka client: {text}"),
            Severity::Detail => debug!(facility, "kafka client: {text}"),
        }
    }
}

/// An error that concerns the client as a whole.
#[derive(Clone, Copy, Debug)]
pub struct ClientFailed<'a> {
    /// The error.
    pub error: &'a str,
    /// What the client adds to it.
    pub reason: &'a str,
}

impl Happening for ClientFailed<'_> {
    fn log(&self) {
        warn!(error = self.error, "kafka client: {}", self.reason);
    }
}
