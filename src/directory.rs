//! Which lane lives in which worker, for those who want to ask about a customer; the door for dashmap.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use dashmap::DashMap;

use crate::model::ids::LaneId;

/// Where a worker takes questions.
pub type Mailbox = Sender<Question>;

/// A question about one customer.
pub struct Question {
    /// Who.
    pub customer: String,
    /// What to do with the answer: the explanation as JSON, or nothing for a customer without events.
    pub then: Box<dyn FnOnce(Option<Vec<u8>>) + Send>,
}

impl Question {
    /// Answers.
    pub fn answer(self, told: Option<Vec<u8>>) {
        (self.then)(told);
    }
}

/// The lanes of this instance, each with the mailbox of its worker. Read by HTTP while rebalances write.
#[derive(Clone, Default)]
pub struct Directory(Arc<DashMap<LaneId, Mailbox>>);

impl Directory {
    /// The lane lives there from now on.
    pub fn put(&self, lane: LaneId, mailbox: Mailbox) {
        self.0.insert(lane, mailbox);
    }

    /// The lane does not live here any more.
    pub fn remove(&self, lane: LaneId) {
        self.0.remove(&lane);
    }

    /// Sends a question to the worker that has the lane.
    ///
    /// # Errors
    /// The lane does not live here; the question comes back.
    pub fn ask(&self, lane: LaneId, question: Question) -> Result<(), Question> {
        match self.0.get(&lane) {
            Some(mailbox) => mailbox.send(question).map_err(|unsent| unsent.0),
            None => Err(question),
        }
    }
}
