//! Every call to the disk fails, once or from then on, in each way in which disks fail: what was
//! kept is still kept, nothing half-written is offered, and with a good disk it goes on.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::sync::{Arc, Mutex, MutexGuard};

use super::*;

/// What is asked of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    MakeFolder,
    List,
    Remove,
    Create,
    Write,
    Sync,
    Rename,
    SyncFolder,
    Written,
    Open,
    Read,
}

const CALLS: [Call; 11] = [
    Call::MakeFolder,
    Call::List,
    Call::Remove,
    Call::Create,
    Call::Write,
    Call::Sync,
    Call::Rename,
    Call::SyncFolder,
    Call::Written,
    Call::Open,
    Call::Read,
];
/// Without these there is no snapshot.
const NEEDED: [Call; 6] = [
    Call::MakeFolder,
    Call::Create,
    Call::Write,
    Call::Sync,
    Call::Rename,
    Call::SyncFolder,
];

/// How a call fails: with an error of the system, or half done and the next one with the error.
/// Half done without an error is no failure: what is left is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fault {
    errno: Option<i32>,
    half: bool,
}

const fn fault(errno: Option<i32>, half: bool) -> Fault {
    Fault { errno, half }
}

const ENOSPC: i32 = 28;
const EROFS: i32 = 30;
const EIO: i32 = 5;

const FAULTS: [Fault; 6] = [
    fault(Some(ENOSPC), false),
    fault(Some(EROFS), false),
    fault(Some(EIO), false),
    fault(Some(ENOSPC), true),
    fault(Some(EIO), true),
    fault(None, true),
];

/// When which calls fail.
#[derive(Debug, Default)]
struct Weather {
    /// The fault, from which call on, and whether that is the only one.
    coming: Option<(Fault, usize, bool)>,
    calls: usize,
    hit: BTreeSet<Call>,
}

/// A disk with a weather.
#[derive(Clone, Default)]
struct Failing(Arc<Mutex<Weather>>);

impl Failing {
    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.0.lock().expect("nobody has panicked")
    }

    /// From now on, so many calls succeed; `None` for all.
    fn comes(&self, coming: Option<(Fault, usize, bool)>) -> BTreeSet<Call> {
        let weather = Weather {
            coming,
            ..Weather::default()
        };
        std::mem::replace(&mut *self.weather(), weather).hit
    }

    /// Whether a call is only half done.
    fn meet(&self, call: Call) -> io::Result<bool> {
        let mut weather = self.weather();
        let number = weather.calls;
        weather.calls += 1;
        let Some((fault, at, once)) = weather.coming else {
            return Ok(false);
        };
        if number < at || (once && number > at) {
            return Ok(false);
        }
        if let (Some(errno), false) = (fault.errno, fault.half) {
            weather.hit.insert(call);
            return Err(io::Error::from_raw_os_error(errno));
        }
        let can_be_half = [Call::Write, Call::Read].contains(&call);
        if can_be_half {
            weather.hit.insert(call);
            let next = Fault {
                half: fault.errno.is_none(),
                ..fault
            };
            weather.coming = Some((next, number + 1, once));
            if once && fault.errno.is_none() {
                weather.coming = None;
            }
        }
        Ok(can_be_half)
    }
}

/// A file on it.
struct Page {
    disk: Failing,
    file: File,
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.disk.meet(Call::Write)? {
            true => self.file.write(&bytes[..bytes.len().div_ceil(2)]),
            false => self.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for Page {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let most = bytes.len();
        match self.disk.meet(Call::Read)? {
            true => self.file.read(&mut bytes[..most.min(7)]),
            false => self.file.read(bytes),
        }
    }
}

impl Disk for Failing {
    type File = Page;

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.meet(Call::MakeFolder)?;
        System.make_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<Page> {
        self.meet(Call::Create)?;
        let (disk, file) = (self.clone(), System.create(path)?);
        Ok(Page { disk, file })
    }

    fn sync(&self, _: &Page) -> io::Result<()> {
        // Nobody pulls the plug.
        self.meet(Call::Sync).map(drop)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.meet(Call::Rename)?;
        System.rename(from, to)
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.meet(Call::SyncFolder).map(drop)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.meet(Call::List)?;
        System.list(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.meet(Call::Open)?;
        let (disk, file) = (self.clone(), File::open(path)?);
        Ok(Box::new(Page { disk, file }))
    }

    fn written(&self, path: &Path) -> io::Result<SystemTime> {
        self.meet(Call::Written)?;
        System.written(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.meet(Call::Remove)?;
        System.remove(path)
    }
}

type Failed = Folder<Failing>;

fn content(unit: u64) -> Vec<u8> {
    (0..9_000).map(|byte| (byte * unit) as u8).collect()
}

/// As whoever writes snapshots does it.
fn attempt(folder: &mut Failed, unit: u64) -> Result<(), NotKept> {
    let bytes = content(unit);
    let done = folder.begin(LANE, UnitId(unit));
    let done = done.and_then(|()| folder.add(&bytes[..5_000]));
    let done = done.and_then(|()| folder.add(&bytes[5_000..]));
    let done = done.and_then(|()| folder.keep());
    if done.is_err() {
        folder.abandon();
    }
    done
}

/// The units that are offered, each of which must be whole.
fn offered(folder: &mut Failed, told: &str) -> Vec<u64> {
    let units = folder.kept(LANE).expect("the disk is good").into_iter();
    let whole = units.map(|unit| {
        let mut bytes = Vec::new();
        let mut file = folder.open(LANE, unit).expect("it is offered");
        file.read_to_end(&mut bytes).expect("it is read");
        assert!(bytes == content(unit.0), "{told}: unit {unit} is whole");
        unit.0
    });
    whole.collect()
}

/// Two snapshots of the lane, what a killed process has left of another, one that was spoiled, and
/// one of a lane that has long gone.
fn lived_in(scratch: &Scratch, disk: &Failing) -> Failed {
    let mut folder = Folder::on(disk.clone(), &scratch.0, "tidemark");
    for unit in [1, 2] {
        attempt(&mut folder, unit).expect("the disk is good");
    }
    let old = SystemTime::UNIX_EPOCH;
    for (lane, unit, ending) in [(LANE, 9, PART), (LANE, 7, SPOILED), (LaneId(5), 3, WHOLE)] {
        let path = folder.file(lane, UnitId(unit), ending);
        fs::write(&path, "left behind").expect("written");
        let file = File::options()
            .write(true)
            .open(&path)
            .expect("it is there");
        file.set_modified(old).expect("dated");
    }
    folder
}

/// Writes one while the disk fails from that call on; what was hit, if anything.
fn written_in(fault: Fault, at: usize, once: bool) -> BTreeSet<Call> {
    let (scratch, disk) = (Scratch::new("disks"), Failing::default());
    let mut folder = lived_in(&scratch, &disk);
    disk.comes(Some((fault, at, once)));
    let done = attempt(&mut folder, 3);
    let hit = disk.comes(None);
    let told = format!("{fault:?} at {at}, once: {once}, hit {hit:?}");
    let must_fail = fault.errno.is_some() && hit.iter().any(|call| NEEDED.contains(call));
    assert!(done.is_err() || !must_fail, "{told}");
    if let Err(NotKept { place, why }) = &done {
        assert!(why.raw_os_error().is_some(), "{told}: {why}");
        assert_eq!(why.raw_os_error(), fault.errno, "{told}");
        let (place, folder) = (Path::new(place), &scratch.0);
        let is_there = place == folder || place.parent() == Some(folder);
        assert!(is_there, "{told}: {place:?}");
    }
    // The next start finds the same as who goes on.
    let mut again = Folder::on(disk.clone(), &scratch.0, "tidemark");
    let kept = offered(&mut folder, &told);
    assert_eq!(offered(&mut again, &told), kept, "{told}");
    assert!(
        kept == [2, 1] || kept == [3, 2, 1] || kept == [3, 2],
        "{told}: {kept:?}"
    );
    assert!(done.is_err() || kept[0] == 3, "{told}: {kept:?}");
    // The disk is good again.
    attempt(&mut folder, 4).expect("it is kept");
    assert_eq!(offered(&mut folder, &told), [4, kept[0]], "{told}");
    assert_eq!(scratch.names().len(), 2, "{told}: {:?}", scratch.names());
    hit
}

/// Looks for the newest one while the disk fails from that call on; what was hit, if anything.
fn read_in(fault: Fault, at: usize, once: bool) -> BTreeSet<Call> {
    let (scratch, disk) = (Scratch::new("reads"), Failing::default());
    let mut folder = lived_in(&scratch, &disk);
    disk.comes(Some((fault, at, once)));
    let mut bytes = Vec::new();
    let found = folder.kept(LANE);
    let found = found.and_then(|units| Ok((units[0], folder.open(LANE, units[0])?)));
    let read = found.map(|(_, mut file)| file.read_to_end(&mut bytes));
    let hit = disk.comes(None);
    let told = format!("{fault:?} at {at}, once: {once}, hit {hit:?}");
    match read {
        // Half of nothing is nothing: at the end there is no more to read.
        Ok(Ok(_)) => assert!(
            bytes == content(2) && (hit.is_empty() || fault.half),
            "{told}"
        ),
        Ok(Err(why)) => assert_eq!(why.raw_os_error(), fault.errno, "{told}"),
        Err(NotKept { place, why }) => {
            assert_eq!(why.raw_os_error(), fault.errno, "{told}");
            assert!(Path::new(&place).starts_with(&scratch.0), "{told}: {place}");
        }
    }
    assert_eq!(offered(&mut folder, &told), [2, 1], "{told}");
    hit
}

#[test]
fn whatever_call_to_the_disk_fails_what_was_kept_stays_and_it_goes_on() {
    let mut hit = BTreeSet::new();
    for run in [written_in, read_in] {
        for (fault, once) in FAULTS.iter().flat_map(|it| [(*it, true), (*it, false)]) {
            // Until there are no more calls: of two in a row, one can be half done.
            let mut spared = 0;
            for at in 0.. {
                let some = run(fault, at, once);
                spared = if some.is_empty() { spared + 1 } else { 0 };
                hit.extend(some);
                if spared > 20 {
                    break;
                }
            }
        }
    }
    assert!(hit.iter().eq(&CALLS), "{hit:?}");
}

/// The system's own word for it: whatever is written to that device finds no room.
#[test]
fn a_disk_that_is_full_says_so_and_what_was_kept_stays() {
    let scratch = Scratch::new("full");
    let mut folder = scratch.folder("tidemark");
    write(&mut folder, 1);
    let part = folder.file(LANE, UnitId(2), PART);
    symlink("/dev/full", &part).expect("a link");
    folder.begin(LANE, UnitId(2)).expect("begun");
    let error = folder.add(b"one").expect_err("no room");
    assert_eq!(error.why.kind(), io::ErrorKind::StorageFull);
    assert_eq!(error.place, part.display().to_string());
    folder.abandon();
    assert_eq!(units(&mut folder), [1]);
    assert_eq!(scratch.names().len(), 1);
    write(&mut folder, 2);
    assert_eq!(units(&mut folder), [2, 1]);
}

/// A killed process leaves what it has begun. On a disk that is nearly full it takes the room of
/// whatever would follow.
#[test]
fn what_was_left_behind_goes_before_another_begins() {
    let (scratch, disk) = (Scratch::new("behind"), Failing::default());
    let mut folder = lived_in(&scratch, &disk);
    folder.begin(LANE, UnitId(3)).expect("begun");
    let names = scratch.names().join(" ");
    assert!(!names.contains("unit-00000000000000000009"), "{names}");
    assert_eq!(names.matches(PART).count(), 1, "{names}");
}

/// One that cannot be read does not keep the others from being looked at.
#[test]
fn of_those_that_can_be_read_the_begin_is_known() {
    for at in 0..5 {
        let (scratch, disk) = (Scratch::new("begins"), Failing::default());
        let folder = lived_in(&scratch, &disk);
        disk.comes(Some((FAULTS[2], at, true)));
        match folder.begins() {
            Err(why) => assert!(at == 0 && why.place == scratch.0.display().to_string()),
            Ok(begins) => assert_eq!(begins.len(), 2, "call {at} of the first or second"),
        }
    }
}
