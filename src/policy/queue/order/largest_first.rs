//! Largest first: by demand of the headline resource, downwards. Packs well, as big jobs do not meet fragments.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// Largest job first.
#[derive(Debug, Clone, Copy, Default)]
pub struct LargestFirst;

impl Order for LargestFirst {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        Rank::of(u64::MAX - job.headline)
    }
}
