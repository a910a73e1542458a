//! EASY backfilling (Lifka, "The ANL/IBM SP scheduling system", JSSPP 1995; Mu'alem and Feitelson, IEEE TPDS 2001): the first of
//! the queue gets a reservation at the earliest predicted time, and any other job may start now that does not delay it.
//!
//! A pass starts the head while it fits; then reserves for it; then walks the rest once, in the order of overtaking.
//!
//! The reservation is the least of now and the predicted ends of running jobs at which the tasks of the head fit on the nodes, if running jobs
//! end as predicted. A job that outlives its prediction holds its nodes, and is expected to end at the next instant. Another job may start
//! now if it ends by the reservation. If it ends later, it may start if the head still fits at that instant beside it: on the nodes that the packing
//! chooses, else on those that it chooses beside the nodes that the head would get. With exact estimates the head starts no later than without
//! any job behind it.
//!
//! Where every job takes all cores of its nodes, or the pool is one node, sums of cores, memory and accelerators say what fits, and the walk
//! looks at nothing else; a test holds both ways equal.
//!
//! Cost: a reservation walks running jobs in the order of their predicted ends (where nodes are shared, on a copy of the pool's ranges), and is
//! kept while nothing ends early; after mere submissions only the new jobs are tried; the queue's chunks are skipped whose least demand
//! does not fit, and jobs of as many tasks as one of the same shape that found no nodes in this pass.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::head_room::HeadRoom;
use super::order::Order;
use super::waiting::{Place, Queued};
use crate::model::caches::bring;
use crate::model::{JobSlot, TaskShape, TenantId, Totals};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::collections::{BTreeMap, BTreeSet};

/// The head's reservation.
#[derive(Debug, Clone)]
struct Reservation {
    head: JobSlot,
    at: SimTime,
    /// What is free then beside the head.
    spare: Totals,
    /// Where sums do not say what fits.
    room: Option<HeadRoom>,
}

impl Reservation {
    /// Whether a job of this demand and estimate that starts now leaves it alone, as far as sums can say.
    fn allows(&self, now: SimTime, demand: &Totals, estimate: SimDuration) -> bool {
        now + estimate <= self.at || self.spare.covers(demand)
    }
}

/// EASY backfilling with a counted reservation.
#[derive(Clone)]
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
    /// Whether nothing but submissions happened since the last pass tried all jobs.
    quiet: bool,
    /// Whether a job overtook in this pass where nodes are shared: for those that were refused before it, the packing may now choose other
    /// nodes, which leave the head its own.
    overtook: bool,
    /// The fewest tasks of a shape that found no nodes in this pass. No more of that shape will find any.
    refused: BTreeMap<TaskShape, u32>,
    /// Shapes and numbers of tasks that found nodes in this pass only to the cost of the head. As long as nothing starts they will again.
    held_back: BTreeSet<(TaskShape, u32)>,
    /// Whether sums were exact at the last pass.
    by_sums: bool,
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
            overtook: false,
            refused: BTreeMap::new(),
            held_back: BTreeSet::new(),
            by_sums: true,
            tried: Vec::new(),
            now: SimTime::ZERO,
        }
    }

    /// Looks at nodes also where sums are exact.
    #[cfg(test)]
    pub(super) fn by_nodes(mut self) -> Self {
        self.book.look_at_nodes();
        self
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
            self.begun(job, desk);
        } else {
            self.refuse(job, desk);
        }
        started
    }

    fn begun(&mut self, job: &Queued, desk: &dyn Desk) {
        self.book.start(job.job, desk);
        self.held.add(&job.demand);
        self.held_back.clear();
    }

    /// There are no nodes for a job.
    fn refuse(&mut self, job: &Queued, desk: &dyn Desk) {
        let request = desk.request(job.job);
        let fewest = self.refused.entry(request.task).or_insert(request.tasks);
        *fewest = request.tasks.min(*fewest);
    }

    /// Starts a job that ends after the reservation, on nodes that leave the head its own.
    fn start_beside(&mut self, job: &Queued, room: &mut HeadRoom, desk: &mut dyn Desk) -> bool {
        let mut found = false;
        let Some(nodes) = room.place(job.job, &mut found, &self.book, desk) else {
            if found {
                let request = desk.request(job.job);
                self.held_back.insert((request.task, request.tasks));
            } else {
                self.refuse(job, desk);
            }
            return false;
        };
        let started = desk.start_on(job.job, nodes);
        if started {
            self.begun(job, desk);
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

    /// The head's reservation. Where not even the whole pool is enough now (nodes are down or withheld), nobody waits for the head meanwhile.
    fn reserve(&self, head: &Queued, desk: &dyn Desk) -> Reservation {
        if self.by_sums {
            return self.reserve_by_sums(head, desk);
        }
        match HeadRoom::reserve(&self.book, head, desk) {
            Some((at, spare, room)) => Reservation { head: head.job, at, spare, room: Some(room) },
            None => Reservation { head: head.job, at: SimTime::MAX, spare: *desk.free(), room: None },
        }
    }

    /// The earliest predicted time at which enough is free for the head, and what is spare then.
    fn reserve_by_sums(&self, head: &Queued, desk: &dyn Desk) -> Reservation {
        let now = desk.now();
        let mut free = self.free(desk);
        let mut at = now;
        let expected = |end: SimTime| end.max(now + SimDuration(1));
        let mut ends = self.book.ends().peekable();
        while !free.covers(&head.demand) {
            let Some((end, ..)) = ends.peek() else {
                return Reservation { head: head.job, at: SimTime::MAX, spare: free, room: None };
            };
            at = expected(*end);
            // All that ends at one instant is free at that instant.
            while let Some((.., demand)) = ends.next_if(|(end, ..)| expected(*end) == at) {
                free.add(demand);
            }
        }
        free.subtract(&head.demand);
        Reservation { head: head.job, at, spare: free, room: None }
    }

    /// Tries one job that may overtake; whether it started.
    fn try_overtake(&mut self, job: &Queued, reservation: &mut Reservation, desk: &mut dyn Desk) -> bool {
        let in_time = desk.now() + job.estimate <= reservation.at;
        let started = match &mut reservation.room {
            Some(room) if !in_time => self.start_beside(job, room, desk),
            _ => self.start(job, desk),
        };
        if started {
            if let Some(room) = &mut reservation.room {
                room.changed();
                self.overtook = true;
            }
            if !in_time {
                reservation.spare.subtract(&job.demand);
            }
        }
        started
    }

    fn overtake(&mut self, head: &Queued, fresh: &[JobSlot], desk: &mut dyn Desk) {
        let kept = self.reservation.take().filter(|kept| kept.head == head.job && kept.at > self.now);
        // Less is free than at the last pass and time has passed: what was refused then would be refused again.
        let only_fresh = kept.is_some() && self.quiet;
        let mut reservation = kept.unwrap_or_else(|| self.reserve(head, desk));
        if let Some(room) = &mut reservation.room {
            room.changed();
        }
        if only_fresh {
            self.try_fresh(fresh, &mut reservation, desk);
        } else {
            self.walk(None, &mut reservation, desk);
        }
        self.reservation = Some(reservation);
    }

    /// Tries the jobs behind a place.
    fn walk(&mut self, mut after: Option<Place>, reservation: &mut Reservation, desk: &mut dyn Desk) {
        let now = desk.now();
        loop {
            let (free, kept) = (self.free(desk), &*reservation);
            let may =
                |demand: &Totals, estimate: SimDuration| free.covers(demand) && kept.allows(now, demand, estimate);
            let (refused, held_back) = (&self.refused, &self.held_back);
            let asking: &dyn Desk = desk;
            let may_fit = |job: &Queued| {
                let request = asking.request(job.job);
                let late = now + job.estimate > kept.at;
                refused.get(&request.task).is_none_or(|tasks| request.tasks < *tasks)
                    && !(late && held_back.contains(&(request.task, request.tasks)))
            };
            let known = !refused.is_empty() || !held_back.is_empty();
            let worth = |job: &Queued| job.job != kept.head && (!known || may_fit(job));
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
                let started = self.try_overtake(&job, reservation, desk);
                if started && reservation.room.is_some() {
                    self.walk(Some(job.place), reservation, desk);
                    break;
                }
            }
        }
        self.tried = tried;
    }

    /// Forgets the reservation where sums have become exact, or are so no more.
    fn look_at_shares(&mut self) {
        // What is held by prediction is not on nodes: there each task has a node of its own.
        let by_sums = self.ends_by_prediction || self.book.sums_are_exact();
        if by_sums != self.by_sums {
            self.by_sums = by_sums;
            self.reservation = None;
        }
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
        self.held_back.clear();
        self.look_at_shares();
        let mut fresh = std::mem::take(&mut self.fresh);
        if self.ends_by_prediction
            && let Some(gone) = self.book.drop_due(desk)
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
        self.quiet = !std::mem::take(&mut self.overtook);
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
