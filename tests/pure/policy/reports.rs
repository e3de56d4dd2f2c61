//! What a report looks like.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use tidemark::wire::report::Look;

use super::{SOUND, read, with};

const WIDTH: usize = 100;

fn report(text: &str) -> String {
    read(text).expect_err(text).render(Look::Plain, WIDTH)
}

#[test]
fn many_problems_come_in_one_report() {
    insta::assert_snapshot!(report(include_str!("careless.toml")));
}

#[test]
fn a_text_that_is_not_toml_is_told_of_so() {
    insta::assert_snapshot!(report(include_str!("torn.toml")));
}

#[test]
fn an_empty_text_is_told_what_it_lacks() {
    insta::assert_snapshot!(report(""));
}

#[test]
fn two_places_that_clash_are_both_shown() {
    insta::assert_snapshot!(report(
        &with("\"100d\"", "\"60d\"").replace("\"side\"", "\"spend\"")
    ));
}

#[test]
fn a_report_is_a_diagnostic_with_all_its_problems() {
    let told = read(include_str!("careless.toml")).expect_err("many problems");
    assert_eq!(
        told.related().expect("problems").count(),
        told.problems().count()
    );
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .render_report(&mut text, &told)
        .expect("a report");
    assert!(text.contains("policy.toml:1:"), "{text}");
}

#[test]
fn a_flood_of_problems_is_cut() {
    let flood: String = (0..130).map(|at| format!("key_{at} = 1\n")).collect();
    let told = read(&format!("{flood}{SOUND}")).expect_err("unknown keys");
    assert_eq!(told.problems().count(), 130);
    let shown = told.render(Look::Plain, WIDTH);
    assert!(shown.contains("unknown key `key_99`"), "{shown}");
    assert!(!shown.contains("unknown key `key_100`"), "{shown}");
    assert!(
        shown.ends_with("... and 30 more\n\n130 problems in policy.toml\n"),
        "{shown}"
    );
}

#[test]
fn only_a_terminal_gets_colours() {
    let told = read("").expect_err("empty");
    assert!(told.render(Look::Colours, WIDTH).contains("\u{1b}["));
    assert!(!told.render(Look::Plain, WIDTH).contains("\u{1b}["));
}
