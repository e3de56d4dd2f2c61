//! From settings to what the rooms below want to know.

use std::sync::Arc;
use std::time::Duration;

use crate::kafka::client::{Membership, Target};
use crate::kafka::ledger::Ledger;
use crate::kafka::shelf::TopicShelf;
use crate::lane::pacing::Pacing;
use crate::model::ids::TopicIx;
use crate::model::time::Span;
use crate::port::{LedgerEnds, Shelf, Trouble};
use crate::runtime::plan::{Plan, Shelves, Snapshots};
use crate::runtime::policies::Policies;
use crate::settings::{Layers, Settings, load};
use crate::store::folder::Folder;

use super::args::SettingsArgs;
use super::exit::{CONFIG, Failure};
use super::report::render;

/// How long one call to the broker may take before the connection counts as bad.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the settings of all layers.
///
/// # Errors
/// All problems, in one report.
pub(crate) fn read_settings(args: &SettingsArgs) -> Result<Settings, Failure> {
    let layers = Layers {
        files: args.config.clone(),
        environment: std::env::vars().collect(),
        flags: args.set.clone(),
    };
    load(&layers).map_err(|report| Failure::new(CONFIG, render(&report)))
}

/// The place of one worker in the cluster of these settings.
#[must_use]
pub(crate) fn target(settings: &Settings, worker: usize) -> Target {
    Target {
        brokers: settings.kafka.brokers.clone(),
        properties: settings
            .kafka
            .properties
            .reveal()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        app: settings.app.group().to_owned(),
        owner: settings.app.transactional_id(worker),
        membership: match settings.kafka.static_membership {
            true => Membership::Static,
            false => Membership::Dynamic,
        },
        inputs: settings.inputs(),
        transfers: settings.input.transfers.clone(),
        changes: settings.output.changes.clone(),
        current: settings.output.current.clone(),
        dead_letters: settings.output.dead_letters.clone(),
        ledger: settings.app.ledger_topic(),
        policies: settings.policy.topic.clone(),
        snapshots: settings.snapshots.topic.clone(),
        topic_settings: settings.kafka.topic_settings,
        session_timeout: settings.kafka.session_timeout,
        transaction_timeout: settings.kafka.transaction_timeout,
        patience: PATIENCE,
    }
}

/// What the workers of these settings do with so many lanes.
#[must_use]
pub(crate) fn plan(settings: &Settings, policies: Policies, lanes: i32) -> Plan {
    let (inputs, transfers) = (settings.inputs(), &settings.input.transfers);
    let transfers = inputs
        .iter()
        .position(|topic| transfers.as_ref() == Some(topic));
    Plan {
        policies,
        lanes,
        topics: inputs.into(),
        transfers: transfers.map(TopicIx),
        source: format!("/tidemark/{}", settings.app.name),
        pacing: Pacing {
            records_max: settings.unit.events_max as u64,
            bytes_max: settings.unit.bytes_max as u64,
            age_max: span(settings.unit.age_max),
            change_wait: span(settings.unit.change_wait),
            stretch: settings.unit.stretch,
        },
        deadlines_per_second: settings.unit.deadlines_per_second,
        pause: span(settings.unit.pause),
        merge_wait: span(settings.feed.merge_wait),
        memory_max: settings.state.max_bytes,
        record_bytes_max: settings.input.record_bytes_max,
        agreement_wait: Span(30_000),
        snapshots: None,
    }
}

/// How the workers of these settings write their lanes down, if they do.
#[must_use]
pub(crate) fn snapshots(settings: &Settings) -> Option<Snapshots> {
    let app = settings.app.name.clone();
    let (folder, topic) = (
        settings.snapshots.folder.clone(),
        settings.snapshots.topic.clone(),
    );
    if folder.is_none() && topic.is_none() {
        return None;
    }
    let target = target(settings, 0);
    let of = target.clone();
    // Of one unit the first is taken: the folder is nearer.
    let shelves = move || -> Vec<Box<dyn Shelf>> {
        let folder = folder.iter().map(|path| Folder::new(path, &app));
        let topic = topic.iter().map(|topic| TopicShelf::new(&of, topic));
        let folder = folder.map(|shelf| Box::new(shelf) as Box<dyn Shelf>);
        folder
            .chain(topic.map(|shelf| Box::new(shelf) as _))
            .collect()
    };
    let ledgers = move || -> Result<Box<dyn LedgerEnds + Send>, Trouble> {
        Ok(Box::new(Ledger::new(&target)?))
    };
    Some(Snapshots {
        app: settings.app.name.as_str().into(),
        every: span(settings.snapshots.every),
        bytes_per_second: settings.snapshots.bytes_per_second,
        shelves: Shelves {
            shelves: Arc::new(shelves),
            ledgers: Arc::new(ledgers),
        },
    })
}

fn span(duration: Duration) -> Span {
    Span(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}
