//! Shortest job first: by estimated run time. Short jobs wait little; long ones may starve without backfilling's reservation.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// Shortest job first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sjf;

impl Order for Sjf {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        Rank::of(job.estimate.0)
    }
}
