//! A history without what can matter no more: two that know the same are the same then, whenever
//! either last ran out of room.

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::history::History;
use super::layout::Layout;
use super::limits::Limits;

impl History {
    /// Drops all that can matter no more. `clock` is as in [`Self::absorb`].
    pub fn settle(&mut self, layout: &Layout, zone: &Zone, clock: Timestamp) {
        let now = self.frontier();
        let known_after = now - layout.reach.orders;
        let limits = Limits::new(zone, now, known_after, clock - layout.reach.late);
        self.tally.drop_settled(layout, &limits);
        let Some(kept) = &mut self.kept else {
            return;
        };
        kept.orders.forget(known_after);
        if let Some(notes) = &mut kept.notes {
            notes.make_room(&layout.rolls, &limits, known_after);
        }
    }
}
