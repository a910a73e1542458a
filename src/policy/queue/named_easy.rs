//! EASY backfilling with a reservation of named nodes, as Batsim's schedulers make it.
//!
//! The first of the queue, where it does not fit, reserves the nodes that the packing chooses for it at the earliest predicted time at which its
//! tasks fit, as the nodes will be if running jobs end as predicted. Another job may start now on any nodes if it ends by then. If it ends
//! later, it may start on nodes that the packing chooses among what is free both now and, beside what is reserved, then. So jobs share nodes
//! as long as what is reserved stays free. A reservation is made anew when something ended; until then only new jobs are tried.
//!
//! Where nodes come or go, all is looked up again and all jobs are tried.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::future::{FutureNodes, earliest};
use super::order::Order;
use super::waiting::Queued;
use crate::model::{Allocation, JobSlot, NodePool, Totals};
use crate::policy::view::Desk;
use crate::units::SimTime;

/// The first job's nodes from an instant on.
#[derive(Debug, Clone)]
struct Reservation {
    head: JobSlot,
    at: SimTime,
    /// What it holds then.
    nodes: Allocation,
    /// What is free then beside it and jobs that end later.
    then: FutureNodes,
    /// What is free now and then; worked out when it is asked for.
    both: Option<NodePool>,
}

impl Reservation {
    /// Nodes for a job that starts now and ends later.
    fn place(&mut self, job: JobSlot, desk: &dyn Desk) -> Option<Allocation> {
        let both = self.both.get_or_insert_with(|| {
            let mut both = desk.nodes().clone();
            self.nodes.parts.iter().for_each(|part| both.limit_to(self.then.nodes(), part.first, part.count));
            both
        });
        desk.preview(both, job)
    }
}

/// EASY backfilling with a reservation of named nodes. A pass costs a copy of the pool's ranges for each job that starts beside a reservation.
#[derive(Clone)]
pub struct NamedEasy {
    book: Book,
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
            reservation: None,
            fresh: Vec::new(),
            left: Totals::default(),
            ended: false,
            now: SimTime::ZERO,
        }
    }

    /// Starts the head while it fits; the head that does not. `all` is set where ranks changed.
    fn start_heads(&mut self, all: &mut bool, desk: &mut dyn Desk) -> Option<Queued> {
        loop {
            *all |= self.book.refresh(self.now);
            let head = self.book.queue().first()?;
            let waits = self.reservation.as_ref().is_some_and(|kept| kept.head == head.job);
            if (waits && !*all) || !desk.start(head.job) {
                return Some(head);
            }
            self.book.start(head.job, desk);
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
        let mut reservation = self.reservation.take();
        if let Some(kept) = &mut reservation {
            kept.both = None;
        }
        for job in tried.iter().filter(|job| job.job != head.job) {
            if desk.free().covers(&job.demand) {
                self.try_start(job, reservation.as_mut(), desk);
            }
        }
        self.reservation = reservation;
    }

    /// Starts a job behind the head where it leaves the reservation alone.
    fn try_start(&mut self, job: &Queued, reserved: Option<&mut Reservation>, desk: &mut dyn Desk) {
        let Some(reserved) = reserved else {
            if desk.start(job.job) {
                self.book.start(job.job, desk);
            }
            return;
        };
        let in_time = self.now + job.estimate <= reserved.at;
        let started = if in_time {
            desk.start(job.job)
        } else {
            let nodes = reserved.place(job.job, desk);
            nodes.is_some_and(|nodes| {
                let task = desk.request(job.job).task;
                reserved.then.hold(&nodes, &task) && desk.start_on(job.job, nodes)
            })
        };
        if started {
            reserved.both = None;
            self.book.start(job.job, desk);
        }
    }

    /// The nodes of the packing's choice at the earliest predicted time at which the job fits.
    fn reserve(&self, head: &Queued, desk: &dyn Desk) -> Option<Reservation> {
        let (at, _) = earliest(&self.book, head, desk)?;
        let mut then = FutureNodes::at(at, &self.book, head.job, desk);
        let nodes = desk.preview(then.nodes(), head.job)?;
        then.hold(&nodes, &desk.request(head.job).task);
        Some(Reservation { head: head.job, at, nodes, then, both: None })
    }
}

impl QueueDiscipline for NamedEasy {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
        self.fresh.push(job);
    }

    fn started(&mut self, _job: JobSlot, _desk: &dyn Desk) {}

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        let Some(ended) = self.book.end(job, started, desk) else { return };
        self.left.add(&ended.demand);
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
        all |= self.left != *desk.free();
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
