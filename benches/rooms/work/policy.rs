//! Levels to ranks.

use std::hint::black_box;

use tidemark::features::outlook::Outlook;
use tidemark::model::time::Timestamp;
use tidemark::policy::climb::Now;
use tidemark::policy::judge::{Footing, Judge, Stood};
use tidemark::policy::overrides::NONE;
use tidemark::policy::truths::Truths;

use crate::policy::retail;

use super::features::{PASTS, Pasts};
use super::{Offer, Work, plain};

pub(super) const OFFERS: &[Offer] = &[Offer {
    name: "policy/judge",
    things: PASTS,
    begin: judge,
}];

/// Customers who stood on the lowest tiers, each at the levels of some past.
fn judge() -> Box<dyn Work> {
    let policy = retail();
    let judge = Judge::new(&policy);
    let mut levels = Vec::new();
    Pasts::new(&policy, &judge).look(&mut Outlook::default(), |outlook| {
        levels.push(outlook.levels().to_vec());
    });
    let (mut truths, mut footing) = (Truths::default(), Footing::default());
    plain(move || {
        let now = Now {
            zone: &policy.zone,
            at: Timestamp(0),
        };
        let ranks = vec![0; policy.scales()];
        let from = Stood {
            ranks: &ranks,
            marks: &[],
            overrides: &NONE,
            spared: None,
        };
        for levels in &levels {
            judge.judge(levels, now, from, &mut truths, &mut footing);
            black_box(footing.shown());
        }
    })
}
