//! The transactions of a worker, one after another: while one is being committed, what is put out
//! for the next is held; one whose producer fails is published again by another.

use std::time::{Duration, Instant};

use crate::model::ids::LaneId;
use crate::model::time::{Span, Timestamp};
use crate::port::{Bus, Offsets, Outgoing, Output, Sink, Trouble};
use crate::teeth::{Tooth, bites};

use super::doubt::{Part, arrived};
use super::held::Held;
use super::letter_limit::LetterLimit;
use super::search::Search;

/// At most one is open or being committed.
pub(super) struct Transactions<B> {
    state: State,
    /// What waits for the next to begin.
    held: Held,
    /// What the last one has been given, until it is committed.
    sent: Held,
    /// Whether that is all of it.
    whole: bool,
    letters: LetterLimit,
    /// What the last one is of, from when it is to be committed until it is.
    parts: Option<Vec<Part>>,
    /// Where the last one is not committed for want of a good producer.
    search: Option<Search>,
    news: Vec<News>,
    /// Least time between two begins.
    pause: Span,
    began: Timestamp,
    /// The last instant told.
    now: Timestamp,
    /// How long the unit after the last one committed stood still for it.
    stood: Option<Duration>,
    bus: B,
}

/// Where the last one is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Committed, or there was none.
    Ended,
    /// Open.
    Open,
    /// On its way; and since when nothing more can be done before its end.
    Committing(Option<Instant>),
    /// Neither: the producer is of no use for this reason, and another is looked for.
    Broken(Trouble),
    /// Not committed, as far as known; there will be no other.
    Failed,
}

/// What has become of the producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It is of no use any more.
    Lost(Trouble),
    /// A topic has refused a record for its size, so dead letters of more than so many bytes are
    /// not published whole.
    Narrowed(usize),
    /// There is another, and the unit that was open or on its way had been committed, or was
    /// published again.
    Renewed {
        /// Why it was needed.
        why: Trouble,
        /// Whether the unit had been committed.
        arrived: bool,
    },
}

impl<B: Bus> Transactions<B> {
    /// None yet, with a fresh connection.
    pub(super) fn new(bus: B, pause: Span) -> Self {
        Self {
            state: State::Ended,
            held: Held::default(),
            sent: Held::default(),
            whole: true,
            letters: LetterLimit::default(),
            parts: None,
            search: None,
            news: Vec::new(),
            pause,
            began: Timestamp::MIN,
            now: Timestamp::MIN,
            stood: None,
            bus,
        }
    }

    /// The consumer, free at any time.
    pub(super) fn reading(&mut self) -> &mut B::Reading {
        self.bus.reading()
    }

    /// The transactional id that stands in the ledger.
    pub(super) fn owner(&self) -> &str {
        self.bus.owner()
    }

    /// The last entry of the ledger of a lane.
    pub(super) fn ledger_end(&mut self, lane: LaneId) -> Result<Option<Vec<u8>>, Trouble> {
        let mut ends = self.bus.ledger_ends(&[lane])?;
        Ok(ends.pop().flatten())
    }

    /// Whether one is open.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether one is being committed.
    pub(super) fn is_committing(&self) -> bool {
        matches!(self.state, State::Committing(_))
    }

    /// Whether the last that was to be committed is.
    pub(super) fn is_committed(&self) -> bool {
        self.parts.is_none()
    }

    /// Whether one would be aborted if the connection were dropped now, as far as known.
    pub(super) fn is_unfinished(&self) -> bool {
        match &self.state {
            State::Ended | State::Committing(_) => false,
            State::Open | State::Failed => true,
            State::Broken(why) => self.parts.is_none() || !matches!(why, Trouble::InDoubt(_)),
        }
    }

    /// When the last one was begun.
    pub(super) fn began(&self) -> Timestamp {
        self.began
    }

    /// The first instant at which the next may begin, or another producer is tried, if nothing is
    /// on its way.
    pub(super) fn next(&self) -> Timestamp {
        let again = self.search.map(|search| search.again());
        again.unwrap_or(self.began + self.pause)
    }

    /// What has become of the producer since the last time.
    pub(super) fn news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Begins the next and publishes what was held for it, if it may begin by now; whether it has.
    pub(super) fn begin(&mut self, now: Timestamp) -> Result<bool, Trouble> {
        self.now = now;
        if self.state == State::Ended && now >= self.next() {
            self.begin_at_once()?;
            return Ok(self.is_open());
        }
        Ok(false)
    }

    /// The same, however short ago the last one began.
    pub(super) fn begin_at_once(&mut self) -> Result<(), Trouble> {
        if self.state != State::Ended {
            return Ok(());
        }
        std::mem::swap(&mut self.held, &mut self.sent);
        if bites(Tooth::HeldForgotten) {
            self.sent.clear();
        }
        let begun = self.bus.begin();
        self.state = State::Open;
        self.began = self.now;
        let mut begun = begun.and_then(|()| {
            let letters = &mut self.letters.begin(&mut self.bus);
            self.sent.publish(letters)
        });
        if bites(Tooth::HeldTwice) {
            begun = begun.and_then(|()| self.sent.publish(&mut self.bus));
        }
        begun.or_else(|trouble| self.broke(trouble))
    }

    /// Begins to commit the open one, which is of these parts.
    pub(super) fn commit(&mut self, parts: Vec<Part>) -> Result<(), Trouble> {
        self.parts = Some(parts);
        match self.state {
            State::Broken(_) => Ok(()),
            _ => self.commit_again().or_else(|trouble| self.broke(trouble)),
        }
    }

    fn commit_again(&mut self) -> Result<(), Trouble> {
        let Some(parts) = &self.parts else {
            return Ok(());
        };
        let offsets: Vec<Offsets> = parts.iter().map(Part::offsets).collect();
        self.bus.commit(&offsets)?;
        self.state = State::Committing(None);
        Ok(())
    }

    /// Notes that nothing more can be done before the commit on its way has ended.
    pub(super) fn stand_still(&mut self) {
        if let State::Committing(since) = &mut self.state {
            since.get_or_insert_with(Instant::now);
        }
    }

    /// Looks whether the commit on its way has ended; if there is no good producer, tries another
    /// now and then.
    pub(super) fn look(&mut self, now: Timestamp) -> Result<(), Trouble> {
        self.now = now;
        match self.state {
            State::Committing(_) => match self.bus.is_committed() {
                Ok(false) if !bites(Tooth::AheadOfCommit) => Ok(()),
                Ok(_) => self.ended(Ok(())),
                Err(trouble) => self.ended(Err(trouble)),
            },
            State::Broken(_) if now >= self.next() => self.mend(),
            _ => Ok(()),
        }
    }

    /// Waits until the commit on its way has ended.
    pub(super) fn hear_out(&mut self) -> Result<(), Trouble> {
        if !self.is_committing() {
            return Ok(());
        }
        let how = self.bus.hear_out();
        self.ended(how)
    }

    /// Waits until nothing is on its way; if there is no good producer, tries another once.
    ///
    /// # Errors
    /// There is still none, or the commit has failed once more.
    pub(super) fn settle(&mut self) -> Result<(), Trouble> {
        self.hear_out()?;
        if matches!(self.state, State::Broken(_)) {
            self.mend()?;
            self.hear_out()?;
        }
        match &self.state {
            State::Broken(why) => Err(why.clone()),
            _ => Ok(()),
        }
    }

    fn ended(&mut self, how: Result<(), Trouble>) -> Result<(), Trouble> {
        if let State::Committing(since) = self.state {
            self.stood = since.map(|since| since.elapsed());
        }
        let believed = bites(Tooth::DoubtBelieved) && matches!(how, Err(Trouble::InDoubt(_)));
        let how = if believed { Ok(()) } else { how };
        how.or_else(|trouble| self.broke(trouble))?;
        if self.is_committing() {
            self.finish();
        }
        Ok(())
    }

    /// The last one is committed.
    fn finish(&mut self) {
        self.state = State::Ended;
        self.sent.clear();
        self.whole = true;
        self.parts = None;
        self.search = None;
    }

    /// The producer is of no use any more; another may be, if all that this one was given is known
    /// and it has not been tried for too long.
    fn broke(&mut self, trouble: Trouble) -> Result<(), Trouble> {
        let mendable = matches!(
            trouble,
            Trouble::Restart(_) | Trouble::InDoubt(_) | Trouble::TooLarge(_)
        );
        let search = Search::go_on(self.search, self.now);
        if !mendable || !self.whole || search.is_over(self.now) {
            self.state = State::Failed;
            return Err(trouble);
        }
        if self.search.replace(search).is_none() {
            self.news.push(News::Lost(trouble.clone()));
        }
        if matches!(trouble, Trouble::TooLarge(_)) {
            self.news.extend(self.letters.narrow().map(News::Narrowed));
        }
        self.state = State::Broken(trouble);
        Ok(())
    }

    /// Tries another producer: what is not committed is published again.
    ///
    /// # Errors
    /// See [`Self::broke`]; or there is one, but it cannot be told what is committed.
    fn mend(&mut self) -> Result<(), Trouble> {
        let State::Broken(why) = self.state.clone() else {
            return Ok(());
        };
        if !bites(Tooth::SameProducer)
            && let Err(trouble) = self.bus.renew()
        {
            return self.broke(trouble);
        }
        let parts = self.parts.as_ref();
        let arrived = match parts {
            _ if bites(Tooth::RenewedBlindly) => false,
            _ if bites(Tooth::RenewedTrusting) => true,
            Some(parts) => arrived(parts, &mut self.bus)?,
            None => false,
        };
        self.news.push(News::Renewed { why, arrived });
        if arrived {
            self.finish();
            return Ok(());
        }
        let published = self.publish_again();
        published.or_else(|trouble| self.broke(trouble))
    }

    fn publish_again(&mut self) -> Result<(), Trouble> {
        self.bus.begin()?;
        self.state = State::Open;
        self.began = self.now;
        self.sent.publish(&mut self.letters.begin(&mut self.bus))?;
        self.commit_again()
    }

    /// How long the next unit stood still for the last one committed, if it did.
    pub(super) fn stood(&mut self) -> Option<Duration> {
        self.stood.take()
    }

    /// Keeps what the last one is given, so that it can be given again, as far as there is room.
    fn note(&mut self, outgoing: &Outgoing<'_>) {
        if bites(Tooth::KeptShort) && outgoing.output == Output::Changes {
            return;
        }
        self.whole &= !self.sent.is_full();
        match self.whole {
            true => self.sent.keep(outgoing),
            false => self.sent.clear(),
        }
    }
}

impl<B: Bus> Sink for Transactions<B> {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        if bites(Tooth::LetterOutside) && outgoing.output == Output::DeadLetters {
            return self.bus.send(outgoing);
        }
        let opened = self.parts.is_none() && self.state != State::Ended;
        if !opened && self.held.is_full() {
            self.stand_still();
            self.settle()?;
            self.begin_at_once()?;
        }
        match &self.state {
            State::Open => {
                self.note(outgoing);
                let sent = self.letters.of(&mut self.bus).send(outgoing);
                sent.or_else(|trouble| self.broke(trouble))
            }
            State::Broken(why) if self.parts.is_none() => {
                let why = why.clone();
                self.note(outgoing);
                if self.whole { Ok(()) } else { Err(why) }
            }
            _ => {
                self.held.keep(outgoing);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::ledger::{Counts, Entry, Read};
    use crate::model::ids::{Offset, UnitId};
    use crate::runtime::shore::{Boat, Shore};

    fn outgoing<'a>(key: &'a str, value: &'a [u8]) -> Outgoing<'a> {
        Outgoing {
            output: Output::Changes,
            lane: LaneId(0),
            key: Some(key.as_bytes()),
            value: Some(value),
            headers: &[],
        }
    }

    /// What can't be given to another producer whole isn't given to it at all.
    #[test]
    fn what_there_is_no_room_to_keep_is_not_published_again() {
        let megabyte = vec![0; 1 << 20];
        for (records, is_kept) in [(31, true), (32, false)] {
            let shore = Shore::default();
            let mut transactions = Transactions::new(Boat::of(&shore), Span(12));
            transactions.begin(Timestamp(0)).expect("it is the first");
            for key in 0..records {
                let sent = transactions.send(&outgoing(&key.to_string(), &megabyte));
                sent.expect("it is taken");
            }
            shore.said();
            let lost = Trouble::Restart("a broker went away".to_owned());
            shore.fail([lost.clone()]);
            let sent = transactions.send(&outgoing("last", b""));
            let published = if is_kept { 2 + records + 1 } else { 0 };
            assert_eq!(sent, if is_kept { Ok(()) } else { Err(lost) });
            assert_eq!(transactions.look(Timestamp(1)), Ok(()));
            assert_eq!(shore.said().len(), published);
        }
    }

    /// The first unit of a lane, of the first record of its topic.
    fn first() -> Part {
        Part::of(Entry {
            lane: LaneId(0),
            unit: UnitId(1),
            policy: String::new(),
            adopts: None,
            owner: "crm.1".to_owned(),
            ceiling: Timestamp(7),
            coast: None,
            firings: None,
            gap: None,
            clock: Timestamp(7),
            reads: vec![Read {
                topic: "shop".to_owned(),
                from: Offset(0),
                next: Offset(1),
                records: 1,
            }],
            runs: Vec::new(),
            counts: Counts::default(),
            checksum: 0,
        })
    }

    /// A topic refuses the unit for the size of a record. What was not told is published as before.
    #[test]
    fn a_dead_letter_that_is_too_large_is_published_without_its_value() {
        let shore = Shore::default();
        let mut transactions = Transactions::new(Boat::of(&shore), Span(12));
        let megabyte = vec![0; 1 << 20];
        let letter = Outgoing {
            output: Output::DeadLetters,
            ..outgoing("a", &megabyte)
        };
        let refused = || Err(Trouble::TooLarge("too large".to_owned()));
        transactions.begin(Timestamp(0)).expect("it is the first");
        transactions.send(&letter).expect("it is taken");
        let change = transactions.send(&outgoing("b", &megabyte));
        change.expect("it is taken");
        transactions.commit(vec![first()]).expect("one is open");
        let said = ["begin", "letter a of 1048576", "change b", "commit 0 to 1"];
        assert_eq!(shore.said(), said);
        shore.end(refused());
        transactions.look(Timestamp(1)).expect("another is tried");
        transactions.look(Timestamp(1)).expect("it is published");
        let said = [
            "renew",
            "begin",
            "letter a of 0",
            "change b",
            "commit 0 to 1",
        ];
        assert_eq!(shore.said(), said);
        let why = Trouble::TooLarge("too large".to_owned());
        let (most, arrived) = ((megabyte.len() + 1) >> 1, false);
        let news = [
            News::Lost(why.clone()),
            News::Narrowed(most),
            News::Renewed { why, arrived },
        ];
        assert_eq!(transactions.news(), news);
        shore.end(Ok(()));
        transactions.look(Timestamp(2)).expect("it is committed");

        // The next one is known to be too large.
        transactions.begin(Timestamp(20)).expect("none is open");
        transactions.send(&letter).expect("it is taken");
        assert_eq!(shore.said(), ["begin", "letter a of 0"]);
    }

    /// Then it is tried as it is.
    #[test]
    fn where_no_dead_letter_is_too_large_none_is_made_smaller() {
        let shore = Shore::default();
        let mut transactions = Transactions::new(Boat::of(&shore), Span(12));
        transactions.begin(Timestamp(0)).expect("it is the first");
        let megabyte = vec![0; 1 << 20];
        for outgoing in [
            outgoing("a", &megabyte),
            Outgoing {
                output: Output::DeadLetters,
                ..outgoing("b", b"small")
            },
        ] {
            transactions.send(&outgoing).expect("it is taken");
        }
        transactions.commit(vec![first()]).expect("one is open");
        let said = ["begin", "change a", "letter b of 5", "commit 0 to 1"];
        assert_eq!(shore.said(), said);
        shore.end(Err(Trouble::TooLarge("too large".to_owned())));
        transactions.look(Timestamp(1)).expect("another is tried");
        transactions.look(Timestamp(1)).expect("it is published");
        assert_eq!(shore.said(), [&["renew"], &said[..]].concat());
        let told = transactions.news();
        assert!(!told.iter().any(|it| matches!(it, News::Narrowed(_))));
    }

    /// Storms have no bound of their own.
    #[test]
    fn what_there_is_no_room_for_waits_for_the_commit() {
        let shore = Shore::default();
        let mut transactions = Transactions::new(Boat::of(&shore), Span(12));
        transactions.begin(Timestamp(0)).expect("it is the first");
        transactions.commit(Vec::new()).expect("one is open");
        let megabyte = vec![0; 1 << 20];
        let send = |transactions: &mut Transactions<Boat>, key: &str| {
            let sent = transactions.send(&outgoing(key, &megabyte));
            sent.expect("it is taken");
            shore.said()
        };
        assert_eq!(send(&mut transactions, "0"), ["begin"]);
        for key in 1..32 {
            assert_eq!(send(&mut transactions, &key.to_string()), [""; 0]);
        }
        let said = send(&mut transactions, "32");
        assert_eq!(said[..3], ["hear out", "begin", "change 0"]);
        assert_eq!(said.len(), 2 + 33);
        assert_eq!(send(&mut transactions, "33"), ["change 33"]);
        assert!(transactions.stood().is_some());
    }
}
