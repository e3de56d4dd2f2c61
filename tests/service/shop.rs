//! A shop to be asked about: a site with one worker that is running.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use tidemark::directory::{Directory, Mailbox, Told, mailbox};
use tidemark::http::{Limits, Server, Site};
use tidemark::lane::edition::Edition;
use tidemark::model::ids::LaneId;
use tidemark::telemetry::happening::LanesMoved;
use tidemark::telemetry::{LaneGauges, LaneState, Rebalance, Telemetry};

/// A site with one worker that is running, has lane 0 of 2 and knows the customer `known` there.
pub(crate) struct Shop {
    pub(crate) site: Site,
    pub(crate) server: Server,
    pub(crate) lane: Arc<LaneGauges>,
    mailbox: Option<Mailbox>,
    worker: Option<JoinHandle<()>>,
}

/// Customers of lane 0 and 1 of 2 lanes.
pub(crate) const HERE: &str = "c-2";
pub(crate) const ELSEWHERE: &str = "c-1";

pub(crate) fn site() -> Site {
    let telemetry = Telemetry::new(
        &edition().policy,
        &["shop.purchase.v1", "shop.browse.v1"],
        1,
    );
    let directory = Directory::new();
    Site {
        title: "tidemark, instance 1".to_owned(),
        telemetry,
        directory,
        customers: true,
        policies: None,
    }
}

pub(crate) fn serve(site: &Site, limits: Limits) -> Server {
    let loopback: SocketAddr = ([127, 0, 0, 1], 0).into();
    Server::start(loopback, site.clone(), limits).expect("a free port")
}

pub(crate) fn shop(limits: Limits) -> Shop {
    let site = site();
    site.directory.set_lanes(2);
    let lanes = [LaneId(0)];
    let assigned = LanesMoved {
        worker: 0,
        kind: Rebalance::Assigned,
        lanes: &lanes,
    };
    site.telemetry.worker(0).tell(&assigned);
    let lane = site.telemetry.lane(LaneId(0));
    lane.set_state(LaneState::Running);
    let (mailbox, questions) = mailbox();
    site.directory.open(LaneId(0), &mailbox);
    let worker = std::thread::spawn(move || {
        for question in questions {
            let known = question.customer == HERE;
            let told = || Told::Known(r#"{"customer_id":"c-2"}"#.to_owned());
            (question.answer)(known.then(told).unwrap_or(Told::Unknown));
        }
    });
    let server = serve(&site, limits);
    Shop {
        site,
        server,
        lane,
        mailbox: Some(mailbox),
        worker: Some(worker),
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Some(mailbox) = self.mailbox.take() {
            self.site.directory.close(LaneId(0), &mailbox);
        }
        let worker = self.worker.take().expect("joined once");
        worker
            .join()
            .expect("the worker ends when nobody can ask it");
    }
}

/// The policy that is shipped.
pub(crate) fn edition() -> Edition {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policy.toml");
    let text = std::fs::read_to_string(path).expect("the shipped policy");
    tidemark::wire::policy::edition("policy.toml", &text).expect("a valid policy")
}
