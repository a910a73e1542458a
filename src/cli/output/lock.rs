//! One writer of a directory at a time: a lock on a file beside it.

use crate::cli::failure::{Failure, Message};
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The right to write a directory, until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
}

/// Whether two looks at files found the same one.
#[cfg(unix)]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn same_file(_: &Metadata, _: &Metadata) -> bool {
    true
}

impl Lock {
    /// The file that is locked.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the lock of a directory, `DIR.lock`. Its parent must be there.
    pub(super) fn take(target: &Path) -> Result<Self, Failure> {
        let mut name = OsString::from(target.file_name().unwrap_or_default());
        name.push(".lock");
        let path = target.with_file_name(name);
        loop {
            let failure = |error: &std::io::Error| Failure::path("lock", &path, error);
            if fs::symlink_metadata(&path).is_ok_and(|it| !it.is_file() || it.len() > 0) {
                let message = Message::new(format!("{} is in the way: it is not a lock of eastwest", path.display()));
                return Err(Failure::Files(message.hint("move it away, or choose another directory with --out")));
            }
            let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
            let file = opened.map_err(|error| failure(&error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(in_use(target)),
                Err(TryLockError::Error(error)) => return Err(failure(&error)),
            }
            // The writer before may have removed the file between the two calls; then the lock is one of nothing.
            let held = file.metadata().map_err(|error| failure(&error))?;
            if fs::symlink_metadata(&path).is_ok_and(|it| same_file(&it, &held)) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held. What stays where that cannot be is an empty file, which the next run takes.
        let _ = fs::remove_file(&self.path);
    }
}

fn in_use(target: &Path) -> Failure {
    let message = Message::new(format!("another run is writing to {}", target.display()));
    Failure::Files(message.hint("wait for it, or choose another directory with --out"))
}
