//! The effective scenario: includes, tables and `--set` applied, as one text that gives the same scenario again.

use super::check::logs::{NamedLogs, copy_name, hash};
use super::raw::{At, RawScenario};
use std::borrow::Cow;

/// A scenario as one TOML text; values that were left out and have a default in the language are written.
///
/// # Errors
/// A value has no form in TOML: a seed above 2^63 - 1.
pub fn effective(raw: &RawScenario) -> Result<String, String> {
    with_logs(raw, &NamedLogs::new())
}

/// The same; logs are named by the copies that stand beside it where it is written out, with the hash of what was read.
pub(super) fn with_logs(raw: &RawScenario, logs: &NamedLogs) -> Result<String, String> {
    let mut raw = Cow::Borrowed(raw);
    for (name, log) in logs {
        if let Some(swf) = raw.to_mut().workload.get_mut(name).and_then(|class| class.get_mut().swf.as_mut()) {
            let swf = swf.get_mut();
            let packed = swf.file.get().ends_with(".gz");
            swf.file = At::nowhere(copy_name(name, packed));
            swf.hash = hash(log).map(At::nowhere);
        }
    }
    toml::to_string(&*raw).map_err(|error| error.to_string())
}
