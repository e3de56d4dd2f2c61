//! What the documents show of stories is so.

use super::{differences, shipped, told, top};

/// The fenced blocks of text of a document that hold `words`.
fn blocks(page: &str, words: &str) -> Vec<String> {
    let text = std::fs::read_to_string(top().join(page)).expect("a document");
    let fenced = text.split("```").skip(1).step_by(2);
    let blocks = fenced.filter_map(|block| block.strip_prefix("text\n"));
    let found: Vec<String> = blocks
        .filter(|block| block.contains(words))
        .map(str::to_owned)
        .collect();
    assert!(!found.is_empty(), "{page} shows no {words}");
    found
}

#[test]
fn the_stories_of_the_documents_come_true() {
    let policy = shipped();
    for page in ["README.md", "docs/stories.md"] {
        for story in blocks(page, "\n| when ") {
            let told = told(&policy, &story);
            let differences = differences(&policy, &told);
            assert!(differences.is_empty(), "{page}\n{differences}");
        }
    }
}

#[test]
fn a_story_that_fails_looks_as_it_is_shown() {
    let policy = shipped();
    let page = "docs/stories.md";
    let story = blocks(page, "\n| when ").remove(0);
    let later = story.replace("| 2026-04-10 ", "| 2026-04-11 ");
    assert_ne!(later, story);
    let (story, verdict) = told(&policy, &later).remove(0);
    let table = verdict.show(&story, &policy.zone);
    let shown = blocks(page, "FAILED").remove(0);
    assert_eq!(
        shown,
        format!(
            "FAILED    shop.story:{}  {}\n\n{table}",
            story.line, story.name
        )
    );
}
