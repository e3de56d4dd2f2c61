//! What becomes of an instance's own disk while the instance is dead: snapshots that are damaged,
//! cut off, mislaid or lost.

use std::fs;
use std::path::{Path, PathBuf};

use crate::exactly_once::dice::Dice;

/// Does one thing to the snapshots in a folder; says what, or nothing where there are none.
pub(super) fn harm(folder: &Path, lanes: i32, dice: &mut Dice) -> Option<String> {
    let mut files = snapshots(folder);
    if files.is_empty() {
        return None;
    }
    let drawn = dice.roll(files.len() as u64) as usize;
    let file = files.swap_remove(drawn);
    let name = file.file_name()?.to_string_lossy().into_owned();
    let how = match dice.roll(5) {
        0 => damage(&file, dice),
        1 => cut_off(&file, dice),
        2 => mislay(&file, &name, lanes, dice),
        3 => {
            fs::remove_file(&file).expect("a snapshot can be removed");
            "removed".to_owned()
        }
        _ => {
            fs::remove_dir_all(folder).expect("a folder can be removed");
            return Some("all its snapshots lost".to_owned());
        }
    };
    Some(format!("its snapshot {name} {how}"))
}

/// In an order that the file system has no part in.
fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let is_one = |path: &PathBuf| path.extension().is_some_and(|it| it == "snapshot");
    let mut files: Vec<PathBuf> = paths.filter(is_one).collect();
    files.sort_unstable();
    files
}

fn damage(file: &Path, dice: &mut Dice) -> String {
    let mut bytes = fs::read(file).expect("a snapshot can be read");
    let at = dice.roll(bytes.len() as u64) as usize;
    bytes[at] ^= 1 << dice.roll(8);
    fs::write(file, bytes).expect("a snapshot can be written");
    format!("damaged at byte {at}")
}

fn cut_off(file: &Path, dice: &mut Dice) -> String {
    let mut bytes = fs::read(file).expect("a snapshot can be read");
    let whole = bytes.len();
    bytes.truncate(dice.roll(whole as u64) as usize);
    fs::write(file, &bytes).expect("a snapshot can be written");
    format!("cut off at {} of {whole} bytes", bytes.len())
}

/// As one of another lane, or of another unit of its own.
fn mislay(file: &Path, name: &str, lanes: i32, dice: &mut Dice) -> String {
    let (app, rest) = name.split_once(".lane-").expect("it names its lane");
    let (lane, unit) = rest.split_once(".unit-").expect("it names its unit");
    let (mut lane, mut unit) = (lane.to_owned(), unit.to_owned());
    if dice.one_in(2) {
        let own: u64 = lane.parse().expect("a lane has a number");
        let others = lanes as u64 - 1;
        lane = ((own + 1 + dice.roll(others)) % (others + 1)).to_string();
    } else {
        unit = format!("{:020}.snapshot", dice.roll(2_000));
    }
    let other = format!("{app}.lane-{lane}.unit-{unit}");
    fs::rename(file, file.with_file_name(&other)).expect("a snapshot can be renamed");
    format!("mislaid as {other}")
}
