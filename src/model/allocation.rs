//! Which nodes, cores and cards a job holds.

use serde::Serialize;

/// The most cards a node can have.
pub const CARDS_MAX: usize = 16;

/// Neighboring nodes used alike by one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AllocationPart {
    /// Number of the first node.
    pub first: u64,
    /// How many nodes.
    pub count: u64,
    /// Tasks on each of them.
    pub tasks_per_node: u32,
    /// Thousandths of each card in use by the job on each of these nodes.
    pub cards: [u16; CARDS_MAX],
}

/// All that one job holds in a pool, by ascending node number; parts do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Allocation {
    /// Node ranges.
    pub parts: Vec<AllocationPart>,
}

impl Allocation {
    /// Tasks in all parts.
    #[must_use]
    pub fn tasks(&self) -> u64 {
        self.parts.iter().map(|p| p.count * u64::from(p.tasks_per_node)).sum()
    }

    /// Nodes in all parts.
    #[must_use]
    pub fn nodes(&self) -> u64 {
        self.parts.iter().map(|p| p.count).sum()
    }
}
