//! What the nodes of a pool will be like once some of its jobs have ended.

use super::states::IDLE;
use super::{Need, NodePool, NodeState, held};
use crate::model::{Allocation, TaskShape, Totals};
use std::collections::BTreeMap;

/// The nodes of a pool once some jobs have given theirs back, without a copy of the pool: only nodes that differ from what they are now and
/// that other jobs are on are kept.
#[derive(Debug, Clone, Default)]
pub struct NodesAhead {
    /// First nodes, counts and states.
    changed: BTreeMap<u64, (u64, NodeState)>,
    /// Nodes that are still to be withheld as they fall idle.
    owed: u64,
    /// Sums of what is free.
    free: Totals,
}

/// So many nodes go from one state to another.
#[derive(Debug, Clone, Copy)]
pub struct NodeChange<'a> {
    before: &'a NodeState,
    /// `None` where they are withheld.
    after: Option<&'a NodeState>,
    nodes: u64,
}

impl NodeChange<'_> {
    /// How many tasks fit after it where `fits` did before.
    #[must_use]
    pub fn apply(&self, need: &Need, fits: u64) -> u64 {
        let count = |state: &NodeState| u64::from(need.fit(state)).saturating_mul(self.nodes);
        fits.saturating_add(self.after.map_or(0, count)).saturating_sub(count(self.before))
    }
}

impl NodesAhead {
    /// The nodes as they are.
    #[must_use]
    pub fn new(nodes: &NodePool) -> Self {
        let mut ahead = Self::default();
        ahead.reset(nodes);
        ahead
    }

    /// Begins anew with the nodes as they are.
    pub fn reset(&mut self, nodes: &NodePool) {
        self.changed.clear();
        (self.owed, self.free) = (nodes.owed, nodes.free);
    }

    /// Sums of what is free.
    #[must_use]
    pub const fn free(&self) -> &Totals {
        &self.free
    }

    /// A job gives its nodes back: `each` gets what changes. A node that is withheld as it falls idle goes to no state.
    pub fn release(
        &mut self,
        nodes: &NodePool,
        allocation: &Allocation,
        task: &TaskShape,
        mut each: impl FnMut(NodeChange<'_>),
    ) {
        let idle = &nodes.states.get(IDLE).state;
        self.free.add(&held(allocation, task));
        for part in &*allocation.parts {
            let mut at = part.first;
            while at < part.first + part.count {
                let states = self.state(nodes, at).and_then(|(end, before)| {
                    let after = before.more(part, task, idle)?;
                    Some((end.min(part.first + part.count), before, after))
                });
                // A node that was withheld under a job that takes nothing of it.
                let Some((end, before, after)) = states else {
                    at += 1;
                    continue;
                };
                // Nobody else is on a node that falls idle, so that its state is not asked for again; but it may be owed.
                let keep = self.owed > 0 || after != *idle;
                let withheld = if after == *idle { self.owed.min(end - at) } else { 0 };
                if withheld > 0 {
                    self.owed -= withheld;
                    self.free.subtract(&nodes.shape.capacity(withheld));
                    each(NodeChange { before: &before, after: None, nodes: withheld });
                }
                if withheld < end - at {
                    each(NodeChange { before: &before, after: Some(&after), nodes: end - at - withheld });
                }
                if keep {
                    self.set(at, end, after);
                }
                at = end;
            }
        }
    }

    /// The state of a node, and the end of the nodes beside it that are in the same one for the same reason.
    fn state(&self, nodes: &NodePool, at: u64) -> Option<(u64, NodeState)> {
        if let Some((first, (count, state))) = self.changed.range(..=at).next_back()
            && at < first + count
        {
            return Some((first + count, *state));
        }
        let next = self.changed.range(at..).next().map_or(u64::MAX, |(first, _)| *first);
        let range = nodes.range_of(at)?;
        Some((next.min(range.first + range.count), range.state))
    }

    /// Nodes that are all in one changed range, or in none, get another state.
    fn set(&mut self, from: u64, to: u64, state: NodeState) {
        if let Some((first, (count, old))) = self.changed.range(..=from).next_back().map(|(at, range)| (*at, *range))
            && from < first + count
        {
            self.changed.remove(&first);
            if first < from {
                self.changed.insert(first, (from - first, old));
            }
            if to < first + count {
                self.changed.insert(to, (first + count - to, old));
            }
        }
        self.changed.insert(from, (to - from, state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AllocationPart, CardOrder, NodeShape};
    use proptest::prelude::*;

    fn task((cores, memory, cards): (u32, u64, u32)) -> TaskShape {
        TaskShape {
            cores_milli: cores * 500,
            memory,
            accelerators_milli: [0, 300, 1000, 2000][cards as usize],
            accelerator: None,
        }
    }

    /// As many tasks as fit on each of some neighboring nodes that are in one state, at most two.
    fn choose(pool: &NodePool, task: &TaskShape, from: u64) -> Option<Allocation> {
        // A job that takes nothing holds no node back from being withheld.
        let need = pool.need(task).filter(|need| !need.is_nothing())?;
        let range = pool.fitting(need).find(|range| range.first + range.count > from)?;
        let first = range.first.max(from);
        let tasks = need.fit(&range.state).min(2);
        let count = (range.first + range.count - first).min(3);
        let cards = need.cards(&range.state, tasks, CardOrder::Lowest);
        Some(Allocation { parts: vec![AllocationPart { first, count, tasks_per_node: tasks, cards }].into() })
    }

    proptest! {
        #[test]
        fn the_same_as_a_copy_of_the_pool(
            jobs in prop::collection::vec(((0..9u32, 0..5u64, 0..4u32), 0..12u64), 1..30),
            (open, unbounded) in (prop_oneof![Just(12), 0..12u64], any::<bool>()),
            order in any::<prop::sample::Index>(),
        ) {
            let memory = if unbounded { u64::MAX } else { 8 };
            let mut pool = NodePool::new(NodeShape { cores_milli: 4000, memory, cards: 4, accelerator: None }, 12);
            let mut held = Vec::new();
            for (wanted, from) in jobs {
                let task = task(wanted);
                if let Some(nodes) = choose(&pool, &task, from) {
                    prop_assert!(pool.allocate(&nodes, &task));
                    held.push((nodes, task));
                }
            }
            pool.set_open(open);
            let needs: Vec<Need> = held.iter().filter_map(|(_, task)| pool.need(task)).chain([pool.whole_node()]).collect();
            let (mut copy, mut ahead) = (pool.clone(), NodesAhead::new(&pool));
            let mut fits: Vec<u64> = needs.iter().map(|need| pool.tasks_that_fit(need)).collect();
            let turn = if held.is_empty() { 0 } else { order.index(held.len()) };
            held.rotate_left(turn);
            for (nodes, task) in held {
                prop_assert!(copy.release(&nodes, &task));
                let count = |change: NodeChange<'_>| {
                    fits.iter_mut().zip(&needs).for_each(|(fits, need)| *fits = change.apply(need, *fits));
                };
                ahead.release(&pool, &nodes, &task, count);
                for (need, fits) in needs.iter().zip(&fits) {
                    prop_assert_eq!(*fits, copy.tasks_that_fit(need));
                }
                prop_assert_eq!(ahead.free(), copy.free());
            }
        }
    }
}
