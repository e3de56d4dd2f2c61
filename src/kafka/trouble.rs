//! Errors of the client, sorted by what is to be done: go on, start anew, or give up.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::port::Trouble;

/// Makes an error of a call into trouble that a fresh start may mend.
pub(super) fn restart(what: &'static str) -> impl Fn(KafkaError) -> Trouble {
    move |error| match error.rdkafka_error_code() {
        Some(code) if is_hopeless(code) => Trouble::Fatal(format!("cannot {what}: {error}")),
        Some(RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced) => {
            Trouble::Fenced(format!("cannot {what}: {error}"))
        }
        Some(code) if is_too_large(code) => Trouble::TooLarge(format!("cannot {what}: {error}")),
        _ => Trouble::Restart(format!("cannot {what}: {error}")),
    }
}

/// The same of a call that publishes a unit. It may be the one to tell that a topic of the unit may
/// not be written to, and the unit waits until it may.
pub(super) fn restart_unit(what: &'static str) -> impl Fn(KafkaError) -> Trouble {
    move |error| match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::TopicAuthorizationFailed) => {
            Trouble::Restart(format!("cannot {what}: {error}"))
        }
        _ => restart(what)(error),
    }
}

/// What to do about an error that the consumer reports by itself.
pub(super) fn say(error: &KafkaError) -> Result<(), Trouble> {
    match error.rdkafka_error_code() {
        Some(code) if is_hopeless(code) => Err(Trouble::Fatal(format!("cannot consume: {error}"))),
        Some(RDKafkaErrorCode::Fatal | RDKafkaErrorCode::PollExceeded) => {
            Err(Trouble::Restart(format!("cannot consume: {error}")))
        }
        // Connections come back by themselves; what was lost with them shows in the calls that
        // needed them.
        _ => Ok(()),
    }
}

/// Whether a record, or a batch of one, is more than its topic takes.
pub(super) fn is_too_large(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::MessageBatchTooLarge
    )
}

/// Errors that stay until somebody changes something outside.
fn is_hopeless(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::TransactionalIdAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::Authentication
            | RDKafkaErrorCode::InconsistentGroupProtocol
            | RDKafkaErrorCode::UnsupportedVersion
    )
}
