//! How long the input topics still hold what the lanes of this instance need, told while it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::kafka::client::Target;
use crate::kafka::retention::Retention;
use crate::model::ids::LaneId;
use crate::port::Clock as _;
use crate::runtime::clock::Wall;
use crate::telemetry::Telemetry;

use super::exit::{Failure, SOFTWARE};

/// Between two looks: retention counts in hours.
const EVERY: Duration = Duration::from_secs(60);
/// How late a stop is noticed, and lanes that are new.
const LOOK: Duration = Duration::from_millis(200);

/// Looks until told to stop.
///
/// # Errors
/// The client cannot be made, or the thread cannot be started.
pub(crate) fn retain(
    target: &Target,
    telemetry: Telemetry,
    stop: Arc<AtomicBool>,
) -> Result<(), Failure> {
    let retention = Retention::open(target)?;
    let work = move || {
        let (mut next, mut known) = (Instant::now(), Vec::new());
        while !stop.load(Ordering::Relaxed) {
            thread::park_timeout(LOOK);
            let lanes = telemetry.lanes();
            let needs = lanes
                .iter()
                .filter_map(|lane| Some((lane.lane(), lane.needs()?)));
            let needs: Vec<_> = needs.collect();
            let now: Vec<LaneId> = needs.iter().map(|(lane, _)| *lane).collect();
            if now.is_empty() || (now == known && Instant::now() < next) {
                continue;
            }
            (known, next) = (now, Instant::now() + EVERY);
            // A broker that is away is for the workers to tell.
            let Ok(margins) = retention.look(&needs, Wall.now()) else {
                continue;
            };
            for (id, margins) in margins {
                let lane = lanes.iter().find(|lane| lane.lane() == id);
                lane.iter().for_each(|lane| lane.set_margins(&margins));
            }
        }
    };
    thread::Builder::new()
        .name("retention".to_owned())
        .spawn(work)
        .map(drop)
        .map_err(|error| Failure::new(SOFTWARE, format!("error: cannot start a thread: {error}")))
}
