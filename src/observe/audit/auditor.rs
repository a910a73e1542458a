//! The observer that hands each record to the books that it concerns.

use super::accounts::Accounts;
use super::broken;
use super::flows::FlowBook;
use super::jobs::JobBook;
use super::nodes::{PoolBook, check_shape, fingerprint};
use super::services::{ServiceBook, holder};
use crate::model::{Allocation, CenterId, Job, Outcome, Platform, PoolId, ServiceId, Totals};
use crate::network::LaneRate;
use crate::observe::{Life, Observer, Record, Violation};
use crate::units::{Bytes, SimTime};
use std::sync::Arc;

/// Recomputes the invariants of [`INVARIANTS`](super::INVARIANTS) from the record stream.
#[derive(Debug, Clone)]
pub struct Auditor {
    pub(super) platform: Arc<Platform>,
    now: SimTime,
    /// When the run ended.
    ended: Option<SimTime>,
    /// The end of the window that sums run to; see [`Auditor::finish`].
    pub(super) end: SimTime,
    jobs: JobBook,
    flows: FlowBook,
    pub(super) pools: Vec<PoolBook>,
    touched: Vec<PoolId>,
    pub(super) services: Vec<ServiceBook>,
    /// All storage of each center; `None` is without bound.
    spaces: Vec<Option<Bytes>>,
    pub(super) accounts: Accounts,
}

impl Auditor {
    /// An auditor of one run on a platform.
    #[must_use]
    pub fn new(platform: Arc<Platform>) -> Self {
        Self {
            now: SimTime::ZERO,
            ended: None,
            end: SimTime::ZERO,
            jobs: JobBook::new(),
            flows: FlowBook::new(&platform),
            pools: vec![PoolBook::default(); platform.pools.len()],
            touched: Vec::new(),
            services: vec![ServiceBook::default(); platform.services.len()],
            spaces: platform.centers.iter().map(|center| center.storage.map(|storage| storage.space)).collect(),
            accounts: Accounts::new(platform.pools.len()),
            platform,
        }
    }

    /// Judges what is known only when the run is over. `end` is the end of the window of the metrics, no earlier than the run's;
    /// can be called again with another one.
    ///
    /// # Errors
    /// A broken invariant.
    pub fn finish(&mut self, end: SimTime) -> Result<(), Violation> {
        let Some(ended) = self.ended else {
            return Err(broken("run-end", self.now, "the run has not ended".to_owned()));
        };
        if end < ended {
            let detail = format!("the window ends at {} ns, before the run at {} ns", end.0, ended.0);
            return Err(broken("run-end", ended, detail));
        }
        self.end = end;
        self.settle()?;
        self.flows.finish(ended, &self.platform)
    }

    /// Something is told of an instant: those before it are over.
    #[inline]
    fn reach(&mut self, now: SimTime) -> Result<(), Violation> {
        // Most records are of the instant of the one before.
        if now == self.now && self.ended.is_none() { Ok(()) } else { self.reach_another(now) }
    }

    fn reach_another(&mut self, now: SimTime) -> Result<(), Violation> {
        if now < self.now {
            let detail = format!("a record of {} ns comes after one of {} ns", now.0, self.now.0);
            return Err(broken("time-order", self.now, detail));
        }
        if self.ended.is_some() {
            return Err(broken("run-end", now, "something is told after the run's end".to_owned()));
        }
        if now > self.now {
            self.settle()?;
            self.now = now;
        }
        Ok(())
    }

    /// Judges the instant that is over.
    fn settle(&mut self) -> Result<(), Violation> {
        self.flows.settle(self.now, &self.platform)?;
        for (book, service) in self.services.iter_mut().zip(&self.platform.services).filter(|(book, _)| book.touched) {
            book.settle(self.now, service)?;
        }
        while let Some(id) = self.touched.pop() {
            self.pools[id.index()].settle(self.now, &self.platform.pools[id.index()], id)?;
        }
        Ok(())
    }

    fn touch(&mut self, pool: PoolId) {
        let book = &mut self.pools[pool.index()];
        if !book.touched {
            book.touched = true;
            self.touched.push(pool);
        }
    }

    fn storage(&self, center: CenterId, used: Bytes) -> Result<(), Violation> {
        let space = self.spaces[center.index()];
        let center = &self.platform.centers[center.index()];
        match (space, center.storage) {
            (Some(space), Some(storage)) if storage.filled + used > space => {
                let detail = format!(
                    "center {}: {} bytes and {} filled before, of {}",
                    center.name, used.0, storage.filled.0, space.0
                );
                Err(broken("storage-space", self.now, detail))
            }
            _ => Ok(()),
        }
    }

    fn started(&mut self, job: &Job, pool: PoolId, allocation: &Allocation, held: &Totals) -> Result<(), Violation> {
        self.jobs.start(self.now, job, pool, (fingerprint(allocation), allocation.tasks()))?;
        self.take(job, pool, allocation, held)
    }

    fn take(&mut self, job: &Job, pool: PoolId, allocation: &Allocation, held: &Totals) -> Result<(), Violation> {
        let fixed = &self.platform.pools[pool.index()];
        check_shape(self.now, fixed, allocation, &job.request, held)?;
        self.pools[pool.index()].take(allocation, &job.request, &fixed.node, held);
        self.accounts.job_started(self.now, job, pool, held);
        self.touch(pool);
        Ok(())
    }

    /// Takes back what a job held.
    fn give_back(&mut self, job: &Job, pool: PoolId, allocation: &Allocation, held: &Totals) {
        self.pools[pool.index()].give_back(allocation, &job.request, held);
        self.accounts.job_ended(self.now, &self.platform, job);
        self.touch(pool);
    }

    fn service_nodes(
        &mut self,
        (service, pool): (ServiceId, PoolId),
        has: (u64, u64),
        (before, held): (&Totals, &Totals),
    ) -> Result<(), Violation> {
        let (fixed, now) = (&self.platform.services[service.index()], self.now);
        let book = &mut self.services[service.index()];
        let more = book.set_nodes(now, (fixed, pool), has, (before, held), &self.platform)?;
        self.pools[pool.index()].serve(more, before, held);
        self.accounts.service_holds(now, &self.platform, holder(service, pool), pool, held);
        self.touch(pool);
        Ok(())
    }

    fn run_over(
        &mut self,
        job: &Job,
        pool: PoolId,
        allocation: &Allocation,
        (held, started): (&Totals, SimTime),
        preempted: bool,
    ) -> Result<(), Violation> {
        let now = self.now;
        let story = self.jobs.story(now, job)?;
        // What is told must be due before what is held is looked at; the attempt's begin is still known then.
        story.runs_at(now, job, pool)?;
        story.held_as_told(now, job, allocation, (held, Some(started)))?;
        if preempted {
            story.preempted(now, job);
        } else {
            story.ended(now, job);
        }
        self.give_back(job, pool, allocation, held);
        Ok(())
    }

    fn resized(
        &mut self,
        job: &Job,
        pool: PoolId,
        (before, held_before): (&Allocation, &Totals),
        (after, held): (&Allocation, &Totals),
    ) -> Result<(), Violation> {
        let now = self.now;
        let story = self.jobs.story(now, job)?;
        story.held_as_told(now, job, before, (held_before, None))?;
        story.resized(now, job, pool, (fingerprint(after), after.tasks()))?;
        self.give_back(job, pool, before, held_before);
        self.take(job, pool, after, held)
    }

    fn finished(&mut self, job: &Job, life: &Life, outcome: Outcome) -> Result<(), Violation> {
        let story = self.jobs.finish(self.now, job, life, outcome, &self.platform)?;
        let wait = story.started.get().map(|started| started.since(job.request.submit).0);
        self.accounts.count(job.request.submit, outcome, wait);
        Ok(())
    }

    fn flow_ended(&mut self, flow: crate::network::FlowKey, left: Bytes) -> Result<(), Violation> {
        let entry = self.flows.end(self.now, flow, left)?;
        if let Some(story) = self.jobs.story_if_there(entry.job) {
            story.flow_ended(entry.bytes - left.0);
        }
        Ok(())
    }
}

impl Observer for Auditor {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        self.reach(now)?;
        match *record {
            Record::Submitted { job } => self.jobs.submit(now, job),
            Record::Brokered { job, pool } => self.jobs.story(now, job)?.brokered(now, job.request.number.0, pool),
            Record::Storage { center, used } => self.storage(center, used),
            Record::StorageSpace { center, space } => {
                self.spaces[center.index()] = Some(space);
                Ok(())
            }
            Record::FlowStarted { flow, job, from, to, lanes, bytes } => {
                self.jobs.story(now, job)?.flow_started(now, job.request.number.0)?;
                self.flows.start(now, flow, (from, to), lanes, (job.key(), bytes))
            }
            Record::FlowEnded { flow } => self.flow_ended(flow, Bytes::ZERO),
            Record::FlowStopped { flow, left } => self.flow_ended(flow, left),
            Record::LaneRate { lane, rate, flows } => self.flows.set_rate(now, lane, rate, flows),
            Record::LaneCapacity { lane, bandwidth, offered } => self.flows.set_capacity(now, lane, bandwidth, offered),
            Record::Queued { job, pool } => self.jobs.story(now, job)?.queued(now, job, pool, &self.platform),
            Record::Started { job, pool, allocation, held } => self.started(job, pool, allocation, &held),
            Record::Ended { job, pool, allocation, held, started } => {
                self.run_over(job, pool, allocation, (&held, started), false)
            }
            Record::Preempted { job, pool, allocation, held, started } => {
                self.run_over(job, pool, allocation, (&held, started), true)
            }
            Record::Resized { job, pool, before, held_before, after, held } => {
                self.resized(job, pool, (before, &held_before), (after, &held))
            }
            Record::Finished { job, life, outcome } => self.finished(job, life, outcome),
            Record::PoolNodes { pool, open, closed } => {
                self.pools[pool.index()].set_nodes(now, &self.platform.pools[pool.index()], open, closed)?;
                self.accounts.set_nodes(now, &self.platform, pool, open, closed);
                self.touch(pool);
                Ok(())
            }
            Record::ServiceNodes { service, pool, nodes, replicas, before, held } => {
                self.service_nodes((service, pool), (nodes, replicas), (&before, &held))
            }
            Record::ServiceServed(state) => self.services[state.service.index()].serve(now, &state, &self.platform),
            // Told for people; they change nothing.
            Record::Weighed { .. } | Record::FlowRate { .. } => Ok(()),
            Record::WindowOpened => {
                self.accounts.open(now);
                self.services.iter_mut().for_each(|book| book.open(now));
                Ok(())
            }
            Record::RunEnded => {
                self.settle()?;
                self.ended = Some(now);
                self.end = now;
                self.jobs.run_ended(now)
            }
        }
    }

    fn ahead(&self, record: &Record<'_>) {
        match record {
            Record::Submitted { job }
            | Record::Brokered { job, .. }
            | Record::Queued { job, .. }
            | Record::Finished { job, .. } => {
                self.jobs.bring(job.key());
            }
            Record::Started { job, pool, allocation, .. } | Record::Ended { job, pool, allocation, .. } => {
                self.jobs.bring(job.key());
                self.accounts.bring(job.key(), *pool);
                if let Some(book) = self.pools.get(pool.index()) {
                    book.bring(allocation);
                }
            }
            Record::FlowStarted { flow, job, lanes, .. } => {
                self.jobs.bring(job.key());
                self.flows.bring(*flow, lanes);
            }
            Record::FlowEnded { flow } => {
                if let Some(entry) = self.flows.get(*flow) {
                    self.jobs.bring(entry.job);
                    self.flows.bring(*flow, entry.lanes());
                }
            }
            _ => {}
        }
    }

    fn lane_rates(&mut self, now: SimTime, rates: &[LaneRate]) -> Result<(), Violation> {
        self.reach(now)?;
        rates.iter().try_for_each(|rate| self.flows.set_rate(now, rate.lane, rate.rate, rate.flows))
    }
}
