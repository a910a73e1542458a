//! Where texts come from: the disk, the binary, or memory.

use super::Input;
use crate::scenario::embedded;
use crate::units::visible;
use crate::workload::{open_regular, swf::SwfBytes};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// The largest file that is read.
pub(super) const FILE_BYTES_MAX: u64 = 64 << 20;

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It could not be, for this reason.
    Unreadable(String),
    /// It is not text: its characters up to the first that is none.
    NotText(String),
}

/// The files that a scenario can name.
pub(super) enum Files<'i> {
    Disk,
    Embedded,
    Memory(&'i BTreeMap<String, String>),
}

impl<'i> Files<'i> {
    /// The files beside an input, its own path and its text.
    pub(super) fn open(input: &'i Input) -> (Self, PathBuf, Result<Cow<'i, str>, Refusal>) {
        match input {
            Input::File(path) => (Self::Disk, path.clone(), Self::Disk.read(path)),
            Input::Embedded(name) => {
                let path = PathBuf::from(format!("{name}.toml"));
                let text = Self::Embedded.read(&path);
                (Self::Embedded, path, text)
            }
            Input::Text { name, text, files } => {
                let text = if text.len() as u64 > FILE_BYTES_MAX { Err(too_large()) } else { Ok(without_mark(text)) };
                (Self::Memory(files), PathBuf::from(name), text)
            }
        }
    }

    /// What messages call a path.
    pub(super) fn name(&self, path: &Path) -> String {
        match self {
            Self::Embedded => format!("<embedded>/{}", path.display()),
            Self::Disk | Self::Memory(_) => visible(&path.display().to_string(), &[]),
        }
    }

    /// The path that one file means when it names another.
    pub(super) fn beside(&self, from: &Path, path: &str) -> PathBuf {
        let joined = from.parent().unwrap_or_else(|| Path::new("")).join(path);
        match self {
            Self::Disk => joined,
            Self::Embedded | Self::Memory(_) => plain(&joined),
        }
    }

    /// What is the same for two paths to one file.
    pub(super) fn identity(&self, path: &Path) -> PathBuf {
        match self {
            Self::Disk => std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
            Self::Embedded | Self::Memory(_) => path.to_owned(),
        }
    }

    /// The bytes of a log, to be read later: from the disk, where it may be of any size, or from memory.
    pub(super) fn log(&self, path: &Path) -> Result<SwfBytes, String> {
        let text = match self {
            Self::Disk => {
                return match open_regular(path) {
                    Ok(_) => Ok(SwfBytes::File(path.to_owned())),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err("no such file".to_owned()),
                    Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => Err(error.to_string()),
                    Err(error) => Err(error.kind().to_string()),
                };
            }
            Self::Embedded | Self::Memory(_) => self.read(path),
        };
        match text {
            Ok(text) => Ok(SwfBytes::Memory(text.into_owned().into_bytes().into())),
            Err(Refusal::Unreadable(reason)) => Err(reason),
            Err(Refusal::NotText(_)) => Err("it is not text".to_owned()),
        }
    }

    /// The text of a file.
    pub(super) fn read(&self, path: &Path) -> Result<Cow<'i, str>, Refusal> {
        let missing = || Refusal::Unreadable("no such file".to_owned());
        let name = path.to_str().ok_or_else(missing);
        match self {
            Self::Disk => from_disk(path).map(Cow::Owned),
            Self::Embedded => embedded::file(name?).map(without_mark).ok_or_else(missing),
            Self::Memory(files) => files.get(name?).map(|text| without_mark(text)).ok_or_else(missing),
        }
    }
}

fn too_large() -> Refusal {
    Refusal::Unreadable(format!("it is larger than {} MiB", FILE_BYTES_MAX >> 20))
}

/// Without the byte order mark that some editors write.
fn without_mark(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn from_disk(path: &Path) -> Result<String, Refusal> {
    let refuse = |error: std::io::Error| {
        Refusal::Unreadable(match error.kind() {
            std::io::ErrorKind::NotFound => "no such file".to_owned(),
            std::io::ErrorKind::InvalidInput => error.to_string(),
            kind => kind.to_string(),
        })
    };
    let mut bytes = Vec::new();
    let file = open_regular(path).map_err(refuse)?;
    // Its length may be none, as that of what the kernel shows as files.
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(refuse)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(too_large());
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.starts_with('\u{feff}') => Ok(text[3..].to_owned()),
        Ok(text) => Ok(text),
        Err(error) if matches!(error.as_bytes(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) => {
            Err(Refusal::Unreadable("it is text in UTF-16; save it as UTF-8".to_owned()))
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            Err(Refusal::NotText(String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned()))
        }
    }
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.iter().collect()
}
