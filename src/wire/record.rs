//! An event as the value of a record, as a producer would write it.

use serde_json::{Map, Value, json};

use crate::model::detail::{Attr, AttrSort, Details};
use crate::model::event::{Event, Kind};
use crate::model::money::Money;
use crate::model::period::show_date;
use crate::policy::declared::Policy;

/// The JSON object of an event that is no command; the policy names its kind and its fields of
/// `attrs`. A number of 0 is left out unless the kind needs it.
#[must_use]
pub fn encode(policy: &Policy, event: &Event<'_>, reviewed: bool) -> Vec<u8> {
    let Event {
        event_id,
        customer,
        kind,
        at,
        order,
        amount,
        currency,
        quantity,
        margin,
        details,
        command: _,
    } = *event;
    let Details {
        category,
        brand,
        channel,
        discount,
        attrs,
        cleaned: _,
    } = details;
    let name = match kind {
        Kind::Declared(ix) => policy.kinds.get(usize::from(ix)).map(String::as_str),
        kind => kind.name(),
    };
    let needed = matches!(kind, Kind::Purchase | Kind::Refund | Kind::Restate);
    let money = |money: Money, needed: bool| match money.0 {
        0 if !needed => Value::Null,
        _ => Value::from(money.to_string()),
    };
    let quantity = Some(quantity).filter(|quantity| *quantity != 0);
    let values = attrs.iter().zip(&policy.attrs);
    let attrs: Map<String, Value> = values
        .filter_map(|(value, field)| Some((field.name.clone(), attr(value.as_ref()?, field.sort))))
        .collect();
    let fields = json!({
        "event_id": event_id,
        "customer_id": customer,
        "kind": name,
        "occurred_at": at.0,
        "order_id": order,
        "currency": currency.map(|currency| currency.code()),
        "amount": money(amount, needed),
        "quantity": quantity,
        "margin": money(margin, false),
        "discount": money(discount, false),
        "category": category,
        "brand": brand,
        "channel": channel,
        "attrs": attrs,
        "reviewed": reviewed,
    });
    fields.to_string().into_bytes()
}

fn attr(value: &Attr, sort: AttrSort) -> Value {
    match (value, sort) {
        (Attr::Text(text), _) => Value::from(text.as_ref()),
        (Attr::Number(number), AttrSort::Money) => Value::from(Money(*number).to_string()),
        (Attr::Number(number), AttrSort::Flag) => Value::from(*number != 0),
        (Attr::Number(number), AttrSort::Date) => Value::from(show_date(*number)),
        (Attr::Number(number), _) => Value::from(*number),
        (Attr::Gone, _) => Value::Null,
    }
}
