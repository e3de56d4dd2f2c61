//! Each customer's changes on each ladder and map, as a chain, and the standings it leads to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tidemark::wire::change::ce_id;

use super::verdict::Evidence;

/// What is read of a change's body.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    pub(crate) customer_id: String,
    pub(crate) ladder: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) effective_at: String,
    pub(crate) version: u32,
    pub(crate) cause: String,
}

impl Told {
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).expect("a change is JSON as documented")
    }
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

/// Versions are 1, 2, 3 ..., each change begins where the last one ended, and its id is its own.
#[track_caller]
pub(crate) fn have_no_gaps(evidence: &Evidence) {
    let mut last: BTreeMap<(String, String), Told> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for record in &evidence.changes {
        let told = Told::read(record.value.as_deref().expect("a change has a value"));
        assert_eq!(
            record.key_text(),
            told.customer_id,
            "the key is the customer"
        );
        let lane = evidence.lane(told.customer_id.as_bytes());
        assert_eq!(
            record.partition, lane.0,
            "a change lies in its customer's lane"
        );
        let id = ce_id(&told.customer_id, &told.ladder, told.version);
        assert_eq!(record.header("ce_id"), Some(id.as_bytes()), "{told:?}");
        assert!(ids.insert(id), "twice: {told:?}");
        let ladder = (told.customer_id.clone(), told.ladder.clone());
        let before = last.get(&ladder);
        let version = before.map_or(0, |before| before.version);
        assert_eq!(told.version, version + 1, "{told:?} after {before:?}");
        if let Some(before) = before {
            assert_eq!(told.from, before.to, "{told:?} after {before:?}");
            assert!(
                told.effective_at >= before.effective_at,
                "{told:?} after {before:?}"
            );
        }
        last.insert(ladder, told);
    }
}

/// The latest standing of each customer is where the changes lead.
#[track_caller]
pub(crate) fn lead_to_the_standings(evidence: &Evidence) {
    let mut moved: BTreeMap<(String, String), Told> = BTreeMap::new();
    for record in &evidence.changes {
        let told = Told::read(record.value.as_deref().expect("a change has a value"));
        moved.insert((told.customer_id.clone(), told.ladder.clone()), told);
    }
    // In offset order, so the last one of a customer stays.
    let mut latest: BTreeMap<String, Standing> = BTreeMap::new();
    for record in &evidence.current {
        let value = record.value.as_deref().expect("a standing has a value");
        let standing = serde_json::from_slice(value).expect("a standing is JSON as documented");
        latest.insert(record.key_text().to_owned(), standing);
    }
    for (customer, standing) in &latest {
        for (ladder, stand) in &standing.standing {
            let moved = moved.remove(&(customer.clone(), ladder.clone()));
            let place = stand.tier.as_ref().or(stand.segment.as_ref());
            match &moved {
                None => assert_eq!((stand.version, &stand.since), (0, &None), "{customer}"),
                Some(told) => {
                    assert_eq!(stand.version, told.version, "{told:?}");
                    assert_eq!(place, Some(&told.to), "{told:?}");
                    assert_eq!(stand.since.as_ref(), Some(&told.effective_at), "{told:?}");
                }
            }
        }
    }
    assert!(
        moved.is_empty(),
        "moved, but without a standing: {:?}",
        moved.keys()
    );
}
