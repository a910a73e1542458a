//! Files that can be read to an end.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Opens a regular file. Pipes, sockets, devices and directories are refused by what they are, before anything waits for them.
///
/// # Errors
/// There is no such file, it may not be read, or it is something else than a file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    refuse_others(&std::fs::metadata(path)?)?;
    let file = without_waiting(path)?;
    // Looked at again: the name may mean something else by now.
    refuse_others(&file.metadata()?)?;
    Ok(file)
}

/// Opens what may be a pipe by now, for whose writer nobody waits.
#[cfg(unix)]
fn without_waiting(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn refuse_others(found: &Metadata) -> io::Result<()> {
    if found.is_file() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {}, not a file", kind_of(found))))
}

#[cfg(unix)]
fn kind_of(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    match () {
        () if kind.is_dir() => "a directory",
        () if kind.is_fifo() => "a pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "something else",
    }
}

#[cfg(not(unix))]
fn kind_of(found: &Metadata) -> &'static str {
    if found.is_dir() { "a directory" } else { "something else" }
}
