//! Snapshots in a compacted topic: each lane in its partition, in two slots by turns, so that
//! whoever takes the lane over finds them.

mod reader;
mod stream;
mod writer;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use crate::model::ids::{LaneId, UnitId};
use crate::port::{NotKept, Shelf};
use crate::wire::snapshot::piece::{Heading, PIECE, Part, Place, Stock, Whole};

use super::client::Target;
use reader::Reader;
use stream::Stream;
use writer::Writer;

/// The topic with the snapshots of one service. Its clients are made when they are needed.
pub struct TopicShelf {
    target: Target,
    topic: String,
    reader: Option<Arc<Mutex<Reader>>>,
    writer: Option<Writer>,
    draft: Option<Draft>,
    /// What lay in the partitions when they were looked at last.
    found: BTreeMap<LaneId, Stock>,
}

/// A snapshot that is being written.
struct Draft {
    lane: LaneId,
    slot: usize,
    /// What its next record says.
    heading: Heading,
    /// The next piece.
    number: u32,
    /// Bytes that do not fill a piece yet.
    rest: Vec<u8>,
}

impl TopicShelf {
    /// A topic in the cluster of a target.
    #[must_use]
    pub fn new(target: &Target, topic: &str) -> Self {
        Self {
            target: target.clone(),
            topic: topic.to_owned(),
            reader: None,
            writer: None,
            draft: None,
            found: BTreeMap::new(),
        }
    }

    fn not_kept(&self, lane: LaneId) -> impl Fn(io::Error) -> NotKept + use<> {
        let place = format!("{} {lane}", self.topic);
        move |why| NotKept {
            place: place.clone(),
            why,
        }
    }

    fn reader(&mut self) -> io::Result<Arc<Mutex<Reader>>> {
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => Arc::new(Mutex::new(Reader::open(&self.target, &self.topic)?)),
        };
        Ok(self.reader.insert(reader).clone())
    }

    fn writer(&mut self) -> io::Result<&Writer> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => Writer::open(&self.target, &self.topic)?,
        };
        Ok(self.writer.insert(writer))
    }

    /// What lies in a lane's partition now.
    fn stock(&mut self, lane: LaneId) -> io::Result<Stock> {
        let reader = self.reader()?;
        let mut reader = reader.lock().expect("no holder of this lock panics");
        reader.stock(lane)
    }

    fn put(&mut self, draft: &mut Draft, bytes: &[u8]) -> io::Result<()> {
        let part = Part::Piece(draft.number);
        let place = Place {
            slot: draft.slot,
            part,
        };
        draft.number += 1;
        let extent = &mut draft.heading.extents[draft.slot];
        *extent = (*extent).max(draft.number);
        let writer = self.writer()?;
        writer.send(draft.lane, place, Some(bytes), &draft.heading)?;
        // Where the first piece lies stands in all others.
        if draft.heading.first.is_none() {
            draft.heading.first = Some(writer.settle()?.0);
        }
        Ok(())
    }

    fn end(&mut self, mut draft: Draft) -> io::Result<()> {
        let rest = std::mem::take(&mut draft.rest);
        if !rest.is_empty() {
            self.put(&mut draft, &rest)?;
        }
        let Draft {
            lane,
            slot,
            mut heading,
            number,
            ..
        } = draft;
        let writer = self.writer()?;
        // What makes it whole is written when all of it is there.
        writer.settle()?;
        heading.pieces = Some(number);
        let part = Part::Whole;
        writer.send(lane, Place { slot, part }, Some(b"{}"), &heading)?;
        let at = writer.settle()?;
        // The longer one that lay in this slot before has left pieces behind: the last one first,
        // so that each says truly how many there are.
        let place = Place { slot, part };
        let Stock { whole, extents } = Stock::told_by(at, place, &heading, true);
        heading = Heading {
            pieces: None,
            whole,
            extents,
            ..heading
        };
        for left in (number..heading.extents[slot]).rev() {
            let part = Part::Piece(left);
            heading.extents[slot] = left;
            writer.send(lane, Place { slot, part }, None, &heading)?;
        }
        writer.settle().map(drop)
    }

    /// The one of that unit, as it was found.
    fn whole(&self, lane: LaneId, unit: UnitId) -> Option<Whole> {
        let whole = &self.found.get(&lane)?.whole;
        whole.iter().find(|one| one.unit() == unit).cloned()
    }

    fn withdraw(&mut self, lane: LaneId, whole: &Whole) -> io::Result<()> {
        let mut stock = self.stock(lane)?;
        stock.withdraw(whole.end);
        let heading = Heading {
            unit: whole.unit,
            first: Some(whole.first),
            pieces: None,
            extents: stock.extents,
            whole: stock.whole,
        };
        let (slot, part) = (whole.slot, Part::Whole);
        let writer = self.writer()?;
        writer.send(lane, Place { slot, part }, None, &heading)?;
        writer.settle().map(drop)
    }
}

impl Shelf for TopicShelf {
    fn name(&self) -> &'static str {
        "topic"
    }

    fn begin(&mut self, lane: LaneId, unit: UnitId) -> Result<(), NotKept> {
        if self.draft.is_some() {
            self.abandon();
        }
        let stock = self.stock(lane).map_err(self.not_kept(lane))?;
        let slot = stock.slot();
        let Stock { whole, extents } = stock;
        self.draft = Some(Draft {
            lane,
            slot,
            heading: Heading {
                unit: unit.0,
                first: None,
                pieces: None,
                extents,
                whole,
            },
            number: 0,
            rest: Vec::new(),
        });
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), NotKept> {
        let Some(mut draft) = self.draft.take() else {
            return Ok(());
        };
        draft.rest.extend(bytes);
        let rest = std::mem::take(&mut draft.rest);
        let mut pieces = rest.chunks_exact(PIECE);
        for piece in pieces.by_ref() {
            self.put(&mut draft, piece)
                .map_err(self.not_kept(draft.lane))?;
        }
        draft.rest = pieces.remainder().to_vec();
        self.draft = Some(draft);
        Ok(())
    }

    fn keep(&mut self) -> Result<(), NotKept> {
        let Some(draft) = self.draft.take() else {
            return Ok(());
        };
        let lane = draft.lane;
        self.end(draft).map_err(self.not_kept(lane))
    }

    fn abandon(&mut self) {
        // What still waits in the producer goes with it, and so does what it has not delivered.
        self.draft = None;
        self.writer = None;
    }

    fn kept(&mut self, lane: LaneId) -> Result<Vec<UnitId>, NotKept> {
        let stock = self.stock(lane).map_err(self.not_kept(lane))?;
        let units = stock.whole.iter().map(Whole::unit).collect();
        self.found.insert(lane, stock);
        Ok(units)
    }

    fn open(&mut self, lane: LaneId, unit: UnitId) -> Result<Box<dyn Read + Send>, NotKept> {
        let reader = self.reader().map_err(self.not_kept(lane))?;
        let whole = self.whole(lane, unit).ok_or_else(reader::gone);
        let opened = whole.and_then(|whole| Stream::open(reader, lane, whole));
        let opened = opened.map_err(self.not_kept(lane))?;
        Ok(Box::new(opened))
    }

    fn spoil(&mut self, lane: LaneId, unit: UnitId) {
        if let Some(whole) = self.whole(lane, unit) {
            if let Some(stock) = self.found.get_mut(&lane) {
                stock.withdraw(whole.end);
            }
            // Where nothing can be written it is found damaged again at the next start, no more.
            let _ = self.withdraw(lane, &whole);
        }
    }
}
