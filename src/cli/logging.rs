//! The log of commands that stay: to standard error, as the settings say.

use crate::settings::{Log, LogFormat};
use crate::telemetry::log::{LogForm, start as start_log};

use super::exit::{Failure, SOFTWARE};

/// Starts it.
///
/// # Errors
/// It has been started already.
pub(crate) fn start(log: &Log) -> Result<(), Failure> {
    let form = match log.format {
        LogFormat::Auto => LogForm::fitting(),
        LogFormat::Text => LogForm::Text,
        LogFormat::Json => LogForm::Json,
    };
    start_log(log.level.name(), form)
        .map_err(|error| Failure::new(SOFTWARE, format!("error: {error}")))
}
