//! What is said of one customer: of each member of the profile what was said last.

use crate::model::change::Measure;
use crate::model::detail::Attr;
use crate::model::event::Event;
use crate::model::time::Timestamp;

use super::cuts::{Level, level_among};
use super::history::{History, NO_TEXTS};
use super::layout::{Layout, Reader};
use super::notes::Notes;
use super::outlook::settle;
use super::texts::Texts;

/// A member of the profile that a feature tells.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Which declared field says it.
    pub(super) attr: usize,
    /// The feature, if something is compared with it.
    pub(super) reader: Option<Reader>,
}

/// What was said last of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Latest {
    /// When.
    pub(super) at: Timestamp,
    pub(super) what: What,
}

/// What it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// That there is nothing to say any more.
    Nothing,
    /// That number.
    Number(i64),
    /// The text of that number.
    Text(i64),
}

/// What was said last of each member that was ever said.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// By member; empty as long as nothing was said of any.
    latest: Box<[Option<Latest>]>,
}

impl Profile {
    /// Notes what is said at an instant, unless something was said later of the same member. Tells
    /// whether anything is another than it was.
    pub(super) fn learn(
        &mut self,
        members: &[Member],
        at: Timestamp,
        attrs: &[Option<Attr>],
        texts: &mut Texts,
    ) -> bool {
        if self.latest.is_empty() {
            self.latest = vec![None; members.len()].into();
        }
        let mut changed = false;
        for (member, latest) in members.iter().zip(&mut self.latest) {
            let said = attrs.get(member.attr).and_then(Option::as_ref);
            let Some(said) = said.filter(|_| latest.is_none_or(|latest| latest.at <= at)) else {
                continue;
            };
            let what = match said {
                Attr::Gone => What::Nothing,
                Attr::Number(number) => What::Number(*number),
                Attr::Text(text) => What::Text(texts.keep(text)),
            };
            let was = latest.map_or(What::Nothing, |latest| latest.what);
            changed |= was != what;
            *latest = Some(Latest { at, what });
        }
        changed
    }

    /// Of these members.
    pub(super) fn of_all(latest: Vec<Option<Latest>>) -> Self {
        Self {
            latest: latest.into(),
        }
    }

    /// By member; empty as long as nothing was said of any.
    pub(super) fn all(&self) -> &[Option<Latest>] {
        &self.latest
    }

    /// What was said last of a member, if anything ever was.
    pub(super) fn latest(&self, member: usize) -> Option<&Latest> {
        self.latest.get(member)?.as_ref()
    }

    /// The numbers of the texts that it is of.
    pub(super) fn texts(&self) -> impl Iterator<Item = i64> {
        let said = self.latest.iter().flatten();
        said.filter_map(|latest| match latest.what {
            What::Text(text) => Some(text),
            What::Nothing | What::Number(_) => None,
        })
    }

    /// What was said last of these customers, who are one, the last of equals; each has its own
    /// numbers of texts.
    pub(super) fn with(&mut self, other: &Self, number: impl Fn(i64) -> i64) {
        if self.latest.is_empty() {
            self.latest = vec![None; other.latest.len()].into();
        }
        for (here, there) in self.latest.iter_mut().zip(&other.latest) {
            let Some(there) = there.filter(|there| here.is_none_or(|here| here.at <= there.at))
            else {
                continue;
            };
            let what = match there.what {
                What::Text(text) => What::Text(number(text)),
                what => what,
            };
            *here = Some(Latest { what, ..there });
        }
    }

    /// The same for members of which each was another one: `from` says which.
    pub(super) fn carried(&self, from: &[usize]) -> Self {
        let latest = from.iter().map(|member| self.latest(*member).copied());
        Self {
            latest: latest.collect(),
        }
    }
}

impl History {
    /// What was said last of a member of the profile, and the texts that it is of.
    pub(super) fn latest(&self, member: usize) -> (Option<&Latest>, &Texts) {
        let notes = self.kept.as_ref().and_then(|kept| kept.notes.as_ref());
        notes.map_or((None, &NO_TEXTS), |notes| {
            (notes.profile.latest(member), &notes.texts)
        })
    }

    /// Takes in what is said of the customer.
    pub(super) fn learn(&mut self, layout: &Layout, event: &Event<'_>) -> bool {
        if layout.members.is_empty() {
            return false;
        }
        let kept = self.kept.get_or_insert_default();
        let notes = kept
            .notes
            .get_or_insert_with(|| Box::new(Notes::new(&layout.rolls)));
        let Notes { profile, texts, .. } = &mut **notes;
        profile.learn(&layout.members, event.at, event.details.attrs, texts)
    }
}

impl Latest {
    /// As a measure.
    pub(super) fn measure(said: Option<&Self>, texts: &Texts) -> Measure {
        match said.map(|said| said.what) {
            None | Some(What::Nothing) => Measure::Unknown,
            Some(What::Number(number)) => Measure::Is(number),
            Some(What::Text(text)) => {
                let text = texts.get(text);
                Measure::from(text.expect("the texts of a profile are kept"))
            }
        }
    }

    /// Its level among what its feature is compared with.
    pub(super) fn level(said: Option<&Self>, texts: &Texts, reader: &Reader) -> Level {
        match said.map(|said| said.what) {
            None | Some(What::Nothing) => reader.cuts.len() as Level + 1,
            Some(What::Number(number)) => settle(&reader.cuts, 0, number),
            Some(What::Text(text)) => {
                let text = texts.get(text).expect("the texts of a profile are kept");
                level_among(&reader.texts, text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(attr: usize) -> Member {
        Member { attr, reader: None }
    }

    #[test]
    fn the_latest_counts_member_by_member() {
        let members = [member(1), member(2)];
        let (mut profile, mut texts) = (Profile::default(), Texts::default());
        let mut learn = |at, age: Option<Attr>, town: Option<&str>| {
            let town = town.map(|town| Attr::Text(town.into()));
            profile.learn(&members, Timestamp(at), &[None, age, town], &mut texts);
            let said = |member| profile.latest(member).copied();
            [0, 1].map(|member| Latest::measure(said(member).as_ref(), &texts))
        };
        let (is, says) = (Measure::Is, Measure::from);
        let number = |number| Some(Attr::Number(number));
        assert_eq!(learn(5, number(30), None), [is(30), Measure::Unknown]);
        assert_eq!(learn(4, number(31), Some("Leeds")), [is(30), says("Leeds")]);
        assert_eq!(learn(5, number(32), Some("Hull")), [is(32), says("Hull")]);
        let gone = [Measure::Unknown, says("Hull")];
        assert_eq!(learn(7, Some(Attr::Gone), None), gone);
        assert_eq!(learn(6, number(33), Some("Hull")), gone);
    }

    #[test]
    fn only_what_is_another_makes_a_difference() {
        let members = [member(0)];
        let (mut profile, mut texts) = (Profile::default(), Texts::default());
        for (at, said, changed) in [
            (1, Attr::Gone, false),
            (2, Attr::Number(3), true),
            (3, Attr::Number(3), false),
            (2, Attr::Number(4), false),
            (3, Attr::Gone, true),
        ] {
            let attrs = [Some(said)];
            let told = profile.learn(&members, Timestamp(at), &attrs, &mut texts);
            assert_eq!(told, changed, "{at}");
        }
    }
}
