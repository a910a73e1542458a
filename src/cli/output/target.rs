//! Where results go: the plain path of a directory, and whether what is there is ours.

use crate::cli::failure::{Failure, Message};
use crate::cli::manifest::{FORMAT, MANIFEST};
use crate::cli::source;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Names that are told of files which are not ours.
const FOREIGN_TOLD: usize = 3;

/// The path without `.`, `..` and links, so that it can be renamed; as it was given where that is plain.
pub(super) fn plain(given: &Path) -> Result<PathBuf, Failure> {
    let last_up = given.components().collect::<Vec<_>>();
    let up = last_up.iter().rposition(|part| matches!(part, Component::ParentDir)).map_or(0, |at| at + 1);
    let normal = |part: &&Component<'_>| !matches!(part, Component::CurDir);
    let (head, tail) = last_up.split_at(up);
    let mut path = if head.is_empty() {
        PathBuf::new()
    } else {
        let head: PathBuf = head.iter().collect();
        fs::canonicalize(&head).map_err(|error| Failure::path("write below", &head, &error))?
    };
    path.extend(tail.iter().filter(normal));
    if path.file_name().is_none() {
        let message =
            Message::new(format!("cannot write to {:?}: it has no name of its own", given.display().to_string()));
        return Err(Failure::Files(message.hint("name a new directory, such as --out results/mine")));
    }
    match fs::symlink_metadata(&path) {
        // The directory itself, so that the link stays.
        Ok(it) if it.is_symlink() => fs::canonicalize(&path).map_err(|error| Failure::path("write to", &path, &error)),
        Ok(_) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path),
        Err(error) => Err(Failure::path("write to", &path, &error)),
    }
}

/// The directory with something behind its name.
pub(super) fn beside(target: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(target.file_name().unwrap_or_default());
    name.push(suffix);
    target.with_file_name(name)
}

/// Our manifest of a directory, as JSON.
pub(super) fn manifest_of(directory: &Path) -> Option<serde_json::Value> {
    let bytes = source::bytes(&directory.join(MANIFEST)).ok()?;
    serde_json::from_slice::<serde_json::Value>(&bytes).ok().filter(|manifest| manifest["format"] == FORMAT)
}

/// Nothing there, an empty directory, or one of ours that holds nothing else.
pub(super) fn may_replace(target: &Path) -> Result<(), Failure> {
    let refuse = |what: String| {
        let message = Message::new(format!("will not replace {}: {what}", target.display()));
        Err(Failure::Files(message.hint("choose another directory with --out, or move this one away")))
    };
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::path("write to", target, &error)),
        Ok(it) if !it.is_dir() => return refuse("it is not a directory".to_owned()),
        Ok(_) => {}
    }
    let mut inside = Vec::new();
    list(target, Path::new(""), &mut inside)?;
    if inside.is_empty() {
        return Ok(());
    }
    let Some(manifest) = manifest_of(target) else {
        return refuse("it holds other things than results of eastwest".to_owned());
    };
    let listed: Vec<&str> =
        manifest["files"].as_array().map_or_else(Vec::new, |all| all.iter().filter_map(|name| name.as_str()).collect());
    let ours = |name: &String| {
        name == MANIFEST || listed.contains(&name.as_str()) || super::file::is_our_page(&target.join(name))
    };
    let mut foreign: Vec<&String> = inside.iter().filter(|name| !ours(name)).collect();
    foreign.sort();
    if foreign.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = foreign.iter().take(FOREIGN_TOLD).map(|name| format!("{name:?}")).collect();
    let more = foreign.len() - told.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    refuse(format!("it holds what eastwest did not write: {}{more}", told.join(", ")))
}

/// All files below a directory, by path from there; directories as such where they are empty.
pub(super) fn list(root: &Path, below: &Path, found: &mut Vec<String>) -> Result<(), Failure> {
    let directory = root.join(below);
    let failure = |error: &io::Error| Failure::path("read", &directory, error);
    for entry in fs::read_dir(&directory).map_err(|error| failure(&error))? {
        let entry = entry.map_err(|error| failure(&error))?;
        let path = below.join(entry.file_name());
        let before = found.len();
        if entry.file_type().map_err(|error| failure(&error))?.is_dir() {
            list(root, &path, found)?;
        }
        // An empty folder is nothing to lose, but not ours either.
        if found.len() == before {
            found.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// Removes a directory of ours, its manifest last: it is ours up to the end.
pub(super) fn remove(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != MANIFEST {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir_all(directory)
}

/// Whether a file of a directory is its manifest, or one that is being written.
pub(super) fn is_manifest(name: &str) -> bool {
    name == MANIFEST || name.strip_suffix(".new") == Some(MANIFEST)
}

/// Removes what an earlier run left as `DIR.partial`. Ours is whatever holds our manifest, and what a run left that was killed before its
/// manifest was whole: nothing but that manifest, empty or cut.
pub(super) fn clear_partial(partial: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(partial) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::path("write to", partial, &error)),
        Ok(it) if it.is_dir() => {}
        Ok(_) => return may_replace(partial),
    }
    let mut inside = Vec::new();
    list(partial, Path::new(""), &mut inside)?;
    if manifest_of(partial).is_none() && !inside.iter().all(|name| is_manifest(name)) {
        return may_replace(partial);
    }
    remove(partial).map_err(|error| Failure::path("remove", partial, &error))
}
