//! Stories of single customers: what happens, row by row, and what comes of it.

mod policies;
mod table;

use policies::{pulse, silence, spending};
use table::tell;

#[test]
fn a_threshold_is_met_by_exactly_its_value() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 99.99 | value none>low 1
         2026-01-11T12:00Z | purchase 0.01  | value low>mid 2",
    );
}

#[test]
fn several_tiers_are_climbed_and_lost_at_once() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 500 | value none>high 1
         2026-02-10T12:00Z | tick         | value high>none 2 due 2026-02-09T00:00Z",
    );
}

#[test]
fn a_tier_is_kept_by_less_than_it_took_to_enter() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 20    | value none>low 1
         2026-01-20T12:00Z | purchase 80    | value low>mid 2
         2026-02-15T12:00Z | tick           |
         2026-02-20T12:00Z | tick           | value mid>none 3 due 2026-02-19T00:00Z",
    );
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 20.01 | value none>low 1
         2026-01-20T12:00Z | purchase 79.99 | value low>mid 2
         2026-02-15T12:00Z | tick           | value mid>low 3 due 2026-02-09T00:00Z
         2026-02-20T12:00Z | tick           | value low>none 4 due 2026-02-19T00:00Z",
    );
}

#[test]
fn whoever_falls_lands_on_the_highest_tier_that_holds() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 420 | value none>mid 1
         2026-01-20T12:00Z | purchase 80  | value mid>high 2
         2026-02-09T12:00Z | tick         | value high>mid 3 due 2026-02-09T00:00Z
         2026-02-19T12:00Z | tick         | value mid>none 4 due 2026-02-19T00:00Z",
    );
}

#[test]
fn a_deadline_fires_once_the_clock_is_past_it() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z        | purchase 5 | value none>low 1
         2026-02-09T00:00Z        | tick       |
         2026-02-09T00:00:00.001Z | tick       | value low>none 2 due 2026-02-09T00:00Z",
    );
}

#[test]
fn an_event_moves_the_clock_to_lateness_behind_it() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z        | purchase 5  | value none>low 1
         2026-02-09T00:00:01Z     | view by bob |
         2026-02-09T00:00:01.001Z | view by bob | value low>none 2 due 2026-02-09T00:00Z",
    );
}

#[test]
fn a_day_window_moves_at_midnight() {
    tell(
        &spending().finish(),
        "2026-01-10T23:59:59.999Z | purchase 5        | value none>low 1
         2026-01-11T00:00Z        | purchase 5 by bob | bob value none>low 1
         2026-02-09T12:00Z        | tick              | value low>none 2 due 2026-02-09T00:00Z
         2026-02-10T12:00Z        | tick              | bob value low>none 2 due 2026-02-10T00:00Z",
    );
}

#[test]
fn days_begin_where_the_zone_says_when_clocks_change() {
    // 29 March 2026 has 23 hours in London, 25 October has 25.
    tell(
        &spending().finish(),
        "2026-03-29T22:59:59.999Z | purchase 5        | value none>low 1
         2026-03-29T23:00Z        | purchase 5 by bob | bob value none>low 1
         2026-04-28T12:00Z        | tick              | value low>none 2 due 2026-04-27T23:00Z
         2026-04-29T12:00Z        | tick              | bob value low>none 2 due 2026-04-28T23:00Z
         2026-10-24T23:00Z        | purchase 5        | value none>low 3
         2026-10-25T23:59:59.999Z | purchase 5 by bob | bob value none>low 3
         2026-11-24T12:00Z        | tick              | value low>none 4 due 2026-11-24T00:00Z
                                  |                   | bob value low>none 4 due 2026-11-24T00:00Z",
    );
}

#[test]
fn an_exact_window_is_open_at_its_far_end() {
    tell(
        &pulse().finish(),
        "2026-01-10T12:00Z        | view |
         2026-01-10T13:00Z        | view | pulse quiet>awake 1
         2026-01-11T12:00Z        | tick |
         2026-01-11T12:00:00.001Z | tick | pulse awake>quiet 2 due 2026-01-11T12:00Z",
    );
}

#[test]
fn an_exact_window_does_not_care_about_clock_changes() {
    tell(
        &pulse().finish(),
        "2026-03-28T12:00Z | view |
         2026-03-28T13:00Z | view | pulse quiet>awake 1
         2026-03-30T12:00Z | tick | pulse awake>quiet 2 due 2026-03-29T12:00Z",
    );
}

#[test]
fn an_arrival_and_an_expiry_at_one_instant_are_judged_together() {
    tell(
        &pulse().finish(),
        "2026-01-10T12:00Z | view |
         2026-01-10T13:00Z | view | pulse quiet>awake 1
         2026-01-11T12:00Z | view |
         2026-01-11T14:00Z | tick | pulse awake>quiet 2 due 2026-01-11T13:00Z",
    );
    tell(
        &pulse().finish(),
        "2026-01-10T12:00Z        | view |
         2026-01-10T13:00Z        | view | pulse quiet>awake 1
         2026-01-11T12:00:00.001Z | view | pulse awake>quiet 2 due 2026-01-11T12:00Z
                                  |      | pulse quiet>awake 3",
    );
}

#[test]
fn two_views_at_one_instant_are_two_views() {
    tell(
        &pulse().finish(),
        "2026-01-10T12:00Z | view |
         2026-01-10T12:00Z | view | pulse quiet>awake 1",
    );
}

#[test]
fn a_refund_counts_at_the_day_of_its_order() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 300 of a  | value none>mid 1
         2026-01-12T12:00Z | purchase 200 of b  | value mid>high 2
         2026-01-13T12:00Z | refund 200 of b    |
         2026-01-14T12:00Z | refund 0.01 of a   | value high>mid 3
         2026-01-15T12:00Z | refund 400 of a    | value mid>none 4
         2026-01-16T12:00Z | purchase 200 of c  | value none>low 5
         2026-02-09T12:00Z | tick               | value low>mid 6 due 2026-02-09T00:00Z
         2026-02-15T12:00Z | tick               | value mid>none 7 due 2026-02-15T00:00Z",
    );
}

#[test]
fn a_cancelled_order_has_never_been() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 500 of a | value none>high 1
         2026-01-12T12:00Z | cancel of a       | value high>none 2
         2026-01-13T12:00Z | cancel of a       |
         2026-01-14T12:00Z | refund 20 of a    |
         2026-01-15T12:00Z | purchase 100 of b | value none>mid 3
         2026-01-16T12:00Z | refund 501 of a   | value mid>low 4",
    );
}

#[test]
fn money_given_back_on_a_stranger_leaves_today() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 150 of a | value none>mid 1
         2026-01-20T12:00Z | refund 100 of x   | value mid>low 2
         2026-01-21T12:00Z | cancel of x       |
         2026-01-22T12:00Z | refund 60         | value low>none 3
         2026-02-10T12:00Z | purchase 161      | value none>low 4
         2026-02-20T12:00Z | tick              | value low>mid 5 due 2026-02-19T00:00Z",
    );
}

#[test]
fn strangers_can_be_refused() {
    tell(
        &spending().refusing_strangers().finish(),
        "2026-01-10T12:00Z | refund 5 of a         | unknown_order
         2026-01-10T12:00Z | cancel of a           | unknown_order
         2026-01-10T12:00Z | refund 5              | unknown_order
         2026-01-10T12:00Z | purchase 5 of a       | value none>low 1
         2026-01-10T12:00Z | refund 5 of a by bob  | unknown_order
         2026-01-10T12:00Z | refund 5 of a         | value low>none 2",
    );
}

#[test]
fn an_order_is_known_for_as_long_as_orders_are_kept() {
    tell(
        &spending().refusing_strangers().finish(),
        "2026-01-10T12:00Z        | purchase 5 of a | value none>low 1
         2026-01-10T12:00Z        | purchase 5 of a | order_exists
         2026-04-20T11:59:59.999Z | purchase 5 of a | order_exists
         2026-04-20T11:59:59.999Z | refund 1 of a   | value low>none 2 due 2026-02-09T00:00Z
         2026-04-20T12:00Z        | refund 1 of a   | unknown_order
         2026-04-20T12:00Z        | purchase 5 of a | value none>low 3",
    );
}

#[test]
fn a_copy_counts_once() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z        | purchase 60 of a id e1        | value none>low 1
         2026-01-10T12:00Z        | purchase 60 of a id e1        | duplicate
         2026-01-10T12:00Z        | purchase 60 of a id e1 by bob | bob value none>low 1
         2026-01-17T12:00Z        | purchase 60 of b id e1        | duplicate
         2026-01-17T12:00:00.001Z | purchase 60 of c id e1        | value low>mid 2",
    );
}

#[test]
fn a_refused_event_has_no_copies() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 60 id e1 in USD | unknown_currency
         2026-01-10T12:00Z | purchase 60 id e1 in GBP | value none>low 1",
    );
}

#[test]
fn a_late_event_counts_at_its_own_day_and_is_judged_now() {
    tell(
        &spending().finish(),
        "2026-01-20T12:00Z        | purchase 60  | value none>low 1
         2026-01-15T12:00Z        | purchase 60  | value low>mid 2 at 2026-01-20T12:00Z
         2026-01-13T11:59:58.999Z | purchase 400 | too_late
         2026-01-13T11:59:59Z     | purchase 400 | value mid>high 3 at 2026-01-20T12:00Z
         2026-02-15T12:00Z        | tick         | value high>mid 4 due 2026-02-12T00:00Z
                                  |              | value mid>low 5 due 2026-02-14T00:00Z",
    );
}

#[test]
fn nothing_is_taken_from_the_future() {
    tell(
        &pulse().finish(),
        "2026-01-10T12:00Z        | wall |
         2026-01-10T12:10Z        | view |
         2026-01-10T12:10:00.001Z | view | future
         2026-01-10T12:10Z        | view | pulse quiet>awake 1",
    );
}

#[test]
fn the_clock_never_passes_the_wall() {
    tell(
        &pulse().finish(),
        "2026-01-10T11:00Z | wall        |
         2026-01-10T11:00Z | view        |
         2026-01-10T11:00Z | view        | pulse quiet>awake 1
         2026-01-11T10:59Z | wall        |
         2026-01-11T11:09Z | view by bob |
         2026-01-11T11:00Z | wall        |
         2026-01-11T11:05Z | wall        |
         2026-01-11T11:05Z | view by bob | bob pulse quiet>awake 1 at 2026-01-11T11:09Z
                           |             | pulse awake>quiet 2 due 2026-01-11T11:00Z",
    );
}

#[test]
fn sums_that_would_overflow_are_refused() {
    tell(
        &spending().finish(),
        "2026-01-10T12:00Z | purchase 922337203685477.5807 | value none>high 1
         2026-01-10T12:00Z | purchase 0.0001               | bad_amount
         2026-01-10T12:00Z | refund 0.0001                 | bad_amount
         2026-01-10T12:00Z | purchase 0                    |",
    );
}

#[test]
fn silence_alone_moves_from_tier_to_tier() {
    tell(
        &silence().finish(),
        "2026-01-10T12:00Z | purchase 5 of a | silence gone>fresh 1, bond new>good 1
         2026-02-01T00:00Z | tick            | silence fresh>near 2 due 2026-01-20T00:00Z
                           |                 | silence near>gone 3 due 2026-01-31T00:00Z
                           |                 | bond good>lost 2 due 2026-01-31T00:00Z
         2026-02-02T00:00Z | cancel of a     | bond lost>new 3",
    );
}

#[test]
fn deadlines_before_an_event_fire_first() {
    tell(
        &silence().finish(),
        "2026-01-10T12:00Z | purchase 5 | silence gone>fresh 1, bond new>good 1
         2026-02-01T12:00Z | purchase 5 | silence fresh>near 2 due 2026-01-20T00:00Z
                           |            | silence near>gone 3 due 2026-01-31T00:00Z
                           |            | bond good>lost 2 due 2026-01-31T00:00Z
                           |            | silence gone>fresh 4
                           |            | bond lost>good 3",
    );
}

#[test]
fn taking_back_the_last_order_brings_back_the_one_before() {
    tell(
        &silence().finish(),
        "2026-01-10T12:00Z | purchase 5 of a | silence gone>fresh 1, bond new>good 1
         2026-01-19T12:00Z | purchase 5 of b |
         2026-01-26T12:00Z | cancel of b     | silence fresh>near 2
         2026-02-01T00:00Z | tick            | silence near>gone 3 due 2026-01-31T00:00Z
                           |                 | bond good>lost 2 due 2026-01-31T00:00Z",
    );
}

#[test]
fn deadlines_fire_by_instant_then_by_who_came_first() {
    tell(
        &spending().finish(),
        "2026-01-11T12:00Z | purchase 5 by bob  | bob value none>low 1
         2026-01-11T13:00Z | purchase 5         | value none>low 1
         2026-01-10T12:00Z | purchase 5 by cleo | cleo value none>low 1
         2026-02-11T12:00Z | tick               | cleo value low>none 2 due 2026-02-09T00:00Z
                           |                    | bob value low>none 2 due 2026-02-10T00:00Z
                           |                    | value low>none 2 due 2026-02-10T00:00Z",
    );
}
