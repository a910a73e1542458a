//! EASY backfilling with a reservation of named nodes, as Batsim's schedulers make it.
//!
//! Jobs take whole nodes. A job starts on the lowest node numbers of those that are free over its whole estimated time. The
//! first of the queue, where it does not fit, reserves the lowest numbers of the nodes that are free at the earliest predicted
//! time at which there are enough; another job may start now on nodes that are not reserved, or on any if it ends by then. If
//! nothing ended since the last pass only new jobs are tried.
//!
//! Where nodes come or go, what is idle is looked up again and all jobs are tried.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::named::{idle_nodes, nodes_of, whole_nodes};
use super::node_set::NodeSet;
use super::order::Order;
use super::waiting::Queued;
use crate::model::{JobSlot, Totals};
use crate::policy::view::Desk;
use crate::units::SimTime;

/// The first job's nodes from an instant on.
#[derive(Debug, Clone)]
struct Reservation {
    head: JobSlot,
    at: SimTime,
    nodes: NodeSet,
}

/// EASY backfilling with a reservation of named nodes. A pass costs nodes times jobs tried.
pub struct NamedEasy {
    book: Book,
    idle: NodeSet,
    /// By slot: predicted end and nodes of each running job.
    held: Vec<Option<(SimTime, NodeSet)>>,
    reservation: Option<Reservation>,
    fresh: Vec<JobSlot>,
    /// What should be free: what the last pass left, and what ended since.
    left: Totals,
    ended: bool,
    now: SimTime,
}

impl NamedEasy {
    /// An empty queue.
    #[must_use]
    pub fn new(order: Box<dyn Order>, overtaking: Option<Box<dyn Order>>, estimate: Estimate) -> Self {
        Self {
            book: Book::new(order, overtaking, estimate),
            idle: NodeSet::default(),
            held: Vec::new(),
            reservation: None,
            fresh: Vec::new(),
            left: Totals::default(),
            ended: false,
            now: SimTime::ZERO,
        }
    }

    fn try_start(&mut self, job: &Queued, reserved: Option<&Reservation>, desk: &mut dyn Desk) -> bool {
        let request = desk.request(job.job);
        let shape = desk.pool().node;
        let count = nodes_of(request, &shape);
        let mut nodes = self.idle.clone();
        if let Some(held) = reserved.filter(|held| self.now + job.estimate > held.at) {
            nodes.subtract(&held.nodes);
        }
        let nodes = nodes.lowest(count);
        if nodes.len() < count || !desk.start_on(job.job, whole_nodes(&nodes, request, &shape)) {
            return false;
        }
        let end = self.book.start(job.job, desk);
        self.idle.subtract(&nodes);
        if self.held.len() <= job.job.index() {
            self.held.resize(job.job.index() + 1, None);
        }
        self.held[job.job.index()] = Some((end, nodes));
        true
    }

    /// Starts the head while it fits; the head that does not. `all` is set where ranks changed.
    fn start_heads(&mut self, all: &mut bool, desk: &mut dyn Desk) -> Option<Queued> {
        loop {
            *all |= self.book.refresh(self.now);
            let head = self.book.queue().first()?;
            let waits = self.reservation.as_ref().is_some_and(|kept| kept.head == head.job);
            if (waits && !*all) || !self.try_start(&head, None, desk) {
                return Some(head);
            }
        }
    }

    /// Tries the jobs behind the head: all, or the new ones only.
    fn overtake(&mut self, head: &Queued, all: bool, fresh: &[JobSlot], desk: &mut dyn Desk) {
        if all || self.reservation.as_ref().is_none_or(|kept| kept.head != head.job) {
            self.reservation = self.reserve(head, desk);
        }
        let mut tried: Vec<Queued> = if all {
            self.book.overtakers().to_vec()
        } else {
            fresh.iter().filter_map(|job| self.book.overtaker(*job)).collect()
        };
        tried.sort_unstable_by_key(|job| job.place);
        let reservation = self.reservation.take();
        for job in tried.iter().filter(|job| job.job != head.job) {
            self.try_start(job, reservation.as_ref(), desk);
        }
        self.reservation = reservation;
    }

    /// The lowest of the nodes that are idle at the earliest predicted time at which there are enough.
    fn reserve(&self, head: &Queued, desk: &dyn Desk) -> Option<Reservation> {
        let count = nodes_of(desk.request(head.job), &desk.pool().node);
        let (mut at, mut nodes) = (self.now, self.idle.clone());
        let mut ends = self.book.ends().peekable();
        while nodes.len() < count {
            let (end, ..) = *ends.peek()?;
            at = at.max(end);
            // All that ends by then is idle then.
            while let Some((_, job, _)) = ends.next_if(|(end, ..)| *end <= at) {
                if let Some(Some((_, held))) = self.held.get(job.index()) {
                    nodes.add(held);
                }
            }
        }
        Some(Reservation { head: head.job, at, nodes: nodes.lowest(count) })
    }
}

impl QueueDiscipline for NamedEasy {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
        self.fresh.push(job);
    }

    fn started(&mut self, _job: JobSlot, _desk: &dyn Desk) {}

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        let held = self.held.get_mut(job.index()).and_then(Option::take);
        let (Some(ended), Some((_, nodes))) = (self.book.end(job, started, desk), held) else { return };
        self.left.add(&ended.demand);
        self.idle.add(&nodes);
        self.ended = true;
    }

    fn withdraw(&mut self, job: JobSlot) {
        self.book.withdraw(job);
        self.ended = true;
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        self.now = desk.now();
        let fresh = std::mem::take(&mut self.fresh);
        let mut all = std::mem::take(&mut self.ended);
        if self.left != *desk.free() {
            self.idle = idle_nodes(desk);
            all = true;
        }
        match self.start_heads(&mut all, desk) {
            Some(head) => self.overtake(&head, all, &fresh, desk),
            None => self.reservation = None,
        }
        self.left = *desk.free();
    }

    fn len(&self) -> usize {
        self.book.queue().len()
    }

    fn next(&self) -> Option<JobSlot> {
        self.book.queue().first().map(|first| first.job)
    }
}
