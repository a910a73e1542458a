//! Packings: which nodes a job gets.
//!
//! [`FirstFit`] takes the lowest numbers, [`BestFit`] the nodes that it leaves fullest, [`WorstFit`] the emptiest, [`Random`] any.
//! [`PackingSpec`] builds them. All find nodes whenever there are some, since tasks of a job are alike.

mod best_fit;
mod first_fit;
mod merge;
mod parts;
mod random;
mod spec;
mod worst_fit;

pub use best_fit::BestFit;
pub use first_fit::FirstFit;
pub use random::Random;
pub use spec::PackingSpec;
pub use worst_fit::WorstFit;

use crate::model::{Allocation, NodePool, TaskShape};

/// Chooses nodes for a gang of tasks.
pub trait Packing: Send {
    /// Nodes for all tasks, or `None` where they do not fit now. Must find an allocation whenever one exists.
    fn choose(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation>;
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
