//! The observer that turns the record stream into totals.
//!
//! Everything that is summed over time is an integer and is divided once, when a summary is made: parts add up to the whole, and
//! the bytes of a summary are the same on every machine. A record touches only what it changes.
//! What each figure means is defined once, in [`glossary`](super::glossary()).

mod exact;
mod fragmentation;
mod gauge;
mod lane;
mod meters;
mod pool;
#[cfg(test)]
mod power_tests;
mod services;
mod signal;
mod tally;
#[cfg(test)]
mod tests;
mod times;
mod traffic;
mod work;

pub(crate) use exact::{ratio, seconds};
pub(crate) use fragmentation::{FragmentMeter, FragmentSums};
pub(crate) use gauge::{Amount, Gauge, Spell};
pub(crate) use lane::{LaneMeter, LaneSums};
pub(crate) use meters::Meters;
pub(crate) use pool::{Bill, Holding, PoolMeter, PoolSums};
pub(crate) use services::{ServiceMeter, ServiceMeters};
pub(crate) use tally::{Caused, ClassTally, SIDE_WORDS, SIDES, Sums, TenantTally, Waits, side_index};
pub(crate) use times::{JobTimes, PPB, deadline_missed};
pub(crate) use work::{KINDS, WorkTally};

use super::{Kinds, Life, Observer, Record, Violation};
use crate::model::caches::bring;
use crate::model::slots::{Key, Slots};
use crate::model::{ClassId, Job, Outcome, Platform, PoolId, RejectReason, TenantId};
use crate::network::LaneRate;
use crate::units::SimTime;
pub(crate) use signal::Readings;
use std::sync::Arc;
use traffic::Traffic;
use work::{WorkScale, kind_of};

/// A job that holds nodes now.
#[derive(Debug, Clone, Copy)]
struct RunningJob {
    pool: PoolId,
    class: ClassId,
    tenant: TenantId,
    held: Holding,
    /// Its kind of work, and how fast that progresses.
    kind: usize,
    rate: u64,
    /// When it started, or the window opened.
    since: SimTime,
    /// Its center's readings then.
    seen: Readings,
}

/// Accumulates all metrics of a run. [`Metrics::summary`] can be taken at any time and any number of times.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub(crate) platform: Arc<Platform>,
    pub(crate) window_start: SimTime,
    /// The latest record.
    pub(crate) now: SimTime,
    pub(crate) meters: Meters,
    pub(crate) services: ServiceMeters,
    pub(crate) fragments: FragmentMeter,
    traffic: Traffic,
    running: Slots<RunningJob>,
    pub(crate) classes: Vec<ClassTally>,
    pub(crate) tenants: Vec<TenantTally>,
    pub(crate) pool_jobs: Vec<Sums>,
    scale: WorkScale,
    work: [WorkTally; KINDS],
    pub(crate) first_submit: Option<SimTime>,
    pub(crate) last_end: Option<SimTime>,
    /// When the first job was turned away because stores were full.
    pub(crate) storage_full: Option<SimTime>,
}

impl Metrics {
    /// Metrics of a run that has not begun; the window opens at 0.
    #[must_use]
    pub fn new(platform: Arc<Platform>) -> Self {
        Self {
            window_start: SimTime::ZERO,
            now: SimTime::ZERO,
            meters: Meters::new(&platform),
            services: ServiceMeters::new(&platform),
            fragments: FragmentMeter::new(&platform),
            traffic: Traffic::new(&platform),
            running: Slots::new(),
            classes: vec![ClassTally::default(); platform.classes.len()],
            tenants: vec![TenantTally::default(); platform.tenants.len()],
            pool_jobs: vec![Sums::default(); platform.pools.len()],
            scale: WorkScale::new(&platform),
            work: [WorkTally::default(); KINDS],
            first_submit: None,
            last_end: None,
            storage_full: None,
            platform,
        }
    }

    /// Bytes delivered from side to side (east, central, west, no side).
    pub(crate) const fn traffic(&self) -> &[[u128; SIDES]; SIDES] {
        &self.traffic.matrix
    }

    /// Bytes delivered and flows that ended.
    pub(crate) fn delivered(&self) -> (u128, u64) {
        (self.traffic.bytes(), self.traffic.ended)
    }

    /// Adds what still running jobs have caused up to the instant that `meters` stand at.
    pub(crate) fn add_running(&self, now: SimTime, meters: &Meters, mut add: impl FnMut(ClassId, TenantId, &Caused)) {
        for job in self.running.values() {
            add(job.class, job.tenant, &caused(job, now, meters));
        }
    }

    /// Work by kind, with what still running jobs have done up to the instant that `meters` stand at.
    pub(crate) fn work(&self, now: SimTime, meters: &Meters) -> [WorkTally; KINDS] {
        let mut work = self.work;
        for job in self.running.values() {
            work[job.kind].ran(job.rate, now.since(job.since), &caused(job, now, meters));
        }
        work
    }

    fn open_window(&mut self, now: SimTime) {
        self.meters.advance(now);
        self.services.advance(now, &self.meters);
        self.meters.restart();
        self.services.restart(now);
        self.fragments.advance(now);
        self.fragments.restart();
        self.traffic.restart();
        self.window_start = now;
        for job in self.running.values_mut() {
            job.since = now;
            job.seen = self.meters.readings(job.pool);
        }
        // A job is counted when its story ends, by its instant of submission: what was counted before is out. The record of the
        // opening comes first of its instant, so that no job submitted in the window is among it.
        self.classes.fill(ClassTally::default());
        self.tenants.fill(TenantTally::default());
        self.pool_jobs.fill(Sums::default());
        self.work = [WorkTally::default(); KINDS];
        self.first_submit = None;
        self.last_end = None;
        self.storage_full = None;
    }

    fn started(&mut self, now: SimTime, job: &Job, pool: PoolId, held: &crate::model::Totals) {
        let tasks = tasks_of(job, held);
        let running = RunningJob {
            kind: kind_of(&job.request),
            rate: self.platform.pools.get(pool.index()).map_or(0, |pool| self.scale.rate(job, pool, tasks)),
            pool,
            class: job.request.class,
            tenant: job.request.tenant,
            held: Holding::of(held),
            since: now,
            seen: self.meters.readings(pool),
        };
        self.running.insert(job.key(), running);
    }

    fn ended(&mut self, now: SimTime, job: Key) {
        let Some(job) = self.running.remove(job) else { return };
        let caused = caused(&job, now, &self.meters);
        self.work[job.kind].ran(job.rate, now.since(job.since), &caused);
        if let Some(class) = self.classes.get_mut(job.class.index()) {
            class.caused.add(&caused);
        }
        if let Some(tenant) = self.tenants.get_mut(job.tenant.index()) {
            tenant.caused.add(&caused);
        }
    }

    fn finished(&mut self, now: SimTime, job: &Job, life: &Life, outcome: Outcome) {
        let request = &job.request;
        if request.submit < self.window_start {
            return;
        }
        let times = JobTimes::of(job, life, outcome);
        let pool = life.pool.and_then(|pool| self.platform.pools.get(pool.index()));
        let side = pool.and_then(|p| self.platform.centers.get(p.center.index())).and_then(|c| c.side);
        self.work[kind_of(request)].finished(&self.scale, job, pool, life, outcome);
        if let Some(class) = self.classes.get_mut(request.class.index()) {
            class.note(now, job, life, outcome, &times, side_index(side));
        }
        if let Some(tenant) = self.tenants.get_mut(request.tenant.index()) {
            tenant.sums.note(life, outcome, &times);
        }
        if let Some(sums) = life.pool.and_then(|pool| self.pool_jobs.get_mut(pool.index())) {
            sums.note(life, outcome, &times);
        }
        self.first_submit = Some(self.first_submit.map_or(request.submit, |first| first.min(request.submit)));
        self.last_end = self.last_end.max(life.ended);
        if outcome == Outcome::Rejected(RejectReason::StorageFull) {
            self.storage_full = self.storage_full.or(Some(now));
        }
    }
}

/// On how many tasks a job runs that holds so much in all.
fn tasks_of(job: &Job, held: &crate::model::Totals) -> u32 {
    let request = &job.request;
    if request.elastic().is_none() {
        return request.tasks;
    }
    let (all, one) = match (request.task.accelerators_milli, request.task.cores_milli) {
        (0, cores) => (held.cores_milli, u64::from(cores)),
        (cards, _) => (held.accelerators_milli, u64::from(cards)),
    };
    all.checked_div(one).and_then(|tasks| u32::try_from(tasks).ok()).unwrap_or(request.tasks)
}

/// What a running job has caused up to the instant that the meters stand at.
fn caused(job: &RunningJob, now: SimTime, meters: &Meters) -> Caused {
    let Some(pool) = meters.pools.get(job.pool.index()) else { return Caused::default() };
    let bill = pool.caused(&job.held, &job.seen, &meters.readings(job.pool));
    Caused {
        used: u128::from(pool.headline_of(&job.held)) * u128::from(now.since(job.since).0),
        bill,
        carbon_market: pool.market(bill.carbon),
    }
}

impl Observer for Metrics {
    fn hears(&self) -> Kinds {
        Kinds::ALL.but(Kinds::ON_THE_WAY)
    }

    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        self.now = self.now.max(now);
        self.meters.note(now, record);
        self.fragments.note(now, record);
        match record {
            Record::Started { job, pool, held, .. } => self.started(now, job, *pool, held),
            Record::Ended { job, .. } | Record::Preempted { job, .. } => self.ended(now, job.key()),
            Record::Resized { job, pool, held, .. } => {
                self.ended(now, job.key());
                self.started(now, job, *pool, held);
            }
            Record::Finished { job, life, outcome } => self.finished(now, job, life, *outcome),
            Record::FlowStarted { flow, from, to, lanes, bytes, .. } => {
                self.traffic.start(*flow, *from, *to, lanes, bytes.0);
            }
            Record::FlowEnded { flow } => self.traffic.end(*flow, 0, &mut self.meters.lanes),
            Record::FlowStopped { flow, left } => self.traffic.end(*flow, left.0, &mut self.meters.lanes),
            Record::ServiceNodes { service, pool, nodes, replicas, held, .. } => {
                if let Some(meter) = self.services.get_mut(*service) {
                    meter.set_replicas(now, *pool, (*nodes, *replicas, Holding::of(held)), &self.meters);
                }
            }
            Record::ServiceServed(state) => {
                if let Some(meter) = self.services.get_mut(state.service) {
                    meter.set_flows(now, state);
                }
            }
            Record::WindowOpened => self.open_window(now),
            _ => {}
        }
        Ok(())
    }

    fn ahead(&self, record: &Record<'_>) {
        match record {
            Record::Queued { pool, .. } => self.meters.bring(*pool),
            Record::Started { job, pool, .. } => {
                self.meters.bring(*pool);
                self.running.bring(job.key());
            }
            Record::Ended { job, pool, .. } => {
                self.meters.bring(*pool);
                self.running.bring(job.key());
                if let Some(tenant) = self.tenants.get(job.request.tenant.index()) {
                    bring(&tenant.caused);
                    bring(&tenant.caused.carbon_market);
                }
            }
            Record::Finished { job, life, .. } => {
                if let Some(tenant) = self.tenants.get(job.request.tenant.index()) {
                    tenant.sums.bring();
                }
                if let Some(sums) = life.pool.and_then(|pool| self.pool_jobs.get(pool.index())) {
                    sums.bring();
                }
            }
            Record::FlowStarted { flow, .. } => self.traffic.bring(*flow),
            Record::FlowEnded { flow } => self.traffic.bring_end(*flow, &self.meters.lanes),
            _ => {}
        }
    }

    fn lane_rates_ahead(&self, rates: &[LaneRate]) {
        for rate in rates {
            if let Some(meter) = self.meters.lanes.get(rate.lane.index()) {
                meter.bring();
            }
        }
    }

    fn lane_rates(&mut self, now: SimTime, rates: &[LaneRate]) -> Result<(), Violation> {
        self.now = self.now.max(now);
        rates.iter().for_each(|rate| self.meters.set_rate(now, rate.lane, rate.rate, rate.flows));
        Ok(())
    }
}
