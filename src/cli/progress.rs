//! A progress bar on standard error, where that is a terminal.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// Steps between two looks at the bar: it is not to cost more than the work.
const STRIDE: u64 = 4096;

/// Progress of one piece of work.
pub(crate) struct Progress {
    bar: ProgressBar,
    seen: u64,
}

impl Progress {
    /// Of a known number of events.
    #[must_use]
    pub(crate) fn events(total: u64, quiet: bool) -> Self {
        Self::with(
            ProgressBar::new(total),
            quiet,
            "{bar:40} {pos}/{len} events {per_sec} eta {eta}",
        )
    }

    /// Of reading text of unknown length.
    #[must_use]
    pub(crate) fn reading(quiet: bool) -> Self {
        Self::with(
            ProgressBar::new_spinner(),
            quiet,
            "{spinner} reading {bytes} {bytes_per_sec}",
        )
    }

    fn with(bar: ProgressBar, quiet: bool, template: &str) -> Self {
        if quiet || !stderr().is_terminal() {
            return Self {
                bar: ProgressBar::hidden(),
                seen: 0,
            };
        }
        bar.set_style(ProgressStyle::with_template(template).expect("a template of this file"));
        Self { bar, seen: 0 }
    }

    /// So much is done.
    pub(crate) fn at(&mut self, done: u64) {
        if done >= self.seen + STRIDE {
            self.seen = done;
            self.bar.set_position(done);
        }
    }

    /// All is done.
    pub(crate) fn end(self) {
        self.bar.finish_and_clear();
    }
}
