//! Whether the topics are still those that the service began with.

use std::ffi::CString;

use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::port::Trouble;

use super::client::Target;
use super::context::Outsider;
use super::ffi::Native;
use super::ffi::topics::Identity;
use super::survey::Difference;

/// Looks at the topics again and again, from outside the group.
pub struct Watch {
    consumer: BaseConsumer<Outsider>,
    target: Target,
    names: Vec<CString>,
    first: Vec<Identity>,
    /// Topics that were not there at the last look: a broker that has just begun may not know them
    /// yet.
    missed: Vec<String>,
}

impl Watch {
    /// Notes what the topics are now.
    ///
    /// # Errors
    /// The broker does not answer.
    pub fn begin(target: &Target) -> Result<Self, Trouble> {
        let outputs = [
            &target.changes,
            &target.current,
            &target.dead_letters,
            &target.ledger,
        ];
        let names = target.inputs.iter().chain(outputs);
        let names = names.map(|topic| CString::new(topic.as_str()));
        let names = names.collect::<Result<Vec<_>, _>>();
        let names =
            names.map_err(|_| Trouble::Fatal("a topic name holds a zero byte".to_owned()))?;
        let mut watch = Self {
            consumer: Outsider::consumer(target)?,
            target: target.clone(),
            names,
            first: Vec::new(),
            missed: Vec::new(),
        };
        watch.first = watch.ask()?;
        Ok(watch)
    }

    fn ask(&self) -> Result<Vec<Identity>, Trouble> {
        Native::new(self.consumer.client().native_ptr())
            .identities(&self.names, self.target.patience)
            .map_err(|why| Trouble::Restart(format!("cannot look at the topics: {why}")))
    }

    /// Everything that makes the topics others than they were; a topic that is gone is missed
    /// twice before that is said.
    ///
    /// # Errors
    /// The broker does not answer.
    pub fn look(&mut self) -> Result<Vec<Difference>, Trouble> {
        let now = self.ask()?;
        let (mut found, mut missed) = (Vec::new(), Vec::new());
        for before in &self.first {
            match now.iter().find(|one| one.topic == before.topic) {
                Some(after) => found.extend(self.changed(before, after)),
                None if self.missed.contains(&before.topic) => found.push(gone(before)),
                None => missed.push(before.topic.clone()),
            }
        }
        self.missed = missed;
        Ok(found)
    }

    fn changed(&self, before: &Identity, after: &Identity) -> Option<Difference> {
        let Identity {
            topic, partitions, ..
        } = before;
        if before.id != after.id {
            return Some(Difference {
                what: format!(
                    "{topic} was deleted and made again: its id was {}",
                    before.id
                ),
                mend:
                    "its records are gone; put them back in their order from a backup or mirror, \
                       or begin anew with another app.name"
                        .to_owned(),
            });
        }
        let counts = self.target.inputs.contains(topic) || *topic == self.target.ledger;
        (counts && *partitions != after.partitions).then(|| Difference {
            what: format!(
                "{topic} has {} partitions, and had {partitions}: the keys of most customers \
                 belong elsewhere now",
                after.partitions
            ),
            mend: format!(
                "stop the producers; make a new topic with {partitions} partitions, copy the \
                 records into it, and name it in the settings of a service with another app.name"
            ),
        })
    }
}

fn gone(before: &Identity) -> Difference {
    let Identity {
        topic, partitions, ..
    } = before;
    Difference {
        what: format!("{topic} is gone; it had {partitions} partitions"),
        mend: "tidemark check --connect has the command that makes it again; what it held is lost"
            .to_owned(),
    }
}
