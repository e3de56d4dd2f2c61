//! A worker whose producer fails, in the middle of its work or of a commit.

use super::*;

fn doubt() -> Trouble {
    Trouble::InDoubt("a commit timed out".to_owned())
}

impl Scene {
    /// The same as [`Scene::committing`], and bob has bought meanwhile.
    fn filling() -> Self {
        let mut scene = Self::committing();
        scene.shore.purchase("bob");
        assert_eq!(scene.turn(), [""; 0]);
        scene
    }

    #[track_caller]
    fn assert_renewed(&self, reason: &str, renewed: u64, aborted: u64) {
        let renewals = format!(r#"tidemark_producer_renewals_total{{reason="{reason}"}}"#);
        let aborts = r#"tidemark_transactions_total{result="aborted"}"#;
        let counts = (self.counts(&renewals), self.counts(aborts));
        assert_eq!(counts, (renewed, aborted));
        assert!(self.telemetry.worker(0).is_publishing());
    }
}

const AGAIN: [&str; 5] = ["renew", "begin", "change ann", "ledger", "commit 0 to 1"];

#[test]
fn a_unit_whose_commit_fails_is_published_again_and_the_next_after_it() {
    for (trouble, reason) in [(doubt(), "ambiguous_commit"), (restart(), "client_error")] {
        let mut scene = Scene::filling();
        scene.shore.end(Err(trouble));
        assert_eq!(scene.turn(), [""; 0]);
        assert!(!scene.telemetry.worker(0).is_publishing());
        scene.assert_committed(0, 0);
        assert_eq!(scene.turn(), AGAIN);
        scene.assert_renewed(reason, 1, 1);
        scene.assert_committed(0, 0);
        scene.shore.pass(12);
        scene.shore.end(Ok(()));
        assert_eq!(scene.turn(), ["begin", "change bob"]);
        scene.assert_committed(1, 1);
        scene.shore.pass(5);
        assert_eq!(scene.turn(), ["ledger", "commit 0 to 2"]);
    }
}

#[test]
fn a_unit_that_was_committed_unheard_is_not_published_again() {
    let mut scene = Scene::filling();
    scene.shore.pass(12);
    scene.shore.end_unheard(doubt());
    assert_eq!(scene.turn(), [""; 0]);
    assert_eq!(scene.turn(), ["renew", "begin", "change bob"]);
    scene.assert_renewed("ambiguous_commit", 1, 0);
    scene.assert_committed(1, 1);
}

#[test]
fn what_was_sent_when_the_producer_failed_is_sent_again_with_the_rest() {
    let mut scene = Scene::new();
    scene.shore.purchase("ann");
    assert_eq!(scene.turn(), ["begin", "change ann"]);
    scene.shore.purchase("bob");
    scene.shore.fail([restart()]);
    assert_eq!(scene.turn(), [""; 0]);
    scene.shore.purchase("cid");
    scene.shore.fail([Trouble::Restart("no leader".to_owned())]);
    assert_eq!(scene.turn(), [""; 0]);
    scene.shore.pass(200);
    let said = ["renew", "begin", "change ann", "change bob", "change cid"];
    assert_eq!(scene.turn()[..5], said);
    scene.assert_renewed("client_error", 1, 1);
    assert_eq!(scene.worker.lanes[&LANE].lane.next(), [Offset(3)]);
}

#[test]
fn a_transaction_that_does_not_begin_begins_with_another_producer() {
    let mut scene = Scene::new();
    scene.shore.purchase("ann");
    scene.shore.fail([restart()]);
    assert_eq!(scene.turn(), [""; 0]);
    assert_eq!(scene.turn(), ["renew", "begin", "change ann"]);
    scene.shore.pass(5);
    scene.shore.fail([restart()]);
    // The ledger's entry could not be sent; nothing was committed since the last time.
    assert_eq!(scene.turn(), [""; 0]);
    scene.shore.pass(200);
    assert_eq!(scene.turn(), AGAIN);
    scene.shore.end(Ok(()));
    scene.turn();
    scene.assert_committed(1, 1);
}

#[test]
fn other_producers_are_tried_less_and_less_often_and_not_for_ever() {
    let mut scene = Scene::filling();
    let no_broker = || Trouble::Restart("no broker".to_owned());
    scene.shore.end(Err(doubt()));
    scene.turn();
    let mut tried = Vec::new();
    let mut passed = 0;
    let result = loop {
        scene.shore.fail([no_broker()]);
        let before = scene.worker.transactions.next();
        if let Err(trouble) = scene.worker.turn() {
            break trouble;
        }
        if scene.worker.transactions.next() != before {
            tried.push(passed);
        }
        scene.shore.0.failing.borrow_mut().clear();
        scene.shore.pass(100);
        passed += 100;
    };
    assert_eq!(result, no_broker());
    assert_eq!(tried[..5], [0, 200, 600, 1_400, 3_000]);
    assert!(tried.windows(2).all(|pair| pair[1] - pair[0] <= 5_000));
    assert!((115_000..=120_000).contains(tried.last().expect("it was tried")));
    assert!((120_000..=125_000).contains(&passed), "{passed}");
    // What has arrived meanwhile is bounded like any unit.
    assert_eq!(scene.worker.lanes[&LANE].lane.next(), [Offset(2)]);
    scene.assert_committed(0, 0);
}

#[test]
fn what_another_producer_does_not_mend_ends_the_worker() {
    for trouble in [
        Trouble::Fenced("somebody else".to_owned()),
        Trouble::Fatal("no right".to_owned()),
    ] {
        let mut scene = Scene::filling();
        scene.shore.end(Err(trouble.clone()));
        assert_eq!(scene.worker.turn(), Err(trouble.clone()));
        let mut scene = Scene::filling();
        scene.shore.end(Err(doubt()));
        scene.turn();
        scene.shore.fail([trouble.clone()]);
        assert_eq!(scene.worker.turn(), Err(trouble));
        assert_eq!(scene.shore.said(), [""; 0]);
    }
}

/// Somebody else has written the ledger, say.
#[test]
fn a_unit_of_which_nothing_is_known_for_sure_ends_the_worker() {
    let mut scene = Scene::filling();
    scene.shore.end_unheard(doubt());
    scene.turn();
    scene.shore.0.committed.set(Some((UnitId(1), Offset(7))));
    let why = "lane 0, unit 1: its commit is in doubt, and the ledger ends with unit 1 while the \
               group has committed unit 1, offsets (7)";
    let result = scene.worker.turn();
    assert_eq!(result, Err(Trouble::Restart(why.to_owned())));
    assert_eq!(scene.shore.said(), ["renew"]);
}

#[test]
fn lanes_are_given_up_in_order_by_another_producer() {
    for (renewed, parked) in [(true, 1), (false, 0)] {
        let mut scene = Scene::filling();
        scene.shore.notice(Notice::Revoked);
        scene.shore.end(Err(restart()));
        if !renewed {
            scene.shore.fail([restart()]);
            assert_eq!(scene.worker.turn(), Err(restart()));
            assert_eq!(scene.shore.said(), ["hear out"]);
        } else {
            let said = scene.turn();
            assert_eq!(said[..6], [&["hear out"][..], &AGAIN].concat());
            assert_eq!(said[6..9], ["hear out", "begin", "change bob"]);
            scene.assert_committed(2, 2);
        }
        assert_eq!(scene.worker.parked.len(), parked);
    }
}

#[test]
fn a_worker_that_ends_tries_no_other_producer() {
    for (trouble, aborted) in [(doubt(), 0), (restart(), 1)] {
        let mut scene = Scene::filling();
        scene.shore.end(Err(trouble));
        scene.turn();
        scene.shore.notice(Notice::Lost);
        let result = scene.worker.run(&AtomicBool::new(false));
        assert!(matches!(result, Err(Trouble::Restart(_))), "{result:?}");
        assert_eq!(scene.shore.said(), [""; 0]);
        let series = r#"tidemark_transactions_total{result="aborted"}"#;
        assert_eq!(scene.counts(series), aborted);
    }
}
