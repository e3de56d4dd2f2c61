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
    /// All that lanes decide by or have decided by, each once.
    kept: Vec<Edition>,
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
            kept: vec![first],
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

    /// The policy of a text; one that lanes decide by is the same one again.
    ///
    /// # Errors
    /// A report of everything that is wrong with it.
    pub fn read(&self, file_name: &str, text: &str) -> Result<Edition, Report> {
        let known = self.books().known(text);
        known.map_or_else(|| edition(file_name, text), Ok)
    }

    /// The policy of a text that a lane decides by.
    ///
    /// # Errors
    /// See [`read`](Self::read).
    pub fn keep(&self, file_name: &str, text: &str) -> Result<Edition, Report> {
        let edition = self.read(file_name, text)?;
        Ok(self.books().keep(edition))
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
            let edition = books.keep(edition.clone());
            books.given.push(edition);
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
    fn known(&self, text: &str) -> Option<Edition> {
        self.kept.iter().find(|it| &*it.text == text).cloned()
    }

    /// The one that is kept of that text; this one if there is none yet.
    fn keep(&mut self, edition: Edition) -> Edition {
        self.known(&edition.text).unwrap_or_else(|| {
            self.kept.push(edition.clone());
            edition
        })
    }

    /// What would become of a policy.
    fn weigh(&self, edition: &Edition) -> Result<Offer, NotAdopted> {
        if self.given.last().map(Edition::hash) == Some(edition.hash()) {
            return Ok(Offer::Known);
        }
        may_follow(self.given.iter().map(|it| &*it.policy), &edition.policy)?;
        Ok(Offer::Taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/policy.toml");
    /// What the shipped policy does not keep.
    const ASKING: &str = "\n[feature.online]\naggregate = \"count\"\nof = [\"purchase\"]\n\
                          window = \"30d\"\nwhere = \"channel = online\"\n";

    fn text(more: &str) -> Edition {
        edition("policy.toml", &format!("{SHIPPED}{more}")).expect("a policy")
    }

    fn next_of(policies: &Policies, had: &[Edition], told: bool) -> Option<String> {
        let (_, edition) = policies.next(had, told);
        edition.map(|edition| edition.hash().to_owned())
    }

    #[test]
    fn what_cannot_follow_changes_nothing() {
        let (first, asking, second) = (text(""), text(ASKING), text("# second\n"));
        let policies = Policies::new(first.clone(), 1);
        let revision = policies.revision();
        let refused = policies.offer(&asking).expect_err("nothing of it is kept");
        assert!(matches!(refused, NotAdopted::Unanswerable(_)), "{refused}");
        assert_eq!(
            (policies.newest().hash(), policies.revision()),
            (first.hash(), revision)
        );
        assert_eq!(policies.would_take(&second), Ok(Offer::Taken));
        assert_eq!(policies.newest().hash(), first.hash(), "it was only asked");
        assert_eq!(policies.offer(&second), Ok(Offer::Taken));
        assert_eq!(policies.offer(&second), Ok(Offer::Known));
        let had = [first];
        assert_eq!(
            next_of(&policies, &had, false).as_deref(),
            Some(second.hash())
        );
    }

    /// An instance alone is believed when it is told; one with a topic is only late.
    #[test]
    fn who_is_told_last_is_right_unless_there_is_an_order() {
        let (first, second) = (text(""), text("# second\n"));
        let had = [first.clone(), second];
        let alone = Policies::new(first.clone(), 1);
        assert_eq!(next_of(&alone, &had, false), None);
        assert_eq!(next_of(&alone, &had, true).as_deref(), Some(first.hash()));
        let late = Policies::of_topic(first, 1);
        assert_eq!(next_of(&late, &had, true), None);
    }

    /// The file that a start replaced asked for things that the lanes still keep.
    #[test]
    fn what_a_start_has_replaced_can_be_gone_back_to() {
        let (asking, plain) = (text(ASKING), text(""));
        let policies = Policies::new(plain.clone(), 1);
        assert!(policies.would_take(&asking).is_err());
        policies.recall(&[asking.clone(), plain.clone()]);
        assert_eq!(policies.offer(&asking), Ok(Offer::Taken));
        let had = [asking.clone(), plain];
        assert_eq!(
            next_of(&policies, &had, true).as_deref(),
            Some(asking.hash())
        );
    }

    #[test]
    fn lanes_share_what_they_decide_by() {
        let policies = Policies::new(text(""), 1);
        let (one, other) = (text("# second\n"), text("# second\n"));
        let keep = |edition: &Edition| policies.keep("a ledger", &edition.text);
        let (one, other) = (keep(&one).expect("sound"), keep(&other).expect("sound"));
        assert!(Arc::ptr_eq(&one.policy, &other.policy));
        assert!(policies.keep("a ledger", "version = ").is_err());
    }
}
