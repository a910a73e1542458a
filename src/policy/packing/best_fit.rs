//! Best-fit: the nodes that the job leaves fullest.
//!
//! Idea: leftovers too small for anyone should be small. For each node let `k` be the tasks of the job that fit there, at most all of
//! them; the node whose headline resource (accelerators where the pool has them, else cores) has least left after `k` tasks comes
//! first; ties by cores left, then memory left, then node number. The job fills nodes in that order, which is worked out once for the
//! whole job: the last node may get fewer tasks than its `k`. A share of a card is taken from the fullest card with enough.
//!
//! Source: Johnson, "Near-optimal bin packing algorithms", MIT 1973; for several resources by the one that the pool is there for.
//!
//! Cost: the distinct states that nodes are in, not the nodes. They are kept in the order of what is free, so that a job of one
//! task looks at the fullest fitting state only; a job of several tasks stops where no state further on can be left fuller. Of a pool
//! whose nodes lie in few ranges all of these are looked at: that costs less than an order that changes with every job.

use super::Packing;
use super::merge::merged;
use super::parts::Parts;
use crate::model::{Allocation, CardOrder, Need, NodeGroup, NodePool, NodeState, TaskShape};

/// The fullest nodes that fit.
#[derive(Debug, Clone, Copy, Default)]
pub struct BestFit;

/// Accelerators, cores, memory left. Where a pool has no accelerators the first is 0 everywhere.
type Left = (u32, u32, u64);

/// How many tasks of a job fit a node in this state, which holds one, and what it would leave there.
fn leaves(state: &NodeState, tasks: u32, need: &Need) -> (u32, Left) {
    let fit = if tasks == 1 { 1 } else { need.fit(state) };
    let placed = fit.min(tasks);
    // No overflow: these tasks fit.
    let cards = need.accelerators_milli() * placed;
    let memory = need.memory * u64::from(placed);
    let left =
        (state.accelerators_milli() - cards, state.cores_milli - need.cores_milli * placed, state.memory - memory);
    (fit, left)
}

/// Nodes in one state, and what the job would leave there.
#[derive(Debug, Clone, Copy)]
struct Candidate<'a> {
    left: Left,
    fit: u32,
    group: NodeGroup<'a>,
}

impl<'a> Candidate<'a> {
    fn new(group: NodeGroup<'a>, tasks: u32, need: &Need) -> Self {
        let (fit, left) = leaves(group.state, tasks, need);
        Self { left, fit, group }
    }
}

/// Nodes of a range, the first and how many, and what the job would leave there.
#[derive(Debug, Clone, Copy)]
struct Spot<'a> {
    left: Left,
    first: u64,
    count: u64,
    fit: u32,
    state: &'a NodeState,
}

/// The choice out of few ranges, which come in the order of numbers.
fn of_few<'a>(
    ranges: impl Iterator<Item = (u64, u64, &'a NodeState)> + Clone,
    tasks: u32,
    need: Need,
    on_one: bool,
) -> Option<Allocation> {
    let spots = ranges.map(|(first, count, state)| {
        let (fit, left) = leaves(state, tasks, &need);
        Spot { left, first, count, fit, state }
    });
    let mut parts = Parts::new(need, CardOrder::Fullest);
    if on_one
        && let Some(best) = spots.clone().min_by_key(|spot| (spot.left, spot.first)).filter(|best| best.fit >= tasks)
    {
        parts.add(best.first, 1, tasks, best.state);
        return Some(parts.finish());
    }
    let mut spots: Vec<Spot<'_>> = spots.collect();
    spots.sort_unstable_by_key(|spot| (spot.left, spot.first));
    let mut left = tasks;
    for Spot { first, count, fit, state, .. } in spots {
        if left == 0 {
            break;
        }
        left = parts.fill(first, count, fit, state, left);
    }
    (left == 0).then(|| parts.finish())
}

/// The headline resource: accelerators, or cores where there are none.
const fn headline(accelerated: bool, accelerators: u32, cores: u32) -> u32 {
    if accelerated { accelerators } else { cores }
}

/// The candidates in the order of what is free, up to where none further on can be left fuller than one that takes the whole job.
fn candidates(nodes: &NodePool, tasks: u32, need: Need) -> impl Iterator<Item = Candidate<'_>> {
    let accelerated = nodes.shape().cards > 0;
    let demand = u64::from(headline(accelerated, need.accelerators_milli(), need.cores_milli)) * u64::from(tasks);
    // The least left on a node that takes the whole job.
    let mut least: Option<u64> = None;
    nodes.groups(need).map_while(move |group| {
        let free = headline(accelerated, group.state.accelerators_milli(), group.state.cores_milli);
        if least.is_some_and(|least| u64::from(free) > least + demand) {
            return None;
        }
        let candidate = Candidate::new(group, tasks, &need);
        if candidate.fit >= tasks {
            let left = u64::from(headline(accelerated, candidate.left.0, candidate.left.1));
            least = Some(least.map_or(left, |least| least.min(left)));
        }
        Some(candidate)
    })
}

/// The whole job on the first node that is to be filled, where that takes all of it: then no list of nodes is needed.
fn on_one_node(nodes: &NodePool, tasks: u32, need: Need) -> Option<Allocation> {
    let mut best: Option<(Candidate<'_>, u64)> = None;
    for candidate in candidates(nodes, tasks, need) {
        if best.is_some_and(|(best, _)| best.left < candidate.left) {
            continue;
        }
        let Some((first, _)) = nodes.ranges_in(&candidate.group).next() else { continue };
        if best.is_none_or(|(best, other)| (candidate.left, first) < (best.left, other)) {
            best = Some((candidate, first));
        }
    }
    let (candidate, first) = best.filter(|(candidate, _)| candidate.fit >= tasks)?;
    let mut parts = Parts::new(need, CardOrder::Fullest);
    parts.add(first, 1, tasks, candidate.group.state);
    Some(parts.finish())
}

/// The choice out of a pool whose nodes lie in many ranges: by the states that they are in.
pub(super) fn of_states(nodes: &NodePool, tasks: u32, need: Need, on_one: bool) -> Option<Allocation> {
    if on_one && let Some(found) = on_one_node(nodes, tasks, need) {
        return Some(found);
    }
    let mut all: Vec<Candidate<'_>> = candidates(nodes, tasks, need).collect();
    all.sort_by_key(|candidate| candidate.left);
    let mut parts = Parts::new(need, CardOrder::Fullest);
    let mut left = tasks;
    for alike in all.chunk_by(|a, b| a.left == b.left) {
        let ranges = alike.iter().map(|candidate| nodes.ranges_in(&candidate.group));
        for (which, first, count) in merged(ranges) {
            if left == 0 {
                return Some(parts.finish());
            }
            let Candidate { fit, group, .. } = alike[which];
            left = parts.fill(first, count, fit, group.state, left);
        }
    }
    (left == 0).then(|| parts.finish())
}

impl Packing for BestFit {
    fn preview(&self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        let need = nodes.need(task)?;
        let on_one = tasks == 1 || task.per_node(nodes.shape()) >= tasks;
        match nodes.few_fitting(need) {
            Some(few) => of_few(few, tasks, need, on_one),
            None => of_states(nodes, tasks, need, on_one),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cores, part, pool, take, used};
    use super::*;

    #[test]
    fn the_least_left() {
        // Five nodes of 8 cores with 8, 3, 5, 3, 6 free. One task of 3 cores leaves 5, 0, 2, 0, 3: node 1 (lower than 3).
        let mut nodes = pool(5, 8, 0);
        for (node, amount) in [(1, 5), (2, 3), (3, 5), (4, 2)] {
            take(&mut nodes, node, amount);
        }
        let choose = |tasks, task| BestFit.choose(&nodes, tasks, &task).map(|all| used(&all));
        assert_eq!(choose(1, cores(3)), Some(vec![(1, 1, 1)]));
        assert_eq!(choose(1, cores(4)), Some(vec![(2, 1, 1)]));
        // Two tasks of 3: k = 2, 1, 1, 1, 2 leaves 8-6 = 2, 3-3 = 0, 5-3 = 2, 0, 6-6 = 0: of the three zeros nodes 1 and 3 come first.
        assert_eq!(choose(2, cores(3)), Some(vec![(1, 1, 1), (3, 1, 1)]));
        // Four tasks of 3: nodes 1 and 3 take one each, node 4 the other two.
        assert_eq!(choose(4, cores(3)), Some(vec![(1, 1, 1), (3, 1, 1), (4, 1, 2)]));
        // Seven: k = 2, 1, 1, 1, 2 as before, for no node holds more; after the zeros (1 + 1 + 2 = 4 tasks) nodes 0 and 2, both left
        // with 2, by number: 2 tasks and 1. Eight do not fit.
        assert_eq!(choose(7, cores(3)), Some(vec![(0, 1, 2), (1, 3, 1), (4, 1, 2)]));
        assert_eq!(choose(8, cores(3)), None);
    }

    #[test]
    fn accelerators_before_cores_and_the_fullest_card() {
        // Three nodes of 2 cards and 8 cores. Node 0: 1.5 cards free in (0.5, 1.0), 1 core free. Node 1: 1.4 free in (1.0, 0.4).
        let mut nodes = pool(3, 8, 2);
        let share = |milli| TaskShape { accelerators_milli: milli, ..cores(0) };
        take(&mut nodes, 0, 7);
        assert!(nodes.allocate(&Allocation { parts: vec![part(0, 1, 1, &[500])].into() }, &share(500)));
        assert!(nodes.allocate(&Allocation { parts: vec![part(1, 1, 1, &[0, 600])].into() }, &share(600)));
        // 0.4 of a card: node 1 is left with 1.0, node 0 with 1.1, node 2 with 1.6. On node 1 card 1 is the fullest with enough.
        let chosen = BestFit.choose(&nodes, 1, &share(400)).unwrap();
        assert_eq!((used(&chosen), &chosen.parts[0].cards[..2]), (vec![(1, 1, 1)], &[0, 400][..]));
        // 0.5 of a card: only card 0 of node 1 has enough there; it is left with 0.9, node 0 with 1.0.
        let chosen = BestFit.choose(&nodes, 1, &share(500)).unwrap();
        assert_eq!((used(&chosen), &chosen.parts[0].cards[..2]), (vec![(1, 1, 1)], &[500, 0][..]));
        // One core and no card: cards left are 1.4, 1.5, 2.0.
        assert_eq!(used(&BestFit.choose(&nodes, 1, &cores(1)).unwrap()), [(1, 1, 1)]);
    }
}
