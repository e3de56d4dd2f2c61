//! The fields of an event in the shape that almost every producer writes: one flat object whose
//! texts have no escapes. All else is left to the strict reader, so this can be fast and small.

use super::fields::{Field, Fields};

/// Finds the fields of a record, exactly as the strict reader would find them, and says whether it
/// could. Where it could not, that reader has to say what the record is, and `fields` are to be
/// forgotten.
pub(super) fn scan<'a>(text: &'a str, fields: &mut Fields<'a>) -> bool {
    let mut scanner = Scanner { text, at: 0 };
    scanner.object(fields).is_some()
}

/// How many bytes there are before the first quote, backslash or control character.
pub(super) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is zero; bytes above the lowest such byte may be set wrongly.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let quote = zeros(word ^ (ONES * u64::from(b'"')));
        let backslash = zeros(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
        let found = (quote | backslash | control) & HIGH;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes[at..].iter();
    at + rest
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | ..b' '))
        .count()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// One object and nothing after it.
    fn object(&mut self, fields: &mut Fields<'a>) -> Option<()> {
        self.space();
        self.take(b'{')?;
        loop {
            self.space();
            let name = self.string()?;
            self.space();
            self.take(b':')?;
            self.space();
            let value = self.value()?;
            if let Some(field) = Field::from_name(&name[1..name.len() - 1]) {
                fields.put(field, value);
            }
            self.space();
            if self.take(b',').is_none() {
                break;
            }
        }
        self.take(b'}')?;
        self.space();
        (self.at == self.text.len()).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The text from `start` to here.
    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    fn value(&mut self) -> Option<&'a str> {
        match self.peek()? {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => None,
        }
    }

    fn word(&mut self, word: &'static str) -> Option<&'a str> {
        let start = self.at;
        self.at += word.len();
        self.since(start).filter(|text| *text == word)
    }

    /// A string with its quotes, if it has no escapes.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.take(b'"')?;
        self.at += plain(&self.text.as_bytes()[self.at..]);
        self.take(b'"')?;
        self.since(start)
    }

    fn number(&mut self) -> Option<&'a str> {
        let start = self.at;
        _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.since(start)
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(text: &str) -> Option<Fields<'_>> {
        let mut fields = Fields::default();
        super::scan(text, &mut fields).then_some(fields)
    }

    proptest! {
        #[test]
        fn plain_text_ends_where_it_ends(bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), b'\x1e'..b'$', b'Z'..b'^', Just(b'a')],
            0..40,
        )) {
            let end = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '));
            prop_assert_eq!(plain(&bytes), end.unwrap_or(bytes.len()));
        }
    }

    /// What the strict reader finds.
    fn strict(text: &str) -> Option<Fields<'_>> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn the_usual_shape_is_not_left_to_the_strict_reader() {
        for text in [
            r#"{"event_id":"e1","customer_id":"Zoë","kind":"view","occurred_at":1772439330250}"#,
            " {\t\"amount\" : -120.45e+2 ,\r\n\"unknown\": true, \"margin\":0.0,\"brand\":null } ",
            r#"{"quantity":0,"quantity":false,"":"","kind":""}"#,
        ] {
            let fields = scan(text);
            assert!(fields.is_some(), "{text}");
            assert_eq!(fields, strict(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_of_the_usual_shape_is_left() {
        for text in [
            "",
            "{}",
            "null",
            r#"["kind"]"#,
            r#"{"kind":"view""#,
            r#"{"kind":"view",}"#,
            r#"{"kind":"view"}}"#,
            r#"{"kind":"view"} x"#,
            r#"{"kind":"vi\u0065w"}"#,
            r#"{"ki\u006ed":"view"}"#,
            "{\"kind\":\"vi\new\"}",
            r#"{"kind":"view"#,
            r#"{"kind" "view"}"#,
            r#"{kind:"view"}"#,
            r#"{"attrs":{}}"#,
            r#"{"attrs":[]}"#,
            r#"{"amount":01}"#,
            r#"{"amount":-}"#,
            r#"{"amount":1.}"#,
            r#"{"amount":.5}"#,
            r#"{"amount":+1}"#,
            r#"{"amount":1e}"#,
            r#"{"amount":nul}"#,
            r#"{"amount":truex}"#,
            r#"{"amount":nulk}"#,
            r#"{"amount":tru1}"#,
            r#"{"amount":falsy}"#,
        ] {
            assert_eq!(scan(text), None, "{text}");
        }
    }

    /// Pieces of which objects are made, and of which they break.
    fn piece() -> impl Strategy<Value = String> {
        let fixed = prop_oneof![
            Just("{"),
            Just("}"),
            Just(","),
            Just(":"),
            Just(" "),
            Just("\n"),
            Just("\""),
            Just("\\"),
            Just("null"),
            Just("true"),
            Just("false"),
            Just("[]"),
            Just("-"),
            Just("0"),
        ];
        prop_oneof![
            fixed.prop_map(str::to_owned),
            Just("\"kind\":".to_owned()),
            Just("\"amount\":".to_owned()),
            Just(",\"amount\" :".to_owned()),
            "\"[a-z\\\\é\u{1}]{0,4}\"",
            "-?[0-9]{0,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,2})?",
            "[a-z\u{7f}é😀]{0,3}",
        ]
    }

    /// Mostly whole members, so that most of what is made is an object.
    fn object() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            Just("\"kind\"".to_owned()),
            Just("\"amount\"".to_owned()),
            "\"[ a-zA-Zé0-9{}:,]{0,4}\"",
        ];
        let value = prop_oneof![
            "\"[ a-zA-Zé0-9{}:,]{0,9}\"",
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?",
            Just("null".to_owned()),
            Just("true".to_owned()),
            piece(),
        ];
        let space = "[ \n\t\r]{0,2}";
        let member = (space, name, space, space, value, space)
            .prop_map(|(a, name, b, c, value, d)| format!("{a}{name}{b}:{c}{value}{d}"));
        proptest::collection::vec(member, 0..5)
            .prop_map(|members| format!("{{{}}}", members.join(",")))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn what_is_found_is_what_the_strict_reader_finds(text in prop_oneof![
            object(),
            proptest::collection::vec(piece(), 0..12).prop_map(|pieces| pieces.concat()),
        ]) {
            if let Some(fields) = scan(&text) {
                prop_assert_eq!(Some(fields), strict(&text), "{}", text);
            }
        }

        #[test]
        fn flat_objects_without_escapes_are_found(text in object()) {
            let nested = text.contains(['[', '\\']) || text.matches('{').count() > 1;
            if !nested && text.contains('"') && strict(&text).is_some() {
                prop_assert!(scan(&text).is_some(), "{}", text);
            }
        }
    }
}
