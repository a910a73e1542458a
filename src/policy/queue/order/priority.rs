//! By the jobs' priority, larger first.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// Highest priority first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Priority;

impl Order for Priority {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        Rank::of(u64::from(descending(job.priority)))
    }
}

/// Maps larger priorities to smaller numbers.
pub(super) const fn descending(priority: i32) -> u32 {
    // Flipping the sign bit sorts i32 as u32; the complement reverses it.
    !(priority.cast_unsigned() ^ (1 << 31))
}
