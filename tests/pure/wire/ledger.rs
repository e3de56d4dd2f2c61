//! The ledger: golden bytes, a round trip of every entry, and named errors for what is none.

use proptest::prelude::*;
use tidemark::lane::ledger::{Adopts, Counts, Entry, Read};
use tidemark::model::ids::{LaneId, Offset, UnitId};
use tidemark::model::time::Timestamp;
use tidemark::wire::ledger::{BadEntry, decode, encode};

/// Texts with their hashes, as `sha256sum` says.
const TEXTS: [(&str, &str); 2] = [
    (
        "name = \"shop\"\nversion = 1\n",
        "3e9b758fc2240a69b542d66600203b3280ac7cf97b85e99995b4752c7dadcd1f",
    ),
    (
        "",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
];

const GOLDEN: &str = include_str!("../../data/wire/ledger.ndjson");

pub(super) fn encoded(entry: &Entry) -> String {
    let mut out = Vec::new();
    encode(entry, &mut out);
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn read(topic: &str, from: i64, next: i64, records: u64) -> Read {
    Read {
        topic: topic.to_owned(),
        from: Offset(from),
        next: Offset(next),
        records,
    }
}

fn adopts(text: &str, pace: u32) -> Adopts {
    Adopts {
        text: text.into(),
        pace,
    }
}

pub(super) fn sample() -> [Entry; 3] {
    let first = Entry {
        lane: LaneId(3),
        unit: UnitId(1),
        policy: TEXTS[0].1.to_owned(),
        adopts: Some(adopts(TEXTS[0].0, 0)),
        owner: "tidemark-shop-0".to_owned(),
        ceiling: Timestamp(1_772_439_330_250),
        coast: None,
        firings: None,
        gap: None,
        clock: Timestamp(1_772_439_329_000),
        reads: vec![
            read("shop.purchase.v1", 0, 5, 4),
            read("shop.browse.v1", 7, 7, 0),
        ],
        runs: vec![(0, 4)],
        counts: Counts {
            applied: 2,
            duplicates: 1,
            dead_letters: 1,
            changes: 3,
            warnings: 0,
            standings: 2,
            ..Counts::default()
        },
        checksum: 0x00ab_cdef_0123_4567,
    };
    let second = Entry {
        unit: UnitId(2),
        adopts: None,
        coast: Some(Timestamp(1_772_439_335_000)),
        firings: Some(250),
        clock: Timestamp::MIN,
        reads: vec![
            read("shop.purchase.v1", 5, 8, 3),
            read("shop.browse.v1", 7, 9, 2),
        ],
        runs: vec![(0, 1), (1, 2), (0, 2)],
        counts: Counts {
            applied: 3,
            suppressed: 2,
            standings: 1,
            receipts: 1,
            ..Counts::default()
        },
        checksum: u64::MAX,
        ..first.clone()
    };
    let third = Entry {
        unit: UnitId(3),
        policy: TEXTS[1].1.to_owned(),
        adopts: Some(adopts(TEXTS[1].0, 500)),
        ..second.clone()
    };
    [first, second, third]
}

#[test]
fn entries_are_the_golden_bytes() {
    let lines: String = sample().iter().map(|entry| encoded(entry) + "\n").collect();
    assert_eq!(lines, GOLDEN);
    let back: Vec<Entry> = GOLDEN
        .lines()
        .map(|line| decode(line.as_bytes()).expect("an entry"))
        .collect();
    assert_eq!(back, sample());
}

/// A piece of the second sample, what takes its place, and what is said then.
const BAD: &[(&str, &str, &str)] = &[
    (
        r#""v":1"#,
        r#""v":2"#,
        "gap nothing, expected one, of version 2",
    ),
    (r#""v":1,"#, "", "missing field `v`"),
    (r#""v":1,"#, r#""v":1,"extra":0,"#, "unknown field `extra`"),
    (r#""lane":3"#, r#""lane":-1"#, "lane -1, expected 0 or more"),
    (r#""lane":3"#, r#""lane":"3""#, "invalid type: string"),
    (r#""unit":2"#, r#""unit":0"#, "unit 0, expected 1 or more"),
    (r#""from":5"#, r#""from":-1"#, "from -1, expected 0 or more"),
    (r#""next":8"#, r#""next":4"#, "next 4, expected 5 or more"),
    (
        r#""records":3"#,
        r#""records":4"#,
        "records 4, expected at most 3",
    ),
    (
        r#""runs":[0,1"#,
        r#""runs":[0"#,
        "runs of length 5, expected an even one",
    ),
    (
        r#""runs":[0,1"#,
        r#""runs":[2,1"#,
        "run of read 2, expected less than 2",
    ),
    (
        r#""runs":[0,1"#,
        r#""runs":[0,0"#,
        "run of records 0, expected 1 to 4294967295",
    ),
    (
        r#""runs":[0,1"#,
        r#""runs":[0,4294967296"#,
        "run of records 4294967296, expected 1 to",
    ),
    (
        r#""runs":[0,1"#,
        r#""runs":[0,2"#,
        "run of records 2, expected at most 1",
    ),
    (
        r#""runs":[0,1,"#,
        r#""runs":["#,
        "records outside runs [1, 0], expected none",
    ),
    (
        r#""applied":3"#,
        r#""applied":4"#,
        "counts of consumed records 6, expected 5",
    ),
    (
        "ffffffffffffffff",
        "FFFFFFFFFFFFFFFF",
        "16 lower-case hexadecimal digits",
    ),
    (
        "ffffffffffffffff",
        "ffffffffffffffff0",
        "16 lower-case hexadecimal digits",
    ),
    (
        "ffffffffffffffff",
        "+fffffffffffffff",
        "16 lower-case hexadecimal digits",
    ),
    (
        r#""coast":1772439335000"#,
        r#""coast":1.5"#,
        "invalid type: floating point",
    ),
];

#[test]
fn what_is_no_entry_is_named() {
    let good = encoded(&sample()[1]);
    for (from, to, message) in BAD {
        assert!(good.contains(from), "{from}");
        let bad = good.replacen(from, to, 1);
        let error = decode(bad.as_bytes()).expect_err(message).to_string();
        assert!(error.contains(message), "{error}\n{message}");
    }
}

#[test]
fn a_policy_is_the_one_that_is_named() {
    let [first, second, third] = sample();
    let [_, (_, hash)] = TEXTS;
    for (entry, from, to, message) in [
        (&first, "version = 1", "version = 2", "policy 3e9b758f"),
        (&third, hash, TEXTS[0].1, "expected e3b0c442"),
        (&third, r#""pace":500"#, r#""pace":-1"#, "invalid value"),
        (&third, r#""pace":500,"#, "", "missing field `pace`"),
        (
            &second,
            r#""unit":2"#,
            r#""unit":1"#,
            "adopts nothing, expected the policy that the lane begins with",
        ),
    ] {
        let bad = encoded(entry).replacen(from, to, 1);
        let error = decode(bad.as_bytes()).expect_err(message).to_string();
        assert!(error.contains(message), "{error}\n{message}");
    }
}

#[test]
fn every_cut_of_an_entry_is_refused() {
    let good = encoded(&sample()[1]);
    for end in 0..good.len() {
        let error = decode(&good.as_bytes()[..end]).expect_err("cut off");
        assert!(matches!(error, BadEntry::Shape(_)), "{error}");
    }
}

#[test]
fn another_version_is_told_before_its_shape() {
    let error = decode(br#"{"v":9,"whatever":[]}"#).expect_err("another version");
    assert_eq!(error, BadEntry::Version { found: 9 });
}

/// Reads, and runs that shuffle their records.
fn reads_and_runs() -> impl Strategy<Value = (Vec<Read>, Vec<(usize, u32)>)> {
    let run = (0..3_usize, 1..1000_u32);
    (
        proptest::collection::vec(("\\PC{0,12}", 0..1_i64 << 40, 0..9_i64), 3),
        proptest::collection::vec(run, 0..12),
    )
        .prop_map(|(topics, runs)| {
            let mut reads: Vec<Read> = topics
                .into_iter()
                .map(|(topic, from, gaps)| read(&topic, from, from + gaps, 0))
                .collect();
            for (index, records) in &runs {
                reads[*index].records += u64::from(*records);
                reads[*index].next.0 += i64::from(*records);
            }
            (reads, runs)
        })
}

fn entry() -> impl Strategy<Value = Entry> {
    (
        reads_and_runs(),
        (
            (0..i32::MAX, 1..u64::MAX, "\\PC{0,20}"),
            prop::sample::select(TEXTS.to_vec()),
            any::<Option<u32>>(),
        ),
        (
            any::<i64>(),
            any::<Option<i64>>(),
            any::<i64>(),
            any::<u64>(),
            any::<Option<u64>>(),
        ),
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        (any::<u64>(), 0..3_u64, any::<u64>()),
    )
        .prop_map(
            |(
                (reads, runs),
                (names, (text, hash), pace),
                times,
                cuts,
                (changes, warnings, standings),
            )| {
                let consumed: u64 = reads.iter().map(|read| read.records).sum();
                let applied = cuts.0.index(consumed as usize + 1) as u64;
                let duplicates = cuts.1.index((consumed - applied) as usize + 1) as u64;
                let suppressed = (consumed - applied - duplicates) / 3;
                Entry {
                    lane: LaneId(names.0),
                    unit: UnitId(names.1),
                    policy: hash.to_owned(),
                    adopts: match (names.1, pace) {
                        (1, pace) => Some(adopts(text, pace.unwrap_or(0))),
                        (_, pace) => pace.map(|pace| adopts(text, pace)),
                    },
                    owner: names.2,
                    ceiling: Timestamp(times.0),
                    coast: times.1.map(Timestamp),
                    firings: times.4,
                    gap: None,
                    clock: Timestamp(times.2),
                    reads,
                    runs,
                    counts: Counts {
                        applied,
                        duplicates,
                        suppressed,
                        dead_letters: (consumed - applied - duplicates - suppressed).div_ceil(2),
                        transfers: (consumed - applied - duplicates - suppressed) / 2,
                        changes,
                        warnings,
                        standings,
                        receipts: standings / 2,
                    },
                    checksum: times.3,
                }
            },
        )
}

proptest! {
    #[test]
    fn an_entry_reads_back_as_written(entry in entry()) {
        prop_assert_eq!(decode(encoded(&entry).as_bytes()), Ok(entry));
    }

    #[test]
    fn a_damaged_entry_is_refused_or_agrees_with_itself(
        entry in entry(),
        damages in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encoded(&entry).into_bytes();
        for (place, byte) in damages {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(entry) = decode(&bytes) {
            let records: u64 = entry.reads.iter().map(|read| read.records).sum();
            let run: u64 = entry.runs.iter().map(|(_, records)| u64::from(*records)).sum();
            prop_assert_eq!((records, run), (entry.counts.consumed(), records));
            prop_assert_eq!(decode(encoded(&entry).as_bytes()), Ok(entry));
        }
    }

    #[test]
    fn random_bytes_are_no_entry(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(decode(&bytes).is_err());
    }
}
