//! The demonstration's check of itself, and its last words.

use std::collections::BTreeMap;

use comfy_table::{Table, presets};

use crate::engine::explain::explain;
use crate::lane::lane::Lane;
use crate::model::change::Measure;
use crate::model::ids::LaneId;
use crate::model::standing::ScaleIx;
use crate::policy::declared::Policy;
use crate::port::{Outgoing, Output, Sink, Trouble};
use crate::runtime::clock::Wall;
use crate::runtime::plan::Plan;
use crate::runtime::restore::repeat_lane;
use crate::wire::explanation;
use crate::wire::told::{Pairs, Scalar, ToldHorizon, read};

use super::super::exit::Failure;
use super::browsing::Fed;
use super::recording::Recording;
use super::{Gathered, INPUTS, LANES, failed};

/// Customers in the last table.
const SHOWN: usize = 8;

/// Holds every change against what was published, in order.
struct Comparison {
    published: BTreeMap<LaneId, Vec<Vec<u8>>>,
    next: BTreeMap<LaneId, usize>,
    equal: usize,
    different: usize,
}

impl Sink for Comparison {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        if outgoing.output == Output::Changes {
            let next = self.next.entry(outgoing.lane).or_default();
            let published = self
                .published
                .get(&outgoing.lane)
                .and_then(|all| all.get(*next));
            *next += 1;
            if published.map(Vec::as_slice) == outgoing.value {
                self.equal += 1;
            } else {
                self.different += 1;
            }
        }
        Ok(())
    }
}

/// Repeats everything from what was fed and the ledger alone, compares, and shows some customers.
///
/// # Errors
/// What was published is not what a pure replay gives.
pub(super) fn give(
    policy: &Policy,
    timeline: &[Fed],
    gathered: Gathered,
    plan: &Plan,
) -> Result<(), Failure> {
    let published: usize = gathered.changes.values().map(Vec::len).sum();
    let mut recording = Recording::new(timeline, (LANES, INPUTS.len()), gathered.ledgers);
    let mut comparison = Comparison {
        published: gathered.changes,
        next: BTreeMap::new(),
        equal: 0,
        different: 0,
    };
    let mut lanes = Vec::new();
    for lane in (0..LANES).map(LaneId) {
        let (lane, _) = repeat_lane(lane, plan, &mut recording, &mut comparison, &Wall)?;
        lanes.push(lane);
    }
    show(policy, &lanes);
    let (equal, different) = (comparison.equal, comparison.different);
    if different > 0 || equal != published {
        return Err(failed(format!(
            "self-check: {published} changes were published, {equal} equal those of a pure replay, \
             {different} do not"
        )));
    }
    println!("\nself-check: {equal} changes published, byte for byte those of a pure replay");
    println!("\nnext: run the same on a real Kafka, with exactly-once that kills cannot break");
    println!("  scripts/kafka up && scripts/kafka topics");
    println!("  cargo run --release -- run");
    println!("or ask why somebody stands where they stand");
    println!(
        "  cargo run --release -- explain --customer 14646 --policy config/policy.toml \
         --events config/demo/orders.ndjson.gz"
    );
    Ok(())
}

/// A few customers, the highest first, to be checked by eye.
fn show(policy: &Policy, lanes: &[Lane]) {
    let mut rows: Vec<(u8, Measure, String, Vec<String>)> = Vec::new();
    for lane in lanes {
        let engine = lane.engine();
        for (customer, places) in engine.standings() {
            let Some(view) = engine.view(customer, engine.clock()) else {
                continue;
            };
            let rank = places.first().map_or(0, |place| place.rank);
            let first = view.measures.first().cloned().unwrap_or(Measure::Never);
            let mut json = Vec::new();
            explanation::encode(policy, customer, &explain(policy, &view), &mut json);
            let Ok(told) = read(&json) else { continue };
            let mut cells = vec![customer.to_owned()];
            cells.extend(told.ladders.0.into_iter().map(|(_, ladder)| ladder.tier));
            cells.extend(told.maps.0.into_iter().map(|(_, map)| map.segment));
            cells.extend(values(told.features));
            cells.push(told.horizon.as_ref().map_or("-".to_owned(), next_move));
            rows.push((rank, first, customer.to_owned(), cells));
        }
    }
    rows.sort_by(|a, b| (b.0, &b.1, &b.2).cmp(&(a.0, &a.1, &a.2)));
    let step = (rows.len() / SHOWN).max(1);
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    let scales = (0..policy.scales()).map(|i| policy.scale_name(ScaleIx(i)).to_owned());
    let features = policy
        .features
        .iter()
        .take(FEATURES)
        .map(|feature| feature.name.clone());
    let mut header = vec!["customer".to_owned()];
    header.extend(scales.chain(features));
    header.push("without an event".to_owned());
    table.set_header(header);
    for (_, _, _, cells) in rows.into_iter().step_by(step).take(SHOWN) {
        table.add_row(cells);
    }
    println!("{table}");
}

/// What time alone will do next: the day, the first move, and how many come with it.
fn next_move(next: &ToldHorizon) -> String {
    let day = next.at.get(..10).unwrap_or_default();
    let first = next.moves.first();
    let first = first.map_or(String::new(), |one| format!("{} to {}", one.ladder, one.to));
    match next.moves.len() {
        0 | 1 => format!("{day} {first}"),
        several => format!("{day} {first} +{}", several - 1),
    }
}

/// Features shown.
const FEATURES: usize = 2;

fn values(features: Pairs<Scalar>) -> impl Iterator<Item = String> {
    features
        .0
        .into_iter()
        .take(FEATURES)
        .map(|(_, value)| value.to_string())
}
