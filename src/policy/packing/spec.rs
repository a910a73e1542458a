//! Packings as they are written in a scenario.

use super::Packing;
use crate::model::{Allocation, NodePool, PoolId, TaskShape};
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// No parameters: `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstFitSpec {}

/// The packing of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum PackingSpec {
    /// The lowest node numbers that have room.
    FirstFit(FirstFitSpec),
}

impl Default for PackingSpec {
    fn default() -> Self {
        Self::FirstFit(FirstFitSpec {})
    }
}

impl PackingSpec {
    /// Builds the packing of one pool.
    #[must_use]
    pub fn build(&self, streams: &Streams, pool: PoolId) -> Box<dyn Packing> {
        let _ = (streams, pool);
        Box::new(Nowhere)
    }
}

struct Nowhere;

impl Packing for Nowhere {
    fn choose(&mut self, _nodes: &NodePool, _tasks: u32, _task: &TaskShape) -> Option<Allocation> {
        None
    }
}
