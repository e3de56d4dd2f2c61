//! Recency, frequency and monetary value as a shorthand: `[rfm]` written out as the features,
//! ladders and the map that it stands for.

use super::cells::{Bands, Cell, Dimension, check};
use super::cuts::cuts;
use super::draft::{
    Draft, FeatureDraft, Given, LadderDraft, MapDraft, RfmDraft, RfmSegmentDraft, RuleDraft,
    SegmentDraft, TierDraft, Written,
};
use super::problem::{ByteRange, Problem};
use super::suggestion;

/// Days since the last one.
const DAYS: &str = "rfm_days";
/// How many in the window.
const COUNT: &str = "rfm_orders";
/// How much money in the window.
const MONEY: &str = "rfm_spend";
/// How many ever, to tell those who have been away from those who never came.
const EVER: &str = "rfm_ever";
const MAP: &str = "rfm";
const WINDOW: &str = "365d";
const OF: &str = "purchase";
const FIELD: &str = "amount";
/// The segment of those who never came, where nothing else is said.
const OTHERS: &str = "prospect";
/// The name of the map that is built in.
const TEN_NAMES: &str = "ten_names";
/// The ten names of most tutorials with their cells, of five bands each.
const TEN: [(&str, &str); 10] = [
    ("champion", "r5 f4-5"),
    ("loyal", "r3-4 f4-5"),
    ("potential_loyalist", "r4-5 f2-3"),
    ("new", "r5 f1"),
    ("promising", "r4 f1"),
    ("need_attention", "r3 f3"),
    ("about_to_sleep", "r3 f1-2"),
    ("cannot_lose", "r1-2 f5"),
    ("at_risk", "r1-2 f3-4"),
    ("hibernating", "r1-2 f1-2"),
];

/// A segment with the cells that make it up.
struct Named<'a> {
    name: Given<String>,
    header: &'a ByteRange,
    cells: Vec<(Cell, ByteRange)>,
    from: Option<&'a RfmSegmentDraft>,
}

/// The draft with `[rfm]` written out. What is faulty in it is told at the words that were written,
/// and left out of what they stand for.
pub(super) fn written_out(draft: &Draft, rfm: &RfmDraft, problems: &mut Vec<Problem>) -> Draft {
    let before = problems.len();
    let bands = Bands {
        recency: cuts(Dimension::Recency, &rfm.recency, problems),
        frequency: cuts(Dimension::Frequency, &rfm.frequency, problems),
        monetary: match rfm.monetary {
            Given::Absent => Vec::new(),
            _ => cuts(Dimension::Monetary, &rfm.monetary, problems),
        },
    };
    let mut segments = segments(rfm, &bands, problems);
    if problems.len() > before || is_taken(draft) {
        segments.clear();
    }
    let mut out = draft.clone();
    out.features.splice(0..0, features(rfm, &bands));
    let ladders = ladders(rfm, &bands);
    out.ladders = out.ladders.map(|list| [list, ladders].concat());
    let map = map(rfm, &segments);
    out.maps = out.maps.map(|list| [list, vec![map]].concat());
    out
}

/// Whether a name that it needs stands for something else, which is told where names are taken.
fn is_taken(draft: &Draft) -> bool {
    let taken = |name: &Given<String>| {
        let name = name.written().map(|name| name.value.as_str());
        let dimensions = Dimension::ALL.map(Dimension::ladder);
        name.is_some_and(|name| name == MAP || dimensions.contains(&name))
    };
    let features = draft.features.iter();
    let mut ladders = draft.ladders.iter().flatten().map(|ladder| &ladder.name);
    let mut maps = draft.maps.iter().flatten().map(|map| &map.name);
    let own = [DAYS, COUNT, MONEY, EVER];
    ladders.any(taken)
        || maps.any(taken)
        || features
            .map(|feature| feature.name.value.as_str())
            .any(|name| own.contains(&name) || taken(&given(name, &(0..0))))
}

/// The segments that are meant, each cell in exactly one of them; none where one is faulty.
fn segments<'a>(rfm: &'a RfmDraft, bands: &Bands, problems: &mut Vec<Problem>) -> Vec<Named<'a>> {
    let before = problems.len();
    let Some(own) = &rfm.segments else {
        return Vec::new();
    };
    let named: Vec<Named<'_>> = match (own.as_slice(), rfm.map.written()) {
        ([], Some(name)) if name.value != TEN_NAMES => {
            let message = format!("unknown map \"{}\"", name.value);
            let problem = Problem::new(&name.span, message, "not built in");
            let help = suggestion::help(&name.value, "maps that are built in", &[TEN_NAMES]);
            problems.push(problem.help(help));
            return Vec::new();
        }
        ([], name) => {
            let span = name.map_or(&rfm.header, |name| &name.span);
            fives(rfm, bands, problems);
            TEN.iter()
                .map(|(name, cell)| Named {
                    name: given(name, span),
                    header: &rfm.header,
                    cells: vec![(Cell::known(cell), span.clone())],
                    from: None,
                })
                .collect()
        }
        (own, name) => {
            if let Some(name) = name {
                let message = "[rfm] has a `map` and segments of its own";
                let problem = Problem::new(&name.span, message, "one of them only");
                let problem = problem.also(&own[0].header, "a segment of its own");
                problems.push(problem.help("remove `map`, or all [[rfm.segment]]"));
            }
            own.iter()
                .map(|segment| Named {
                    name: segment.name.clone(),
                    header: &segment.header,
                    cells: cells(segment, bands, problems),
                    from: Some(segment),
                })
                .collect()
        }
    };
    if problems.len() == before {
        let cells: Vec<(&str, &[(Cell, ByteRange)])> = named
            .iter()
            .map(|segment| (word(&segment.name), segment.cells.as_slice()))
            .collect();
        check(&rfm.header, &cells, bands, problems);
    }
    named
}

/// The ten names are for five bands of recency and frequency.
fn fives(rfm: &RfmDraft, bands: &Bands, problems: &mut Vec<Problem>) {
    let lists = [
        (&rfm.recency, &bands.recency, "recency"),
        (&rfm.frequency, &bands.frequency, "frequency"),
    ];
    for (given, cuts, key) in lists {
        // How many there can be at all has been looked at.
        if let (Some(list), 1..=3 | 5..) = (given.written(), cuts.len()) {
            let count = list.value.len();
            let message = format!(
                "the map \"{TEN_NAMES}\" is for 5 bands, but `{key}` has {count} cut points"
            );
            let label = format!("makes {} bands", count + 1);
            let problem = Problem::new(&list.span, message, label);
            problems
                .push(problem.help("give it 4 cut points, or write [[rfm.segment]] of your own"));
        }
    }
}

fn cells(
    segment: &RfmSegmentDraft,
    bands: &Bands,
    problems: &mut Vec<Problem>,
) -> Vec<(Cell, ByteRange)> {
    let Some(list) = segment.cells.written() else {
        if matches!(segment.cells, Given::Absent) {
            let message = format!(
                "segment \"{}\" of [rfm] has no `cells`",
                word(&segment.name)
            );
            let problem = Problem::new(&segment.header, message, "`cells` is missing");
            problems.push(problem.help("add a line such as: cells = [\"r5 f4-5\"]"));
        }
        return Vec::new();
    };
    if list.value.is_empty() {
        let message = format!("segment \"{}\" of [rfm] has no cells", word(&segment.name));
        let problem = Problem::new(&list.span, message, "empty list");
        problems.push(problem.help("put at least one cell into the list, or remove the segment"));
    }
    let read = list.value.iter();
    read.filter_map(|text| Some((Cell::read(text, bands, problems)?, text.span.clone())))
        .collect()
}

fn features(rfm: &RfmDraft, bands: &Bands) -> Vec<FeatureDraft> {
    let at = &rfm.header;
    let of = match &rfm.of {
        Given::Absent => Given::Is(Written {
            value: vec![written(OF, at)],
            span: at.clone(),
        }),
        of => of.clone(),
    };
    let feature = |name, aggregate, window: Given<String>| FeatureDraft {
        name: written(name, at),
        aggregate: given(aggregate, at),
        of: of.clone(),
        window,
        ..FeatureDraft::default()
    };
    let window = or(&rfm.window, WINDOW, at);
    let mut features = vec![
        feature(DAYS, "since_last", Given::Absent),
        feature(COUNT, "count", window.clone()),
        feature(EVER, "count", given("lifetime", at)),
    ];
    if !bands.monetary.is_empty() {
        features.push(FeatureDraft {
            field: or(&rfm.field, FIELD, at),
            ..feature(MONEY, "sum", window)
        });
    }
    features
}

fn ladders(rfm: &RfmDraft, bands: &Bands) -> Vec<LadderDraft> {
    let ladder = |dimension: Dimension| {
        let (feature, op) = match dimension {
            Dimension::Recency => (DAYS, "<="),
            Dimension::Frequency => (COUNT, ">="),
            Dimension::Monetary => (MONEY, ">="),
        };
        let cuts = bands.of(dimension);
        let tier = |band: usize| {
            // The lowest band has no rule; the best one of recency has the first cut point.
            let cut = match dimension {
                Dimension::Recency => cuts.len().checked_sub(band).filter(|_| band > 0),
                _ => band.checked_sub(1),
            };
            let cut = cut.and_then(|cut| cuts.get(cut));
            let rule = cut.map(|cut| compare(&format!("{feature} {op} {}", cut.value), &cut.span));
            TierDraft {
                header: rfm.header.clone(),
                name: given(&dimension.band(band + 1), &rfm.header),
                enter: rule.map_or(Given::Absent, Given::Is),
                ..TierDraft::default()
            }
        };
        LadderDraft {
            header: rfm.header.clone(),
            name: given(dimension.ladder(), &rfm.header),
            tiers: Some((0..=cuts.len()).map(tier).collect()),
            ..LadderDraft::default()
        }
    };
    let used = Dimension::ALL.into_iter();
    used.filter(|dimension| !bands.of(*dimension).is_empty())
        .map(ladder)
        .collect()
}

fn map(rfm: &RfmDraft, segments: &[Named<'_>]) -> MapDraft {
    let came = |span: &ByteRange| compare(&format!("{EVER} >= 1"), span);
    let segment = |named: &Named<'_>| {
        let cells = named.cells.iter();
        let cells: Vec<_> = cells.map(|(cell, span)| rule_of(cell, span)).collect();
        let any = Written {
            value: RuleDraft::Any(cells),
            span: named.header.clone(),
        };
        SegmentDraft {
            header: named.header.clone(),
            name: named.name.clone(),
            when: Given::Is(Written {
                value: RuleDraft::All(vec![came(named.header), any]),
                span: named.header.clone(),
            }),
            labels: named.from.map_or(Given::Absent, |from| from.labels.clone()),
        }
    };
    let others = SegmentDraft {
        header: rfm.header.clone(),
        name: or(&rfm.others, OTHERS, &rfm.header),
        ..SegmentDraft::default()
    };
    MapDraft {
        header: rfm.header.clone(),
        name: given(MAP, &rfm.header),
        segments: Some(segments.iter().map(segment).chain([others]).collect()),
    }
}

/// The bands of a cell as comparisons with the ladders.
fn rule_of(cell: &Cell, span: &ByteRange) -> Written<RuleDraft> {
    let mut parts = Vec::new();
    for (dimension, (least, most)) in cell.bounds() {
        let ladder = dimension.ladder();
        let mut with = |op, band| {
            let band = dimension.band(band);
            parts.push(compare(&format!("{ladder} {op} {band}"), span));
        };
        match least == most {
            true => with("=", least),
            false => {
                with(">=", least);
                with("<=", most);
            }
        }
    }
    Written {
        value: RuleDraft::All(parts),
        span: span.clone(),
    }
}

fn compare(text: &str, span: &ByteRange) -> Written<RuleDraft> {
    Written {
        value: RuleDraft::Compare(text.to_owned()),
        span: span.clone(),
    }
}

fn written(text: &str, span: &ByteRange) -> Written<String> {
    Written {
        value: text.to_owned(),
        span: span.clone(),
    }
}

fn given(text: &str, span: &ByteRange) -> Given<String> {
    Given::Is(written(text, span))
}

fn or(given_text: &Given<String>, default: &str, span: &ByteRange) -> Given<String> {
    match given_text {
        Given::Absent => given(default, span),
        other => other.clone(),
    }
}

fn word(name: &Given<String>) -> &str {
    name.written().map_or("", |name| name.value.as_str())
}
