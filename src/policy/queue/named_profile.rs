//! What is expected to be free over time on named nodes: whole nodes as sets of numbers, or nodes that jobs share.

use super::named::{NodeProfile, idle_nodes, nodes_of, whole_nodes};
use super::node_set::NodeSet;
use crate::model::{Allocation, JobSlot, NodePool, NodeShape, Request, TaskShape};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};

/// What a job holds, or is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NamedNodes {
    /// Nodes that nobody else can have a part of.
    Whole(NodeSet),
    /// Parts of nodes.
    Shared(Allocation),
}

impl NamedNodes {
    /// Of a running job, in the form that a profile of whole nodes or of shared ones takes.
    pub(super) fn held(allocation: &Allocation, whole: bool) -> Self {
        if !whole {
            return Self::Shared(allocation.clone());
        }
        let mut nodes = NodeSet::default();
        let all = allocation.parts.iter().flat_map(|part| part.first..part.first + part.count);
        all.filter_map(|node| usize::try_from(node).ok()).for_each(|node| nodes.insert(node));
        Self::Whole(nodes)
    }

    /// The same, in the form that a profile of whole nodes or of shared ones takes.
    pub(super) fn converted(&self, whole: bool, request: &Request, shape: &NodeShape) -> Self {
        match (self, whole) {
            (Self::Whole(_), true) | (Self::Shared(_), false) => self.clone(),
            _ => Self::held(&self.allocation(request, shape), whole),
        }
    }

    pub(super) fn allocation(&self, request: &Request, shape: &NodeShape) -> Allocation {
        match self {
            Self::Whole(nodes) => whole_nodes(nodes, request, shape),
            Self::Shared(allocation) => allocation.clone(),
        }
    }
}

/// The nodes from an instant on.
#[derive(Debug, Clone)]
struct Step {
    at: SimTime,
    nodes: NodePool,
    /// First numbers and counts of nodes of which somebody gets a part at this instant. On no others is less free than at the step before.
    taken: Vec<(u64, u64)>,
}

/// The nodes from each instant on; the last step lasts for ever. Never empty.
#[derive(Debug, Clone)]
pub(super) struct SharedProfile(Vec<Step>);

impl SharedProfile {
    fn advance(&mut self, now: SimTime) {
        let past = self.0.partition_point(|step| step.at <= now).saturating_sub(1);
        self.0.drain(..past);
        if let Some(first) = self.0.first_mut() {
            first.at = first.at.max(now);
        }
    }

    /// A job holds nodes over `[from, to)`.
    fn take(&mut self, from: SimTime, to: SimTime, nodes: &Allocation, task: &TaskShape) {
        if from < to {
            let (first, end) = (self.cut(from), self.cut(to));
            self.0[first].taken.extend(nodes.parts.iter().map(|part| (part.first, part.count)));
            self.0[first..end].iter_mut().for_each(|step| {
                step.nodes.allocate(nodes, task);
            });
        }
    }

    /// It does not hold them over `[from, to)`, the last part of when it was to hold them, or all of it.
    fn give(&mut self, from: SimTime, to: SimTime, nodes: &Allocation, task: &TaskShape) {
        if from < to {
            let (first, end) = (self.cut(from), self.cut(to));
            self.0[first..end].iter_mut().for_each(|step| {
                step.nodes.release(nodes, task);
            });
        }
    }

    /// The step that begins at `at`, which is made where there is none.
    fn cut(&mut self, at: SimTime) -> usize {
        let index = self.0.partition_point(|step| step.at < at);
        if at < SimTime::MAX && self.0.get(index).is_none_or(|step| step.at != at) {
            let nodes = self.0[index.saturating_sub(1)].nodes.clone();
            self.0.insert(index, Step { at, nodes, taken: Vec::new() });
        }
        index
    }

    /// The earliest instant from which the job finds nodes that stay free for `span`, and the packing's choice of them.
    fn earliest(&self, job: JobSlot, span: SimDuration, desk: &dyn Desk) -> Option<(SimTime, Allocation)> {
        let request = desk.request(job);
        let demand = request.task.times(request.tasks);
        self.0.iter().enumerate().find_map(|(index, first)| {
            let end = first.at + span;
            let while_held = self.0[index + 1..].iter().take_while(|step| step.at < end);
            // Sums and single steps turn most instants down before nodes are copied.
            let each = || std::iter::once(first).chain(while_held.clone());
            let may = each().all(|step| step.nodes.free().covers(&demand))
                && each().all(|step| desk.preview(&step.nodes, job).is_some());
            let mut all = may.then(|| first.nodes.clone())?;
            for step in while_held.filter(|step| !step.taken.is_empty()) {
                step.taken.iter().for_each(|(from, count)| all.limit_to(&step.nodes, *from, *count));
                if !all.free().covers(&demand) {
                    return None;
                }
            }
            Some((first.at, desk.preview(&all, job)?))
        })
    }
}

/// What is expected to be free from each instant on.
#[derive(Debug, Clone)]
pub(super) enum NamedProfile {
    Whole(NodeProfile),
    Shared(SharedProfile),
}

impl NamedProfile {
    /// What is free now, for ever; `whole` where no job leaves part of a node to others.
    pub(super) fn new(whole: bool, desk: &dyn Desk) -> Self {
        if whole {
            Self::Whole(NodeProfile::new(desk.now(), idle_nodes(desk)))
        } else {
            Self::Shared(SharedProfile(vec![Step { at: desk.now(), nodes: desk.nodes().clone(), taken: Vec::new() }]))
        }
    }

    /// Forgets what lies before `now`.
    pub(super) fn advance(&mut self, now: SimTime) {
        match self {
            Self::Whole(profile) => profile.advance(now),
            Self::Shared(profile) => profile.advance(now),
        }
    }

    /// A job with tasks of this shape holds nodes over `[from, to)`.
    pub(super) fn take(&mut self, from: SimTime, to: SimTime, nodes: &NamedNodes, task: &TaskShape) {
        match (self, nodes) {
            (Self::Whole(profile), NamedNodes::Whole(nodes)) => profile.take(from, to, nodes),
            (Self::Shared(profile), NamedNodes::Shared(nodes)) => profile.take(from, to, nodes, task),
            // What is held in the other form was converted before.
            _ => {}
        }
    }

    /// It does not hold them over `[from, to)`.
    pub(super) fn give(&mut self, from: SimTime, to: SimTime, nodes: &NamedNodes, task: &TaskShape) {
        match (self, nodes) {
            (Self::Whole(profile), NamedNodes::Whole(nodes)) => profile.give(from, to, nodes),
            (Self::Shared(profile), NamedNodes::Shared(nodes)) => profile.give(from, to, nodes, task),
            _ => {}
        }
    }

    /// The earliest instant from which a job finds nodes that stay free for `span`, and those; `None` where it never does.
    pub(super) fn earliest(&self, job: JobSlot, span: SimDuration, desk: &dyn Desk) -> Option<(SimTime, NamedNodes)> {
        match self {
            Self::Whole(profile) => {
                let count = nodes_of(desk.request(job), &desk.pool().node);
                profile.earliest(count, span).map(|(at, nodes)| (at, NamedNodes::Whole(nodes)))
            }
            Self::Shared(profile) => {
                profile.earliest(job, span, desk).map(|(at, nodes)| (at, NamedNodes::Shared(nodes)))
            }
        }
    }
}
