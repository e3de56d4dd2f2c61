//! What happens to the producers of workers.

use tracing::{info, warn};

use super::Happening;
use crate::telemetry::figures::Figures;
use crate::telemetry::names::Renewal;

/// A worker's producer is of no use any more; another is made. The lanes stay as they are.
#[derive(Clone, Copy, Debug)]
pub struct ProducerLost<'a> {
    /// The worker.
    pub worker: usize,
    /// The trouble in words.
    pub why: &'a str,
}

impl Happening for ProducerLost<'_> {
    fn log(&self) {
        warn!(
            worker = self.worker,
            why = self.why,
            "producer given up: another takes its place"
        );
    }

    fn publishing(&self) -> Option<bool> {
        Some(false)
    }
}

/// A topic has refused a record for its size: dead letters are published with less from now on.
#[derive(Clone, Copy, Debug)]
pub struct LettersNarrowed {
    /// The worker.
    pub worker: usize,
    /// Bytes that one may have.
    pub bytes: usize,
}

impl Happening for LettersNarrowed {
    fn log(&self) {
        warn!(
            worker = self.worker,
            bytes = self.bytes,
            "dead letters of more bytes are published without their values: their topic does not \
             take them"
        );
    }
}

/// A worker has another producer, and knows what became of the unit that was open or on its way.
#[derive(Clone, Copy, Debug)]
pub struct ProducerRenewed {
    /// The worker.
    pub worker: usize,
    /// Why it took another.
    pub reason: Renewal,
    /// Whether the unit had been committed; else it is published again.
    pub arrived: bool,
}

impl Happening for ProducerRenewed {
    fn log(&self) {
        let (worker, reason) = (self.worker, self.reason.name());
        match self.arrived {
            true => info!(
                worker,
                reason, "producer renewed: the unit had been committed"
            ),
            false => info!(
                worker,
                reason, "producer renewed: the unit is published again"
            ),
        }
    }

    fn count(&self, figures: &mut Figures) {
        figures.renewed(self.reason);
    }

    fn publishing(&self) -> Option<bool> {
        Some(true)
    }
}
