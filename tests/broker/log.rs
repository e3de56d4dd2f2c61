//! The files of a topic, as Kafka's own program shows them: batches of records and ends of
//! transactions, with who wrote them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::jars;

/// Some records, or the end of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) partition: i32,
    pub(crate) first: i64,
    pub(crate) producer: i64,
    pub(crate) epoch: i64,
    /// Whether it is of a transaction.
    pub(crate) is_transactional: bool,
    /// Whether it ends one.
    pub(crate) is_end: bool,
}

/// All batches of a topic, partition by partition.
pub(super) fn batches(data: &Path, topic: &str) -> Vec<Batch> {
    let directories = fs::read_dir(data)
        .expect("the data can be listed")
        .flatten();
    let mut found = Vec::new();
    for directory in directories {
        let name = directory.file_name().to_string_lossy().into_owned();
        let partition = name
            .strip_prefix(topic)
            .and_then(|rest| rest.strip_prefix('-'));
        let Some(partition) = partition.and_then(|partition| partition.parse().ok()) else {
            continue;
        };
        let mut segments: Vec<PathBuf> = fs::read_dir(directory.path())
            .expect("a partition can be listed")
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|it| it == "log"))
            .collect();
        segments.sort();
        for segment in segments {
            let mut show = jars::tool("kafka.tools.DumpLogSegments");
            show.arg("--files").arg(segment);
            let output = jars::run(show);
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            found.extend(text.lines().filter_map(|line| batch(line, partition)));
        }
    }
    found
}

/// The last batch of each producer and partition that is in a transaction without an end; what has
/// been moved away by compaction is not seen.
pub(super) fn left_open(data: &Path, topic: &str) -> Vec<Batch> {
    let mut last = BTreeMap::new();
    for batch in batches(data, topic) {
        last.insert((batch.partition, batch.producer), batch);
    }
    let open = |batch: &Batch| batch.is_transactional && !batch.is_end;
    last.into_values().filter(open).collect()
}

/// What a line says of a batch; nothing where it is about something else.
fn batch(line: &str, partition: i32) -> Option<Batch> {
    let words: Vec<&str> = line.split(' ').collect();
    let word = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1).copied()
    };
    let number = |name: &str| word(name)?.parse().ok();
    Some(Batch {
        partition,
        first: number("baseOffset:")?,
        producer: number("producerId:")?,
        epoch: number("producerEpoch:")?,
        is_transactional: word("isTransactional:")? == "true",
        is_end: word("isControl:")? == "true",
    })
}

#[test]
fn a_batch_is_read() {
    let line = "baseOffset: 5 lastOffset: 5 count: 1 baseSequence: -1 lastSequence: -1 \
                producerId: 2 producerEpoch: 7 partitionLeaderEpoch: 0 isTransactional: true \
                isControl: true position: 391 CreateTime: 1 size: 78 magic: 2";
    let expected = Batch {
        partition: 3,
        first: 5,
        producer: 2,
        epoch: 7,
        is_transactional: true,
        is_end: true,
    };
    assert_eq!(batch(line, 3), Some(expected));
    assert_eq!(batch("Starting offset: 0", 3), None);
}
