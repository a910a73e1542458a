//! Worst-fit: the nodes with the most free, task by task.
//!
//! Idea: spread the load, so that what is left on each node is as large as can be. Each task of a job in turn goes to the node
//! that has most of the headline resource free (accelerators where the pool has them, else cores) of those that hold one more
//! task, counting what earlier tasks of the job took; ties by cores free, then memory free, the most first, then the lowest node
//! number. A gang is thus spread over the emptiest nodes, and comes back to a node when the others are as full. A share of a card
//! is taken from the emptiest card.
//!
//! Source: Johnson, "Near-optimal bin packing algorithms", MIT 1973; "least allocated" of Kubernetes.
//!
//! Cost: the distinct states that nodes are in (from the emptiest on, as far as tasks go), times the rounds that a job goes over them;
//! never the nodes.

use super::Packing;
use super::merge::merged;
use super::parts::Parts;
use crate::model::{Allocation, CardOrder, Need, NodeGroup, NodePool, TaskShape};
use std::collections::BTreeMap;

/// The emptiest nodes that fit, task by task.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorstFit;

/// What is free: accelerators, cores, memory. Where a pool has no accelerators the first is 0 everywhere.
type Free = (u32, u32, u64);

/// Nodes in one state, and how many tasks each of them has got so far.
#[derive(Debug, Clone, Copy)]
struct Share<'a> {
    group: NodeGroup<'a>,
    fit: u32,
    placed: u32,
    /// This many of them, those with the lowest numbers, have got one more.
    more: u64,
}

impl<'a> Share<'a> {
    fn new(group: NodeGroup<'a>, need: &Need) -> Self {
        Self { group, fit: need.fit(group.state), placed: 0, more: 0 }
    }

    /// What a node is left with.
    fn free(&self, need: &Need) -> Free {
        let state = self.group.state;
        // No overflow: these tasks fit.
        (
            state.accelerators_milli() - need.accelerators_milli() * self.placed,
            state.cores_milli - need.cores_milli * self.placed,
            state.memory - need.memory * u64::from(self.placed),
        )
    }
}

/// How many tasks a node with `free` takes in a row before it has less than `next`, by the first resource that the task takes of.
fn rounds(free: Free, next: Option<Free>, need: &Need) -> u32 {
    let Some(next) = next else { return u32::MAX };
    let (have, other, each) = match need.accelerators_milli() {
        0 if free.0 > next.0 => return u32::MAX,
        0 => (free.1, next.1, need.cores_milli),
        each => (free.0, next.0, each),
    };
    have.saturating_sub(other).checked_div(each).unwrap_or(1).max(1)
}

/// Lets tasks go to groups of nodes; all groups that got some, or `None` where tasks are left over.
fn spread<'a>(nodes: &'a NodePool, tasks: u32, need: &Need) -> Option<Vec<Share<'a>>> {
    let mut fresh = nodes.groups(*need).rev().map(|group| Share::new(group, need)).peekable();
    let mut waiting: BTreeMap<Free, Vec<Share<'_>>> = BTreeMap::new();
    let mut done = Vec::new();
    let mut left = u64::from(tasks);
    while left > 0 {
        // The groups with the most free: those that got tasks before, and those that are as empty from the start.
        let top = waiting.last_key_value().map(|(free, _)| *free).max(fresh.peek().map(|share| share.free(need)))?;
        let mut alike = waiting.remove(&top).unwrap_or_default();
        while let Some(share) = fresh.next_if(|share| share.free(need) == top) {
            alike.push(share);
        }
        let count: u64 = alike.iter().map(|share| share.group.nodes).sum();
        if left < count {
            last_round(nodes, &mut alike, left);
            done.append(&mut alike);
            break;
        }
        let next = waiting.last_key_value().map(|(free, _)| *free).max(fresh.peek().map(|share| share.free(need)));
        let room = alike.iter().map(|share| share.fit - share.placed).min().unwrap_or(1);
        let rounds = if alike.len() == 1 { rounds(top, next, need) } else { 1 };
        let rounds = u64::from(rounds.min(room)).min(left / count);
        left -= rounds * count;
        for mut share in alike {
            // Lossless: no more than fit.
            share.placed += rounds as u32;
            if share.placed < share.fit {
                waiting.entry(share.free(need)).or_default().push(share);
            } else {
                done.push(share);
            }
        }
    }
    done.extend(waiting.into_values().flatten());
    Some(done)
}

/// One more task for each of the `left` nodes with the lowest numbers.
fn last_round(nodes: &NodePool, alike: &mut [Share<'_>], mut left: u64) {
    let groups: Vec<NodeGroup<'_>> = alike.iter().map(|share| share.group).collect();
    for (which, _, count) in merged(groups.iter().map(|group| nodes.ranges_in(group))) {
        let more = count.min(left);
        alike[which].more += more;
        left -= more;
        if left == 0 {
            return;
        }
    }
}

/// Tasks that take nothing leave the emptiest node the emptiest: all go there.
fn together(nodes: &NodePool, tasks: u32, need: &Need) -> Option<Allocation> {
    let top = Share::new(nodes.groups(*need).next_back()?, need).free(need);
    let groups = nodes.groups(*need).rev().take_while(|group| Share::new(*group, need).free(need) == top);
    let (_, first, _) = merged(groups.collect::<Vec<_>>().iter().map(|group| nodes.ranges_in(group))).next()?;
    let mut parts = Parts::new(*need, CardOrder::Emptiest);
    parts.add(first, 1, tasks, &nodes.range_of(first)?.state);
    Some(parts.finish())
}

impl Packing for WorstFit {
    fn preview(&self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        let need = nodes.need(task)?;
        if need.is_nothing() {
            return together(nodes, tasks, &need);
        }
        let mut parts = Parts::new(need, CardOrder::Emptiest);
        for Share { group, placed, mut more, .. } in spread(nodes, tasks, &need)? {
            for (first, count) in nodes.ranges_in(&group) {
                let here = more.min(count);
                more -= here;
                parts.add(first, here, placed + 1, group.state);
                parts.add(first + here, count - here, placed, group.state);
                if more == 0 && placed == 0 {
                    break;
                }
            }
        }
        Some(parts.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cores, part, pool, take, used};
    use super::*;

    #[test]
    fn one_task_at_a_time_to_the_emptiest() {
        // Four nodes of 8 cores with 3, 8, 5, 8 free. One-core tasks go to nodes 1, 3 (8 free), 1, 3 (7), 1, 3 (6), then 1, 2, 3 (5).
        let mut nodes = pool(4, 8, 0);
        take(&mut nodes, 0, 5);
        take(&mut nodes, 2, 3);
        let choose = |tasks, task| WorstFit.choose(&nodes, tasks, &task).map(|all| used(&all));
        assert_eq!(choose(1, cores(1)), Some(vec![(1, 1, 1)]));
        assert_eq!(choose(3, cores(1)), Some(vec![(1, 1, 2), (3, 1, 1)]));
        assert_eq!(choose(6, cores(1)), Some(vec![(1, 1, 3), (3, 1, 3)]));
        // The seventh and eighth go to nodes 1 and 2, which have 5 free as node 3 has.
        assert_eq!(choose(8, cores(1)), Some(vec![(1, 1, 4), (2, 1, 1), (3, 1, 3)]));
        // Tasks of 3 cores: nodes 1, 3 (8 free), 1, 2, 3 (5), 0 (3); then 2 are free on 1, 2 and 3: no seventh.
        assert_eq!(choose(4, cores(3)), Some(vec![(1, 1, 2), (2, 2, 1)]));
        assert_eq!(choose(6, cores(3)), Some(vec![(0, 1, 1), (1, 1, 2), (2, 1, 1), (3, 1, 2)]));
        assert_eq!(choose(7, cores(3)), None);
        // 3 + 8 + 5 + 8 = 24.
        assert_eq!(choose(24, cores(1)), Some(vec![(0, 1, 3), (1, 1, 8), (2, 1, 5), (3, 1, 8)]));
        assert_eq!(choose(25, cores(1)), None);
    }

    #[test]
    fn accelerators_before_cores_and_the_emptiest_card() {
        // Two nodes of 2 cards: (0.5, 0.8) and (1.0, 0.2) free, 1.3 and 1.2 in all.
        let mut nodes = pool(2, 8, 2);
        let share = |milli| TaskShape { accelerators_milli: milli, ..cores(0) };
        assert!(nodes.allocate(&Allocation { parts: vec![part(0, 1, 1, &[500])].into() }, &share(500)));
        assert!(nodes.allocate(&Allocation { parts: vec![part(0, 1, 1, &[0, 200])].into() }, &share(200)));
        assert!(nodes.allocate(&Allocation { parts: vec![part(1, 1, 1, &[0, 800])].into() }, &share(800)));
        // Three of 0.3: node 0 (1.3 free; card 1, left with 0.5), node 1 (1.2; card 0, left with 0.7), node 0 (1.0; both cards have 0.5: card 0).
        let chosen = WorstFit.choose(&nodes, 3, &share(300)).unwrap();
        assert_eq!(used(&chosen), [(0, 1, 2), (1, 1, 1)]);
        assert_eq!(chosen.parts[0].cards[..2], [300, 300]);
        assert_eq!(chosen.parts[1].cards[..2], [300, 0]);
        // A whole card is free on node 1 only.
        assert_eq!(used(&WorstFit.choose(&nodes, 1, &share(1000)).unwrap()), [(1, 1, 1)]);
    }

    #[test]
    fn a_gang_spreads_over_idle_nodes() {
        // A million tasks over half a million idle nodes of 64 cores: two each, in one part.
        let nodes = pool(500_000, 64, 0);
        assert_eq!(used(&WorstFit.choose(&nodes, 1_000_000, &cores(1)).unwrap()), [(0, 500_000, 2)]);
        assert_eq!(used(&WorstFit.choose(&nodes, 500_001, &cores(1)).unwrap()), [(0, 1, 2), (1, 499_999, 1)]);
    }
}
