//! Snapshots in a folder: written aside, synced, then given their name; two of each lane.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::ids::{LaneId, UnitId};
use crate::port::{NotKept, Shelf};

/// The end of the name of a snapshot that is whole.
const WHOLE: &str = "snapshot";
/// That of one which is being written.
const PART: &str = "part";
/// That of one which is damaged: kept for a look until the lane has another.
const SPOILED: &str = "spoiled";
/// How many of a lane are kept.
const KEPT: usize = 2;
/// Snapshots of lanes that have gone elsewhere are removed after so long: they are personal data.
const LEFT_BEHIND: Duration = Duration::from_secs(7 * 24 * 3600);
/// Bytes that tell the version of a snapshot.
const BEGIN: u64 = 4;
/// Bytes read at once.
const BUFFER: usize = 1 << 20;

/// A folder with the snapshots of one service.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    app: String,
    draft: Option<Draft>,
}

/// A snapshot that is being written.
#[derive(Debug)]
struct Draft {
    lane: LaneId,
    unit: UnitId,
    file: File,
}

impl Folder {
    /// The folder at that path, which is made when something is to be kept there.
    #[must_use]
    pub fn new(path: &Path, app: &str) -> Self {
        Self {
            path: path.to_owned(),
            app: app.to_owned(),
            draft: None,
        }
    }

    /// How each file that is whole begins.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn begins(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, NotKept> {
        let whole = self.files()?.into_iter();
        let whole = whole.filter(|(.., ending)| ending == WHOLE);
        let begin = |(lane, unit, ending): (LaneId, UnitId, String)| {
            let path = self.file(lane, unit, &ending);
            let mut begin = Vec::new();
            let read = File::open(&path).and_then(|file| file.take(BEGIN).read_to_end(&mut begin));
            match read {
                Ok(_) => Ok((path, begin)),
                Err(why) => Err(not_kept(&path, why)),
            }
        };
        whole.map(begin).collect()
    }

    fn file(&self, lane: LaneId, unit: UnitId, ending: &str) -> PathBuf {
        let name = format!("{}.lane-{lane}.unit-{:020}.{ending}", self.app, unit.0);
        self.path.join(name)
    }

    /// The files of this service: lane, unit, ending.
    fn files(&self) -> Result<Vec<(LaneId, UnitId, String)>, NotKept> {
        let failed = |why| not_kept(&self.path, why);
        let mut files = Vec::new();
        let entries = match fs::read_dir(&self.path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(files),
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(&self.app)) else {
                continue;
            };
            files.extend(named(rest));
        }
        files.sort_unstable_by_key(|(lane, unit, _)| (*lane, std::cmp::Reverse(*unit)));
        Ok(files)
    }

    /// Removes what is left of a lane but its newest, and what other lanes have left long before
    /// the file that was just kept.
    fn clear(&self, lane: LaneId, kept: &Path) -> Result<(), NotKept> {
        let now = written(kept);
        let mut whole = 0;
        for (of, unit, ending) in self.files()? {
            let path = self.file(of, unit, &ending);
            let goes = if of == lane {
                whole += usize::from(ending == WHOLE);
                ending != WHOLE || whole > KEPT
            } else {
                let age = now.zip(written(&path));
                let age = age.and_then(|(now, then)| now.duration_since(then).ok());
                age.is_some_and(|age| age > LEFT_BEHIND)
            };
            if goes {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

impl Shelf for Folder {
    fn name(&self) -> &'static str {
        "folder"
    }

    fn begin(&mut self, lane: LaneId, unit: UnitId) -> Result<(), NotKept> {
        self.abandon();
        fs::create_dir_all(&self.path).map_err(|why| not_kept(&self.path, why))?;
        let path = self.file(lane, unit, PART);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path);
        let file = file.map_err(|why| not_kept(&path, why))?;
        self.draft = Some(Draft { lane, unit, file });
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), NotKept> {
        let Some(draft) = &mut self.draft else {
            return Ok(());
        };
        let written = draft.file.write_all(bytes);
        let (lane, unit) = (draft.lane, draft.unit);
        written.map_err(|why| not_kept(&self.file(lane, unit, PART), why))
    }

    fn keep(&mut self) -> Result<(), NotKept> {
        let Some(Draft { lane, unit, file }) = self.draft.take() else {
            return Ok(());
        };
        let (part, whole) = (self.file(lane, unit, PART), self.file(lane, unit, WHOLE));
        // Its bytes are on the disk before its name is, and its name before older ones go.
        let kept = file
            .sync_all()
            .and_then(|()| fs::rename(&part, &whole))
            .and_then(|()| File::open(&self.path)?.sync_all());
        if let Err(why) = kept {
            let _ = fs::remove_file(&part);
            return Err(not_kept(&part, why));
        }
        self.clear(lane, &whole)
    }

    fn abandon(&mut self) {
        if let Some(Draft { lane, unit, .. }) = self.draft.take() {
            // What stays behind goes with the next one that is kept.
            let _ = fs::remove_file(self.file(lane, unit, PART));
        }
    }

    fn kept(&mut self, lane: LaneId) -> Result<Vec<UnitId>, NotKept> {
        let files = self.files()?.into_iter();
        let whole = files.filter(|(of, _, ending)| *of == lane && ending == WHOLE);
        Ok(whole.map(|(_, unit, _)| unit).collect())
    }

    fn open(&mut self, lane: LaneId, unit: UnitId) -> Result<Box<dyn Read + Send>, NotKept> {
        let path = self.file(lane, unit, WHOLE);
        let file = File::open(&path).map_err(|why| not_kept(&path, why))?;
        Ok(Box::new(BufReader::with_capacity(BUFFER, file)))
    }

    fn spoil(&mut self, lane: LaneId, unit: UnitId) {
        let (whole, spoiled) = (self.file(lane, unit, WHOLE), self.file(lane, unit, SPOILED));
        // On a disk that is read-only it is found damaged again at the next start, no more.
        let _ = fs::rename(whole, spoiled);
    }
}

/// What a file is called after the name of its service.
fn named(rest: &str) -> Option<(LaneId, UnitId, String)> {
    let rest = rest.strip_prefix(".lane-")?;
    let (lane, rest) = rest.split_once(".unit-")?;
    let (unit, ending) = rest.split_once('.')?;
    let known = [WHOLE, PART, SPOILED].contains(&ending);
    let (lane, unit) = (lane.parse().ok()?, unit.parse().ok()?);
    known.then(|| (LaneId(lane), UnitId(unit), ending.to_owned()))
}

/// When a file was written.
fn written(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

fn remove(path: &Path) -> Result<(), NotKept> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(not_kept(path, why)),
        _ => Ok(()),
    }
}

fn not_kept(path: &Path, why: io::Error) -> NotKept {
    NotKept {
        place: path.display().to_string(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: LaneId = LaneId(3);

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("tidemark-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }

        fn folder(&self, app: &str) -> Folder {
            Folder::new(&self.0, app)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).expect("a folder");
            let name = |entry: io::Result<fs::DirEntry>| entry.expect("a file").file_name();
            let mut names: Vec<String> = entries
                .map(|entry| name(entry).to_string_lossy().into_owned())
                .collect();
            names.sort_unstable();
            names
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn write(folder: &mut Folder, unit: u64) {
        folder.begin(LANE, UnitId(unit)).expect("begun");
        folder.add(b"one ").expect("added");
        folder.add(b"two").expect("added");
        folder.keep().expect("kept");
    }

    fn units(folder: &mut Folder) -> Vec<u64> {
        let kept = folder.kept(LANE).expect("looked up");
        kept.into_iter().map(|unit| unit.0).collect()
    }

    #[test]
    fn the_newest_two_of_a_lane_are_kept() {
        let scratch = Scratch::new("two");
        let mut folder = scratch.folder("tidemark");
        for unit in [9, 10, 100] {
            write(&mut folder, unit);
        }
        assert_eq!(units(&mut folder), [100, 10]);
        assert_eq!(scratch.names().len(), 2);
        let mut bytes = String::new();
        let mut file = folder.open(LANE, UnitId(100)).expect("opened");
        file.read_to_string(&mut bytes).expect("read");
        assert_eq!(bytes, "one two");
        assert!(folder.open(LANE, UnitId(9)).is_err());
        assert!(folder.kept(LaneId(4)).expect("looked up").is_empty());
        assert!(
            scratch
                .folder("tide")
                .kept(LANE)
                .expect("looked up")
                .is_empty()
        );
    }

    #[test]
    fn one_that_is_not_whole_is_none() {
        let scratch = Scratch::new("part");
        let mut folder = scratch.folder("tidemark");
        folder.begin(LANE, UnitId(1)).expect("begun");
        folder.add(b"one").expect("added");
        assert!(units(&mut folder).is_empty());
        drop(folder);
        let mut folder = scratch.folder("tidemark");
        assert!(units(&mut folder).is_empty());
        // What a killed process has left goes when the lane has another.
        write(&mut folder, 2);
        assert_eq!(
            scratch.names(),
            ["tidemark.lane-3.unit-00000000000000000002.snapshot"]
        );
        folder.begin(LANE, UnitId(3)).expect("begun");
        folder.abandon();
        assert_eq!(scratch.names().len(), 1);
    }

    #[test]
    fn one_that_is_spoiled_is_not_offered_and_goes_with_the_next() {
        let scratch = Scratch::new("spoiled");
        let mut folder = scratch.folder("tidemark");
        write(&mut folder, 1);
        write(&mut folder, 2);
        folder.spoil(LANE, UnitId(2));
        assert_eq!(units(&mut folder), [1]);
        assert_eq!(scratch.names().len(), 2);
        write(&mut folder, 3);
        assert_eq!(units(&mut folder), [3, 1]);
        assert_eq!(scratch.names().len(), 2);
    }

    #[test]
    fn a_folder_that_cannot_be_written_says_so() {
        let scratch = Scratch::new("file");
        fs::write(&scratch.0, "a file").expect("written");
        let mut folder = scratch.folder("tidemark");
        let error = folder.begin(LANE, UnitId(1)).expect_err("no folder");
        assert!(
            error
                .to_string()
                .starts_with(&scratch.0.display().to_string())
        );
        assert!(folder.kept(LANE).is_err());
        fs::remove_file(&scratch.0).expect("removed");
        assert!(units(&mut folder).is_empty());
        write(&mut folder, 1);
        assert_eq!(units(&mut folder), [1]);
    }
}
