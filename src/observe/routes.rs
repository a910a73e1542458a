//! Routes that flows were told to take.

use crate::model::dense::Dense;
use crate::model::{LaneId, SiteId};

/// Lanes that are kept beside the number of a route; longer ones are looked up.
const BESIDE: usize = 11;

/// The routes met so far, each kept once as long as nothing changes, so that a flow need not keep its own.
#[derive(Debug, Clone)]
pub(super) struct KnownRoutes {
    routes: Vec<Box<[LaneId]>>,
    /// The latest route between two sites.
    latest: Dense<Latest>,
}

/// A route, and its first lanes: one line of memory says whether a flow takes it.
#[derive(Debug, Clone, Copy)]
struct Latest {
    route: u32,
    length: u32,
    lanes: [LaneId; BESIDE],
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
        let latest = self.latest.get(pair(from, to))?;
        let same = match lanes.get(..BESIDE) {
            Some(first) => first == latest.lanes && *lanes == *self.routes[latest.route as usize],
            None => lanes.len() == latest.length as usize && lanes == &latest.lanes[..lanes.len()],
        };
        same.then_some(latest.route)
    }

    /// Gives a number to a route that [`KnownRoutes::find`] does not know.
    pub(super) fn add(&mut self, from: SiteId, to: SiteId, lanes: &[LaneId]) -> u32 {
        let route = self.routes.len() as u32;
        self.routes.push(lanes.into());
        let mut latest = Latest { route, length: lanes.len() as u32, lanes: [LaneId(0); BESIDE] };
        latest.lanes.iter_mut().zip(lanes).for_each(|(mine, lane)| *mine = *lane);
        self.latest.remove(pair(from, to));
        self.latest.insert(pair(from, to), latest);
        route
    }

    /// The lanes of a route by its number.
    pub(super) fn lanes(&self, route: u32) -> &[LaneId] {
        self.routes.get(route as usize).map_or(&[], |lanes| lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_known_by_all_of_its_lanes() {
        let mut known = KnownRoutes::new();
        let (from, to) = (SiteId(3), SiteId(7));
        let lanes: Vec<LaneId> = (0..30).map(LaneId).collect();
        for length in [0, 1, 10, 11, 12, 30] {
            let route = &lanes[..length];
            assert_eq!(known.find(from, to, route), None, "{length} lanes");
            let number = known.add(from, to, route);
            assert_eq!((known.find(from, to, route), known.lanes(number)), (Some(number), route));
            assert_eq!(known.find(to, from, route), None);
            for at in 0..length {
                let mut other = route.to_vec();
                other[at] = LaneId(99);
                assert_eq!(known.find(from, to, &other), None, "lane {at} of {length}");
            }
        }
        // What was met before, and is not the latest, has to be given a number once more.
        assert_eq!(known.find(from, to, &lanes[..10]), None);
        assert_eq!(known.add(from, to, &lanes[..10]), 6);
    }
}
