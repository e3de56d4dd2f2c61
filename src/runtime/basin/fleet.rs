//! The processes: who runs, who sleeps, who has died and is started again, and how a history goes.

use std::rc::Rc;
use std::sync::Arc;

use crate::directory::Directory;
use crate::lane::pacing::Pacing;
use crate::model::ids::TopicIx;
use crate::model::time::{DAY_MS, Span};
use crate::port::Trouble;
use crate::runtime::plan::{Plan, Shelves, Snapshots};
use crate::runtime::policies::Policies;
use crate::telemetry::Telemetry;
use crate::wire::policy::edition;

use super::hull::Hull;
use super::process::Process;
use super::skiff::dead;
use super::{Rig, World, count};

/// Who has bought so often stands so high, and whoever has within a day is a buyer. In few bytes:
/// each restore reads it.
const POLICY: &str = "name = 'b'
version = 1
currency = 'GBP'
zone = 'UTC'
merge = {}
time = {stall_after = '30d', late = '60d', dedup = '60d'}
ladder = [
{name = 'value', tier = [{name = 'v0'},
{name = 'v1', enter = 'n >= 1'}, {name = 'v2', enter = 'n >= 2'}]},
{name = 'recent', tier = [{name = 'no'}, {name = 'buyer', enter = 'd >= 1'}]}]
[feature]
n = {aggregate = 'count', of = ['purchase'], window = 'lifetime'}
d = {aggregate = 'count', of = ['purchase'], window = '1d'}
";

/// Turns after which a history that does not come to rest is given up.
const PATIENCE: usize = 20_000;

/// What all histories share: it is dear to make and holds nothing that they depend on.
pub(super) struct Port {
    policies: Policies,
    pub(super) telemetry: Telemetry,
    pub(super) directory: Directory,
    /// Whether histories are told, step by step.
    pub(super) tells: bool,
}

impl Port {
    /// Made once.
    pub(super) fn new(tells: bool) -> Rc<Self> {
        let edition = edition("policy.toml", POLICY).unwrap_or_else(|report| panic!("{report}"));
        let telemetry = Telemetry::new(&edition.policy, &["shop", "web", "transfers"], 1);
        Rc::new(Self {
            policies: Policies::new(edition, 500),
            telemetry,
            directory: Directory::new(),
            tells,
        })
    }

    /// What a process is to do.
    pub(super) fn plan(&self, rig: &Rig) -> Plan {
        let shape = rig.shape;
        let mut topics = vec!["shop".to_owned(), "web".to_owned()];
        topics.truncate(shape.topics - usize::from(shape.transfers));
        let transfers = shape.transfers.then_some(TopicIx(topics.len()));
        topics.extend(transfers.map(|_| "transfers".to_owned()));
        Plan {
            policies: self.policies.clone(),
            topics: topics.into(),
            transfers,
            lanes: shape.lanes,
            source: "here".to_owned(),
            pacing: Pacing {
                records_max: 3,
                bytes_max: 1 << 20,
                age_max: Span(8),
                change_wait: Span(3),
                stretch: 2,
            },
            deadlines_per_second: None,
            pause: Span(1),
            merge_wait: Span(20),
            memory_max: None,
            record_bytes_max: 65_536,
            agreement_wait: Span(400),
            snapshots: rig.snapshots.map(|every| Snapshots {
                app: "b".into(),
                every: Span(every),
                bytes_per_second: 50_000,
                shelves: Shelves {
                    shelves: Arc::new(Vec::new),
                    ledgers: Arc::new(|| Err(Trouble::Bug("nobody asks".to_owned()))),
                },
            }),
        }
    }
}

/// Where one process is.
pub(super) struct Berth {
    pub(super) who: usize,
    skew: i64,
    /// Nothing while it is in a turn, or down.
    process: Option<Box<Process>>,
    /// Its connection, while it has one.
    pub(super) hull: Option<Rc<Hull>>,
    /// Until when it sleeps or is down.
    until: i64,
    /// Whether another was started in its place, so that it is not started again.
    is_ghost: bool,
    in_turn: bool,
}

impl Berth {
    fn new(who: usize, skew: i64) -> Self {
        Self {
            who,
            skew,
            process: None,
            hull: None,
            until: 0,
            is_ghost: false,
            in_turn: false,
        }
    }

    /// Whether it can do something at an instant.
    fn may_go(&self, now: i64) -> bool {
        let gone = self.is_ghost && self.process.is_none();
        !self.in_turn && !gone && self.until <= now
    }
}

impl World {
    /// A turn of somebody else than this one, if somebody can.
    pub(super) fn turn_of_another(self: &Rc<Self>, hull: &Hull) {
        let now = self.now();
        let others: Vec<usize> = {
            let fleet = self.fleet.borrow();
            let is_other = |berth: &Berth| {
                let own = berth
                    .hull
                    .as_ref()
                    .is_some_and(|own| std::ptr::eq(&**own, hull));
                !own && berth.may_go(now)
            };
            (0..fleet.len())
                .filter(|at| is_other(&fleet[*at]))
                .collect()
        };
        if !others.is_empty() {
            self.turn(others[self.dice.below(others.len())]);
        }
    }

    /// A turn of a process; its start, if it is down.
    fn turn(self: &Rc<Self>, at: usize) {
        let (process, hull, skew) = {
            let mut fleet = self.fleet.borrow_mut();
            let berth = &mut fleet[at];
            berth.in_turn = true;
            if berth.process.is_none() {
                berth.hull = Some(Rc::new(Hull::new(berth.who)));
            }
            let hull = berth.hull.clone().expect("it has just been given one");
            (berth.process.take(), hull, berth.skew)
        };
        let begun = match process {
            Some(process) => Ok(process),
            None => Process::launch(self, &hull, skew).map(Box::new),
        };
        let result = begun.and_then(|mut process| {
            let turned = process.turn();
            // It may have been killed while it wrote to its disk, which it does not hear of.
            let turned = turned.and_then(|()| match hull.alive.get() {
                true => Ok(()),
                false => Err(dead()),
            });
            if turned.is_err() {
                process.end(&turned);
            }
            turned.map(|()| process)
        });
        let now = self.now();
        let mut down = None;
        {
            let mut fleet = self.fleet.borrow_mut();
            let berth = &mut fleet[at];
            berth.in_turn = false;
            match result {
                Ok(process) => {
                    berth.until = hull.wake.get().unwrap_or(now);
                    berth.process = Some(process);
                }
                Err(trouble) => {
                    berth.until = now + self.dice.span(1, 20);
                    down = Some(trouble);
                }
            }
        }
        if let Some(trouble) = down {
            self.note_end(&hull, &trouble);
        }
    }

    /// A process has ended, by its death or by trouble.
    fn note_end(&self, hull: &Hull, trouble: &Trouble) {
        self.tell(|| format!("w-{} ends: {trouble:?}", hull.who));
        match trouble {
            _ if hull.crashed.get() => count(&self.tolls.crashes),
            Trouble::Restart(_)
            | Trouble::InDoubt(_)
            | Trouble::TooLarge(_)
            | Trouble::Fenced(_) => {
                count(&self.tolls.restarts);
            }
            Trouble::Lost(_) | Trouble::Fatal(_) | Trouble::Bug(_) => {
                self.note_wrong(format!("it gives up: {trouble:?}"))
            }
        }
    }

    /// One more moment: something arrives, somebody goes on, time passes.
    fn moment(self: &Rc<Self>) {
        if self.dice.one_in(10) && !self.feed.borrow().is_over() {
            self.feed.borrow_mut().bring(self);
        }
        let now = self.now();
        let (ready, next) = {
            let fleet = self.fleet.borrow();
            let ready: Vec<usize> = (0..fleet.len())
                .filter(|at| fleet[*at].may_go(now))
                .collect();
            let next = fleet
                .iter()
                .map(|berth| berth.until)
                .filter(|until| *until > now)
                .min();
            (ready, next)
        };
        if ready.is_empty() {
            self.pass(next.map_or(1, |next| (next - now).min(10)));
            return;
        }
        self.turn(ready[self.dice.below(ready.len())]);
        self.pass(i64::from(self.dice.one_in(2)));
    }

    /// Whether everything that has arrived is done, and nothing is under way.
    pub(super) fn is_at_rest(&self) -> bool {
        self.unrest().is_empty()
    }

    /// What is under way.
    fn unrest(&self) -> String {
        let broker = self.broker.borrow();
        let shape = self.rig.shape;
        let done = shape.all_lanes().all(|lane| {
            (0..shape.topics).all(|topic| {
                let next = broker.committed(lane).map_or(0, |mark| mark.next[topic]);
                broker
                    .next_visible(shape.input(topic, lane), next)
                    .is_none()
            })
        });
        let fleet = self.fleet.borrow();
        let open = |berth: &Berth| {
            let hull = berth.hull.as_ref().filter(|_| berth.process.is_some());
            hull.is_some_and(|hull| hull.open.get())
        };
        let all = [
            (!done, "records are not done"),
            (!broker.is_quiet(), "the broker ends a transaction"),
            (!broker.group.is_settled(), "lanes are given out"),
            (!broker.floating.is_empty(), "requests are on their way"),
            (fleet.iter().any(open), "a worker has begun a transaction"),
        ];
        let all = all.iter().filter(|(is, _)| *is).map(|(_, what)| *what);
        all.collect::<Vec<_>>().join(", ")
    }

    /// A process that stands still, or may, is replaced: it is a ghost from now on.
    fn replace(&self) {
        let mut fleet = self.fleet.borrow_mut();
        let at = self.dice.below(fleet.len());
        let berth = &fleet[at];
        let runs = berth.process.is_some() && !berth.is_ghost;
        if runs && fleet.len() < self.rig.instances + 2 {
            let twin = Berth::new(fleet[at].who, fleet[at].skew);
            fleet[at].is_ghost = true;
            fleet[at].until = self.now() + self.dice.span(0, 200);
            fleet.push(twin);
        }
    }
}

/// Plays a history to its end: with faults while there is a feed, then without, until all is done.
pub(super) fn sail(world: &Rc<World>) {
    {
        let mut fleet = world.fleet.borrow_mut();
        for who in 0..world.rig.instances {
            let skew = if world.dice.one_in(3) {
                world.dice.span(-2_000, 2_000)
            } else {
                0
            };
            fleet.push(Berth::new(who, skew));
        }
    }
    let mut quiet_days = world.dice.below(4);
    while !world.feed.borrow().is_over() && world.wrong.borrow().is_none() {
        world.moment();
        if world.dice.one_in(150) {
            world.replace();
        }
        if quiet_days > 0 && world.dice.one_in(40) && world.is_at_rest() {
            quiet_days -= 1;
            world
                .leap
                .set(world.leap.get() + world.dice.span(DAY_MS / 4, 2 * DAY_MS));
            // What comes of it is a unit of time alone, and some are hit.
            world.weather.borrow_mut().turn(&world.dice);
        }
    }
    world.tell(|| "calm".to_owned());
    world.weather.borrow_mut().calm();
    for berth in world.fleet.borrow().iter().filter(|berth| berth.is_ghost) {
        if let Some(hull) = &berth.hull {
            hull.sink();
        }
    }
    let mut moments = 0;
    while !(world.is_at_rest()) && world.wrong.borrow().is_none() {
        world.moment();
        moments += 1;
        if moments > PATIENCE {
            let state = world.unrest();
            world.note_wrong(format!("I10: it does not come to rest: {state}"));
        }
    }
    if world.wrong.borrow().is_none() && world.dice.one_in(2) {
        stop(world);
    }
}

/// Stops all processes in order.
fn stop(world: &Rc<World>) {
    let processes: Vec<Box<Process>> = {
        let mut fleet = world.fleet.borrow_mut();
        let own = fleet.iter_mut().filter(|berth| !berth.is_ghost);
        own.filter_map(|berth| berth.process.take()).collect()
    };
    for mut process in processes {
        let stopped = process.stop();
        if let Err(Trouble::Fatal(why) | Trouble::Bug(why)) = stopped {
            world.note_wrong(format!("it does not stop: {why}"));
        }
    }
}
