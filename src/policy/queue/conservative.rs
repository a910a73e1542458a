//! Conservative backfilling: every job gets a reservation when it joins the queue, and nobody may delay one that was given
//! (Mu'alem and Feitelson, IEEE TPDS 2001).
//!
//! A reservation is an instant: the least of now and the expected ends of running and planned jobs at which the job fits on the nodes as they
//! will be, so that all reservations that were given before are kept. When a job ends before its predicted end, the queue is compressed: each job in
//! order is taken out and put in again where an earlier instant will do; at later ends again, until nothing moves. With exact
//! estimates no job starts later than its first reservation, and none is delayed by one that comes later.
//!
//! Where reservations cannot be kept they are all made anew, in the order of the queue: at every event while a job outlives its estimate (it holds its
//! nodes, and is expected to end at the next instant), where nodes come or go, and where an early end lets the packing choose such nodes
//! that a later job finds none.
//!
//! Where every job takes all cores of its nodes, or the pool is one node, sums of cores, memory and accelerators say what fits, and a profile of
//! them is all that is asked. Elsewhere what the sums allow is played through on a copy of the pool's nodes; a test holds both ways equal.
//!
//! Cost: joining walks the steps of the profile (at most two a job running or queued), and plays the plan through for each instant at which sums
//! allow the job; compressing does so once a job.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::node_plan::NodePlan;
use super::order::Order;
use super::profile::Profile;
use super::reservations::{Planned, Reservations};
use super::waiting::Queued;
use crate::model::{Allocation, JobSlot, Totals};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};

/// Conservative backfilling.
#[derive(Clone)]
pub struct Conservative {
    book: Book,
    profile: Profile,
    plan: Reservations,
    nodes: NodePlan,
    fresh: Vec<JobSlot>,
    /// What should be free: what the last pass left, and what ended since.
    left: Totals,
    now: SimTime,
    compress: bool,
    /// Whether all reservations must be made anew.
    anew: bool,
    /// Whether the last compression moved jobs: those before them may move up behind them.
    moved: bool,
}

impl Conservative {
    /// An empty queue.
    #[must_use]
    pub fn new(order: Box<dyn Order>, estimate: Estimate) -> Self {
        Self {
            book: Book::new(order, None, estimate),
            profile: Profile::new(SimTime::ZERO, Totals::default()),
            plan: Reservations::default(),
            nodes: NodePlan::default(),
            fresh: Vec::new(),
            left: Totals::default(),
            now: SimTime::ZERO,
            compress: false,
            anew: false,
            moved: false,
        }
    }

    /// Looks at nodes also where sums are exact.
    #[cfg(test)]
    pub(super) fn by_nodes(mut self) -> Self {
        self.book.look_at_nodes();
        self
    }

    /// When a queued job is to start, as reserved so far; `None` for one that is not queued, or never fits.
    #[must_use]
    pub fn reservation(&self, job: JobSlot) -> Option<SimTime> {
        self.plan.get(job).map(|start| start.at)
    }

    /// The least instant before `limit` that the others leave.
    fn least(&mut self, job: &Queued, limit: SimTime, desk: &dyn Desk) -> Option<SimTime> {
        let span = job.span();
        if self.book.sums_are_exact() {
            return self.profile.earliest(self.now, &job.demand, span).filter(|at| *at < limit);
        }
        let mut instants = self.instants(limit);
        instants.sort_unstable();
        let by_sums = |at| self.profile.earliest(at, &job.demand, span);
        self.nodes.least(job, &instants, by_sums, (&self.plan, &self.book, desk))
    }

    /// Now and the expected ends of running and planned jobs before `limit`, in any order.
    fn instants(&self, limit: SimTime) -> Vec<SimTime> {
        let next = self.now + SimDuration(1);
        let running = self.book.ends().map(|(end, ..)| end.max(next));
        let planned = self.plan.iter().take_while(|start| start.at < limit).map(Planned::end);
        running.chain(planned).chain([self.now]).filter(|at| *at < limit).collect()
    }

    /// Puts a job into the plan.
    fn reserve(&mut self, start: Planned) {
        self.profile.take(start.at, start.end(), &start.job.demand);
        self.nodes.changed(start.turn());
        self.plan.insert(start);
    }

    /// Puts a job that joins into the plan, at the least instant that the others leave.
    fn join(&mut self, job: &Queued, desk: &dyn Desk) {
        if let Some(at) = self.least(job, SimTime::MAX, desk) {
            self.reserve(Planned { at, job: *job });
        }
    }

    fn unreserve(&mut self, job: JobSlot) {
        if let Some(start) = self.plan.remove(job) {
            self.nodes.changed(start.turn());
            self.profile.give(start.at.max(self.now), start.end(), &start.job.demand);
        }
    }

    /// What the profile should hold now: what is free, less what is due to start.
    fn expected(&self, desk: &dyn Desk) -> Totals {
        let mut free = *desk.free();
        self.plan.iter().take_while(|start| start.at <= self.now).for_each(|start| free.subtract(&start.job.demand));
        free
    }

    /// Makes all reservations anew from what is free and what runs.
    fn rebuild(&mut self, desk: &dyn Desk) {
        self.plan.clear();
        self.nodes.clear();
        self.moved = false;
        self.profile = Profile::new(self.now, *desk.free());
        for (end, _, demand) in self.book.ends() {
            // A job that outlives its estimate is expected to end at once, but not before the next instant.
            self.profile.give(end.max(self.now + SimDuration(1)), SimTime::MAX, demand);
        }
        for job in self.book.queue().to_vec() {
            if desk.interrupted() {
                return;
            }
            self.join(&job, desk);
        }
    }

    /// Takes each job out in order and puts it in again, at the same time or earlier.
    fn compress(&mut self, desk: &dyn Desk) {
        self.moved = false;
        for job in self.book.queue().to_vec() {
            if desk.interrupted() {
                return;
            }
            let Some(before) = self.plan.get(job.job).copied() else {
                self.join(&job, desk);
                self.moved |= self.plan.get(job.job).is_some();
                continue;
            };
            self.profile.give(before.at, before.end(), &job.demand);
            let earlier = self.least(&job, before.at, desk);
            self.profile.take(before.at, before.end(), &job.demand);
            if let Some(at) = earlier {
                self.unreserve(job.job);
                self.reserve(Planned { at, job });
                self.moved = true;
            }
        }
    }

    /// The plan after what happened since the last pass.
    fn update(&mut self, fresh: &[JobSlot], resorted: bool, desk: &dyn Desk) {
        let improve = self.compress || resorted;
        let holds = !improve || self.book.sums_are_exact() || self.nodes.holds(&self.plan, &self.book, desk);
        if !holds {
            self.rebuild(desk);
            return;
        }
        if improve {
            self.compress(desk);
            return;
        }
        let mut fresh: Vec<Queued> = fresh.iter().filter_map(|job| self.book.overtaker(*job)).collect();
        fresh.sort_unstable_by_key(|job| job.place);
        fresh.iter().for_each(|job| self.join(job, desk));
    }

    /// Starts what is due; whether all of it could.
    fn start_due(&mut self, desk: &mut dyn Desk) -> bool {
        let due: Vec<Planned> = self.plan.iter().take_while(|start| start.at <= self.now).copied().collect();
        let mut all = true;
        for start in due {
            if !self.start(&start, desk) {
                all = false;
                continue;
            }
            self.plan.remove(start.job.job);
            let end = self.book.start(start.job.job, desk);
            if start.at == self.now && end == start.end() {
                continue;
            }
            // The reservation becomes the run: a span of zero was held for one nanosecond, a late one ends later.
            self.profile.give(self.now, start.end(), &start.job.demand);
            self.profile.take(self.now, end, &start.job.demand);
            // Others may have been put behind that nanosecond, for which nobody will wake.
            self.compress = true;
        }
        all
    }

    /// Starts a job that is due; false where it finds no nodes.
    fn start(&mut self, start: &Planned, desk: &mut dyn Desk) -> bool {
        let job = start.job.job;
        if !desk.free().covers(&start.job.demand) {
            return false;
        }
        if self.book.sums_are_exact() {
            return desk.start(job);
        }
        self.place(start, desk).is_some_and(|nodes| desk.start_on(job, nodes))
    }

    /// The packing's choice. One that draws, or knows who runs where, may choose other nodes than the plan was made with: it must still hold then.
    fn place(&mut self, start: &Planned, desk: &mut dyn Desk) -> Option<Allocation> {
        let chosen = desk.choose(start.job.job)?;
        let planned = desk.preview(desk.nodes(), start.job.job)?;
        let start = Planned { at: self.now, ..*start };
        let holds = chosen == planned || self.nodes.holds_on(&start, &chosen, &self.plan, &self.book, desk);
        Some(if holds { chosen } else { planned })
    }
}

impl QueueDiscipline for Conservative {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
        self.fresh.push(job);
    }

    fn started(&mut self, _job: JobSlot, _desk: &dyn Desk) {}

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        let Some(ended) = self.book.end(job, started, desk) else { return };
        self.now = desk.now();
        self.profile.advance(self.now);
        self.left.add(&ended.demand);
        self.profile.give(self.now, ended.predicted, &ended.demand);
        self.compress |= ended.predicted > self.now || self.moved;
        self.anew |= ended.predicted < self.now;
    }

    fn withdraw(&mut self, job: JobSlot) {
        if self.book.overtaker(job).is_some() {
            self.unreserve(job);
            self.compress = true;
        }
        self.book.withdraw(job);
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        self.now = desk.now();
        self.profile.advance(self.now);
        self.nodes.clear();
        let fresh = std::mem::take(&mut self.fresh);
        let corrected = self.book.correct(self.now);
        let resorted = self.book.refresh(self.now);
        if resorted {
            self.plan.sort_again(|job| self.book.overtaker(job));
        }
        let anew = std::mem::take(&mut self.anew) | self.book.outlived(self.now);
        if anew || corrected || self.left != *desk.free() || self.profile.now() != self.expected(desk) {
            self.rebuild(desk);
        } else {
            self.update(&fresh, resorted, desk);
        }
        self.compress = false;
        if !self.start_due(desk) {
            self.rebuild(desk);
            self.start_due(desk);
        }
        self.left = *desk.free();
    }

    fn len(&self) -> usize {
        self.book.queue().len()
    }

    fn next(&self) -> Option<JobSlot> {
        self.book.queue().first().map(|first| first.job)
    }

    fn wake_at(&self) -> Option<SimTime> {
        let start = self.book.wake_for(self.plan.instants(), self.now);
        start.into_iter().chain(self.book.next_correction(self.now)).min()
    }
}
