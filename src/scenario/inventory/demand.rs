//! What the classes of a scenario ask for.

use crate::scenario::check::unbounded_mean;
use crate::workload::swf::SwfPlan;
use crate::workload::{Arrivals, ClassPlan};
use serde::Serialize;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// The jobs of a synthetic class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Demand {
    /// Its name.
    pub name: String,
    /// Expected jobs a day, over a week; `None` where the distributions do not tell it.
    pub jobs_per_day: Option<f64>,
    /// At most so many jobs in all.
    pub jobs_max: Option<u64>,
}

/// All classes by name: drawn ones, and logs with their number of jobs.
pub(super) fn all(classes: &[ClassPlan], logs: &[SwfPlan]) -> Vec<Demand> {
    let log = |log: &SwfPlan| Demand { name: log.mapping.name.clone(), jobs_per_day: None, jobs_max: Some(log.jobs) };
    let mut all: Vec<Demand> = classes.iter().map(demand).chain(logs.iter().map(log)).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

pub(super) fn demand(plan: &ClassPlan) -> Demand {
    let per_second = match &plan.arrivals {
        Arrivals::Poisson { rate, .. } => Some(*rate),
        Arrivals::Bursts { rate, size, .. } => unbounded_mean(size).map(|mean| rate * mean),
        Arrivals::Renewal { interval } => unbounded_mean(interval).filter(|mean| *mean > 0.0).map(|mean| 1e9 / mean),
    };
    Demand {
        name: plan.name.clone(),
        jobs_per_day: per_second.map(|rate| rate * SECONDS_PER_DAY),
        jobs_max: plan.count,
    }
}
