//! What can be wrong with a quantity's text.

use std::fmt;

/// Why a text is not a quantity of the wanted kind. Reads after "expected …: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitError {
    /// What was wanted, with an example: `a duration such as "20 ms"`.
    pub expected: &'static str,
    /// The text as it was given.
    pub found: String,
    /// What is wrong with it, and which units are accepted.
    pub problem: String,
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not {}: {}", self.found, self.expected, self.problem)
    }
}

impl std::error::Error for UnitError {}
