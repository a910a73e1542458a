//! What a broker expects of a placement: when the job would start, end and have delivered.
//!
//! start = now + the longer of staging and queue wait, end = start + requested run time, delivered = end + delivery of the output. The queue
//! is served while the data move: staging and the wait go on side by side. The wait is that of the [rule of room](crate::policy::room).

use super::eligible::Candidate;
use crate::model::{PoolId, Request};
use crate::policy::view::View;
use crate::units::{SimDuration, SimTime};

/// The expected story of a job in one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// When it starts.
    pub start: SimTime,
    /// When it ends.
    pub end: SimTime,
    /// When its output is where it should be.
    pub delivered: SimTime,
}

/// What is expected of a job in a pool; `None` where the pool has no capacity now.
#[must_use]
pub fn expect(view: &View<'_>, request: &Request, candidate: &Candidate) -> Option<Expected> {
    let wait = view.queue_wait(request, candidate.pool)?;
    let start = view.now + candidate.staging.time.max(wait);
    let end = start + view.requested(request, candidate.pool)?;
    Some(Expected { start, end, delivered: end + candidate.delivery.time })
}

/// When the job is expected to have delivered; never where the pool has no capacity now.
#[must_use]
pub fn delivered_or_never(view: &View<'_>, request: &Request, candidate: &Candidate) -> SimTime {
    expect(view, request, candidate).map_or(SimTime::MAX, |expected| expected.delivered)
}

/// Whether a job is expected to have delivered from a pool before some instant if nothing had to be moved: where not,
/// [`delivered_or_never`] is no earlier either. Looks no further ahead than that.
#[must_use]
pub fn delivers_before(view: &View<'_>, request: &Request, pool: PoolId, instant: SimTime) -> bool {
    let left = instant.since(view.now);
    view.requested(request, pool)
        .is_some_and(|run| run < left && view.waits_less(request, pool, SimDuration(left.0 - run.0)))
}
