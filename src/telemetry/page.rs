//! The page of metrics: what all workers and lanes have recorded, as Prometheus reads it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric as Sample, MetricFamily, MetricType,
};

use crate::model::change::{CAUSES, DIRECTIONS, Direction};
use crate::model::refusal::REFUSALS;
use crate::model::warning::NOTICES;
use crate::policy::declared::Policy;

use super::labels::Labels;
use super::latency::Latencies;
use super::names::{
    self, Declined, Ending, Kept, Kind, LaneState, Metric, Outcome, Rebalance, Renewal, Restart,
    Saved,
};
use super::{Board, Figures, LaneGauges, MemoryGauges, StandbyGauges, population};

/// Reads the board at each scrape.
pub(super) struct Page {
    board: Arc<Board>,
    descriptions: Vec<Desc>,
}

impl Page {
    pub(super) fn new(board: Arc<Board>) -> Self {
        let describe = |metric: &&Metric| {
            let labels = metric
                .labels
                .iter()
                .map(|label| (*label).to_owned())
                .collect();
            Desc::new(
                metric.name.to_owned(),
                metric.help.to_owned(),
                labels,
                HashMap::new(),
            )
            .expect("the names of metrics and labels are legal")
        };
        Self {
            board,
            descriptions: names::ALL.iter().map(describe).collect(),
        }
    }
}

impl Collector for Page {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let lanes = self.board.lanes();
        let mut families = Families::default();
        let total = self.board.total();
        let labels = self.board.labels().clone();
        families.counts(&labels, &total);
        families.population(&labels, &lanes);
        families.lanes(&labels, &lanes);
        families.policies(&self.board, &labels, &lanes);
        families.memory(&self.board.memory);
        families.standby(&self.board.standby);
        families.facts();
        families.0
    }
}

/// The families of one scrape.
#[derive(Default)]
struct Families(Vec<MetricFamily>);

impl Families {
    fn counts(&mut self, labels: &Labels, total: &Figures) {
        self.numbers(
            &names::RECORDS_CONSUMED,
            by(labels.topics.iter(), &total.consumed),
        );
        self.numbers(
            &names::EVENTS,
            by(Outcome::ALL.iter().map(|it| it.name()), &total.outcomes),
        );
        let reasons = REFUSALS.iter().map(|(_, code)| code);
        self.numbers(&names::DEAD_LETTERS, by(reasons, &total.dead_letters));
        let cleaned = labels.cleaning.iter().zip(&total.cleaned);
        let cleaned = cleaned.map(|(labels, count)| (labels.to_vec(), *count as f64));
        self.numbers(&names::CLEANED, cleaned);
        self.changes(labels, total);
        self.warnings(labels, total);
        self.numbers(&names::UNITS, [(Vec::new(), total.units as f64)]);
        self.numbers(
            &names::TRANSACTIONS,
            by(Ending::ALL.iter().map(|it| it.name()), &total.endings),
        );
        self.numbers(
            &names::REBALANCES,
            by(Rebalance::ALL.iter().map(|it| it.name()), &total.rebalances),
        );
        self.numbers(
            &names::WORKER_RESTARTS,
            by(Restart::ALL.iter().map(|it| it.name()), &total.restarts),
        );
        self.numbers(
            &names::PRODUCER_RENEWALS,
            by(Renewal::ALL.iter().map(|it| it.name()), &total.renewals),
        );
        let saved = Kept::ALL
            .iter()
            .zip(&total.saved)
            .flat_map(|(shelf, counts)| {
                let each = by(Saved::ALL.iter().map(|it| it.name()), counts).into_iter();
                each.map(|(result, count)| {
                    ([vec![shelf.name().to_owned()], result].concat(), count)
                })
            });
        self.numbers(&names::SNAPSHOTS, saved);
        self.numbers(
            &names::REPLAYED_RECORDS,
            [(Vec::new(), total.replayed as f64)],
        );
        self.numbers(
            &names::LEDGER_MISMATCHES,
            [(Vec::new(), total.mismatches as f64)],
        );
        self.numbers(&names::POLICY_ADOPTED, [(Vec::new(), total.adopted as f64)]);
        self.histogram(&names::TRANSACTION_SECONDS, &total.transaction);
        self.histogram(&names::COMMIT_WAIT_SECONDS, &total.commit_wait);
        self.histogram(&names::EVENT_TO_CHANGE_SECONDS, &total.event_to_change);
        self.histogram(&names::DEMOTION_LAG_SECONDS, &total.demotion_lag);
    }

    fn changes(&mut self, labels: &Labels, total: &Figures) {
        let mut samples = Vec::new();
        for (scale, changes) in labels.scales.iter().zip(&total.changes) {
            for (cause, counts) in CAUSES.iter().zip(changes) {
                for (direction, count) in DIRECTIONS.iter().zip(counts) {
                    if scale.is_ladder == (*direction != Direction::Move) {
                        let labels = [scale.name.as_str(), cause.name(), direction.name()];
                        samples.push((labels.map(str::to_owned).to_vec(), *count as f64));
                    }
                }
            }
        }
        self.numbers(&names::CHANGES, samples);
    }

    fn warnings(&mut self, labels: &Labels, total: &Figures) {
        let ladders = labels.scales.iter().zip(&total.warnings);
        let ladders = ladders.filter(|(scale, _)| scale.is_ladder);
        let samples = ladders.flat_map(|(scale, counts)| {
            let each = NOTICES.iter().zip(counts);
            each.map(|(notice, count)| {
                let labels = vec![scale.name.clone(), (*notice).to_owned()];
                (labels, *count as f64)
            })
        });
        self.numbers(&names::WARNINGS, samples);
    }

    fn population(&mut self, labels: &Labels, lanes: &[Arc<LaneGauges>]) {
        let mut samples = Vec::new();
        for (scale, counts) in labels.scales.iter().zip(population(&labels.scales, lanes)) {
            for (rank, count) in scale.ranks.iter().zip(counts) {
                samples.push((vec![scale.name.clone(), rank.clone()], count as f64));
            }
        }
        self.numbers(&names::CUSTOMERS, samples);
        let known: u64 = lanes.iter().map(|lane| lane.customers()).sum();
        self.numbers(&names::CUSTOMERS_KNOWN, [(Vec::new(), known as f64)]);
        let forgotten: u64 = lanes.iter().map(|lane| lane.forgotten()).sum();
        self.numbers(
            &names::CUSTOMERS_FORGOTTEN,
            [(Vec::new(), forgotten as f64)],
        );
    }

    fn lanes(&mut self, labels: &Labels, lanes: &[Arc<LaneGauges>]) {
        let states = LaneState::ALL.iter().map(|state| {
            let count = lanes.iter().filter(|lane| lane.state() == *state).count();
            (vec![state.name().to_owned()], count as f64)
        });
        self.numbers(&names::LANES, states);
        let each = |value: fn(&LaneGauges) -> Option<f64>| {
            lanes
                .iter()
                .filter_map(move |lane| Some((vec![lane.lane().to_string()], value(lane)?)))
        };
        self.numbers(
            &names::HELD_DEMOTIONS,
            each(|lane| Some(lane.held() as f64)),
        );
        self.numbers(
            &names::CLOCK,
            each(|lane| Some(lane.clock()?.0 as f64 / 1000.0)),
        );
        self.numbers(
            &names::FEED_LIVE,
            each(|lane| Some(f64::from(u8::from(lane.is_live())))),
        );
        self.numbers(&names::RESTORE_PROGRESS, each(|lane| Some(lane.restored())));
        self.numbers(
            &names::RESTORE_LEFT,
            each(|lane| Some(lane.left()?.as_secs_f64())),
        );
        self.numbers(
            &names::SNAPSHOT_TIME,
            each(|lane| Some(lane.saved()?.0.0 as f64 / 1000.0)),
        );
        self.numbers(
            &names::SNAPSHOT_BYTES,
            each(|lane| Some(lane.saved()?.1 as f64)),
        );
        self.numbers(&names::AWAITING, each(|lane| Some(lane.awaiting() as f64)));
        let lags = lanes.iter().flat_map(|lane| {
            labels
                .topics
                .iter()
                .zip(lane.lag())
                .map(|(topic, records)| {
                    (vec![topic.clone(), lane.lane().to_string()], records as f64)
                })
        });
        self.numbers(&names::CONSUMER_LAG, lags);
        let margins = lanes.iter().flat_map(|lane| {
            let topics = labels.topics.iter().zip(lane.margins());
            topics.filter_map(|(topic, margin)| {
                let labels = vec![topic.clone(), lane.lane().to_string()];
                Some((labels, margin?.0 as f64 / 1000.0))
            })
        });
        self.numbers(&names::RESTORE_MARGIN, margins);
    }

    fn policies(&mut self, board: &Board, labels: &Labels, lanes: &[Arc<LaneGauges>]) {
        let mut hashes: BTreeSet<String> = lanes.iter().filter_map(|lane| lane.policy()).collect();
        hashes.insert(board.policy().hash.clone());
        let policies = hashes.iter().filter_map(|hash| labels.policy(hash));
        let info = |policy: &Arc<Policy>| {
            let version = policy.version.to_string();
            (vec![policy.name.clone(), version, policy.hash.clone()], 1.0)
        };
        self.numbers(&names::POLICY_INFO, policies.map(info));
        let refused = board.refused.each_ref().map(|count| count.load(Relaxed));
        self.numbers(
            &names::POLICY_REFUSED,
            by(Declined::ALL.iter().map(|it| it.name()), &refused),
        );
    }

    fn memory(&mut self, memory: &MemoryGauges) {
        for (metric, value) in [
            (&names::MEMORY_IN_USE, memory.in_use() as f64),
            (&names::MEMORY_LIMIT, memory.limit() as f64),
            (
                &names::INTAKE_PAUSED,
                f64::from(u8::from(memory.is_paused())),
            ),
        ] {
            self.numbers(metric, [(Vec::new(), value)]);
        }
    }

    fn standby(&mut self, standby: &StandbyGauges) {
        let of = |value| (Vec::new(), value);
        self.numbers(&names::STANDBY_LANES, [of(standby.lanes() as f64)]);
        let oldest = standby.oldest().map(|at| of(at.0 as f64 / 1000.0));
        self.numbers(&names::STANDBY_TIME, oldest);
    }

    fn facts(&mut self) {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        self.numbers(&names::BUILD_INFO, [(vec![version], 1.0)]);
    }

    fn numbers(&mut self, metric: &Metric, values: impl IntoIterator<Item = (Vec<String>, f64)>) {
        let sample = |(labels, value): (Vec<String>, f64)| {
            let mut sample = Sample::from_label(pairs(metric, labels));
            match metric.kind {
                Kind::Counter => {
                    let mut counter = Counter::default();
                    counter.set_value(value);
                    sample.set_counter(counter);
                }
                Kind::Gauge | Kind::Histogram => {
                    let mut gauge = Gauge::default();
                    gauge.set_value(value);
                    sample.set_gauge(gauge);
                }
            }
            sample
        };
        let samples = values.into_iter().map(sample).collect();
        self.family(metric, samples);
    }

    fn histogram(&mut self, metric: &Metric, latencies: &Latencies) {
        let bucket = |(bound, count)| {
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(bound);
            bucket.set_cumulative_count(count);
            bucket
        };
        let mut histogram = Histogram::default();
        histogram.set_bucket(latencies.buckets().map(bucket).collect());
        histogram.set_sample_count(latencies.count());
        histogram.set_sample_sum(latencies.sum().as_secs_f64());
        let mut sample = Sample::from_label(Vec::new());
        sample.set_histogram(histogram);
        self.family(metric, vec![sample]);
    }

    fn family(&mut self, metric: &Metric, samples: Vec<Sample>) {
        let mut family = MetricFamily::default();
        family.set_name(metric.name.to_owned());
        family.set_help(metric.help.to_owned());
        family.set_field_type(match metric.kind {
            Kind::Counter => MetricType::COUNTER,
            Kind::Gauge => MetricType::GAUGE,
            Kind::Histogram => MetricType::HISTOGRAM,
        });
        family.set_metric(samples);
        self.0.push(family);
    }
}

/// Counts with the one label that each has.
fn by<T: ToString>(labels: impl Iterator<Item = T>, counts: &[u64]) -> Vec<(Vec<String>, f64)> {
    labels
        .zip(counts)
        .map(|(label, count)| (vec![label.to_string()], *count as f64))
        .collect()
}

fn pairs(metric: &Metric, values: Vec<String>) -> Vec<LabelPair> {
    let pair = |(name, value): (&&str, String)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value(value);
        pair
    };
    metric.labels.iter().zip(values).map(pair).collect()
}
