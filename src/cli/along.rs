//! `tidemark replay --from-kafka`: what a deployment did, done again along its ledger, from its own
//! topics.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write, stdout};

use crate::kafka::client::Target;
use crate::kafka::connection::Reading;
use crate::kafka::survey::survey;
use crate::model::ids::LaneId;
use crate::port::{HeaderRef, Outgoing, Output, Sink, Trouble};
use crate::runtime::clock::Wall;
use crate::runtime::policies::Policies;
use crate::runtime::restore::repeat_lane;
use crate::settings::TopicSettings;
use crate::wire::change::CE_TYPE;

use super::args::ReplayArgs;
use super::deployment::{plan, read_settings, target};
use super::exit::{CONFIG, Failure};
use super::following::Followed;
use super::inputs::read_edition;
use super::replay::warnings;
use super::report::differences;

/// What tells a change from a warning.
const CHANGE: HeaderRef<'static> = ("ce_type", Some(CE_TYPE.as_bytes()));

/// Takes the bodies of changes and warnings and lets everything else go.
struct Bodies {
    out: Option<Box<dyn Write>>,
    /// Changes and warnings, by lane.
    told: BTreeMap<LaneId, (u64, u64)>,
}

impl Sink for Bodies {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        if outgoing.output != Output::Changes {
            return Ok(());
        }
        let (changes, warnings) = self.told.entry(outgoing.lane).or_default();
        let is_change = outgoing.headers.contains(&CHANGE);
        *(if is_change { changes } else { warnings }) += 1;
        let (Some(out), Some(body)) = (&mut self.out, outgoing.value) else {
            return Ok(());
        };
        out.write_all(body)
            .and_then(|()| out.write_all(b"\n"))
            .map_err(|error| Trouble::Fatal(format!("cannot write changes: {error}")))
    }
}

/// Repeats every lane and holds each unit against its ledger; writes the bodies of all changes and
/// warnings, lane by lane in the order of the ledger.
///
/// # Errors
/// The topics cannot be read, or what comes out is not what the ledger says.
pub(crate) fn replay(args: &ReplayArgs) -> Result<(), Failure> {
    let settings = read_settings(&args.settings)?;
    // Whoever reads what is there need not like how it is kept.
    let target = Target {
        topic_settings: TopicSettings::Ignore,
        snapshots: None,
        ..target(&settings, 0)
    };
    let found = survey(&target)?;
    if !found.differences.is_empty() {
        return Err(Failure::new(CONFIG, differences(&found.differences)));
    }
    let out: Option<Box<dyn Write>> = match args.changes.as_deref() {
        None => None,
        Some(path) if path.as_os_str() == "-" => Some(Box::new(BufWriter::new(stdout()))),
        Some(path) => {
            let file = File::create(path).map_err(|error| Failure::writing(path, &error))?;
            Some(Box::new(BufWriter::new(file)))
        }
    };
    let mut bodies = Bodies {
        out,
        told: BTreeMap::new(),
    };
    // The ledger has all that was decided by; this is for lanes that have decided nothing.
    let first = match &target.policies {
        Some(topic) => Followed::open(target.clone(), topic.clone())?.first(),
        None => None,
    };
    let first = first.map_or_else(|| read_edition(&settings.policy.file), Ok)?;
    let plan = plan(
        &settings,
        Policies::new(first, settings.policy.pace),
        found.lanes,
    );
    let mut reading = Reading::outside(&target)?;
    for lane in (0..found.lanes).map(LaneId) {
        let (_, records) = repeat_lane(lane, &plan, &mut reading, &mut bodies, &Wall)?;
        if !args.quiet {
            let (changes, told) = bodies.told.get(&lane).copied().unwrap_or_default();
            let told = warnings(told);
            eprintln!(
                "lane {lane}: {records} records, {changes} changes{told}, as the ledger says"
            );
        }
    }
    if let Some(out) = &mut bodies.out {
        out.flush()
            .map_err(|error| Failure::new(super::exit::CANNOT_CREATE, error))?;
    }
    Ok(())
}
