//! What every discipline keeps: the queue in order, and the running jobs by predicted end.

use super::estimate::{Estimate, Estimator};
use super::order::{Changes, Facts, Order};
use super::waiting::{Place, Queued, Waiting};
use crate::model::{JobSlot, Totals};
use crate::policy::view::Desk;
use crate::units::SimTime;
use std::collections::BTreeMap;

/// A job of this pool.
#[derive(Debug, Clone, Copy)]
struct Known {
    facts: Facts,
    demand: Totals,
    place: Place,
    overtaking: Place,
    run: Option<Run>,
}

/// A running job's times.
#[derive(Debug, Clone, Copy)]
struct Run {
    predicted: SimTime,
    limit: SimTime,
    sequence: u64,
}

/// A job that has just ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) predicted: SimTime,
    pub(super) demand: Totals,
    /// Whether it was among the running jobs, not dropped before.
    pub(super) counted: bool,
}

/// The queue and the running jobs of one pool.
pub(super) struct Book {
    order: Box<dyn Order>,
    overtaking_order: Option<Box<dyn Order>>,
    estimator: Estimator,
    jobs: Vec<Option<Known>>,
    /// Jobs by the order.
    pub(super) queue: Waiting,
    /// Jobs by the order of overtaking, where it is another.
    overtaking: Waiting,
    /// Running jobs whose predicted end is ahead, or has come and was not corrected.
    running: BTreeMap<(SimTime, u64), (JobSlot, Totals)>,
    sequence: u64,
    usage_changed: bool,
}

impl Book {
    pub(super) fn new(order: Box<dyn Order>, overtaking_order: Option<Box<dyn Order>>, estimate: Estimate) -> Self {
        Self {
            order,
            overtaking_order,
            estimator: Estimator::new(estimate),
            jobs: Vec::new(),
            queue: Waiting::default(),
            overtaking: Waiting::default(),
            running: BTreeMap::new(),
            sequence: 0,
            usage_changed: false,
        }
    }

    fn known(&self, job: JobSlot) -> Option<&Known> {
        self.jobs.get(job.index()).and_then(Option::as_ref)
    }

    /// Jobs in the order in which they may overtake.
    pub(super) const fn overtakers(&self) -> &Waiting {
        if self.overtaking_order.is_some() { &self.overtaking } else { &self.queue }
    }

    /// A queued job as the walk in the order of overtaking sees it.
    pub(super) fn overtaker(&self, job: JobSlot) -> Option<Queued> {
        let known = self.known(job).filter(|known| known.run.is_none())?;
        let place = if self.overtaking_order.is_some() { known.overtaking } else { known.place };
        Some(Queued { place, job, demand: known.demand, estimate: known.facts.estimate })
    }

    /// Running jobs by predicted end: what each holds.
    pub(super) fn ends(&self) -> impl Iterator<Item = (SimTime, JobSlot, &Totals)> {
        self.running.iter().map(|((end, _), (job, demand))| (*end, *job, demand))
    }

    pub(super) fn enqueue(&mut self, job: JobSlot, desk: &dyn Desk) {
        let request = desk.request(job);
        let demand = request.task.times(request.tasks);
        let queued_at = desk.queued_at(job);
        let facts = Facts {
            submit: request.submit,
            queued_at,
            estimate: self.estimator.estimate(job, desk),
            headline: demand.headline(desk.pool().accelerated()),
            deadline: request.deadline,
            priority: request.priority,
            tenant: request.tenant,
            weight: desk.tenant_weight(job),
        };
        let place =
            |order: &dyn Order| Place { rank: order.rank(&facts, desk.now()), queued_at, number: request.number.0 };
        let mine = place(self.order.as_ref());
        let overtaking = self.overtaking_order.as_deref().map_or(mine, place);
        let queued = Queued { place: mine, job, demand, estimate: facts.estimate };
        self.queue.insert(queued);
        if self.overtaking_order.is_some() {
            self.overtaking.insert(Queued { place: overtaking, ..queued });
        }
        if self.jobs.len() <= job.index() {
            self.jobs.resize(job.index() + 1, None);
        }
        self.jobs[job.index()] = Some(Known { facts, demand, place: mine, overtaking, run: None });
    }

    fn leave_queue(&mut self, known: &Known) {
        self.queue.remove(&known.place);
        if self.overtaking_order.is_some() {
            self.overtaking.remove(&known.overtaking);
        }
    }

    /// Takes a queued job out.
    pub(super) fn withdraw(&mut self, job: JobSlot) {
        if let Some(known) = self.jobs.get_mut(job.index()).and_then(Option::take) {
            self.leave_queue(&known);
        }
    }

    /// Moves a job from the queue to the running ones; its predicted end.
    pub(super) fn start(&mut self, job: JobSlot, desk: &dyn Desk) -> SimTime {
        let now = desk.now();
        let Some(mut known) = self.known(job).copied() else { return now };
        self.leave_queue(&known);
        let predicted = now + known.facts.estimate;
        self.sequence += 1;
        let run = Run { predicted, limit: now + desk.requested(job), sequence: self.sequence };
        known.run = Some(run);
        self.jobs[job.index()] = Some(known);
        self.running.insert((predicted, run.sequence), (job, known.demand));
        for order in [Some(&mut self.order), self.overtaking_order.as_mut()].into_iter().flatten() {
            order.started(&known.facts, now);
            self.usage_changed |= order.changes() == Changes::WithUsage;
        }
        predicted
    }

    /// Forgets a running job that ended.
    pub(super) fn end(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) -> Option<Ended> {
        let known = self.jobs.get_mut(job.index()).and_then(Option::take)?;
        let run = known.run?;
        let now = desk.now();
        let counted = self.running.remove(&(run.predicted, run.sequence)).is_some();
        self.estimator.learn(known.facts.tenant, now.since(started));
        for order in [Some(&mut self.order), self.overtaking_order.as_mut()].into_iter().flatten() {
            order.ended(&known.facts, started, now);
            self.usage_changed |= order.changes() == Changes::WithUsage;
        }
        Some(Ended { predicted: run.predicted, demand: known.demand, counted })
    }

    /// Sorts again where ranks changed; whether it did.
    pub(super) fn refresh(&mut self, now: SimTime) -> bool {
        let stale = |order: &dyn Order| match order.changes() {
            Changes::Never => false,
            Changes::WithUsage => self.usage_changed,
            Changes::WithTime => true,
        };
        let main = stale(self.order.as_ref());
        let other = self.overtaking_order.as_deref().is_some_and(stale);
        self.usage_changed = false;
        if main {
            let mut all: Vec<Queued> = self.queue.iter().copied().collect();
            for queued in &mut all {
                if let Some(known) = self.jobs[queued.job.index()].as_mut() {
                    known.place.rank = self.order.rank(&known.facts, now);
                    queued.place = known.place;
                }
            }
            self.queue.refill(all);
        }
        if let Some(order) = self.overtaking_order.as_ref().filter(|_| other) {
            let mut all: Vec<Queued> = self.overtaking.iter().copied().collect();
            for queued in &mut all {
                if let Some(known) = self.jobs[queued.job.index()].as_mut() {
                    known.overtaking.rank = order.rank(&known.facts, now);
                    queued.place = known.overtaking;
                }
            }
            self.overtaking.refill(all);
        }
        main || other
    }

    /// Corrects predictions that have run out, where estimates are corrected; whether it did.
    pub(super) fn correct(&mut self, now: SimTime) -> bool {
        let mut any = false;
        if !self.estimator.corrects() {
            return any;
        }
        let expired: Vec<JobSlot> = self.ends().take_while(|(end, ..)| *end <= now).map(|(_, job, _)| job).collect();
        for job in expired {
            let Some(known) = self.jobs[job.index()].as_mut() else { continue };
            let Some(run) = known.run.as_mut() else { continue };
            let Some(end) = self.estimator.corrected(run.predicted, run.limit, now) else { continue };
            if let Some(held) = self.running.remove(&(run.predicted, run.sequence)) {
                run.predicted = end;
                self.running.insert((end, run.sequence), held);
                any = true;
            }
        }
        any
    }

    /// When the next prediction runs out that could be corrected.
    pub(super) fn next_correction(&self, now: SimTime) -> Option<SimTime> {
        let mut ends = self.ends().map(|(end, ..)| end).skip_while(|end| *end <= now);
        if self.estimator.corrects() { ends.next() } else { None }
    }

    /// Drops the running jobs whose predicted end has come, as if they had ended; what they hold together.
    pub(super) fn drop_expired(&mut self, now: SimTime) -> Option<Totals> {
        let mut sum = None;
        while let Some(entry) = self.running.first_entry().filter(|entry| entry.key().0 <= now) {
            sum.get_or_insert_with(Totals::default).add(&entry.remove().1);
        }
        sum
    }
}
