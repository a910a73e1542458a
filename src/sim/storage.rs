//! Storage of centers: what is reserved, and what is free.

use crate::model::{CenterId, Platform};
use crate::units::Bytes;

/// Bytes in use by center, without what was filled before the run.
#[derive(Debug, Clone)]
pub(super) struct Stores {
    used: Vec<Bytes>,
    /// Bytes that jobs and datasets can use; `None` is without bound.
    space: Vec<Option<Bytes>>,
}

impl Stores {
    /// Empty but for the replicas that are there from the start.
    pub(super) fn new(platform: &Platform) -> Self {
        let space =
            platform.centers.iter().map(|center| center.storage.map(|s| s.space.saturating_sub(s.filled))).collect();
        let mut used = vec![Bytes::ZERO; platform.centers.len()];
        for (center, used) in platform.centers.iter().zip(&mut used) {
            let here = platform.datasets.iter().filter(|dataset| dataset.at.contains(&center.site));
            *used = here.map(|dataset| dataset.size).sum();
        }
        Self { used, space }
    }

    pub(super) fn used(&self, center: CenterId) -> Bytes {
        self.used[center.index()]
    }

    /// What is free; `None` is without bound.
    pub(super) fn free(&self, center: CenterId) -> Option<Bytes> {
        self.space[center.index()].map(|space| space.saturating_sub(self.used[center.index()]))
    }

    /// Reserves so much; `false` and nothing done where it is not free.
    pub(super) fn reserve(&mut self, center: CenterId, bytes: Bytes) -> bool {
        let fits = self.free(center).is_none_or(|free| free >= bytes);
        if fits {
            self.used[center.index()] += bytes;
        }
        fits
    }

    /// Other space for jobs and datasets from now on.
    pub(super) fn set_space(&mut self, center: CenterId, space: Bytes) {
        self.space[center.index()] = Some(space);
    }

    pub(super) fn release(&mut self, center: CenterId, bytes: Bytes) {
        let used = &mut self.used[center.index()];
        *used = used.saturating_sub(bytes);
    }
}
