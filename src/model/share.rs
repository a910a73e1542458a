//! Shares of nodes: how much of a pool's nodes a demand takes.
//!
//! The dominant share of a task is the largest of three parts of one node: cores asked for over cores, accelerators asked for over
//! accelerators, and memory asked for over memory where the node's memory has a bound. A job of `n` tasks takes `n` times that many
//! nodes' worth. After Ghodsi et al., "Dominant resource fairness", NSDI 2011.

use super::{NodeShape, Pool, TaskShape};

/// So many nodes' worth, as an exact fraction.
///
/// Fractions of one pool may have different denominators: compare and add them as fractions or by [`NodeEquivalents::as_f64`].
#[derive(Debug, Clone, Copy)]
pub struct NodeEquivalents {
    /// What is held of the dominant resource: thousandths of cores or of accelerators, or bytes of memory. Below 2^96.
    pub held: u128,
    /// What one node has of it; never 0.
    pub per_node: u64,
}

impl NodeEquivalents {
    /// No part of any node.
    pub const NONE: Self = Self { held: 0, per_node: 1 };

    /// The number of nodes, rounded to a double; the same on every machine.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.held as f64 / self.per_node as f64
    }
}

impl NodeShape {
    /// The dominant share that `tasks` tasks take of such nodes: `tasks` × max(cores / cores of a node, accelerators / accelerators
    /// of a node, memory / memory of a node where that has a bound), in nodes. A resource that a node does not have counts for nothing.
    #[must_use]
    pub fn dominant_share(&self, tasks: u32, task: &TaskShape) -> NodeEquivalents {
        let memory = if self.memory_unbounded() { 0 } else { self.memory };
        let parts = [
            (u64::from(task.accelerators_milli), u64::from(self.cards) * 1000),
            (u64::from(task.cores_milli), u64::from(self.cores_milli)),
            (task.memory, memory),
        ];
        let (mut asked, mut of) = (0, 1);
        for (part, whole) in parts {
            // asked / of < part / whole, without a division.
            if whole > 0 && u128::from(asked) * u128::from(whole) < u128::from(part) * u128::from(of) {
                (asked, of) = (part, whole);
            }
        }
        NodeEquivalents { held: u128::from(asked) * u128::from(tasks), per_node: of }
    }
}

impl Pool {
    /// [`NodeShape::dominant_share`] of this pool's nodes.
    #[must_use]
    pub fn dominant_share(&self, tasks: u32, task: &TaskShape) -> NodeEquivalents {
        self.node.dominant_share(tasks, task)
    }

    /// How large so many tasks are: their dominant share of this pool's nodes, in thousandths of the headline resource, each task's
    /// rounded up. What they ask of the headline resource, where that is the dominant one.
    #[must_use]
    pub fn size(&self, tasks: u32, task: &TaskShape) -> u64 {
        let tasks = u64::from(tasks);
        if !self.accelerated() && self.node.memory_unbounded() {
            return u64::from(task.cores_milli) * tasks;
        }
        let headline = self.headline_per_node();
        let share = self.dominant_share(1, task);
        let one = match u64::try_from(share.held) {
            Ok(held) if share.per_node == headline => held,
            _ => u64::try_from((share.held * u128::from(headline)).div_ceil(share.per_node.into())).unwrap_or(u64::MAX),
        };
        one.saturating_mul(tasks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn task(cores_milli: u32, memory: u64, accelerators_milli: u32) -> TaskShape {
        TaskShape { cores_milli, memory, accelerators_milli, accelerator: None }
    }

    #[test]
    fn the_largest_part_of_a_node_counts() {
        let gpu = NodeShape { cores_milli: 64_000, memory: 512, cards: 8, accelerator: None };
        let nodes = |node: &NodeShape, tasks, task| node.dominant_share(tasks, &task).as_f64().to_bits();
        // 8 of 64 cores, 256 of 512 bytes, one of 8 cards: half a node; three tasks are one and a half.
        assert_eq!(nodes(&gpu, 3, task(8000, 256, 1000)), 1.5f64.to_bits());
        // A quarter of a card is 1/32; 16 cores are a quarter.
        assert_eq!(nodes(&gpu, 1, task(1000, 0, 250)), (1.0f64 / 32.0).to_bits());
        assert_eq!(nodes(&gpu, 1, task(16_000, 0, 250)), 0.25f64.to_bits());
        // Where memory has no bound it is not looked at, and nodes without cards have no share of cards.
        let cpu = NodeShape { cores_milli: 4000, memory: u64::MAX, cards: 0, accelerator: None };
        assert_eq!(nodes(&cpu, 2, task(1000, 1 << 60, 1000)), 0.5f64.to_bits());
        assert_eq!(nodes(&cpu, 7, task(0, 0, 0)), 0f64.to_bits());
        // The largest demand there can be.
        let all = gpu.dominant_share(u32::MAX, &task(u32::MAX, u64::MAX, u32::MAX));
        assert_eq!((all.held, all.per_node), (u128::from(u64::MAX) * u128::from(u32::MAX), 512));
    }

    proptest! {
        #[test]
        fn it_is_the_maximum_of_the_parts(
            (cores, memory, cards) in (1..200u32, prop_oneof![Just(u64::MAX), 1..1000u64], 0..9u8),
            (tasks, asked) in (1..50u32, (0..200_000u32, 0..1000u64, 0..8000u32)),
        ) {
            let node = NodeShape { cores_milli: cores * 1000, memory, cards, accelerator: None };
            let share = node.dominant_share(tasks, &task(asked.0, asked.1, asked.2));
            let mut largest = f64::from(asked.0) / f64::from(cores * 1000);
            if memory != u64::MAX {
                largest = largest.max(asked.1 as f64 / memory as f64);
            }
            if cards > 0 {
                largest = largest.max(f64::from(asked.2) / (f64::from(cards) * 1000.0));
            }
            let expected = f64::from(tasks) * largest;
            prop_assert!((share.as_f64() - expected).abs() <= 1e-12 * expected.max(1.0));
        }
    }
}
