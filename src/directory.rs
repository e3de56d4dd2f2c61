//! Which lane is answered by which worker of this instance: HTTP asks while rebalances write; the
//! door for `dashmap`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use dashmap::DashMap;

use crate::model::ids::LaneId;
use crate::model::partitioner::lane_of;

/// Questions that may wait for one worker; further ones are turned away.
const WAITING_MAX: usize = 64;

/// What a worker knows of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Where the customer stands, as JSON.
    Known(String),
    /// Nothing.
    Unknown,
    /// The customer has moved to that lane.
    Moved(LaneId),
}

/// Takes the answer to a question. Dropped uncalled where the lane has gone before the question was
/// reached.
pub type Answer = Box<dyn FnOnce(Told) + Send>;

/// Asks the worker of a lane about a customer.
pub struct Question {
    /// The lane that the customer's records lie in, or has moved to.
    pub lane: LaneId,
    /// Who.
    pub customer: String,
    /// Takes the answer.
    pub answer: Answer,
}

/// Where a worker takes its questions from.
pub type Questions = Receiver<Question>;

/// Where to put questions for one worker.
#[derive(Clone, Debug)]
pub struct Mailbox {
    sender: SyncSender<Question>,
    /// Tells mailboxes apart.
    identity: Arc<()>,
}

/// A mailbox and what comes out of it.
#[must_use]
pub fn mailbox() -> (Mailbox, Questions) {
    let (sender, questions) = sync_channel(WAITING_MAX);
    (
        Mailbox {
            sender,
            identity: Arc::default(),
        },
        questions,
    )
}

/// Which lanes this instance answers for. Clones are the same directory.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    posts: Arc<DashMap<LaneId, Mailbox>>,
    /// Number of all lanes, wherever they are; 0 while it is not known.
    lanes: Arc<AtomicI32>,
}

impl Directory {
    /// No lane is here, and nobody knows how many there are.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many lanes there are, wherever they are: the number of partitions.
    pub fn set_lanes(&self, lanes: i32) {
        self.lanes.store(lanes, Relaxed);
    }

    /// How many lanes there are, wherever they are; nothing while it is not known.
    #[must_use]
    pub fn lanes(&self) -> Option<i32> {
        Some(self.lanes.load(Relaxed)).filter(|lanes| *lanes > 0)
    }

    /// The lane that a customer's records lie in; nothing while the number of lanes is not known.
    #[must_use]
    pub fn lane_of(&self, customer: &str) -> Option<LaneId> {
        self.lanes()
            .map(|lanes| lane_of(customer.as_bytes(), lanes))
    }

    /// From now on, questions about a lane go into this mailbox.
    pub fn open(&self, lane: LaneId, mailbox: &Mailbox) {
        self.posts.insert(lane, mailbox.clone());
    }

    /// From now on, questions about a lane do not go into this mailbox any more. Another worker's
    /// that has been given the lane in the meantime stays.
    pub fn close(&self, lane: LaneId, mailbox: &Mailbox) {
        self.posts.remove_if(&lane, |_, post| {
            Arc::ptr_eq(&post.identity, &mailbox.identity)
        });
    }

    /// Puts a question to the worker of its lane, without waiting.
    ///
    /// # Errors
    /// No worker of this instance answers for the lane, or too many questions wait for it. The
    /// question is dropped.
    pub fn ask(&self, question: Question) -> Result<(), NotAsked> {
        let lane = question.lane;
        // The guard is gone before anything else happens.
        let sender = self.posts.get(&lane).map(|post| post.sender.clone());
        match sender.map(|sender| sender.try_send(question)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(NotAsked::Busy(lane)),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(NotAsked::Elsewhere(lane)),
        }
    }
}

/// Why a question could not be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// No worker of this instance answers for the lane.
    #[error("lane {0} is not answered for here")]
    Elsewhere(LaneId),
    /// Too many questions wait already.
    #[error("{WAITING_MAX} questions wait for the worker of lane {0} already")]
    Busy(LaneId),
}

/// Without the customer: questions may be logged.
impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(lane: i32) -> Question {
        Question {
            lane: LaneId(lane),
            customer: "c-1".to_owned(),
            answer: Box::new(|_| {}),
        }
    }

    #[test]
    fn a_question_goes_to_the_worker_that_has_the_lane() {
        let directory = Directory::new();
        let (mailbox, questions) = mailbox();
        directory.open(LaneId(3), &mailbox);
        assert_eq!(directory.ask(question(3)), Ok(()));
        assert_eq!(
            questions.try_recv().map(|question| question.lane),
            Ok(LaneId(3))
        );
        assert_eq!(
            directory.ask(question(4)),
            Err(NotAsked::Elsewhere(LaneId(4)))
        );
        drop(questions);
        assert_eq!(
            directory.ask(question(3)),
            Err(NotAsked::Elsewhere(LaneId(3)))
        );
    }

    #[test]
    fn closing_late_leaves_the_next_worker_in_place() {
        let directory = Directory::new();
        let ((old, _old_questions), (new, _new_questions)) = (mailbox(), mailbox());
        directory.open(LaneId(1), &old);
        directory.open(LaneId(1), &new);
        directory.close(LaneId(1), &old);
        assert_eq!(directory.ask(question(1)), Ok(()));
        directory.close(LaneId(1), &new);
        assert_eq!(
            directory.ask(question(1)),
            Err(NotAsked::Elsewhere(LaneId(1)))
        );
    }

    #[test]
    fn questions_do_not_pile_up() {
        let directory = Directory::new();
        let (mailbox, questions) = mailbox();
        directory.open(LaneId(0), &mailbox);
        for _ in 0..WAITING_MAX {
            assert_eq!(directory.ask(question(0)), Ok(()));
        }
        assert_eq!(directory.ask(question(0)), Err(NotAsked::Busy(LaneId(0))));
        assert_eq!(questions.try_iter().count(), WAITING_MAX);
    }

    #[test]
    fn a_customers_lane_is_known_with_the_number_of_lanes() {
        let directory = Directory::new();
        assert_eq!(directory.lane_of("c-1"), None);
        directory.set_lanes(12);
        assert_eq!(directory.lane_of("c-1"), Some(lane_of(b"c-1", 12)));
    }
}
