//! What a tier waits for, from what was written at it or at its ladder.

use crate::model::time::Span;
use crate::model::until::{Period, Until};

use super::draft::{Given, PatienceDraft, Written};
use super::owner::{Owner, choose};
use super::patience::{Demote, Depth, Patience};
use super::problem::Problem;
use super::terms::{Least, read_span};

const DEMOTES: [(Demote, &str); 2] = [(Demote::Immediate, "immediate"), (Demote::Never, "never")];
const DEPTHS: [(Depth, &str); 2] = [(Depth::ToFit, "to-fit"), (Depth::OneStep, "one-step")];
const PERIODS: [(Period, &str); 3] = [
    (Period::Month, "month"),
    (Period::Quarter, "quarter"),
    (Period::Year, "year"),
];
/// A hundred years.
const MONTHS_MAX: u64 = 1_200;
const ANY_UNTIL: &str = "write a length of time, such as \"30d\" or \"3 months\", or the end of a \
     period, such as \"end of month\" or \"end of next year\"";

/// What was read of one table; nothing at a key where something faulty stands.
#[derive(Clone, Copy)]
struct Read {
    settle: Option<Option<Span>>,
    demote: Option<Option<Demote>>,
    grace: Option<Option<Until>>,
    stay: Option<Option<Until>>,
    depth: Option<Option<Depth>>,
}

/// What the tiers of a ladder wait for where they do not say.
#[derive(Clone, Copy)]
pub(super) struct Waits<'a> {
    draft: &'a PatienceDraft,
    read: Read,
}

impl<'a> Waits<'a> {
    /// What was written at a ladder.
    pub(super) fn of_ladder(
        owner: &Owner<'_>,
        draft: &'a PatienceDraft,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let read = Read::of(draft, problems);
        if read.demote == Some(Some(Demote::Never)) {
            idle(owner, draft, &draft.demote, problems);
        }
        Self { draft, read }
    }

    /// What a tier waits for: what was written at it or, failing that, at its ladder.
    pub(super) fn of_tier(
        &self,
        owner: &Owner<'_>,
        draft: &PatienceDraft,
        problems: &mut Vec<Problem>,
    ) -> Option<Patience> {
        let (own, ladder) = (Read::of(draft, problems), &self.read);
        let none = Patience::NONE;
        let demote = own.demote?.or(ladder.demote?).unwrap_or(none.demote);
        if demote == Demote::Never {
            let told = match draft.demote {
                Given::Absent => &self.draft.demote,
                _ => &draft.demote,
            };
            idle(owner, draft, told, problems);
        }
        let lasting = |until: Option<Until>| until.filter(|until| *until != Until::Span(Span(0)));
        Some(Patience {
            settle: own.settle?.or(ladder.settle?).unwrap_or(none.settle),
            demote,
            grace: lasting(own.grace?.or(ladder.grace?)),
            stay: lasting(own.stay?.or(ladder.stay?)),
            depth: own.depth?.or(ladder.depth?).unwrap_or(none.depth),
        })
    }

    /// Tells of what was written at the lowest tier of a ladder, which waits for nothing.
    pub(super) fn of_bottom(
        owner: &Owner<'_>,
        draft: &PatienceDraft,
        problems: &mut Vec<Problem>,
    ) -> Option<Patience> {
        for (key, written) in keys(draft) {
            if let Some(written) = written {
                let message = format!(
                    "{} is the lowest of its ladder and has `{key}`",
                    owner.title
                );
                let problem = Problem::new(&written.span, message, "never entered, never lost");
                problems.push(problem.help(format!("remove `{key}`, or write it at another tier")));
            }
        }
        Read::of(draft, problems).whole().then_some(Patience::NONE)
    }
}

impl Read {
    fn of(draft: &PatienceDraft, problems: &mut Vec<Problem>) -> Self {
        Self {
            settle: read(&draft.settle, |text| {
                read_span(text, "settle", Least::Zero, problems)
            }),
            demote: read(&draft.demote, |word| {
                choose(word, ("demote", "ways"), &DEMOTES, problems)
            }),
            grace: read(&draft.grace, |text| until(text, "grace", problems)),
            stay: read(&draft.stay, |text| until(text, "minimum_stay", problems)),
            depth: read(&draft.depth, |word| {
                choose(word, ("depth", "depths"), &DEPTHS, problems)
            }),
        }
    }

    fn whole(&self) -> bool {
        let waits = self.settle.is_some() && self.grace.is_some() && self.stay.is_some();
        waits && self.demote.is_some() && self.depth.is_some()
    }
}

/// Tells of waits at a tier or ladder that is never lost.
fn idle(
    owner: &Owner<'_>,
    draft: &PatienceDraft,
    never: &Given<String>,
    problems: &mut Vec<Problem>,
) {
    for (key, written) in keys(draft) {
        let (Some(written), Some(never)) = (written, never.written()) else {
            continue;
        };
        if key == "settle" || key == "demote" {
            continue;
        }
        let message = format!("{} has `{key}`, but demote = \"never\"", owner.title);
        let problem = Problem::new(&written.span, message, "waits for what never happens");
        let problem = problem.also(&never.span, "never");
        problems.push(problem.help(format!(
            "remove `{key}`, or write demote = \"immediate\" at the same place"
        )));
    }
}

fn keys(draft: &PatienceDraft) -> [(&'static str, Option<&Written<String>>); 5] {
    [
        ("settle", draft.settle.written()),
        ("demote", draft.demote.written()),
        ("grace", draft.grace.written()),
        ("minimum_stay", draft.stay.written()),
        ("depth", draft.depth.written()),
    ]
}

fn read<T>(
    given: &Given<String>,
    reader: impl FnOnce(&Written<String>) -> Option<T>,
) -> Option<Option<T>> {
    match given {
        Given::Absent => Some(None),
        Given::Unreadable => None,
        Given::Is(written) => reader(written).map(Some),
    }
}

/// Reads "30d", "3 months", "1 year", "end of month" or "end of next year".
fn until(written: &Written<String>, what: &str, problems: &mut Vec<Problem>) -> Option<Until> {
    let words: Vec<&str> = written.value.split(' ').collect();
    let period = |word: &str| PERIODS.iter().find(|(_, name)| *name == word);
    let read = match words[..] {
        ["end", "of", word] => period(word).map(|(period, _)| (*period, false)),
        ["end", "of", "next", word] => period(word).map(|(period, _)| (*period, true)),
        [number, unit] => return months(written, (number, unit), what, problems),
        _ => {
            if Span::parse(&written.value).is_err() {
                problems.push(no_until(written, what));
                return None;
            }
            return read_span(written, what, Least::Zero, problems).map(Until::Span);
        }
    };
    if read.is_none() {
        problems.push(no_until(written, what));
    }
    read.map(|(period, next)| Until::EndOf { period, next })
}

fn months(
    written: &Written<String>,
    (number, unit): (&str, &str),
    what: &str,
    problems: &mut Vec<Problem>,
) -> Option<Until> {
    let each = match unit {
        "month" | "months" => Some(1),
        "year" | "years" => Some(12),
        _ => None,
    };
    let number = number.parse::<u64>().ok();
    let Some((number, each)) = number.zip(each) else {
        problems.push(no_until(written, what));
        return None;
    };
    let months = number.saturating_mul(each);
    if months == 0 || months > MONTHS_MAX {
        let message = format!("{what} \"{}\" is out of range", written.value);
        let label = "from \"1 month\" to \"100 years\"";
        problems.push(Problem::new(&written.span, message, label));
        return None;
    }
    u16::try_from(months).ok().map(Until::Months)
}

fn no_until(written: &Written<String>, what: &str) -> Problem {
    let message = format!("{what} \"{}\" is no end of time", written.value);
    Problem::new(&written.span, message, "not understood").help(ANY_UNTIL)
}
