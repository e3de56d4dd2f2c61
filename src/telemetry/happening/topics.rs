//! What happens to topics.

use tracing::{error, warn};

use super::Happening;

/// Something about the topics is unwise, or not as it should be.
#[derive(Clone, Copy, Debug)]
pub struct TopicWarning<'a> {
    /// What, and what would come of it.
    pub what: &'a str,
    /// What mends it.
    pub mend: &'a str,
}

impl Happening for TopicWarning<'_> {
    fn log(&self) {
        warn!(mend = self.mend, "{}", self.what);
    }
}

/// A topic is not the one that the service began with; it ends.
#[derive(Clone, Copy, Debug)]
pub struct TopicsChanged<'a> {
    /// How it differs.
    pub what: &'a str,
    /// What to do about it.
    pub mend: &'a str,
}

impl Happening for TopicsChanged<'_> {
    fn log(&self) {
        error!(mend = self.mend, "{}; the service stops", self.what);
    }
}
