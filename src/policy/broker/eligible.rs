//! What all brokers but `fixed` ask first: which pools can take the job at all.
//!
//! Three filters, in the order in which a rejection names them: the data can get there (input in, output out), storage has room for
//! input and output, the round trip is within the job's bound. Brokers go over the pools that pass in id order, without a
//! list: nothing is allocated for a job, and its cost is one look at the paths of each pool that may run it.

use super::{Decision, Placement};
use crate::model::{PoolId, RejectReason, Request};
use crate::policy::view::{Staging, View};
use crate::units::{Bytes, SimDuration};

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

impl Candidate {
    /// Bytes moved in and out.
    #[must_use]
    pub fn bytes_moved(&self) -> Bytes {
        self.staging.bytes + self.delivery.bytes
    }

    /// Estimated time of moving them.
    #[must_use]
    pub fn transfer_time(&self) -> SimDuration {
        self.staging.time + self.delivery.time
    }

    /// What moving them costs, in µCNY.
    #[must_use]
    pub const fn transfer_price_micro_cny(&self) -> u128 {
        self.staging.price_micro_cny + self.delivery.price_micro_cny
    }
}

/// Which filters hold besides reachability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filters {
    /// Storage has room for what is moved there and for the output.
    pub storage: bool,
    /// The round trip is within the job's bound.
    pub round_trip: bool,
}

impl Filters {
    /// All of them.
    pub const ALL: Self = Self { storage: true, round_trip: true };

    /// A pool as a candidate, where it passes.
    #[must_use]
    pub fn pass(self, view: &View<'_>, request: &Request, pool: PoolId) -> Option<Candidate> {
        // The cheapest question first; the answer does not depend on the order.
        if self.round_trip && !view.within_round_trip(request, pool) {
            return None;
        }
        let candidate = reached(view, request, pool)?;
        (!self.storage || view.storage_fits(request, pool, &candidate.staging)).then_some(candidate)
    }

    /// The pools that pass, in id order.
    pub fn eligible<'a>(self, view: &View<'a>, request: &'a Request) -> impl Iterator<Item = Candidate> + use<'a> {
        let view = *view;
        view.candidates(request).filter_map(move |pool| self.pass(&view, request, pool))
    }

    /// Places a job, or turns it away where no pool was found: then with the first filter that left none.
    #[must_use]
    pub fn place(self, pool: Option<PoolId>, view: &View<'_>, request: &Request) -> Decision {
        match pool {
            Some(pool) => Decision::Place(Placement::at(pool)),
            None => Decision::Reject(self.reason(view, request)),
        }
    }

    fn reason(self, view: &View<'_>, request: &Request) -> RejectReason {
        let (mut large_enough, mut reachable, mut stored) = (false, false, false);
        for pool in view.candidates(request) {
            large_enough = true;
            if let Some(candidate) = reached(view, request, pool) {
                reachable = true;
                stored |= !self.storage || view.storage_fits(request, pool, &candidate.staging);
            }
        }
        if view.allowed(request).is_empty() {
            RejectReason::NoEligibleCenter
        } else if !large_enough {
            RejectReason::TooLarge
        } else if !reachable {
            RejectReason::Unreachable
        } else if !stored {
            RejectReason::StorageFull
        } else {
            RejectReason::RoundTrip
        }
    }
}

/// The pools that pass all filters, in id order.
pub fn eligible<'a>(view: &View<'a>, request: &'a Request) -> impl Iterator<Item = Candidate> + use<'a> {
    Filters::ALL.eligible(view, request)
}

/// The pool as a candidate, where its data can get there and away.
fn reached(view: &View<'_>, request: &Request, pool: PoolId) -> Option<Candidate> {
    let staging = view.staging(request, pool)?;
    let delivery = view.delivery(request, pool)?;
    Some(Candidate { pool, staging, delivery })
}

/// The eligible pool with the least key; equal keys by pool id. Rejects where no pool is eligible.
pub fn least<K: Ord>(view: &View<'_>, request: &Request, mut key: impl FnMut(&Candidate) -> K) -> Decision {
    let mut best: Option<(K, PoolId)> = None;
    for candidate in eligible(view, request) {
        let key = key(&candidate);
        // Pools come in id order: only a smaller key replaces the first of equals.
        if best.as_ref().is_none_or(|(least, _)| key < *least) {
            best = Some((key, candidate.pool));
        }
    }
    place(best.map(|(_, pool)| pool), view, request)
}

/// Places a job, or turns it away where no pool passed all filters.
#[must_use]
pub fn place(pool: Option<PoolId>, view: &View<'_>, request: &Request) -> Decision {
    Filters::ALL.place(pool, view, request)
}
