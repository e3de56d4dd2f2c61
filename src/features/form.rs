//! How wide the words of one customer's buckets of one series are.

use std::ops::Range;
use std::sync::Arc;

use super::narrow::{Width, spread, width_of};

/// Bytes that keys may take: days and hours until long after this century, instants, any number.
const KEYS: [usize; 4] = [2, 3, 6, 8];
/// Bytes that counts may take.
const COUNTS: [usize; 4] = [1, 2, 4, 8];
/// As many forms as there are.
const CODES: u8 = 128;

/// Where in a bucket each word lies. Buckets of one series are all of one form, which is as wide as
/// the widest of them has needed: the keys, both sorts of counts, and the sums, among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Bytes of a bucket.
    pub(super) stride: usize,
    pub(super) key: Place,
    pub(super) count: Place,
    /// The count that nothing can take back, where it is kept.
    pub(super) firm: Place,
    /// Bytes before the sums, and how wide and how many those are.
    before: usize,
    sum: Width,
    sums: usize,
    /// Stands for it among those of its series.
    pub(super) code: u8,
}

/// Where in a bucket a word ends, and how wide it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) end: usize,
    pub(super) width: Width,
}

/// All forms of a series, by their codes.
#[derive(Clone, Debug)]
pub(super) struct Forms(Arc<[Form]>);

impl Forms {
    /// Of a series with so many sums.
    pub(super) fn new(sums: usize, firm: bool) -> Self {
        Self((0..CODES).map(|code| Form::new(sums, firm, code)).collect())
    }

    /// The narrowest.
    pub(super) fn narrowest(&self) -> &Form {
        self.of_code(0)
    }

    /// The one of a code, of whose bits the highest is of no concern.
    #[inline]
    pub(super) fn of_code(&self, code: u8) -> &Form {
        &self.0[usize::from(code & (CODES - 1))]
    }

    /// The narrowest that is as wide as a form, and wide enough for that number in that word.
    pub(super) fn with(&self, form: &Form, word: usize, number: i64) -> &Form {
        let bytes = width_of(number);
        let among = |widths: [usize; 4]| {
            let place = widths.iter().position(|width| *width >= bytes);
            place.expect("eight bytes are enough") as u8
        };
        let [key, count, sum] = [form.code & 3, form.code >> 2 & 3, form.code >> 4];
        let [key, count, sum] = match word {
            0 => [key.max(among(KEYS)), count, sum],
            _ if (2..2 + form.sums).contains(&word) => [key, count, sum.max(bytes as u8 - 1)],
            _ => [key, count.max(among(COUNTS)), sum],
        };
        self.of_code(key | count << 2 | sum << 4)
    }
}

impl Forms {
    /// The narrowest that is wide enough for buckets of so many words, one after another.
    pub(super) fn holding(&self, words: &[i64], width: usize) -> &Form {
        let form = self.narrowest();
        if words.is_empty() {
            return form;
        }
        let sums = 2..2 + form.sums;
        let among = |wanted: fn(usize, &Range<usize>) -> bool| {
            let all = words.chunks_exact(width).flat_map(|bucket| {
                let words = bucket.iter().enumerate();
                words.filter(|(word, _)| wanted(*word, &sums))
            });
            spread(all.map(|(_, number)| *number))
        };
        let keys = among(|word, _| word == 0);
        let counts = among(|word, sums| word > 0 && !sums.contains(&word));
        let form = self.with(self.with(form, 0, keys), 1, counts);
        match sums.is_empty() {
            true => form,
            false => self.with(form, 2, among(|word, sums| sums.contains(&word))),
        }
    }
}

impl Form {
    fn new(sums: usize, firm: bool, code: u8) -> Self {
        let key = KEYS[usize::from(code & 3)];
        let count = COUNTS[usize::from(code >> 2 & 3)];
        let sum = usize::from(code >> 4) + 1;
        let before = key + count;
        let stride = before + sums * sum + if firm { count } else { 0 };
        let place = |end, width| Place {
            end,
            width: Width::of_bytes(width),
        };
        Self {
            stride,
            key: place(key, key),
            count: place(before, count),
            firm: place(stride, count),
            before,
            sum: Width::of_bytes(sum),
            sums,
            code,
        }
    }

    /// Words of a bucket.
    pub(super) fn words(&self) -> usize {
        let firm = self.before + self.sums * self.sum.bytes() < self.stride;
        2 + self.sums + usize::from(firm)
    }

    /// Of a word: 0 is the key, 1 the count, then come the sums and the firm count.
    #[inline]
    pub(super) fn place(&self, word: usize) -> Place {
        match word {
            0 => self.key,
            1 => self.count,
            _ if word - 2 < self.sums => Place {
                end: self.before + (word - 1) * self.sum.bytes(),
                width: self.sum,
            },
            _ => self.firm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lie_side_by_side_and_fill_the_bucket() {
        for (sums, firm) in [(0, false), (0, true), (1, false), (3, true)] {
            for form in Forms::new(sums, firm).0.iter() {
                let mut end = 0;
                for word in 0..form.words() {
                    let place = form.place(word);
                    end += place.width.bytes();
                    assert_eq!(place.end, end, "{form:?} {word}");
                }
                assert_eq!(form.stride, end, "{form:?}");
                assert_eq!(form.words(), 2 + sums + usize::from(firm));
            }
        }
    }

    #[test]
    fn a_form_grows_where_it_must_and_nowhere_else() {
        let forms = Forms::new(2, true);
        let mut form = forms.narrowest();
        for (word, number, widths) in [
            (0, 20_000, [2, 1, 1, 1, 1]),
            (2, -129, [2, 1, 2, 2, 1]),
            (4, 128, [2, 2, 2, 2, 2]),
            (1, 1, [2, 2, 2, 2, 2]),
            (0, 1 << 40, [6, 2, 2, 2, 2]),
            (3, i64::MIN, [6, 2, 8, 8, 2]),
        ] {
            form = forms.with(form, word, number);
            let is: Vec<usize> = (0..5).map(|word| form.place(word).width.bytes()).collect();
            assert_eq!(is, widths, "{number} in {word}");
        }
    }
}
