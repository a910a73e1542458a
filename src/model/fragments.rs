//! The fragmentation of one pool as jobs come and go.

use super::{Allocation, Fragmentation, NodePool, NodeShape, NodeState, TaskShape};

/// Follows what is free on the nodes of a pool, and how much of it is fragmented.
#[derive(Debug, Clone)]
pub struct Fragments {
    nodes: NodePool,
    measure: Fragmentation,
    amount: u128,
}

impl Fragments {
    /// A pool of so many idle nodes.
    #[must_use]
    pub fn new(shape: NodeShape, nodes: u64, measure: Fragmentation) -> Self {
        let amount = measure.amount(&NodeState::idle(&shape)) * u128::from(nodes);
        Self { nodes: NodePool::new(shape, nodes), measure, amount }
    }

    /// The fragmented amount now: thousandths of accelerators times [`Fragmentation::weight`].
    #[must_use]
    pub const fn amount(&self) -> u128 {
        self.amount
    }

    /// Thousandths of accelerators that are free on open nodes.
    #[must_use]
    pub const fn free_milli(&self) -> u64 {
        self.nodes.free().accelerators_milli
    }

    /// The measure.
    #[must_use]
    pub const fn measure(&self) -> &Fragmentation {
        &self.measure
    }

    /// A job takes nodes.
    pub fn take(&mut self, allocation: &Allocation, task: &TaskShape) {
        let before = self.of(allocation);
        if self.nodes.allocate(allocation, task) {
            self.amount = self.amount - before + self.of(allocation);
        }
    }

    /// A job gives nodes back.
    pub fn give(&mut self, allocation: &Allocation, task: &TaskShape) {
        let before = self.of(allocation);
        if self.nodes.release(allocation, task) {
            // Nodes that fall idle and were owed are withheld by this, and count no more.
            self.amount = self.amount - before + self.of(allocation);
        }
    }

    /// Other nodes are open to jobs from now on: only idle ones come or go.
    pub fn set_open(&mut self, open: u64) {
        let before = self.nodes.open();
        self.nodes.set_open(open);
        let (idle, now) = (self.measure.amount(&NodeState::idle(self.nodes.shape())), self.nodes.open());
        self.amount += idle * u128::from(now.saturating_sub(before));
        self.amount -= idle * u128::from(before.saturating_sub(now));
    }

    /// The fragmented amount on the open nodes of an allocation.
    fn of(&self, allocation: &Allocation) -> u128 {
        let mut sum = 0;
        for part in &allocation.parts {
            let end = part.first.saturating_add(part.count);
            let mut at = part.first;
            while at < end {
                let Some(range) = self.nodes.range_of(at) else {
                    // Withheld, or not there.
                    at += 1;
                    continue;
                };
                let upto = (range.first + range.count).min(end);
                sum += self.measure.amount(&range.state) * u128::from(upto - at);
                at = upto;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AllocationPart, CARDS_MAX, ConstraintId, TypicalTask};
    use proptest::prelude::*;

    fn share(milli: u32) -> TaskShape {
        TaskShape { cores_milli: 500, memory: 0, accelerators_milli: milli, accelerator: None }
    }

    fn allocation(first: u64, count: u64, card: usize, milli: u16) -> Allocation {
        let mut cards = [0; CARDS_MAX];
        cards[card] = milli;
        Allocation { parts: vec![AllocationPart { first, count, tasks_per_node: 1, cards }].into() }
    }

    proptest! {
        #[test]
        fn the_same_as_adding_up_all_nodes(
            nodes in 1..12u64,
            steps in prop::collection::vec((0..4u8, 0..12u64, 1..4u64, 0..2usize, 1..11u16), 1..60),
        ) {
            let shape = NodeShape { cores_milli: 2000, memory: u64::MAX, cards: 2, accelerator: None };
            let kind = |milli, weight| TypicalTask { task: share(milli), constraint: ConstraintId(0), weight };
            let measure = Fragmentation::new(&[kind(300, 2), kind(1000, 1), kind(2000, 1)], |_| true).expect("weights");
            let mut fragments = Fragments::new(shape, nodes, measure.clone());
            let mut held = Vec::new();
            for (what, first, count, card, tenths) in steps {
                match what {
                    0 | 1 => {
                        let (task, wanted) = (share(u32::from(tenths) * 100), allocation(first, count, card, tenths * 100));
                        let taken = fragments.nodes.clone().allocate(&wanted, &task);
                        fragments.take(&wanted, &task);
                        if taken {
                            held.push((wanted, task));
                        }
                    }
                    2 if !held.is_empty() => {
                        let (wanted, task) = held.swap_remove(first as usize % held.len());
                        fragments.give(&wanted, &task);
                    }
                    _ => fragments.set_open(first),
                }
                let sum: u128 =
                    fragments.nodes.ranges().map(|range| measure.amount(&range.state) * u128::from(range.count)).sum();
                prop_assert_eq!(fragments.amount(), sum);
            }
        }
    }
}
