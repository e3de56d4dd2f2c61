//! The edges of the semantics, each a story under a policy that one can reckon with in one's head.

use super::{differences, told, top, under};

#[test]
fn every_edge_is_as_the_semantics_say() {
    let mut count = 0;
    for (file, text, policy) in under(&top().join("tests/data/stories")) {
        let told = told(&policy, &text);
        count += told.len();
        let differences = differences(&policy, &told);
        assert!(differences.is_empty(), "{file}\n{differences}");
    }
    assert!(count >= 24, "{count} stories");
}
