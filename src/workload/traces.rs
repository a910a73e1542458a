//! Public logs for tests. They are not part of the project: where they are absent, the test says so and passes.

use std::io::Write;

/// The bytes of a file below the directory of traces (`EASTWEST_TRACES`, else `../shared/traces`).
#[expect(clippy::disallowed_methods, reason = "tests find public logs through the environment; the library does not")]
pub(crate) fn bytes(path: &str) -> Option<Vec<u8>> {
    let directory = std::env::var("EASTWEST_TRACES").unwrap_or_else(|_| "../shared/traces".to_owned());
    let bytes = std::fs::read(format!("{directory}/{path}")).ok();
    if bytes.is_none() {
        // Past the test harness, which would keep what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "skipped: {directory}/{path} is absent (set EASTWEST_TRACES)");
    }
    bytes
}
