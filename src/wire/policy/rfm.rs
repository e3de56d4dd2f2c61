//! The table `[rfm]` of a policy, with the segments below it.

use crate::policy::draft::{RfmDraft, RfmSegmentDraft};
use crate::policy::problem::Problem;
use crate::wire::section::Section;

const KEYS: [&str; 9] = [
    "of",
    "window",
    "field",
    "recency",
    "frequency",
    "monetary",
    "map",
    "others",
    "segment",
];
const SEGMENT_KEYS: [&str; 3] = ["name", "cells", "labels"];

/// What was written.
pub(super) fn draft(rfm: &Section<'_>, problems: &mut Vec<Problem>) -> RfmDraft {
    rfm.check_keys(&KEYS, problems);
    let segments = rfm.tables("segment", "rfm.segment", problems);
    let mut segment = |section: Section<'_>| {
        section.check_keys(&SEGMENT_KEYS, problems);
        RfmSegmentDraft {
            header: section.header.clone(),
            name: section.text("name", problems),
            cells: section.texts("cells", problems),
            labels: section.labels("labels", problems),
        }
    };
    RfmDraft {
        header: rfm.header.clone(),
        segments: segments.map(|list| list.into_iter().map(&mut segment).collect()),
        of: rfm.texts("of", problems),
        window: rfm.text("window", problems),
        field: rfm.text("field", problems),
        recency: rfm.texts("recency", problems),
        frequency: rfm.texts("frequency", problems),
        monetary: rfm.texts("monetary", problems),
        map: rfm.text("map", problems),
        others: rfm.text("others", problems),
    }
}
