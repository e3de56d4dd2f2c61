//! A policy read from its TOML text, or a report of everything that is wrong with it.

mod clean;
mod feature;
mod merge;
mod rfm;

use std::sync::Arc;

use sha2::{Digest, Sha256};
use toml::de::{DeTable, Error};

use crate::lane::edition::Edition;
use crate::policy::build::build;
use crate::policy::declared::Policy;
use crate::policy::draft::{
    AttrDraft, Draft, Given, LadderDraft, MapDraft, OrdersDraft, PatienceDraft, RuleDraft,
    SegmentDraft, Tables, TierDraft, TimeDraft, Written,
};
use crate::policy::problem::Problem;

use super::report::Report;
use super::section::Section;

/// A policy of 250 features and rules for each fits into a quarter of it.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The policy that a text declares, with the text. `file_name` is where the report says that it
/// stands.
///
/// # Errors
/// See [`parse`].
pub fn edition(file_name: &str, text: &str) -> Result<Edition, Report> {
    let policy = Arc::new(parse(file_name, text)?);
    Ok(Edition::new(policy, Arc::from(text)))
}

/// The policy that a text declares. `file_name` is where the report says that the text stands.
///
/// # Errors
/// A report of all problems: those of TOML alone if there are any, else all others.
pub fn parse(file_name: &str, text: &str) -> Result<Policy, Report> {
    read(text).map_err(|mut problems| {
        problems.sort_by_key(|problem| problem.span.start);
        Report::new(file_name, text, problems)
    })
}

fn read(text: &str) -> Result<Policy, Vec<Problem>> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the policy has {} bytes", text.len());
        let label = format!("at most {TEXT_BYTES_MAX}");
        return Err(vec![Problem::new(&(0..0), message, label)]);
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(not_toml(text, &errors));
    }
    let mut problems = Vec::new();
    let draft = draft(text, root.get_ref(), &mut problems);
    match build(&draft, sha256_hex(text)) {
        Ok(policy) if problems.is_empty() => Ok(policy),
        Ok(_) => Err(problems),
        Err(more) => {
            problems.extend(more);
            Err(problems)
        }
    }
}

/// The hash that a text goes by.
pub(super) fn sha256_hex(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What TOML says of a text. A list that is not closed takes the rest of the text into itself:
/// nothing that is said of the rest is of use.
fn not_toml(text: &str, errors: &[Error]) -> Vec<Problem> {
    let mut errors: Vec<&Error> = errors.iter().collect();
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let says = |error: &&Error, what| error.message().starts_with(what);
    let open = errors.iter().any(|error| says(error, "unclosed array"));
    let end = errors.iter().position(|error| says(error, "missing comma"));
    let (told, rest) = match end {
        Some(end) if open => errors.split_at(end),
        _ => (errors.as_slice(), [].as_slice()),
    };
    let mut problems: Vec<Problem> = told.iter().map(|error| not_toml_at(text, error)).collect();
    if let Some(span) = rest.first().and_then(|error| error.span()) {
        let problem = Problem::new(
            &span,
            "a list above is not closed",
            "the list still goes on here",
        );
        problems.push(problem.help("put a ] at its end, or a , between its parts"));
    }
    problems
}

fn not_toml_at(text: &str, error: &Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let written = text.get(span.clone()).unwrap_or_default();
    if error.message() == "duplicate key" {
        let message = format!("`{written}` is given twice");
        return Problem::new(&span, message, "given before").help("remove one of the two");
    }
    if error.message().starts_with("string values must be quoted") {
        let (message, label) = match written {
            "" => ("a value is missing".to_owned(), "nothing here"),
            _ => (format!("`{written}` stands without quotes"), "not a value"),
        };
        return Problem::new(&span, message, label).help("put text into double quotes");
    }
    Problem::new(&span, format!("not TOML: {}", error.message()), "here")
}

fn draft<'t>(text: &'t str, table: &'t DeTable<'t>, problems: &mut Vec<Problem>) -> Draft {
    let root = Section {
        text,
        title: "the policy".to_owned(),
        header: 0..0,
        table,
    };
    let known = [
        "name",
        "version",
        "currency",
        "zone",
        "transition",
        "time",
        "orders",
        "merge",
        "event",
        "profile",
        "clean",
        "rfm",
        "feature",
        "rule",
        "ladder",
        "map",
    ];
    root.check_keys(&known, problems);
    let (kinds, attrs) = event(root.table("event", problems), problems);
    Draft {
        name: root.text("name", problems),
        version: root.integer("version", problems),
        currency: root.text("currency", problems),
        zone: root.text("zone", problems),
        transition: root.text("transition", problems),
        time: time(root.table("time", problems), problems),
        orders: orders(root.table("orders", problems), problems),
        merge: merge::draft(root.table("merge", problems), problems),
        kinds,
        attrs,
        profile: sorts(root.table("profile", problems), problems),
        clean: clean::drafts(root.table("clean", problems), problems),
        rfm: root
            .table("rfm", problems)
            .map(|section| rfm::draft(&section, problems)),
        features: feature::drafts(&root, problems),
        rules: rules(&root, problems),
        ladders: ladders(&root, problems),
        maps: maps(&root, problems),
    }
}

fn time(section: Option<Section<'_>>, problems: &mut Vec<Problem>) -> TimeDraft {
    let known = ["lateness", "late", "ahead", "dedup", "stall_after"];
    let [lateness, late, ahead, dedup, stall_after] = optional_texts(section, known, problems);
    TimeDraft {
        lateness,
        late,
        ahead,
        dedup,
        stall_after,
    }
}

fn orders(section: Option<Section<'_>>, problems: &mut Vec<Problem>) -> OrdersDraft {
    let [keep, unknown] = optional_texts(section, ["keep", "unknown"], problems);
    OrdersDraft { keep, unknown }
}

/// The texts of a table that has no other keys and may be left out.
fn optional_texts<const N: usize>(
    section: Option<Section<'_>>,
    keys: [&str; N],
    problems: &mut Vec<Problem>,
) -> [Given<String>; N] {
    match section {
        None => keys.map(|_| Given::Absent),
        Some(section) => {
            section.check_keys(&keys, problems);
            keys.map(|key| section.text(key, problems))
        }
    }
}

type EventDraft = (Given<Vec<Written<String>>>, Vec<AttrDraft>);

fn event(event: Option<Section<'_>>, problems: &mut Vec<Problem>) -> EventDraft {
    let Some(event) = event else {
        return (Given::Absent, Vec::new());
    };
    event.check_keys(&["kinds", "attrs"], problems);
    let attrs = sorts(event.table("attrs", problems), problems);
    (event.texts("kinds", problems), attrs)
}

/// The names that a table declares, each with its sort.
fn sorts(section: Option<Section<'_>>, problems: &mut Vec<Problem>) -> Vec<AttrDraft> {
    let keys = section.iter().flat_map(Section::keys);
    let read = keys
        .zip(section.iter().cycle())
        .map(|(name, section)| AttrDraft {
            sort: section.text(&name.value, problems),
            name,
        });
    read.collect()
}

/// Rules by their names.
fn rules(
    root: &Section<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(Written<String>, Given<RuleDraft>)> {
    let Some(section) = root.table("rule", problems) else {
        return Vec::new();
    };
    let keys = section.keys().into_iter();
    let rules = keys.map(|name| {
        let rule = section.rule(&name.value, problems);
        (name, rule)
    });
    rules.collect()
}

fn ladders(root: &Section<'_>, problems: &mut Vec<Problem>) -> Tables<LadderDraft> {
    let sections = root.tables("ladder", "ladder", problems)?;
    let ladder = |section: Section<'_>| {
        section.check_keys(&with_patience(["name", "tier", "warn"]), problems);
        LadderDraft {
            header: section.header.clone(),
            name: section.text("name", problems),
            patience: patience(&section, problems),
            warn: section.texts("warn", problems),
            tiers: tiers(&section, problems),
        }
    };
    Some(sections.into_iter().map(ladder).collect())
}

fn tiers(ladder: &Section<'_>, problems: &mut Vec<Problem>) -> Tables<TierDraft> {
    let sections = ladder.tables("tier", "ladder.tier", problems)?;
    let tier = |section: Section<'_>| {
        let own = [
            "name",
            "enter",
            "keep",
            "requires",
            "lifetime",
            "lifetime_held",
            "warn",
            "near",
            "labels",
        ];
        section.check_keys(&with_patience(own), problems);
        TierDraft {
            header: section.header.clone(),
            name: section.text("name", problems),
            enter: section.rule("enter", problems),
            keep: section.rule("keep", problems),
            patience: patience(&section, problems),
            requires: section.text("requires", problems),
            lifetime: section.rule("lifetime", problems),
            lifetime_held: section.text("lifetime_held", problems),
            warn: section.texts("warn", problems),
            near: section.rule("near", problems),
            labels: section.labels("labels", problems),
        }
    };
    Some(sections.into_iter().map(tier).collect())
}

/// Keys of a ladder and of a tier.
const PATIENCE: [&str; 8] = [
    "settle",
    "demote",
    "grace",
    "minimum_stay",
    "term",
    "requalify",
    "depth",
    "on_refund",
];

fn with_patience<const N: usize>(keys: [&'static str; N]) -> Vec<&'static str> {
    keys.into_iter().chain(PATIENCE).collect()
}

fn patience(section: &Section<'_>, problems: &mut Vec<Problem>) -> PatienceDraft {
    let [
        settle,
        demote,
        grace,
        stay,
        term,
        requalify,
        depth,
        on_refund,
    ] = PATIENCE.map(|key| section.text(key, problems));
    PatienceDraft {
        settle,
        demote,
        grace,
        stay,
        term,
        requalify,
        depth,
        on_refund,
    }
}

fn maps(root: &Section<'_>, problems: &mut Vec<Problem>) -> Tables<MapDraft> {
    let sections = root.tables("map", "map", problems)?;
    let map = |section: Section<'_>| {
        section.check_keys(&["name", "segment"], problems);
        MapDraft {
            header: section.header.clone(),
            name: section.text("name", problems),
            segments: segments(&section, problems),
        }
    };
    Some(sections.into_iter().map(map).collect())
}

fn segments(map: &Section<'_>, problems: &mut Vec<Problem>) -> Tables<SegmentDraft> {
    let sections = map.tables("segment", "map.segment", problems)?;
    let segment = |section: Section<'_>| {
        section.check_keys(&["name", "when", "labels"], problems);
        SegmentDraft {
            header: section.header.clone(),
            name: section.text("name", problems),
            when: section.rule("when", problems),
            labels: section.labels("labels", problems),
        }
    };
    Some(sections.into_iter().map(segment).collect())
}
