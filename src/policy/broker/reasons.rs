//! A broker's reasons, worked out beside its decision for jobs that somebody wants explained.
//!
//! It is the slow twin of the decision: all filters are put to all pools one after the other, in the order in which a rejection names
//! them, and all that is left is ranked by the broker's own key. A test holds for every broker that the first of the ranking is
//! what it decides. Nothing of this is worked out for other jobs.

use super::eligible::{Candidate, Filters};
use crate::model::{PoolId, Reasons, Removed, Request, Scored, Term};
use crate::policy::view::View;
use crate::units::{Bytes, SimDuration, SimTime};

/// Filters that are being put, and the candidates that are left.
pub struct Weighing {
    reasons: Reasons,
    left: Vec<Candidate>,
    /// The center of each pool.
    centers: Vec<usize>,
}

impl Weighing {
    /// Puts the filters that all brokers share: the job's constraints, its size, a way for its data, room for them, its round trip.
    #[must_use]
    pub fn new(filters: Filters, view: &View<'_>, request: &Request) -> Self {
        let centers: Vec<usize> = view.platform.pools.iter().map(|pool| pool.center.index()).collect();
        let mut pools: Vec<PoolId> = (0..centers.len()).map(PoolId::from_index).collect();
        let all = distinct(pools.iter().map(|pool| centers[pool.index()]));
        let reasons = Reasons { pools: pools.len() as u64, centers: all, ..Reasons::default() };
        let mut weighing = Self { reasons, left: Vec::new(), centers };
        let allowed = view.allowed(request);
        weighing.put("regions, labels and kind of accelerator", &mut pools, |pool| allowed.binary_search(pool).is_ok());
        weighing.put("size: it would hold the job if empty", &mut pools, |pool| view.could_run(request, *pool));
        weighing.put("a way for the data", &mut pools, |pool| {
            view.staging(request, *pool).is_some() && view.delivery(request, *pool).is_some()
        });
        if filters.storage {
            weighing.put("room in storage", &mut pools, |pool| {
                view.staging(request, *pool).is_some_and(|staging| view.storage_fits(request, *pool, &staging))
            });
        }
        if filters.round_trip {
            weighing.put("round trip within its bound", &mut pools, |pool| view.within_round_trip(request, *pool));
        }
        weighing.left.extend(pools.into_iter().filter_map(|pool| {
            let (staging, delivery) = (view.staging(request, pool)?, view.delivery(request, pool)?);
            Some(Candidate { pool, staging, delivery })
        }));
        weighing
    }

    fn put(&mut self, filter: &'static str, pools: &mut Vec<PoolId>, pass: impl FnMut(&PoolId) -> bool) {
        let before = (pools.len(), self.count(pools.iter().copied()));
        pools.retain(pass);
        let after = (pools.len(), self.count(pools.iter().copied()));
        let removed = Removed { filter, pools: (before.0 - after.0) as u64, centers: before.1 - after.1 };
        self.reasons.removed.push(removed);
    }

    fn count(&self, pools: impl Iterator<Item = PoolId>) -> u64 {
        distinct(pools.map(|pool| self.centers[pool.index()]))
    }

    /// The candidates that are left, in id order.
    #[must_use]
    pub fn left(&self) -> &[Candidate] {
        &self.left
    }

    /// Puts a filter of the broker's own.
    pub fn keep(&mut self, filter: &'static str, mut pass: impl FnMut(&Candidate) -> bool) {
        let kept = std::mem::take(&mut self.left);
        let mut pools: Vec<PoolId> = kept.iter().map(|candidate| candidate.pool).collect();
        let mut passes = kept.iter().map(&mut pass);
        self.put(filter, &mut pools, |_| passes.next().unwrap_or(false));
        self.left = kept.into_iter().filter(|candidate| pools.binary_search(&candidate.pool).is_ok()).collect();
    }

    /// Ranks what is left by the broker's key, the least first, equal keys by pool id; `show` tells the key in numbers.
    #[must_use]
    pub fn rank<K: Ord>(
        mut self,
        terms: &[(&'static str, &'static str)],
        key: impl Fn(&Candidate) -> K,
        show: impl Fn(&Candidate, &K) -> Vec<Option<f64>>,
    ) -> Reasons {
        let mut keyed: Vec<(K, &Candidate)> = self.left.iter().map(|candidate| (key(candidate), candidate)).collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.pool.cmp(&b.1.pool)));
        let scored = keyed
            .iter()
            .map(|(key, candidate)| Scored { pool: candidate.pool, values: show(candidate, key) })
            .collect();
        self.reasons.scored_centers = self.count(self.left.iter().map(|candidate| candidate.pool));
        self.reasons.terms = terms.iter().map(|(name, unit)| Term { name, unit }).collect();
        self.reasons.scored = scored;
        self.reasons
    }

    /// What is left in id order, where a broker does not say how it ranks.
    #[must_use]
    pub fn unranked(self) -> Reasons {
        self.rank(&[], |_| (), |_, ()| Vec::new())
    }
}

fn distinct(centers: impl Iterator<Item = usize>) -> u64 {
    let mut all: Vec<usize> = centers.collect();
    all.sort_unstable();
    all.dedup();
    all.len() as u64
}

/// Seconds; `None` where it is for ever.
#[must_use]
pub fn seconds(time: SimDuration) -> Option<f64> {
    (time != SimDuration::MAX).then(|| time.0 as f64 / 1e9)
}

/// Seconds since the start; `None` where it is never.
#[must_use]
pub fn instant(time: SimTime) -> Option<f64> {
    (time != SimTime::MAX).then(|| time.0 as f64 / 1e9)
}

/// Decimal gigabytes.
#[must_use]
pub fn gigabytes(bytes: Bytes) -> Option<f64> {
    Some(bytes.0 as f64 / 1e9)
}

/// The least round trip first.
#[must_use]
pub fn ranked_by_round_trip(weighing: Weighing, view: &View<'_>, request: &Request) -> Reasons {
    weighing.rank(
        &[("round_trip_s", "s")],
        |candidate| view.round_trip_or_never(request, candidate.pool),
        |_, round_trip| vec![seconds(*round_trip)],
    )
}

/// What the filters leave and nothing else: for a broker that does not say how it ranks.
#[must_use]
pub fn filtered(filters: Filters, view: &View<'_>, request: &Request) -> Reasons {
    Weighing::new(filters, view, request).unranked()
}
