//! What brokers know of pools: live summaries, or published ones of some age with the broker's own placements since.

use crate::model::caches::bring;
use crate::model::{Pool, PoolId, Totals};
use crate::policy::view::PoolSummary;
use crate::scenario::Information;
use crate::units::{SimDuration, SimTime};
use std::collections::VecDeque;

/// A placement of the broker: its instant, pool and requested work.
#[derive(Debug, Clone, Copy)]
struct Placed {
    at: SimTime,
    pool: PoolId,
    work: u128,
}

/// A published state on its way.
#[derive(Debug, Clone)]
struct Published {
    at: SimTime,
    summaries: Vec<PoolSummary>,
}

/// Summaries of all pools.
#[derive(Debug, Clone)]
pub(super) struct Summaries {
    live: Vec<PoolSummary>,
    aged: Option<Aged>,
}

/// The broker's picture where information has an age.
#[derive(Debug, Clone)]
struct Aged {
    refresh: SimDuration,
    delay: SimDuration,
    visible: Vec<PoolSummary>,
    published: VecDeque<Published>,
    placed: VecDeque<Placed>,
}

/// Requested headline-thousandth-nanoseconds of a job.
pub(super) fn work_of(demand: &Totals, requested: SimDuration, pool: &Pool) -> u128 {
    u128::from(demand.headline(pool.accelerated())) * u128::from(requested.0)
}

impl Summaries {
    pub(super) fn new(pools: usize, information: Information) -> Self {
        let live = vec![PoolSummary::default(); pools];
        let aged = information.refresh.filter(|refresh| *refresh > SimDuration::ZERO).map(|refresh| Aged {
            refresh,
            delay: information.delay,
            visible: live.clone(),
            published: VecDeque::new(),
            placed: VecDeque::new(),
        });
        Self { live, aged }
    }

    /// How often centers publish; `None` where the broker sees everything at once.
    pub(super) fn refresh(&self) -> Option<SimDuration> {
        self.aged.as_ref().map(|aged| aged.refresh)
    }

    pub(super) fn live_mut(&mut self, pool: PoolId) -> &mut PoolSummary {
        &mut self.live[pool.index()]
    }

    /// Brings what is kept of a pool into the processor's caches.
    pub(super) fn bring(&self, pool: PoolId) {
        bring(&self.live[pool.index()].capacity);
        bring(&self.live[pool.index()].in_use);
    }

    /// Centers publish what is true now.
    pub(super) fn publish(&mut self, now: SimTime) {
        if let Some(aged) = &mut self.aged {
            aged.published.push_back(Published { at: now, summaries: self.live.clone() });
        }
    }

    /// What the broker sees now.
    pub(super) fn visible(&mut self, now: SimTime) -> &[PoolSummary] {
        let Some(aged) = &mut self.aged else { return &self.live };
        let mut newest = None;
        while aged.published.front().is_some_and(|published| published.at + aged.delay <= now) {
            newest = aged.published.pop_front();
        }
        if let Some(published) = newest {
            aged.visible = published.summaries;
            // Publishing comes before the decisions of an instant: placements of that very instant are not in it.
            while aged.placed.front().is_some_and(|placed| placed.at < published.at) {
                aged.placed.pop_front();
            }
            for placed in &aged.placed {
                add_coming(&mut aged.visible[placed.pool.index()], placed.work);
            }
        }
        &aged.visible
    }

    /// The broker placed a job that has not joined the queue.
    pub(super) fn placed(&mut self, now: SimTime, pool: PoolId, work: u128) {
        add_coming(&mut self.live[pool.index()], work);
        if let Some(aged) = &mut self.aged {
            add_coming(&mut aged.visible[pool.index()], work);
            aged.placed.push_back(Placed { at: now, pool, work });
        }
    }

    /// A job joined the queue.
    pub(super) fn queued(&mut self, pool: PoolId, work: u128) {
        let live = &mut self.live[pool.index()];
        live.coming_jobs = live.coming_jobs.saturating_sub(1);
        live.coming_work = live.coming_work.saturating_sub(work);
        live.queued_jobs += 1;
        live.queued_work += work;
    }

    /// A job that ran is queued again.
    pub(super) fn requeued(&mut self, pool: PoolId, work: u128) {
        let live = &mut self.live[pool.index()];
        live.queued_jobs += 1;
        live.queued_work += work;
    }

    /// A queued job started; `end` is its requested end.
    pub(super) fn started(&mut self, pool: PoolId, work: u128, headline: u64, end: SimTime) {
        let live = &mut self.live[pool.index()];
        live.queued_jobs = live.queued_jobs.saturating_sub(1);
        live.queued_work = live.queued_work.saturating_sub(work);
        self.runs(pool, headline, end);
    }

    /// A job runs until its requested end.
    pub(super) fn runs(&mut self, pool: PoolId, headline: u64, end: SimTime) {
        let live = &mut self.live[pool.index()];
        live.running_jobs += 1;
        live.in_use += headline;
        live.running_ends += u128::from(headline) * u128::from(end.0);
    }

    /// A running job ended; `end` is its requested end.
    pub(super) fn ended(&mut self, pool: PoolId, headline: u64, end: SimTime) {
        let live = &mut self.live[pool.index()];
        live.running_jobs = live.running_jobs.saturating_sub(1);
        live.in_use = live.in_use.saturating_sub(headline);
        live.running_ends = live.running_ends.saturating_sub(u128::from(headline) * u128::from(end.0));
    }
}

fn add_coming(summary: &mut PoolSummary, work: u128) {
    summary.coming_jobs += 1;
    summary.coming_work += work;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_broker_sees_what_was_published_and_its_own_placements_since() {
        let minute = SimDuration::from_secs(60);
        let information = Information { refresh: Some(minute), delay: SimDuration::from_secs(5) };
        let mut summaries = Summaries::new(1, information);
        let (pool, at) = (PoolId(0), SimTime::from_secs);
        summaries.live_mut(pool).capacity = 4;
        summaries.publish(at(0));
        assert_eq!(summaries.visible(at(4))[0].capacity, 0, "under way");
        assert_eq!(summaries.visible(at(5))[0].capacity, 4);
        // Placed at 10 s and queued at 20 s: published at 60 s, seen at 65 s. Until then it counts as coming.
        summaries.placed(at(10), pool, 100);
        summaries.queued(pool, 100);
        let seen = summaries.visible(at(30))[0];
        assert_eq!((seen.coming_jobs, seen.coming_work, seen.queued_jobs), (1, 100, 0));
        summaries.publish(at(60));
        summaries.placed(at(60), pool, 7);
        let seen = summaries.visible(at(64))[0];
        assert_eq!((seen.coming_jobs, seen.coming_work, seen.queued_jobs), (2, 107, 0));
        let seen = summaries.visible(at(65))[0];
        assert_eq!((seen.coming_jobs, seen.coming_work, seen.queued_jobs), (1, 7, 1));
    }
}
