//! What happens to topics.

use tracing::warn;

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
