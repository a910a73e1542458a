//! What every discipline keeps: the queue in order, and the running jobs by predicted end.

use super::ends::{End, Ends};
use super::estimate::{Estimate, Estimator};
use super::order::{Changes, Charged, Facts, Order, Rank};
use super::waiting::{Lane, Place, Queued, Waiting};
use crate::model::caches::bring;
use crate::model::dense::Dense;
use crate::model::{JobSlot, Pool, Request, TaskShape, TenantId, Totals};
use crate::policy::view::Desk;
use crate::units::SimTime;
use std::num::NonZeroU64;

/// A job of this pool.
#[derive(Debug, Clone, Copy)]
struct Known {
    facts: Facts,
    demand: Totals,
    /// Whether sums do not say where it fits.
    shares: bool,
    /// Whether it takes part of a node.
    part: bool,
    /// Its number, and its ranks when it joined the queue or was last ranked: of the order, and of that of overtaking.
    number: u64,
    rank: Rank,
    overtaking: Rank,
    run: Option<Run>,
}

impl Known {
    const fn place(&self, rank: Rank) -> Place {
        Place { rank, queued_at: self.facts.queued_at, number: self.number }
    }
}

/// A running job's times.
#[derive(Debug, Clone, Copy)]
struct Run {
    started: SimTime,
    predicted: SimTime,
    limit: SimTime,
    sequence: NonZeroU64,
}

/// A job that has just ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) predicted: SimTime,
    pub(super) demand: Totals,
    /// Whether it was among the running jobs, not dropped before.
    pub(super) counted: bool,
}

/// Queued jobs by an order.
#[derive(Clone)]
struct Ranked {
    order: Box<dyn Order>,
    /// When its ranks change.
    changes: Changes,
    queue: Waiting,
    /// Whether jobs started or ended since the queue was last in order.
    charged: bool,
    /// Tenants whose ranks changed; empty but while their jobs are moved.
    tenants: Vec<TenantId>,
    /// When ranks that change with time were last looked at.
    ranked_at: SimTime,
}

impl Ranked {
    fn new(order: Box<dyn Order>) -> Self {
        let changes = order.changes();
        let queue = match changes {
            Changes::WithTenant => Waiting::of_lanes(),
            Changes::Never | Changes::WithUsage | Changes::WithTime => Waiting::of_jobs(),
        };
        Self { order, changes, queue, charged: false, tenants: Vec::new(), ranked_at: SimTime::ZERO }
    }

    fn lane(&self, facts: &Facts) -> Lane {
        Lane { tenant: facts.tenant, band: self.order.band(facts) }
    }

    /// The rank with which the job is queued.
    fn insert(&mut self, facts: &Facts, job: Queued, now: SimTime) -> Rank {
        let rank = self.order.rank(facts, now);
        let place = Place { rank, ..job.place };
        self.queue.insert(Queued { place, ..job }, self.lane(facts), facts);
        rank
    }

    fn remove(&mut self, facts: &Facts, place: &Place) {
        self.queue.remove(place, self.lane(facts));
    }

    fn started(&mut self, facts: &Facts, now: SimTime) {
        self.order.started(facts, now);
        self.charged = true;
    }

    fn ended(&mut self, facts: &Facts, started: SimTime, now: SimTime) {
        self.order.ended(facts, started, now);
        self.charged = true;
    }

    /// Puts the queue in order; whether ranks may have changed. `kept` gives the rank of a queued job to be kept.
    fn refresh(&mut self, jobs: &mut Dense<Known>, now: SimTime, kept: impl Fn(&mut Known) -> &mut Rank) -> bool {
        let charged = std::mem::take(&mut self.charged);
        match self.changes {
            Changes::Never => return false,
            Changes::WithUsage if !charged => return false,
            Changes::WithTenant => return self.refresh_tenants(charged, now),
            Changes::WithUsage | Changes::WithTime => {
                self.order.advance(now);
                let mut all = self.queue.to_vec();
                for queued in &mut all {
                    if let Some(known) = jobs.get_mut(queued.job.0.into()) {
                        let rank = self.order.rank(&known.facts, now);
                        *kept(known) = rank;
                        queued.place.rank = rank;
                    }
                }
                self.queue.refill(all);
            }
        }
        true
    }

    /// Ranks the jobs of tenants again that were charged, or whose ranks changed with time; whether there were any.
    fn refresh_tenants(&mut self, charged: bool, now: SimTime) -> bool {
        if self.queue.len() == 0 {
            // Who joins is ranked then.
            if charged {
                self.order.charged(&mut self.tenants);
                self.tenants.clear();
            }
            return charged;
        }
        let charged = self.order.advance(now) || charged;
        let drifted = now > self.ranked_at && self.order.accruing() > 0;
        if !charged && !drifted {
            return false;
        }
        let all = self.order.charged(&mut self.tenants) == Charged::All;
        let rank = |facts: &Facts| self.order.rank(facts, now);
        if all {
            self.queue.rank_again(None, rank);
        } else {
            self.tenants.iter().for_each(|tenant| self.queue.rank_again(Some(*tenant), rank));
        }
        self.tenants.clear();
        if drifted {
            self.ranked_at = now;
        }
        if drifted && !all {
            if self.order.accruing() < self.queue.lanes() {
                self.order.list_accruing(&mut self.tenants);
            } else {
                self.queue.list_tenants(&mut self.tenants);
                self.tenants.retain(|tenant| self.order.accrues(*tenant));
            }
            self.tenants.drain(..).for_each(|tenant| self.queue.rank_again(Some(tenant), rank));
        }
        true
    }
}

/// The dominant share of so many tasks of a job in parts of 2^-32 of a node, rounded down.
pub(super) fn share_of(request: &Request, tasks: u32, desk: &dyn Desk) -> u64 {
    const ONE: f64 = (1_u64 << 32) as f64;
    (desk.pool().dominant_share(tasks, &request.task).as_f64() * ONE) as u64
}

/// The queue and the running jobs of one pool.
#[derive(Clone)]
pub(super) struct Book {
    /// Jobs by the order.
    main: Ranked,
    /// Jobs by the order of overtaking, where it is another.
    overtaking: Option<Ranked>,
    estimator: Estimator,
    jobs: Dense<Known>,
    /// Running jobs whose predicted end is ahead, or has come and was not corrected.
    running: Ends,
    sequence: NonZeroU64,
    /// Jobs here, queued or running, of which sums do not say where they fit.
    sharing: usize,
    /// Jobs here, queued or running, that take part of a node.
    parts: usize,
}

/// Whether a task leaves cores of its node to others.
const fn takes_part(pool: &Pool, task: &TaskShape) -> bool {
    task.cores_milli < pool.node.cores_milli
}

/// Whether sums over nodes do not say where a task fits. They do where all tasks take all cores of a node; and on a single node, unless cards
/// are shared.
fn shares_nodes(pool: &Pool, task: &TaskShape) -> bool {
    if pool.nodes_max == 1 { !task.accelerators_milli.is_multiple_of(1000) } else { takes_part(pool, task) }
}

impl Book {
    pub(super) fn new(order: Box<dyn Order>, overtaking_order: Option<Box<dyn Order>>, estimate: Estimate) -> Self {
        Self {
            main: Ranked::new(order),
            overtaking: overtaking_order.map(Ranked::new),
            estimator: Estimator::new(estimate),
            jobs: Dense::new(),
            running: Ends::default(),
            sequence: NonZeroU64::MIN,
            sharing: 0,
            parts: 0,
        }
    }

    /// Brings what every change touches into the processor's caches.
    pub(super) fn bring(&self) {
        bring(&self.main);
        bring(&self.jobs);
        bring(&self.running);
        bring(&self.sequence);
    }

    /// Brings what is kept of a job and its tenant into the processor's caches.
    pub(super) fn bring_job(&self, job: JobSlot, tenant: TenantId) {
        self.jobs.bring(job.0.into());
        self.main.order.bring(tenant);
    }

    fn known(&self, job: JobSlot) -> Option<&Known> {
        self.jobs.get(job.0.into())
    }

    fn weighs_tenants(&self) -> bool {
        self.main.order.weighs_tenants() || self.overtaking.as_ref().is_some_and(|other| other.order.weighs_tenants())
    }

    /// Jobs in the order of the queue.
    pub(super) const fn queue(&self) -> &Waiting {
        &self.main.queue
    }

    /// Jobs in the order in which they may overtake.
    pub(super) fn overtakers(&self) -> &Waiting {
        &self.overtaking.as_ref().unwrap_or(&self.main).queue
    }

    /// A queued job as the walk in the order of overtaking sees it.
    pub(super) fn overtaker(&self, job: JobSlot) -> Option<Queued> {
        let known = self.known(job).filter(|known| known.run.is_none())?;
        let (ranked, rank) = match &self.overtaking {
            Some(ranked) => (ranked, known.overtaking),
            None => (&self.main, known.rank),
        };
        let place = ranked.queue.placed(known.place(rank), ranked.lane(&known.facts));
        Some(Queued { place, job, demand: known.demand, estimate: known.facts.estimate })
    }

    /// Running jobs by predicted end: what each holds.
    pub(super) fn ends(&self) -> impl Iterator<Item = (SimTime, JobSlot, &Totals)> {
        self.running.iter().map(|end| (end.at, end.job, &end.demand))
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
            share: if self.weighs_tenants() { share_of(request, request.tasks, desk) } else { 0 },
            deadline: request.deadline,
            priority: request.priority,
            tenant: request.tenant,
            weight: if self.weighs_tenants() { desk.tenant_weight(job) } else { 1.0 },
        };
        let number = request.number.0;
        let place = Place { rank: Rank::default(), queued_at, number };
        let queued = Queued { place, job, demand, estimate: facts.estimate };
        let rank = self.main.insert(&facts, queued, desk.now());
        let overtaking = self.overtaking.as_mut().map_or(rank, |other| other.insert(&facts, queued, desk.now()));
        let shares = shares_nodes(desk.pool(), &request.task);
        let part = takes_part(desk.pool(), &request.task);
        self.sharing += usize::from(shares);
        self.parts += usize::from(part);
        let known = Known { facts, demand, shares, part, number, rank, overtaking, run: None };
        if !self.jobs.insert(job.0.into(), known) {
            // One that is known already begins anew.
            self.forget(job);
            self.jobs.insert(job.0.into(), known);
        }
    }

    /// Whether sums over nodes say what fits: all jobs here take all cores of their nodes, or there is one node.
    pub(super) const fn sums_are_exact(&self) -> bool {
        self.sharing == 0
    }

    /// Whether no job here leaves part of a node to others.
    pub(super) const fn takes_whole_nodes(&self) -> bool {
        self.parts == 0
    }

    /// Has the disciplines look at nodes also where that is not needed.
    #[cfg(test)]
    pub(super) const fn look_at_nodes(&mut self) {
        self.sharing += 1;
        self.parts += 1;
    }

    fn forget(&mut self, job: JobSlot) -> Option<Known> {
        let known = self.jobs.remove(job.0.into())?;
        self.sharing -= usize::from(known.shares);
        self.parts -= usize::from(known.part);
        Some(known)
    }

    /// Takes a queued job out.
    pub(super) fn withdraw(&mut self, job: JobSlot) {
        if let Some(known) = self.forget(job) {
            self.main.remove(&known.facts, &known.place(known.rank));
            if let Some(other) = self.overtaking.as_mut() {
                other.remove(&known.facts, &known.place(known.overtaking));
            }
        }
    }

    /// Moves a job from the queue to the running ones; its predicted end.
    pub(super) fn start(&mut self, job: JobSlot, desk: &dyn Desk) -> SimTime {
        let now = desk.now();
        let Some(known) = self.jobs.get_mut(job.0.into()) else { return now };
        let predicted = now + known.facts.estimate;
        self.sequence = self.sequence.saturating_add(1);
        let sequence = self.sequence;
        known.run = Some(Run { started: now, predicted, limit: now + desk.requested(job), sequence });
        self.running.insert(End { at: predicted, sequence: sequence.get(), job, demand: known.demand });
        self.main.remove(&known.facts, &known.place(known.rank));
        self.main.started(&known.facts, now);
        if let Some(other) = self.overtaking.as_mut() {
            other.remove(&known.facts, &known.place(known.overtaking));
            other.started(&known.facts, now);
        }
        predicted
    }

    /// A running job holds another number of tasks.
    pub(super) fn resize(&mut self, job: JobSlot, tasks: u32, desk: &dyn Desk) {
        if !self.weighs_tenants() {
            return;
        }
        let share = share_of(desk.request(job), tasks, desk);
        let Some(known) = self.jobs.get_mut(job.0.into()) else { return };
        let Some(run) = known.run else { return };
        for ranked in [Some(&mut self.main), self.overtaking.as_mut()].into_iter().flatten() {
            ranked.order.resized(&known.facts, share, run.started, desk.now());
            ranked.charged = true;
        }
        known.facts.share = share;
    }

    /// Forgets a running job that ended.
    pub(super) fn end(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) -> Option<Ended> {
        let known = self.forget(job)?;
        let run = known.run?;
        let now = desk.now();
        let counted = self.running.remove(run.predicted, run.sequence.get()).is_some();
        self.estimator.learn(known.facts.tenant, now.since(started));
        self.main.ended(&known.facts, started, now);
        if let Some(other) = self.overtaking.as_mut() {
            other.ended(&known.facts, started, now);
        }
        Some(Ended { predicted: run.predicted, demand: known.demand, counted })
    }

    /// Puts the queues in order where ranks may have changed; whether it did.
    pub(super) fn refresh(&mut self, now: SimTime) -> bool {
        let main = self.main.refresh(&mut self.jobs, now, |known| &mut known.rank);
        let other = self.overtaking.as_mut();
        main | other.is_some_and(|other| other.refresh(&mut self.jobs, now, |known| &mut known.overtaking))
    }

    /// Corrects predictions that have run out, where estimates are corrected; whether it did.
    pub(super) fn correct(&mut self, now: SimTime) -> bool {
        let mut any = false;
        if !self.estimator.corrects() {
            return any;
        }
        let expired: Vec<JobSlot> = self.ends().take_while(|(end, ..)| *end <= now).map(|(_, job, _)| job).collect();
        for job in expired {
            let Some(known) = self.jobs.get_mut(job.0.into()) else { continue };
            let Some(run) = known.run.as_mut() else { continue };
            let Some(end) = self.estimator.corrected(run.predicted, run.limit, now) else { continue };
            if let Some(held) = self.running.remove(run.predicted, run.sequence.get()) {
                run.predicted = end;
                self.running.insert(End { at: end, ..held });
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

    /// Whether a running job has outlived its prediction, or ends just now.
    pub(super) fn outlived(&self, now: SimTime) -> bool {
        self.running.first().is_some_and(|end| end.at <= now)
    }

    /// When to ask for a pass at which one of these planned starts comes, the earliest first. A start that has come and could not be waits for an
    /// end or for nodes. While a job outlives its prediction, it is expected to end at the next instant, and what is planned for then or
    /// behind that is no time of the clock: only starts count at which another job is predicted to end.
    pub(super) fn wake_for(&self, mut starts: impl Iterator<Item = SimTime>, now: SimTime) -> Option<SimTime> {
        let outlived = self.outlived(now);
        starts.find(|start| *start > now && *start < SimTime::MAX && (!outlived || self.running.any_at(*start)))
    }

    /// Drops the running jobs whose predicted end has come and whose end is due at this instant, as if they had ended; what they hold together.
    pub(super) fn drop_due(&mut self, desk: &dyn Desk) -> Option<Totals> {
        let now = desk.now();
        let expired = self.running.iter().take_while(|end| end.at <= now);
        let due: Vec<(SimTime, u64)> =
            expired.filter(|end| desk.ends_now(end.job)).map(|end| (end.at, end.sequence)).collect();
        let mut sum = None;
        for (at, sequence) in due {
            if let Some(end) = self.running.remove(at, sequence) {
                sum.get_or_insert_with(Totals::default).add(&end.demand);
            }
        }
        sum
    }
}
