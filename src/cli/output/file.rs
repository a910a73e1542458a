//! Single files: whole or not at all, and never in the place of what is not ours.

use crate::cli::failure::{Failure, Message};
use crate::cli::interrupt::Duty;
use crate::cli::source;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What the head of a page and of a figure of ours holds.
const PAGE_MARK: &str = "<meta name=\"generator\" content=\"eastwest ";
/// See [`PAGE_MARK`].
const FIGURE_MARK: &str = "<svg data-generator=\"eastwest\"";
/// How far marks are looked for.
const HEAD: u64 = 4096;

/// The beginning of a regular file.
fn head(path: &Path) -> Option<String> {
    if !fs::symlink_metadata(path).is_ok_and(|it| it.is_file()) {
        return None;
    }
    let mut bytes = Vec::new();
    source::file(path).ok()?.take(HEAD).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a file is a page that eastwest made.
pub(crate) fn is_our_page(path: &Path) -> bool {
    head(path).is_some_and(|head| head.contains(PAGE_MARK))
}

/// Whether a file is a figure that eastwest made.
fn is_our_figure(path: &Path) -> bool {
    head(path).is_some_and(|head| head.starts_with(FIGURE_MARK))
}

/// Whether a file may be written: there is none, or one of ours, or it is the standard output or nowhere.
pub(crate) fn may_write(path: &Path) -> Result<(), Failure> {
    let refuse = |what: &str| {
        let message = Message::new(format!("will not replace {}: {what}", path.display()));
        Err(Failure::Files(message.hint("name a new file with --out, or move this one away")))
    };
    if is_stream(path) {
        return Ok(());
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent = parent_of(path);
            if parent.is_dir() {
                Ok(())
            } else {
                let message = Message::new(format!(
                    "cannot write {}: there is no directory {}",
                    path.display(),
                    parent.display()
                ));
                Err(Failure::Files(message.hint("make the directory first")))
            }
        }
        Err(error) => Err(Failure::path("write", path, &error)),
        Ok(it) if it.is_dir() => refuse("it is a directory"),
        Ok(it) if it.is_symlink() => refuse("it is a link"),
        Ok(it) if !it.is_file() => refuse("it is a pipe or a device"),
        Ok(_) if is_our_page(path) || is_our_figure(path) => Ok(()),
        Ok(_) => refuse("eastwest did not write it"),
    }
}

/// The standard output and the device that forgets are written to as they are.
fn is_stream(path: &Path) -> bool {
    ["/dev/stdout", "/dev/null"].iter().any(|name| path == Path::new(name))
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file in one go: beside its place under a fresh name, to the disk, and then in its place.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<(), Failure> {
    may_write(path)?;
    if is_stream(path) {
        let opened = OpenOptions::new().write(true).open(path);
        return opened
            .and_then(|mut file| file.write_all(content))
            .map_err(|error| Failure::path("write", path, &error));
    }
    let (fresh, _duty) = beside(path, content)?;
    let renamed = fs::rename(&fresh, path);
    if renamed.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    renamed.map_err(|error| Failure::path("write", path, &error))?;
    super::exchange::sync(parent_of(path));
    Ok(())
}

/// Writes a new file in one go; false and nothing done where there is something of that name.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> Result<bool, Failure> {
    let (fresh, _duty) = beside(path, content)?;
    // A second name for the file: unlike a rename it never takes the place of another.
    let linked = fs::hard_link(&fresh, path);
    let _ = fs::remove_file(&fresh);
    match linked {
        Ok(()) => {
            super::exchange::sync(parent_of(path));
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(_) => write_in_place(path, content),
    }
}

/// Whether new files can be made in a directory; leaves nothing.
pub(crate) fn can_write_in(directory: &Path) -> Result<(), Failure> {
    let (fresh, _duty) = beside(&directory.join("try"), b"")?;
    fs::remove_file(&fresh).map_err(|error| Failure::path("remove", &fresh, &error))
}

/// For file systems without second names.
fn write_in_place(path: &Path, content: &[u8]) -> Result<bool, Failure> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(Failure::path("write", path, &error)),
    };
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written.map(|()| true).map_err(|error| Failure::path("write", path, &error))
}

/// Writes a file of a fresh name beside a path. Nothing is left where that fails, nor where the program is ended while the duty stands.
fn beside(path: &Path, content: &[u8]) -> Result<(PathBuf, Duty), Failure> {
    let failure = |error: &io::Error| Failure::path("write", path, error);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for number in 0_u32.. {
        let fresh = path.with_file_name(format!(".{name}.{}-{number}.partial", std::process::id()));
        let unfinished = fresh.clone();
        let duty = Duty::of_file(move || drop(fs::remove_file(unfinished)));
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&fresh) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => continue,
            Err(error) => return Err(failure(&error)),
        };
        let written = file.write_all(content).and_then(|()| file.sync_all());
        if let Err(error) = written {
            let _ = fs::remove_file(&fresh);
            return Err(failure(&error));
        }
        return Ok((fresh, duty));
    }
    Err(failure(&io::ErrorKind::AlreadyExists.into()))
}
