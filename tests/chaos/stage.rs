//! What all of these tests play on: a broker behind a proxy, a deployment, and a shop at work.

use std::env;
use std::time::{Duration, Instant};

use crate::broker::{Broker, Watcher};
use crate::chaos::proxy::{Proxy, broker_behind};
use crate::exactly_once::deployment::{Deployment, Instance, Plan, QUICK};
use crate::exactly_once::dice::Dice;
use crate::exactly_once::shop_load::ShopLoad;
use crate::exactly_once::verdict::{Evidence, verdict};

/// For anything that a client does by itself on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(60);

/// How often something is tried: so often in the test command, or as `TIDEMARK_ROUNDS` says.
pub(super) fn rounds(usual: u64) -> u64 {
    let set = env::var("TIDEMARK_ROUNDS").ok();
    set.map_or(usual, |text| {
        text.parse().expect("TIDEMARK_ROUNDS is a number")
    })
}

/// One deployment, whose instances reach the broker through the proxy.
pub(super) struct Stage {
    pub(super) deployment: Deployment,
    watcher: Watcher,
    pub(super) load: ShopLoad,
    pub(super) dice: Dice,
    pub(super) proxy: Proxy,
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
            proxy,
            broker,
        }
    }

    /// Starts an instance.
    pub(super) fn start(&self, name: &str) -> Instance {
        let through = self.proxy.setting();
        self.deployment.start_with(name, &[&through])
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
    pub(super) fn close(self, last: Vec<Instance>) -> Outcome {
        self.proxy.forget_traps();
        self.proxy.light();
        let quiet = Instant::now();
        let sent = self.load.close();
        self.deployment.wait_until_caught_up();
        let recovery = quiet.elapsed();
        for instance in last {
            assert!(instance.terminate().success());
        }
        let evidence = verdict(&self.deployment, &sent, self.watcher);
        Outcome {
            events: sent.len(),
            recovery,
            evidence,
        }
    }
}

/// What has come of it.
pub(super) struct Outcome {
    pub(super) events: usize,
    /// From the last damage until nothing was left to read.
    pub(super) recovery: Duration,
    pub(super) evidence: Evidence,
}
