//! Longest job first: by estimated run time, downwards.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// Longest job first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ljf;

impl Order for Ljf {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        Rank::of(u64::MAX - job.estimate.0)
    }
}
