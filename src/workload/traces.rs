//! Public logs for tests. They are not part of the project: where they are absent, the test says so and passes.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

/// A file or folder below the directory of traces: `EASTWEST_TRACES`, else `shared/traces` beside the project or one above.
pub(crate) fn path(below: &str) -> Option<PathBuf> {
    let given = std::env::var_os("EASTWEST_TRACES").map(PathBuf::from);
    let beside =
        ["../shared/traces", "../../shared/traces"].map(|near| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(near));
    let found = given.into_iter().chain(beside).map(|root| root.join(below)).find(|path| path.exists());
    if found.is_none() {
        // Past the test harness, which would keep what a passing test prints to itself.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: no traces {below}; set EASTWEST_TRACES to the folder that holds them"
        );
    }
    found
}

/// The bytes of a file below the directory of traces.
pub(crate) fn bytes(below: &str) -> Option<Vec<u8>> {
    path(below).map(|path| std::fs::read(path).unwrap())
}

/// The text of a file below the directory of traces, unpacked where its name ends in `.gz`.
pub(crate) fn text(below: &str) -> Option<String> {
    let bytes = bytes(below)?;
    if !below.ends_with(".gz") {
        return Some(String::from_utf8(bytes).unwrap());
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    Some(text)
}
