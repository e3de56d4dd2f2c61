//! What a folder keeps, and what it makes of what is there already.

mod disks;

use std::fs;

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
