//! Snapshots: frames behind their checksums, and what is made of their tapes.

use std::sync::Arc;
use std::time::Instant;

use allocation_counter::measure;
use tidemark::lane::edition::Edition;
use tidemark::lane::saving::{Ground, Loading};
use tidemark::model::ids::{LaneId, Offset};
use tidemark::model::tape::Tape;
use tidemark::wire::policy::edition;
use tidemark::wire::snapshot::{CHECKSUM, End, Frame, HEADER, Reader};
use xxhash_rust::xxh3::xxh3_64;

use super::{Culprit, damaged, garble, many};
use crate::dice::Dice;

const WHOLE: &[u8] = include_bytes!("../../data/snapshots/1.snapshot");
/// Bytes at once that some customers may ask for: the first needs a page of a thousand.
const MOST: u64 = 4 << 20;

/// The frames, and of each a reader that has come to it.
fn frames() -> Vec<(Vec<u8>, Reader)> {
    let (mut reader, mut at, mut frames) = (Reader::default(), 0, Vec::new());
    while !reader.is_over() {
        let header = WHOLE[at..].first_chunk().expect("a header");
        let end = at + HEADER + reader.length(header).expect("a length");
        frames.push((WHOLE[at..end].to_vec(), reader.clone()));
        reader.check(&WHOLE[at..end]).expect("a frame");
        at = end;
    }
    frames
}

/// As long as it says, with the checksum that it must have.
fn seal(frame: &mut [u8]) {
    let Some(length) = frame.len().checked_sub(HEADER + CHECKSUM) else {
        return;
    };
    let length = u32::try_from(length).expect("it is short");
    frame[HEADER - 4..HEADER].copy_from_slice(&length.to_le_bytes());
    let (bytes, checksum) = frame.split_at_mut(HEADER + length as usize);
    checksum.copy_from_slice(&xxh3_64(bytes).to_le_bytes());
}

#[test]
fn damaged_frames_of_snapshots() {
    let frames = frames();
    let whole: Vec<Vec<u8>> = frames.iter().map(|(bytes, _)| bytes.clone()).collect();
    damaged(("frames", 1), &whole, 4_096, |bytes| {
        let number = bytes.get(5).copied().unwrap_or(0) as usize;
        let mut reader = frames.get(number).unwrap_or(&frames[0]).1.clone();
        // With the checksum that came, and with one that does not tell.
        let said = reader.clone().frame(bytes).map(drop);
        let mut sealed = bytes.to_vec();
        seal(&mut sealed);
        let header = sealed.first_chunk().ok_or("it is short")?;
        let length = reader.length(header).map_err(|bad| bad.to_string())?;
        if HEADER + length != sealed.len() {
            return Err("another length".to_owned());
        }
        reader.frame(&sealed).map_err(|bad| bad.to_string())?;
        said.map_err(|bad| bad.to_string())
    });
}

/// The tapes of the lane, and of its pages; and how many rows there are.
fn tapes() -> ((u64, Tape), Vec<Tape>, u64) {
    let (mut lane, mut pages, mut end) = (None, Vec::new(), 0);
    for (bytes, mut reader) in frames() {
        match reader.frame(&bytes).expect("a frame") {
            Frame::Stamp(_) => {}
            Frame::Lane(form, tape) => lane = Some((form, tape)),
            Frame::Page(tape) => pages.push(tape),
            Frame::End(End { rows, .. }) => end = rows,
        }
    }
    (lane.expect("a lane"), pages, end)
}

fn load(
    (form, tape): (u64, &Tape),
    pages: &[Tape],
    rows: u64,
    known: &[Edition],
) -> Result<(), String> {
    let topics: Arc<[String]> = Arc::from(["shop".to_owned()]);
    let ground = Ground {
        id: LaneId(3),
        lanes: 8,
        topics: (&topics, &[Offset(0)]),
    };
    let read = |text: &str| {
        let known = known.iter().find(|edition| &*edition.text == text);
        known.cloned().ok_or_else(|| "another policy".to_owned())
    };
    let loading = Loading::begin(&ground, (form, tape), read);
    let mut loading = loading.map_err(|error| error.to_string())?;
    for page in pages {
        loading.page(page).map_err(|error| error.to_string())?;
    }
    let loaded = loading.end(rows).map(drop);
    loaded.map_err(|error| error.to_string())
}

#[test]
fn garbled_snapshots() {
    let ((form, lane), pages, rows) = tapes();
    let texts = lane.texts.iter();
    let known = texts.filter_map(|text| edition("policy.toml", text).ok());
    let known: Vec<Edition> = known.collect();
    load((form, &lane), &pages, rows, &known).expect("it is whole");
    let (mut dice, mut taken) = (Dice::of("snapshots", 1), 0);
    let (many, began) = (many() / 4, Instant::now());
    for _ in 0..many {
        let (mut lane, mut pages) = (lane.clone(), pages.clone());
        let garbled = if dice.one_in(2) {
            &mut lane
        } else {
            &mut pages[0]
        };
        garble(garbled, &mut dice);
        let told = format!("{lane:?} {pages:?}");
        let _culprit = Culprit(told.as_bytes());
        let mut came = false;
        let loads = || came = load((form, &lane), &pages, rows, &known).is_ok();
        let asked = measure(loads).bytes_max;
        assert!(asked < MOST, "{asked} bytes");
        taken += u64::from(came);
    }
    let rate = many as f64 / began.elapsed().as_secs_f64();
    println!("snapshots: {many}, of which {taken} were taken; {rate:.0} a second");
    assert!(taken > 0 && taken < many);
}

/// Each number of the lane and of its customers, one after another, is as large as those can be
/// that say how many of something there are.
#[test]
fn no_number_of_a_snapshot_asks_for_much_memory() {
    let ((form, lane), pages, rows) = tapes();
    let texts = lane.texts.iter();
    let known = texts.filter_map(|text| edition("policy.toml", text).ok());
    let known: Vec<Edition> = known.collect();
    let numbers = lane.numbers.len() + pages[0].numbers.len();
    let mut refused = 0;
    for at in 0..numbers {
        for told in [i64::from(u32::MAX), i64::from(u32::MAX) - 1, 1 << 24] {
            let (mut lane, mut pages) = (lane.clone(), pages.clone());
            let mut all = lane.numbers.iter_mut().chain(&mut pages[0].numbers);
            *all.nth(at).expect("one of them") = told;
            let mut came = Ok(());
            let loads = || came = load((form, &lane), &pages, rows, &known);
            let asked = measure(loads).bytes_max;
            assert!(asked < MOST, "number {at} is {told}: {asked} bytes");
            refused += u32::from(came.is_err());
        }
    }
    assert!(refused > 0);
}
