//! The page of metrics: what is recorded adds up, is there from the start, and is documented.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tidemark::model::change::{Cause, Direction};
use tidemark::model::ids::{LaneId, TopicIx};
use tidemark::model::refusal::{REFUSALS, Refusal};
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::warning::Notice;
use tidemark::policy::declared::Policy;
use tidemark::telemetry::happening::{
    LanesMoved, LedgerMismatch, TransactionAborted, WorkerRestarted,
};
use tidemark::telemetry::{LaneState, Move, Rebalance, Refusals, Restart, Telemetry, UnitFigures};
use tidemark::wire::policy::parse;

const TOPICS: [&str; 2] = ["shop.purchase.v1", "shop.browse.v1"];
const VALUE: usize = 0;
/// A rule of each kind, which the shipped policy lacks.
const CLEAN: &str = r#"
[clean.channel]
trim = true
case = "lower"
codes = { web = ["www"] }
default = "store"
[clean.amount]
most = "20000"
"#;

fn policy() -> Arc<Policy> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policy.toml");
    let text = std::fs::read_to_string(path).expect("the shipped policy") + CLEAN;
    Arc::new(parse("policy.toml", &text).expect("a valid policy"))
}

/// A scrape: each series with its value, and each family with its type.
struct Scrape {
    series: BTreeMap<String, f64>,
    families: BTreeMap<String, String>,
}

impl Scrape {
    fn of(page: &str) -> Self {
        let mut scrape = Self {
            series: BTreeMap::new(),
            families: BTreeMap::new(),
        };
        for line in page.lines() {
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect("a name and a type");
                scrape.families.insert(name.to_owned(), kind.to_owned());
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').expect("a series and a value");
                let value = value.parse().expect("a number");
                assert!(
                    scrape.series.insert(series.to_owned(), value).is_none(),
                    "twice: {series}"
                );
            }
        }
        scrape
    }

    fn value(&self, series: &str) -> f64 {
        *self
            .series
            .get(series)
            .unwrap_or_else(|| panic!("no series {series}"))
    }

    /// The sum of all series of a name.
    fn sum(&self, name: &str) -> f64 {
        let of_name = |series: &&String| series.split('{').next() == Some(name);
        let series = self.series.keys().filter(of_name);
        series.map(|series| self.value(series)).sum()
    }

    /// Each family with the names and values of its labels, bounds of buckets aside.
    fn labels(&self) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
        let mut all: BTreeMap<_, BTreeMap<_, BTreeSet<_>>> = BTreeMap::new();
        for series in self.series.keys() {
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            let of = |family: &&String| {
                *family == name || name.strip_prefix(family.as_str()).is_some_and(is_part)
            };
            let family = self.families.keys().find(of).expect("a family");
            let labels = labels.strip_suffix('}').expect("labels in braces");
            let entry = all.entry(family.clone()).or_default();
            for pair in labels.split(',').filter(|pair| !pair.is_empty()) {
                let (label, value) = pair.split_once('=').expect("a label and its value");
                if label != "le" {
                    let value = value.trim_matches('"').to_owned();
                    entry.entry(label.to_owned()).or_default().insert(value);
                }
            }
        }
        all
    }
}

fn is_part(suffix: &str) -> bool {
    ["_bucket", "_sum", "_count"].contains(&suffix)
}

fn moved(cause: Cause, direction: Direction, owed: i64) -> Move {
    Move {
        scale: VALUE,
        cause,
        direction,
        owed: Some(Timestamp(owed)),
    }
}

/// Two workers that have done a bit of everything.
fn busy() -> (Telemetry, Vec<Arc<tidemark::telemetry::LaneGauges>>) {
    let telemetry = Telemetry::new(&policy(), &TOPICS, 2);
    let mut dead_letters: Refusals = [0; REFUSALS.len()];
    dead_letters[Refusal::NotJson as usize] = 2;
    dead_letters[Refusal::TooLate as usize] = 1;
    for worker in 0..2 {
        let shard = telemetry.worker(worker);
        let lanes = [LaneId(worker as i32)];
        shard.tell(&LanesMoved {
            worker,
            kind: Rebalance::Assigned,
            lanes: &lanes,
        });
        shard.tell(&TransactionAborted {
            worker,
            why: "a broker went away",
        });
        shard.tell(&WorkerRestarted {
            worker,
            reason: Restart::Fenced,
            why: "a newer producer",
        });
        shard.records_replayed(40);
        shard.unit_committed(&UnitFigures {
            units: 1,
            consumed: &[7, 6],
            applied: 7,
            duplicates: 1,
            suppressed: 1,
            transfers: 1,
            dead_letters: &dead_letters,
            cleaned: &[3, 0, 1, 0, 2],
            moves: &[
                moved(Cause::Event, Direction::Up, 980),
                moved(Cause::Event, Direction::Up, 500),
                moved(Cause::Clock, Direction::Down, -1000),
            ],
            warnings: &[
                (VALUE, Notice::Safe),
                (VALUE, Notice::Near(1)),
                (VALUE, Notice::Safe),
            ],
            took: Duration::from_millis(6),
            stood: (worker == 0).then_some(Duration::from_millis(3)),
            acknowledged: Timestamp(1000),
        });
    }
    let lanes: Vec<_> = (0..2).map(|lane| telemetry.lane(LaneId(lane))).collect();
    for lane in &lanes {
        lane.set_state(LaneState::Running);
        lane.set_clock(Timestamp(1_700_000_000_500), true);
        lane.set_held(3);
        lane.set_lag(TopicIx(1), 12);
        lane.set_customers(4, 1);
        lane.set_forgotten(2);
        lane.set_saved(Timestamp(1_700_000_000_000), 2_048);
        let policy = policy();
        lane.set_population(&policy.hash, &telemetry.enrol(&policy), &[vec![1, 0, 2, 1]]);
    }
    (telemetry, lanes)
}

#[test]
fn what_is_consumed_equals_what_became_of_it() {
    let (telemetry, _lanes) = busy();
    let scrape = Scrape::of(&telemetry.page());
    assert_eq!(scrape.sum("tidemark_records_consumed_total"), 26.0);
    assert_eq!(scrape.sum("tidemark_events_total"), 26.0);
    let outcome =
        |name: &str| scrape.value(&format!("tidemark_events_total{{outcome=\"{name}\"}}"));
    assert_eq!(outcome("applied"), 14.0);
    assert_eq!(outcome("suppressed"), 2.0);
    assert_eq!(outcome("duplicate"), 2.0);
    assert_eq!(outcome("dead_letter"), 6.0);
    assert_eq!(outcome("transfer"), 2.0);
    assert_eq!(scrape.sum("tidemark_dead_letters_total"), 6.0);
    assert_eq!(
        scrape.value("tidemark_dead_letters_total{reason=\"not_json\"}"),
        4.0
    );
    assert_eq!(scrape.sum("tidemark_changes_total"), 6.0);
}

#[test]
fn warnings_are_counted_by_ladder_and_sort() {
    let (telemetry, _lanes) = busy();
    let scrape = Scrape::of(&telemetry.page());
    for (warning, value) in [("safe", 4.0), ("near", 2.0), ("at-risk", 0.0)] {
        let series = format!("tidemark_warnings_total{{scale=\"value\",warning=\"{warning}\"}}");
        assert_eq!(scrape.value(&series), value, "{series}");
    }
}

#[test]
fn all_workers_and_lanes_are_added_up() {
    let (telemetry, lanes) = busy();
    let scrape = Scrape::of(&telemetry.page());
    for (series, value) in [
        (
            "tidemark_records_consumed_total{topic=\"shop.purchase.v1\"}",
            14.0,
        ),
        (
            "tidemark_changes_total{scale=\"value\",cause=\"event\",direction=\"up\"}",
            4.0,
        ),
        (
            "tidemark_changes_total{scale=\"value\",cause=\"clock\",direction=\"down\"}",
            2.0,
        ),
        (
            "tidemark_cleaned_total{field=\"channel\",rule=\"trim\"}",
            6.0,
        ),
        (
            "tidemark_cleaned_total{field=\"channel\",rule=\"codes\"}",
            2.0,
        ),
        (
            "tidemark_cleaned_total{field=\"amount\",rule=\"reviewed\"}",
            4.0,
        ),
        ("tidemark_units_total", 2.0),
        ("tidemark_transactions_total{result=\"committed\"}", 2.0),
        ("tidemark_transactions_total{result=\"aborted\"}", 2.0),
        ("tidemark_rebalances_total{kind=\"assigned\"}", 2.0),
        ("tidemark_worker_restarts_total{reason=\"fenced\"}", 2.0),
        ("tidemark_replayed_records_total", 80.0),
        ("tidemark_customers{scale=\"value\",tier=\"mid\"}", 4.0),
        ("tidemark_customers_known", 8.0),
        ("tidemark_customers_forgotten", 4.0),
        ("tidemark_lanes{state=\"running\"}", 2.0),
        ("tidemark_lanes{state=\"restoring\"}", 0.0),
        ("tidemark_held_demotions{lane=\"1\"}", 3.0),
        ("tidemark_feed_live{lane=\"0\"}", 1.0),
        (
            "tidemark_clock_timestamp_seconds{lane=\"0\"}",
            1_700_000_000.5,
        ),
        ("tidemark_restore_progress_ratio{lane=\"0\"}", 1.0),
        (
            "tidemark_consumer_lag_records{topic=\"shop.browse.v1\",partition=\"1\"}",
            12.0,
        ),
        ("tidemark_transaction_seconds_bucket{le=\"0.005\"}", 0.0),
        ("tidemark_transaction_seconds_bucket{le=\"0.01\"}", 2.0),
        ("tidemark_commit_wait_seconds_sum", 0.003),
        ("tidemark_event_to_change_seconds_bucket{le=\"0.015\"}", 0.0),
        ("tidemark_event_to_change_seconds_bucket{le=\"0.025\"}", 2.0),
        ("tidemark_event_to_change_seconds_bucket{le=\"0.25\"}", 2.0),
        ("tidemark_event_to_change_seconds_bucket{le=\"0.5\"}", 4.0),
        ("tidemark_event_to_change_seconds_sum", 1.04),
        ("tidemark_demotion_lag_seconds_bucket{le=\"1\"}", 0.0),
        ("tidemark_demotion_lag_seconds_count", 2.0),
    ] {
        assert_eq!(scrape.value(series), value, "{series}");
    }
    let summary = telemetry.event_to_change();
    assert_eq!((summary.count, summary.p50), (4, Duration::from_millis(20)));
    drop(lanes);
    let scrape = Scrape::of(&telemetry.page());
    assert_eq!(scrape.sum("tidemark_lanes"), 0.0);
    assert_eq!(scrape.sum("tidemark_customers_known"), 0.0);
}

#[test]
fn a_lane_that_differs_from_its_ledger_is_counted() {
    let telemetry = Telemetry::new(&policy(), &TOPICS, 1);
    telemetry.worker(0).tell(&LedgerMismatch {
        lane: LaneId(0),
        unit: tidemark::model::ids::UnitId(7),
        what: "checksum",
        ledger: "1",
        replay: "2",
    });
    let scrape = Scrape::of(&telemetry.page());
    assert_eq!(scrape.value("tidemark_ledger_mismatches_total"), 1.0);
}

/// A series that appears with its first event makes that event invisible to `rate()`.
#[test]
fn every_closed_series_is_there_from_the_start() {
    let fresh = Scrape::of(&Telemetry::new(&policy(), &TOPICS, 1).page());
    let (telemetry, _lanes) = busy();
    let busy = Scrape::of(&telemetry.page());
    for series in busy.series.keys() {
        let open = series.contains("lane=") || series.contains("partition=");
        assert_eq!(fresh.series.contains_key(series), !open, "{series}");
    }
    let counts = fresh
        .series
        .iter()
        .filter(|(series, _)| series.contains("_total"));
    for (series, value) in counts.filter(|(series, _)| series.starts_with("tidemark")) {
        assert_eq!(*value, 0.0, "{series}");
    }
}

/// Rows of all tables with that many columns in docs/metrics.md, marks taken off.
fn rows(columns: usize) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let text = std::fs::read_to_string(path).expect("the page about metrics");
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells
                .map(|cell| cell.trim().replace('`', ""))
                .collect::<Vec<_>>()
        })
        .filter(|cells| cells.len() == columns)
        .collect()
}

#[test]
fn every_metric_is_documented_and_the_reverse() {
    let (telemetry, lanes) = busy();
    lanes[0].set_margins(&[Some(Span(60_000)), None]);
    telemetry.standby().set(1, Some(Timestamp(1)));
    let restoring = telemetry.lane(LaneId(2));
    restoring.set_restored(1, 2);
    let scrape = Scrape::of(&telemetry.page());
    let labels = scrape.labels();
    let exported: BTreeSet<[String; 3]> = scrape
        .families
        .iter()
        .map(|(name, kind)| {
            let labels: Vec<&str> = labels[name].keys().map(String::as_str).collect();
            [name.clone(), kind.clone(), labels.join(", ")]
        })
        .collect();
    let documented: BTreeSet<[String; 3]> = rows(5)
        .into_iter()
        .map(|cells| {
            let mut labels: Vec<&str> = cells[2].split(", ").collect();
            labels.sort_unstable();
            [cells[0].clone(), cells[1].clone(), labels.join(", ")]
        })
        .collect();
    let missing: Vec<_> = exported.difference(&documented).collect();
    let gone: Vec<_> = documented.difference(&exported).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "undocumented {missing:?}, gone {gone:?}"
    );
}

#[test]
fn every_value_of_a_closed_label_is_documented_and_the_reverse() {
    const OPEN: [&str; 9] = [
        "topic",
        "partition",
        "lane",
        "scale",
        "tier",
        "field",
        "name",
        "version",
        "hash",
    ];
    let (telemetry, _lanes) = busy();
    let exported: BTreeSet<(String, String)> = Scrape::of(&telemetry.page())
        .labels()
        .into_values()
        .flatten()
        .filter(|(label, _)| !OPEN.contains(&label.as_str()))
        .flat_map(|(label, values)| values.into_iter().map(move |value| (label.clone(), value)))
        .collect();
    let documented: BTreeSet<(String, String)> = rows(3)
        .into_iter()
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect();
    assert_eq!(exported, documented);
}
