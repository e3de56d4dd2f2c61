//! What somebody may have meant who wrote a word that is not known.

/// Words longer than this are compared with nothing.
const WORD_BYTES_MAX: usize = 64;
/// As many words as one help text lists.
const LISTED_MAX: usize = 32;

/// The known word that is nearest to `word`, if one is near: at most a third of its letters differ.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    let word = word.to_lowercase();
    known
        .iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (distance, *candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= word.len().max(candidate.len()).div_ceil(3) && *distance < word.len()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Help for a word that is none of the known ones: the nearest, else all of them. `noun` is plural:
/// "features".
#[must_use]
pub fn help(word: &str, noun: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if known.is_empty() => format!("there are no {noun} yet"),
        None => format!("{noun} are {}", listed(known)),
    }
}

fn listed(known: &[&str]) -> String {
    let mut text = known
        .iter()
        .take(LISTED_MAX)
        .map(|word| format!("\"{word}\""))
        .collect::<Vec<_>>()
        .join(", ");
    if known.len() > LISTED_MAX {
        text.push_str(&format!(" and {} more", known.len() - LISTED_MAX));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_near_if_at_most_a_third_of_it_differs() {
        let known = ["purchase", "view", "all"];
        for (word, near) in [
            ("purchases", Some("purchase")),
            ("PURCHASE", Some("purchase")),
            ("prchsae", Some("purchase")),
            ("prchs", Some("purchase")),
            ("prch", None),
            ("veiw", Some("view")),
            ("al", Some("all")),
            ("a", None),
            ("l", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &known), near, "{word}");
        }
        assert_eq!(nearest("x", &["y"]), None);
        assert_eq!(nearest(&"a".repeat(65), &["a".repeat(65).as_str()]), None);
    }

    #[test]
    fn help_names_the_nearest_or_what_there_is() {
        assert_eq!(help("veiw", "kinds", &["view"]), "did you mean \"view\"?");
        assert_eq!(
            help("x", "kinds", &["view", "cart"]),
            "kinds are \"view\", \"cart\""
        );
        assert_eq!(help("x", "features", &[]), "there are no features yet");
        let many = ["word"; 36];
        assert!(help("x", "words", &many).ends_with("\"word\" and 4 more"));
    }
}
