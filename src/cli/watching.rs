//! The topics, looked at again and again while the service works: others than those that it began
//! with end it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::kafka::client::Target;
use crate::kafka::survey::Difference;
use crate::kafka::watch::Watch;
use crate::telemetry::Happening;
use crate::telemetry::happening::TopicsChanged;

use super::exit::{CONFIG, Failure, SOFTWARE};
use super::report::differences;

/// Between two looks. Until the next look a customer whose key has moved may be taken for another.
const EVERY: Duration = Duration::from_secs(5);
/// How late a stop is noticed.
const LOOK: Duration = Duration::from_millis(200);

/// What was found, if anything.
#[derive(Clone, Default)]
pub(crate) struct Watched(Arc<OnceLock<Vec<Difference>>>);

impl Watched {
    /// The end of a service that was stopped for it.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        match self.0.get() {
            Some(found) => Err(Failure::new(CONFIG, differences(found))),
            None => Ok(()),
        }
    }
}

/// Watches the topics until told to stop, or until they are others; then the workers are told to.
///
/// # Errors
/// The broker does not answer, or the thread cannot be started.
pub(crate) fn watch(target: &Target, stop: Arc<AtomicBool>) -> Result<Watched, Failure> {
    let mut watch = Watch::begin(target)?;
    let watched = Watched::default();
    let found = watched.clone();
    let work = move || {
        let mut next = Instant::now() + EVERY;
        while !stop.load(Ordering::Relaxed) {
            thread::park_timeout(LOOK);
            if Instant::now() < next {
                continue;
            }
            next = Instant::now() + EVERY;
            // A broker that is away is for the workers to tell.
            let Ok(differences) = watch.look() else {
                continue;
            };
            if differences.is_empty() {
                continue;
            }
            for Difference { what, mend } in &differences {
                TopicsChanged { what, mend }.log();
            }
            let _ = found.0.set(differences);
            stop.store(true, Ordering::SeqCst);
        }
    };
    thread::Builder::new()
        .name("watch".to_owned())
        .spawn(work)
        .map(|_| watched)
        .map_err(|error| Failure::new(SOFTWARE, format!("error: cannot start a thread: {error}")))
}
