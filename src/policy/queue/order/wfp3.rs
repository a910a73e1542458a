//! WFP3: largest `(wait / requested)^3 x size` first (Tang et al., "Fault-aware, utility-based job scheduling on Blue Gene/P
//! systems", CLUSTER 2009). Favors large jobs that have waited long for their length.
//!
//! Wait and estimate in seconds (an estimate of less than one second counts as one), size in units of the headline resource.

use super::{Changes, Facts, Order, Rank};
use crate::units::SimTime;

/// Largest `(wait / requested)^3 x size` first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wfp3;

impl Order for Wfp3 {
    fn rank(&self, job: &Facts, now: SimTime) -> Rank {
        let ratio = now.since(job.queued_at).as_secs_f64() / job.estimate.as_secs_f64().max(1.0);
        Rank::ascending(-(ratio * ratio * ratio * job.size()))
    }

    fn changes(&self) -> Changes {
        Changes::WithTime
    }
}
