//! A broker, its clients and their processes in one thread, with a clock of their own and faults
//! chosen by a seed: the real worker runs on it, dies, and comes back.

mod broker;
mod clerk;
mod dice;
mod feed;
mod fleet;
mod group;
mod hull;
mod log;
mod process;
mod proof;
mod rack;
mod skiff;
mod tests;
mod weather;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::model::time::Timestamp;
use crate::port::{Clock, Memory};
use crate::runtime::plan::Plan;

use broker::{Broker, Request, Shape};
use dice::Dice;
use feed::Feed;
use fleet::{Berth, Port};
use hull::Hull;
use rack::Rack;
use weather::{Fault, Matrix, Step, Weather};

/// When the world's clock begins, in milliseconds.
const EPOCH: i64 = 1_780_000_000_000;

/// What a history is made of.
#[derive(Clone, Copy, Debug)]
struct Rig {
    shape: Shape,
    /// Instances.
    instances: usize,
    /// Whether members keep their lanes while they are away.
    is_static: bool,
    /// The first offset of the input topics.
    first: usize,
    /// How long after its last snapshot a lane is written down again, if it is.
    snapshots: Option<i64>,
    /// Whether instances keep up the lanes of others.
    stands_by: bool,
}

impl Rig {
    fn new(dice: &Dice) -> Self {
        let lanes = 1 + i32::from(dice.one_in(3));
        let transfers = lanes > 1 && !dice.one_in(3);
        let topics = 1 + usize::from(dice.one_in(3)) + usize::from(transfers);
        let instances = 1 + usize::from(dice.one_in(3));
        Self {
            shape: Shape {
                topics,
                lanes,
                transfers,
            },
            instances,
            is_static: dice.one_in(2),
            first: dice.below(3),
            snapshots: dice.one_in(2).then(|| dice.span(1, 20)),
            stands_by: instances > 1 && dice.one_in(2),
        }
    }
}

/// Everything there is.
struct World {
    rig: Rig,
    dice: Dice,
    broker: RefCell<Broker>,
    weather: RefCell<Weather>,
    feed: RefCell<Feed>,
    fleet: RefCell<Vec<Berth>>,
    /// The disk of each instance.
    racks: RefCell<Vec<Rack>>,
    /// The wall clock's lead over the broker's.
    leap: Cell<i64>,
    /// Whether an instance goes on while another is in a call.
    nested: Cell<bool>,
    /// The first thing that was not as it must be.
    wrong: RefCell<Option<String>>,
    tolls: Tolls,
    port: Rc<Port>,
    plan: Arc<Plan>,
}

/// What has happened, counted.
#[derive(Default)]
struct Tolls {
    /// Processes that died and were started again.
    crashes: Cell<u64>,
    /// Workers that had to start anew.
    restarts: Cell<u64>,
    /// Ledgers of lanes that were read from some place on.
    made: Cell<u64>,
    /// Lanes that had been kept up by those who took them over.
    kept_up: Cell<u64>,
}

/// What came of a history.
#[derive(Default)]
struct Outcome {
    crashes: u64,
    restarts: u64,
    made: u64,
    kept_up: u64,
    /// Records of the feed.
    events: u64,
    units: u64,
    matrix: Matrix,
    /// Over all that the broker holds in the end.
    digest: u64,
    /// What was not as it must be.
    wrong: Option<String>,
}

fn count(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

impl World {
    fn new(seed: u64, port: &Rc<Port>) -> Rc<Self> {
        let dice = Dice::new(seed);
        let rig = Rig::new(&dice);
        // Some get nowhere for crashes, others are hit now and then.
        let rate = 3 + dice.below(if dice.one_in(2) { 6 } else { 40 });
        let weather = Weather::new(&dice, rate);
        let mut broker = Broker::new(rig.shape, rig.instances + 1);
        broker.is_slow = dice.one_in(4);
        let inputs = rig
            .shape
            .input(rig.shape.topics, crate::model::ids::LaneId(0));
        for log in &mut broker.logs[..inputs] {
            log.slots.extend((0..rig.first).map(|_| log::Slot::Marker));
        }
        let feed = Feed::new(&rig, &dice);
        Rc::new(Self {
            rig,
            dice,
            broker: RefCell::new(broker),
            weather: RefCell::new(weather),
            feed: RefCell::new(feed),
            fleet: RefCell::default(),
            racks: RefCell::new((0..rig.instances).map(|_| Rack::default()).collect()),
            leap: Cell::new(0),
            nested: Cell::new(false),
            wrong: RefCell::default(),
            tolls: Tolls::default(),
            port: port.clone(),
            plan: Arc::new(port.plan(&rig)),
        })
    }

    /// The name of an instance, and its transactional id.
    fn name(&self, who: usize) -> String {
        format!("w-{who}")
    }

    fn note_wrong(&self, what: impl Into<String>) {
        self.wrong.borrow_mut().get_or_insert(what.into());
    }

    /// Tells what happens, if it is to be told.
    fn tell(&self, what: impl FnOnce() -> String) {
        if self.port.tells {
            println!("{:6} {}", self.now(), what());
        }
    }

    fn now(&self) -> i64 {
        self.broker.borrow().now
    }

    /// Time passes; members that live are heard of.
    fn pass(&self, ms: i64) {
        let mut broker = self.broker.borrow_mut();
        broker.now += ms;
        let now = broker.now;
        for hull in self
            .fleet
            .borrow()
            .iter()
            .filter_map(|berth| berth.hull.as_ref())
        {
            if let Some(member) = hull.member.get().filter(|_| hull.lives()) {
                broker.group.hear(member, now);
            }
        }
        broker.tick(&self.dice);
    }

    /// What happens between two calls of somebody: the broker goes on, and others, too.
    fn go_on(self: &Rc<Self>, hull: &Hull) {
        match self.dice.below(32) {
            0 => self.let_others_go_on(hull, 1),
            1..10 => self.broker.borrow_mut().tick(&self.dice),
            _ => {}
        }
    }

    /// Others go on, for about so long.
    fn let_others_go_on(self: &Rc<Self>, hull: &Hull, ms: i64) {
        if !self.nested.replace(true) {
            for _ in 0..ms.min(4) {
                self.turn_of_another(hull);
            }
            self.nested.set(false);
        }
        self.pass(ms);
    }

    /// A process stands still, while others go on.
    fn stand_still(self: &Rc<Self>, hull: &Hull) {
        let longest = if self.dice.one_in(2) { 60 } else { 300 };
        let until = self.now() + self.dice.span(5, longest);
        hull.still.set(true);
        while self.now() < until {
            self.let_others_go_on(hull, self.dice.span(3, 15));
        }
        hull.still.set(false);
    }

    /// Lets the world go on for a moment before a step of somebody, and says what goes wrong with
    /// it, as far as that is not somebody else's doing. What becomes of a snapshot is to be noted
    /// by whoever does it.
    fn befall(self: &Rc<Self>, hull: &Hull, step: Step) -> Option<Fault> {
        self.go_on(hull);
        let fault = self.weather.borrow_mut().at(step, &self.dice);
        self.tell(|| {
            let (who, epoch) = (hull.who, hull.epoch.get());
            let fault = fault.map_or("", Fault::name);
            format!("w-{who} epoch {epoch} {} {fault}", step.name())
        });
        let fault = fault?;
        if fault.is_of_disk() {
            return Some(fault);
        }
        if fault == Fault::BrokerAborts && !self.broker.borrow_mut().time_out(hull.who) {
            return None;
        }
        self.weather.borrow_mut().note(step, fault);
        let now = self.now();
        match fault {
            Fault::Crash => hull.sink(),
            Fault::FencedByAnother => {
                let taken = (self.broker.borrow_mut()).take(&Request::Init { who: hull.who }, true);
                taken.expect("everybody may begin");
            }
            Fault::Revoke => self.broker.borrow_mut().group.move_on(now),
            Fault::LostLanes => {
                if let Some(member) = hull.member.get() {
                    self.broker.borrow_mut().group.expel(member, now);
                }
            }
            Fault::StandStill => self.stand_still(hull),
            _ => {}
        }
        let own = !matches!(
            fault,
            Fault::FencedByAnother
                | Fault::Revoke
                | Fault::LostLanes
                | Fault::BrokerAborts
                | Fault::StandStill
        );
        own.then_some(fault)
    }

    /// What is asked for outside of any weather.
    fn take(&self, request: &Request) {
        let taken = self.broker.borrow_mut().take(request, true);
        taken.expect("the feed's producer is alone");
    }
}

impl Hull {
    fn lives(&self) -> bool {
        self.alive.get() && !self.still.get()
    }
}

/// The clock of one process, and its memory, of which there is enough.
#[derive(Clone)]
struct Glass {
    world: Rc<World>,
    skew: i64,
}

impl Clock for Glass {
    fn now(&self) -> Timestamp {
        Timestamp(EPOCH + self.world.now() + self.world.leap.get() + self.skew)
    }
}

impl Memory for Glass {
    fn in_use(&self) -> u64 {
        0
    }
}

/// Plays the history of a seed.
fn play(seed: u64, port: &Rc<Port>) -> Outcome {
    let world = World::new(seed, port);
    fleet::sail(&world);
    // What is planted is in the program, not in those who judge it.
    #[cfg(feature = "teeth")]
    crate::teeth::plant(None);
    let (units, digest) = proof::prove(&world);
    // Those who end go on for a moment.
    drop(world.fleet.take());
    Outcome {
        crashes: world.tolls.crashes.get(),
        restarts: world.tolls.restarts.get(),
        made: world.tolls.made.get(),
        kept_up: world.tolls.kept_up.get(),
        events: world.feed.borrow().made(),
        units,
        matrix: world.weather.borrow().matrix,
        digest,
        wrong: world.wrong.take(),
    }
}
