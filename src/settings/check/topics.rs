//! The names of the topics, held against each other.

use crate::settings::raw::Raw;

use super::Check;

/// Longest name of a topic that the cluster takes.
const TOPIC_MAX: usize = 249;

/// Stands for the name of the service in the name of its topic of snapshots: no two services may
/// share one.
const APP: &str = "<app>";

/// The name of the topic of the snapshots; empty for none.
pub(super) fn topic_of_snapshots(raw: &Raw) -> String {
    raw.snapshots.topic.replace(APP, &raw.app.name)
}

impl Check<'_> {
    /// Names of topics: legal, and no two of them the same (nor the same to the cluster's metrics,
    /// which take dots for underscores).
    pub(super) fn topics(&mut self, raw: &Raw) {
        let ledger = format!("{}.ledger.v1", raw.app.name);
        let snapshots = topic_of_snapshots(raw);
        let mut topics = vec![
            ("input.purchases", &raw.input.purchases),
            ("input.browsing", &raw.input.browsing),
            ("output.changes", &raw.output.changes),
            ("output.current", &raw.output.current),
            ("output.dead_letters", &raw.output.dead_letters),
            ("app.name", &ledger),
        ];
        let optional = [
            ("input.profiles", &raw.input.profiles),
            ("input.commands", &raw.input.commands),
            ("input.transfers", &raw.input.transfers),
            ("policy.topic", &raw.policy.topic),
            ("snapshots.topic", &snapshots),
        ];
        topics.extend(optional.into_iter().filter(|(_, topic)| !topic.is_empty()));
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        for (i, (key, topic)) in topics.iter().enumerate() {
            let dots = matches!(topic.as_str(), "." | "..");
            // What is wrong with a name of the service is told there.
            let own = match *key {
                "app.name" => "",
                "snapshots.topic" => &*raw.snapshots.topic.replace(APP, ""),
                _ => topic,
            };
            if *key != "app.name"
                && (topic.is_empty() || dots || topic.len() > TOPIC_MAX || !own.chars().all(legal))
            {
                self.fault(
                    key,
                    format!("makes a topic named \"{topic}\", which the cluster refuses"),
                );
            }
            let folded = |topic: &str| topic.replace('.', "_");
            for (other, twin) in &topics[..i] {
                if folded(twin) == folded(topic) {
                    let twin = format!("collides with \"{twin}\" of `{other}`");
                    self.fault(
                        key,
                        format!("makes a topic named \"{topic}\", which {twin}"),
                    );
                }
            }
        }
    }
}
