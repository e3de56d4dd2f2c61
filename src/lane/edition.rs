//! An edition of a policy: what it says, and the very text that says it; and which of them comes
//! next to a lane.

use std::sync::{Arc, OnceLock};

use crate::engine::Engine;
use crate::policy::declared::Policy;

/// A policy with the text that it was read from, whose hash it carries.
#[derive(Clone, Debug)]
pub struct Edition {
    /// What it says.
    pub policy: Arc<Policy>,
    /// The text.
    pub text: Arc<str>,
    /// An engine without customers, once one was asked for.
    blank: Arc<OnceLock<Engine>>,
}

impl Edition {
    /// A policy and its text.
    #[must_use]
    pub fn new(policy: Arc<Policy>, text: Arc<str>) -> Self {
        Self {
            policy,
            text,
            blank: Arc::default(),
        }
    }

    /// An engine that begins with it. To prepare a policy takes some hundred times as long as to
    /// copy what comes of it.
    pub(super) fn engine(&self) -> Engine {
        let blank = || Engine::new(self.policy.clone());
        self.blank.get_or_init(blank).clone()
    }

    /// The hash of the text.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.policy.hash
    }
}

/// What an instance that was given some policies means to a lane that has decided by some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The lane decides by the last one given.
    Nothing,
    /// It is to adopt the one of that index next.
    Adopt(usize),
    /// It has decided by all that were given, and by others since: the instance was left behind.
    Behind,
}

/// Which of the policies given one after another a lane adopts next that has decided by those of
/// `had`, one after another. Both are hashes, and neither is empty.
///
/// The same policy may come more than once, there and back again, so what counts is the order: the
/// lane is where most of its last policies are found among those given. A lane that has seen none
/// of them goes to the last one at once, unless it once was in force: then it has been replaced by
/// somebody who knew better.
#[must_use]
pub fn next(given: &[&str], had: &[&str]) -> Next {
    if had.ends_with(given) {
        return Next::Nothing;
    }
    if had.windows(given.len()).any(|some| some == given) {
        return Next::Behind;
    }
    let shared = |end: usize| {
        let pairs = given[..end].iter().rev().zip(had.iter().rev());
        pairs.take_while(|(given, had)| given == had).count()
    };
    let (mut place, mut most) = (given.len(), 0);
    for end in 1..=given.len() {
        if shared(end) > most {
            (place, most) = (end, shared(end));
        }
    }
    let last = given.len() - 1;
    match most {
        0 if had.contains(&given[last]) => Next::Behind,
        0 => Next::Adopt(last),
        _ if place > last => Next::Nothing,
        _ => Next::Adopt(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_follows_the_order_in_which_policies_were_given() {
        use Next::{Adopt, Behind, Nothing};
        let split = |text: &'static str| text.split(' ').collect::<Vec<_>>();
        for (given, had, expected) in [
            ("a", "a", Nothing),
            ("a b", "a", Adopt(1)),
            ("a b a", "a", Adopt(1)),
            ("a b a", "a b", Adopt(2)),
            ("a b a", "a b a", Nothing),
            // Another instance was told more.
            ("a", "a b", Behind),
            ("a b", "a b a", Behind),
            ("a b", "a b c", Behind),
            ("b c", "a b c b", Behind),
            // It was started with another file.
            ("c", "a b", Adopt(0)),
            ("b", "a b", Nothing),
            ("b a", "a b", Adopt(1)),
            ("b a", "a b a", Nothing),
            // It knows more than the lane, which has come later or was elsewhere before.
            ("p c", "c", Nothing),
            ("p c", "x c", Nothing),
            ("p c d e", "c", Adopt(2)),
            // Nothing is shared: the last one is what is meant.
            ("c d", "a b", Adopt(1)),
            ("c b", "a b d", Behind),
            ("c b", "a b", Nothing),
        ] {
            let made = next(&split(given), &split(had));
            assert_eq!(made, expected, "given {given}, had {had}");
        }
    }
}
