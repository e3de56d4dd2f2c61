//! What a file reaches for: other rooms, libraries, the world outside.

use super::names::Name;
use super::rooms::{CLOCK, DOORS, OUTSIDE, PURE, ROOMS};
use super::rules::{Report, Rule};
use super::source::Source;

pub(crate) fn imports(report: &mut Report<'_>) {
    let source = report.source;
    let room = source.room();
    if room == "lib" {
        return;
    }
    let Some((_, known)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        report.add(
            Rule::Room,
            1,
            format!("{room} is not a room of tests/pure/tidy/rooms.rs"),
        );
        return;
    };
    for name in &source.names {
        let inside = ["crate", "tidemark"].contains(&name.parts[0].as_str());
        let Some(other) = name.parts.get(1).filter(|_| inside) else {
            continue;
        };
        let is_room = other == "*" || ROOMS.iter().any(|(name, _)| name == other);
        if is_room && other != room && !known.contains(&other.as_str()) {
            let what = format!("{room} may not know {other}: {}", name.parts.join("::"));
            report.add(Rule::Room, name.line, what);
        }
    }
}

pub(crate) fn doors(report: &mut Report<'_>) {
    let source = report.source;
    for name in source
        .names
        .iter()
        .filter(|name| !source.tests_at(name.line))
    {
        let Some((library, places)) = DOORS.iter().find(|(library, _)| *library == name.parts[0])
        else {
            continue;
        };
        let here = |place: &&str| ["*", source.room(), source.place()].contains(place);
        if !places.iter().any(here) && !is_own(source, name) {
            let what = format!("{library} is for {} only", places.join(", "));
            report.add(Rule::Door, name.line, what);
        }
    }
}

/// Whether a path that begins like a library begins with a module or import of this file.
fn is_own(source: &Source, name: &Name) -> bool {
    let first = &name.parts[0];
    !name.is_import
        && source.names.iter().any(|other| {
            other.is_import && other.parts.len() > 1 && other.parts.last() == Some(first)
        })
}

pub(crate) fn outside(report: &mut Report<'_>) {
    let source = report.source;
    for name in source
        .names
        .iter()
        .filter(|name| !source.tests_at(name.line))
    {
        for (path, why) in OUTSIDE {
            let same = path.iter().zip(&name.parts).all(|(a, b)| a == b);
            if same && name.parts.len() >= path.len() {
                report.add(
                    Rule::Outside,
                    name.line,
                    format!("{}: {why}", path.join("::")),
                );
            }
        }
    }
}

/// A pure room asks no clock at all, another room only through `runtime/clock.rs` what day it is.
pub(crate) fn clock(report: &mut Report<'_>) {
    let source = report.source;
    let all = ["SystemTime", "Timestamp", "Zoned", "Instant"];
    let clocks = match (PURE.contains(&source.room()), source.place()) {
        (true, _) => &all[..],
        (false, CLOCK) => &[],
        (false, _) => &all[..3],
    };
    for name in source
        .names
        .iter()
        .filter(|name| !source.tests_at(name.line))
    {
        let [.., kind, now] = name.parts.as_slice() else {
            continue;
        };
        if now == "now" && clocks.contains(&kind.as_str()) {
            let what = format!("{kind}::now: the time is an input, be told it");
            report.add(Rule::Clock, name.line, what);
        }
    }
}

pub(crate) fn bans(report: &mut Report<'_>) {
    let source = report.source;
    if !source.path.ends_with("/mod.rs") {
        return;
    }
    for lint in [
        "disallowed_methods",
        "disallowed_types",
        "iter_over_hash_type",
    ] {
        let denied = source
            .names
            .iter()
            .any(|name| name.parts == ["clippy", lint]);
        if !denied {
            let what = format!("a pure room begins with #![deny(clippy::{lint})]");
            report.add(Rule::Bans, 1, what);
        }
    }
}
