//! What random events say of themselves.

use proptest::prelude::*;
use proptest::sample::select;

use crate::model::source::{Facts, Words};

/// What profiles say.
static SAID: [Words; 14] = [
    said(Some(Some(0)), None),
    said(Some(Some(1)), Some(Some("oak"))),
    said(Some(Some(2)), Some(Some("elm"))),
    said(Some(Some(3)), None),
    said(Some(Some(4)), Some(Some("oak"))),
    said(Some(Some(i64::MAX)), Some(None)),
    said(Some(Some(i64::MIN)), None),
    said(Some(None), None),
    said(Some(None), Some(Some("oak"))),
    said(None, Some(None)),
    said(None, Some(Some("oak"))),
    said(None, Some(Some("elm"))),
    said(None, Some(Some("york"))),
    said(None, None),
];

const fn said(age: Option<Option<i64>>, town: Option<Option<&'static str>>) -> Words {
    Words { age, town }
}

/// Any facts.
pub(super) fn facts() -> impl Strategy<Value = Facts> {
    let text = |texts: [&'static str; 2]| {
        select(vec![None, Some(texts[0]), Some(texts[0]), Some(texts[1])])
    };
    let scores = prop_oneof![
        40 => select(vec![-1, 0, 1, 2, 5]),
        1 => select(vec![i64::MAX / 2, i64::MAX, i64::MIN]),
    ];
    let score = prop::option::of(scores);
    (
        text(["garden", "tools"]),
        text(["oak", "elm"]),
        text(["online", "store"]),
        select(vec![0, 0, 1, 50]),
        score,
        text(["glad", "sad"]),
        select(SAID.iter().collect::<Vec<_>>()),
    )
        .prop_map(
            |(category, brand, channel, discount, score, mood, words)| Facts {
                category,
                brand,
                channel,
                discount,
                score,
                mood,
                words: Some(words),
            },
        )
}
