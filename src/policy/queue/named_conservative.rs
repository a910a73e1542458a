//! Conservative backfilling with reservations of named nodes, as Batsim's schedulers make them.
//!
//! Jobs take whole nodes. Each job, when it joins the queue, reserves the lowest numbers of the nodes that are idle over its whole
//! estimated time, at the earliest instant at which there are enough. When something ended, each queued job in order is taken out
//! and put in again in the same way while the reservations of those behind it stay. Where a job outlives its estimate, nodes come or
//! go, or a start is refused, all reservations are made anew, in order.
//!
//! Cost: a pass after an end looks, for each queued job, at the steps of the plan (at most two a job) times the nodes over 64.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::named::{NodeProfile, idle_nodes, nodes_of, whole_nodes};
use super::node_set::NodeSet;
use super::order::Order;
use super::waiting::Queued;
use crate::model::{JobSlot, Totals};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeSet;

/// A queued job's time and nodes; for a running one its nodes.
#[derive(Debug, Clone)]
struct Reserved {
    at: SimTime,
    nodes: NodeSet,
}

/// Conservative backfilling on named nodes.
pub struct NamedConservative {
    book: Book,
    profile: NodeProfile,
    /// By slot, of queued and running jobs; `None` for a job that never fits.
    reserved: Vec<Option<Reserved>>,
    /// Queued jobs by reserved start, then number.
    due: BTreeSet<(SimTime, u64, JobSlot)>,
    fresh: Vec<JobSlot>,
    /// What should be free: what the last pass left, and what ended since.
    left: Totals,
    now: SimTime,
    compress: bool,
}

impl NamedConservative {
    /// An empty queue.
    #[must_use]
    pub fn new(order: Box<dyn Order>, estimate: Estimate) -> Self {
        Self {
            book: Book::new(order, None, estimate),
            profile: NodeProfile::new(SimTime::ZERO, NodeSet::default()),
            reserved: Vec::new(),
            due: BTreeSet::new(),
            fresh: Vec::new(),
            left: Totals::default(),
            now: SimTime::ZERO,
            compress: false,
        }
    }

    fn reserve(&mut self, job: &Queued, desk: &dyn Desk) {
        let span = job.span();
        let count = nodes_of(desk.request(job.job), &desk.pool().node);
        if self.reserved.len() <= job.job.index() {
            self.reserved.resize(job.job.index() + 1, None);
        }
        self.reserved[job.job.index()] = self.profile.earliest(count, span).map(|(at, nodes)| {
            self.profile.take(at, at + span, &nodes);
            self.due.insert((at, job.place.number, job.job));
            Reserved { at, nodes }
        });
    }

    fn unreserve(&mut self, job: &Queued) {
        let Some(Some(reserved)) = self.reserved.get_mut(job.job.index()).map(Option::take) else { return };
        if self.due.remove(&(reserved.at, job.place.number, job.job)) {
            self.profile.give(reserved.at.max(self.now), reserved.at + job.span(), &reserved.nodes);
        }
    }

    /// Makes all reservations anew from what is idle and who runs.
    fn rebuild(&mut self, desk: &dyn Desk) {
        self.due.clear();
        self.profile = NodeProfile::new(self.now, idle_nodes(desk));
        for (end, job, _) in self.book.ends() {
            if let Some(Some(held)) = self.reserved.get(job.index()) {
                // Who has outlived his estimate is expected to end at once, but not before the next instant.
                self.profile.give(end.max(self.now + SimDuration(1)), SimTime::MAX, &held.nodes);
            }
        }
        for job in self.book.queue().to_vec() {
            self.reserve(&job, desk);
        }
    }

    /// Takes each job out in order and puts it in again; later reservations stay meanwhile.
    fn compress(&mut self, desk: &dyn Desk) {
        for job in self.book.queue().to_vec() {
            self.unreserve(&job);
            self.reserve(&job, desk);
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
            let allocation = whole_nodes(&reserved.nodes, desk.request(job), &desk.pool().node);
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
            self.profile.give(self.now, reserved_end, &nodes);
            self.profile.take(self.now, end, &nodes);
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
        self.profile.advance(self.now);
        self.left.add(&ended.demand);
        self.profile.give(self.now, ended.predicted, &held.nodes);
        self.compress = true;
    }

    fn withdraw(&mut self, job: JobSlot) {
        if let Some(queued) = self.book.overtaker(job) {
            self.unreserve(&queued);
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
        let outlived = self.book.ends().next().is_some_and(|(end, ..)| end <= self.now);
        let compress = std::mem::take(&mut self.compress);
        if corrected || outlived || self.left != *desk.free() {
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
        let start = self.due.first().and_then(|(at, ..)| self.book.wake_for(*at, self.now));
        start.into_iter().chain(self.book.next_correction(self.now)).min()
    }
}
