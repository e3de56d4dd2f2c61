//! `tidemark run`: the service, assembled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::directory::Directory;
use crate::http::{Server, Site, Taker};
use crate::kafka::client::Target;
#[cfg(not(feature = "bench-at-least-once"))]
use crate::kafka::connection::Connection;
use crate::kafka::connection::Reading;
#[cfg(feature = "bench-at-least-once")]
use crate::kafka::connection::loose::Loose;
use crate::kafka::survey::{Difference, Survey, survey};
use crate::port::Trouble;
use crate::runtime::clock::Wall;
use crate::runtime::memory::Resident;
use crate::runtime::plan::Plan;
use crate::runtime::policies::Policies;
use crate::runtime::supervisor::Crew;
use crate::settings::{Settings, TopicSettings};
use crate::store::folder::Folder;
use crate::telemetry::happening::{Started, Stopped, Stopping, TopicWarning};
use crate::telemetry::{Happening, Telemetry};
use crate::wire::snapshot::{VERSION, later_version};

use super::args::SettingsArgs;
use super::deployment::{plan, read_settings, snapshots, target};
use super::exit::{CONFIG, Failure, SOFTWARE};
use super::following::{Followed, follow};
use super::front;
use super::giving::Giving;
use super::inputs::read_edition;
use super::logging;
use super::report::differences;
use super::retaining::retain;
use super::watching::watch;

/// How long a worker may go without a good connection: longer than any restart of a cluster that
/// somebody means to come back.
const GIVE_UP_AFTER: Duration = Duration::from_secs(600);

/// Runs it until SIGTERM or SIGINT.
///
/// # Errors
/// See the exit codes.
pub(crate) fn run(args: &SettingsArgs) -> Result<(), Failure> {
    let settings = read_settings(args)?;
    logging::start(&settings.log)?;
    let file = || read_edition(&settings.policy.file);
    let pace = settings.policy.pace;
    let (found, policies, followed) = match &settings.policy.topic {
        None => {
            let policies = Policies::new(file()?, pace);
            (look(&settings)?, policies, None)
        }
        Some(topic) => {
            let found = look(&settings)?;
            let followed = Followed::begin(&target(&settings, 0), topic, file)?;
            (found, followed.policies(pace)?, Some(followed))
        }
    };
    refuse_later(&settings)?;
    Started {
        app: &settings.app.name,
        instance: &settings.app.instance,
        workers: settings.app.workers,
        policy: &policies.newest().policy,
    }
    .log();
    work(&settings, policies, followed, found.lanes)?;
    Stopped.log();
    Ok(())
}

/// Looks at the topics, and refuses any that would make customers silently wrong.
fn look(settings: &Settings) -> Result<Survey, Failure> {
    let found = survey(&target(settings, 0))?;
    for Difference { what, mend } in &found.warnings {
        TopicWarning { what, mend }.log();
    }
    if found.differences.is_empty() {
        return Ok(found);
    }
    Err(Failure::new(CONFIG, differences(&found.differences)))
}

/// A program that does not know how lanes were written down would replay everything, and write down
/// anew what a later one knows better: somebody has gone back by mistake.
fn refuse_later(settings: &Settings) -> Result<(), Failure> {
    let Some(path) = &settings.snapshots.folder else {
        return Ok(());
    };
    // What cannot be read now is told when a lane is to be made of it.
    let begins = Folder::new(path, &settings.app.name).begins();
    for (path, begin) in begins.unwrap_or_default() {
        if let Some(version) = later_version(&begin) {
            let path = path.display();
            let text = format!(
                "error: {path} has format {version}, this version of the program reads up to \
                 {VERSION}: start the later version, or move the file away, and everything that it \
                 holds is replayed"
            );
            return Err(Failure::new(CONFIG, text));
        }
    }
    Ok(())
}

fn work(
    settings: &Settings,
    policies: Policies,
    followed: Option<Followed>,
    lanes: i32,
) -> Result<(), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let (topics, workers) = (settings.inputs(), settings.app.workers);
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    let telemetry = Telemetry::new(&policies.newest().policy, &topics, workers);
    let giving = Giving {
        policies: policies.clone(),
        telemetry: telemetry.clone(),
        file: settings.policy.file.clone(),
        topic: settings
            .policy
            .topic
            .clone()
            .map(|topic| (target(settings, 0), topic)),
    };
    let directory = Directory::new();
    directory.set_lanes(lanes);
    let front = open_front(settings, &giving, &directory)?;
    if let Some(followed) = followed {
        follow(giving.clone(), followed, stop.clone())?;
    }
    await_signals(giving, &stop)?;
    let watched = watch(&target(settings, 0), stop.clone())?;
    if settings.kafka.topic_settings != TopicSettings::Ignore {
        retain(&target(settings, 0), telemetry.clone(), stop.clone())?;
    }
    let outside = || Reading::outside(&target(settings, 0));
    let crew = Crew {
        plan: Arc::new(Plan {
            snapshots: snapshots(settings),
            ..plan(settings, policies, lanes)
        }),
        connect: |worker| connect(&target(settings, worker)),
        follow: settings.app.standby.then_some(&outside),
        clock: Wall,
        memory: Resident,
        telemetry,
        directory,
        stop: &stop,
        give_up_after: GIVE_UP_AFTER,
    };
    let result = crew.work();
    drop(front);
    result?;
    watched.verdict()
}

/// The connection of one worker.
#[cfg(not(feature = "bench-at-least-once"))]
fn connect(target: &Target) -> Result<Connection, Trouble> {
    Connection::open(target)
}

/// The same, or one without transactions for who measures what they cost.
#[cfg(feature = "bench-at-least-once")]
fn connect(target: &Target) -> Result<Loose, Trouble> {
    Loose::open(target, std::env::var_os("TIDEMARK_AT_LEAST_ONCE").is_some())
}

fn open_front(
    settings: &Settings,
    giving: &Giving,
    directory: &Directory,
) -> Result<Option<Server>, Failure> {
    let http = &settings.http;
    if !http.enabled {
        return Ok(None);
    }
    let taker = || {
        let giving = giving.clone();
        Taker::new(move |text| giving.give("POST /v1/policy", text))
    };
    let site = Site {
        title: format!("{}, instance {}", settings.app.name, settings.app.instance),
        telemetry: giving.telemetry.clone(),
        directory: directory.clone(),
        customers: http.customers,
        policies: http.policy.then(taker),
    };
    front::open(http.listen, site).map(Some)
}

/// Sets `stop` at SIGTERM or SIGINT, and reads the policy again at each SIGHUP, from a thread of
/// its own that ends with the process.
fn await_signals(giving: Giving, stop: &Arc<AtomicBool>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(SOFTWARE, format!("error: cannot wait for signals: {error}"))
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(failed)?;
    let guard = runtime.enter();
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(failed)?;
    drop(guard);
    let stop = stop.clone();
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let by = loop {
                let by = runtime.block_on(async {
                    tokio::select! {
                        _ = terminate.recv() => Some("SIGTERM"),
                        _ = interrupt.recv() => Some("SIGINT"),
                        _ = hangup.recv() => None,
                    }
                });
                match by {
                    Some(by) => break by,
                    None => giving.reread("SIGHUP"),
                }
            };
            Stopping { by }.log();
            giving.telemetry.stop();
            stop.store(true, Ordering::SeqCst);
        })
        .map(drop)
        .map_err(failed)
}
