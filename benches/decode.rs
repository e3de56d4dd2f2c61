//! What reading one event costs, by the shape that its producer writes it in.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tidemark::model::money::Currency;
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;

/// A purchase of about 200 bytes, as most producers write it.
const PURCHASE: &str = r#"{"event_id":"7f9c2ba4-e88f-4bd1","customer_id":"c-0001048576","kind":"purchase","occurred_at":"2026-03-02T08:15:30.250Z","order_id":"o-918273645","amount":"120.45","currency":"GBP","quantity":3}"#;
/// A view with milliseconds since the epoch.
const VIEW: &str = r#"{"event_id":"7f9c2ba4-e88f-4bd1","customer_id":"c-0001048576","kind":"view","occurred_at":1772439330250,"category":"garden"}"#;
/// The purchase with white space, an escape and attributes.
const ESCAPED: &str = r#"{"event_id": "7f9c2ba4\/e88f", "customer_id": "c-0001048576", "kind": "purchase", "occurred_at": "2026-03-02T09:15:30+01:00", "amount": 120.45, "attrs": {"shop": "Zürich", "tags": ["a", "b"]}}"#;
/// A view without its customer.
const REFUSED: &str =
    r#"{"event_id":"7f9c2ba4-e88f-4bd1","kind":"view","occurred_at":1772439330250}"#;

fn decode(c: &mut Criterion) {
    let currency = Currency::from_code("GBP").expect("an ISO 4217 code");
    let decoder = Decoder::new(currency, 1 << 20);
    let mut group = c.benchmark_group("decode");
    for (name, text) in [
        ("purchase", PURCHASE),
        ("view", VIEW),
        ("escaped", ESCAPED),
        ("refused", REFUSED),
    ] {
        let scratch = Scratch::default();
        let outcome = decoder.decode(text.as_bytes(), &scratch);
        assert_eq!(outcome.is_err(), name == "refused", "{name}: {outcome:?}");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| {
            let mut scratch = Scratch::default();
            b.iter(|| {
                scratch.clear();
                black_box(decoder.decode(black_box(text.as_bytes()), &scratch)).is_ok()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
