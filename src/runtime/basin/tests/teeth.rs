//! Each planted fault is caught by some history, or the histories prove little.

use super::*;
use crate::teeth::{Tooth, plant};

/// Histories after which a fault counts as not caught.
const MOST: u64 = 300_000;

/// The first seed whose history is wrong with a fault planted, and what is wrong.
fn caught(tooth: Tooth, port: &Rc<Port>) -> Option<(u64, String)> {
    (1..=MOST).find_map(|seed| {
        plant(Some(tooth));
        let outcome = play_safe(seed, port);
        plant(None);
        outcome.wrong.map(|wrong| (seed, wrong))
    })
}

#[test]
fn every_planted_fault_is_caught() {
    for (number, tooth) in Tooth::ALL.iter().enumerate() {
        assert_eq!(*tooth as usize, number);
    }
    assert_eq!(Tooth::KeptUpStale as usize + 1, Tooth::ALL.len());
    let next = AtomicU64::new(0);
    let found = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let port = Port::new(false);
                loop {
                    let number = next.fetch_add(1, Relaxed) as usize;
                    let Some(tooth) = Tooth::ALL.get(number) else {
                        break;
                    };
                    let caught = caught(*tooth, &port);
                    found
                        .lock()
                        .expect("no holder panics")
                        .push((number, caught));
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no holder panics");
    found.sort_by_key(|(number, _)| *number);
    let mut missed = 0;
    for (number, caught) in &found {
        let tooth = format!("{:?}", Tooth::ALL[*number]);
        match caught {
            Some((seed, wrong)) => println!("{tooth:20} {seed:>6}  {wrong:.100}"),
            None => {
                missed += 1;
                println!("{tooth:20}      -  not caught in {MOST} histories");
            }
        }
    }
    assert_eq!((found.len(), missed), (Tooth::ALL.len(), 0));
}
