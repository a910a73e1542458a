//! Puts an allocation together.

use crate::model::{Allocation, AllocationPart, CARDS_MAX, CardOrder, Need, NodeState, PartList};

/// The parts of an allocation in the making, in any order.
#[derive(Debug)]
pub(super) struct Parts {
    need: Need,
    order: CardOrder,
    parts: PartList,
}

impl Parts {
    /// No parts yet; shares of cards are taken in this order.
    pub(super) const fn new(need: Need, order: CardOrder) -> Self {
        Self { need, order, parts: PartList::new() }
    }

    /// Puts `tasks_per_node` tasks on each of `count` nodes from `first` on, which are in this state.
    pub(super) fn add(&mut self, first: u64, count: u64, tasks_per_node: u32, state: &NodeState) {
        if count > 0 && tasks_per_node > 0 {
            let cards = self.need.cards(state, tasks_per_node, self.order);
            self.parts.push(AllocationPart { first, count, tasks_per_node, cards });
        }
    }

    /// Puts as many of `left` tasks as fit on the nodes from `first` on, `fit` on each and the rest on the last; what is left then.
    pub(super) fn fill(&mut self, first: u64, count: u64, fit: u32, state: &NodeState, left: u32) -> u32 {
        let (need, order) = (self.need, self.order);
        self.fill_with(first, count, fit, left, |tasks| need.cards(state, tasks, order))
    }

    /// As [`Parts::fill`], with the cards that `cards` says a number of tasks on one node takes.
    pub(super) fn fill_with(
        &mut self,
        first: u64,
        count: u64,
        fit: u32,
        left: u32,
        mut cards: impl FnMut(u32) -> [u16; CARDS_MAX],
    ) -> u32 {
        if fit == 0 || count == 0 {
            return left;
        }
        let full = u64::from(left / fit).min(count);
        if full > 0 {
            self.parts.push(AllocationPart { first, count: full, tasks_per_node: fit, cards: cards(fit) });
        }
        // Lossless: no more than was left.
        let left = left - (full * u64::from(fit)) as u32;
        if full == count || left == 0 {
            return left;
        }
        self.parts.push(AllocationPart { first: first + full, count: 1, tasks_per_node: left, cards: cards(left) });
        0
    }

    /// The allocation: by node number, neighbors used alike in one part.
    pub(super) fn finish(mut self) -> Allocation {
        self.parts.join();
        Allocation { parts: self.parts }
    }
}
