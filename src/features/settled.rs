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

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::features::cuts::Cuts;
    use crate::features::feature::{Aggregate, Feature, Resolution, Window};
    use crate::features::layout::Reach;
    use crate::model::detail::Details;
    use crate::model::event::{Event, Kind, KindSet};
    use crate::model::money::Money;
    use crate::model::tape::Tape;
    use crate::model::time::{DAY_MS, Span};

    const REACH: Reach = Reach {
        known: Span::from_days(20),
        orders: Span::from_days(20),
        late: Span::from_days(6),
    };

    /// Days with a visit within nine days, and with a purchase ever.
    fn layout() -> Layout {
        let windows = [Window::Rolling(Span::from_days(9)), Window::Lifetime];
        let features = [Kind::View, Kind::Purchase].map(|kind| Feature {
            name: String::new(),
            kinds: KindSet::default().with(kind),
            filter: None,
            aggregate: Aggregate::DistinctDays,
            window: windows[usize::from(kind == Kind::Purchase)],
            resolution: Resolution::Day,
        });
        Layout::new(&features, &Cuts::new(vec![vec![]; 2]), REACH)
    }

    /// A visit and seven orders a day.
    fn live(history: &mut History, layout: &Layout, zone: &Zone, days: Range<i64>) {
        for day in days {
            for number in 0..8 {
                let at = Timestamp(day * DAY_MS + number);
                let order = format!("o-{day}-{number}");
                let event = Event {
                    event_id: "e",
                    customer: "c",
                    kind: if number == 0 {
                        Kind::View
                    } else {
                        Kind::Purchase
                    },
                    at,
                    order: (number > 0).then_some(&order),
                    amount: Money(100),
                    currency: None,
                    quantity: 1,
                    margin: Money::default(),
                    details: Details::default(),
                    command: None,
                };
                history.absorb(layout, zone, &event, at);
                history.judged_at(at);
            }
        }
    }

    fn tape(history: &History, layout: &Layout) -> Tape {
        let mut tape = Tape::default();
        history.put(layout, &mut tape);
        tape
    }

    #[test]
    fn what_can_matter_no_more_is_dropped_whatever_a_history_was_made_of() {
        let (layout, zone) = (layout(), Zone::named("UTC").expect("bundled"));
        let mut unlike = 0;
        for days in 1..60 {
            let mut one = History::new(&layout);
            live(&mut one, &layout, &zone, 0..days);
            let read = tape(&one, &layout);
            let read = History::take(&layout, &mut read.reel());
            let mut other = read.expect("it was laid out so");
            live(&mut one, &layout, &zone, days..days + 30);
            live(&mut other, &layout, &zone, days..days + 30);
            unlike += i32::from(tape(&one, &layout) != tape(&other, &layout));
            let clock = one.frontier();
            one.settle(&layout, &zone, clock);
            other.settle(&layout, &zone, clock);
            let settled = tape(&one, &layout);
            assert_eq!(tape(&other, &layout), settled, "after {days} days");
            // Twenty days of orders, and not much more than nine of days.
            assert!(settled.ids.len() <= 7 * 21, "{}", settled.ids.len());
            // Six numbers of each order, and the days that can still turn or that a window sees.
            assert!(settled.numbers.len() <= 6 * 7 * 20 + 70, "{settled:?}");
        }
        assert!(unlike > 10, "{unlike}");
    }
}
