//! UNICEF: largest `wait / (log2(size) x requested)` first (Tang et al., CLUSTER 2009). Favors small short jobs.
//!
//! A job of size 1 has a logarithm of zero: once it has waited its score is infinite, so such jobs come first, by queueing.
//! Sizes below 1 count as 1, estimates below one second as one.

use super::{Changes, Facts, Order, Rank};
use crate::units::SimTime;

/// Largest `wait / (log2(size) x requested)` first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unicef;

impl Order for Unicef {
    fn rank(&self, job: &Facts, now: SimTime) -> Rank {
        let wait = now.since(job.queued_at).as_secs_f64();
        let divisor = libm::log2(job.size().max(1.0)) * job.estimate.as_secs_f64().max(1.0);
        // Nobody has waited: 0 / 0 would be no number at all.
        Rank::ascending(if wait > 0.0 { -(wait / divisor) } else { 0.0 })
    }

    fn changes(&self) -> Changes {
        Changes::WithTime
    }
}
