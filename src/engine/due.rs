//! The queue of deadlines: which customer's horizon comes first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::time::Timestamp;

use super::customers::Slot;

/// Entries `(instant, customer)`, the earliest instant first and, at one instant, the customer who
/// came first. An entry is never taken out when a horizon moves: it is found stale when its turn
/// comes.
#[derive(Clone, Debug, Default)]
pub(super) struct Due {
    heap: BinaryHeap<Reverse<(Timestamp, Slot)>>,
}

impl Due {
    pub(super) fn push(&mut self, at: Timestamp, slot: Slot) {
        self.heap.push(Reverse((at, slot)));
    }

    /// The first entry.
    pub(super) fn first(&self) -> Option<(Timestamp, Slot)> {
        self.heap.peek().map(|entry| entry.0)
    }

    /// Takes the first entry out if it is before `limit`.
    pub(super) fn pop_before(&mut self, limit: Timestamp) -> Option<(Timestamp, Slot)> {
        let (at, _) = self.first()?;
        if at >= limit {
            return None;
        }
        self.heap.pop().map(|entry| entry.0)
    }

    /// The customers with an entry before `limit`, each once. Costs as much as there are such
    /// entries, however many others there are.
    pub(super) fn customers_before(&self, limit: Timestamp) -> Vec<Slot> {
        let heap = self.heap.as_slice();
        let mut found = Vec::new();
        let mut open = vec![0];
        while let Some(ix) = open.pop() {
            // No child of an entry comes before it.
            if let Some(Reverse((at, slot))) = heap.get(ix)
                && *at < limit
            {
                found.push(*slot);
                open.extend([2 * ix + 1, 2 * ix + 2]);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(entries: &[(i64, u32)]) -> Due {
        let mut due = Due::default();
        for (at, slot) in entries {
            due.push(Timestamp(*at), Slot(*slot));
        }
        due
    }

    #[test]
    fn the_earliest_comes_first_and_of_one_instant_the_first_customer() {
        let mut due = due(&[(5, 1), (3, 9), (5, 0), (3, 2)]);
        let mut order = Vec::new();
        while let Some((at, slot)) = due.pop_before(Timestamp(6)) {
            order.push((at.0, slot.0));
        }
        assert_eq!(order, [(3, 2), (3, 9), (5, 0), (5, 1)]);
    }

    #[test]
    fn an_entry_at_the_limit_stays() {
        let mut due = due(&[(5, 1)]);
        assert_eq!(due.pop_before(Timestamp(5)), None);
        assert_eq!(due.first(), Some((Timestamp(5), Slot(1))));
    }

    #[test]
    fn customers_before_an_instant_are_counted_once() {
        let entries: Vec<_> = (0..1_000_i64)
            .map(|n| (n * 37 % 500, n as u32 % 50))
            .collect();
        let due = due(&entries);
        for limit in [0, 1, 250, 500] {
            let mut expected: Vec<_> = entries
                .iter()
                .filter(|(at, _)| *at < limit)
                .map(|(_, slot)| Slot(*slot))
                .collect();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(due.customers_before(Timestamp(limit)), expected, "{limit}");
        }
    }
}
