//! Keeping: files on a disk of this machine.

pub mod disk;
pub mod folder;
