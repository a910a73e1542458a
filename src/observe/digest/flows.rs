//! Where each class of each origin ran.

use crate::model::{CenterId, Job};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Jobs by class, origin and center: one entry in each list a triple that occurs, in that order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flows {
    /// Place of the class in its list.
    pub class: Vec<u32>,
    /// Place of the origin among the sites.
    pub origin: Vec<u32>,
    /// Place of the center in its list.
    pub center: Vec<u32>,
    /// Jobs placed.
    pub jobs: Vec<u64>,
}

/// Counts jobs.
#[derive(Debug, Clone, Default)]
pub(super) struct FlowCounts(BTreeMap<(u32, u32, u32), u64>);

impl FlowCounts {
    pub(super) fn note(&mut self, job: &Job, center: CenterId) {
        *self.0.entry((job.request.class.0, job.request.origin.0, center.0)).or_insert(0) += 1;
    }

    pub(super) fn finish(self) -> Flows {
        let mut flows = Flows::default();
        for ((class, origin, center), jobs) in self.0 {
            flows.class.push(class);
            flows.origin.push(origin);
            flows.center.push(center);
            flows.jobs.push(jobs);
        }
        flows
    }
}
