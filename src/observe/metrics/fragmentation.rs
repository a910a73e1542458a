//! How much of what is free on accelerators typical tasks could not use, integrated at each change.

use super::gauge::Gauge;
use crate::model::{Fragments, Platform, PoolId};
use crate::observe::Record;
use crate::units::SimTime;

/// A pool's fragments and their integrals.
#[derive(Debug, Clone)]
struct Pool {
    fragments: Fragments,
    /// The fragmented amount.
    amount: Gauge<u128>,
    /// Thousandths of accelerators free.
    free: Gauge<u128>,
}

/// Integrals of some pools: fragmented, and free times the weight of typical tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FragmentSums {
    pub(crate) fragmented: u128,
    pub(crate) free: u128,
}

impl FragmentSums {
    /// Adds part by part.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.fragmented = self.fragmented.saturating_add(other.fragmented);
        self.free = self.free.saturating_add(other.free);
    }
}

/// The pools with accelerators, by id; none where no task is typical, so that nothing is measured and nothing is paid.
#[derive(Debug, Clone)]
pub(crate) struct FragmentMeter {
    pools: Vec<Option<Pool>>,
}

impl FragmentMeter {
    /// No nodes, until records tell their number.
    pub(crate) fn new(platform: &Platform) -> Self {
        if platform.typical.is_empty() {
            return Self { pools: Vec::new() };
        }
        let pool = |(id, pool): (usize, &crate::model::Pool)| {
            let measure = platform.fragmentation(PoolId::from_index(id)).filter(|_| pool.accelerated())?;
            let fragments = Fragments::new(pool.node, 0, measure);
            Some(Pool { fragments, amount: Gauge::default(), free: Gauge::default() })
        };
        Self { pools: platform.pools.iter().enumerate().map(pool).collect() }
    }

    /// Takes note of one record.
    pub(crate) fn note(&mut self, now: SimTime, record: &Record<'_>) {
        if self.pools.is_empty() {
            return;
        }
        match record {
            Record::Started { job, pool, allocation, .. } => {
                self.change(now, *pool, |fragments| fragments.take(allocation, &job.request.task));
            }
            Record::Ended { job, pool, allocation, .. } | Record::Preempted { job, pool, allocation, .. } => {
                self.change(now, *pool, |fragments| fragments.give(allocation, &job.request.task));
            }
            Record::Resized { job, pool, before, after, .. } => self.change(now, *pool, |fragments| {
                fragments.give(before, &job.request.task);
                fragments.take(after, &job.request.task);
            }),
            Record::PoolNodes { pool, open, .. } => self.change(now, *pool, |fragments| fragments.set_open(*open)),
            _ => {}
        }
    }

    fn change(&mut self, now: SimTime, pool: PoolId, change: impl FnOnce(&mut Fragments)) {
        let Some(Some(pool)) = self.pools.get_mut(pool.index()) else { return };
        change(&mut pool.fragments);
        pool.amount.set(now, pool.fragments.amount());
        pool.free.set(now, u128::from(pool.fragments.free_milli()));
    }

    /// Brings every integral to `now`.
    pub(crate) fn advance(&mut self, now: SimTime) {
        for pool in self.pools.iter_mut().flatten() {
            pool.amount.advance(now);
            pool.free.advance(now);
        }
    }

    /// Forgets every integral, not the state.
    pub(crate) fn restart(&mut self) {
        for pool in self.pools.iter_mut().flatten() {
            pool.amount.restart();
            pool.free.restart();
        }
    }

    /// The integrals of a pool up to the instant it was brought to; `None` where nothing is measured.
    pub(crate) fn sums(&self, pool: usize) -> Option<FragmentSums> {
        let pool = self.pools.get(pool)?.as_ref()?;
        let weight = u128::from(pool.fragments.measure().weight());
        Some(FragmentSums { fragmented: pool.amount.sum(), free: pool.free.sum().saturating_mul(weight) })
    }
}
