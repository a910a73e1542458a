//! First come, first served: by the instant of queueing, then job number.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// First come, first served.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fcfs;

impl Order for Fcfs {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        let _ = job;
        Rank::default()
    }
}
