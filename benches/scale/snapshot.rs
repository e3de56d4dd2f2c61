//! A lane's customers written down into a snapshot's frames, and an engine made of them.

use std::sync::Arc;
use std::time::Duration;

use tidemark::engine::Engine;
use tidemark::engine::loading::Loading;
use tidemark::lane::ledger::{Counts, Entry};
use tidemark::model::ids::{LaneId, Offset, UnitId};
use tidemark::model::tape::Tape;
use tidemark::model::time::Timestamp;
use tidemark::wire::snapshot::{Frame, Reader, Stamp, Writer};

use crate::cpu::cpu_time;

/// Slots that a worker writes down at once.
const SLICE: u32 = 256;

/// Writes all down and reads all back; tells what that takes.
pub(crate) fn measure(engine: &mut Engine) {
    let mut frames = vec![Vec::new()];
    let mut head = Tape::default();
    let form = engine.form();
    assert!(
        engine.begin_saving(&mut head),
        "nobody is being passed over"
    );
    let mut writer = Writer::begin(&stamp(), &mut frames[0]);
    let mut frame = Vec::new();
    writer.lane(form, &head, &mut frame);
    frames.push(std::mem::take(&mut frame));
    let (mut rows, mut encoding) = (Duration::ZERO, Duration::ZERO);
    let mut longest = Duration::ZERO;
    loop {
        let start = cpu_time();
        let done = engine.save(SLICE);
        let pages = engine.saved();
        let spent = cpu_time() - start;
        (rows, longest) = (rows + spent, longest.max(spent));
        let start = cpu_time();
        for page in pages {
            writer.page(&page, &mut frame);
            frames.push(std::mem::take(&mut frame));
        }
        encoding += cpu_time() - start;
        if done {
            break;
        }
    }
    let count = engine.end_saving();
    writer.end(count, &mut frame);
    frames.push(frame);
    let bytes: usize = frames.iter().map(Vec::len).sum();
    let each = |spent: Duration| spent.as_nanos() as u64 / count.max(1);
    println!(
        "snapshot: {} bytes a customer, {} ns each for its rows, {:?} at most at once, {} ns to \
         encode",
        bytes as u64 / count.max(1),
        each(rows),
        longest,
        each(encoding)
    );
    let start = cpu_time();
    let again = read(engine, &frames, count);
    let spent = cpu_time() - start;
    assert_eq!(again.customers(), engine.customers());
    println!("read back: {} ns each, {spent:?} for all", each(spent));
}

fn read(like: &Engine, frames: &[Vec<u8>], rows: u64) -> Engine {
    let mut reader = Reader::default();
    let mut loading = None;
    for frame in frames {
        match reader.frame(frame).expect("it was written so") {
            Frame::Stamp(_) => {}
            Frame::Lane(_, tape) => {
                let engine = Engine::new(Arc::clone(like.policy()));
                let begun = Loading::begin(engine, 0, &mut tape.reel());
                loading = Some(begun.expect("a lane"));
            }
            Frame::Page(tape) => {
                let loading = loading.as_mut().expect("after the lane");
                loading.page(&tape).expect("customers");
            }
            Frame::End(_) => {}
        }
    }
    let loading = loading.expect("there was a lane");
    loading.end(rows).expect("all of them")
}

fn stamp() -> Stamp {
    let entry = Entry {
        lane: LaneId(0),
        unit: UnitId(2),
        policy: String::new(),
        adopts: None,
        owner: String::new(),
        ceiling: Timestamp(0),
        coast: None,
        firings: None,
        gap: None,
        clock: Timestamp(0),
        reads: Vec::new(),
        runs: Vec::new(),
        counts: Counts::default(),
        checksum: 0,
    };
    Stamp {
        app: "bench".into(),
        entry,
        ledger: Offset(0),
        at: Timestamp(0),
    }
}
