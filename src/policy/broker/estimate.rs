//! What a broker expects of a placement: when the job would start, end and have delivered.
//!
//! start = now + staging + queue wait, end = start + requested run time, delivered = end + delivery of the output. Staging and the wait
//! are added up, though others are served while the data come: an estimate on the safe side, the same for every pool.

use super::eligible::Candidate;
use crate::model::{PoolId, Request};
use crate::policy::view::View;
use crate::units::SimTime;

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
    let start = view.now + candidate.staging.time + wait;
    let end = start + view.requested(request, candidate.pool)?;
    Some(Expected { start, end, delivered: end + candidate.delivery.time })
}

/// When the job is expected to have delivered; never where the pool has no capacity now.
#[must_use]
pub fn delivered_or_never(view: &View<'_>, request: &Request, candidate: &Candidate) -> SimTime {
    expect(view, request, candidate).map_or(SimTime::MAX, |expected| expected.delivered)
}

/// When the job would have delivered if nothing had to be moved, at most [`delivered_or_never`]; never where the pool has no capacity now.
#[must_use]
pub fn delivered_unmoved(view: &View<'_>, request: &Request, pool: PoolId) -> SimTime {
    let wait = view.queue_wait(request, pool);
    let spans = wait.and_then(|wait| Some((wait, view.requested(request, pool)?)));
    spans.map_or(SimTime::MAX, |(wait, run)| view.now + wait + run)
}
