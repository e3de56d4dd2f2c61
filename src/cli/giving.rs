//! What becomes of a policy that a running service is given: its lanes adopt it, or it is refused
//! as a whole and the one before stays in force.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::policy::declared::Policy;
use crate::runtime::policies::{Offer, Policies};
use crate::telemetry::happening::{PolicyGiven, PolicyKnown, PolicyRefused};
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
}

/// What became of a policy.
pub(crate) enum Given {
    /// The lanes adopt it.
    Taken(Arc<Policy>),
    /// It is the one given last.
    Known(Arc<Policy>),
}

/// Why a policy was refused.
pub(crate) struct Refused {
    pub(crate) reason: Declined,
    /// All of it, for people.
    pub(crate) why: String,
}

impl Giving {
    /// Reads the file again; what came of it is told.
    pub(crate) fn reread(&self, by: &str) {
        let name = self.file.display().to_string();
        let read = fs::read_to_string(&self.file).map_err(|error| Refused {
            reason: Declined::Unreadable,
            why: format!("cannot read {name}: {error}"),
        });
        self.tell(by, read.and_then(|text| self.take(&name, &text)));
    }

    fn take(&self, name: &str, text: &str) -> Result<Given, Refused> {
        let edition = self.policies.read(name, text);
        let edition = edition.map_err(|report| invalid(&report))?;
        let offer = self.policies.offer(&edition).map_err(|refused| Refused {
            reason: Declined::Unanswerable,
            why: refused.to_string(),
        })?;
        Ok(match offer {
            Offer::Taken => Given::Taken(edition.policy),
            Offer::Known => Given::Known(edition.policy),
        })
    }

    fn tell(&self, by: &str, taken: Result<Given, Refused>) {
        match &taken {
            Ok(Given::Taken(policy)) => {
                self.telemetry.set_policy(policy);
                PolicyGiven { policy, by }.log();
            }
            Ok(Given::Known(policy)) => {
                let hash = &policy.hash;
                PolicyKnown { hash, by }.log();
            }
            Err(Refused { reason, why }) => {
                self.telemetry.refused(*reason);
                PolicyRefused {
                    by,
                    reason: *reason,
                    why,
                    stays: self.policies.newest().hash(),
                }
                .log();
            }
        }
    }
}

fn invalid(report: &Report) -> Refused {
    Refused {
        reason: Declined::Invalid,
        why: report.render(Look::Plain, WIDTH),
    }
}
