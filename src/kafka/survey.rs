//! Looks at the topics before anything is read: do they exist, do their partitions match, are their
//! settings such that nothing is lost, do keys lie where they should?

mod described;
mod keys;
mod terms;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::types::RDKafkaRespErr;

use crate::port::Trouble;
use crate::settings::TopicSettings;

use super::client::Target;
use super::context::Outsider;
use super::trouble::restart;
pub(super) use described::settings;
use terms::{Known, Role};

/// What the survey found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Partitions of the input topics: the number of lanes.
    pub lanes: i32,
    /// Keys looked at.
    pub keys: usize,
    /// Everything that is not as it must be; empty if the topics can be used.
    pub differences: Vec<Difference>,
    /// Everything else that somebody should know.
    pub warnings: Vec<Difference>,
}

/// Something about the topics that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What, and what would come of it.
    pub what: String,
    /// What mends it: a command, or something to set.
    pub mend: String,
}

/// Looks at all topics of a target.
///
/// # Errors
/// The broker does not answer.
pub fn survey(target: &Target) -> Result<Survey, Trouble> {
    let consumer = Outsider::consumer(target)?;
    let mut found = Survey::default();
    let (mut known, mut missing) = (Vec::new(), Vec::new());
    for (topic, role) in topics(target) {
        match look(&consumer, topic, role, target)? {
            Ok(one) => known.push(one),
            Err(absent) => missing.push((topic, role, absent)),
        }
    }
    let mut inputs = known.iter().filter(|one| one.role == Role::Input);
    found.lanes = inputs.next().map_or(0, |one| one.partitions);
    for (topic, role, absent) in missing {
        found
            .differences
            .push(absent.told(topic, role, target, found.lanes));
    }
    found.differences.extend(counts(&known, target));
    if target.topic_settings != TopicSettings::Ignore {
        let (settings, untold) = described::of(known.iter(), target)?;
        let (must, should) = terms::judge(&settings, &target.brokers);
        match target.topic_settings {
            TopicSettings::Refuse => found.differences.extend(must),
            _ => found.warnings.extend(must),
        }
        found.warnings.extend(should);
        found.warnings.extend(untold);
    }
    for one in known.iter().filter(|one| one.role == Role::Input) {
        let (topic, partitions) = (&one.topic, one.partitions);
        keys::sample(&consumer, topic, partitions, target.patience, &mut found)?;
    }
    Ok(found)
}

/// All topics of a target, and what each is for.
fn topics(target: &Target) -> impl Iterator<Item = (&str, Role)> {
    let inputs = target.inputs.iter().map(|topic| (topic, Role::Input));
    let outputs = [
        (&target.changes, Role::Changes),
        (&target.current, Role::Current),
        (&target.dead_letters, Role::DeadLetters),
        (&target.ledger, Role::Ledger),
    ];
    let policies = target.policies.iter().map(|topic| (topic, Role::Policies));
    let snapshots = target.snapshots.iter();
    let snapshots = snapshots.map(|topic| (topic, Role::Snapshots));
    let all = inputs.chain(outputs).chain(policies).chain(snapshots);
    all.map(|(topic, role)| (topic.as_str(), role))
}

/// Why nothing is known of a topic.
enum Absent {
    /// There is none, in a cluster of so many brokers.
    Missing(usize),
    /// It may not be looked at.
    Forbidden,
}

impl Absent {
    fn told(self, topic: &str, role: Role, target: &Target, lanes: i32) -> Difference {
        let brokers = &target.brokers;
        match self {
            Self::Missing(cluster) => {
                let partitions = match role {
                    Role::Policies => "1".to_owned(),
                    _ if lanes == 0 => "N".to_owned(),
                    _ => lanes.to_string(),
                };
                let settings = terms::wanted(role).iter();
                let settings: String = settings.map(|one| format!(" --config {one}")).collect();
                let copies = cluster.clamp(1, 3);
                Difference {
                    what: format!("topic {topic} does not exist"),
                    mend: format!(
                        "kafka-topics.sh --bootstrap-server {brokers} --create --topic {topic} \
                         --partitions {partitions} --replication-factor {copies}{settings}"
                    ),
                }
            }
            Self::Forbidden => Difference {
                what: format!("topic {topic} may not be looked at"),
                mend: format!(
                    "kafka-acls.sh --bootstrap-server {brokers} --add --allow-principal User:NAME \
                     --operation Describe --topic {topic}"
                ),
            },
        }
    }
}

/// What the cluster says of a topic's partitions.
fn look(
    consumer: &BaseConsumer<Outsider>,
    topic: &str,
    role: Role,
    target: &Target,
) -> Result<Result<Known, Absent>, Trouble> {
    let metadata = consumer
        .fetch_metadata(Some(topic), target.patience)
        .map_err(restart("reach the broker"))?;
    let known = metadata
        .topics()
        .iter()
        .find(|known| known.name() == topic && !known.partitions().is_empty());
    if let Some(known) = known {
        let copies = known.partitions().iter().map(|one| one.replicas().len());
        return Ok(Ok(Known {
            topic: topic.to_owned(),
            role,
            partitions: i32::try_from(known.partitions().len()).unwrap_or(i32::MAX),
            copies: copies.min().unwrap_or(0),
        }));
    }
    let forbidden = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    let mut errors = metadata.topics().iter().map(|one| one.error());
    Ok(Err(match errors.any(|error| error == Some(forbidden)) {
        true => Absent::Forbidden,
        false => Absent::Missing(metadata.brokers().len()),
    }))
}

/// Where the numbers of partitions do not go together.
fn counts(known: &[Known], target: &Target) -> Vec<Difference> {
    let mut found = Vec::new();
    let inputs: Vec<&Known> = known.iter().filter(|one| one.role == Role::Input).collect();
    let lanes = inputs.first().map_or(0, |one| one.partitions);
    if inputs.iter().any(|one| one.partitions != lanes) {
        let all = inputs
            .iter()
            .map(|one| format!("{} has {}", one.topic, one.partitions));
        let all = all.collect::<Vec<_>>().join(", ");
        found.push(Difference {
            what: format!("the input topics must have equal partition counts, but {all}"),
            mend: "the keys of a topic that was enlarged lie elsewhere since then: make a new \
                   topic with the right count, copy the records into it, and name it in the \
                   settings"
                .to_owned(),
        });
    }
    for one in known {
        let (topic, count) = (&one.topic, one.partitions);
        if one.role == Role::Ledger && count != lanes {
            found.push(Difference {
                what: format!(
                    "{topic} has {count} partitions, but must have one for each of {lanes} lanes"
                ),
                mend: format!(
                    "if the service has never run: kafka-topics.sh --bootstrap-server {} --delete \
                     --topic {topic}, and create it with {lanes}; else the input topics were \
                     enlarged: make new ones with {count}, copy the records into them, and name \
                     them in the settings",
                    target.brokers
                ),
            });
        }
        if one.role == Role::Snapshots && count != lanes {
            let brokers = &target.brokers;
            found.push(Difference {
                what: format!(
                    "{topic} has {count} partitions, but must have one for each of {lanes} lanes"
                ),
                mend: format!(
                    "kafka-topics.sh --bootstrap-server {brokers} --delete --topic {topic}: it is \
                     a cache; tidemark check --connect has the command that makes it again"
                ),
            });
        }
        if one.role == Role::Policies && count != 1 {
            found.push(Difference {
                what: format!(
                    "{topic} has {count} partitions, but policies have one order, in one partition"
                ),
                mend: "make a new topic with one partition, and name it as policy.topic".to_owned(),
            });
        }
    }
    found
}
