//! Brokers: which center and pool a job goes to, from which replica, and when.

use super::view::View;
use crate::model::{PoolId, RejectReason, Request, SiteId};
use crate::units::SimTime;

/// What a broker wants done with one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Decision {
    /// Place it.
    Place(Placement),
    /// Ask again at this later instant.
    Wait(SimTime),
    /// Turn it away.
    Reject(RejectReason),
}

/// Where and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Placement {
    /// The pool.
    pub pool: PoolId,
    /// Which replica of its dataset is read; `None` leaves it to the driver (least estimated time).
    pub replica: Option<SiteId>,
    /// Staging begins no earlier.
    pub not_before: Option<SimTime>,
}

impl Placement {
    /// At once, replica left to the driver.
    #[must_use]
    pub const fn at(pool: PoolId) -> Self {
        Self { pool, replica: None, not_before: None }
    }
}

/// A global policy that is asked job by job, in job order; each placement is applied before the next question.
pub trait Broker: Send {
    /// Decides on one job.
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision;
}
