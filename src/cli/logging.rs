//! The log of commands that stay: to standard error, as the settings say.

use crate::settings::{Level, Log, LogFormat};
use crate::telemetry::log::{LogForm, start as start_log};

use super::exit::{Failure, SOFTWARE};

/// Starts it.
///
/// # Errors
/// It has been started already.
pub(crate) fn start(log: &Log) -> Result<(), Failure> {
    let level = match log.level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    };
    let form = match log.format {
        LogFormat::Auto => LogForm::fitting(),
        LogFormat::Text => LogForm::Text,
        LogFormat::Json => LogForm::Json,
    };
    start_log(level, form).map_err(|error| Failure::new(SOFTWARE, format!("error: {error}")))
}
