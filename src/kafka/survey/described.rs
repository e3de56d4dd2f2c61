//! Asks the cluster for the settings of topics.

use std::collections::BTreeMap;

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigEntry, OwnedResourceSpecifier, ResourceSpecifier,
};

use crate::kafka::client::Target;
use crate::kafka::context::Outsider;
use crate::kafka::trouble::restart;
use crate::port::Trouble;

use super::Difference;
use super::terms::{Known, Settled};

/// The settings of these topics, each its own and those it inherits; and which may not be looked
/// at.
pub(super) fn of<'a>(
    known: impl Iterator<Item = &'a Known>,
    target: &Target,
) -> Result<(Vec<Settled<'a>>, Vec<Difference>), Trouble> {
    let known: Vec<&Known> = known.collect();
    let mut answers = settings(known.iter().map(|one| one.topic.as_str()), target)?;
    let (mut settled, mut untold) = (Vec::new(), Vec::new());
    for known in known {
        let settings = answers.remove(&known.topic).unwrap_or_default();
        match settings.is_empty() {
            false => settled.push(Settled { known, settings }),
            true => untold.push(forbidden(&known.topic, target)),
        }
    }
    Ok((settled, untold))
}

/// The settings of these topics by name; none of those that may not be looked at: the rdkafka crate
/// gives none then, and no error.
pub(in crate::kafka) fn settings<'a>(
    topics: impl Iterator<Item = &'a str>,
    target: &Target,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Trouble> {
    let admin: AdminClient<Outsider> = target
        .admin()
        .create_with_context(Outsider)
        .map_err(|error| Trouble::Fatal(format!("cannot make an admin client: {error}")))?;
    let wanted: Vec<ResourceSpecifier<'_>> = topics.map(ResourceSpecifier::Topic).collect();
    let options = AdminOptions::new().request_timeout(Some(target.patience));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| Trouble::Fatal(format!("cannot wait for the settings: {error}")))?;
    let answered = runtime
        .block_on(admin.describe_configs(&wanted, &options))
        .map_err(restart("read the settings of the topics"))?;
    let mut answers: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for resource in answered.into_iter().flatten() {
        let pair = |entry: ConfigEntry| Some((entry.name, entry.value?));
        if let OwnedResourceSpecifier::Topic(topic) = resource.specifier {
            answers.insert(
                topic,
                resource.entries.into_iter().filter_map(pair).collect(),
            );
        }
    }
    Ok(answers)
}

fn forbidden(topic: &str, target: &Target) -> Difference {
    Difference {
        what: format!("the settings of {topic} may not be looked at"),
        mend: format!(
            "kafka-acls.sh --bootstrap-server {} --add --allow-principal User:NAME --operation \
             DescribeConfigs --topic {topic}; or leave it out: kafka.topic_settings = \"ignore\"",
            target.brokers
        ),
    }
}
