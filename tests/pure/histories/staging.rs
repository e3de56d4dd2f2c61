//! From a plan to a history: the model plays along, so that steps can aim at its clock, ceiling and
//! horizons.

mod asking;
mod ticking;

use std::rc::Rc;
use std::sync::Arc;

use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::features::feature::{Resolution, Window};
use tidemark::model::event::Kind;
use tidemark::model::money::Currency;
use tidemark::model::time::{DAY_MS, Timestamp};
use tidemark::policy::declared::Policy;

use super::policies::PolicyPlan;
use super::steps::{Act, Named, OrderName, Shift, Step, When};
use super::{History, Input, Plan};
use crate::model::days::Days;
use crate::model::lane::Model;
use crate::model::owned_event::{OwnedEvent, erase};
use crate::model::source::Facts;
use crate::sightings::Sightings;

const HOUR: i64 = super::policies::HOUR_MS;
/// Nothing happens further from the scene's start than this.
const EARLIEST: i64 = -400 * DAY_MS;
const LATEST: i64 = 3_000 * DAY_MS;

/// What the model answered to one input.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Nothing for a tick.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) judged: Vec<Judged>,
    pub(crate) clock: Timestamp,
    pub(crate) ceiling: Timestamp,
    pub(crate) held: u64,
    pub(crate) due: Option<Timestamp>,
    pub(crate) population: Vec<Vec<u64>>,
    /// Whether a policy was not refused.
    pub(crate) taken: bool,
    pub(crate) awaiting: usize,
}

/// A history with what the model makes of it.
pub(crate) struct Stage {
    pub(crate) history: History,
    pub(crate) answers: Vec<Answer>,
    pub(crate) model: Model,
    pub(crate) sightings: Sightings,
    /// The first policy and those that may come.
    pub(super) policies: Vec<Arc<Policy>>,
    pub(crate) days: Rc<Days>,
    start: Timestamp,
    newest: Timestamp,
    open: bool,
    /// All events so far, accepted or not.
    events: Vec<OwnedEvent>,
}

impl Stage {
    /// Plays the whole plan, then lets time pass until nothing can move any more.
    pub(crate) fn play(plan: &Plan) -> Self {
        let mut stage = Self::set(plan);
        for step in &plan.steps {
            stage.step(step);
        }
        stage.run_out();
        stage
    }

    fn set(plan: &Plan) -> Self {
        let scene = plan.scene();
        let start = scene.start();
        let build = |plan: &PolicyPlan| Arc::new(plan.build(scene.zone(), start));
        let others = (1..).zip(&plan.variants);
        let others = others.map(|(number, variant)| plan.policy.vary(number, variant));
        let policies = [plan.policy.clone()].into_iter().chain(others);
        let policies: Vec<Arc<Policy>> = policies.map(|plan| build(&plan)).collect();
        let policy = Arc::clone(&policies[0]);
        let mut stage = Self {
            history: History {
                policy: Arc::clone(&policy),
                inputs: Vec::new(),
            },
            answers: Vec::new(),
            model: Model::new(policy, scene.days()),
            sightings: Sightings::default(),
            policies,
            days: scene.days(),
            start,
            newest: start,
            open: plan.open,
            events: Vec::new(),
        };
        if plan.open {
            stage.tick(Timestamp::MAX, None, None);
        }
        stage
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Act(act) => self.enter(self.cast(act)),
            Step::Ask(request) => self.enter(self.ask(request)),
            Step::Unite(unite) => self.enter(self.unite(unite)),
            Step::Copy {
                of,
                shift,
                who,
                foreign,
            } => {
                if let Some(mut copy) = self.copy(*of, *shift, *who) {
                    if *foreign {
                        copy.currency = Currency::from_code("EUR");
                    }
                    self.enter(copy);
                }
            }
            Step::Tick {
                ceiling,
                coast,
                firings,
            } => {
                let coast = coast.map(|coast| self.coast(coast));
                self.tick(self.wall(*ceiling), coast, *firings);
            }
            Step::Adopt { which, pace } => self.adopt(*which, *pace),
            Step::Crowd { many, apart } => self.crowd(*many, *apart),
        }
    }

    /// Lets the clock run on in two strides, which fires all that is left.
    fn run_out(&mut self) {
        for far in [20 * DAY_MS, 500 * DAY_MS] {
            let to = self.within(self.newest.0.saturating_add(far));
            self.tick(to.max(self.model.ceiling), Some(to), None);
        }
        while self.model.awaiting() > 0 && self.model.pace() > 0 {
            self.tick(self.model.ceiling, None, None);
        }
        if self.model.era() > 0 {
            self.tick(self.model.ceiling, None, None);
        }
    }

    fn within(&self, at: i64) -> Timestamp {
        Timestamp(at.clamp(self.start.0 + EARLIEST, self.start.0 + LATEST))
    }

    fn beside(&self, at: Timestamp, off: i64) -> Timestamp {
        self.within(at.0.saturating_add(off))
    }

    fn cast(&self, act: &Act) -> OwnedEvent {
        let customer = name(act.who);
        let at = self.when(act.when, &customer);
        OwnedEvent {
            event_id: event_id(self.events.len()),
            order: self.order(act, &customer),
            customer,
            kind: act.kind,
            at,
            amount: act.amount,
            currency: match act.currency {
                Named::Nothing => None,
                Named::Own => Some(self.history.policy.currency),
                Named::Foreign => Currency::from_code("EUR"),
            },
            quantity: act.quantity,
            margin: act.margin,
            facts: act.facts.of(act.kind),
            attrs: act.facts.of(act.kind).attrs(),
            command: (act.kind == Kind::Command).then(erase),
        }
    }

    fn order(&self, act: &Act, customer: &str) -> Option<String> {
        let anybodys = matches!(act.order, OrderName::OfAnybody(_));
        let mut named = self.events.iter().rev().filter(|event| {
            (anybodys || event.customer == customer)
                && event.kind == Kind::Purchase
                && event.order.is_some()
        });
        match act.order {
            OrderName::Nothing => None,
            OrderName::Fresh => Some(format!("o{}", self.events.len())),
            OrderName::Earlier(back) | OrderName::OfAnybody(back) => named
                .nth(back)
                .map_or_else(|| Some("o".to_owned()), |event| event.order.clone()),
        }
    }

    fn when(&self, when: When, customer: &str) -> Timestamp {
        let known = self.model.customer(customer);
        let after = |off: i64| self.beside(self.newest, off);
        let lane = self.model.policy().time;
        match when {
            When::After(far) => after(far),
            When::Before(far) => after(-far),
            When::Edge { of, feature, off } => self
                .edge(of, feature)
                .map_or_else(|| after(off.abs()), |at| self.beside(at, off)),
            When::DayStart { days, off } => {
                let today = self.days.day_of(self.newest);
                self.beside(self.days.start_of(today + days), off)
            }
            When::Due { off } => known
                .and_then(|customer| customer.horizon.as_ref())
                .map_or_else(|| after(HOUR), |due| self.beside(due.at, off)),
            When::AnyDue { off } => self
                .model
                .next_due()
                .map_or_else(|| after(HOUR), |due| self.beside(due, off)),
            When::Frontier { off } => known.map_or_else(
                || after(off.abs()),
                |customer| self.beside(customer.frontier, off),
            ),
            When::Floor { .. } if self.model.clock == Timestamp::MIN => after(0),
            When::Floor { off } => {
                self.beside(self.model.floor().max(self.model.clock - lane.late), off)
            }
            When::Roof { .. } if self.open => after(DAY_MS),
            When::Roof { off } => self.beside(self.model.ceiling + lane.ahead, off),
            When::Forgotten { of, off } => self.earlier(of, customer).map_or_else(
                || after(0),
                |at| self.beside(at + self.model.policy().orders.keep, off),
            ),
        }
    }

    fn earlier(&self, of: usize, customer: &str) -> Option<Timestamp> {
        let mut bought = self
            .events
            .iter()
            .rev()
            .filter(|event| event.customer == customer && event.kind == Kind::Purchase);
        bought.nth(of).map(|event| event.at)
    }

    /// Where an earlier event leaves a feature's window.
    fn edge(&self, of: usize, feature: usize) -> Option<Timestamp> {
        let event = self.events.iter().rev().nth(of)?;
        let features = &self.model.policy().features;
        let feature = &features[feature % features.len()];
        match (feature.window, feature.resolution) {
            (Window::Rolling(window), Resolution::Exact) => Some(event.at + window),
            (Window::Rolling(window), Resolution::Day) => {
                let day = self.days.day_of(event.at);
                Some(self.days.start_of(day + window.0 / DAY_MS))
            }
            (Window::Calendar(period), _) => {
                let day = self.days.day_of(event.at);
                Some(self.days.start_of(self.days.period_ends(period, day)))
            }
            (Window::Rolling(window), Resolution::Hour) => {
                Some(Timestamp(event.at.0.div_euclid(HOUR) * HOUR) + window)
            }
            (Window::Previous(period), _) => {
                let day = self.days.day_of(event.at);
                let over = self.days.period_ends(period, day);
                Some(self.days.start_of(self.days.period_ends(period, over)))
            }
            (Window::Lifetime | Window::Since(_) | Window::Personal(_) | Window::Start(_), _) => {
                None
            }
        }
    }

    fn copy(&self, of: usize, shift: Shift, who: Option<usize>) -> Option<OwnedEvent> {
        let event = self.events.iter().rev().nth(of)?;
        let dedup = self.model.policy().time.dedup.0;
        let by = match shift {
            Shift::By(off) => off,
            Shift::Dedup(off) => dedup + off,
            Shift::DedupBefore(off) => -dedup - off,
        };
        Some(OwnedEvent {
            at: self.beside(event.at, by),
            customer: who.map_or_else(|| event.customer.clone(), name),
            ..event.clone()
        })
    }

    fn crowd(&mut self, many: usize, apart: i64) {
        let first = self.newest;
        for place in 0..many {
            let at = self.beside(first, apart * (place as i64 % 7));
            let number = self.events.len();
            self.enter(OwnedEvent {
                event_id: event_id(number),
                customer: crowd_name(place),
                kind: Kind::Purchase,
                at,
                order: None,
                amount: 100,
                currency: None,
                quantity: 1,
                margin: 50,
                facts: Facts::default(),
                attrs: Box::default(),
                command: None,
            });
        }
    }

    fn tick(&mut self, ceiling: Timestamp, coast: Option<Timestamp>, firings: Option<u64>) {
        let tick = Tick {
            ceiling,
            coast,
            firings,
        };
        let before = self.sightings.before_tick(&self.model, tick);
        let judged = self.model.tick(tick);
        self.sightings.after(&self.model, before, &judged, None);
        self.history.inputs.push(Input::Tick(tick));
        self.answer(None, judged);
        self.newest = self.newest.max(self.model.clock);
    }

    /// Takes in an event; where there is a wall, it is there first, but not always.
    fn enter(&mut self, event: OwnedEvent) {
        let number = self.events.len();
        if !self.open && number % 5 != 4 {
            let ahead = self.model.policy().time.ahead.0;
            let off = [0, 1_000, -ahead, HOUR, -ahead / 2][number % 7 % 5];
            self.tick(self.beside(event.at, off), None, None);
        }
        let before = self.sightings.before_event(&self.model, &event);
        let (outcome, judged) = self.model.apply(&event);
        self.sightings
            .after(&self.model, before, &judged, Some((&event, outcome)));
        if outcome == Outcome::Applied {
            self.newest = self.newest.max(event.at);
        }
        self.newest = self.newest.max(self.model.clock);
        self.history.inputs.push(Input::Event(event.clone()));
        self.answer(Some(outcome), judged);
        self.events.push(event);
    }

    pub(super) fn answer(&mut self, outcome: Option<Outcome>, judged: Vec<Judged>) {
        self.answers.push(Answer {
            outcome,
            judged,
            clock: self.model.clock,
            ceiling: self.model.ceiling,
            held: self.model.held(self.model.clock),
            due: self.model.next_due(),
            population: self.model.population(),
            taken: true,
            awaiting: self.model.awaiting(),
        });
    }
}

/// A customer of a history, beyond 5 one of crowds; names of many lengths, some the beginning of
/// others.
fn name(who: usize) -> String {
    match who {
        0 => "ada".to_owned(),
        1 => "ad".to_owned(),
        2 => "\u{fc}\u{df}".to_owned(),
        3 => "customer-".repeat(40),
        4 | 5 => format!("c-{who:020}"),
        _ => crowd_name(who - 6),
    }
}

/// A customer of crowds.
fn crowd_name(place: usize) -> String {
    format!("crowd-{place}")
}

/// The id of the event of that number; now and then a long one.
fn event_id(number: usize) -> String {
    if number % 11 == 10 {
        format!("e{number}").repeat(100)
    } else {
        format!("e{number}")
    }
}
