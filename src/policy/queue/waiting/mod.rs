//! Queues kept sorted, so that a pass costs what changed, and a walk skips what cannot start.

mod chunks;
mod lanes;

use self::chunks::{Chunks, Entry, Least};
pub(super) use self::lanes::Lane;
use self::lanes::Lanes;
use super::order::{Facts, Rank};
use crate::model::{JobSlot, TenantId, Totals};
use crate::units::{SimDuration, SimTime};

/// The place of a job in a queue: rank, then instant of queueing, then job number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) rank: Rank,
    pub(super) queued_at: SimTime,
    pub(super) number: u64,
}

/// A queued job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Queued {
    pub(super) place: Place,
    pub(super) job: JobSlot,
    pub(super) demand: Totals,
    pub(super) estimate: SimDuration,
}

impl Queued {
    /// How long a reservation lasts: a nanosecond at least, so that a job of no time needs room too.
    pub(super) fn span(&self) -> SimDuration {
        self.estimate.max(SimDuration(1))
    }
}

impl Entry for Queued {
    type Key = Place;
    fn key(&self) -> Place {
        self.place
    }
    fn least(&self) -> Least {
        Least { demand: self.demand, estimate: self.estimate }
    }
}

/// The sorted queue.
#[derive(Debug, Clone)]
pub(super) enum Waiting {
    /// Each job has a rank of its own.
    Jobs(Chunks<Queued>),
    /// The jobs of a lane share a rank and move together.
    Lanes(Lanes),
}

impl Waiting {
    pub(super) fn of_jobs() -> Self {
        Self::Jobs(Chunks::default())
    }

    pub(super) fn of_lanes() -> Self {
        Self::Lanes(Lanes::default())
    }

    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Jobs(jobs) => jobs.len(),
            Self::Lanes(lanes) => lanes.len(),
        }
    }

    pub(super) fn first(&self) -> Option<Queued> {
        match self {
            Self::Jobs(jobs) => jobs.first().copied(),
            Self::Lanes(lanes) => lanes.first(),
        }
    }

    /// All jobs in order.
    pub(super) fn to_vec(&self) -> Vec<Queued> {
        match self {
            Self::Jobs(jobs) => jobs.iter().copied().collect(),
            Self::Lanes(lanes) => lanes.iter().collect(),
        }
    }

    /// A queued job of this lane at its present place, given the place at which it joined.
    pub(super) fn placed(&self, place: Place, lane: Lane) -> Place {
        match self {
            Self::Jobs(_) => place,
            Self::Lanes(lanes) => lanes.placed(place, lane),
        }
    }

    /// How many lanes are kept apart; 0 where none are.
    pub(super) fn lanes(&self) -> usize {
        match self {
            Self::Jobs(_) => 0,
            Self::Lanes(lanes) => lanes.lanes(),
        }
    }

    /// Adds the tenants of all lanes to a list, which is empty, each once, in id order.
    pub(super) fn list_tenants(&self, tenants: &mut Vec<TenantId>) {
        if let Self::Lanes(lanes) = self {
            lanes.list_tenants(tenants);
        }
    }

    /// `facts` are the job's; only its lane counts where lanes are kept.
    pub(super) fn insert(&mut self, job: Queued, lane: Lane, facts: &Facts) {
        match self {
            Self::Jobs(jobs) => jobs.insert(job),
            Self::Lanes(lanes) => lanes.insert(job, lane, facts),
        }
    }

    pub(super) fn remove(&mut self, place: &Place, lane: Lane) {
        match self {
            Self::Jobs(jobs) => {
                jobs.remove(place);
            }
            Self::Lanes(lanes) => lanes.remove(place, lane),
        }
    }

    /// Replaces all jobs; for queues that keep no lanes.
    pub(super) fn refill(&mut self, all: Vec<Queued>) {
        if let Self::Jobs(jobs) = self {
            *jobs = Chunks::of(all);
        }
    }

    /// Gives the lanes of a tenant (of all for `None`) the ranks of their jobs; where lanes are kept.
    pub(super) fn rank_again(&mut self, tenant: Option<TenantId>, rank: impl Fn(&Facts) -> Rank) {
        if let Self::Lanes(lanes) = self {
            lanes.rank_again(tenant, rank);
        }
    }

    /// The first job after `place` (from the front for `None`) that may start by its demand and estimate, and is worth trying.
    /// `may` must be monotone: what it refuses, it refuses with a larger demand or a longer estimate too.
    pub(super) fn next_after(
        &self,
        place: Option<&Place>,
        may: impl Fn(&Totals, SimDuration) -> bool,
        worth: impl Fn(&Queued) -> bool,
    ) -> Option<Queued> {
        let may = |least: &Least| may(&least.demand, least.estimate);
        match self {
            Self::Jobs(jobs) => next_in(jobs, place, &may, &worth).copied(),
            Self::Lanes(lanes) => lanes.next_after(place, &may, &worth),
        }
    }
}

/// The first job of a list after a place that may start and is worth trying.
fn next_in<'a>(
    jobs: &'a Chunks<Queued>,
    after: Option<&Place>,
    may: &impl Fn(&Least) -> bool,
    worth: &impl Fn(&Queued) -> bool,
) -> Option<&'a Queued> {
    jobs.find_from(after, may, |job| (after.is_none_or(|place| job.place > *place) && worth(job)).then_some(job))
}
