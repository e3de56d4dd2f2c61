//! What the demonstration shows while it runs.

use std::collections::{BTreeMap, VecDeque};
use std::io::{IsTerminal, stderr};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::telemetry::LatencySummary;
use crate::wire::told::{Compared, ToldChange, read_change};

use super::super::report::count;
use super::browsing::Fed;

/// Moves shown at once.
const LATEST: usize = 6;
/// Time between two looks, live and in plain lines.
const FRAME: Duration = Duration::from_millis(100);
const PLAIN_EVERY: Duration = Duration::from_secs(1);

/// The board.
pub(super) struct Board<'a> {
    policy: &'a Policy,
    timeline: &'a [Fed],
    /// Customers by ladder or map, and tier or segment, as the changes say.
    population: BTreeMap<String, BTreeMap<String, i64>>,
    latest: VecDeque<String>,
    moves: u64,
    by_clock: u64,
    began: Instant,
    first_move: Option<Duration>,
    shown: Option<Instant>,
    screen: Option<Screen>,
}

/// The live view.
struct Screen {
    all: MultiProgress,
    bar: ProgressBar,
    lines: Vec<ProgressBar>,
}

impl<'a> Board<'a> {
    pub(super) fn new(plain: bool, policy: &'a Policy, timeline: &'a [Fed]) -> Self {
        let live = !plain && stderr().is_terminal();
        Self {
            policy,
            timeline,
            population: BTreeMap::new(),
            latest: VecDeque::new(),
            moves: 0,
            by_clock: 0,
            began: Instant::now(),
            first_move: None,
            shown: None,
            screen: live
                .then(|| Screen::new(timeline.len(), policy.ladders.len() + policy.maps.len())),
        }
    }

    /// Says what is about to be seen, and what of it is not real.
    pub(super) fn greet(&self, brokers: &str, http: SocketAddr) {
        let browsing = self.timeline.iter().filter(|fed| fed.browsing).count();
        eprintln!("tidemark demo");
        eprintln!("  broker    {brokers}, in this process: a test broker that keeps nothing and");
        eprintln!("            cannot show exactly-once; `tidemark run` on a real Kafka does");
        eprintln!(
            "  policy    {} v{}: {}, {}, {}",
            self.policy.name,
            self.policy.version,
            count(self.policy.features.len(), "feature"),
            count(self.policy.ladders.len(), "ladder"),
            count(self.policy.maps.len(), "map")
        );
        eprintln!(
            "  events    {} real orders, refunds and cancels (UCI Online Retail, CC0)",
            self.timeline.len() - browsing
        );
        eprintln!("            {browsing} simulated browsing events, labelled so in each of them");
        eprintln!("  look      http://{http}/  while it runs");
        eprintln!();
    }

    /// One change was published.
    pub(super) fn moved(&mut self, body: &[u8]) {
        let Ok(change) = read_change(body) else {
            return;
        };
        self.first_move.get_or_insert_with(|| self.began.elapsed());
        self.moves += 1;
        self.by_clock += u64::from(change.cause == "clock");
        let ranks = self.population.entry(change.ladder.clone()).or_default();
        *ranks.entry(change.to.clone()).or_default() += 1;
        if change.version > 1 {
            *ranks.entry(change.from.clone()).or_default() -= 1;
        }
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(told(&change));
    }

    /// Shows how far things are, if it is time.
    pub(super) fn show(&mut self, sent: usize, consumed: u64, latency: LatencySummary) {
        let every = if self.screen.is_some() {
            FRAME
        } else {
            PLAIN_EVERY
        };
        if self.shown.is_some_and(|last| last.elapsed() < every) {
            return;
        }
        self.shown = Some(Instant::now());
        let at = sent.checked_sub(1).and_then(|last| self.timeline.get(last));
        let day = self.policy.zone.show(at.map_or(Timestamp(0), |fed| fed.at));
        let day = day.get(..10).unwrap_or_default();
        let rate = consumed as f64 / self.began.elapsed().as_secs_f64();
        let figures = format!(
            "{day}  {:.0} events/s  {} moves, {} by time alone  \
             event to change p50 {} ms p99 {} ms",
            rate,
            self.moves,
            self.by_clock,
            latency.p50.as_millis(),
            latency.p99.as_millis()
        );
        let scales: Vec<String> = (0..self.policy.scales())
            .map(|i| self.scale(ScaleIx(i)))
            .collect();
        match &self.screen {
            Some(screen) => screen.draw(consumed, figures, scales, &self.latest),
            None => {
                let first = scales.first().map_or("", |line| line.trim());
                let last = self.latest.back().map_or("", String::as_str);
                eprintln!("{figures}\n    {first}\n    {last}");
            }
        }
    }

    /// One ladder or map: how many customers stand where.
    fn scale(&self, scale: ScaleIx) -> String {
        let name = self.policy.scale_name(scale);
        let counts = self.population.get(name);
        let ranks = self.policy.rank_names(scale);
        let shown: Vec<String> = ranks
            .into_iter()
            .map(|rank| {
                let count = counts
                    .and_then(|counts| counts.get(rank))
                    .copied()
                    .unwrap_or(0);
                format!("{rank} {:<6}", count.max(0))
            })
            .collect();
        format!("{name:<14}{}", shown.join(" "))
    }

    /// Takes the live view away and says how it went.
    pub(super) fn end(self) {
        if let Some(screen) = &self.screen {
            screen.bar.finish();
            for line in &screen.lines {
                line.finish();
            }
        }
        eprintln!(
            "\n{} events in {:.1} s, the first change after {:.1} s",
            self.timeline.len(),
            self.began.elapsed().as_secs_f64(),
            self.first_move.unwrap_or_default().as_secs_f64()
        );
    }
}

impl Screen {
    fn new(events: usize, scales: usize) -> Self {
        let all = MultiProgress::new();
        let bar = all.add(ProgressBar::new(events as u64));
        let style = ProgressStyle::with_template("{bar:48.cyan/blue} {percent:>3}%  {msg}")
            .expect("a template of this file")
            .progress_chars("█▉▊▋▌▍▎▏ ");
        bar.set_style(style);
        let line = ProgressStyle::with_template("{msg}").expect("a template of this file");
        let lines = (0..scales + LATEST + 2)
            .map(|_| {
                let added = all.add(ProgressBar::new(0));
                added.set_style(line.clone());
                added
            })
            .collect();
        Self { all, bar, lines }
    }

    fn draw(&self, consumed: u64, figures: String, scales: Vec<String>, latest: &VecDeque<String>) {
        self.bar.set_position(consumed);
        let rows = [figures, String::new()]
            .into_iter()
            .chain(scales)
            .chain(latest.iter().cloned());
        for (line, row) in self.lines.iter().zip(rows) {
            line.set_message(row);
        }
        // Keeps the group alive as long as it is drawn into.
        let _ = &self.all;
    }
}

/// A move in one line, with what decided it.
fn told(change: &ToldChange) -> String {
    let decided = change
        .reason
        .iter()
        .find(|one| !one.holds || change.cause != "clock");
    let why = decided
        .or(change.reason.first())
        .map_or(String::new(), because);
    let time = if change.cause == "clock" {
        "  time alone"
    } else {
        ""
    };
    format!(
        "{}  {:<6} {:<12} {} -> {}  {why}{time}",
        change.effective_at.get(..10).unwrap_or_default(),
        change.customer_id,
        change.ladder,
        change.from,
        change.to
    )
}

fn because(one: &Compared) -> String {
    let subject = one
        .feature
        .as_deref()
        .or(one.ladder.as_deref())
        .unwrap_or_default();
    let not = if one.holds { "" } else { "not " };
    format!(
        "({subject} {} is {not}{} {})",
        one.value, one.op, one.threshold
    )
}
