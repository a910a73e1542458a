//! F1 to F4: scores found by regression over simulated schedules (Carastan-Santos and de Camargo, "Obtaining dynamic
//! scheduling policies with simulation and machine learning", SC 2017, table 3). Smallest first, with r the estimated run time
//! in seconds, n the units of the headline resource and s the instant of submission in seconds since the start:
//!
//! - F1 = log10(r) n + 870 log10(s)
//! - F2 = sqrt(r) n + 25,600 log10(s)
//! - F3 = r n + 6,860,000 log10(s)
//! - F4 = r sqrt(n) + 530,000 log10(s)
//!
//! r and s below 1 count as 1. The instant of submission does not move, so neither do the scores.

use super::{Facts, Order, Rank};
use crate::units::SimTime;

/// One of the four scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regression {
    /// log10(r) n + 870 log10(s)
    F1,
    /// sqrt(r) n + 25,600 log10(s)
    F2,
    /// r n + 6,860,000 log10(s)
    F3,
    /// r sqrt(n) + 530,000 log10(s)
    F4,
}

impl Regression {
    /// The score of a job.
    #[must_use]
    pub fn score(self, job: &Facts) -> f64 {
        let run = job.estimate.as_secs_f64().max(1.0);
        let submit = libm::log10(job.submit.as_secs_f64().max(1.0));
        let size = job.size();
        match self {
            Self::F1 => libm::log10(run) * size + 870.0 * submit,
            Self::F2 => run.sqrt() * size + 25_600.0 * submit,
            Self::F3 => run * size + 6_860_000.0 * submit,
            Self::F4 => run * size.sqrt() + 530_000.0 * submit,
        }
    }
}

impl Order for Regression {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        Rank::ascending(self.score(job))
    }
}
