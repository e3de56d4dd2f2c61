//! What all of these tests play on: a broker behind a proxy, a deployment, and a shop at work.

use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::crowd::Crowd;
use super::oracle;
use super::proxy::{Proxy, broker_behind};
use crate::broker::{Broker, NewRecord, Watcher, wait_for};
use crate::exactly_once::deployment::{Deployment, Instance, Plan, QUICK};
use crate::exactly_once::dice::Dice;
use crate::exactly_once::shop_load::ShopLoad;
use crate::exactly_once::verdict::{Evidence, soundness, verdict};

/// For anything that a client does by itself on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(90);

/// The policy of the campaigns.
const POLICY: &str = include_str!("policy.toml");
/// For all customers to be passed over to another policy.
const PASSED: Duration = Duration::from_secs(4);

/// How often something is tried: so often in the test command, or as `TIDEMARK_ROUNDS` says.
pub(super) fn rounds(usual: u64) -> u64 {
    number("TIDEMARK_ROUNDS").unwrap_or(usual)
}

/// What a variable of the environment says, if it is set.
pub(super) fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is {text:?}, which is no number")))
}

/// One deployment, whose instances reach the broker through the proxy.
pub(super) struct Stage {
    pub(super) deployment: Deployment,
    watcher: Watcher,
    pub(super) load: ShopLoad,
    pub(super) dice: Dice,
    pub(super) proxy: Proxy,
    /// Of each instance.
    settings: Vec<String>,
    // It is ended after all that uses it.
    pub(super) broker: Broker,
}

impl Stage {
    /// A shop that sends so many events a second to an app of that name.
    pub(super) fn set(app: &str, seed: u64, a_second: u64) -> Self {
        let (broker, proxy) = broker_behind("");
        let plan = Plan {
            app,
            policy: QUICK,
            static_membership: true,
        };
        let deployment = Deployment::new(&broker, &plan);
        let watcher = deployment.watch();
        let mut dice = Dice::of(app, seed);
        let load = ShopLoad::open(&deployment, dice.split(), a_second, true);
        Self {
            deployment,
            watcher,
            load,
            dice,
            settings: vec![proxy.setting()],
            proxy,
            broker,
        }
    }

    /// A crowd that does so many things a second, profiles and commands among them, under policies
    /// that take each other's place; what is written down of a lane is in a topic too.
    pub(super) fn crowded(app: &str, seed: u64, a_second: u64) -> Self {
        let (broker, proxy) = broker_behind("");
        let plan = Plan {
            app,
            policy: POLICY,
            static_membership: true,
        };
        let deployment = Deployment::with_own_topics(&broker, &plan);
        let policies = format!("{app}.policy.v1");
        broker.create_topic(&policies, 1, &[]);
        let (snapshots, lanes) = (deployment.snapshots_topic(), deployment.lanes());
        broker.create_topic(&snapshots, lanes, &[("cleanup.policy", "compact")]);
        let watcher = deployment.watch();
        let mut dice = Dice::of(app, seed);
        let mut crowd = Crowd::new(dice.split(), deployment.lanes());
        let load = ShopLoad::of(&deployment, a_second, move |now| crowd.next(now));
        Self {
            deployment,
            watcher,
            load,
            dice,
            settings: vec![
                proxy.setting(),
                format!("policy.topic={policies}"),
                format!("snapshots.topic={snapshots}"),
            ],
            proxy,
            broker,
        }
    }

    /// Gives all instances the one policy or the other.
    pub(super) fn give(&self, other: bool) {
        let text = if other {
            other_policy()
        } else {
            POLICY.to_owned()
        };
        let topic = format!("{}.policy.v1", self.deployment.app());
        let record = NewRecord {
            value: Some(text.into_bytes()),
            ..NewRecord::default()
        };
        self.broker.produce(&topic, &[record]);
    }

    /// Starts an instance.
    pub(super) fn start(&self, name: &str) -> Instance {
        self.start_with(name, &[])
    }

    /// The folder of an instance's snapshots, which no other instance sees.
    pub(super) fn disk(&self, name: &str) -> PathBuf {
        self.deployment.file(&format!("snapshots-{name}"))
    }

    /// Starts an instance with some settings of its own.
    pub(super) fn start_with(&self, name: &str, settings: &[&str]) -> Instance {
        let disk = format!("snapshots.folder={}", self.disk(name).display());
        let all = self.settings.iter().chain([&disk]).map(String::as_str);
        let all: Vec<&str> = all.chain(settings.iter().copied()).collect();
        self.deployment.start_with(name, &all)
    }

    /// Waits until more transactions of an instance have begun.
    #[track_caller]
    pub(super) fn wait_for_transactions(&self, owner: &str, more: u64) {
        let witness = self.proxy.witness();
        let before = witness.begun(owner);
        let come = witness.wait_for_begun(owner, before + more - 1, SOON);
        assert!(come, "no {more} transactions more:\n{}", self.log());
    }

    /// The last of what has passed the proxy.
    pub(super) fn log(&self) -> String {
        let log = self.proxy.witness().log();
        log[log.len().saturating_sub(60)..].join("\n")
    }

    /// Closes the shop; when all has been taken in and the instances have ended, holds everything
    /// against everything else.
    #[track_caller]
    pub(super) fn close(self, last: Vec<Instance>) -> Evidence {
        self.proxy.forget_traps();
        self.proxy.light();
        let sent = self.load.close();
        self.deployment.wait_until_caught_up();
        for instance in last {
            assert!(instance.terminate().success());
        }
        verdict(&self.deployment, &sent, self.watcher)
    }

    /// The same of a crowd, what becomes of whose events the oracle says.
    #[track_caller]
    pub(super) fn disperse(self, last: Vec<Instance>) -> Outcome {
        self.proxy.forget_traps();
        self.proxy.light();
        let quiet = Instant::now();
        let events = self.load.close().len();
        self.deployment.wait_until_caught_up();
        let recovery = quiet.elapsed();
        // Whoever is still to be passed over to the last policy is, meanwhile.
        wait_for(Instant::now() + PASSED);
        for instance in last {
            assert!(instance.terminate().success());
        }
        let evidence = soundness(&self.deployment, self.watcher);
        println!("{}", oracle::agrees(&self.deployment, &evidence));
        Outcome {
            events,
            recovery,
            changes: evidence.moves().count(),
            broker: self.broker,
        }
    }
}

/// What has come of it.
pub(super) struct Outcome {
    pub(super) events: usize,
    pub(super) changes: usize,
    /// From the last damage until nothing was left to read.
    pub(super) recovery: Duration,
    /// Still running.
    pub(super) broker: Broker,
}

/// The policy of the campaigns with thresholds that lie elsewhere.
fn other_policy() -> String {
    let other = POLICY.replace("version = 1", "version = 2");
    let other = other.replace("spend >= 150", "spend >= 90");
    let other = other.replace("views >= 4", "views >= 3");
    other.replace("since_seen <= 4s", "since_seen <= 3s")
}
