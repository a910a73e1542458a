//! Room in a pool, and how long a job would wait there: what brokers, `explain` and reports are told of it.

use super::view::View;
use crate::model::{PoolId, Request};
use crate::units::{SimDuration, SimTime};

/// What a center publishes about one of its pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct PoolSummary {
    /// Thousandths of the headline resource open to the network.
    pub capacity: u64,
    /// Thousandths of it free.
    pub free: u64,
    /// Jobs running.
    pub running_jobs: u32,
    /// Jobs queued.
    pub queued_jobs: u32,
    /// Requested headline-thousandth-nanoseconds of queued jobs.
    pub queued_work: u128,
    /// Headline-thousandths of running jobs, times their requested ends (ns since the start): the work left at `now` is
    /// `running_ends - now × (capacity in use)`.
    pub running_ends: u128,
    /// Thousandths of the headline resource in use by jobs.
    pub in_use: u64,
    /// Jobs placed by the broker that have not joined the queue, as far as the broker knows (its own placements).
    pub coming_jobs: u32,
    /// Their requested headline-thousandth-nanoseconds.
    pub coming_work: u128,
}

impl PoolSummary {
    /// Requested work ahead of a job that would be queued now, in headline-thousandth-nanoseconds: running, queued and coming.
    #[must_use]
    pub fn work_ahead(&self, now: SimTime) -> u128 {
        let running = self.running_ends.saturating_sub(u128::from(now.0) * u128::from(self.in_use));
        running + self.queued_work + self.coming_work
    }

    /// Work ahead over capacity: how long a pool of perfectly divisible work would take to clear. `None` without capacity.
    #[must_use]
    pub fn backlog(&self, now: SimTime) -> Option<SimDuration> {
        let work = self.work_ahead(now);
        let nanos = match u64::try_from(work) {
            // Most: a division of half the width.
            Ok(work) => work.checked_div(self.capacity)?.into(),
            Err(_) => work.checked_div(u128::from(self.capacity))?,
        };
        Some(SimDuration(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    /// Share of the capacity that is free, in parts per million rounded down; 0 without capacity.
    #[must_use]
    pub fn free_ppm(&self) -> u64 {
        let ppm = (u128::from(self.free) * 1_000_000).checked_div(u128::from(self.capacity)).unwrap_or(0);
        u64::try_from(ppm).unwrap_or(u64::MAX)
    }
}

impl View<'_> {
    /// Estimated wait in the queue of a pool: zero where the job's demand is free and nothing is queued or coming, else the backlog.
    #[must_use]
    pub fn queue_wait(&self, request: &Request, pool: PoolId) -> Option<SimDuration> {
        let summary = self.summary(pool);
        if self.starts_now(request, pool, summary) {
            return Some(SimDuration::ZERO);
        }
        summary.backlog(self.now)
    }

    /// Whether [`View::wait_or_never`] is less than some span, without a division.
    #[must_use]
    pub fn waits_less(&self, request: &Request, pool: PoolId, span: SimDuration) -> bool {
        let summary = self.summary(pool);
        if self.starts_now(request, pool, summary) {
            return span > SimDuration::ZERO;
        }
        // Rounded down it is less than a whole number where it is less itself; without capacity nothing is less.
        summary.work_ahead(self.now) < u128::from(span.0) * u128::from(summary.capacity)
    }

    /// Whether the job's demand is free and nothing is queued or coming.
    fn starts_now(&self, request: &Request, pool: PoolId, summary: &PoolSummary) -> bool {
        let demand = || request.task.headline(request.tasks, self.pool(pool).accelerated());
        summary.queued_jobs == 0 && summary.coming_jobs == 0 && summary.free >= demand()
    }

    /// [`View::queue_wait`], for ever where a pool has no capacity now.
    #[must_use]
    pub fn wait_or_never(&self, request: &Request, pool: PoolId) -> SimDuration {
        self.queue_wait(request, pool).unwrap_or(SimDuration::MAX)
    }
}
