//! The nodes of a pool as they will be if running jobs end as predicted.

use super::book::Book;
use super::waiting::Queued;
use crate::model::{Allocation, JobSlot, Need, NodePool, NodesAhead, TaskShape, Totals};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};

/// Nodes at an instant to come, and how many tasks of one shape they hold.
#[derive(Debug, Clone)]
pub(super) struct FutureNodes {
    nodes: NodePool,
    /// `None` where no node can hold such a task.
    need: Option<Need>,
    room: u64,
}

impl FutureNodes {
    pub(super) const fn nodes(&self) -> &NodePool {
        &self.nodes
    }

    /// How many tasks fit.
    pub(super) const fn room(&self) -> u64 {
        self.room
    }

    /// How many tasks fit, by a walk over the ranges that hold one.
    fn count(&self) -> u64 {
        let Some(need) = self.need else { return 0 };
        let fit =
            |need: &Need, range: crate::model::NodeRange| u64::from(need.fit(&range.state)).saturating_mul(range.count);
        self.nodes.fitting(need).map(|range| fit(&need, range)).fold(0, u64::saturating_add)
    }

    /// How many tasks fit on the nodes of an allocation.
    fn count_on(&self, allocation: &Allocation) -> u64 {
        let Some(need) = self.need else { return 0 };
        let mut room: u64 = 0;
        for part in &allocation.parts {
            let end = part.first + part.count;
            let mut at = part.first;
            while at < end {
                // What is withheld lies in ranges of its own; it holds nothing.
                let Some(range) = self.nodes.range_of(at) else {
                    at += 1;
                    continue;
                };
                let upto = (range.first + range.count).min(end);
                room = room.saturating_add(u64::from(need.fit(&range.state)).saturating_mul(upto - at));
                at = upto;
            }
        }
        room
    }

    /// A job gives its nodes back.
    pub(super) fn release(&mut self, allocation: &Allocation, task: &TaskShape) {
        // Idle nodes may be withheld at once where some are owed, and those are any.
        let owes = self.nodes.owes();
        let before = if owes { 0 } else { self.count_on(allocation) };
        self.nodes.release(allocation, task);
        self.room = if owes { self.count() } else { self.room - before + self.count_on(allocation) };
    }

    /// A job holds these nodes; false and nothing done where they are not free.
    pub(super) fn hold(&mut self, allocation: &Allocation, task: &TaskShape) -> bool {
        let before = self.count_on(allocation);
        let held = self.nodes.allocate(allocation, task);
        if held {
            self.room = self.room - before + self.count_on(allocation);
        }
        held
    }

    /// The nodes as they will be for a queued job once all jobs have ended that are expected to by then; as they are for now.
    pub(super) fn at(at: SimTime, book: &Book, job: JobSlot, desk: &dyn Desk) -> Self {
        let mut nodes = desk.nodes().clone();
        for (_, slot) in expected_ends(book, desk.now()).take_while(|(end, _)| *end <= at) {
            if let Some(allocation) = desk.allocation(slot) {
                nodes.release(allocation, &desk.request(slot).task);
            }
        }
        let need = nodes.need(&desk.request(job).task);
        let mut future = Self { nodes, need, room: 0 };
        future.room = future.count();
        future
    }
}

/// Running jobs in the order in which they are expected to end. A job that outlives its prediction holds its nodes now, and is expected to
/// end at the next instant.
fn expected_ends(book: &Book, now: SimTime) -> impl Iterator<Item = (SimTime, JobSlot)> {
    book.ends().map(move |(end, slot, _)| (end.max(now + SimDuration(1)), slot))
}

/// The earliest of now and the expected ends of running jobs at which the job's tasks fit, and sums of what is free then; `None` where they
/// never do.
pub(super) fn earliest(book: &Book, job: &Queued, desk: &dyn Desk) -> Option<(SimTime, Totals)> {
    let (request, nodes) = (desk.request(job.job), desk.nodes());
    let (tasks, need) = (u64::from(request.tasks), nodes.need(&request.task)?);
    let (mut at, mut fits) = (desk.now(), nodes.tasks_that_fit(&need));
    let mut ahead = NodesAhead::new(nodes);
    let mut ends = expected_ends(book, at).peekable();
    while fits < tasks {
        at = ends.peek()?.0;
        while let Some((_, slot)) = ends.next_if(|(end, _)| *end == at) {
            if let Some(allocation) = desk.allocation(slot) {
                let task = &desk.request(slot).task;
                ahead.release(nodes, allocation, task, |change| fits = change.apply(&need, fits));
            }
        }
    }
    Some((at, *ahead.free()))
}
