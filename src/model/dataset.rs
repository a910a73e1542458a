//! Named datasets with replicas.

use super::SiteId;
use crate::units::Bytes;
use serde::{Deserialize, Serialize};

/// What happens to a copy that a job staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CacheMode {
    /// Each job makes its own copy, freed when the job ends.
    #[default]
    Private,
    /// The first copy at a center stays; later jobs use it, and join it while it is under way.
    Shared,
}

/// A dataset that jobs can name as their input.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Its name in the scenario.
    pub name: String,
    /// Its size.
    pub size: Bytes,
    /// Sites that hold a replica from the start, in id order.
    pub at: Vec<SiteId>,
    /// Whether staged copies are shared.
    pub cache: CacheMode,
}
