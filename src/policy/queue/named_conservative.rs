//! Conservative backfilling with reservations of named nodes, as Batsim's schedulers make them.
//!
//! Each job, when it joins the queue, reserves nodes that are expected to be free over its whole estimated time, at the earliest instant at which
//! there are such nodes: those that the packing chooses among them. Jobs share nodes as far as what is reserved fits on them; where every job
//! takes all cores of its nodes, these are the lowest numbers. When something ended, each queued job in order is taken out and put in again in the
//! same way while the reservations of those behind it stay. While a job outlives its estimate and when it ends, where nodes come or go, or a
//! start is refused, all reservations are made anew, in order.
//!
//! Cost: a pass after an end looks, for each queued job, at the steps of the plan (at most two a job) times the nodes over 64; where nodes are
//! shared, times the ranges of the pool.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::named_profile::{NamedNodes, NamedProfile};
use super::order::Order;
use super::waiting::Queued;
use crate::model::{JobSlot, Totals};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeSet;

/// A queued job's time and nodes; for a running one its nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reserved {
    at: SimTime,
    nodes: NamedNodes,
}

/// Conservative backfilling on named nodes.
#[derive(Clone)]
pub struct NamedConservative {
    book: Book,
    /// Whether no job leaves part of a node to others.
    whole: bool,
    /// `None` before the first pass.
    profile: Option<NamedProfile>,
    /// By slot, of queued and running jobs; `None` for a job that never fits.
    reserved: Vec<Option<Reserved>>,
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

impl NamedConservative {
    /// An empty queue.
    #[must_use]
    pub fn new(order: Box<dyn Order>, estimate: Estimate) -> Self {
        Self {
            book: Book::new(order, None, estimate),
            whole: true,
            profile: None,
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

    fn reserve(&mut self, job: &Queued, desk: &dyn Desk) {
        let (span, task) = (job.span(), desk.request(job.job).task);
        let Some(profile) = &mut self.profile else { return };
        let found = profile.earliest(job.job, span, desk);
        let reserved = found.map(|(at, nodes)| {
            profile.take(at, at + span, &nodes, &task);
            self.due.insert((at, job.place.number, job.job));
            Reserved { at, nodes }
        });
        self.keep(job.job, reserved);
    }

    fn keep(&mut self, job: JobSlot, reserved: Option<Reserved>) {
        if self.reserved.len() <= job.index() {
            self.reserved.resize(job.index() + 1, None);
        }
        self.reserved[job.index()] = reserved;
    }

    /// Takes a job out of the plan; what it had there.
    fn unreserve(&mut self, job: &Queued, desk: &dyn Desk) -> Option<Reserved> {
        let reserved = self.reserved.get_mut(job.job.index())?.take()?;
        if !self.due.remove(&(reserved.at, job.place.number, job.job)) {
            return None;
        }
        let (from, to) = (reserved.at.max(self.now), reserved.at + job.span());
        self.give(from, to, &reserved.nodes, job.job, desk);
        Some(reserved)
    }

    fn give(&mut self, from: SimTime, to: SimTime, nodes: &NamedNodes, job: JobSlot, desk: &dyn Desk) {
        if let Some(profile) = &mut self.profile {
            profile.give(from, to, nodes, &desk.request(job).task);
        }
    }

    /// Looks at shared nodes also where each job takes whole ones.
    #[cfg(test)]
    pub(super) fn by_nodes(mut self) -> Self {
        self.book.look_at_nodes();
        self
    }

    /// Begins the profile with what is free and what runs.
    fn begin(&mut self, desk: &dyn Desk) {
        self.profile = Some(NamedProfile::new(self.whole, desk));
        let running: Vec<(SimTime, JobSlot)> = self.book.ends().map(|(end, job, _)| (end, job)).collect();
        for (end, job) in running {
            let Some(allocation) = desk.allocation(job) else { continue };
            let nodes = NamedNodes::held(allocation, self.whole);
            // A job that outlives its estimate is expected to end at once, but not before the next instant.
            self.give(end.max(self.now + SimDuration(1)), SimTime::MAX, &nodes, job, desk);
            self.keep(job, Some(Reserved { at: self.now, nodes }));
        }
    }

    /// Keeps all reservations where jobs begin to share nodes, or no longer do.
    fn convert(&mut self, desk: &dyn Desk) {
        self.begin(desk);
        for (at, _, job) in self.due.clone() {
            let (Some(queued), Some(Some(reserved))) = (self.book.overtaker(job), self.reserved.get(job.index()))
            else {
                continue;
            };
            let request = desk.request(job);
            let nodes = reserved.nodes.converted(self.whole, request, &desk.pool().node);
            if let Some(profile) = &mut self.profile {
                profile.take(at, at + queued.span(), &nodes, &request.task);
            }
            self.keep(job, Some(Reserved { at, nodes }));
        }
    }

    /// Makes all reservations anew.
    fn rebuild(&mut self, desk: &dyn Desk) {
        self.due.clear();
        self.moved = false;
        self.begin(desk);
        for job in self.book.queue().to_vec() {
            if desk.interrupted() {
                return;
            }
            self.reserve(&job, desk);
        }
    }

    fn advance(&mut self) {
        if let Some(profile) = &mut self.profile {
            profile.advance(self.now);
        }
    }

    /// Takes each job out in order and puts it in again; later reservations stay meanwhile.
    fn compress(&mut self, desk: &dyn Desk) {
        self.moved = false;
        for job in self.book.queue().to_vec() {
            if desk.interrupted() {
                return;
            }
            let before = self.unreserve(&job, desk);
            self.reserve(&job, desk);
            self.moved |= self.reserved.get(job.job.index()).is_some_and(|now| *now != before);
        }
    }

    /// Starts what is due; whether all of it could.
    fn start_due(&mut self, desk: &mut dyn Desk) -> bool {
        let mut all = true;
        let due: Vec<_> = self.due.iter().take_while(|(at, ..)| *at <= self.now).copied().collect();
        for key in due {
            let (at, _, job) = key;
            let (Some(queued), Some(Some(reserved))) = (self.book.overtaker(job), self.reserved.get(job.index()))
            else {
                continue;
            };
            let allocation = reserved.nodes.allocation(desk.request(job), &desk.pool().node);
            if !desk.start_on(job, allocation) {
                all = false;
                continue;
            }
            let nodes = reserved.nodes.clone();
            self.due.remove(&key);
            let end = self.book.start(job, desk);
            let reserved_end = at + queued.span();
            if at == self.now && end == reserved_end {
                continue;
            }
            // The reservation becomes the run: a span of zero was held for one nanosecond, a late one ends later.
            let task = desk.request(job).task;
            if let Some(profile) = &mut self.profile {
                profile.give(self.now, reserved_end, &nodes, &task);
                profile.take(self.now, end, &nodes, &task);
            }
            self.compress = true;
        }
        all
    }
}

impl QueueDiscipline for NamedConservative {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
        self.fresh.push(job);
    }

    fn started(&mut self, _job: JobSlot, _desk: &dyn Desk) {}

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        let held = self.reserved.get_mut(job.index()).and_then(Option::take);
        let (Some(ended), Some(held)) = (self.book.end(job, started, desk), held) else { return };
        self.now = desk.now();
        self.advance();
        self.left.add(&ended.demand);
        self.give(self.now, ended.predicted, &held.nodes, job, desk);
        self.compress |= ended.predicted > self.now || self.moved;
        self.anew |= ended.predicted < self.now;
    }

    fn withdraw(&mut self, job: JobSlot) {
        // What it asked for can no longer be looked up: all is made anew.
        self.due.retain(|(.., other)| *other != job);
        self.anew = true;
        self.book.withdraw(job);
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        self.now = desk.now();
        self.advance();
        let fresh = std::mem::take(&mut self.fresh);
        let corrected = self.book.correct(self.now);
        let resorted = self.book.refresh(self.now);
        let whole = self.book.takes_whole_nodes();
        let switched = std::mem::replace(&mut self.whole, whole) != whole || self.profile.is_none();
        let compress = std::mem::take(&mut self.compress);
        let anew = std::mem::take(&mut self.anew) | self.book.outlived(self.now);
        let anew = anew || corrected || self.left != *desk.free();
        if switched && !anew {
            self.convert(desk);
        }
        if anew {
            self.rebuild(desk);
        } else if compress || resorted {
            self.compress(desk);
        } else {
            let mut fresh: Vec<Queued> = fresh.iter().filter_map(|job| self.book.overtaker(*job)).collect();
            fresh.sort_unstable_by_key(|job| job.place);
            for job in &fresh {
                self.reserve(job, desk);
            }
        }
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
        let start = self.book.wake_for(self.due.iter().map(|(at, ..)| *at), self.now);
        start.into_iter().chain(self.book.next_correction(self.now)).min()
    }
}
