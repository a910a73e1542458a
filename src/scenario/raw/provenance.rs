//! How figures are known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a figure is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Somebody measured it.
    Measured,
    /// It was published as it stands here.
    Published,
    /// It follows from published figures by a rule.
    Derived,
    /// An own input: a value that fits those around it, a cap taken for the value, a figure of another year.
    Estimate,
}

/// How many figures are known how, by what they are.
pub type Provenance = BTreeMap<String, BTreeMap<Basis, u64>>;

impl Basis {
    /// All of them, the best known first.
    pub const ALL: [Self; 4] = [Self::Measured, Self::Published, Self::Derived, Self::Estimate];

    /// The word of tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Derived => "derived",
            Self::Estimate => "estimate",
        }
    }
}
