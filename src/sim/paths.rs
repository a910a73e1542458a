//! The network as brokers see it.

use super::storage::Stores;
use super::world::{SharedCopy, World};
use crate::model::{CenterId, DatasetId, LaneId, SiteId};
use crate::network::{FairNetwork, Routes, window_cap};
use crate::policy::view::{PathEstimate, Paths};
use crate::units::{Bytes, SimDuration};
use std::collections::BTreeMap;

/// Ways, replicas and storage as they are now.
pub(super) struct PathsNow<'a> {
    pub(super) routes: &'a Routes,
    pub(super) network: &'a FairNetwork,
    pub(super) replicas: &'a [Vec<SiteId>],
    pub(super) copies: &'a BTreeMap<(DatasetId, CenterId), SharedCopy>,
    pub(super) stores: &'a Stores,
    pub(super) window: Option<Bytes>,
}

impl World {
    /// Ways, replicas and storage as they are now.
    pub(super) fn paths(&self) -> PathsNow<'_> {
        PathsNow {
            routes: &self.routes,
            network: &self.network,
            replicas: &self.replicas,
            copies: &self.copies,
            stores: &self.stores,
            window: self.platform.flow_window,
        }
    }
}

impl Paths for PathsNow<'_> {
    fn version(&self) -> u64 {
        self.routes.version()
    }

    fn path(&self, from: SiteId, to: SiteId) -> Option<PathEstimate> {
        let way = self.routes.outline(from, to, |lane| self.network.lane_share(lane))?;
        let cap = self.window.and_then(|window| window_cap(window, 1, way.latency)).unwrap_or(f64::INFINITY);
        Some(PathEstimate { latency: way.latency, rate: way.least.min(cap), price: way.price.0 })
    }

    fn latency(&self, from: SiteId, to: SiteId) -> Option<SimDuration> {
        self.routes.latency(from, to)
    }

    fn round_trip(&self, from: SiteId, to: SiteId) -> Option<SimDuration> {
        // A link takes as long, and is as good or bad, in both directions: so is the least of all ways.
        let latency = self.routes.latency(from, to)?;
        Some(latency.saturating_add(latency))
    }

    fn lanes(&self, from: SiteId, to: SiteId) -> Option<&[LaneId]> {
        self.routes.route(from, to).map(|route| route.lanes.as_ref())
    }

    fn replicas(&self, dataset: DatasetId) -> &[SiteId] {
        &self.replicas[dataset.index()]
    }

    fn is_coming(&self, dataset: DatasetId, center: CenterId) -> bool {
        self.copies.contains_key(&(dataset, center))
    }

    fn storage_free(&self, center: CenterId) -> Option<Bytes> {
        self.stores.free(center)
    }
}
