//! Keeping: files on a disk of this machine.

pub mod folder;
