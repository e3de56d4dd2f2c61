//! Whether an event of a customer counts (section 2).

use tidemark::features::feature::{Aggregate, Field};
use tidemark::model::command::Ask;
use tidemark::model::event::Kind;
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::policy::declared::{Policy, UnknownOrder};

use super::contribution::{known, orders};
use super::customer::{Customer, Rules, order_terms};
use super::overruling::{ladder, tier};
use super::owned_event::OwnedEvent;

impl Customer {
    /// Rules 3 to 7 of section 2 in their order: `Ok(true)` is a duplicate, `Ok(false)` counts.
    pub(crate) fn weigh(&self, event: &OwnedEvent, rules: Rules<'_>) -> Result<bool, Refused> {
        let policy = rules.policy;
        let copied = self.past.accepted.iter().rev().find(|earlier| {
            earlier.remembered
                && earlier.event.event_id == event.event_id
                && earlier.event.customer == event.customer
        });
        let copied = copied.filter(|_| event.at >= rules.late_before);
        let copied = copied.filter(|earlier| earlier.event.at >= rules.ids_from);
        if copied.is_some_and(|earlier| {
            let apart = i128::from(earlier.event.at.0) - i128::from(event.at.0);
            apart.abs() <= i128::from(policy.time.dedup.0)
        }) {
            return Ok(true);
        }
        if event.currency.is_some_and(|named| named != policy.currency) {
            return Err(Refusal::UnknownCurrency.of("currency"));
        }
        let theirs = self.past.accepted.iter().map(|earlier| &*earlier.event);
        let all: Vec<&OwnedEvent> = theirs.chain([event]).collect();
        weigh_totals(&all, rules)?;
        self.weigh_order(event, policy)?;
        weigh_override(event, policy)?;
        Ok(false)
    }

    /// Rule 6 and the check beside it.
    fn weigh_order(&self, event: &OwnedEvent, policy: &Policy) -> Result<(), Refused> {
        let (orders, _) = orders(&self.past);
        let terms = order_terms(policy);
        let at = self.judging_instant(event);
        let known = known(&orders, event.order.as_deref(), at, &terms);
        match event.kind {
            Kind::Purchase if known.is_some() => Err(Refusal::OrderExists.of("order_id")),
            Kind::Refund | Kind::Cancel | Kind::Restate
                if known.is_none() && policy.orders.unknown == UnknownOrder::DeadLetter =>
            {
                Err(Refusal::UnknownOrder.of("order_id"))
            }
            _ => Ok(()),
        }
    }
}

/// Rule 5.
pub(super) fn weigh_totals(all: &[&OwnedEvent], rules: Rules<'_>) -> Result<(), Refused> {
    type Read = fn(&OwnedEvent) -> i64;
    let fields: [(&'static str, Read); 3] = [
        ("amount", |event| event.amount),
        ("quantity", |event| event.quantity),
        ("margin", |event| event.margin),
    ];
    for (name, read) in fields {
        let magnitudes = all.iter().map(|event| {
            let times = if event.kind == Kind::Restate { 2 } else { 1 };
            times * i128::from(read(event)).abs()
        });
        if magnitudes.sum::<i128>() > i128::from(i64::MAX) {
            return Err(Refusal::BadAmount.of(name));
        }
    }
    // The declared number, where something sums it.
    let kept = [rules.policy].into_iter().chain(rules.before);
    let features = kept.flat_map(|policy| &policy.features);
    let mut aggregates = features.map(|feature| feature.aggregate);
    let summed = aggregates.any(|aggregate| {
        let sum = matches!(aggregate, Aggregate::Sum(Field::Attr(..)));
        sum || matches!(aggregate, Aggregate::DecayedSum(Field::Attr(..), _))
    });
    let scores = all.iter().filter_map(|event| event.facts.score);
    let total: i128 = scores.map(|score| i128::from(score).abs()).sum();
    if summed && total > i128::from(i64::MAX) {
        return Err(Refusal::BadAmount.of("attrs"));
    }
    Ok(())
}

/// Rule 7.
fn weigh_override(event: &OwnedEvent, policy: &Policy) -> Result<(), Refused> {
    let (on, named) = match event.command.as_ref().map(|command| &command.ask) {
        Some(Ask::Override(wanted)) => (&wanted.ladder, wanted.tier.as_deref()),
        Some(Ask::Withdraw(unwanted)) => (&unwanted.ladder, None),
        Some(Ask::Erase | Ask::Merge(_) | Ask::Unmerge) | None => return Ok(()),
    };
    let ladder = ladder(policy, on).ok_or(Refusal::UnknownLadder.of("ladder"))?;
    match named.map(|name| tier(policy, ladder, name)) {
        Some(None) => Err(Refusal::UnknownTier.of("tier")),
        _ => Ok(()),
    }
}
