//! What keeps the nodes of the first of the queue free for it, where jobs share nodes.

use super::book::Book;
use super::future::FutureNodes;
use super::waiting::Queued;
use crate::model::{Allocation, JobSlot, NodePool, Totals};
use crate::policy::view::Desk;
use crate::units::SimTime;

/// The nodes at the instant of the first job's reservation, less what jobs hold beyond it.
#[derive(Debug, Clone)]
pub(super) struct HeadRoom {
    head: JobSlot,
    tasks: u64,
    then: FutureNodes,
    /// The nodes as they are now without those that the first would get then; worked out when it is asked for.
    beside: Option<NodePool>,
}

impl HeadRoom {
    /// The earliest instant at which the first fits; `None` where it never does.
    pub(super) fn reserve(book: &Book, head: &Queued, desk: &dyn Desk) -> Option<(SimTime, Self)> {
        let (at, then) = FutureNodes::earliest(book, head, desk)?;
        let tasks = u64::from(desk.request(head.job).tasks);
        Some((at, Self { head: head.job, tasks, then, beside: None }))
    }

    /// What will be free beside the first, in sums: no more than this can be held beyond the reservation.
    pub(super) fn spare(&self, head: &Queued) -> Totals {
        let mut spare = *self.then.nodes().free();
        spare.subtract(&head.demand);
        spare
    }

    /// Nodes for a job that starts now and ends after the reservation, so that the first fits all the same: those of the packing's choice, else
    /// of its choice beside the first's own nodes. `None` where neither will do; `found` says whether there were any nodes at all.
    pub(super) fn place(&mut self, job: JobSlot, found: &mut bool, desk: &mut dyn Desk) -> Option<Allocation> {
        let chosen = desk.choose(job);
        *found = chosen.is_some();
        let chosen = chosen?;
        if self.try_hold(job, &chosen, desk) {
            return Some(chosen);
        }
        let beside = self.beside(desk)?;
        let chosen = desk.preview(beside, job)?;
        self.try_hold(job, &chosen, desk).then_some(chosen)
    }

    /// Holds nodes beyond the reservation, unless the first would no longer fit.
    fn try_hold(&mut self, job: JobSlot, nodes: &Allocation, desk: &dyn Desk) -> bool {
        let task = &desk.request(job).task;
        if !self.then.hold(nodes, task) {
            return false;
        }
        let fits = self.then.room() >= self.tasks;
        if !fits {
            self.then.release(nodes, task);
        }
        fits
    }

    fn beside(&mut self, desk: &dyn Desk) -> Option<&NodePool> {
        if self.beside.is_none() {
            let own = desk.preview(self.then.nodes(), self.head)?;
            let mut nodes = desk.nodes().clone();
            own.parts.iter().for_each(|part| nodes.hide(part.first, part.count));
            self.beside = Some(nodes);
        }
        self.beside.as_ref()
    }

    /// A job started, or nodes came or went: what is free now is another.
    pub(super) fn changed(&mut self) {
        self.beside = None;
    }
}
