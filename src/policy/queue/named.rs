//! Whole nodes by number: what a job takes of them, which are idle, and which are expected to be idle when.

use super::node_set::NodeSet;
use super::steps::Steps;
use crate::model::{Allocation, AllocationPart, CARDS_MAX, NodeShape, NodeState, Request, TaskShape};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};

/// Whole nodes that a job needs.
pub(super) fn nodes_of(request: &Request, shape: &NodeShape) -> usize {
    let per_node = request.task.per_node(shape);
    if per_node == 0 { usize::MAX } else { request.tasks.div_ceil(per_node) as usize }
}

/// What `tasks` tasks take of the cards of one node, lowest cards first.
fn cards_of(task: &TaskShape, tasks: u32) -> [u16; CARDS_MAX] {
    let mut cards = [0; CARDS_MAX];
    let each = task.accelerators_milli;
    if each >= 1000 {
        cards.iter_mut().take((each.div_ceil(1000) * tasks) as usize).for_each(|card| *card = 1000);
    } else if let Some(fits) = 1000_u32.checked_div(each) {
        let mut left = tasks;
        for card in &mut cards {
            let here = left.min(fits);
            *card = u16::try_from(here * each).unwrap_or(1000);
            left -= here;
        }
    }
    cards
}

/// The allocation of a job on whole nodes, in ascending order; the last one may be partly used.
pub(super) fn whole_nodes(nodes: &NodeSet, request: &Request, shape: &NodeShape) -> Allocation {
    let per_node = request.task.per_node(shape);
    let mut left = request.tasks;
    let mut parts: Vec<AllocationPart> = Vec::new();
    for node in nodes.iter() {
        let tasks = left.min(per_node);
        left -= tasks;
        let first = node as u64;
        match parts.last_mut() {
            Some(part) if part.first + part.count == first && part.tasks_per_node == tasks => part.count += 1,
            _ => parts.push(AllocationPart {
                first,
                count: 1,
                tasks_per_node: tasks,
                cards: cards_of(&request.task, tasks),
            }),
        }
    }
    Allocation { parts: parts.into() }
}

/// The nodes that nobody uses and nobody withholds.
pub(super) fn idle_nodes(desk: &dyn Desk) -> NodeSet {
    let pool = desk.nodes();
    let idle = NodeState::idle(pool.shape());
    let mut nodes = NodeSet::empty(index(pool.numbers()));
    for range in pool.ranges().filter(|range| range.state == idle) {
        (range.first..range.first + range.count).for_each(|node| nodes.insert(index(node)));
    }
    nodes
}

fn index(node: u64) -> usize {
    usize::try_from(node).unwrap_or(usize::MAX)
}

/// Nodes that are expected to be idle from each instant on.
#[derive(Debug, Clone)]
pub(super) struct NodeProfile(Steps<NodeSet>);

impl NodeProfile {
    /// `idle` from the start on.
    pub(super) fn new(now: SimTime, idle: NodeSet) -> Self {
        Self(Steps::new(now, idle))
    }

    /// Forgets what lies before `now`.
    pub(super) fn advance(&mut self, now: SimTime) {
        self.0.advance(now);
    }

    /// Takes nodes over `[from, to)`.
    pub(super) fn take(&mut self, from: SimTime, to: SimTime, nodes: &NodeSet) {
        self.0.change(from, to, |idle| idle.subtract(nodes));
    }

    /// Gives nodes back over `[from, to)`.
    pub(super) fn give(&mut self, from: SimTime, to: SimTime, nodes: &NodeSet) {
        self.0.change(from, to, |idle| idle.add(nodes));
    }

    /// The earliest instant from which so many nodes are idle for `span`, and the lowest of those; `None` where they never are.
    pub(super) fn earliest(&self, count: usize, span: SimDuration) -> Option<(SimTime, NodeSet)> {
        self.0.all().iter().enumerate().find_map(|(index, (at, idle))| {
            let mut all = (idle.len() >= count).then(|| idle.clone())?;
            for (_, idle) in self.0.all()[index + 1..].iter().take_while(|step| step.0 < *at + span) {
                all.intersect(idle);
                if all.len() < count {
                    return None;
                }
            }
            Some((*at, all.lowest(count)))
        })
    }
}
