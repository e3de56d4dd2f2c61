//! The files of snapshots that are kept here, one of each version of the format, against the
//! program of today.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tidemark::engine::input::Tick;
use tidemark::engine::key::Key;
use tidemark::lane::crossing::From;
use tidemark::lane::lane::Lane;
use tidemark::lane::saving::{Ground, Loading};
use tidemark::model::ids::{LaneId, Offset, TopicIx};
use tidemark::model::tape::Tape;
use tidemark::model::time::Timestamp;
use tidemark::wire::event::Decoder;
use tidemark::wire::policy::edition;
use tidemark::wire::scratch::Scratch;
use tidemark::wire::snapshot::{BadFrame, End, Frame, HEADER, Reader, Stamp, VERSION, Writer};

/// Some who bought, one who was erased, two who are one.
const POLICY: &str = r#"
name = "kept"
version = 1
currency = "GBP"
zone = "Europe/London"
[merge]
[feature.spent]
aggregate = "sum"
field = "amount"
of = ["purchase"]
window = "30d"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "low"
[[ladder.tier]]
name = "high"
enter = "spent >= 100"
"#;
const LANE: LaneId = LaneId(3);

fn path(version: u8) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/snapshots");
    folder.join(format!("{version}.snapshot"))
}

fn events() -> Vec<String> {
    let head = |n: usize, customer: &str| {
        format!(
            r#""event_id":"e-{n}","customer_id":"{customer}","occurred_at":"2026-03-0{n}T10:00:00Z""#
        )
    };
    let buys = |n, customer, amount: u32| {
        let head = head(n, customer);
        format!(
            r#"{{{head},"kind":"purchase","order_id":"o-{n}","amount":"{amount}","currency":"GBP"}}"#
        )
    };
    let asks = |n, customer, more: &str| {
        let head = head(n, customer);
        format!(r#"{{{head},{more},"by":"the desk","why":"asked for"}}"#)
    };
    vec![
        buys(1, "ann", 120),
        buys(2, "bob", 30),
        buys(3, "cid", 90),
        buys(4, "dan", 20),
        asks(5, "dan", r#""kind":"merge","into":"cid""#),
        asks(6, "bob", r#""kind":"erase""#),
        buys(7, "eve", 5),
    ]
}

/// The lane after one unit, as a snapshot.
fn written() -> Vec<u8> {
    let edition = edition("policy.toml", POLICY).expect("a policy");
    let topics: Arc<[String]> = Arc::from(["shop".to_owned()]);
    let decoder = Decoder::of_policy(&edition.policy, 65_536);
    let mut lane = Lane::new(LANE, topics, edition, vec![Offset(5)]);
    let tick = Tick {
        ceiling: Timestamp(1_790_000_000_000),
        coast: None,
        firings: None,
    };
    let mut effects = Vec::new();
    lane.open(None, tick, &mut effects).expect("it begins");
    for (offset, text) in (5..).zip(events()) {
        let scratch = Scratch::default();
        let event = decoder.decode(text.as_bytes(), &scratch).expect("an event");
        let taken = Ok((&event, Key::of(&event)));
        lane.take(
            (TopicIx(0), Offset(offset)),
            taken,
            From::Feed,
            &mut effects,
        );
    }
    let entry = lane.seal("tidemark.1.0", 7);
    let stamp = Stamp {
        app: "tidemark".into(),
        entry,
        ledger: Offset(40),
        at: Timestamp(1_790_000_000_500),
    };
    let (mut bytes, mut tape) = (Vec::new(), Tape::default());
    let form = lane.engine().form();
    assert!(lane.begin_saving(&mut tape));
    let mut writer = Writer::begin(&stamp, &mut bytes);
    writer.lane(form, &tape, &mut bytes);
    assert!(lane.saving().save(u32::MAX));
    for page in lane.saving().saved() {
        writer.page(&page, &mut bytes);
    }
    writer.end(lane.saving().end_saving(), &mut bytes);
    bytes
}

fn frames(bytes: &[u8]) -> Result<Vec<Frame>, BadFrame> {
    let mut reader = Reader::default();
    let (mut frames, mut at) = (Vec::new(), 0);
    while !reader.is_over() {
        let ends = |expected| BadFrame::Ends {
            number: frames.len() as u32,
            found: bytes.len(),
            expected,
        };
        let header = bytes[at..]
            .first_chunk::<HEADER>()
            .ok_or(ends("has a header"))?;
        let end = at + HEADER + reader.length(header)?;
        let frame = bytes.get(at..end).ok_or(ends("is longer"))?;
        frames.push(reader.frame(frame)?);
        at = end;
    }
    Ok(frames)
}

fn loaded(frames: Vec<Frame>) -> Lane {
    let topics: Arc<[String]> = Arc::from(["shop".to_owned()]);
    let ground = Ground {
        id: LANE,
        lanes: 8,
        topics: (&topics, &[Offset(0)]),
    };
    let mut frames = frames.into_iter();
    let Some(Frame::Stamp(stamp)) = frames.next() else {
        panic!("no stamp");
    };
    assert_eq!(
        (&*stamp.app, stamp.lane(), stamp.ledger),
        ("tidemark", LANE, Offset(40))
    );
    let Some(Frame::Lane(form, tape)) = frames.next() else {
        panic!("no lane");
    };
    let read = |text: &str| edition("policy.toml", text).map_err(|report| report.to_string());
    let mut loading = Loading::begin(&ground, (form, &tape), read).expect("a lane");
    for frame in frames {
        match frame {
            Frame::Page(tape) => loading.page(&tape).expect("customers"),
            Frame::End(End { rows, .. }) => return loading.end(rows).expect("all of them"),
            Frame::Stamp(_) | Frame::Lane(..) => panic!("out of order"),
        }
    }
    panic!("no end");
}

#[test]
fn of_every_version_a_file_is_kept_and_read() {
    for version in 1..=VERSION {
        let path = path(version);
        if version == VERSION && std::env::var_os("UPDATE_SNAPSHOT").is_some() {
            fs::write(&path, written()).expect("it can be written");
        }
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lane = loaded(frames(&bytes).expect("frames"));
        assert_eq!(lane.next(), [Offset(12)]);
        let standings = lane.engine().standings();
        let told: Vec<String> = standings
            .map(|(id, places)| format!("{id} {} {}", places[0].rank, places[0].version))
            .collect();
        assert_eq!(told, ["ann 1 1", "cid 1 1", "eve 0 0"]);
        assert_eq!(lane.engine().customers(), 3);
    }
}

#[test]
fn today_the_same_bytes_are_written() {
    let kept = fs::read(path(VERSION)).expect("the file of this version");
    assert!(
        written() == kept,
        "UPDATE_SNAPSHOT=1 writes the file anew; a new form of the format needs a new version"
    );
}

/// Every byte of one in so many: all of the headers and of the small frames, some of a page of a
/// megabyte.
#[test]
fn a_flipped_byte_of_a_large_page_is_told() {
    let mut tape = Tape::default();
    (0..120_000_i64).for_each(|number| tape.put(number.wrapping_mul(0x5851_f42d_4c95_7f2d)));
    let kept = frames(&fs::read(path(VERSION)).expect("a file")).expect("frames");
    let Frame::Stamp(stamp) = &kept[0] else {
        panic!("no stamp");
    };
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(stamp, &mut bytes);
    writer.lane(7, &Tape::default(), &mut bytes);
    writer.page(&tape, &mut bytes);
    writer.end(1, &mut bytes);
    assert!(bytes.len() > 1 << 20 && frames(&bytes).is_ok());
    let all = std::env::var_os("TIDEMARK_EVERY_BYTE").is_some();
    let step = if all { 1 } else { 9_973 };
    let ends = (0..1_200).chain(bytes.len() - 64..bytes.len());
    for at in ends.chain((0..bytes.len()).step_by(step)) {
        bytes[at] ^= 0x20;
        assert!(frames(&bytes).is_err(), "byte {at}");
        bytes[at] ^= 0x20;
    }
}
