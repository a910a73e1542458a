//! Routes that flows were told to take.

use crate::model::dense::Dense;
use crate::model::{LaneId, SiteId};

/// The routes met so far, each kept once as long as nothing changes, so that a flow need not keep its own.
#[derive(Debug, Clone)]
pub(super) struct KnownRoutes {
    routes: Vec<Box<[LaneId]>>,
    /// The latest route between two sites.
    latest: Dense<u32>,
}

const fn pair(from: SiteId, to: SiteId) -> u64 {
    (from.0 as u64) << 32 | to.0 as u64
}

impl KnownRoutes {
    pub(super) fn new() -> Self {
        Self { routes: Vec::new(), latest: Dense::new() }
    }

    /// The number of a route, if it is the one that was last met between its sites.
    pub(super) fn find(&self, from: SiteId, to: SiteId, lanes: &[LaneId]) -> Option<u32> {
        let route = self.latest.get(pair(from, to)).copied();
        route.filter(|route| *self.routes[*route as usize] == *lanes)
    }

    /// Gives a number to a route that [`KnownRoutes::find`] does not know.
    pub(super) fn add(&mut self, from: SiteId, to: SiteId, lanes: &[LaneId]) -> u32 {
        let route = self.routes.len() as u32;
        self.routes.push(lanes.into());
        self.latest.remove(pair(from, to));
        self.latest.insert(pair(from, to), route);
        route
    }

    /// The lanes of a route by its number.
    pub(super) fn lanes(&self, route: u32) -> &[LaneId] {
        self.routes.get(route as usize).map_or(&[], |lanes| lanes)
    }
}
