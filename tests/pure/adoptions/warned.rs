//! What was told of a loss under one policy, told or taken back under the next.

use std::sync::Arc;

use tidemark::model::change::{Cause, Measure};
use tidemark::model::time::{DAY_MS, Span};
use tidemark::policy::declared::Policy;

use super::Lane;
use super::kept::{SPEND, policy};
use super::places::{bought, coast};
use crate::histories::Input;

/// Someone loses a tier on the 91st day, and was told of that 30 days before; what is told from the
/// 71st on, when another policy comes that warns so many days before and asks so many hundreds.
fn told_by(days: &[i64], hundreds: i64) -> Vec<(&'static str, u32, i64, Cause)> {
    let warning = |days: &[i64], hundreds: i64| -> Arc<Policy> {
        let mut made = policy(SPEND, "");
        made.comparisons[0].threshold = Measure::Is(hundreds * 1_000_000);
        let steps = days.iter().map(|days| Span(days * DAY_MS));
        made.ladders[0].tiers[1].warnings.steps = steps.collect();
        made.hash = format!("{days:?}{hundreds}");
        Arc::new(made)
    };
    let mut lane = Lane::new(&warning(&[31, 30], 1));
    let start = 20_000 * DAY_MS;
    lane.tick();
    lane.give(&[Input::Event(bought(start)), coast(start, 70)]);
    let before: usize = lane.judged.iter().map(|judged| judged.warnings.len()).sum();
    assert_eq!(before, 2);
    let next = warning(days, hundreds);
    lane.adopt(&next, 1).expect("it asks for nothing new");
    lane.give(&[coast(start, 70), coast(start, 89)]);
    let warnings = lane.judged.iter().flat_map(|judged| &judged.warnings);
    let told = warnings.skip(before).map(|warning| {
        let days = (warning.effective_at.0 - start).div_euclid(DAY_MS);
        (warning.notice.name(), warning.number, days, warning.cause)
    });
    told.collect()
}

#[test]
fn a_loss_is_told_again_only_where_it_has_come_nearer() {
    assert_eq!(told_by(&[40, 30], 1), []);
    assert_eq!(told_by(&[30, 7], 1), [("at-risk", 3, 83, Cause::Clock)]);
    assert_eq!(told_by(&[25], 1), [("at-risk", 3, 70, Cause::Policy)]);
}

#[test]
fn a_loss_that_another_policy_calls_off_is_taken_back() {
    assert_eq!(told_by(&[30], 0), [("safe", 3, 70, Cause::Policy)]);
    assert_eq!(told_by(&[7], 0), [], "nobody was told by those steps");
}
