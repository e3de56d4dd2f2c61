//! Which lower tier a tier requires and what makes it one for life, from what was written.

use crate::model::time::Span;
use crate::model::until::Until;

use super::declared::Lifetime;
use super::draft::{TierDraft, Written};
use super::lifetime::Held;
use super::owner::Owner;
use super::problem::Problem;
use super::rules::{Place, Rules};
use super::suggestion;

/// As everywhere, a hundred years.
const YEARS_MAX: u16 = 100;
const DAYS_OF_A_YEAR: i64 = 365;
const ANY_HELD: &str = "write how long the tier must have been held, such as \"7 years\" or \"10 \
     years in a row\"";

/// The rank of the tier that is required: nothing where it is faulty, `Some(None)` where there is
/// none. `lower` are the names of the lower tiers, the lowest first.
pub(super) fn requires(
    owner: &Owner<'_>,
    draft: &TierDraft,
    lower: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Option<u8>> {
    draft.requires.read(|written| {
        let name = written.value.as_str();
        let problem = match lower.iter().position(|known| *known == name) {
            Some(0) => {
                let message = format!("{} requires \"{name}\", the lowest tier", owner.title);
                let problem = Problem::new(&written.span, message, "everybody has it");
                problem.help("remove `requires`, or name a tier between the two")
            }
            None => {
                let message = format!("{} requires \"{name}\"", owner.title);
                let problem = Problem::new(&written.span, message, "no lower tier of this ladder");
                problem.help(suggestion::help(name, "lower tiers", lower))
            }
            found => return found.map(|rank| rank as u8),
        };
        problems.push(problem);
        None
    })
}

/// What makes the tier one for life; likewise.
pub(super) fn lifetime(
    draft: &TierDraft,
    rules: &mut Rules<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Option<Lifetime>> {
    let rule = draft
        .lifetime
        .read(|rule| rules.read(rule, Place::Ladder, problems));
    let held = draft.lifetime_held.read(|written| held(written, problems));
    Some(match (rule?, held?) {
        (None, None) => None,
        (rule, held) => Some(Lifetime { rule, held }),
    })
}

/// Tells of what was written at the lowest tier, which nobody can lose.
pub(super) fn of_bottom(owner: &Owner<'_>, draft: &TierDraft, problems: &mut Vec<Problem>) {
    let written = [
        ("requires", draft.requires.written().map(|w| &w.span)),
        ("lifetime", draft.lifetime.written().map(|w| &w.span)),
        (
            "lifetime_held",
            draft.lifetime_held.written().map(|w| &w.span),
        ),
    ];
    for (key, span) in written {
        if let Some(span) = span {
            problems.push(owner.lowest(key, span, "everybody has it for life"));
        }
    }
}

/// Reads "7 years" or "10 years in a row".
fn held(written: &Written<String>, problems: &mut Vec<Problem>) -> Option<Held> {
    let words: Vec<&str> = written.value.split(' ').collect();
    let read = match words[..] {
        [number, "year" | "years"] => years(number)
            .map(|years| Held::InTotal(Span::from_days(i64::from(years) * DAYS_OF_A_YEAR))),
        [number, "year" | "years", "in", "a", "row"] => {
            years(number).map(|years| Held::InARow(Until::Months(years * 12)))
        }
        _ => None,
    };
    if read.is_none() {
        let message = format!("lifetime_held \"{}\" is no number of years", written.value);
        let label = format!("not 1 to {YEARS_MAX} years");
        problems.push(Problem::new(&written.span, message, label).help(ANY_HELD));
    }
    read
}

fn years(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let years = text.parse().ok().filter(|_| plain);
    years.filter(|years| (1..=YEARS_MAX).contains(years))
}
