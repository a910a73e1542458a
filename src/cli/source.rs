//! What the program reads: regular files and the standard input, within bounds.

use super::failure::{Failure, Message};
use eastwest::workload::open_regular;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The most that is read of the standard input, and of a file of results at once.
pub(crate) const BYTES_MAX: u64 = 1 << 30;

/// Whether a path of the command line means the standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdin")
}

/// All of the standard input. It can be read once only, and is kept for those who read it again.
pub(crate) fn stdin() -> Result<Arc<[u8]>, Failure> {
    static READ: OnceLock<Arc<[u8]>> = OnceLock::new();
    if let Some(bytes) = READ.get() {
        return Ok(Arc::clone(bytes));
    }
    let name = Path::new("the standard input");
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::path("read", name, &error))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(too_large(name));
    }
    Ok(Arc::clone(READ.get_or_init(|| bytes.into())))
}

/// Opens a file, or the standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if is_stdin(path) {
        return Ok(Box::new(Cursor::new(stdin()?)));
    }
    Ok(Box::new(file(path)?))
}

/// Opens a regular file; whatever else is there is refused by what it is.
pub(crate) fn file(path: &Path) -> Result<File, Failure> {
    open_regular(path).map_err(|error| {
        let failure = Failure::path("read", path, &error);
        match failure {
            Failure::Files(message) if message.problem.ends_with("a pipe, not a file") => {
                Failure::Files(message.hint("`-` reads the standard input, for a scenario and a log"))
            }
            other => other,
        }
    })
}

/// All of a regular file.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = file(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::path("read", path, &error))?;
    if bytes.len() as u64 > BYTES_MAX { Err(too_large(path)) } else { Ok(bytes) }
}

fn too_large(path: &Path) -> Failure {
    Failure::Files(Message::new(format!("cannot read {}: it is larger than {} MiB", path.display(), BYTES_MAX >> 20)))
}
