//! From what is written to what is meant: units, bounds, and what has to fit together. Finds every
//! problem, not the first.

mod state;
mod topics;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::time::Span;

use super::layer::Findings;
use super::properties::{Properties, refusal};
use super::raw::{self, Raw};
use super::{
    App, Feed, Http, Input, Kafka, Level, Log, LogFormat, Output, PolicySource, Settings,
    TopicSettings, UnitBounds,
};

/// How many times longer than a unit a transaction and a session must last at least.
const UNITS_IN_TIMEOUT: u32 = 10;
/// Longest `app.name` and `app.instance`: with them the names made of them stay readable and legal.
const NAME_MAX: usize = 63;

/// The settings; nothing where a value cannot be used. Values in `secrets` are properties that were
/// read from files of their own.
pub(super) fn check(
    raw: &Raw,
    secrets: BTreeMap<String, String>,
    findings: &mut Findings,
) -> Option<Settings> {
    let mut check = Check { findings };
    let app = check.app(&raw.app);
    let kafka = check.kafka(&raw.kafka, secrets);
    let input = check.input(&raw.input);
    let output = check.output(&raw.output);
    let unit = check.unit(&raw.unit);
    let feed = check.length(
        "feed.merge_wait",
        &raw.feed.merge_wait,
        seconds(0)..=seconds(600),
    );
    let state = check.state(&raw.state);
    let snapshots = check.snapshots(raw);
    let http = check.http(&raw.http);
    let log = check.log(&raw.log);
    let policy = check.policy(&raw.policy);
    check.topics(raw);
    check.fits(unit.as_ref(), input.as_ref(), kafka.as_ref());
    Some(Settings {
        app: app?,
        kafka: kafka?,
        input: input?,
        output,
        policy: policy?,
        unit: unit?,
        feed: Feed { merge_wait: feed? },
        state: state?,
        snapshots: snapshots?,
        http: http?,
        log: log?,
    })
}

struct Check<'a> {
    findings: &'a mut Findings,
}

impl Check<'_> {
    fn fault(&mut self, key: &str, message: impl AsRef<str>) {
        let problem = self.findings.origins.fault(key, message.as_ref());
        self.findings.problems.push(problem);
    }

    fn app(&mut self, raw: &raw::App) -> Option<App> {
        self.name("app.name", &raw.name);
        self.name("app.instance", &raw.instance);
        let workers = self.number("app.workers", raw.workers, 1..=256)?;
        Some(App {
            name: raw.name.clone(),
            instance: raw.instance.clone(),
            workers,
            standby: raw.standby,
        })
    }

    /// Part of the names of topics, groups and transactions.
    fn name(&mut self, key: &str, name: &str) {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(legal) {
            self.fault(
                key,
                format!("is \"{name}\"; 1 to {NAME_MAX} of a-z, 0-9 and - are allowed"),
            );
        }
    }

    fn kafka(&mut self, raw: &raw::Kafka, secrets: BTreeMap<String, String>) -> Option<Kafka> {
        for broker in raw.brokers.split(',') {
            let legal = broker
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<NonZeroU16>().is_ok());
            if !legal {
                self.fault(
                    "kafka.brokers",
                    format!("names \"{broker}\"; \"host:port\" is expected"),
                );
            }
        }
        let properties = self.properties(raw, secrets);
        let session_timeout = self.length(
            "kafka.session_timeout",
            &raw.session_timeout,
            seconds(1)..=seconds(1800),
        );
        let transaction_timeout = self.length(
            "kafka.transaction_timeout",
            &raw.transaction_timeout,
            seconds(1)..=seconds(900),
        );
        let topic_settings = ("kafka.topic_settings", &raw.topic_settings);
        let topic_settings = self.choice(topic_settings.0, topic_settings.1, TopicSettings::ALL);
        Some(Kafka {
            brokers: raw.brokers.clone(),
            session_timeout: session_timeout?,
            static_membership: raw.static_membership,
            transaction_timeout: transaction_timeout?,
            topic_settings: topic_settings?,
            properties,
        })
    }

    fn properties(&mut self, raw: &raw::Kafka, secrets: BTreeMap<String, String>) -> Properties {
        for (table, names) in [
            ("properties", &raw.properties),
            ("property_files", &raw.property_files),
        ] {
            for name in names.keys() {
                if let Some(why) = refusal(name) {
                    self.fault(
                        &format!("kafka.{table}.{name}"),
                        format!("cannot be set: {why}"),
                    );
                }
            }
        }
        let mut all = raw.properties.clone();
        for (name, value) in secrets {
            if all.insert(name.clone(), value).is_some() {
                let key = format!("kafka.property_files.{name}");
                self.fault(&key, format!("is also set as `kafka.properties.{name}`"));
            }
        }
        Properties::new(all)
    }

    fn input(&mut self, raw: &raw::Input) -> Option<Input> {
        let bytes = self.number(
            "input.record_bytes_max",
            raw.record_bytes_max,
            256..=1_000_000,
        )?;
        Some(Input {
            purchases: raw.purchases.clone(),
            browsing: raw.browsing.clone(),
            profiles: named(&raw.profiles),
            commands: named(&raw.commands),
            transfers: named(&raw.transfers),
            record_bytes_max: bytes,
        })
    }

    fn output(&mut self, raw: &raw::Output) -> Output {
        Output {
            changes: raw.changes.clone(),
            current: raw.current.clone(),
            dead_letters: raw.dead_letters.clone(),
        }
    }

    fn policy(&mut self, raw: &raw::Policy) -> Option<PolicySource> {
        if raw.file.is_empty() {
            self.fault("policy.file", "is empty");
        }
        let pace = self.number("policy.pace", raw.pace, 1..=1_000_000)?;
        Some(PolicySource {
            file: PathBuf::from(&raw.file),
            topic: named(&raw.topic),
            pace: u32::try_from(pace).expect("at most a million"),
        })
    }

    fn unit(&mut self, raw: &raw::Unit) -> Option<UnitBounds> {
        let events_max = self.number("unit.events_max", raw.events_max, 1..=1_000_000);
        let bytes_max = self.number("unit.bytes_max", raw.bytes_max, 256..=104_857_600);
        let age_max = self.length("unit.age_max", &raw.age_max, millis(1)..=seconds(60));
        let change_wait = self.length(
            "unit.change_wait",
            &raw.change_wait,
            millis(0)..=seconds(60),
        );
        let pause = self.length("unit.pause", &raw.pause, millis(0)..=seconds(60));
        let stretch = self.number("unit.stretch", raw.stretch, 1..=100);
        let paced = ("unit.deadlines_per_second", raw.deadlines_per_second);
        let paced = self.number(paced.0, paced.1, 0..=1_000_000_000)?;
        Some(UnitBounds {
            events_max: events_max?,
            bytes_max: bytes_max?,
            age_max: age_max?,
            change_wait: change_wait?,
            pause: pause?,
            stretch: u32::try_from(stretch?).expect("at most 100"),
            deadlines_per_second: Some(paced as u64).filter(|paced| *paced > 0),
        })
    }

    fn http(&mut self, raw: &raw::Http) -> Option<Http> {
        match raw.listen.parse::<SocketAddr>() {
            Ok(listen) => {
                if raw.policy && !listen.ip().is_loopback() {
                    let why = "is true, but whoever reaches that address may change the policy";
                    let what = format!("{why}: `http.listen` is {listen}, not loopback");
                    self.fault("http.policy", what);
                }
                Some(Http {
                    enabled: raw.enabled,
                    listen,
                    customers: raw.customers,
                    policy: raw.policy,
                })
            }
            Err(_) => {
                self.fault(
                    "http.listen",
                    format!("is \"{}\"; an address and a port are expected", raw.listen),
                );
                None
            }
        }
    }

    fn log(&mut self, raw: &raw::Log) -> Option<Log> {
        let level = self.choice(
            "log.level",
            &raw.level,
            &[
                (Level::Error.name(), Level::Error),
                (Level::Warn.name(), Level::Warn),
                (Level::Info.name(), Level::Info),
                (Level::Debug.name(), Level::Debug),
                (Level::Trace.name(), Level::Trace),
            ],
        );
        let format = self.choice(
            "log.format",
            &raw.format,
            &[
                ("auto", LogFormat::Auto),
                ("text", LogFormat::Text),
                ("json", LogFormat::Json),
            ],
        );
        Some(Log {
            level: level?,
            format: format?,
        })
    }

    fn choice<T: Copy>(&mut self, key: &str, text: &str, choices: &[(&str, T)]) -> Option<T> {
        let chosen = choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, choice)| *choice);
        if chosen.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.fault(
                key,
                format!("is \"{text}\"; one of {} is expected", names.join(", ")),
            );
        }
        chosen
    }

    fn number(&mut self, key: &str, number: i64, bounds: RangeInclusive<i64>) -> Option<usize> {
        self.within(key, &number, &bounds);
        usize::try_from(number)
            .ok()
            .filter(|_| bounds.contains(&number))
    }

    fn length(&mut self, key: &str, text: &str, bounds: RangeInclusive<Span>) -> Option<Duration> {
        match Span::parse(text) {
            Ok(span) => {
                self.within(key, &span, &bounds);
                bounds
                    .contains(&span)
                    .then(|| Duration::from_millis(span.0.unsigned_abs()))
            }
            Err(error) => {
                self.fault(key, format!("is \"{text}\": {error}"));
                None
            }
        }
    }

    fn within<T: PartialOrd + Display>(
        &mut self,
        key: &str,
        value: &T,
        bounds: &RangeInclusive<T>,
    ) {
        if !bounds.contains(value) {
            let (low, high) = (bounds.start(), bounds.end());
            self.fault(key, format!("is {value}; {low} to {high} is allowed"));
        }
    }

    /// What no value can be blamed for alone.
    fn fits(&mut self, unit: Option<&UnitBounds>, input: Option<&Input>, kafka: Option<&Kafka>) {
        let Some(unit) = unit else { return };
        let age = ("unit.age_max", show(unit.age_max));
        if let Some(input) = input.filter(|input| input.record_bytes_max > unit.bytes_max) {
            let record = ("input.record_bytes_max", input.record_bytes_max);
            self.order(("unit.bytes_max", unit.bytes_max), "less than", record);
        }
        for (key, length) in [
            ("unit.change_wait", unit.change_wait),
            ("unit.pause", unit.pause),
        ] {
            if length > unit.age_max {
                self.order((key, show(length)), "more than", age);
            }
        }
        let Some(kafka) = kafka else { return };
        let longest = unit.age_max * unit.stretch;
        for (key, length) in [
            ("kafka.session_timeout", kafka.session_timeout),
            ("kafka.transaction_timeout", kafka.transaction_timeout),
        ] {
            if length < longest * UNITS_IN_TIMEOUT {
                let bound = format!("less than {UNITS_IN_TIMEOUT} times");
                let longest = ("unit.age_max x unit.stretch", show(longest));
                self.order((key, show(length)), &bound, longest);
            }
        }
    }

    fn order<T: Display>(
        &mut self,
        (key, value): (&str, T),
        bound: &str,
        (other, limit): (&str, T),
    ) {
        self.fault(
            key,
            format!("is {value}, {bound} `{other}`, which is {limit}"),
        );
    }
}

/// The name of a topic that may be left out.
fn named(topic: &str) -> Option<String> {
    (!topic.is_empty()).then(|| topic.to_owned())
}

fn show(length: Duration) -> Span {
    millis(i64::try_from(length.as_millis()).unwrap_or(i64::MAX))
}

fn seconds(n: i64) -> Span {
    millis(n * 1000)
}

fn millis(n: i64) -> Span {
    Span(n)
}
