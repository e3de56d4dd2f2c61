//! Snapshots in a topic: whoever takes a lane over is made of them, and what is damaged, cut off or
//! somebody else's there makes nothing wrong.

use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{JoinHandle, panicking, spawn};
use std::time::Duration;

use tidemark::model::ids::Offset;
use tidemark::wire::snapshot::piece::{HEADER, Heading, PIECE, Part, Place, Stock, Whole};

use super::deployment::{Deployment, Instance, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use super::takeover::crowd;
use super::verdict::verdict;
use crate::broker::{Broker, Client, Isolation, NewRecord, Record, needs_kafka, until};

/// Between two records of one who was thrown out.
const BEAT: Duration = Duration::from_millis(50);
/// Compacts whatever may be, at once.
const EAGER: &str = "log.cleaner.backoff.ms=200";
const COMPACT: (&str, &str) = ("cleanup.policy", "compact");

/// What each partition of the topic holds, and all records of it.
struct Shelf {
    stocks: BTreeMap<i32, Stock>,
    records: Vec<Record>,
}

fn label(record: &Record) -> Option<(Place, Heading)> {
    let place = Place::read(record.key.as_deref()?)?;
    Some((place, Heading::decode(record.header(HEADER)?)?))
}

impl Shelf {
    fn read(deployment: &Deployment) -> Self {
        let topic = deployment.snapshots_topic();
        let records = deployment.client().read_all(&topic, Isolation::Committed);
        let mut stocks = BTreeMap::new();
        for record in &records {
            let stock: &mut Stock = stocks.entry(record.partition).or_default();
            if let Some((place, heading)) = label(record) {
                let at = Offset(record.offset);
                stock.note(at, place, &heading, record.value.is_some());
            }
        }
        Self { stocks, records }
    }

    fn newest(&self, lane: i32) -> &Whole {
        &self.stocks[&lane].whole[0]
    }

    fn lane(&self, lane: i32) -> impl DoubleEndedIterator<Item = &Record> {
        let records = self.records.iter();
        records.filter(move |record| record.partition == lane)
    }

    /// The pieces of one.
    fn pieces(&self, lane: i32, whole: &Whole) -> Vec<Vec<u8>> {
        let own = |record: &&Record| {
            let label = label(record);
            label.is_some_and(|(place, heading)| {
                let number = whole.piece(Offset(record.offset), place, &heading);
                number.is_some() && record.offset < whole.end
            })
        };
        let own = self.lane(lane).filter(own);
        own.map(|record| record.value.clone().expect("a piece"))
            .collect()
    }
}

/// Waits until each lane has been written down twice more.
#[track_caller]
fn wait_for_two(deployment: &Deployment) -> Shelf {
    let before = Shelf::read(deployment).stocks;
    until("each lane has two new snapshots", PATIENCE, || {
        let shelf = Shelf::read(deployment);
        let has_two = |lane| {
            let newest = before.get(&lane).and_then(|stock| stock.whole.first());
            let after = newest.map_or(-1, |newest| newest.end);
            let now = shelf.stocks.get(&lane);
            now.is_some_and(|now| now.whole.iter().filter(|one| one.end > after).count() == 2)
        };
        (0..deployment.lanes()).all(has_two).then_some(shelf)
    })
}

/// Starts an instance whose folder is new.
pub(crate) fn start(deployment: &Deployment, name: &str, more: &[&str]) -> Instance {
    let topic = format!("snapshots.topic={}", deployment.snapshots_topic());
    let folder = deployment.file(&format!("folder-{name}"));
    let folder = format!("snapshots.folder={}", folder.display());
    deployment.start_with(name, &[&[topic.as_str(), &folder], more].concat())
}

/// Of each lane, the unit of the snapshot that it was made of, and how many records came after.
#[track_caller]
pub(crate) fn restored(
    deployment: &Deployment,
    instance: &mut Instance,
) -> Vec<(Option<u64>, u64)> {
    let lanes = deployment.lanes() as usize;
    let log = until("all lanes are restored", PATIENCE, || {
        instance.assert_runs();
        let log = instance.log();
        (log.matches("lane restored").count() == lanes).then_some(log)
    });
    let mut lines: Vec<_> = log
        .lines()
        .filter(|line| line.contains("lane restored"))
        .map(|line| {
            let field = |name: &str| {
                let value = line.split(&format!(" {name}=")).nth(1)?;
                value.split(' ').next()?.parse::<u64>().ok()
            };
            let records = field("records").expect("how many records");
            (field("lane").expect("a lane"), (field("snapshot"), records))
        })
        .collect();
    lines.sort_unstable();
    lines.into_iter().map(|(_, found)| found).collect()
}

/// Writes a snapshot of a lane as somebody else might, with these pieces.
fn forge(deployment: &Deployment, lane: i32, like: &Whole, pieces: &[Vec<u8>], closed: bool) {
    let (client, topic) = (deployment.client(), deployment.snapshots_topic());
    let mut heading = Heading {
        unit: like.unit,
        whole: vec![like.clone()],
        ..Heading::default()
    };
    let slot = 1 - like.slot;
    let put = |part, value: &[u8], heading: &Heading| {
        client.produce(
            &topic,
            &[NewRecord {
                headers: vec![(HEADER.to_owned(), Some(heading.encode()))],
                partition: Some(lane),
                ..NewRecord::new(Place { slot, part }.key(), value)
            }],
        );
    };
    for (number, piece) in (0..).zip(pieces) {
        put(Part::Piece(number), piece, &heading);
        heading.extents[slot] = number + 1;
        heading.first.get_or_insert_with(|| {
            let shelf = Shelf::read(deployment);
            shelf.lane(lane).last().expect("it was written").offset
        });
    }
    if closed {
        heading.pieces = Some(pieces.len() as u32);
        put(Part::Whole, b"{}", &heading);
    }
}

fn topic(client: &Client, deployment: &Deployment, settings: &[(&str, &str)]) {
    let topic = deployment.snapshots_topic();
    client.create_topic(&topic, deployment.lanes(), settings);
}

#[test]
fn who_takes_a_lane_over_is_made_of_the_topic() {
    needs_kafka!();
    let broker = Broker::with(EAGER);
    let plan = Plan {
        app: "shelf",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(&broker, &plan);
    topic(&broker, &deployment, &[COMPACT]);
    let watcher = deployment.watch();
    let load = ShopLoad::open(&deployment, Dice::of("shelf", 8), 400, true);
    let one = start(&deployment, "one", &[]);
    load.wait_for_more(4_000);
    let shelf = wait_for_two(&deployment);
    one.kill();

    // Another one has nothing of its own, and replays no more than the end.
    let mut two = start(&deployment, "two", &[]);
    let made = restored(&deployment, &mut two);
    for (lane, (unit, _)) in (0..).zip(&made) {
        assert!(
            *unit >= Some(shelf.newest(lane).unit),
            "lane {lane}: {made:?}"
        );
    }
    let replayed: u64 = made.iter().map(|(_, records)| records).sum();
    assert!(replayed < 3_000, "{made:?}");
    load.wait_for_more(500);
    let shelf = wait_for_two(&deployment);
    two.kill();

    // What is not what was written is told, once, and the next one is taken.
    let newest = shelf.newest(0).clone();
    let mut pieces = shelf.pieces(0, &newest);
    pieces[0][500] ^= 1;
    let now = Shelf::read(&deployment).newest(0).clone();
    forge(&deployment, 0, &now, &pieces, true);
    // What somebody else has put there is nothing.
    let strange = NewRecord {
        partition: Some(1),
        ..NewRecord::new("c-1", "{}")
    };
    broker.produce(&deployment.snapshots_topic(), &[strange]);
    let shelf = Shelf::read(&deployment);
    let mut three = start(&deployment, "three", &["snapshots.every=60s"]);
    let made = restored(&deployment, &mut three);
    let log = three.log();
    assert_eq!(log.matches("snapshot damaged").count(), 1, "{log}");
    assert_eq!(made[0].0, Some(now.unit), "{log}");
    assert_eq!(made[1].0, Some(shelf.newest(1).unit), "{log}");
    three.kill();
    let mut four = start(&deployment, "four", &[]);
    restored(&deployment, &mut four);
    assert!(!four.log().contains("snapshot damaged"), "{}", four.log());
    let sent = load.close();
    deployment.wait_until_caught_up();
    assert!(four.terminate().success());
    verdict(&deployment, &sent, watcher);
}

/// So many customers that a lane's snapshot has several pieces.
const CROWD: usize = 20_000;

/// Waits until some lane has been written down once more.
fn wait_for_one(deployment: &Deployment) {
    let before = Shelf::read(deployment);
    until("one is whole again", PATIENCE, || {
        let shelf = Shelf::read(deployment);
        let is_new = |lane| shelf.newest(lane).end > before.newest(lane).end;
        (0..deployment.lanes()).any(is_new).then_some(())
    });
}

/// A draft that has several pieces and no end: its lane, and what is whole besides.
fn wait_for_draft(deployment: &Deployment) -> (i32, Whole) {
    until("a snapshot is half written", PATIENCE, || {
        let shelf = Shelf::read(deployment);
        let half = |lane: i32| {
            let of_its_own =
                |record: &&Record| label(record).is_some_and(|(_, it)| it.first != OTHERS);
            let last = shelf.lane(lane).rfind(of_its_own)?;
            let (place, _) = label(last)?;
            let is_half = matches!(place.part, Part::Piece(1)) && last.value.is_some();
            is_half.then(|| (lane, shelf.newest(lane).clone()))
        };
        (0..deployment.lanes()).find_map(half)
    })
}

/// What the pieces of one who was thrown out say that they belong to.
const OTHERS: Option<i64> = Some(i64::MAX);

/// One who was thrown out before there was any snapshot, and writes on until it is dropped.
struct Ghost(Option<Sender<()>>, Option<JoinHandle<()>>);

impl Ghost {
    fn haunt(deployment: &Deployment) -> Self {
        let (client, topic) = (deployment.client().clone(), deployment.snapshots_topic());
        let lanes = deployment.lanes();
        let heading = Heading {
            unit: 1,
            first: OTHERS,
            ..Heading::default()
        };
        let records: Vec<NewRecord> = (0..lanes)
            .flat_map(|lane| [0, 1].map(|slot| (lane, slot)))
            .map(|(lane, slot)| NewRecord {
                headers: vec![(HEADER.to_owned(), Some(heading.encode()))],
                partition: Some(lane),
                ..NewRecord::new(
                    Place {
                        slot,
                        part: Part::Piece(7),
                    }
                    .key(),
                    "boo",
                )
            })
            .collect();
        let (stop, stopped) = channel();
        let haunts = move || {
            while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                client.produce(&topic, &records);
            }
        };
        Self(Some(stop), Some(spawn(haunts)))
    }
}

impl Drop for Ghost {
    fn drop(&mut self) {
        drop(self.0.take());
        let thread = self.1.take().expect("it is dropped once");
        assert!(thread.join().is_ok() || panicking(), "a ghost has failed");
    }
}

/// From now on the broker drops what was overwritten. Until then it would drop what is to be passed
/// over.
fn compact_soon(deployment: &Deployment) {
    let (client, topic) = (deployment.client(), deployment.snapshots_topic());
    let settings = "segment.ms=500,min.cleanable.dirty.ratio=0.01,max.compaction.lag.ms=1000";
    client.run_script(&format!(
        "kafka-configs.sh --bootstrap-server {} --alter --entity-type topics --entity-name {topic} \
         --add-config {settings}",
        client.bootstrap()
    ));
}

/// Waits until the broker has dropped what lay in a lane's partition first.
fn wait_for_compaction(deployment: &Deployment, lane: i32) {
    until("what was overwritten is gone", PATIENCE, || {
        let shelf = Shelf::read(deployment);
        let first = shelf.lane(lane).next()?.offset;
        (first > 0 && shelf.lane(lane).count() < 60).then_some(())
    });
}

#[test]
fn one_that_is_cut_off_and_those_that_were_compacted_are_passed_over() {
    needs_kafka!();
    let broker = Broker::with(EAGER);
    let plan = Plan {
        app: "pieces",
        policy: include_str!("steady_policy.toml"),
        static_membership: false,
    };
    let deployment = Deployment::new(&broker, &plan);
    topic(&broker, &deployment, &[COMPACT]);
    crowd(&deployment, CROWD);
    let load = ShopLoad::open(&deployment, Dice::of("pieces", 8), 50, false);
    let one = start(&deployment, "one", &[]);
    deployment.wait_until_caught_up();
    let shelf = wait_for_two(&deployment);
    assert!(shelf.newest(0).pieces > 2, "{:?}", shelf.newest(0));
    one.kill();

    // Killed in the middle of one.
    let slow = start(&deployment, "slow", &["snapshots.bytes_per_second=65536"]);
    let ghost = Ghost::haunt(&deployment);
    wait_for_one(&deployment);
    let (lane, whole) = wait_for_draft(&deployment);
    let newest = Shelf::read(&deployment);
    slow.kill();
    // And somebody who was thrown out goes on with a longer one.
    let pieces = vec![vec![7; PIECE / 8]; 9];
    forge(&deployment, lane, &whole, &pieces, false);
    let mut two = start(&deployment, "two", &[]);
    let made = restored(&deployment, &mut two);
    drop(ghost);
    assert_eq!(made[lane as usize].0, Some(whole.unit), "{made:?}");
    for (lane, (unit, _)) in (0..).zip(&made) {
        assert!(*unit >= Some(newest.newest(lane).unit), "{made:?}");
    }
    assert!(!two.log().contains("snapshot damaged"), "{}", two.log());
    compact_soon(&deployment);
    wait_for_two(&deployment);
    let (place, heading) = until("what was left behind is taken away", PATIENCE, || {
        let shelf = Shelf::read(&deployment);
        let mut gone = shelf.lane(lane).filter(|record| record.value.is_none());
        label(gone.next_back()?)
    });
    assert_eq!(place.part, Part::Piece(heading.extents[place.slot]));

    wait_for_compaction(&deployment, lane);
    two.kill();
    let shelf = Shelf::read(&deployment);
    let mut three = start(&deployment, "three", &[]);
    let made = restored(&deployment, &mut three);
    for (lane, (unit, _)) in (0..).zip(&made) {
        assert!(*unit >= Some(shelf.newest(lane).unit), "{made:?}");
    }
    assert!(!three.log().contains("snapshot damaged"), "{}", three.log());
    drop(load);
    deployment.wait_until_caught_up();
    assert!(three.terminate().success());
    let audit = deployment.run_to_end(&["audit", "--from-kafka"]);
    let said = String::from_utf8_lossy(&audit.stdout);
    assert_eq!(audit.status.code(), Some(0), "{said}");
}
