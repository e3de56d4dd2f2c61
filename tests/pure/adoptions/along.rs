//! A lane whose policy changes, done again along its ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemark::engine::effect::Judged;
use tidemark::engine::input::Tick;
use tidemark::engine::key::Key;
use tidemark::lane::crossing::From;
use tidemark::lane::edition::Edition;
use tidemark::lane::lane::Lane;
use tidemark::lane::ledger::Entry;
use tidemark::model::ids::{LaneId, Offset, TopicIx};
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::Policy;

use crate::histories::campaign::Campaign;
use crate::histories::{Adopted, Input, counting_changes};
use crate::laws::equal;
use crate::model::owned_event::OwnedEvent;

/// Histories in the ordinary test run.
const HISTORIES: u64 = 300;

/// One unit: the policy that it adopts, its tick, and its events.
#[derive(Default)]
struct Unit<'a> {
    adopts: Option<&'a Adopted>,
    tick: Option<Tick>,
    events: Vec<&'a OwnedEvent>,
}

/// A unit begins with each tick and each policy.
fn units(inputs: &[Input]) -> Vec<Unit<'_>> {
    let mut units = vec![Unit::default()];
    for input in inputs {
        match input {
            Input::Tick(tick) => units.push(Unit {
                tick: Some(*tick),
                ..Unit::default()
            }),
            Input::Adopt(adopted) => units.push(Unit {
                adopts: Some(adopted),
                ..Unit::default()
            }),
            Input::Event(event) => {
                let unit = units.last_mut().expect("there is a first one");
                unit.events.push(event);
            }
        }
    }
    units
}

/// The text is the hash: policies that are drawn have none.
fn edition(policy: &Arc<Policy>) -> Edition {
    Edition::new(Arc::clone(policy), policy.hash.as_str().into())
}

fn begin(policy: &Arc<Policy>) -> Lane {
    let topics = Arc::from(["events".to_owned()]);
    Lane::new(LaneId(0), topics, edition(policy), vec![Offset(0)])
}

fn take(lane: &mut Lane, event: &OwnedEvent, effects: &mut Vec<Judged>) {
    let offset = lane.next()[0];
    lane.take(
        (TopicIx(0), offset),
        Ok((&event.borrowed(), Key::of(&event.borrowed()))),
        From::Feed,
        effects,
    );
}

/// What a lane says and does; the policies that it refuses are left out.
fn live(lane: &mut Lane, units: &[Unit<'_>]) -> (Vec<Entry>, Vec<Judged>) {
    let (mut entries, mut effects) = (Vec::new(), Vec::new());
    for unit in units {
        let tick = unit.tick.unwrap_or(Tick {
            ceiling: Timestamp::MIN,
            coast: None,
            firings: None,
        });
        let adopted = unit.adopts.map(|it| (edition(&it.policy), it.pace));
        let adopts = adopted.as_ref().map(|(edition, pace)| (edition, *pace));
        if lane.open(adopts, tick, &mut effects).is_err() {
            assert!(!lane.is_open(), "a unit is open that adopts nothing");
            let opened = lane.open(None, tick, &mut effects);
            opened.expect("nothing can be refused");
        }
        for event in &unit.events {
            take(lane, event, &mut effects);
        }
        entries.push(lane.seal("live", 0));
    }
    (entries, effects)
}

/// The same again, by the ledger alone.
fn again(
    entries: &[Entry],
    policies: &BTreeMap<String, Arc<Policy>>,
    mut events: impl Iterator<Item = OwnedEvent>,
) -> Result<(Lane, Vec<Judged>), String> {
    let named = |entry: &Entry| edition(&policies[&entry.policy]);
    let mut lane = begin(&named(&entries[0]).policy);
    let mut effects = Vec::new();
    for entry in entries {
        let adopts = entry.adopts.as_ref().filter(|_| entry.unit.0 > 1);
        let adopts = adopts.map(|adopts| (named(entry), adopts.pace));
        let tick = Tick {
            ceiling: entry.ceiling,
            coast: entry.coast,
            firings: entry.firings,
        };
        let adopts = adopts.as_ref().map(|(edition, pace)| (edition, *pace));
        let opened = lane.open(adopts, tick, &mut effects);
        opened.map_err(|refused| refused.to_string())?;
        for event in events.by_ref().take(entry.counts.consumed() as usize) {
            take(&mut lane, &event, &mut effects);
        }
        let made = lane.seal("live", 0);
        made.agrees_with(entry).map_err(|it| it.to_string())?;
    }
    Ok((lane, effects))
}

#[test]
fn a_lane_is_done_again_along_its_ledger() {
    let done = Campaign::new("along", HISTORIES, 10).run(counting_changes, |stage| {
        let history = &stage.history;
        let units = units(&history.inputs);
        let adopted = units.iter().filter_map(|unit| unit.adopts);
        let policies = adopted.map(|it| &it.policy).chain([&history.policy]);
        let policies = policies.map(|policy| (policy.hash.clone(), Arc::clone(policy)));
        let mut lane = begin(&history.policy);
        let (entries, told) = live(&mut lane, &units);
        let events = units.iter().flat_map(|unit| unit.events.iter());
        let events = events.map(|event| OwnedEvent::clone(event));
        let told_of = |it: &&Judged| !it.places.is_empty() || it.ended.is_some();
        let counted: u64 = entries.iter().map(|entry| entry.counts.standings).sum();
        let standing = told.iter().filter(told_of).count() as u64;
        equal("the standings that are told", &counted, &standing)?;
        let (repeated, retold) = again(&entries, &policies.collect(), events)?;
        equal("what is told", &told, &retold)?;
        let standings = |lane: &Lane| {
            let all = lane.engine().standings();
            let all = all.map(|(name, places)| (name.to_owned(), places.to_vec()));
            all.collect::<Vec<_>>()
        };
        equal("the standings", &standings(&lane), &standings(&repeated))?;
        let hashes = |lane: &Lane| {
            let editions = lane.editions().iter();
            editions.map(|it| it.hash().to_owned()).collect::<Vec<_>>()
        };
        equal("the policies", &hashes(&lane), &hashes(&repeated))?;
        let adoptions = entries.iter().filter(|entry| entry.adopts.is_some());
        Ok(adoptions.count() as u64 - 1)
    });
    let histories = done.len() as u64;
    let adoptions: u64 = done.into_iter().sum();
    assert!(adoptions > histories / 2, "{adoptions}");
}
