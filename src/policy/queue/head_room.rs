//! What keeps the nodes of the first of the queue free for it, where jobs share nodes.

use super::book::Book;
use super::future::{FutureNodes, earliest};
use super::waiting::Queued;
use crate::model::{Allocation, JobSlot, NodePool, Totals};
use crate::policy::view::Desk;
use crate::units::SimTime;

/// The nodes at the instant of the first job's reservation, less what jobs hold beyond it.
#[derive(Debug, Clone)]
pub(super) struct HeadRoom {
    head: JobSlot,
    tasks: u64,
    at: SimTime,
    /// Worked out when a job would hold nodes beyond it. Until then only jobs that end by it have started, and only jobs that were expected to
    /// end by it have ended.
    then: Option<FutureNodes>,
    /// The nodes as they are now without those that the first would get then; worked out when it is asked for.
    beside: Option<NodePool>,
}

impl HeadRoom {
    /// The earliest instant at which the first fits, and sums of what is free beside it then, the most that can be held beyond; `None` where it
    /// never does.
    pub(super) fn reserve(book: &Book, head: &Queued, desk: &dyn Desk) -> Option<(SimTime, Totals, Self)> {
        let (at, mut spare) = earliest(book, head, desk)?;
        spare.subtract(&head.demand);
        let tasks = u64::from(desk.request(head.job).tasks);
        // What starts now and takes no time has not ended now.
        let then = (at == desk.now()).then(|| FutureNodes::at(at, book, head.job, desk));
        Some((at, spare, Self { head: head.job, tasks, at, then, beside: None }))
    }

    /// Nodes for a job that starts now and ends after the reservation, so that the first fits all the same: those of the packing's choice, else
    /// of its choice beside the first's own nodes. `None` where neither will do; `found` says whether there were any nodes at all.
    pub(super) fn place(
        &mut self,
        job: JobSlot,
        found: &mut bool,
        book: &Book,
        desk: &mut dyn Desk,
    ) -> Option<Allocation> {
        let chosen = desk.choose(job);
        *found = chosen.is_some();
        let chosen = chosen?;
        if self.try_hold(job, &chosen, book, desk) {
            return Some(chosen);
        }
        let beside = self.beside(book, desk)?;
        let chosen = desk.preview(beside, job)?;
        self.try_hold(job, &chosen, book, desk).then_some(chosen)
    }

    fn then(&mut self, book: &Book, desk: &dyn Desk) -> &mut FutureNodes {
        self.then.get_or_insert_with(|| FutureNodes::at(self.at, book, self.head, desk))
    }

    /// Holds nodes beyond the reservation, unless the first would no longer fit.
    fn try_hold(&mut self, job: JobSlot, nodes: &Allocation, book: &Book, desk: &dyn Desk) -> bool {
        let (tasks, task) = (self.tasks, &desk.request(job).task);
        let then = self.then(book, desk);
        if !then.hold(nodes, task) {
            return false;
        }
        let fits = then.room() >= tasks;
        if !fits {
            then.release(nodes, task);
        }
        fits
    }

    fn beside(&mut self, book: &Book, desk: &dyn Desk) -> Option<&NodePool> {
        if self.beside.is_none() {
            let head = self.head;
            let own = desk.preview(self.then(book, desk).nodes(), head)?;
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
