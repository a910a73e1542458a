//! EASY backfilling (Lifka, "The ANL/IBM SP scheduling system", JSSPP 1995; Mu'alem and Feitelson, IEEE TPDS 2001): the first of
//! the queue gets a reservation at the earliest predicted time, and any other job may start now that does not delay it.
//!
//! A pass starts the head while it fits; then reserves for the head where the predicted ends of running jobs free enough; then
//! walks the rest once, in the order of overtaking, and starts each job that fits now and either ends by the reservation or
//! needs no more than the reservation leaves spare.
//!
//! The reservation counts totals of cores, memory and accelerators. That is exact where tasks are one-core tasks of one big
//! node. On many nodes a pool can have enough in sum and still no node for a task; then the head waits for the next predicted
//! end, and nothing is started that would outlast that end: the pool drains until the head fits, so it cannot starve.
//!
//! Cost: a reservation walks running jobs in the order of their predicted ends, and is kept while nothing ends early; after
//! mere submissions only the new jobs are tried; the queue's chunks are skipped whose least demand does not fit, and jobs of as
//! many tasks as one of the same shape that found no nodes in this pass.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::order::Order;
use super::waiting::Queued;
use crate::model::caches::bring;
use crate::model::{JobSlot, TaskShape, TenantId, Totals};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// The head's reservation.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reservation {
    head: JobSlot,
    at: SimTime,
    spare: Totals,
}

impl Reservation {
    /// Whether a job of this demand and estimate that starts now leaves it alone.
    fn allows(&self, now: SimTime, demand: &Totals, estimate: SimDuration) -> bool {
        now + estimate <= self.at || self.spare.covers(demand)
    }
}

/// EASY backfilling with a counted reservation.
pub struct Easy {
    book: Book,
    /// Whether a job counts as ended when its predicted end comes, handled or not.
    ends_by_prediction: bool,
    /// What jobs hold whose predicted end has not come (by prediction only).
    held: Totals,
    reservation: Option<Reservation>,
    /// Jobs queued since the last pass.
    fresh: Vec<JobSlot>,
    /// What should be free: what the last pass left, and what ended since.
    left: Totals,
    /// Whether nothing but submissions happened since the last pass.
    quiet: bool,
    /// The fewest tasks of a shape that found no nodes in this pass. No more of that shape will find any.
    refused: BTreeMap<TaskShape, u32>,
    /// The fresh jobs of a pass, in the order of the walk; empty between passes.
    tried: Vec<Queued>,
    /// The instant of the last pass.
    now: SimTime,
}

impl Easy {
    /// An empty queue. `overtaking` is the order of the walk, the queue's own where `None`. With `ends_by_prediction`, a job
    /// whose predicted end is not later than now counts as gone; the pool must not change its size then.
    #[must_use]
    pub fn new(
        order: Box<dyn Order>,
        overtaking: Option<Box<dyn Order>>,
        estimate: Estimate,
        ends_by_prediction: bool,
    ) -> Self {
        Self {
            book: Book::new(order, overtaking, estimate),
            ends_by_prediction,
            held: Totals::default(),
            reservation: None,
            fresh: Vec::new(),
            left: Totals::default(),
            quiet: false,
            refused: BTreeMap::new(),
            tried: Vec::new(),
            now: SimTime::ZERO,
        }
    }

    fn free(&self, desk: &dyn Desk) -> Totals {
        if !self.ends_by_prediction {
            return *desk.free();
        }
        let pool = desk.pool();
        let mut free = pool.capacity(pool.nodes);
        free.subtract(&self.held);
        free
    }

    /// Starts a job where there is room for it.
    fn start(&mut self, job: &Queued, desk: &mut dyn Desk) -> bool {
        let started = if self.ends_by_prediction { desk.start_overcommitted(job.job) } else { desk.start(job.job) };
        if started {
            self.book.start(job.job, desk);
            self.held.add(&job.demand);
        } else {
            let request = desk.request(job.job);
            let fewest = self.refused.entry(request.task).or_insert(request.tasks);
            *fewest = request.tasks.min(*fewest);
        }
        started
    }

    /// Starts the head while it fits; the head that does not.
    fn start_heads(&mut self, desk: &mut dyn Desk) -> Option<Queued> {
        loop {
            // Another order of those who were refused at the last pass changes nothing for them.
            self.book.refresh(desk.now());
            let head = self.book.queue().first()?;
            if !self.free(desk).covers(&head.demand) || !self.start(&head, desk) {
                return Some(head);
            }
            self.quiet = false;
            self.reservation = None;
        }
    }

    /// The earliest predicted time at which enough is free for the head, and what is spare then.
    fn reserve(&self, head: &Queued, desk: &dyn Desk) -> Reservation {
        let now = desk.now();
        let mut free = self.free(desk);
        let mut at = now;
        let fragmented = free.covers(&head.demand);
        let mut ends = self.book.ends().peekable();
        while let Some((end, _, demand)) = ends.next() {
            at = at.max(end);
            free.add(demand);
            // All that ends at one instant is free at that instant.
            let instant_over = ends.peek().is_none_or(|(next, ..)| *next > at);
            if instant_over && free.covers(&head.demand) {
                let mut spare = free;
                spare.subtract(&head.demand);
                return Reservation { head: head.job, at, spare: if fragmented { Totals::default() } else { spare } };
            }
        }
        // Not even the whole pool is enough now (nodes are down or withheld): nobody waits for the head meanwhile.
        Reservation { head: head.job, at: SimTime::MAX, spare: free }
    }

    /// Tries one job that may overtake; whether it started.
    fn try_overtake(&mut self, job: &Queued, reservation: &mut Reservation, desk: &mut dyn Desk) -> bool {
        let in_time = desk.now() + job.estimate <= reservation.at;
        if !self.start(job, desk) {
            return false;
        }
        if !in_time {
            reservation.spare.subtract(&job.demand);
        }
        true
    }

    fn overtake(&mut self, head: &Queued, fresh: &[JobSlot], desk: &mut dyn Desk) {
        let kept = self.reservation.filter(|kept| kept.head == head.job && kept.at > self.now);
        let mut reservation = kept.unwrap_or_else(|| self.reserve(head, desk));
        if kept.is_some() && self.quiet {
            // Less is free than at the last pass and time has passed: who was refused then would be refused again.
            self.try_fresh(fresh, &mut reservation, desk);
        } else {
            self.walk(&mut reservation, desk);
        }
        self.reservation = Some(reservation);
    }

    fn walk(&mut self, reservation: &mut Reservation, desk: &mut dyn Desk) {
        let now = desk.now();
        let mut after = None;
        loop {
            let (free, kept) = (self.free(desk), *reservation);
            let may =
                |demand: &Totals, estimate: SimDuration| free.covers(demand) && kept.allows(now, demand, estimate);
            let (head, refused) = (reservation.head, &self.refused);
            let asking: &dyn Desk = desk;
            let may_fit = |job: JobSlot| {
                let request = asking.request(job);
                refused.get(&request.task).is_none_or(|tasks| request.tasks < *tasks)
            };
            let worth = |job: &Queued| job.job != head && (refused.is_empty() || may_fit(job.job));
            let next = self.book.overtakers().next_after(after.as_ref(), may, worth);
            let Some(job) = next else { return };
            after = Some(job.place);
            self.try_overtake(&job, reservation, desk);
        }
    }

    fn try_fresh(&mut self, fresh: &[JobSlot], reservation: &mut Reservation, desk: &mut dyn Desk) {
        let mut tried = std::mem::take(&mut self.tried);
        let queued = fresh.iter().filter(|job| **job != reservation.head);
        tried.extend(queued.filter_map(|job| self.book.overtaker(*job)));
        tried.sort_unstable_by_key(|job| job.place);
        for job in tried.drain(..) {
            if self.free(desk).covers(&job.demand) && reservation.allows(desk.now(), &job.demand, job.estimate) {
                self.try_overtake(&job, reservation, desk);
            }
        }
        self.tried = tried;
    }
}

impl QueueDiscipline for Easy {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
        self.fresh.push(job);
    }

    fn started(&mut self, _job: JobSlot, _desk: &dyn Desk) {}

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        let Some(ended) = self.book.end(job, started, desk) else { return };
        if self.ends_by_prediction && !ended.counted {
            return;
        }
        self.held.subtract(&ended.demand);
        self.left.add(&ended.demand);
        self.quiet = false;
        if ended.predicted > desk.now() {
            self.reservation = None;
        }
    }

    fn withdraw(&mut self, job: JobSlot) {
        self.book.withdraw(job);
        self.quiet = false;
        self.reservation = None;
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        self.now = desk.now();
        self.refused.clear();
        let mut fresh = std::mem::take(&mut self.fresh);
        if self.ends_by_prediction
            && let Some(gone) = self.book.drop_expired(self.now)
        {
            self.held.subtract(&gone);
            self.left.add(&gone);
            self.quiet = false;
        }
        // Nodes may have come or gone since.
        if self.book.correct(self.now) || self.left != self.free(desk) {
            self.quiet = false;
            self.reservation = None;
        }
        match self.start_heads(desk) {
            Some(head) => self.overtake(&head, &fresh, desk),
            None => self.reservation = None,
        }
        fresh.clear();
        self.fresh = fresh;
        self.left = self.free(desk);
        self.quiet = true;
    }

    fn bring(&self) {
        bring(&self.reservation);
        bring(&self.left);
        self.book.bring();
    }

    fn bring_job(&self, job: JobSlot, tenant: TenantId) {
        self.book.bring_job(job, tenant);
    }

    fn len(&self) -> usize {
        self.book.queue().len()
    }

    fn next(&self) -> Option<JobSlot> {
        self.book.queue().first().map(|first| first.job)
    }

    fn wake_at(&self) -> Option<SimTime> {
        self.book.next_correction(self.now)
    }
}
