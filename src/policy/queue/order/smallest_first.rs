//! Smallest first: by demand of the headline resource.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// Smallest job first.
#[derive(Debug, Clone, Copy, Default)]
pub struct SmallestFirst;

impl Order for SmallestFirst {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        Rank::of(job.headline)
    }
}
