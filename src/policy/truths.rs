//! Which comparisons of a policy hold, one bit each, and rules as questions about those bits.

use super::rule::Rule;

/// One bit per comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truths {
    words: Vec<u64>,
}

/// Some comparisons: bits of one word and, in large policies, of more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    word: usize,
    bits: u64,
    more: Vec<(usize, u64)>,
}

/// A rule as a question about bits.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// All of the bits are set, and all of the checks hold.
    All(Bits, Vec<Check>),
    /// One of the bits is set, or one of the checks holds.
    Any(Bits, Vec<Check>),
}

impl Truths {
    /// Room for that many comparisons, none of which holds.
    pub(super) fn clear(&mut self, comparisons: usize) {
        self.words.clear();
        self.words.resize(comparisons.div_ceil(64), 0);
    }

    /// Of the comparisons in `about`, those in `hold` hold and the others don't.
    pub(super) fn set(&mut self, about: &Bits, hold: &Bits) {
        for (word, bits) in about.pairs() {
            self.words[word] &= !bits;
        }
        self.add(hold);
    }

    /// The comparisons in `hold` hold.
    pub(super) fn add(&mut self, hold: &Bits) {
        for (word, bits) in hold.pairs() {
            self.words[word] |= bits;
        }
    }
}

impl Bits {
    pub(super) fn insert(&mut self, comparison: usize) {
        let (word, bit) = (comparison / 64, 1 << (comparison % 64));
        if self.bits == 0 {
            self.word = word;
        }
        if self.word == word {
            self.bits |= bit;
        } else {
            match self.more.iter_mut().find(|pair| pair.0 == word) {
                Some(pair) => pair.1 |= bit,
                None => self.more.push((word, bit)),
            }
        }
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, u64)> {
        let first = (self.bits != 0).then_some((self.word, self.bits));
        first.into_iter().chain(self.more.iter().copied())
    }

    /// Whether all of them hold.
    fn all(&self, truths: &Truths) -> bool {
        self.pairs()
            .all(|(word, bits)| truths.words[word] & bits == bits)
    }

    /// Whether one of them holds.
    fn any(&self, truths: &Truths) -> bool {
        self.pairs()
            .any(|(word, bits)| truths.words[word] & bits != 0)
    }
}

impl Check {
    /// The question that a rule asks.
    pub(super) fn new(rule: &Rule) -> Self {
        let (rules, all) = match rule {
            Rule::Compare(_) => (std::slice::from_ref(rule), true),
            Rule::All(rules) => (&rules[..], true),
            Rule::Any(rules) => (&rules[..], false),
        };
        let (mut bits, mut checks) = (Bits::default(), Vec::new());
        for rule in rules {
            match rule {
                Rule::Compare(comparison) => bits.insert(*comparison),
                Rule::All(_) | Rule::Any(_) => checks.push(Self::new(rule)),
            }
        }
        if all {
            Self::All(bits, checks)
        } else {
            Self::Any(bits, checks)
        }
    }

    /// The answer.
    pub(super) fn holds(&self, truths: &Truths) -> bool {
        match self {
            Self::All(all, checks) => {
                all.all(truths) && checks.iter().all(|check| check.holds(truths))
            }
            Self::Any(any, checks) => {
                any.any(truths) || checks.iter().any(|check| check.holds(truths))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Rule::{All, Any, Compare};

    #[test]
    fn a_check_answers_as_its_rule() {
        for (rule, holding, answer) in [
            (Compare(3), &[3][..], true),
            (Compare(3), &[2], false),
            (All(vec![Compare(1), Compare(70)]), &[1, 70], true),
            (All(vec![Compare(1), Compare(70)]), &[1], false),
            (Any(vec![Compare(1), Compare(70)]), &[70], true),
            (Any(vec![Compare(1), Compare(70)]), &[2], false),
            (
                All(vec![Compare(1), Any(vec![Compare(2), Compare(3)])]),
                &[1, 3],
                true,
            ),
            (
                All(vec![Compare(1), Any(vec![Compare(2), Compare(3)])]),
                &[1],
                false,
            ),
            (
                Any(vec![Compare(1), All(vec![Compare(2), Compare(3)])]),
                &[2, 3],
                true,
            ),
            (
                Any(vec![Compare(1), All(vec![Compare(2), Compare(3)])]),
                &[2],
                false,
            ),
            (
                All(vec![Any(vec![Compare(0)]), Any(vec![Compare(1)])]),
                &[0],
                false,
            ),
        ] {
            let mut bits = Bits::default();
            holding
                .iter()
                .for_each(|comparison| bits.insert(*comparison));
            let mut truths = Truths::default();
            truths.clear(80);
            truths.add(&bits);
            assert_eq!(
                Check::new(&rule).holds(&truths),
                answer,
                "{rule:?} {holding:?}"
            );
        }
    }

    #[test]
    fn setting_leaves_other_comparisons_alone() {
        let bits = |all: &[usize]| {
            let mut bits = Bits::default();
            all.iter().for_each(|comparison| bits.insert(*comparison));
            bits
        };
        let mut truths = Truths::default();
        truths.clear(80);
        truths.add(&bits(&[1, 2, 70]));
        truths.set(&bits(&[2, 3, 71]), &bits(&[3]));
        let mut expected = Truths::default();
        expected.clear(80);
        expected.add(&bits(&[1, 3, 70]));
        assert_eq!(truths, expected);
    }
}
