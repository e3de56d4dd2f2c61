//! A deployment under test: topics and a group of its own on a broker, and instances of the real
//! program, each with its log.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};
use tempfile::TempDir;

use crate::broker::{Client, GuardedChild, Watcher, until};

pub(crate) use super::instance::Instance;

/// For anything that takes a start, a restore or a rebalance on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
/// A policy under which customers rise and fall within seconds.
pub(crate) const QUICK: &str = include_str!("quick_policy.toml");
/// For one answer of the broker.
const ANSWER: Duration = Duration::from_secs(30);

/// Topics, settings and policy of one test, and what it started.
pub(crate) struct Deployment {
    client: Client,
    app: String,
    lanes: i32,
    /// Whether profiles and commands have topics of their own.
    own_topics: bool,
    directory: TempDir,
    /// How often each instance was started.
    starts: RefCell<BTreeMap<String, usize>>,
}

/// What a deployment is made with.
pub(crate) struct Plan<'a> {
    /// Unique among the tests: prefix of the topics, name of the group.
    pub(crate) app: &'a str,
    /// Text of the policy.
    pub(crate) policy: &'a str,
    pub(crate) static_membership: bool,
}

impl Deployment {
    /// Four lanes; the topics are created.
    pub(crate) fn new(client: &Client, plan: &Plan<'_>) -> Self {
        let deployment = Self::without_topics(client, plan);
        deployment.create_topics();
        deployment
    }

    /// The same, with topics of their own for profiles and commands.
    pub(crate) fn with_own_topics(client: &Client, plan: &Plan<'_>) -> Self {
        let deployment = Self::prepare(client, plan, true);
        deployment.create_topics();
        deployment
    }

    /// The first again, but the topics are left to the test.
    pub(crate) fn without_topics(client: &Client, plan: &Plan<'_>) -> Self {
        Self::prepare(client, plan, false)
    }

    fn create_topics(&self) {
        for topic in self.all_inputs() {
            self.create_input(&topic);
        }
        let (client, lanes) = (&self.client, self.lanes);
        for topic in [self.changes(), self.ledger()] {
            client.create_topic(&topic, lanes, &[]);
        }
        client.create_topic(&self.dead_letters(), 2, &[]);
        let compacted = [("cleanup.policy", "compact")];
        client.create_topic(&self.current(), lanes, &compacted);
    }

    /// Creates an input topic.
    pub(crate) fn create_input(&self, topic: &str) {
        let by_arrival = [("message.timestamp.type", "LogAppendTime")];
        self.client.create_topic(topic, self.lanes, &by_arrival);
    }

    fn prepare(client: &Client, plan: &Plan<'_>, own_topics: bool) -> Self {
        let directory = tempfile::Builder::new()
            .prefix(plan.app)
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a directory can be made in target/tmp");
        let deployment = Self {
            client: client.clone(),
            app: plan.app.to_owned(),
            lanes: 4,
            own_topics,
            directory,
            starts: RefCell::default(),
        };
        let write =
            |path: PathBuf, text: &str| fs::write(path, text).expect("a writable directory");
        write(deployment.policy(), plan.policy);
        write(deployment.settings(), &deployment.settings_text(plan));
        deployment
    }

    fn settings_text(&self, plan: &Plan<'_>) -> String {
        let [purchases, browsing] = self.inputs();
        let [profiles, commands] = match self.own_topics {
            true => self.own_inputs(),
            false => Default::default(),
        };
        let Self { client, app, .. } = self;
        let (changes, current) = (self.changes(), self.current());
        let (dead_letters, policy) = (self.dead_letters(), self.policy());
        format!(
            r#"
            app.name = "{app}"
            input.purchases = "{purchases}"
            input.browsing = "{browsing}"
            input.profiles = "{profiles}"
            input.commands = "{commands}"
            output.changes = "{changes}"
            output.current = "{current}"
            output.dead_letters = "{dead_letters}"
            policy.file = "{policy}"
            http.enabled = false
            log.format = "text"
            snapshots.folder = "{snapshots}"
            snapshots.topic = ""
            snapshots.every = "1s"
            [kafka]
            brokers = "{brokers}"
            session_timeout = "6s"
            static_membership = {membership}
            "#,
            policy = policy.display(),
            snapshots = self.snapshots().display(),
            brokers = client.bootstrap(),
            membership = plan.static_membership,
        )
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Its group, and the prefix of its topics.
    pub(crate) fn app(&self) -> &str {
        &self.app
    }

    pub(crate) fn lanes(&self) -> i32 {
        self.lanes
    }

    /// Of purchases, and of browsing.
    pub(crate) fn inputs(&self) -> [String; 2] {
        ["purchase", "browse"].map(|what| format!("{}.{what}.v1", self.app))
    }

    /// Of profiles, and of commands, for those who have them.
    pub(crate) fn own_inputs(&self) -> [String; 2] {
        ["profile", "command"].map(|what| format!("{}.{what}.v1", self.app))
    }

    /// All that it reads: of purchases, browsing, and maybe profiles and commands.
    pub(crate) fn all_inputs(&self) -> Vec<String> {
        let own = self.own_topics.then(|| self.own_inputs());
        let own = own.into_iter().flatten();
        self.inputs().into_iter().chain(own).collect()
    }

    pub(crate) fn changes(&self) -> String {
        format!("{}.tier-change.v1", self.app)
    }

    pub(crate) fn current(&self) -> String {
        format!("{}.tier-current.v1", self.app)
    }

    pub(crate) fn dead_letters(&self) -> String {
        format!("{}.dead-letter.v1", self.app)
    }

    pub(crate) fn ledger(&self) -> String {
        format!("{}.ledger.v1", self.app)
    }

    /// All that it publishes to.
    pub(crate) fn outputs(&self) -> [String; 4] {
        [
            self.changes(),
            self.current(),
            self.dead_letters(),
            self.ledger(),
        ]
    }

    pub(crate) fn policy(&self) -> PathBuf {
        self.directory.path().join("policy.toml")
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.directory.path().join("settings.toml")
    }

    /// The folder with the snapshots of its lanes.
    pub(crate) fn snapshots(&self) -> PathBuf {
        self.directory.path().join("snapshots")
    }

    /// The topic of snapshots, for those who make and set it.
    pub(crate) fn snapshots_topic(&self) -> String {
        format!("{}.snapshots.v1", self.app)
    }

    /// A file of this test.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Reads all that it publishes, committed records only, from now until the test asks.
    pub(crate) fn watch(&self) -> Watcher {
        let outputs = self.outputs();
        self.client.watch(&outputs.each_ref().map(String::as_str))
    }

    /// The transactional id of an instance's only worker.
    pub(crate) fn owner(&self, instance: &str) -> String {
        format!("{}.{instance}.0", self.app)
    }

    /// Starts an instance.
    pub(crate) fn start(&self, instance: &str) -> Instance {
        self.start_with(instance, &[])
    }

    /// Starts an instance with some settings of its own.
    pub(crate) fn start_with(&self, instance: &str, settings: &[&str]) -> Instance {
        self.start_in(instance, settings, &[])
    }

    /// Starts an instance with some settings and variables of its own.
    pub(crate) fn start_in(
        &self,
        instance: &str,
        settings: &[&str],
        variables: &[(&str, &str)],
    ) -> Instance {
        let mut starts = self.starts.borrow_mut();
        let number = starts.entry(instance.to_owned()).or_default();
        *number += 1;
        let log = self.file(&format!("{instance}-{number}.log"));
        let mut command = self.tidemark(&["run"]);
        command.args(settings.iter().flat_map(|setting| ["--set", setting]));
        command.envs(variables.iter().copied());
        self.launch(instance, command, log)
    }

    /// Starts an instance that is told by the system when a file would be too large, instead of
    /// being killed.
    pub(crate) fn start_with_room(&self, instance: &str) -> Instance {
        let run = self.tidemark(&["run"]);
        let mut command = Command::new("env");
        command.arg("--ignore-signal=XFSZ").arg(run.get_program());
        command.args(run.get_args());
        let log = self.file(&format!("{instance}-with-room.log"));
        self.launch(instance, command, log)
    }

    fn launch(&self, instance: &str, mut command: Command, log: PathBuf) -> Instance {
        let output = || File::options().create(true).append(true).open(&log);
        command.args(["--set", &format!("app.instance={instance}")]);
        command.stdout(output().expect("a log can be written"));
        command.stderr(output().expect("a log can be written"));
        Instance::new(GuardedChild::start(command, self.directory.path()), log)
    }

    /// Runs it to its end, for those runs that end by themselves.
    pub(crate) fn run_to_end(&self, arguments: &[&str]) -> Output {
        let output = self.tidemark(arguments).output();
        output.expect("the program can be run")
    }

    fn tidemark(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidemark"));
        command.args(arguments).arg("--config").arg(self.settings());
        command
    }

    /// Waits until all that the inputs hold by now is behind the group.
    #[track_caller]
    pub(crate) fn wait_until_caught_up(&self) {
        let reader = self.group_reader();
        let ends = self.ends(&reader);
        let what = format!("the group {} has committed {ends:?}", self.app);
        until(&what, PATIENCE, || {
            let committed = committed(&reader, &ends)?;
            let is_behind = |(place, end)| committed.get(place).is_some_and(|at| at >= end);
            ends.iter().all(is_behind).then_some(())
        });
    }

    /// What the group has committed, by input topic and partition; partitions without a commit are
    /// left out.
    pub(crate) fn committed(&self) -> BTreeMap<(String, i32), i64> {
        let reader = self.group_reader();
        let ends = self.ends(&reader);
        until("the group's offsets are read", PATIENCE, || {
            committed(&reader, &ends)
        })
    }

    /// What stands with those offsets.
    pub(crate) fn marks(&self) -> BTreeMap<(String, i32), String> {
        let reader = self.group_reader();
        let mut asked = TopicPartitionList::new();
        for (topic, lane) in self.ends(&reader).keys() {
            asked.add_partition(topic, *lane);
        }
        let answer = until("the group's offsets are read", PATIENCE, || {
            reader.committed_offsets(asked.clone(), ANSWER).ok()
        });
        let elements = answer.elements().into_iter();
        let marks = elements.map(|it| {
            let place = (it.topic().to_owned(), it.partition());
            (place, it.metadata().to_owned())
        });
        marks.collect()
    }

    /// A client that can see the group's offsets, but takes no part.
    fn group_reader(&self) -> BaseConsumer {
        let mut config = self.client.config();
        config.set("group.id", &self.app);
        config.set("isolation.level", "read_committed");
        config.create().expect("a consumer can be made")
    }

    /// The ends of those input partitions that are not empty.
    fn ends(&self, reader: &BaseConsumer) -> BTreeMap<(String, i32), i64> {
        let inputs = self.all_inputs();
        let all = inputs
            .iter()
            .flat_map(|topic| (0..self.lanes).map(move |lane| (topic, lane)));
        all.filter_map(|(topic, lane)| {
            let (_, end) = until("a partition's end is known", PATIENCE, || {
                reader.fetch_watermarks(topic, lane, ANSWER).ok()
            });
            (end > 0).then(|| ((topic.clone(), lane), end))
        })
        .collect()
    }
}

fn committed(
    reader: &BaseConsumer,
    of: &BTreeMap<(String, i32), i64>,
) -> Option<BTreeMap<(String, i32), i64>> {
    let mut asked = TopicPartitionList::new();
    for (topic, lane) in of.keys() {
        asked.add_partition(topic, *lane);
    }
    let answer = reader.committed_offsets(asked, ANSWER).ok()?;
    let one = |element: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
        let place = (element.topic().to_owned(), element.partition());
        match element.offset() {
            Offset::Offset(offset) => Some((place, offset)),
            _ => None,
        }
    };
    Some(answer.elements().iter().filter_map(one).collect())
}

impl Drop for Deployment {
    fn drop(&mut self) {
        if thread::panicking() {
            self.directory.disable_cleanup(true);
            eprintln!(
                "settings and logs are kept: {}",
                self.directory.path().display()
            );
        }
    }
}
