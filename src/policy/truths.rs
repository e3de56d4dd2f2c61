//! Which comparisons of a policy hold, one bit each, and rules as questions about those bits.

use super::rule::Rule;

/// One bit per comparison, 64 to a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truths {
    words: Vec<u64>,
}

/// Some comparisons of one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    word: usize,
    bits: u64,
}

/// A rule as a question about bits. Most rules ask about a single word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// All of these comparisons hold.
    All(Bits),
    /// One of these comparisons holds.
    Any(Bits),
    /// All of these checks hold.
    AllOf(Vec<Check>),
    /// One of these checks holds.
    AnyOf(Vec<Check>),
}

impl Truths {
    /// None of that many comparisons holds.
    pub(super) fn clear(&mut self, comparisons: usize) {
        self.words.clear();
        self.words.resize(comparisons.div_ceil(64), 0);
    }

    /// Of the comparisons in `about`, those in `hold` hold and the others don't.
    #[inline]
    pub(super) fn set(&mut self, about: Bits, hold: u64) {
        let word = &mut self.words[about.word];
        *word = *word & !about.bits | hold;
    }
}

impl Bits {
    /// The bits of some comparisons, word by word.
    pub(super) fn of(comparisons: impl IntoIterator<Item = usize>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for comparison in comparisons {
            let word = comparison / 64;
            let bits = Self::bit(comparison);
            match found.iter_mut().find(|known| known.word == word) {
                Some(known) => known.bits |= bits,
                None => found.push(Self { word, bits }),
            }
        }
        found
    }

    /// The bit of a comparison in its word.
    pub(super) fn bit(comparison: usize) -> u64 {
        1 << (comparison % 64)
    }

    /// Whether a comparison is one of them.
    pub(super) fn contains(self, comparison: usize) -> bool {
        self.word == comparison / 64 && self.bits & Self::bit(comparison) != 0
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
        let plain = Bits::of(rules.iter().filter_map(|rule| match rule {
            Rule::Compare(comparison) => Some(*comparison),
            Rule::All(_) | Rule::Any(_) => None,
        }));
        let plain = plain.into_iter().map(|bits| match all {
            true => Self::All(bits),
            false => Self::Any(bits),
        });
        let nested = rules
            .iter()
            .filter(|rule| !matches!(rule, Rule::Compare(_)));
        let mut checks: Vec<Self> = plain.chain(nested.map(Self::new)).collect();
        match checks.len() {
            1 => checks.remove(0),
            _ if all => Self::AllOf(checks),
            _ => Self::AnyOf(checks),
        }
    }

    /// The answer. Most rules are answered in place, without a call.
    #[inline(always)]
    pub(super) fn holds(&self, truths: &Truths) -> bool {
        match self {
            Self::All(all) => truths.words[all.word] & all.bits == all.bits,
            Self::Any(any) => truths.words[any.word] & any.bits != 0,
            Self::AllOf(_) | Self::AnyOf(_) => self.hold_together(truths),
        }
    }

    #[inline(never)]
    fn hold_together(&self, truths: &Truths) -> bool {
        match self {
            Self::All(_) | Self::Any(_) => self.holds(truths),
            Self::AllOf(checks) => checks.iter().all(|check| check.holds(truths)),
            Self::AnyOf(checks) => checks.iter().any(|check| check.holds(truths)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Rule::{All, Any, Compare};

    fn truths(holding: &[usize]) -> Truths {
        let mut truths = Truths::default();
        truths.clear(80);
        for bits in Bits::of(holding.iter().copied()) {
            truths.set(bits, bits.bits);
        }
        truths
    }

    #[test]
    fn a_check_answers_as_its_rule() {
        let either = || Any(vec![Compare(2), Compare(3)]);
        let both = || All(vec![Compare(2), Compare(3)]);
        for (rule, holding, answer) in [
            (Compare(3), &[3][..], true),
            (Compare(3), &[2], false),
            (All(vec![Compare(1), Compare(70)]), &[1, 70], true),
            (All(vec![Compare(1), Compare(70)]), &[1], false),
            (Any(vec![Compare(1), Compare(70)]), &[70], true),
            (Any(vec![Compare(1), Compare(70)]), &[2], false),
            (All(vec![Compare(1), either()]), &[1, 3], true),
            (All(vec![Compare(1), either()]), &[1], false),
            (All(vec![Compare(1), either()]), &[3], false),
            (Any(vec![Compare(1), both()]), &[2, 3], true),
            (Any(vec![Compare(1), both()]), &[1], true),
            (Any(vec![Compare(1), both()]), &[2], false),
            (
                All(vec![Any(vec![Compare(0)]), Any(vec![Compare(1)])]),
                &[0],
                false,
            ),
            (
                All(vec![Any(vec![Compare(0)]), Any(vec![Compare(1)])]),
                &[0, 1],
                true,
            ),
        ] {
            let holds = Check::new(&rule).holds(&truths(holding));
            assert_eq!(holds, answer, "{rule:?} {holding:?}");
        }
    }

    #[test]
    fn setting_leaves_other_comparisons_alone() {
        let mut set = truths(&[1, 2, 70]);
        set.set(Bits::of([2, 3])[0], Bits::bit(3));
        assert_eq!(set, truths(&[1, 3, 70]));
    }
}
