//! The effective scenario: includes, tables and `--set` applied, as one text that gives the same scenario again.

use super::raw::RawScenario;

/// A scenario as one TOML text; values that were left out and have a default in the language are written.
///
/// # Errors
/// A value has no form in TOML: a seed above 2^63 - 1.
pub fn effective(raw: &RawScenario) -> Result<String, String> {
    toml::to_string(raw).map_err(|error| error.to_string())
}
