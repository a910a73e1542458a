//! GPU clustering: like beside like.
//!
//! Idea: nodes are kept for tasks that need cards alike: a share of one, one whole, two, four, and so on. A node where only tasks like this one hold
//! cards has 75 points, one where such tasks and others do 50, one where nobody holds a card 25, one where only others do 0; to that come
//! up to 25 points the fewer cards are free, `25 (A - a) / A` rounded down, with `a` the accelerators free and `A` those of the largest node of the
//! cluster. Tasks without accelerators score 0 everywhere. The highest wins, of equal ones the lowest node number. A share of a card is
//! taken from the fullest card with enough.
//!
//! Source: the "Gandiva" baseline of Weng et al., "Beware of Fragmentation", USENIX ATC 2023, after Xiao et al., "Gandiva", OSDI 2018.
//!
//! Cost: the distinct states that nodes are in, and for those where cards are in use the nodes.

use super::merge::merged;
use super::parts::Parts;
use super::{Offer, Packing, Scale};
use crate::model::{Allocation, CARDS_MAX, CardOrder, Need, NodeGroup, NodePool, TaskShape};
use std::collections::BTreeMap;

/// How many tasks of each kind hold cards on a node: those with a share of one, with one, with two, ...
type Holders = [u32; CARDS_MAX + 1];

/// The kind of a task that needs cards.
fn kind(need: &Need) -> Option<usize> {
    if need.share > 0 { Some(0) } else { (need.whole > 0).then_some(usize::from(need.whole)) }
}

/// Like beside like; see the page above.
#[derive(Debug, Clone)]
pub(super) struct GpuClustering {
    scale: Scale,
    /// Nodes where cards are in use.
    holders: BTreeMap<u64, Holders>,
}

impl GpuClustering {
    pub(super) const fn new(scale: Scale) -> Self {
        Self { scale, holders: BTreeMap::new() }
    }

    /// The points of a node's company, without those of its free cards.
    fn company(&self, node: u64, kind: usize) -> i64 {
        let Some(holders) = self.holders.get(&node) else { return 25 };
        let others = holders.iter().enumerate().any(|(other, tasks)| other != kind && *tasks > 0);
        match (holders[kind] > 0, others) {
            (true, false) => 75,
            (true, true) => 50,
            (false, true) => 0,
            (false, false) => 25,
        }
    }

    /// The points of cards in use.
    fn fullness(&self, group: &NodeGroup<'_>) -> i64 {
        let most = i64::from(self.scale.accelerators_milli).max(1);
        25 * (most - i64::from(group.state.accelerators_milli())) / most
    }

    /// Nodes that hold a task of a kind, each with its points.
    fn scored<'a>(&self, nodes: &'a NodePool, need: Need, kind: usize) -> Vec<(i64, u64, NodeGroup<'a>)> {
        let cards = u32::from(nodes.shape().cards);
        let mut found = Vec::new();
        for group in nodes.groups(need) {
            let fullness = self.fullness(&group);
            if group.state.whole_cards() == cards {
                found.extend(nodes.ranges_in(&group).next().map(|(first, _)| (25 + fullness, first, group)));
                continue;
            }
            for (first, count) in nodes.ranges_in(&group) {
                let points = |node| (fullness + self.company(node, kind), node, group);
                found.extend((first..first + count).map(points));
            }
        }
        found
    }

    fn change(&mut self, nodes: &NodePool, allocation: &Allocation, task: &TaskShape, change: impl Fn(&mut u32, u32)) {
        let Some(kind) = nodes.need(task).as_ref().and_then(kind) else { return };
        for part in &allocation.parts {
            for node in part.first..part.first + part.count {
                let holders = self.holders.entry(node).or_default();
                change(&mut holders[kind], part.tasks_per_node);
                if holders.iter().all(|tasks| *tasks == 0) {
                    self.holders.remove(&node);
                }
            }
        }
    }

    /// Fills node after node in the order of points.
    fn gang(&self, nodes: &NodePool, need: Need, kind: usize, tasks: u32) -> Option<Allocation> {
        let cards = u32::from(nodes.shape().cards);
        let mut ranked = self.scored(nodes, need, kind);
        ranked.sort_by_key(|(points, node, _)| (std::cmp::Reverse(*points), *node));
        let mut parts = Parts::new(need, CardOrder::Fullest);
        let mut left = tasks;
        for alike in ranked.chunk_by(|a, b| a.0 == b.0) {
            // One entry stands for all nodes none of whose cards is in use and that are in one state.
            let ranges = alike.iter().map(|(_, node, group)| {
                let whole = (group.state.whole_cards() == cards).then(|| nodes.ranges_in(group));
                let one = if whole.is_none() { Some((*node, 1)) } else { None };
                whole.into_iter().flatten().chain(one)
            });
            for (which, first, count) in merged(ranges) {
                if left == 0 {
                    return Some(parts.finish());
                }
                let state = alike[which].2.state;
                left = parts.fill(first, count, need.fit(state), state, left);
            }
        }
        (left == 0).then(|| parts.finish())
    }
}

impl Packing for GpuClustering {
    fn preview(&self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        // Who will hold cards then is not known: nobody, or others.
        Self::new(self.scale).choose(nodes, tasks, task)
    }

    fn choose(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        let need = nodes.need(task)?;
        let Some(kind) = kind(&need) else { return super::FirstFit.preview(nodes, tasks, task) };
        if tasks != 1 {
            return self.gang(nodes, need, kind, tasks);
        }
        let ranked = self.scored(nodes, need, kind).into_iter();
        let (_, node, group) = ranked.max_by_key(|(points, node, _)| (*points, std::cmp::Reverse(*node)))?;
        let mut parts = Parts::new(need, CardOrder::Fullest);
        parts.add(node, 1, 1, group.state);
        Some(parts.finish())
    }

    fn offer(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Offer> {
        let chosen = self.choose(nodes, tasks, task)?;
        let need = nodes.need(task)?;
        let node = chosen.parts.first()?.first;
        let Some(kind) = kind(&need) else { return Some(Offer { score: 0, node, nodes: 1 }) };
        let ranked = self.scored(nodes, need, kind).into_iter();
        let best = ranked.max_by_key(|(points, node, _)| (*points, std::cmp::Reverse(*node)))?;
        Some(Offer { score: best.0, node: best.1, nodes: 1 })
    }

    fn taken(&mut self, nodes: &NodePool, allocation: &Allocation, task: &TaskShape) {
        self.change(nodes, allocation, task, |held, tasks| *held += tasks);
    }

    fn given(&mut self, nodes: &NodePool, allocation: &Allocation, task: &TaskShape) {
        self.change(nodes, allocation, task, |held, tasks| *held = held.saturating_sub(tasks));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cores, part, pool, used};
    use super::*;

    #[test]
    fn like_beside_like() {
        let mut nodes = pool(5, 8, 4);
        let mut packing = GpuClustering::new(Scale { cores_milli: 8000, accelerators_milli: 4000 });
        let cards = |milli| TaskShape { accelerators_milli: milli, ..cores(0) };
        let mut put = |packing: &mut GpuClustering, node, milli: u32, used: &[u16]| {
            let allocation = Allocation { parts: vec![part(node, 1, 1, used)].into() };
            assert!(nodes.allocate(&allocation, &cards(milli)));
            packing.taken(&nodes, &allocation, &cards(milli));
            allocation
        };
        // Node 0: a pair. Node 1: a share and a single. Node 2: a share. Nodes 3, 4: nobody.
        let pair = put(&mut packing, 0, 2000, &[1000, 1000]);
        put(&mut packing, 1, 500, &[500]);
        put(&mut packing, 1, 1000, &[0, 1000]);
        put(&mut packing, 2, 500, &[500]);
        let choose = |packing: &mut GpuClustering, nodes: &NodePool, milli| {
            let offer = packing.offer(nodes, 1, &cards(milli)).expect("fits");
            let chosen = packing.choose(nodes, 1, &cards(milli)).expect("fits");
            assert_eq!(used(&chosen), [(offer.node, 1, 1)]);
            (offer.score, offer.node)
        };
        // A share: node 2 (alone with its like) 75 + 25 (4000 - 3500)/4000 = 78; node 1 (mixed) 50 + 9; nodes 3, 4 25; node 0 0 + 12.
        assert_eq!(choose(&mut packing, &nodes, 500), (78, 2));
        // A pair: node 0.
        assert_eq!(choose(&mut packing, &nodes, 2000), (75 + 12, 0));
        // A single: node 1, mixed.
        assert_eq!(choose(&mut packing, &nodes, 1000), (50 + 9, 1));
        // Four cards: idle node 3.
        assert_eq!(choose(&mut packing, &nodes, 4000), (25, 3));
        // The pair goes: node 0 is nobody's again, and the lowest of those.
        assert!(nodes.release(&pair, &cards(2000)));
        packing.given(&nodes, &pair, &cards(2000));
        assert_eq!(choose(&mut packing, &nodes, 2000), (25, 0));
        // Twelve singles: node 1 (mixed) takes two, nodes 0, 3, 4 (nobody's) ten.
        let gang = packing.choose(&nodes, 12, &cards(1000)).expect("fits");
        assert_eq!(used(&gang), [(0, 1, 4), (1, 1, 2), (3, 1, 4), (4, 1, 2)]);
        assert_eq!(packing.choose(&nodes, 18, &cards(1000)), None);
    }
}
