//! Expected failures and their exit codes, after sysexits(3).

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use crate::port::Trouble;

/// A failure that the user can do something about, with the code that says which kind it is.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub code: u8,
    /// What is wrong, complete; an empty one has been reported already.
    pub report: String,
}

/// A story that went otherwise than it says.
pub(crate) const STORIES: u8 = 1;
/// Books that are not in order.
pub(crate) const VIOLATED: u8 = 1;
/// Bad data in a file of events or stories.
pub(crate) const DATA: u8 = 65;
/// A file that cannot be read.
pub(crate) const NO_INPUT: u8 = 66;
/// A broker or an instance that cannot be reached, or does not do what it must.
pub(crate) const UNAVAILABLE: u8 = 69;
/// A mistake in the program.
pub(crate) const SOFTWARE: u8 = 70;
/// A file that cannot be written.
pub(crate) const CANNOT_CREATE: u8 = 73;
/// Settings, a policy or topics that cannot be used.
pub(crate) const CONFIG: u8 = 78;

impl Failure {
    /// A failure with its report.
    pub(crate) fn new(code: u8, report: impl Display) -> Self {
        Self {
            code,
            report: report.to_string(),
        }
    }

    /// A file that cannot be read.
    pub(crate) fn reading(path: &Path, error: &impl Display) -> Self {
        Self::new(
            NO_INPUT,
            format!("error: cannot read {}: {error}", path.display()),
        )
    }

    /// A file that cannot be written.
    pub(crate) fn writing(path: &Path, error: &impl Display) -> Self {
        Self::new(
            CANNOT_CREATE,
            format!("error: cannot write {}: {error}", path.display()),
        )
    }

    /// Prints the report and gives the code.
    pub(crate) fn tell(self) -> ExitCode {
        if !self.report.is_empty() {
            eprintln!("{}", self.report);
        }
        ExitCode::from(self.code)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let code = match trouble {
            Trouble::Bug(_) => SOFTWARE,
            _ => UNAVAILABLE,
        };
        Self::new(code, format!("error: {trouble}"))
    }
}
