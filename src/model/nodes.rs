//! The nodes of one pool as ranges of node numbers in the same state.

use super::{Allocation, CARDS_MAX, NodeShape, TaskShape, Totals};

/// What is free on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeState {
    /// Thousandths of cores free.
    pub cores_milli: u32,
    /// Bytes of memory free.
    pub memory: u64,
    /// Thousandths free of each card; beyond the node's cards 0.
    pub cards: [u16; CARDS_MAX],
}

/// Neighboring nodes in the same state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeRange {
    /// Number of the first node.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Their state.
    pub state: NodeState,
}

/// The nodes of one pool that are open to jobs.
#[derive(Debug, Clone)]
pub struct NodePool {
    shape: NodeShape,
    free: Totals,
}

impl NodePool {
    /// A pool of `nodes` idle nodes, numbered from 0.
    #[must_use]
    pub fn new(shape: NodeShape, nodes: u64) -> Self {
        let _ = nodes;
        Self { shape, free: Totals::default() }
    }
    /// What each node has.
    #[must_use]
    pub const fn shape(&self) -> &NodeShape {
        &self.shape
    }
    /// Sums of what is free on open nodes.
    #[must_use]
    pub const fn free(&self) -> &Totals {
        &self.free
    }
    /// Takes an allocation; `false` and nothing done where some of it is not free.
    pub fn allocate(&mut self, allocation: &Allocation, task: &TaskShape) -> bool {
        let _ = (allocation, task);
        false
    }
}
