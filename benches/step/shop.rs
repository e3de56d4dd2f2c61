//! A shop for benchmarks: an endless stream of events in order of time.

use std::fmt::{self, Write as _};

use tidemark::model::detail::Details;
use tidemark::model::event::{Event, Kind};
use tidemark::model::money::Money;
use tidemark::model::time::{DAY_MS, Timestamp};

/// 1 January 2025, 00:00 UTC.
const START: i64 = 1_735_689_600_000;
/// Visits of a customer in 1,000 days, on average.
const VISITS_PER_1000_DAYS: u64 = 110;
/// How many visits go on at a time, as a part of the customers: a visit takes some twenty minutes.
const CUSTOMERS_PER_OPEN_VISIT: u64 = 650;

/// How visits fall on customers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spread {
    /// All alike.
    Uniform,
    /// By Zipf's law with exponent 0.99: of a million, the first customer has 1 in 15, and the
    /// first hundred have a third.
    Zipf,
}

/// What a visit consists of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Visits {
    /// One event: nearly every event opens a new day of its customer.
    Glances,
    /// Three events on average, beside those of others who are there at the same time.
    Sessions,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uniform => "uniform",
            Self::Zipf => "zipf",
        })
    }
}

impl fmt::Display for Visits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Glances => "glances",
            Self::Sessions => "sessions",
        })
    }
}

impl Visits {
    /// Events of a visit, on average.
    fn length(self) -> u64 {
        match self {
            Self::Glances => 1,
            Self::Sessions => 3,
        }
    }
}

/// An endless stream of events in order of time.
///
/// On average a customer comes on 9 days in 90 to look and on 5.5 days in 365 to buy: one visit in
/// seven ends up in a purchase, and one purchase in ten is refunded in part later on. The rest are
/// views, searches, carts and plain visits.
pub(crate) struct Shop {
    customers: u64,
    draw: Draw,
    visits: Visits,
    dice: Dice,
    made: u64,
    /// Who is there.
    open: Vec<u64>,
    last_orders: Vec<u64>,
}

/// An event with its texts owned, to be used again for another one.
#[derive(Default)]
pub(crate) struct Deed {
    event_id: String,
    customer: String,
    kind: Option<Kind>,
    at: i64,
    /// Empty where the event is about none.
    order: String,
    amount: i64,
}

/// Pseudo-random numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.throw()) * u128::from(n)) >> 64) as u64
    }
}

/// How the next customer is drawn.
enum Draw {
    Uniform,
    /// As Gray and others do ("Quickly generating billion-record synthetic databases", 1994).
    Zipf {
        /// Sum of all weights.
        zeta: f64,
        eta: f64,
    },
}

impl Draw {
    const EXPONENT: f64 = 0.99;

    fn new(customers: u64, spread: Spread) -> Self {
        let zeta = |n: u64| {
            (1..=n)
                .map(|rank| (rank as f64).powf(-Self::EXPONENT))
                .sum()
        };
        match spread {
            Spread::Uniform => Self::Uniform,
            Spread::Zipf => {
                let (all, two): (f64, f64) = (zeta(customers), zeta(2));
                let eta = 1.0 - (2.0 / customers as f64).powf(1.0 - Self::EXPONENT);
                Self::Zipf {
                    zeta: all,
                    eta: eta / (1.0 - two / all),
                }
            }
        }
    }

    fn customer(&self, customers: u64, dice: &mut Dice) -> u64 {
        let Self::Zipf { zeta, eta } = self else {
            return dice.below(customers);
        };
        let u = (dice.throw() >> 11) as f64 / (1_u64 << 53) as f64;
        let weight = u * zeta;
        if weight < 1.0 {
            return 0;
        }
        if weight < 1.0 + 0.5_f64.powf(Self::EXPONENT) {
            return 1;
        }
        let part = (eta * u - eta + 1.0).powf(1.0 / (1.0 - Self::EXPONENT));
        ((customers as f64 * part) as u64).min(customers - 1)
    }
}

impl Shop {
    pub(crate) fn new(customers: u64, spread: Spread, visits: Visits) -> Self {
        let draw = Draw::new(customers, spread);
        let mut dice = Dice(1);
        let open = 0..customers.div_ceil(CUSTOMERS_PER_OPEN_VISIT);
        Self {
            customers,
            visits,
            made: 0,
            open: open.map(|_| draw.customer(customers, &mut dice)).collect(),
            last_orders: vec![0; customers as usize],
            dice,
            draw,
        }
    }

    /// The day that the shop has come to.
    pub(crate) fn day(&self) -> i64 {
        self.since_start() / DAY_MS
    }

    fn since_start(&self) -> i64 {
        let a_day = self.customers * self.visits.length() * VISITS_PER_1000_DAYS;
        let ms = u128::from(self.made) * (1_000 * DAY_MS as u128) / u128::from(a_day);
        ms as i64
    }

    /// Makes the next events. Nothing is allocated anew, so that what is measured finds the memory
    /// as it left it.
    pub(crate) fn make(&mut self, deeds: &mut Vec<Deed>, n: u64) {
        deeds.resize_with(n as usize, Deed::default);
        for deed in deeds {
            self.make_one(deed);
        }
    }

    fn make_one(&mut self, deed: &mut Deed) {
        self.made += 1;
        let customer = self.visitor();
        let last_order = &mut self.last_orders[customer as usize];
        let length = self.visits.length();
        let kind = match self.dice.below(700 * length) {
            0..100 => Kind::Purchase,
            100..110 if *last_order > 0 => Kind::Refund,
            other => match other % 10 {
                0..6 => Kind::View,
                6 | 7 => Kind::Search,
                8 => Kind::Cart,
                _ => Kind::Visit,
            },
        };
        if kind == Kind::Purchase {
            *last_order = self.made;
        }
        deed.kind = Some(kind);
        deed.amount = match kind {
            Kind::Purchase => 50_000 + self.dice.below(3_000_000) as i64,
            Kind::Refund => 50_000,
            _ => 0,
        };
        for text in [&mut deed.event_id, &mut deed.customer, &mut deed.order] {
            text.clear();
        }
        let made = self.made;
        let _ = write!(deed.event_id, "01890a5d-ac96-7000-8000-{made:012x}");
        let _ = write!(deed.customer, "customer-{customer:07}");
        if matches!(kind, Kind::Purchase | Kind::Refund) {
            let _ = write!(deed.order, "order-{last_order}");
        }
        deed.at = START + self.since_start();
    }

    /// Somebody who is there; they may leave after that, and another one comes.
    fn visitor(&mut self) -> u64 {
        let visit = self.dice.below(self.open.len() as u64) as usize;
        let customer = self.open[visit];
        if self.dice.below(self.visits.length()) == 0 {
            self.open[visit] = self.draw.customer(self.customers, &mut self.dice);
        }
        customer
    }
}

impl Deed {
    pub(crate) fn event(&self) -> Event<'_> {
        let kind = self.kind.expect("the event was made");
        Event {
            event_id: &self.event_id,
            customer: &self.customer,
            kind,
            at: Timestamp(self.at),
            order: (!self.order.is_empty()).then_some(&self.order),
            amount: Money(self.amount),
            currency: None,
            quantity: i64::from(kind == Kind::Purchase),
            margin: Money(self.amount / 4),
            details: Details::default(),
            command: None,
        }
    }
}
