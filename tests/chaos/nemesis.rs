//! Whoever does the damage: kills, pauses, cuts and delays, drawn from dice, each told in a log.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::disk::harm;
use super::proxy::{Api, At, Let, Phase};
use super::stage::{SOON, Stage};
use crate::broker::{until, wait_for};
use crate::exactly_once::deployment::Instance;

/// The moments of a transaction at which an instance may be caught.
pub(super) const MOMENTS: [(Api, At); 12] = [
    (Api::AddPartitionsToTxn, At::Reply),
    (Api::Produce, At::Request),
    (Api::Produce, At::Reply),
    (Api::Produce, At::Told),
    (Api::AddOffsetsToTxn, At::Request),
    (Api::AddOffsetsToTxn, At::Reply),
    (Api::TxnOffsetCommit, At::Request),
    (Api::TxnOffsetCommit, At::Reply),
    (Api::EndTxn, At::Request),
    (Api::EndTxn, At::Request),
    (Api::EndTxn, At::Reply),
    (Api::EndTxn, At::Told),
];
/// How long it waits for such a moment.
const MOMENT: Duration = Duration::from_secs(8);

/// What was done so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// By how far the transaction of who was killed had come, as the proxy saw it.
    pub(super) kills: BTreeMap<Phase, u64>,
    /// Everything else, by name.
    pub(super) others: BTreeMap<&'static str, u64>,
    /// In the order in which it was done.
    pub(super) log: Vec<String>,
}

impl Tally {
    /// All kills.
    pub(super) fn killed(&self) -> u64 {
        self.kills.values().sum()
    }

    /// Those within an open transaction.
    pub(super) fn inside(&self) -> u64 {
        self.killed() - self.kills.get(&Phase::None).unwrap_or(&0)
    }
}

/// The instances, and what happens to them.
pub(super) struct Nemesis {
    pub(super) stage: Stage,
    /// Only the last of them, the guest, may be missing between two strikes.
    instances: Vec<(String, Option<Instance>)>,
    pub(super) tally: Tally,
    since: Instant,
}

impl Nemesis {
    /// Starts instances of these names; a guest is still to come.
    pub(super) fn with(stage: Stage, names: &[&str], guest: &str) -> Self {
        let all = names.iter().chain([&guest]);
        let mut nemesis = Self {
            stage,
            instances: all.map(|name| ((*name).to_owned(), None)).collect(),
            tally: Tally::default(),
            since: Instant::now(),
        };
        for which in 0..names.len() {
            nemesis.start(which);
        }
        nemesis
    }

    /// Does one thing to one of them, or to the broker.
    pub(super) fn strike(&mut self) {
        self.start_who_has_ended();
        let there = self.instances.iter().filter(|it| it.1.is_some()).count();
        let which = self.stage.dice.roll(there as u64) as usize;
        match self.stage.dice.roll(100) {
            0..56 => self.kill_at_a_moment(which),
            56..70 => self.kill_at_any_time(which),
            70..76 => self.cut(which),
            76..82 => self.pause(which),
            82..87 => self.slow(),
            87..91 => self.darken(which),
            91..93 => self.leave(which),
            93..97 => self.come_or_go(),
            97..99 => self.change_the_policy(),
            _ => self.break_the_broker(),
        }
    }

    /// Does no more; what is left are the stage and the instances.
    pub(super) fn rest(mut self) -> (Stage, Vec<Instance>) {
        self.stage.proxy.forget_traps();
        self.stage.proxy.light();
        self.start_who_has_ended();
        for (name, instance) in &self.instances {
            let Some(instance) = instance else { continue };
            // Before that, SIGTERM ends it as it ends any program.
            until(&format!("{name} has started"), SOON, || {
                let log = instance.log();
                log.contains("INFO started").then_some(())
            });
        }
        let instances = self
            .instances
            .into_iter()
            .filter_map(|(_, it)| it)
            .collect();
        (self.stage, instances)
    }

    /// As whoever watches over a service would: it may end where it can't work (69), or where
    /// others have taken its place too often (75). Nothing else is expected.
    fn start_who_has_ended(&mut self) {
        for which in 0..self.instances.len() {
            let Some(instance) = self.instances[which].1.as_mut() else {
                continue;
            };
            let Some(status) = instance.ended() else {
                continue;
            };
            let expected = matches!(status.code(), Some(69 | 75));
            assert!(expected, "it ended with {status}:\n{}", instance.log());
            self.start(which);
            self.did("ends by itself", which, &format!("ended with {status}"));
        }
    }

    fn kill_at_a_moment(&mut self, which: usize) {
        let moment = self.stage.dice.roll(MOMENTS.len() as u64) as usize;
        let nth = 1 + self.stage.dice.roll(3) as u32;
        let (api, at) = MOMENTS[moment];
        let owner = self.owner(which);
        let trap = self.stage.proxy.trap(&owner, api, nth, at);
        let caught = trap.wait(MOMENT).is_some();
        let phase = self.kill(which);
        // It comes too late for whoever asked, or never.
        let how = [Let::Pass, Let::Cut][self.stage.dice.roll(2) as usize];
        self.stage.proxy.spring(&trap, how);
        let moment = if caught {
            format!("{nth} {api:?} {at:?}, {how:?}")
        } else {
            "late".into()
        };
        self.note(which, &format!("killed at {moment}: {phase:?}"));
        self.start(which);
    }

    fn kill_at_any_time(&mut self, which: usize) {
        let most = [20, 200, 1_500][self.stage.dice.roll(3) as usize];
        self.pass(0, most);
        let phase = self.kill(which);
        self.note(which, &format!("killed at any time: {phase:?}"));
        // Seldom long enough for its lanes to be given away.
        if self.stage.dice.one_in(12) {
            self.pass(6_000, 9_000);
        }
        self.start(which);
    }

    /// SIGKILL; how far its transaction had come.
    fn kill(&mut self, which: usize) -> Phase {
        // It may have ended by itself just before: then this is no kill.
        self.start_who_has_ended();
        let instance = self.instances[which].1.take();
        instance.expect("it runs between two strikes").kill();
        let phase = self.stage.proxy.witness().phase(&self.owner(which));
        *self.tally.kills.entry(phase).or_default() += 1;
        phase
    }

    /// Half of the times as one that stands by for the others; now and then its disk is not what
    /// it was.
    fn start(&mut self, which: usize) {
        let name = self.instances[which].0.clone();
        if self.stage.dice.one_in(3) {
            let (disk, lanes) = (self.stage.disk(&name), self.stage.deployment.lanes());
            if let Some(line) = harm(&disk, lanes, &mut self.stage.dice) {
                self.did("disks", which, &line);
            }
        }
        let standby = format!("app.standby={}", self.stage.dice.one_in(2));
        self.instances[which].1 = Some(self.stage.start_with(&name, &[&standby]));
    }

    /// The guest: another instance with which the others share, until it leaves or dies.
    fn come_or_go(&mut self) {
        let guest = self.instances.len() - 1;
        if self.instances[guest].1.is_none() {
            self.start(guest);
            self.did("comings", guest, "came");
        } else if self.stage.dice.one_in(2) {
            let phase = self.kill(guest);
            self.note(guest, &format!("killed for good: {phase:?}"));
        } else {
            let instance = self.instances[guest].1.take();
            let status = instance.expect("it was just seen").terminate();
            self.did("goings", guest, &format!("left with {status}"));
        }
    }

    fn signal(&self, which: usize, signal: &str) {
        let instance = self.instances[which].1.as_ref();
        instance
            .expect("it runs between two strikes")
            .signal(signal);
    }

    fn cut(&mut self, which: usize) {
        let moment = self.stage.dice.roll(MOMENTS.len() as u64) as usize;
        let (api, at) = MOMENTS[moment];
        let trap = self.stage.proxy.trap(&self.owner(which), api, 1, at);
        if trap.wait(MOMENT).is_some() {
            self.pass(0, 300);
        }
        self.stage.proxy.spring(&trap, Let::Cut);
        self.did("cuts", which, &format!("cut at {api:?} {at:?}"));
    }

    /// Now and then longer than its session and its transaction last.
    fn pause(&mut self, which: usize) {
        let long = self.stage.dice.one_in(3);
        self.signal(which, "STOP");
        let (least, most) = if long { (7_000, 14_000) } else { (50, 3_000) };
        let ms = self.pass(least, most);
        self.signal(which, "CONT");
        self.did("pauses", which, &format!("paused for {ms} ms"));
    }

    fn slow(&mut self) {
        let apis = [Api::Produce, Api::EndTxn, Api::TxnOffsetCommit, Api::Fetch];
        let api = apis[self.stage.dice.roll(4) as usize];
        let by = Duration::from_millis(20 + self.stage.dice.roll(400));
        self.stage.proxy.delay(api, by);
        self.pass(500, 2_500);
        self.stage.proxy.delay(api, Duration::ZERO);
        self.did("delays", 0, &format!("all {api:?} delayed by {by:?}"));
    }

    fn darken(&mut self, which: usize) {
        let back = self.stage.dice.one_in(2);
        self.stage.proxy.darken(&self.owner(which), back);
        let long = self.stage.dice.one_in(3);
        let ms = if long {
            self.pass(8_000, 13_000)
        } else {
            self.pass(200, 3_000)
        };
        self.stage.proxy.light();
        let way = if back { "replies" } else { "requests" };
        self.did("darkness", which, &format!("{way} dark for {ms} ms"));
    }

    fn leave(&mut self, which: usize) {
        let instance = self.instances[which].1.take();
        let status = instance.expect("it runs between two strikes").terminate();
        self.pass(0, 1_000);
        self.start(which);
        self.did(
            "leavings",
            which,
            &format!("left with {status} and came back"),
        );
    }

    fn change_the_policy(&mut self) {
        let other = self.stage.dice.one_in(2);
        self.stage.give(other);
        self.did(
            "policies",
            0,
            &format!("all are given the other policy: {other}"),
        );
    }

    fn break_the_broker(&mut self) {
        self.stage.broker.kill();
        self.stage.broker.restart();
        self.did("broker kills", 0, "the broker was killed");
    }

    /// Lets some time pass, in ms; says how much.
    fn pass(&mut self, least: u64, most: u64) -> u64 {
        let ms = least + self.stage.dice.roll(most - least);
        wait_for(Instant::now() + Duration::from_millis(ms));
        ms
    }

    fn owner(&self, which: usize) -> String {
        self.stage.deployment.owner(&self.instances[which].0)
    }

    fn did(&mut self, what: &'static str, which: usize, line: &str) {
        *self.tally.others.entry(what).or_default() += 1;
        self.note(which, line);
    }

    fn note(&mut self, which: usize, line: &str) {
        let (at, name) = (self.since.elapsed().as_millis(), &self.instances[which].0);
        self.tally.log.push(format!("{at} ms: {name} {line}"));
    }
}
