//! The policies that this instance was given one after another, as all its lanes share them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::adoption::{NotAdopted, may_follow};
use crate::lane::edition::{Edition, Next, next};
use crate::wire::policy::edition;
use crate::wire::report::Report;

/// Clones are the same.
#[derive(Clone, Debug)]
pub struct Policies {
    shared: Arc<Shared>,
    /// How many customers of each lane are passed over to a policy after each tick.
    pub pace: u32,
}

#[derive(Debug)]
struct Shared {
    books: Mutex<Books>,
    /// How often something was given.
    revision: AtomicUsize,
}

#[derive(Debug)]
struct Books {
    /// One after another; never empty.
    given: Vec<Edition>,
    /// All that were ever read, each once.
    read: Vec<Edition>,
    /// Whether this instance is told by itself.
    local: bool,
}

/// What becomes of a policy that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Lanes adopt it.
    Taken,
    /// It is the one given last.
    Known,
}

impl Policies {
    /// The first one, given by a file: what the lanes had before it may be followed, too.
    #[must_use]
    pub fn new(first: Edition, pace: u32) -> Self {
        Self::begin(first, pace, true)
    }

    /// The first one of a topic that gives all instances the same, in one order.
    #[must_use]
    pub fn of_topic(first: Edition, pace: u32) -> Self {
        Self::begin(first, pace, false)
    }

    fn begin(first: Edition, pace: u32, local: bool) -> Self {
        let books = Books {
            given: vec![first.clone()],
            read: vec![first],
            local,
        };
        let shared = Shared {
            books: Mutex::new(books),
            revision: AtomicUsize::new(0),
        };
        Self {
            shared: Arc::new(shared),
            pace,
        }
    }

    /// The policy of a text; one that was read before is the same one again.
    ///
    /// # Errors
    /// A report of everything that is wrong with it.
    pub fn read(&self, file_name: &str, text: &str) -> Result<Edition, Report> {
        let known = |books: &Books| books.read.iter().find(|it| &*it.text == text).cloned();
        if let Some(edition) = known(&self.books()) {
            return Ok(edition);
        }
        let fresh = edition(file_name, text)?;
        let mut books = self.books();
        // Another worker may have been quicker.
        let edition = known(&books).unwrap_or_else(|| {
            books.read.push(fresh.clone());
            fresh
        });
        Ok(edition)
    }

    /// The one given first.
    #[must_use]
    pub fn first(&self) -> Edition {
        self.books().given[0].clone()
    }

    /// The one given last.
    #[must_use]
    pub fn newest(&self) -> Edition {
        let books = self.books();
        books.given[books.given.len() - 1].clone()
    }

    /// Whether a policy could be given now.
    ///
    /// # Errors
    /// It could not.
    pub fn would_take(&self, edition: &Edition) -> Result<Offer, NotAdopted> {
        self.books().weigh(edition)
    }

    /// Gives a policy to all lanes, if it can follow those before.
    ///
    /// # Errors
    /// It cannot; nothing has changed.
    pub fn offer(&self, edition: &Edition) -> Result<Offer, NotAdopted> {
        let mut books = self.books();
        let offer = books.weigh(edition)?;
        if offer == Offer::Taken {
            books.given.push(edition.clone());
        }
        // Lanes that went on without this instance may have to come back to what it was told.
        self.shared.revision.fetch_add(1, Ordering::Release);
        Ok(offer)
    }

    /// How often something was given.
    #[must_use]
    pub fn revision(&self) -> usize {
        self.shared.revision.load(Ordering::Acquire)
    }

    /// What a lane that has decided by these adopts next; `told` if something was just given, so
    /// that no lane may be ahead of it.
    #[must_use]
    pub fn next(&self, had: &[Edition], told: bool) -> (Next, Option<Edition>) {
        let books = self.books();
        let given: Vec<&str> = books.given.iter().map(Edition::hash).collect();
        let had: Vec<&str> = had.iter().map(Edition::hash).collect();
        let last = given.len() - 1;
        let next = match next(&given, &had) {
            Next::Behind if told && books.local && had.last() != given.last() => Next::Adopt(last),
            next => next,
        };
        match next {
            Next::Adopt(ix) => (next, Some(books.given[ix].clone())),
            Next::Nothing | Next::Behind => (next, None),
        }
    }

    /// A lane was restored that has decided by these. What the file of a start has replaced can be
    /// gone back to, since the lanes keep what it asked for.
    pub fn recall(&self, had: &[Edition]) {
        let mut books = self.books();
        if let ([.., before, last], [first]) = (had, &*books.given)
            && books.local
            && last.hash() == first.hash()
        {
            books.given.insert(0, before.clone());
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        let books = self.shared.books.lock();
        books.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    /// What would become of a policy.
    fn weigh(&self, edition: &Edition) -> Result<Offer, NotAdopted> {
        if self.given.last().map(Edition::hash) == Some(edition.hash()) {
            return Ok(Offer::Known);
        }
        may_follow(self.given.iter().map(|it| &*it.policy), &edition.policy)?;
        Ok(Offer::Taken)
    }
}
