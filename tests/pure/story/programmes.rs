//! The programmes that are shipped: each is a policy with stories of its own, and the stories reach
//! every tier and segment that it has.

use std::collections::BTreeSet;
use std::path::Path;

use tidemark::model::standing::ScaleIx;
use tidemark::policy::declared::Policy;
use tidemark::story::script::{Expected, Move, Story};

use super::{differences, told, top, under};

/// The places, of the ladders and maps of a policy, from or to which a story moves somebody.
fn reached(stories: &[Story]) -> BTreeSet<(usize, u8)> {
    let rows = stories.iter().flat_map(|story| &story.rows);
    let expected = rows.flat_map(|row| &row.then).map(|one| &one.expected);
    let moves = expected.filter_map(|expected| match expected {
        Expected::Change(one) => Some(one),
        _ => None,
    });
    let ends = |one: &Move| [one.from, Some(one.to)].map(|rank| (one.scale.0, rank));
    let places = moves.flat_map(ends);
    places
        .filter_map(|(scale, rank)| Some((scale, rank?)))
        .collect()
}

/// The tiers and segments of a policy from or to which no story moves anybody.
fn unreached(policy: &Policy, stories: &[Story]) -> Vec<String> {
    let reached = reached(stories);
    let scales = (0..policy.scales()).map(ScaleIx);
    let places = scales.flat_map(|scale| {
        let names = policy.rank_names(scale);
        let ranks = (0..).zip(names).map(move |(rank, name)| {
            let text = format!("{} {name}", policy.scale_name(scale));
            ((scale.0, rank), text)
        });
        ranks.collect::<Vec<_>>()
    });
    let missing = places.filter(|(place, _)| !reached.contains(place));
    missing.map(|(_, text)| text).collect()
}

#[test]
fn each_programme_has_stories_that_come_true_and_reach_each_of_its_places() {
    let directory = top().join("config/policies");
    let mut programmes = BTreeSet::new();
    for (file, text, policy) in under(&directory) {
        let told = told(&policy, &text);
        let differences = differences(&policy, &told);
        assert!(differences.is_empty(), "{file}\n{differences}");
        assert!(told.len() >= 5, "{file}: {} stories", told.len());
        let stories: Vec<Story> = told.into_iter().map(|(story, _)| story).collect();
        let unreached = unreached(&policy, &stories);
        assert!(
            unreached.is_empty(),
            "{file}: nobody moves from or to {unreached:?}"
        );
        let name = Path::new(&file).file_stem().expect("a name");
        assert_eq!(name, policy.name.as_str(), "{file} is about its namesake");
        programmes.insert(policy.name.clone());
    }
    let shipped = std::fs::read_dir(&directory).expect("a directory");
    let names = shipped.map(|entry| entry.expect("an entry").path());
    let policies: BTreeSet<String> = names
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| path.file_stem().expect("a name").display().to_string())
        .collect();
    assert_eq!(policies, programmes, "each policy has its stories");
}

#[test]
fn a_place_that_no_story_reaches_is_noticed() {
    let policy = super::shipped();
    let text = "story: one\nonly: value\n| when | what | then |\n\
                | 2026-01-10 | purchase 5.00 | value: none -> low |\n\
                | 2026-04-10 | | value: low -> none |\n";
    let stories: Vec<Story> = told(&policy, text)
        .into_iter()
        .map(|(story, _)| story)
        .collect();
    let unreached = unreached(&policy, &stories);
    assert_eq!(unreached.len(), 16 - 2, "{unreached:?}");
    assert!(unreached.contains(&"value mid".to_owned()));
    assert!(!unreached.contains(&"value none".to_owned()));
}
