//! Packings: which nodes a job gets.
//!
//! [`FirstFit`] takes the lowest numbers, [`BestFit`] the nodes that it leaves fullest, [`WorstFit`] the emptiest, [`Random`] any;
//! others are made for accelerators that jobs share: dot-product, gpu-packing, gpu-clustering, fgd.
//! [`PackingSpec`] builds them. All find nodes whenever there are some, since tasks of a job are alike.

mod best_fit;
mod dot_product;
mod fgd;
mod first_fit;
mod gpu_clustering;
mod gpu_packing;
mod merge;
mod parts;
mod random;
mod scored;
mod spec;
mod weighted_fit;
mod worst_fit;

pub use best_fit::BestFit;
pub use first_fit::FirstFit;
pub use random::Random;
pub(in crate::policy) use spec::rules;
pub use spec::{BestFitSpec, FitMeasure, PackingSpec, PoolProfile};
pub use worst_fit::WorstFit;

use crate::model::{Allocation, NodePool, TaskShape};
use dyn_clone::DynClone;

/// What the largest node of a cluster has, by which packings weigh cores against accelerators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scale {
    /// Thousandths of cores.
    pub cores_milli: u32,
    /// Thousandths of accelerators.
    pub accelerators_milli: u32,
}

/// What a packing thinks of its own choice, for one who compares pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The higher the better; comparable between pools of one packing.
    pub score: i64,
    /// The node that it likes best.
    pub node: u64,
    /// How many nodes it likes as well, for one who draws among them.
    pub nodes: u64,
}

/// Chooses nodes for a gang of tasks. It can be cloned with all that it keeps: a fork of a run goes on with the copy.
pub trait Packing: DynClone + Send {
    /// Nodes for all tasks among any nodes of the pool's shape, such as those that will be free later; `None` where they do not fit. Must find
    /// an allocation whenever one exists, changes nothing, and follows from the nodes alone: always the same for the same nodes.
    fn preview(&self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation>;

    /// Nodes for all tasks among those of the pool as they are now, or `None` where they do not fit: the same as a preview, but for packings that
    /// draw, or know more than the nodes say. What is worked out may be kept.
    fn choose(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        self.preview(nodes, tasks, task)
    }

    /// How well it likes the best node for these tasks; `None` where they do not fit now.
    fn offer(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Offer> {
        let chosen = self.choose(nodes, tasks, task)?;
        chosen.parts.first().map(|part| Offer { score: 0, node: part.first, nodes: 1 })
    }

    /// A job has got these nodes, whoever chose them.
    fn taken(&mut self, _nodes: &NodePool, _allocation: &Allocation, _task: &TaskShape) {}

    /// A job has given these nodes back.
    fn given(&mut self, _nodes: &NodePool, _allocation: &Allocation, _task: &TaskShape) {}
}

dyn_clone::clone_trait_object!(Packing);

#[cfg(test)]
mod scored_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
