//! One mistake, one problem, at the words that are wrong: mistakes.txt holds them.

use super::{SOUND, mistakes_in, read, with};

#[derive(Default)]
struct Mistake {
    line: usize,
    passage: Vec<&'static str>,
    replacement: Vec<&'static str>,
    message: &'static str,
    words: &'static str,
}

impl Mistake {
    /// The sound policy with this mistake in it.
    fn text(&self) -> String {
        with(&self.passage.join("\n"), &self.replacement.join("\n"))
    }
}

fn mistakes() -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = Vec::new();
    let mut inside = false;
    for (at, line) in include_str!("mistakes.txt").lines().enumerate() {
        let (sign, text) = line.split_at(line.len().min(1));
        let text = text.strip_prefix(' ').unwrap_or(text);
        if sign == "-" && !inside {
            mistakes.push(Mistake {
                line: at + 1,
                ..Mistake::default()
            });
        }
        inside = sign == "-";
        let Some(mistake) = mistakes.last_mut() else {
            continue;
        };
        match sign {
            "-" => mistake.passage.push(text),
            "+" => mistake.replacement.push(text),
            "!" => mistake.message = text,
            "@" => mistake.words = text,
            _ => {}
        }
    }
    mistakes
}

/// The sound policy with each mistake, and the message that it brings about.
pub(super) fn texts() -> impl Iterator<Item = (String, &'static str)> {
    let mistakes = mistakes().into_iter();
    mistakes.map(|mistake| (mistake.text(), mistake.message))
}

#[test]
fn the_sound_policy_is_sound() {
    read(SOUND).expect("no problems");
}

#[test]
fn one_mistake_is_told_once_where_it_is() {
    let mistakes = mistakes();
    assert!(mistakes.len() > 100, "{} mistakes", mistakes.len());
    let mut wrong = String::new();
    for mistake in mistakes {
        let text = mistake.text();
        let told = mistakes_in(&text);
        if told != [(mistake.message.to_owned(), mistake.words.to_owned())] {
            wrong.push_str(&format!("mistakes.txt:{}: {told:#?}\n", mistake.line));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_mistake_comes_with_advice() {
    let mut advice = String::new();
    for mistake in mistakes() {
        let Err(report) = read(&mistake.text()) else {
            continue;
        };
        for problem in report.problems() {
            let help = problem.help.as_deref().unwrap_or("-");
            advice.push_str(&format!(
                "{}\n  ^ {}\n  {help}\n",
                problem.message, problem.label
            ));
        }
    }
    insta::assert_snapshot!(advice);
}
