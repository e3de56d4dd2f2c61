//! Pasts: events booked in the series of a policy, and the look ahead from there.

use std::hint::black_box;

use tidemark::features::history::History;
use tidemark::features::layout::{Layout, Reach};
use tidemark::features::outlook::Outlook;
use tidemark::model::time::Timestamp;
use tidemark::model::zone::Zone;
use tidemark::policy::declared::Policy;
use tidemark::policy::judge::Judge;

use crate::policy::retail;
use crate::shop::{Deed, Shop, Spread, Visits};

use super::{Offer, Work, plain};

/// Pasts that events go to, in turn.
pub(super) const PASTS: u64 = 500;
/// Events of each past before anything is measured.
const EACH: u64 = 40;
const EVENTS: u64 = 1_000;

pub(super) const OFFERS: &[Offer] = &[
    Offer {
        name: "features/absorb",
        things: EVENTS,
        begin: || Box::new(Absorb(Pasts::retail())),
    },
    Offer {
        name: "features/look",
        things: PASTS,
        begin: look,
    },
];

/// Pasts of a shop's customers, in series as its policy asks for them.
pub(super) struct Pasts {
    layout: Layout,
    zone: Zone,
    histories: Vec<History>,
    shop: Shop,
    deeds: Vec<Deed>,
    /// Whose past each of them goes to.
    whose: Vec<usize>,
    now: Timestamp,
}

impl Pasts {
    pub(super) fn new(policy: &Policy, judge: &Judge) -> Self {
        let reach = Reach {
            known: policy.orders.keep,
            orders: policy.orders.keep,
            late: policy.time.late,
        };
        let layout = Layout::new(&policy.features, judge.cuts(), reach);
        let mut pasts = Self {
            histories: (0..PASTS).map(|_| History::new(&layout)).collect(),
            layout,
            zone: policy.zone.clone(),
            shop: Shop::new(PASTS, Spread::Uniform, Visits::Sessions),
            deeds: Vec::new(),
            whose: Vec::new(),
            now: Timestamp::MIN,
        };
        pasts.make(PASTS * EACH);
        pasts.absorb();
        pasts
    }

    fn retail() -> Self {
        let policy = retail();
        Self::new(&policy, &Judge::new(&policy))
    }

    fn make(&mut self, events: u64) {
        self.shop.make(&mut self.deeds, events);
        let ids = self.deeds.iter().map(|deed| deed.event().customer);
        let numbers = ids.map(|id| id.trim_start_matches("customer-").parse());
        self.whose = numbers.map(|number| number.expect("a number")).collect();
    }

    /// Books what was made.
    fn absorb(&mut self) {
        for (deed, whose) in self.deeds.iter().zip(&self.whose) {
            let event = deed.event();
            let history = &mut self.histories[*whose];
            let seen = history.absorb(&self.layout, &self.zone, &event, event.at);
            black_box(seen);
            history.judged_at(event.at);
            self.now = event.at;
        }
    }

    /// Looks ahead from every past.
    pub(super) fn look(&self, outlook: &mut Outlook, mut seen: impl FnMut(&Outlook)) {
        for history in &self.histories {
            outlook.look(&self.layout, &self.zone, history, self.now);
            seen(outlook);
        }
    }
}

/// Events are booked.
struct Absorb(Pasts);

impl Work for Absorb {
    fn prepare(&mut self) {
        self.0.make(EVENTS);
    }

    fn round(&mut self) {
        self.0.absorb();
    }
}

/// All levels now, and when they will be others.
fn look() -> Box<dyn Work> {
    let pasts = Pasts::retail();
    let mut outlook = Outlook::default();
    plain(move || {
        pasts.look(&mut outlook, |outlook| {
            black_box(outlook.levels());
        });
    })
}
