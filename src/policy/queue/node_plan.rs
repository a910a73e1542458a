//! Whether a plan of starts holds where jobs share nodes.
//!
//! The plan says when each job starts, not where. It holds if a look ahead gives each job nodes: running jobs end as predicted, planned jobs start
//! by instant and then in the order of the queue, on nodes that the packing chooses when they start, and end after their estimates.

use super::book::Book;
use super::reservations::{Planned, Reservations, Turn};
use super::waiting::Queued;
use crate::model::{Allocation, JobSlot, NodePool, TaskShape};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How many starts lie between two states that are kept of a look ahead.
const KEPT_EVERY: usize = 8;

/// What a planned job holds until its end. Ordered by the end, then by the order of starts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    end: SimTime,
    sequence: usize,
    nodes: Allocation,
    task: TaskShape,
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.end, self.sequence).cmp(&(other.end, other.sequence))
    }
}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The nodes at an instant of a look ahead, and who holds them until when.
#[derive(Debug, Clone)]
struct Ahead {
    nodes: NodePool,
    /// How many of the running jobs have ended.
    ended: usize,
    planned: BinaryHeap<Reverse<Held>>,
    starts: usize,
}

impl Ahead {
    /// Goes on to an instant, at which all has ended that ends by then.
    fn advance(&mut self, to: SimTime, running: &[(SimTime, JobSlot)], desk: &dyn Desk) {
        while let Some((_, job)) = running.get(self.ended).filter(|(end, _)| *end <= to) {
            self.ended += 1;
            if let Some(nodes) = desk.allocation(*job) {
                self.nodes.release(nodes, &desk.request(*job).task);
            }
        }
        while self.planned.peek().is_some_and(|Reverse(held)| held.end <= to) {
            if let Some(Reverse(held)) = self.planned.pop() {
                self.nodes.release(&held.nodes, &held.task);
            }
        }
    }

    /// A job holds nodes until the end of its plan; whether they are free.
    fn hold(&mut self, start: &Planned, nodes: Allocation, desk: &dyn Desk) -> bool {
        let task = desk.request(start.job.job).task;
        let free = self.nodes.allocate(&nodes, &task);
        if free {
            self.starts += 1;
            self.planned.push(Reverse(Held { end: start.end(), sequence: self.starts, nodes, task }));
        }
        free
    }

    /// Goes on to a start; whether there are nodes for it then.
    fn start(&mut self, start: &Planned, running: &[(SimTime, JobSlot)], desk: &dyn Desk) -> bool {
        self.advance(start.at, running, desk);
        if !self.nodes.free().covers(&start.job.demand) {
            return false;
        }
        let Some(nodes) = desk.preview(&self.nodes, start.job.job) else { return false };
        self.hold(start, nodes, desk)
    }
}

/// Looks ahead in one pass. States on the way are kept, so that the next look need not begin at the present.
#[derive(Debug, Clone, Default)]
pub(super) struct NodePlan {
    /// Running jobs by expected end.
    running: Vec<(SimTime, JobSlot)>,
    /// States, each with the last start that it has seen.
    kept: Vec<(Option<Turn>, Ahead)>,
}

impl NodePlan {
    /// Forgets all: another pass begins, or a job started.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }

    /// The plan changes from this turn on.
    pub(super) fn changed(&mut self, turn: Turn) {
        let valid = self.kept.partition_point(|(last, _)| last.is_none_or(|last| last < turn));
        self.kept.truncate(valid);
    }

    /// Begins with the pool as it is. A job that outlives its prediction is expected to end at the next instant.
    fn begin(&mut self, book: &Book, desk: &dyn Desk) {
        if !self.kept.is_empty() {
            return;
        }
        let next = desk.now() + SimDuration(1);
        self.running.clear();
        self.running.extend(book.ends().map(|(end, job, _)| (end.max(next), job)));
        self.running.sort_unstable();
        let present = Ahead { nodes: desk.nodes().clone(), ended: 0, planned: BinaryHeap::new(), starts: 0 };
        self.kept.push((None, present));
    }

    /// The state after the last start before a turn that is kept, and that start.
    fn nearest(&mut self, turn: Turn, book: &Book, desk: &dyn Desk) -> Option<(Option<Turn>, Ahead)> {
        self.begin(book, desk);
        let known = self.kept.partition_point(|(last, _)| last.is_none_or(|last| last < turn));
        self.kept.get(known.checked_sub(1)?).cloned()
    }

    /// Goes on to the state in which a start finds the nodes; false where the plan does not hold until then.
    fn walk(
        &mut self,
        (last, ahead): &mut (Option<Turn>, Ahead),
        turn: Turn,
        plan: &Reservations,
        desk: &dyn Desk,
    ) -> bool {
        for start in plan.behind(*last).take_while(|start| start.turn() < turn) {
            if !ahead.start(start, &self.running, desk) {
                return false;
            }
            *last = Some(start.turn());
            let newest = self.kept.last().is_some_and(|(kept, _)| *kept < *last);
            if newest && ahead.starts.is_multiple_of(KEPT_EVERY) {
                self.kept.push((*last, ahead.clone()));
            }
        }
        ahead.advance(turn.0, &self.running, desk);
        true
    }

    /// Whether the plan holds.
    pub(super) fn holds(&mut self, plan: &Reservations, book: &Book, desk: &dyn Desk) -> bool {
        self.clear();
        let Some(last) = plan.iter().last().copied() else { return true };
        let Some(mut walked) = self.nearest(last.turn(), book, desk) else { return false };
        self.walk(&mut walked, last.turn(), plan, desk) && walked.1.start(&last, &self.running, desk)
    }

    /// The least of these instants, in their order, at which a job can start so that the plan holds, whether it starts at a later time so
    /// far or is not in the plan. `allowed` says which of them is worth a look: the first that is not before the one that it is given.
    pub(super) fn least(
        &mut self,
        job: &Queued,
        instants: &[SimTime],
        allowed: impl Fn(SimTime) -> Option<SimTime>,
        (plan, book, desk): (&Reservations, &Book, &dyn Desk),
    ) -> Option<SimTime> {
        let mut next = 0;
        let mut walked: Option<(Option<Turn>, Ahead)> = None;
        while let Some(at) = instants.get(next).copied() {
            let worth = allowed(at)?;
            if worth > at {
                next += instants[next..].partition_point(|at| *at < worth);
                continue;
            }
            let start = Planned { at, job: *job };
            let here = match walked.take() {
                Some(walked) if self.kept.last().is_none_or(|(kept, _)| *kept <= walked.0) => walked,
                _ => self.nearest(start.turn(), book, desk)?,
            };
            let here = walked.insert(here);
            if !self.walk(here, start.turn(), plan, desk) {
                return None;
            }
            if self.holds_from(&here.1, &start, plan, desk) {
                return Some(at);
            }
            next += instants[next..].partition_point(|other| *other <= at);
        }
        None
    }

    /// Whether the plan holds if a job starts in this state.
    fn holds_from(&self, here: &Ahead, start: &Planned, plan: &Reservations, desk: &dyn Desk) -> bool {
        if !here.nodes.free().covers(&start.job.demand) {
            return false;
        }
        let Some(nodes) = desk.preview(&here.nodes, start.job.job) else { return false };
        let mut ahead = here.clone();
        let mut others = plan.behind(Some(start.turn())).filter(|other| other.job.job != start.job.job);
        ahead.hold(start, nodes, desk) && others.all(|start| ahead.start(start, &self.running, desk))
    }

    /// Whether the plan holds if a job starts now on these nodes.
    pub(super) fn holds_on(
        &mut self,
        start: &Planned,
        nodes: &Allocation,
        plan: &Reservations,
        book: &Book,
        desk: &dyn Desk,
    ) -> bool {
        self.clear();
        self.begin(book, desk);
        let Some((_, mut ahead)) = self.kept.pop() else { return false };
        let mut others = plan.iter().filter(|other| other.job.job != start.job.job);
        ahead.hold(start, nodes.clone(), desk) && others.all(|start| ahead.start(start, &self.running, desk))
    }
}
