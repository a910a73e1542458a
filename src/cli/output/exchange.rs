//! Puts a new directory in the place of an old one.

use super::target::{beside, manifest_of, remove};
use crate::cli::failure::Failure;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Exchanges the names of two directories, where the system can.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Waits until the directory's own entries are on the disk. Some systems cannot, and need not.
pub(super) fn sync(directory: &Path) {
    if let Ok(opened) = File::open(directory) {
        let _ = opened.sync_all();
    }
}

/// Waits until all files and folders below a directory are on the disk.
pub(super) fn sync_all(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync(directory);
    Ok(())
}

/// Gives `partial` the name `target`. Where something of that name is there, both change names at once, and the old one is removed under the
/// name `partial`. On systems that cannot exchange names the old one is `DIR.old` for a moment; [`recover`] puts it back.
pub(super) fn put(partial: &Path, target: &Path) -> Result<(), Failure> {
    let failure = |error: &io::Error| Failure::path("rename to", target, error);
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if fs::symlink_metadata(target).is_err() {
        fs::rename(partial, target).map_err(|error| failure(&error))?;
        sync(parent);
        return Ok(());
    }
    let old = if exchange(partial, target).is_ok() {
        partial.to_owned()
    } else {
        let old = beside(target, ".old");
        fs::rename(target, &old).map_err(|error| failure(&error))?;
        fs::rename(partial, target).map_err(|error| failure(&error))?;
        old
    };
    sync(parent);
    remove(&old).map_err(|error| Failure::path("remove", &old, &error))
}

/// Ends what a run left that was killed between two renames: old results without a successor get their name back, others are removed.
pub(super) fn recover(target: &Path) -> Result<(), Failure> {
    let old = beside(target, ".old");
    if manifest_of(&old).is_none() {
        return Ok(());
    }
    if fs::symlink_metadata(target).is_err() {
        return fs::rename(&old, target).map_err(|error| Failure::path("rename to", target, &error));
    }
    remove(&old).map_err(|error| Failure::path("remove", &old, &error))
}
