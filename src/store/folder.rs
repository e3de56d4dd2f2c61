//! Snapshots in a folder: written aside, synced, then given their name; two of each lane.

#[cfg(test)]
mod tests;

use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::ids::{LaneId, UnitId};
use crate::port::{NotKept, Shelf};

use super::disk::{Disk, System};

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

/// A folder with the snapshots of one service.
#[derive(Debug)]
pub struct Folder<D: Disk = System> {
    disk: D,
    path: PathBuf,
    app: String,
    draft: Option<Draft<D::File>>,
}

/// A snapshot that is being written.
#[derive(Debug)]
struct Draft<F> {
    lane: LaneId,
    unit: UnitId,
    file: F,
}

impl Folder {
    /// The folder at that path, which is made when something is to be kept there.
    #[must_use]
    pub fn new(path: &Path, app: &str) -> Self {
        Self::on(System, path, app)
    }
}

impl<D: Disk> Folder<D> {
    fn on(disk: D, path: &Path, app: &str) -> Self {
        Self {
            disk,
            path: path.to_owned(),
            app: app.to_owned(),
            draft: None,
        }
    }

    /// How each file that is whole begins, but for those that cannot be read.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn begins(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, NotKept> {
        let whole = self.files()?.into_iter();
        let whole = whole.filter(|(.., ending)| ending == WHOLE);
        let begin = |(lane, unit, ending): (LaneId, UnitId, String)| {
            let path = self.file(lane, unit, &ending);
            let (mut begin, file) = (Vec::new(), self.disk.open(&path).ok()?);
            file.take(BEGIN).read_to_end(&mut begin).ok()?;
            Some((path, begin))
        };
        Ok(whole.filter_map(begin).collect())
    }

    fn file(&self, lane: LaneId, unit: UnitId, ending: &str) -> PathBuf {
        let name = format!("{}.lane-{lane}.unit-{:020}.{ending}", self.app, unit.0);
        self.path.join(name)
    }

    /// The files of this service: lane, unit, ending.
    fn files(&self) -> Result<Vec<(LaneId, UnitId, String)>, NotKept> {
        let mut files = Vec::new();
        let names = match self.disk.list(&self.path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(files),
            names => names.map_err(|why| not_kept(&self.path, why))?,
        };
        for name in names {
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
        let now = self.written(kept);
        let mut whole = 0;
        for (of, unit, ending) in self.files()? {
            let path = self.file(of, unit, &ending);
            let goes = if of == lane {
                whole += usize::from(ending == WHOLE);
                ending != WHOLE || whole > KEPT
            } else {
                let age = now.zip(self.written(&path));
                let age = age.and_then(|(now, then)| now.duration_since(then).ok());
                age.is_some_and(|age| age > LEFT_BEHIND)
            };
            if goes {
                self.remove(&path)?;
            }
        }
        Ok(())
    }

    /// Removes what others have begun of a lane and left behind: on a full disk there may be no
    /// room for another while it lies there.
    fn sweep(&self, lane: LaneId, own: &Path) {
        for (of, unit, ending) in self.files().unwrap_or_default() {
            let path = self.file(of, unit, &ending);
            if of == lane && ending == PART && path != own {
                // It is tried again when the next one is kept, and told then.
                let _ = self.disk.remove(&path);
            }
        }
    }

    /// When a file was written.
    fn written(&self, path: &Path) -> Option<SystemTime> {
        self.disk.written(path).ok()
    }

    fn remove(&self, path: &Path) -> Result<(), NotKept> {
        match self.disk.remove(path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(not_kept(path, why)),
            _ => Ok(()),
        }
    }

    /// Gives a file that is written its name: its bytes are on the disk before its name is, and its
    /// name before older ones go.
    fn settle(&self, file: &D::File, part: &Path, whole: &Path) -> Result<(), NotKept> {
        let disk = &self.disk;
        disk.sync(file).map_err(|why| not_kept(part, why))?;
        let renamed = disk.rename(part, whole);
        renamed.map_err(|why| not_kept(part, why))?;
        let synced = disk.sync_folder(&self.path);
        synced.map_err(|why| not_kept(&self.path, why))
    }
}

impl<D: Disk> Shelf for Folder<D> {
    fn name(&self) -> &'static str {
        "folder"
    }

    fn begin(&mut self, lane: LaneId, unit: UnitId) -> Result<(), NotKept> {
        self.abandon();
        let made = self.disk.make_folder(&self.path);
        made.map_err(|why| not_kept(&self.path, why))?;
        let path = self.file(lane, unit, PART);
        self.sweep(lane, &path);
        let file = self.disk.create(&path);
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
        if let Err(why) = self.settle(&file, &part, &whole) {
            let _ = self.disk.remove(&part);
            return Err(why);
        }
        self.clear(lane, &whole)
    }

    fn abandon(&mut self) {
        if let Some(Draft { lane, unit, .. }) = self.draft.take() {
            // What stays behind goes with the next one that is kept.
            let _ = self.disk.remove(&self.file(lane, unit, PART));
        }
    }

    fn kept(&mut self, lane: LaneId) -> Result<Vec<UnitId>, NotKept> {
        let files = self.files()?.into_iter();
        let whole = files.filter(|(of, _, ending)| *of == lane && ending == WHOLE);
        Ok(whole.map(|(_, unit, _)| unit).collect())
    }

    fn open(&mut self, lane: LaneId, unit: UnitId) -> Result<Box<dyn Read + Send>, NotKept> {
        let path = self.file(lane, unit, WHOLE);
        self.disk.open(&path).map_err(|why| not_kept(&path, why))
    }

    fn spoil(&mut self, lane: LaneId, unit: UnitId) {
        let (whole, spoiled) = (self.file(lane, unit, WHOLE), self.file(lane, unit, SPOILED));
        // On a disk that is read-only it is found damaged again at the next start, no more.
        let _ = self.disk.rename(&whole, &spoiled);
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

fn not_kept(path: &Path, why: io::Error) -> NotKept {
    NotKept {
        place: path.display().to_string(),
        why,
    }
}
