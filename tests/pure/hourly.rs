//! The smallest policy with a deadline, for histories told by hand.

use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::input::Tick;
use tidemark::features::feature::{Aggregate, Feature, Resolution, Window};
use tidemark::model::change::Measure;
use tidemark::model::detail::Details;
use tidemark::model::event::{Event, Kind, KindSet};
use tidemark::model::money::{Currency, Money};
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::model::zone::Zone;
use tidemark::policy::declared::{Ladder, OrderRules, Policy, Tier, TimeRules, UnknownOrder};
use tidemark::policy::patience::Patience;
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};
use tidemark::policy::transition::Transition;

/// When histories by hand begin: 2026-01-05T22:00:00Z.
pub(crate) const START: Timestamp = Timestamp(1_767_650_400_000);
/// The window.
pub(crate) const HOUR: Span = Span(3_600_000);

/// Whoever has bought within an hour is active. Events may come a day late, refunds of strangers
/// are refused.
fn policy() -> Arc<Policy> {
    let active = Tier {
        name: "active".to_owned(),
        enter: Some(Rule::Compare(0)),
        keep: None,
        patience: Patience::NONE,
        requires: None,
        lifetime: None,
        warnings: Default::default(),
        labels: Vec::new(),
    };
    let silent = Tier {
        name: "silent".to_owned(),
        enter: None,
        keep: None,
        patience: Patience::NONE,
        requires: None,
        lifetime: None,
        warnings: Default::default(),
        labels: Vec::new(),
    };
    Arc::new(Policy {
        name: "an hour".to_owned(),
        version: 1,
        hash: "0".repeat(64),
        currency: Currency::from_code("GBP").expect("a known code"),
        zone: Zone::named("UTC").expect("a zone of the bundled data"),
        transition: Transition::Immediate,
        merge: None,
        time: TimeRules {
            lateness: Span(0),
            late: Span(DAY_MS),
            ahead: Span(0),
            dedup: Span(DAY_MS),
            stall_after: HOUR,
        },
        orders: OrderRules {
            keep: HOUR,
            unknown: UnknownOrder::DeadLetter,
        },
        kinds: Vec::new(),
        attrs: Vec::new(),
        cleaning: Default::default(),
        features: vec![Feature {
            name: "bought".to_owned(),
            kinds: KindSet::default().with(Kind::Purchase),
            filter: None,
            aggregate: Aggregate::Count,
            window: Window::Rolling(HOUR),
            resolution: Resolution::Exact,
        }],
        comparisons: vec![Comparison {
            subject: Subject::Feature(0),
            op: Op::Ge,
            threshold: Measure::Is(1),
        }],
        ladders: vec![Ladder {
            name: "activity".to_owned(),
            tiers: vec![silent, active],
        }],
        maps: Vec::new(),
    })
}

/// An event that breaks no rule by itself.
pub(crate) fn event<'a>(
    customer: &'a str,
    event_id: &'a str,
    kind: Kind,
    at: Timestamp,
) -> Event<'a> {
    Event {
        event_id,
        customer,
        kind,
        at,
        order: None,
        amount: Money(1),
        currency: None,
        quantity: 1,
        margin: Money(0),
        details: Details::default(),
        command: None,
    }
}

/// An engine without customers that has no wall.
pub(crate) fn open() -> Engine {
    let mut engine = Engine::new(policy());
    let ceiling = Timestamp::MAX;
    engine.tick(
        Tick {
            ceiling,
            coast: None,
            firings: None,
        },
        &mut Vec::new(),
    );
    engine
}
