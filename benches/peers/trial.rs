//! A backlog worked off, what is then in memory, a restart, and live events: one after the other,
//! for each peer in turn.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use crate::Args;
use crate::backlog::{self, Work};
use crate::broker::{Broker, until};
use crate::live::{self, Latency};
use crate::load;
use crate::machine::median;
use crate::peer::{self, Occasion, Peer};
use crate::progress;
use crate::stage::{LANES, Stage};

/// A backlog ends so long ago that wall time moves nobody while it is worked off.
const AGO: Duration = Duration::from_hours(1);
/// A compacted changelog stays as large for so long.
const STILL: Duration = Duration::from_secs(20);

/// For all lanes to be written down, on a busy machine.
const WRITTEN: Duration = Duration::from_mins(5);

/// What one peer came to in one round.
struct Outcome {
    work: Work,
    moves: u64,
    /// How many have come at all.
    customers: u64,
    /// Bytes in memory, for everybody together.
    resident: u64,
    /// Bytes of changelogs, if there are any, before and after compaction.
    changelogs: [u64; 2],
    restart: Duration,
    /// With local state that was kept, if there is any.
    warm_restart: Option<Duration>,
    latency: Latency,
}

/// Measures everybody, again and again, on a load of so many events per customer.
pub(crate) fn measure(broker: &Broker, args: &Args, each: u64, idle: &BTreeMap<Peer, u64>) {
    let customers = args.events / each;
    // The same for all, since what is moved at the end depends on it.
    let until = SystemTime::now() - AGO;
    let mut all: BTreeMap<Peer, Vec<Outcome>> = BTreeMap::new();
    for round in 0..args.rounds {
        for peer in &args.peers {
            let name = format!("trial-{each}-{round}-{peer}");
            let outcome = run(broker, args, *peer, &name, (customers, until));
            all.entry(*peer).or_default().push(outcome);
        }
    }
    let moves: Vec<u64> = all.values().flatten().map(|one| one.moves).collect();
    let came = all.values().flatten().map(|one| one.customers).max();
    println!(
        "### {} events of {} customers, {:.2} moves on the ladders per event\n",
        args.events,
        came.expect("somebody was measured"),
        moves[0] as f64 / args.events as f64,
    );
    backlogs(&all);
    memory(&all, idle);
    latencies(&all, args);
    assert!(
        moves.iter().all(|one| *one == moves[0]),
        "all make the same moves: {moves:?}"
    );
}

/// A backlog of so many customers that ends at an instant, and what follows.
fn run(
    broker: &Broker,
    args: &Args,
    peer: Peer,
    name: &str,
    (customers, until): (u64, SystemTime),
) -> Outcome {
    let inputs = Stage::inputs(broker, name);
    let stage = Stage::new(broker, &format!("{name}-app"), &inputs);
    let filled = load::fill(broker, &inputs, args.events, customers, until);
    let state = peer::state();
    let start = |occasion: Occasion<'_>| peer.start(&stage, args, &occasion, state.path());
    let mut running = start(Occasion::Backlog);
    let work = backlog::work_off(broker, &stage, &mut running, args.events);
    progress::settled(broker, &stage.target.changes);
    let resident = running.resident();
    let moves = progress::moves(broker, &stage.target.changes);
    if !peer.is_streams() {
        snapshots(broker, &stage, state.path());
    }
    running.stop();
    let app = &stage.target.app;
    let grown = changelogs(&broker.data(), app);
    let compacted = if peer.is_streams() {
        compact(&broker.data(), app, Duration::from_secs(args.compaction))
    } else {
        grown
    };
    let mut warm_restart = None;
    if peer.keeps_local_state() {
        let (running, took) = live::restart(broker, &stage, || start(Occasion::Live));
        running.stop();
        warm_restart = Some(took);
        // As on a machine that takes the place of a broken one.
        fs::remove_dir_all(state.path()).expect("local state can be removed");
    }
    let (mut running, restart) = live::restart(broker, &stage, || start(Occasion::Live));
    let latency = live::steady(broker, &stage, &mut running, args, customers);
    running.stop();
    Outcome {
        work,
        moves,
        customers: filled.customers,
        resident,
        changelogs: [grown, compacted],
        restart,
        warm_restart,
        latency,
    }
}

/// Waits until every lane has been written down since now. Few events come meanwhile, as a lane is
/// written down after one of its units.
fn snapshots(broker: &Broker, stage: &Stage, folder: &Path) {
    let now = SystemTime::now();
    until("every lane is written down", WRITTEN, || {
        live::come(broker, stage);
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        let whole =
            files.filter(|file| file.path().extension().is_some_and(|end| end == "snapshot"));
        let newer = whole.filter(|file| {
            let written = file.metadata().and_then(|file| file.modified());
            // One that is gone by now is an older one.
            written.is_ok_and(|at| at > now)
        });
        (newer.count() >= LANES as usize).then_some(())
    });
}

/// Bytes of the changelogs of an application in the broker's data.
fn changelogs(data: &Path, app: &str) -> u64 {
    let list = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten();
    list(data)
        .filter(|topic| {
            let name = topic.file_name().to_string_lossy().into_owned();
            name.starts_with(app) && name.contains("-changelog-")
        })
        .flat_map(|topic| list(&topic.path()))
        .filter(|file| file.path().extension().is_some_and(|it| it == "log"))
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.len())
        .sum()
}

/// Waits until the broker has compacted them as far as it does, at most so long; gives their bytes.
fn compact(data: &Path, app: &str, most: Duration) -> u64 {
    let begun = Instant::now();
    let mut last = (changelogs(data, app), Instant::now());
    until("changelogs stay as they are", most + STILL, || {
        let now = changelogs(data, app);
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() >= STILL || begun.elapsed() >= most).then_some(now)
    })
}

/// Median, with the extremes where there are several.
fn shown(digits: usize, of: impl Iterator<Item = f64>) -> String {
    let (middle, least, most) = median(of);
    if least == most {
        format!("{middle:.digits$}")
    } else {
        format!("{middle:.digits$} ({least:.digits$}-{most:.digits$})")
    }
}

fn backlogs(all: &BTreeMap<Peer, Vec<Outcome>>) {
    println!(
        "| backlog | warm: CPU us/event | events per CPU-second | to the first | events/s | \
         with the start: CPU us/event | other load, cores |\n|---|---|---|---|---|---|---|"
    );
    let cost = |runs: &[Outcome]| median(runs.iter().map(|run| run.work.cost())).0;
    let base = all.values().next().map_or(1.0, |runs| cost(runs));
    for (peer, runs) in all {
        println!(
            "| {} | {} | {:.0} | {:.1} | {} | {} | {} |",
            peer.title(),
            shown(2, runs.iter().map(|run| run.work.cost())),
            1e6 / cost(runs),
            cost(runs) / base,
            shown(0, runs.iter().map(|run| run.work.rate())),
            shown(2, runs.iter().map(|run| run.work.whole_cost())),
            shown(2, runs.iter().map(|run| run.work.whole.others)),
        );
    }
    println!();
}

fn memory(all: &BTreeMap<Peer, Vec<Outcome>>, idle: &BTreeMap<Peer, u64>) {
    println!(
        "| memory and restart | resident, MiB | over idle, bytes per customer | restart, s | with \
         local state, s | changelogs, MB | compacted |\n|---|---|---|---|---|---|---|"
    );
    for (peer, runs) in all {
        let megabytes = |place: usize| {
            runs.iter()
                .map(move |run| run.changelogs[place] as f64 / 1e6)
        };
        let over = |run: &Outcome| run.resident.saturating_sub(idle[peer]) as f64;
        let warm: Vec<f64> = runs
            .iter()
            .filter_map(|run| Some(run.warm_restart?.as_secs_f64()))
            .collect();
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            peer.title(),
            shown(0, runs.iter().map(|run| (run.resident >> 20) as f64)),
            shown(0, runs.iter().map(|run| over(run) / run.customers as f64)),
            shown(2, runs.iter().map(|run| run.restart.as_secs_f64())),
            if warm.is_empty() {
                String::new()
            } else {
                shown(2, warm.into_iter())
            },
            shown(0, megabytes(0)),
            shown(0, megabytes(1)),
        );
    }
    println!();
}

fn latencies(all: &BTreeMap<Peer, Vec<Outcome>>, args: &Args) {
    println!(
        "| live, {} events/s for {} s after {} s | p50, ms | p99 | max | CPU us/event | other \
         load, cores |\n|---|---|---|---|---|---|",
        args.rate, args.seconds, args.drop
    );
    for (peer, runs) in all {
        let place = |place: usize| shown(1, runs.iter().map(|run| run.latency.millis[place]));
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            peer.title(),
            place(0),
            place(1),
            place(2),
            shown(1, runs.iter().map(|run| run.latency.cost)),
            shown(2, runs.iter().map(|run| run.latency.others)),
        );
    }
    println!();
}
