//! What a lane is told, as aligned rows: `instant | what happens | what comes of it`.

use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::change::{Cause, Change};
use tidemark::model::command::{Ask, Command, Wanted};
use tidemark::model::detail::Details;
use tidemark::model::event::{Event, Kind};
use tidemark::model::money::Money;
use tidemark::model::overrides::Verb;
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::zone::{parse_instant, show_utc};
use tidemark::policy::declared::Policy;

/// Tells an engine and compares every row's last column with what came of it.
///
/// What happens: `purchase 12.50`, `view` (and the other kinds), `gift low for 45h` on the ladder
/// `value`, `by bob` for another customer than ann. `tick` is time passing with the feed alive,
/// `wall` a ceiling alone. Without a first `wall` there is no ceiling, as in a replay.
///
/// What comes of it: outcomes other than "applied", then the changes as `ladder from>to version`,
/// with the customer if it is not ann, and with the instant and cause if it is not the row's own
/// event. A row without an instant goes on with what comes of the one before.
pub(crate) fn tell(policy: &Arc<Policy>, story: &str) {
    let mut engine = Engine::new(Arc::clone(policy));
    if !story.contains(" wall ") {
        engine.tick(tick(Timestamp::MAX, None), &mut Vec::new());
    }
    let rows = rows(story);
    let mut told = String::from("\n");
    let mut heard = String::from("\n");
    for (n, row) in rows.iter().enumerate() {
        let came = row.happens(&mut engine, n);
        told += &format!("{} | {} | {}\n", row.instant, row.deed, row.expected);
        heard += &format!("{} | {} | {came}\n", row.instant, row.deed);
    }
    assert!(!rows.is_empty(), "no rows");
    assert!(told == heard, "\nexpected:{told}\nbut:{heard}");
}

struct Row<'a> {
    instant: &'a str,
    at: Timestamp,
    deed: &'a str,
    expected: String,
}

/// The rows; one without an instant goes on with what comes of the row before.
fn rows(story: &str) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for line in story.lines() {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [instant, deed, expected] = columns[..] else {
            panic!("a row has three columns: {line}")
        };
        if instant.is_empty() {
            let row = rows.last_mut().expect("the first row has an instant");
            row.expected += &format!(", {expected}");
            continue;
        }
        rows.push(Row {
            instant,
            at: parse_instant(instant).unwrap_or_else(|| panic!("no instant: {line}")),
            deed,
            expected: expected.to_owned(),
        });
    }
    rows
}

impl Row<'_> {
    fn happens(&self, engine: &mut Engine, n: usize) -> String {
        let mut effects = Vec::new();
        let mut came = Vec::new();
        match self.deed {
            "wall" => engine.tick(tick(self.at, None), &mut effects),
            "tick" => engine.tick(tick(self.at, Some(self.at)), &mut effects),
            _ => {
                let id = format!("row {n}");
                let gift = self.gift();
                match engine.apply(&self.event(&id, gift.as_ref()), &mut effects) {
                    Outcome::Applied => {}
                    Outcome::Duplicate => came.push("duplicate".to_owned()),
                    Outcome::Suppressed => came.push("suppressed".to_owned()),
                    Outcome::Refused(refused) => came.push(refused.refusal.code().to_owned()),
                }
            }
        }
        for judged in &effects {
            let changes = judged.changes.iter();
            came.extend(changes.map(|change| self.shown(engine.policy(), judged, change)));
        }
        came.join(", ")
    }

    /// The word behind a word.
    fn after(&self, word: &str) -> Option<&str> {
        let mut words = self.deed.split(' ');
        words.find(|known| *known == word)?;
        words.next()
    }

    /// "gift low for 45h" on the ladder `value`.
    fn gift(&self) -> Option<Command> {
        let tier = self.after("gift")?;
        let hours = self.after("for")?.strip_suffix('h')?.parse::<i64>();
        let hours = hours.expect("a number of hours");
        Some(Command {
            ask: Ask::Override(Wanted {
                ladder: "value".into(),
                verb: Verb::Gift,
                tier: Some(tier.into()),
                until: Some(self.at + Span(hours * 3_600_000)),
            }),
            by: "ann".into(),
            why: "because".into(),
        })
    }

    fn event<'e>(&'e self, id: &'e str, command: Option<&'e Command>) -> Event<'e> {
        let words: Vec<&str> = self.deed.split(' ').collect();
        let amount = words.get(1).and_then(|word| Money::parse(word).ok());
        Event {
            event_id: id,
            customer: self.after("by").unwrap_or("ann"),
            kind: match command {
                Some(_) => Kind::Command,
                None => Kind::from_name(words[0], &[])
                    .unwrap_or_else(|| panic!("no kind: {}", self.deed)),
            },
            at: self.at,
            order: None,
            amount: amount.unwrap_or_default(),
            currency: None,
            quantity: 0,
            margin: Money::default(),
            details: Details::default(),
            command,
        }
    }

    fn shown(&self, policy: &Policy, judged: &Judged, change: &Change) -> String {
        let who = match &*judged.customer {
            "ann" => String::new(),
            other => format!("{other} "),
        };
        let scale = policy.scale_name(change.scale);
        let from = policy.rank_name(change.scale, change.from);
        let to = policy.rank_name(change.scale, change.to);
        let mut text = format!("{who}{scale} {from}>{to} {}", change.version);
        if change.cause == Cause::Clock {
            text += &format!(" due {}", short(change.effective_at));
        } else if change.effective_at != self.at {
            text += &format!(" at {}", short(change.effective_at));
        }
        text
    }
}

fn tick(ceiling: Timestamp, coast: Option<Timestamp>) -> Tick {
    Tick {
        ceiling,
        coast,
        firings: None,
    }
}

/// Without milliseconds and seconds, where they are zero.
fn short(at: Timestamp) -> String {
    show_utc(at).replace(".000Z", "Z").replace(":00Z", "Z")
}
