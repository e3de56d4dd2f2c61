//! An instance with more customers than memory: it pauses, says why, lives, and goes on where it
//! may have more.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::deployment::{Deployment, Instance, PATIENCE, Plan};
use super::shop_load::now;
use crate::broker::{self, NewRecord, free_port, needs_kafka, until, wait_for};
use crate::client::get;

/// Far more than there is room for.
const CUSTOMERS: usize = 400_000;
/// Bytes of each one's id: they are customers' memory for the most part.
const ID: usize = 200;
/// The least that can be set: 128 MiB.
const SMALL: &str = "state.max_bytes=134217728";
const LARGE: &str = "state.max_bytes=1073741824";
/// Nobody moves: what is kept is all that there is.
const POLICY: &str = r#"
name = "memory"
version = 1
currency = "GBP"
zone = "Europe/London"
[feature.orders]
aggregate = "count"
of = ["purchase"]
window = "30d"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "none"
[[ladder.tier]]
name = "low"
enter = "orders >= 2"
"#;

#[test]
fn at_its_limit_of_memory_an_instance_pauses_and_says_why() {
    needs_kafka!();
    let plan = Plan {
        app: "memory",
        policy: POLICY,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    fill(&deployment);
    let mut small = Front::start(&deployment, SMALL);
    let why = "intake is paused: ";
    until("it pauses", PATIENCE, || {
        small.get("/readyz").filter(|body| body.contains(why))
    });
    wait_for(Instant::now() + Duration::from_secs(2));
    small.instance.assert_runs();
    let (taken, in_use) = (small.taken(), small.metric("tidemark_memory_in_use_bytes"));
    println!("paused with {taken:?} of {CUSTOMERS} taken and {in_use:?} bytes in use");
    assert!(taken.is_some_and(|taken| taken < CUSTOMERS as u64));
    assert_eq!(small.metric("tidemark_memory_limit_bytes"), Some(128 << 20));
    assert_eq!(small.metric("tidemark_intake_paused"), Some(1));
    let log = small.instance.log();
    assert!(
        log.contains("ERROR intake paused: memory has reached"),
        "{log}"
    );
    assert!(small.instance.terminate().success());

    let large = Front::start(&deployment, LARGE);
    until("all are known", PATIENCE, || {
        let known = large.metric("tidemark_customers_known");
        (known == Some(CUSTOMERS as u64)).then_some(())
    });
    assert_eq!(large.metric("tidemark_intake_paused"), Some(0));
    assert!(large.instance.terminate().success());
}

/// Each customer buys once.
fn fill(deployment: &Deployment) {
    let at = now();
    let records: Vec<NewRecord> = (0..CUSTOMERS)
        .map(|number| {
            let id = format!("{number:0ID$}");
            let value = format!(
                r#"{{"event_id":"{number}","customer_id":"{id}","kind":"purchase",
                "occurred_at":{at},"amount":"5"}}"#
            );
            NewRecord::new(id, value)
        })
        .collect();
    let [purchases, _] = deployment.inputs();
    deployment.client().produce(&purchases, &records);
}

/// An instance that answers.
struct Front {
    instance: Instance,
    address: SocketAddr,
}

impl Front {
    fn start(deployment: &Deployment, limit: &str) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let listen = format!("http.listen={address}");
        let set = ["http.enabled=true", &listen, limit];
        let instance = deployment.start_with("one", &set);
        Self { instance, address }
    }

    /// What it answers, once it does.
    fn get(&self, path: &str) -> Option<String> {
        std::net::TcpStream::connect(self.address).ok()?;
        Some(get(self.address, path).body)
    }

    fn metric(&self, series: &str) -> Option<u64> {
        let page = self.get("/metrics")?;
        let mut lines = page.lines();
        let value = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
        value.parse().ok()
    }

    /// How many records have been taken, now or by an earlier life.
    fn taken(&self) -> Option<u64> {
        let now = self.metric("tidemark_records_consumed_total{topic=\"memory.purchase.v1\"}")?;
        Some(now + self.metric("tidemark_replayed_records_total")?)
    }
}
