//! Each customer's changes on each ladder and map, as a chain, and the standings it leads to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tidemark::model::standing::ScaleIx;
use tidemark::wire::change::{self, ce_id};
use tidemark::wire::{receipt, warning};

use super::verdict::Evidence;
use crate::broker::Record;

/// What is read of a change's body.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    pub(crate) customer_id: String,
    pub(crate) ladder: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) effective_at: String,
    pub(crate) version: u32,
}

impl Told {
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).expect("a change is JSON as documented")
    }
}

/// What is read of a receipt's body.
#[derive(Debug, Deserialize)]
pub(crate) struct Receipt {
    customer_id: String,
    erased_at: String,
    removed: Option<Removed>,
}

#[derive(Debug, Deserialize)]
struct Removed {
    changes: u32,
}

/// What is read of the receipt of a merge.
#[derive(Debug, Deserialize)]
pub(crate) struct Merged {
    customer_id: String,
    into: String,
}

/// What is read of a warning's body.
#[derive(Debug, Deserialize)]
pub(crate) struct Warned {
    customer_id: String,
    ladder: String,
    number: u32,
}

/// What lies in the topic of the changes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Said {
    Change(Told),
    Warning(Warned),
    Receipt(Receipt),
    Merged(Merged),
}

impl Said {
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).expect("a body is JSON as documented")
    }

    pub(crate) fn customer(&self) -> &str {
        match self {
            Self::Change(told) => &told.customer_id,
            Self::Warning(warned) => &warned.customer_id,
            Self::Receipt(receipt) => &receipt.customer_id,
            Self::Merged(merged) => &merged.customer_id,
        }
    }

    fn of(record: &Record) -> Self {
        let said = Self::read(record.value.as_deref().expect("a change has a value"));
        let ce_types = match said {
            Self::Change(_) => &[change::CE_TYPE][..],
            Self::Warning(_) => &warning::CE_TYPES,
            Self::Receipt(_) => &[receipt::CE_TYPE],
            Self::Merged(_) => &[receipt::CE_TYPE_MERGED],
        };
        let ce_type = record.header("ce_type").expect("every event has a type");
        assert!(
            ce_types.iter().any(|known| known.as_bytes() == ce_type),
            "{said:?}"
        );
        said
    }
}

/// Where a customer's chain on one ladder or map has come to.
#[derive(Debug, Default)]
struct Link {
    version: u32,
    /// The last change; none since the customer was erased.
    last: Option<Told>,
    /// The version at the last erasure.
    erased: u32,
    /// The number of the last warning.
    warned: u32,
}

/// The chains of all customers.
#[derive(Default)]
struct Chains {
    links: BTreeMap<String, BTreeMap<String, Link>>,
    /// Who was merged into another.
    merged: BTreeSet<String>,
}

impl Chains {
    /// Takes the next change or receipt of a customer.
    #[track_caller]
    fn take(&mut self, said: Said) {
        let chains = self.links.entry(said.customer().to_owned()).or_default();
        match said {
            // Who was parted again goes on from where they were.
            Said::Merged(merged) => {
                assert_ne!(merged.customer_id, merged.into);
                self.merged.insert(merged.customer_id);
            }
            Said::Change(told) => {
                let link = chains.entry(told.ladder.clone()).or_default();
                assert_eq!(told.version, link.version + 1, "{told:?} after {link:?}");
                if let Some(before) = &link.last {
                    assert_eq!(told.from, before.to, "{told:?} after {before:?}");
                    let later = told.effective_at >= before.effective_at;
                    assert!(later, "{told:?} after {before:?}");
                }
                link.version = told.version;
                link.last = Some(told);
            }
            Said::Warning(warned) => {
                let link = chains.entry(warned.ladder.clone()).or_default();
                assert_eq!(warned.number, link.warned + 1, "{warned:?} after {link:?}");
                link.warned = warned.number;
            }
            Said::Receipt(receipt) => {
                let mut changes = 0;
                for link in chains.values_mut() {
                    changes += link.version - link.erased;
                    let last = link.last.take();
                    let later = last.is_some_and(|told| told.effective_at > receipt.erased_at);
                    assert!(!later, "{receipt:?} before {link:?}");
                    link.erased = link.version;
                }
                let removed = receipt.removed.map_or(0, |removed| removed.changes);
                assert_eq!(removed, changes, "{}", receipt.customer_id);
            }
        }
    }
}

/// Whether a record of the changes' topic is a change.
pub(crate) fn is_move(record: &Record) -> bool {
    record.header("ce_type") == Some(change::CE_TYPE.as_bytes())
}

/// Whether it is a warning.
pub(crate) fn is_warning(record: &Record) -> bool {
    let ce_type = record.header("ce_type");
    warning::CE_TYPES
        .iter()
        .any(|known| Some(known.as_bytes()) == ce_type)
}

/// What is read of a standing.
#[derive(Deserialize)]
struct Standing {
    standing: BTreeMap<String, Stand>,
}

#[derive(Deserialize)]
struct Stand {
    tier: Option<String>,
    segment: Option<String>,
    since: Option<String>,
    version: u32,
}

/// Versions and numbers of warnings are 1, 2, 3 ..., each change begins where the last one ended,
/// unless the customer was erased in between, and its id is its own.
#[track_caller]
pub(crate) fn have_no_gaps(evidence: &Evidence) {
    let (mut chains, mut ids) = (Chains::default(), BTreeSet::new());
    for record in &evidence.changes {
        let said = Said::of(record);
        assert_eq!(
            record.key_text(),
            said.customer(),
            "the key is the customer"
        );
        let lane = evidence.lane(said.customer().as_bytes());
        assert_eq!(
            record.partition, lane.0,
            "a change lies in its customer's lane"
        );
        let id = record.header("ce_id").expect("every event has an id");
        let expected = match &said {
            Said::Change(told) => Some(ce_id(&told.customer_id, &told.ladder, told.version)),
            Said::Warning(warned) => {
                let Warned {
                    customer_id,
                    ladder,
                    number,
                } = warned;
                Some(warning::ce_id(customer_id, ladder, *number))
            }
            Said::Receipt(_) | Said::Merged(_) => None,
        };
        if let Some(expected) = expected {
            assert_eq!(id, expected.as_bytes(), "{said:?}");
        }
        assert!(ids.insert(id.to_vec()), "twice: {said:?}");
        chains.take(said);
    }
}

/// The latest standing of each customer is where the changes lead, and of whoever was erased there
/// is none.
#[track_caller]
pub(crate) fn lead_to_the_standings(evidence: &Evidence) {
    let mut chains = Chains::default();
    for record in &evidence.changes {
        chains.take(Said::of(record));
    }
    // In offset order, so the last one of a customer stays.
    let mut latest: BTreeMap<String, Option<Standing>> = BTreeMap::new();
    for record in &evidence.current {
        let standing = record
            .value
            .as_deref()
            .map(|value| serde_json::from_slice(value).expect("a standing is JSON as documented"));
        latest.insert(record.key_text().to_owned(), standing);
    }
    let policy = &evidence.policy;
    let scales = (0..policy.scales()).map(|ix| policy.scale_name(ScaleIx(ix)));
    let known: BTreeSet<&str> = scales.collect();
    for (customer, standing) in &latest {
        let is_merged = chains.merged.contains(customer);
        let mut chains = chains.links.remove(customer).unwrap_or_default();
        let Some(standing) = standing else {
            if is_merged {
                continue;
            }
            let stands = chains.values().find_map(|link| link.last.as_ref());
            assert!(stands.is_none(), "a tombstone, but {stands:?}");
            continue;
        };
        for (ladder, stand) in &standing.standing {
            let link = chains.remove(ladder).unwrap_or_default();
            let place = stand.tier.as_ref().or(stand.segment.as_ref());
            assert_eq!(stand.version, link.version, "{customer}: {link:?}");
            match &link.last {
                None => assert_eq!(stand.since, None, "{customer}"),
                Some(told) => {
                    assert_eq!(place, Some(&told.to), "{told:?}");
                    assert_eq!(stand.since.as_ref(), Some(&told.effective_at), "{told:?}");
                }
            }
        }
        // Of ladders that an earlier policy had, nothing is said any more.
        chains.retain(|ladder, link| link.last.is_some() && known.contains(ladder.as_str()));
        assert!(chains.is_empty(), "{customer} moved on {:?}", chains.keys());
    }
    let moved = |links: &BTreeMap<String, Link>| links.values().any(|link| link.last.is_some());
    chains.links.retain(|_, links| moved(links));
    let without: Vec<_> = chains.links.keys().collect();
    assert!(
        without.is_empty(),
        "moved, but without a standing: {without:?}"
    );
}
