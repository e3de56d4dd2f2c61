//! The changes and warnings of customers as chains, each record held against the one before.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::receipt;

/// What is read of a body.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    customer_id: Cow<'a, str>,
    #[serde(borrow, default)]
    ladder: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    from: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    to: Option<Cow<'a, str>>,
    version: Option<u64>,
    number: Option<u64>,
}

/// How far a chain has come.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    version: u64,
    number: u64,
    /// Stands for the place of the last change; 0 where it is not known.
    place: u64,
    /// How often the customer had been erased by then.
    erased: u32,
}

/// What a record was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A change.
    Change,
    /// A warning.
    Warning,
    /// A receipt.
    Receipt,
}

/// Chains of those customers whose number falls to this share, of so many shares.
#[derive(Debug)]
pub struct Chains {
    share: u64,
    shares: u64,
    /// Whether the topic has all records from the first on.
    whole: bool,
    links: BTreeMap<u128, Link>,
    erased: BTreeMap<u64, u32>,
}

impl Chains {
    /// No chains yet.
    #[must_use]
    pub fn new((share, shares): (u64, u64), whole: bool) -> Self {
        Self {
            share,
            shares,
            whole,
            links: BTreeMap::new(),
            erased: BTreeMap::new(),
        }
    }

    /// How many chains are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// Takes a record of the topic of the changes; says what it was, and how it does not follow the
    /// one before. Those of other shares are only told apart.
    ///
    /// # Errors
    /// It is none of the records of that topic.
    pub fn take(&mut self, ce_type: &str, body: &[u8]) -> Result<(Told, Option<String>), String> {
        let read: Body<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let customer = xxh3_64(read.customer_id.as_bytes());
        let mine = customer % self.shares == self.share;
        if [receipt::CE_TYPE, receipt::CE_TYPE_MERGED].contains(&ce_type) {
            // A customer who was merged and is parted again goes on from where they were.
            if mine && ce_type == receipt::CE_TYPE {
                *self.erased.entry(customer).or_default() += 1;
            }
            return Ok((Told::Receipt, None));
        }
        let ladder = read.ladder.as_deref().ok_or("it names no ladder")?;
        let told = match (read.version, read.number) {
            (Some(_), _) => Told::Change,
            (None, Some(_)) => Told::Warning,
            (None, None) => return Err("it has neither version nor number".to_owned()),
        };
        if !mine {
            return Ok((told, None));
        }
        let erased = self.erased.get(&customer).copied().unwrap_or(0);
        let chain = [read.customer_id.as_bytes(), &[0], ladder.as_bytes()].concat();
        let link = self.links.entry(xxh3_128(&chain)).or_default();
        let known = self.whole || link.version > 0;
        let wrong = match (read.version, read.number) {
            (Some(version), _) => {
                let from = xxh3_64(read.from.unwrap_or_default().as_bytes());
                let goes_on = link.place == 0 || link.erased != erased || link.place == from;
                let wrong = (known && version != link.version + 1)
                    .then(|| format!("version {version} follows {}", link.version))
                    .or((!goes_on).then(|| format!("version {version} begins elsewhere")));
                link.version = version;
                link.place = xxh3_64(read.to.unwrap_or_default().as_bytes());
                link.erased = erased;
                wrong
            }
            (None, number) => {
                let number = number.unwrap_or(0);
                let wrong = self.whole && number != link.number + 1;
                let before = std::mem::replace(&mut link.number, number);
                wrong.then(|| format!("warning {number} follows {before}"))
            }
        };
        Ok((told, wrong.map(|wrong| format!("on {ladder}, {wrong}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::change::CE_TYPE;
    use crate::wire::warning;

    fn change(customer: &str, version: u64, from: &str, to: &str) -> String {
        format!(
            r#"{{"customer_id":"{customer}","ladder":"l","from":"{from}","to":"{to}","version":{version}}}"#
        )
    }

    fn take(chains: &mut Chains, body: &str) -> Option<String> {
        chains.take(CE_TYPE, body.as_bytes()).expect("a change").1
    }

    fn chains() -> Chains {
        Chains::new((0, 1), true)
    }

    #[test]
    fn a_chain_has_no_gap_and_no_fork() {
        let mut chains = chains();
        assert_eq!(take(&mut chains, &change("a", 1, "x", "y")), None);
        assert_eq!(take(&mut chains, &change("b", 1, "x", "z")), None);
        assert_eq!(take(&mut chains, &change("a", 2, "y", "z")), None);
        let twice = take(&mut chains, &change("a", 2, "z", "z"));
        assert_eq!(twice.as_deref(), Some("on l, version 2 follows 2"));
        let elsewhere = take(&mut chains, &change("a", 3, "x", "y"));
        assert_eq!(
            elsewhere.as_deref(),
            Some("on l, version 3 begins elsewhere")
        );
        let gap = take(&mut chains, &change("b", 3, "z", "y"));
        assert_eq!(gap.as_deref(), Some("on l, version 3 follows 1"));
        assert_eq!(chains.len(), 2);
    }

    #[test]
    fn who_was_erased_begins_at_the_first_place() {
        let mut chains = chains();
        take(&mut chains, &change("a", 1, "x", "y"));
        let receipt = br#"{"customer_id":"a","erased_at":"2026-04-01T09:00:00.000Z"}"#;
        let told = chains.take(receipt::CE_TYPE, receipt);
        assert_eq!(told, Ok((Told::Receipt, None)));
        assert_eq!(take(&mut chains, &change("a", 2, "x", "y")), None);
        let merged = chains.take(receipt::CE_TYPE_MERGED, receipt);
        assert_eq!(merged, Ok((Told::Receipt, None)));
        assert!(take(&mut chains, &change("a", 3, "x", "y")).is_some());
    }

    #[test]
    fn warnings_are_counted_apart() {
        let mut chains = chains();
        let warning =
            |number: u64| format!(r#"{{"customer_id":"a","ladder":"l","number":{number}}}"#);
        let mut warn = |number| {
            let told = chains.take(warning::CE_TYPES[0], warning(number).as_bytes());
            told.expect("a warning")
        };
        assert_eq!(warn(1), (Told::Warning, None));
        assert_eq!(warn(2), (Told::Warning, None));
        let again = warn(2).1;
        assert_eq!(again.as_deref(), Some("on l, warning 2 follows 2"));
    }

    #[test]
    fn what_was_before_a_topic_begins_is_not_known() {
        let mut chains = Chains::new((0, 1), false);
        assert_eq!(take(&mut chains, &change("a", 7, "x", "y")), None);
        assert!(take(&mut chains, &change("a", 9, "y", "x")).is_some());
    }

    #[test]
    fn each_share_has_its_customers() {
        let all: usize = (0..3)
            .map(|share| {
                let mut chains = Chains::new((share, 3), true);
                for customer in ["a", "b", "c", "d", "e", "f"] {
                    assert_eq!(take(&mut chains, &change(customer, 1, "x", "y")), None);
                }
                assert!(chains.len() < 6 && !chains.is_empty());
                chains.len()
            })
            .sum();
        assert_eq!(all, 6);
    }

    #[test]
    fn what_is_no_record_of_the_topic_is_told() {
        for body in [
            "",
            "{}",
            r#"{"customer_id":"a"}"#,
            r#"{"customer_id":"a","ladder":"l"}"#,
        ] {
            assert!(chains().take(CE_TYPE, body.as_bytes()).is_err(), "{body}");
        }
    }
}
