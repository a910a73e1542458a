//! Conservative backfilling: every job gets a reservation when it joins the queue, and nobody may delay one that was given
//! (Mu'alem and Feitelson, IEEE TPDS 2001).
//!
//! A reservation is an instant: the least at which the job fits on the nodes as they will be, if running jobs end as predicted and all
//! reservations that were given before are kept. When a job ends before its predicted end, the queue is compressed: each job in order is
//! taken out and put in again at the least instant that the others leave, which is never later than before; at later ends again, until
//! nothing moves. With exact estimates no job starts later than its first reservation, and none is delayed by one that comes later.
//!
//! Where reservations cannot be kept they are all made anew, in the order of the queue: at every event while a job outlives its estimate (it holds its
//! nodes, and is expected to end at the next instant), where nodes come or go, and where an early end lets the packing choose such nodes
//! that a later job finds none.
//!
//! Where every job takes all cores of its nodes, or the pool is one node, sums of cores, memory and accelerators say what fits, and a profile of
//! them is all that is kept. Elsewhere the plan is played through on a copy of the pool's nodes; a test holds both ways equal.
//!
//! Cost: joining walks the steps of the profile (at most two a job running or queued), or as many steps of the plan for each instant at which
//! the job might fit; compressing does so once a job.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::node_plan::{NodePlan, Planned};
use super::order::Order;
use super::profile::Profile;
use super::waiting::Queued;
use crate::model::{JobSlot, Totals};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeSet;

/// Conservative backfilling.
pub struct Conservative {
    book: Book,
    /// Whether sums say what fits; then the profile and what is due are kept, else the plan.
    by_sums: bool,
    plan: NodePlan,
    profile: Profile,
    /// Reserved starts by slot; `SimTime::MAX` for a job that never fits.
    reserved: Vec<SimTime>,
    /// Queued jobs by reserved start, then number.
    due: BTreeSet<(SimTime, u64, JobSlot)>,
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
            by_sums: true,
            plan: NodePlan::default(),
            profile: Profile::new(SimTime::ZERO, Totals::default()),
            reserved: Vec::new(),
            due: BTreeSet::new(),
            fresh: Vec::new(),
            left: Totals::default(),
            now: SimTime::ZERO,
            compress: false,
            anew: false,
            moved: false,
        }
    }

    /// When a queued job is to start, as reserved so far; `None` for one that is not queued, or never fits.
    #[must_use]
    pub fn reservation(&self, job: JobSlot) -> Option<SimTime> {
        self.book.overtaker(job)?;
        if !self.by_sums {
            return self.plan.start_of(job);
        }
        self.reserved.get(job.index()).copied().filter(|at| *at < SimTime::MAX)
    }

    fn reserve(&mut self, job: &Queued) {
        let span = job.span();
        let at = self.profile.earliest(&job.demand, span).unwrap_or(SimTime::MAX);
        self.profile.take(at, at + span, &job.demand);
        if self.reserved.len() <= job.job.index() {
            self.reserved.resize(job.job.index() + 1, SimTime::MAX);
        }
        self.reserved[job.job.index()] = at;
        self.due.insert((at, job.place.number, job.job));
    }

    fn unreserve(&mut self, job: &Queued) {
        let Some(at) = self.reserved.get(job.job.index()).copied() else { return };
        if self.due.remove(&(at, job.place.number, job.job)) {
            self.profile.give(at.max(self.now), at + job.span(), &job.demand);
        }
    }

    /// What the profile should hold now: what is free, less what is due to start.
    fn expected(&self, desk: &dyn Desk) -> Totals {
        let mut free = *desk.free();
        for (.., job) in self.due.iter().take_while(|(at, ..)| *at <= self.now) {
            if let Some(queued) = self.book.overtaker(*job) {
                free.subtract(&queued.demand);
            }
        }
        free
    }

    /// Makes all reservations anew from what is free and what runs.
    fn rebuild(&mut self, desk: &dyn Desk) {
        self.due.clear();
        self.plan.clear();
        if !self.by_sums {
            for job in self.book.queue().to_vec() {
                self.join(&job, desk);
            }
            return;
        }
        self.profile = Profile::new(self.now, *desk.free());
        let running: Vec<(SimTime, Totals)> = self.book.ends().map(|(end, _, demand)| (end, *demand)).collect();
        for (end, demand) in running {
            // A job that outlives its estimate is expected to end at once, but not before the next instant.
            let end = end.max(self.now + SimDuration(1));
            self.profile.give(end, SimTime::MAX, &demand);
        }
        let all: Vec<Queued> = self.book.queue().to_vec();
        for job in &all {
            self.reserve(job);
        }
    }

    /// Takes each job out in order and puts it in again, at the same time or earlier.
    fn compress(&mut self) {
        let all: Vec<Queued> = self.book.queue().to_vec();
        self.moved = false;
        for job in &all {
            let before = self.reserved.get(job.job.index()).copied();
            self.unreserve(job);
            self.reserve(job);
            self.moved |= before != self.reserved.get(job.job.index()).copied();
        }
    }

    /// Reserves for the jobs that joined: where the queue is compressed each in its turn, else behind all others.
    fn join_and_compress(&mut self, fresh: &[JobSlot], resorted: bool) {
        if !self.compress {
            let mut fresh: Vec<Queued> = fresh.iter().filter_map(|job| self.book.overtaker(*job)).collect();
            fresh.sort_unstable_by_key(|job| job.place);
            for job in &fresh {
                self.reserve(job);
            }
        }
        if self.compress || resorted {
            self.compress();
        }
    }

    /// Puts a job into the plan at the least instant that the others leave.
    fn join(&mut self, job: &Queued, desk: &dyn Desk) {
        if let Some(at) = self.plan.earliest(job, SimTime::MAX, &self.book, desk) {
            self.plan.insert(Planned { at, job: *job });
        }
    }

    /// Takes each job of the plan out in order and puts it in again, at the same time or earlier; those that joined now likewise.
    fn compress_plan(&mut self, desk: &dyn Desk) {
        self.moved = false;
        for job in self.book.queue().to_vec() {
            let before = self.plan.remove(job.job);
            let limit = before.unwrap_or(SimTime::MAX);
            let earlier = self.plan.earliest(&job, limit, &self.book, desk);
            self.moved |= earlier.is_some();
            if let Some(at) = earlier.or(before) {
                self.plan.insert(Planned { at, job });
            }
        }
    }

    /// The plan after what happened since the last pass.
    fn update_plan(&mut self, fresh: &[JobSlot], resorted: bool, desk: &dyn Desk) {
        if resorted {
            self.plan.sort_again(&self.book);
        }
        if (self.compress || resorted) && !self.plan.holds(&self.book, desk) {
            self.rebuild(desk);
            return;
        }
        if !self.compress {
            let mut fresh: Vec<Queued> = fresh.iter().filter_map(|job| self.book.overtaker(*job)).collect();
            fresh.sort_unstable_by_key(|job| job.place);
            fresh.iter().for_each(|job| self.join(job, desk));
        }
        if self.compress || resorted {
            self.compress_plan(desk);
        }
    }

    /// Starts what the plan has due; whether all of it could.
    fn start_planned(&mut self, desk: &mut dyn Desk) -> bool {
        while let Some(Planned { job, .. }) = self.plan.first().copied().filter(|start| start.at <= self.now) {
            if !desk.start(job.job) {
                return false;
            }
            self.plan.remove(job.job);
            self.book.start(job.job, desk);
            // It was planned to last a nanosecond at least; others may be planned behind that, for which nobody will wake.
            self.compress |= job.estimate < job.span();
        }
        true
    }

    /// Starts what is due; whether all of it could.
    fn start_due(&mut self, desk: &mut dyn Desk) -> bool {
        if !self.by_sums {
            return self.start_planned(desk);
        }
        let mut all = true;
        let due: Vec<JobSlot> = self.due.iter().take_while(|(at, ..)| *at <= self.now).map(|(.., job)| *job).collect();
        for job in due {
            let Some(queued) = self.book.overtaker(job) else { continue };
            if !desk.free().covers(&queued.demand) || !desk.start(job) {
                all = false;
                continue;
            }
            let at = self.reserved[job.index()];
            self.due.remove(&(at, queued.place.number, job));
            let end = self.book.start(job, desk);
            if at == self.now && end == at + queued.span() {
                continue;
            }
            // The reservation becomes the run: a span of zero was held for one nanosecond, a late one ends later.
            self.profile.give(self.now, at + queued.span(), &queued.demand);
            self.profile.take(self.now, end, &queued.demand);
            // Others may have been put behind that nanosecond, for which nobody will wake.
            self.compress = true;
        }
        all
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
        if let Some(queued) = self.book.overtaker(job) {
            self.unreserve(&queued);
            self.plan.remove(job);
            self.compress = true;
        }
        self.book.withdraw(job);
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        self.now = desk.now();
        self.profile.advance(self.now);
        let fresh = std::mem::take(&mut self.fresh);
        let corrected = self.book.correct(self.now);
        let resorted = self.book.refresh(self.now);
        let by_sums = self.book.sums_are_exact();
        let switched = std::mem::replace(&mut self.by_sums, by_sums) != by_sums;
        let anew = std::mem::take(&mut self.anew) || self.book.outlived(self.now);
        if anew || corrected || switched || self.left != *desk.free() {
            self.rebuild(desk);
        } else if !by_sums {
            self.update_plan(&fresh, resorted, desk);
        } else if self.profile.now() != self.expected(desk) {
            self.rebuild(desk);
        } else {
            self.join_and_compress(&fresh, resorted);
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
        let first =
            if self.by_sums { self.due.first().map(|due| due.0) } else { self.plan.first().map(|start| start.at) };
        let start = first.and_then(|at| self.book.wake_for(at, self.now));
        start.into_iter().chain(self.book.next_correction(self.now)).min()
    }
}
