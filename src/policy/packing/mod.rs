//! Packings: which nodes a job gets.

mod spec;

pub use spec::PackingSpec;

use crate::model::{Allocation, NodePool, TaskShape};

/// Chooses nodes for a gang of tasks.
pub trait Packing: Send {
    /// Nodes for all tasks, or `None` where they do not fit now. Must find an allocation whenever one exists.
    fn choose(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation>;
}
