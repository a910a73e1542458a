//! What brokers know of pools: live summaries, or published ones of some age with the broker's own placements since.

use super::outlook::Curves;
use crate::model::PoolId;
use crate::model::caches::bring;
use crate::policy::view::PoolSummary;
use crate::scenario::Information;
use crate::units::{SimDuration, SimTime};
use std::collections::VecDeque;

/// What waits: the size of a job, and that times its requested time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiting {
    size: u64,
    work: u128,
}

impl Waiting {
    pub(super) fn new(size: u64, requested: SimDuration) -> Self {
        Self { size, work: u128::from(size) * u128::from(requested.0) }
    }
}

/// A placement of the broker: its instant, pool and demand.
#[derive(Debug, Clone, Copy)]
struct Placed {
    at: SimTime,
    pool: PoolId,
    job: Waiting,
}

/// A published state on its way.
#[derive(Debug, Clone)]
struct Published {
    at: SimTime,
    summaries: Vec<PoolSummary>,
    curves: Curves,
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
    curves: Curves,
    published: VecDeque<Published>,
    placed: VecDeque<Placed>,
}

impl Summaries {
    pub(super) fn new(pools: usize, information: Information) -> Self {
        let live = vec![PoolSummary::default(); pools];
        let aged = information.refresh.filter(|refresh| *refresh > SimDuration::ZERO).map(|refresh| Aged {
            refresh,
            delay: information.delay,
            visible: live.clone(),
            curves: Vec::new(),
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

    /// What is true of a pool now.
    pub(super) fn live(&self, pool: PoolId) -> &PoolSummary {
        &self.live[pool.index()]
    }

    /// Brings what is kept of a pool into the processor's caches.
    pub(super) fn bring(&self, pool: PoolId) {
        bring(&self.live[pool.index()].capacity);
        bring(&self.live[pool.index()].coming_work);
    }

    /// Centers publish what is true now.
    pub(super) fn publish(&mut self, now: SimTime, curves: Curves) {
        if let Some(aged) = &mut self.aged {
            aged.published.push_back(Published { at: now, summaries: self.live.clone(), curves });
        }
    }

    /// What was published long enough ago becomes visible.
    pub(super) fn advance(&mut self, now: SimTime) {
        let Some(aged) = &mut self.aged else { return };
        let mut newest = None;
        while aged.published.front().is_some_and(|published| published.at + aged.delay <= now) {
            newest = aged.published.pop_front();
        }
        let Some(published) = newest else { return };
        (aged.visible, aged.curves) = (published.summaries, published.curves);
        // Publishing comes before the decisions of an instant: placements of that very instant are not in it.
        while aged.placed.front().is_some_and(|placed| placed.at < published.at) {
            aged.placed.pop_front();
        }
        for placed in &aged.placed {
            add_coming(&mut aged.visible[placed.pool.index()], placed.job);
        }
    }

    /// What the broker sees; with curves where that has an age.
    pub(super) fn visible(&self) -> (&[PoolSummary], Option<&Curves>) {
        match &self.aged {
            Some(aged) => (&aged.visible, Some(&aged.curves)),
            None => (&self.live, None),
        }
    }

    /// The broker placed a job that has not joined the queue.
    pub(super) fn placed(&mut self, now: SimTime, pool: PoolId, job: Waiting) {
        add_coming(&mut self.live[pool.index()], job);
        if let Some(aged) = &mut self.aged {
            add_coming(&mut aged.visible[pool.index()], job);
            aged.placed.push_back(Placed { at: now, pool, job });
        }
    }

    /// A job joined the queue.
    pub(super) fn queued(&mut self, pool: PoolId, job: Waiting) {
        let live = &mut self.live[pool.index()];
        live.coming_jobs = live.coming_jobs.saturating_sub(1);
        live.coming_size = live.coming_size.saturating_sub(job.size);
        live.coming_work = live.coming_work.saturating_sub(job.work);
        self.requeued(pool, job);
    }

    /// A job that ran is queued again.
    pub(super) fn requeued(&mut self, pool: PoolId, job: Waiting) {
        let live = &mut self.live[pool.index()];
        live.queued_jobs += 1;
        live.queued_size = live.queued_size.saturating_add(job.size);
        live.queued_work += job.work;
    }

    /// A queued job started.
    pub(super) fn started(&mut self, pool: PoolId, job: Waiting) {
        let live = &mut self.live[pool.index()];
        live.queued_jobs = live.queued_jobs.saturating_sub(1);
        live.queued_size = live.queued_size.saturating_sub(job.size);
        live.queued_work = live.queued_work.saturating_sub(job.work);
        live.running_jobs += 1;
    }

    /// A running job ended or was interrupted.
    pub(super) fn ended(&mut self, pool: PoolId) {
        let live = &mut self.live[pool.index()];
        live.running_jobs = live.running_jobs.saturating_sub(1);
    }
}

fn add_coming(summary: &mut PoolSummary, job: Waiting) {
    summary.coming_jobs += 1;
    summary.coming_size = summary.coming_size.saturating_add(job.size);
    summary.coming_work += job.work;
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
        let seen = |summaries: &mut Summaries, now| {
            summaries.advance(now);
            summaries.visible().0[0]
        };
        summaries.live_mut(pool).capacity = 4;
        summaries.publish(at(0), Curves::new());
        assert_eq!(seen(&mut summaries, at(4)).capacity, 0, "under way");
        assert_eq!(seen(&mut summaries, at(5)).capacity, 4);
        // Placed at 10 s and queued at 20 s: published at 60 s, seen at 65 s. Until then it counts as coming.
        let job = |requested| Waiting::new(1, SimDuration(requested));
        summaries.placed(at(10), pool, job(100));
        summaries.queued(pool, job(100));
        let now = seen(&mut summaries, at(30));
        assert_eq!((now.coming_jobs, now.coming_work, now.queued_jobs), (1, 100, 0));
        summaries.publish(at(60), Curves::new());
        summaries.placed(at(60), pool, job(7));
        let now = seen(&mut summaries, at(64));
        assert_eq!((now.coming_jobs, now.coming_work, now.queued_jobs), (2, 107, 0));
        let now = seen(&mut summaries, at(65));
        assert_eq!((now.coming_jobs, now.coming_work, now.queued_jobs), (1, 7, 1));
    }
}
