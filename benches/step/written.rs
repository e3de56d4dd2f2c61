//! An event as a producer of native events writes it.

use tidemark::model::event::Event;
use tidemark::model::zone::show_utc;

/// An event as its producer writes it.
pub(crate) fn as_written(event: &Event<'_>) -> String {
    let Event {
        event_id,
        customer,
        amount,
        ..
    } = event;
    let (kind, at) = (event.kind.name().expect("a kind of the contract"), event.at);
    let who = format!(r#""event_id":"{event_id}","customer_id":"{customer}","kind":"{kind}""#);
    match event.order {
        Some(order) => format!(
            r#"{{{who},"occurred_at":"{}","order_id":"{order}","amount":"{amount}","quantity":1}}"#,
            show_utc(at),
        ),
        None => format!(r#"{{{who},"occurred_at":{at},"channel":"web"}}"#, at = at.0),
    }
}
