//! The list of policies: their typed parameters and how they are built. One line each.

use super::queue::QueueSpec;
use super::stack::Stack;
use crate::model::Platform;
use crate::rng::Streams;
use serde::{Deserialize, Serialize};

/// One of each kind of policy, by their specifications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StackSpec {
    /// How queues are ordered and backfilled.
    #[serde(default)]
    pub queue: QueueSpec,
}

impl StackSpec {
    /// Builds the policies of one run.
    ///
    /// # Errors
    /// A parameter names something that the platform does not have.
    pub fn build(&self, platform: &Platform, streams: &Streams) -> Result<Stack, String> {
        let _ = (platform, streams);
        Err("not built yet".to_owned())
    }
}
