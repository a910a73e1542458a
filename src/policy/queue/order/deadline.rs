//! Earliest deadline first (Liu and Layland, J. ACM 1973); jobs without a deadline come last.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// Earliest deadline first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deadline;

impl Order for Deadline {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        job.deadline.map_or(Rank([1, 0]), |at| Rank([0, at.0]))
    }
}
