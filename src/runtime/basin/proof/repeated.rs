//! I5: the same again along the ledgers, straight and without faults, to the byte.

use std::rc::Rc;

use crate::port::{Outgoing, Output, Sink, Trouble};
use crate::runtime::restore::repeat_lane;

use super::super::hull::Hull;
use super::super::skiff::Skiff;
use super::super::{Glass, World};
use super::{TOLD, visible};

type Told = (Vec<u8>, Vec<u8>);

/// What comes out of the repetition.
#[derive(Default)]
struct Straight {
    changes: Vec<Told>,
    current: Vec<Told>,
    dead_letters: Vec<Told>,
    transfers: Vec<Told>,
}

impl Straight {
    fn of(&mut self, output: Output) -> Option<&mut Vec<Told>> {
        match output {
            Output::Changes => Some(&mut self.changes),
            Output::Current => Some(&mut self.current),
            Output::DeadLetters => Some(&mut self.dead_letters),
            Output::Transfers => Some(&mut self.transfers),
            Output::Ledger => None,
        }
    }
}

impl Sink for Straight {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        let bytes = |text: Option<&[u8]>| text.unwrap_or_default().to_vec();
        let told = (bytes(outgoing.key), bytes(outgoing.value));
        if let Some(all) = self.of(outgoing.output) {
            all.push(told);
        }
        Ok(())
    }
}

/// Repeats every lane by the real code and compares.
pub(super) fn is_the_same(world: &Rc<World>) -> Result<(), String> {
    let glass = Glass {
        world: world.clone(),
        skew: 0,
    };
    let mut transfers = Vec::new();
    for lane in world.rig.shape.all_lanes() {
        let mut skiff = Skiff::outside(world, &Rc::new(Hull::new(0)));
        let mut straight = Straight::default();
        repeat_lane(lane, &world.plan, &mut skiff, &mut straight, &glass)
            .map_err(|trouble| format!("I5: {trouble}"))?;
        let broker = world.broker.borrow();
        for output in TOLD {
            let place = broker.shape.output(output, lane);
            let there: Vec<Told> = visible(&broker, place)
                .map(|(_, payload, _)| told(payload.key.as_deref(), payload.value.as_deref()))
                .collect();
            if straight
                .of(output)
                .is_some_and(|straight| *straight != there)
            {
                return Err(format!(
                    "I5: {output:?} {lane} is not what a straight run gives"
                ));
            }
        }
        transfers.append(&mut straight.transfers);
    }
    if !world.rig.shape.transfers {
        return Ok(());
    }
    let broker = world.broker.borrow();
    let mut there = Vec::new();
    for lane in broker.shape.all_lanes() {
        let place = broker.shape.output(Output::Transfers, lane);
        let all = visible(&broker, place);
        there.extend(all.map(|(_, it, _)| told(it.key.as_deref(), it.value.as_deref())));
    }
    there.sort();
    transfers.sort();
    match there == transfers {
        true => Ok(()),
        false => Err("I5: what lanes sent each other is not what a straight run gives".to_owned()),
    }
}

fn told(key: Option<&[u8]>, value: Option<&[u8]>) -> Told {
    let bytes = |text: Option<&[u8]>| text.unwrap_or_default().to_vec();
    (bytes(key), bytes(value))
}
