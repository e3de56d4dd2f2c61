//! What holds for every text.

use proptest::prelude::*;
use tidemark::model::time::Span;
use tidemark::wire::report::Look;

use super::{SOUND, read};

/// Reads a text and, where it is refused, shows the report.
fn read_and_show(text: &str) {
    if let Err(report) = read(text) {
        let shown = report.render(Look::Plain, 100);
        assert!(report.problems().next().is_some(), "{text}");
        for problem in report.problems() {
            assert!(problem.span.start <= problem.span.end, "{problem:?}");
            assert!(problem.span.end <= text.len(), "{problem:?} in {text:?}");
        }
        // What is shown where a problem points outside the text.
        assert!(!shown.contains("Failed to read"), "{shown}");
    }
}

/// The sound policy with a stretch of it (in characters) replaced.
fn damaged(start: usize, length: usize, instead: &str) -> String {
    let before = SOUND.chars().take(start);
    let after = SOUND.chars().skip(start + length);
    before.chain(instead.chars()).chain(after).collect()
}

proptest! {
    #[test]
    fn a_span_reads_back_as_it_is_shown(ms in any::<i64>(), divisor in 1..1_000_000_000_i64) {
        for ms in [ms, ms / divisor, ms / divisor / 1000 * 1000] {
            prop_assert_eq!(Span::parse(&Span(ms).to_string()), Ok(Span(ms)));
        }
    }

    #[test]
    fn no_text_makes_a_span_panic(text in "-?[0-9]{0,21}[a-z ]{0,3}[0-9]{0,3}\\PC{0,3}") {
        if let Ok(span) = Span::parse(&text) {
            prop_assert_eq!(Span::parse(&span.to_string()), Ok(span));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_and_show(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        start in 0..SOUND.len(),
        length in 0..40_usize,
        instead in r#"(\PC|[\n"\[\]{}=.'<>\\])*"#,
    ) {
        read_and_show(&damaged(start, length, &instead));
    }
}
