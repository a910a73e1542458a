//! The list of policies: their typed parameters and how they are built. One line each.

use serde::{Deserialize, Serialize};

/// One of each kind of policy, by their specifications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackSpec {}
