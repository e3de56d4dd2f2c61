//! What becomes of a policy that a running service is given: its lanes adopt it, or it is refused
//! as a whole and the one before stays in force.

use std::fs;
use std::path::{Path, PathBuf};

use crate::http::{Given, Named, Refused};
use crate::kafka::client::Target;
use crate::kafka::roll::enter;
use crate::lane::edition::Edition;
use crate::runtime::policies::{Offer, Policies};
use crate::telemetry::happening::{PolicyEntered, PolicyGiven, PolicyKnown, PolicyRefused};
use crate::telemetry::{Declined, Happening, Telemetry};
use crate::wire::report::{Look, Report};

/// Columns of a report in a log line or an answer.
const WIDTH: usize = 100;

/// Takes policies.
#[derive(Clone)]
pub(crate) struct Giving {
    /// What the lanes adopt.
    pub(crate) policies: Policies,
    /// Where it is told and counted.
    pub(crate) telemetry: Telemetry,
    /// The file that the settings name.
    pub(crate) file: PathBuf,
    /// The topic that gives all instances the same, if there is one.
    pub(crate) topic: Option<(Target, String)>,
}

impl Giving {
    /// Reads the file again; what comes of it is told.
    pub(crate) fn reread(&self, by: &str) {
        let name = self.file.display().to_string();
        let read = read(&self.file);
        let _ = self.told(by, read.and_then(|text| self.take(by, &name, &text)));
    }

    /// Takes a text; what comes of it is told.
    pub(crate) fn give(&self, by: &str, text: &str) -> Result<Given, Refused> {
        self.told(by, self.take(by, by, text))
    }

    /// Takes a text of the topic: what comes of it is the same for all instances.
    pub(crate) fn follow(&self, by: &str, text: &[u8]) {
        let text = std::str::from_utf8(text).map_err(|error| Refused {
            reason: Declined::Invalid,
            why: format!("{by} is not UTF-8: {error}"),
        });
        let read = text.and_then(|text| self.read(by, text));
        let taken = read.and_then(|edition| {
            let offer = self.policies.offer(&edition).map_err(unanswerable)?;
            self.tell(by, &edition, offer);
            Ok(given(&edition, offer))
        });
        let _ = self.told(by, taken);
    }

    /// Gives a text to the lanes, or to the topic, from where it comes to the lanes of all
    /// instances.
    fn take(&self, by: &str, name: &str, text: &str) -> Result<Given, Refused> {
        let edition = self.read(name, text)?;
        let offer = match &self.topic {
            None => {
                let offer = self.policies.offer(&edition).map_err(unanswerable)?;
                self.tell(by, &edition, offer);
                offer
            }
            Some((target, topic)) => {
                let offer = self.policies.would_take(&edition).map_err(unanswerable)?;
                if offer == Offer::Taken {
                    enter(target, topic, text).map_err(|trouble| Refused {
                        reason: Declined::Unreadable,
                        why: format!("cannot write to {topic}: {trouble}"),
                    })?;
                    let hash = edition.hash();
                    PolicyEntered { by, topic, hash }.log();
                }
                offer
            }
        };
        Ok(given(&edition, offer))
    }

    fn read(&self, name: &str, text: &str) -> Result<Edition, Refused> {
        let edition = self.policies.read(name, text);
        edition.map_err(|report| invalid(&report))
    }

    /// Tells of a policy that the lanes adopt.
    fn tell(&self, by: &str, edition: &Edition, offer: Offer) {
        let policy = &edition.policy;
        match offer {
            Offer::Taken => {
                self.telemetry.set_policy(policy);
                PolicyGiven { policy, by }.log();
            }
            Offer::Known => PolicyKnown {
                hash: &policy.hash,
                by,
            }
            .log(),
        }
    }

    /// Tells of a policy that was refused.
    fn told(&self, by: &str, taken: Result<Given, Refused>) -> Result<Given, Refused> {
        if let Err(Refused { reason, why }) = &taken {
            self.telemetry.refused(*reason);
            PolicyRefused {
                by,
                reason: *reason,
                why,
                stays: self.policies.newest().hash(),
            }
            .log();
        }
        taken
    }
}

fn read(file: &Path) -> Result<String, Refused> {
    fs::read_to_string(file).map_err(|error| Refused {
        reason: Declined::Unreadable,
        why: format!("cannot read {}: {error}", file.display()),
    })
}

fn given(edition: &Edition, offer: Offer) -> Given {
    let policy = &edition.policy;
    let named = Named {
        name: policy.name.clone(),
        version: u64::from(policy.version),
        hash: policy.hash.clone(),
    };
    match offer {
        Offer::Taken => Given::Taken(named),
        Offer::Known => Given::Known(named),
    }
}

fn unanswerable(why: impl ToString) -> Refused {
    Refused {
        reason: Declined::Unanswerable,
        why: why.to_string(),
    }
}

fn invalid(report: &Report) -> Refused {
    Refused {
        reason: Declined::Invalid,
        why: report.render(Look::Plain, WIDTH),
    }
}
