//! What all brokers but `fixed` ask first: which pools can take the job at all.
//!
//! Three filters, in the order in which a rejection names them: the data can get there (input in, output out), storage has room for
//! input and output, the round trip is within the job's bound. Brokers go over the pools that pass in id order, without a
//! list: nothing is allocated for a job, and its cost is one look at the paths of each pool that may run it.

use super::{Decision, Placement};
use crate::model::{PoolId, RejectReason, Request};
use crate::policy::view::{Staging, View};
use std::cmp::Ordering;

/// A pool that can take the job, and how its data would come and go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The pool.
    pub pool: PoolId,
    /// How the input comes.
    pub staging: Staging,
    /// How the output leaves.
    pub delivery: Staging,
}

/// The pools that pass the filters, in id order.
pub fn eligible<'a>(view: &View<'a>, request: &'a Request) -> impl Iterator<Item = Candidate> + use<'a> {
    let view = *view;
    view.candidates(request)
        .filter(move |pool| view.within_round_trip(request, *pool))
        .filter_map(move |pool| reached(&view, request, pool))
        .filter(move |candidate| view.storage_fits(request, candidate.pool, &candidate.staging))
}

/// The pool as a candidate, where its data can get there and away.
#[must_use]
pub fn reached(view: &View<'_>, request: &Request, pool: PoolId) -> Option<Candidate> {
    let staging = view.staging(request, pool)?;
    let delivery = view.delivery(request, pool)?;
    Some(Candidate { pool, staging, delivery })
}

/// The eligible pool with the least key; equal keys by pool id. Rejects where no pool is eligible.
pub fn least<K: Ord>(view: &View<'_>, request: &Request, mut key: impl FnMut(&Candidate) -> K) -> Decision {
    least_by(view, request, |candidate| key(candidate), K::cmp)
}

/// [`least`] with a comparison of its own.
pub fn least_by<K>(
    view: &View<'_>,
    request: &Request,
    mut key: impl FnMut(&Candidate) -> K,
    mut compare: impl FnMut(&K, &K) -> Ordering,
) -> Decision {
    let mut best: Option<(K, PoolId)> = None;
    for candidate in eligible(view, request) {
        let key = key(&candidate);
        // Pools come in id order: only a smaller key replaces the first of equals.
        if best.as_ref().is_none_or(|(least, _)| compare(&key, least) == Ordering::Less) {
            best = Some((key, candidate.pool));
        }
    }
    best.map_or_else(|| reject(view, request), |(_, pool)| Decision::Place(Placement::at(pool)))
}

/// Turns a job away that no pool is eligible for, with the first filter that left none.
#[must_use]
pub fn reject(view: &View<'_>, request: &Request) -> Decision {
    let mut left = [false; 3];
    for pool in view.candidates(request) {
        left[0] = true;
        if let Some(candidate) = reached(view, request, pool) {
            left[1] = true;
            left[2] |= view.storage_fits(request, pool, &candidate.staging);
        }
    }
    Decision::Reject(match left {
        [false, ..] if view.allowed(request).is_empty() => RejectReason::NoEligibleCenter,
        [false, ..] => RejectReason::TooLarge,
        [_, false, _] => RejectReason::Unreachable,
        [_, _, false] => RejectReason::StorageFull,
        _ => RejectReason::RoundTrip,
    })
}
