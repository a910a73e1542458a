//! Least-latency routes, found per source when first asked for and kept.
//!
//! Dijkstra's algorithm (E. W. Dijkstra: A Note on Two Problems in Connexion with Graphs, 1959) over latencies in whole
//! nanoseconds. Among routes of equal latency the one with the fewest lanes is taken, and among those the one whose list
//! of lane ids comes first in dictionary order: one route, whatever the order of calls.
//!
//! A link takes part if its bandwidth is above zero and it is not down.

use crate::model::{Direction, LaneId, Link, LinkId, SiteId};
use crate::units::{SimDuration, TransferPrice};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, OnceLock};

/// A way from one site to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The lanes in the order in which they are crossed; none from a site to itself.
    pub lanes: Arc<[LaneId]>,
    /// The sum of the one-way latencies.
    pub latency: SimDuration,
    /// The sum of the prices: what a gigabyte costs all the way.
    pub price: TransferPrice,
}

/// The link ends that a site has.
#[derive(Debug, Clone, Copy)]
struct Exit {
    lane: LaneId,
    to: SiteId,
}

/// What routing knows of a link.
#[derive(Debug, Clone, Copy)]
struct Line {
    between: [SiteId; 2],
    latency: u64,
    price: u64,
    has_bandwidth: bool,
    up: bool,
}

/// All routes from one source.
#[derive(Debug, Clone)]
struct Tree {
    /// Total latency to each site; [`SimDuration::MAX`] where there is no way.
    latency: Vec<SimDuration>,
    /// The last lane on the way to each site, with [`NO_LANE`] where there is none.
    last: Vec<LaneId>,
    /// Routes asked for so far.
    routes: Vec<OnceLock<Box<Route>>>,
}

const NO_LANE: LaneId = LaneId(u32::MAX);

/// Routes between all sites of a network.
///
/// Asking needs no exclusive access, so that a policy's view can hold a shared reference; what was found is kept until a
/// link changes.
#[derive(Debug, Clone)]
pub struct Routes {
    exits: Vec<Vec<Exit>>,
    lines: Vec<Line>,
    trees: Vec<OnceLock<Box<Tree>>>,
}

impl Routes {
    /// The routes of a network of so many sites. Links that name sites beyond are left out.
    #[must_use]
    pub fn new(sites: usize, links: &[Link]) -> Self {
        let mut exits = vec![Vec::new(); sites];
        for (number, link) in links.iter().enumerate() {
            let [a, b] = link.between;
            if a.index() < sites && b.index() < sites {
                let link = LinkId::from_index(number);
                exits[a.index()].push(Exit { lane: link.lane(Direction::Forth), to: b });
                exits[b.index()].push(Exit { lane: link.lane(Direction::Back), to: a });
            }
        }
        let line = |link: &Link| Line {
            between: link.between,
            latency: link.latency.0,
            price: link.price.0,
            has_bandwidth: link.bandwidth.0 > 0,
            up: true,
        };
        Self { exits, lines: links.iter().map(line).collect(), trees: vec![OnceLock::new(); sites] }
    }

    /// Says whether a link is up. Where that changes something, all routes are found anew when asked for next; those
    /// given out stay valid as values, and it is for the caller to decide what becomes of flows under way.
    pub fn set_up(&mut self, link: LinkId, up: bool) -> bool {
        self.change(link, |line| line.up = up)
    }

    /// Says whether a link has any bandwidth at all; without, it takes no part. Returns whether that changed something.
    pub fn set_has_bandwidth(&mut self, link: LinkId, has_bandwidth: bool) -> bool {
        self.change(link, |line| line.has_bandwidth = has_bandwidth)
    }

    fn change(&mut self, link: LinkId, change: impl FnOnce(&mut Line)) -> bool {
        let Some(line) = self.lines.get_mut(link.index()) else { return false };
        let before = line.usable();
        change(line);
        let changed = line.usable() != before;
        if changed {
            self.trees.fill(OnceLock::new());
        }
        changed
    }

    /// The route between two sites; `None` if there is no way. After the first time this is two look-ups.
    #[must_use]
    pub fn route(&self, from: SiteId, to: SiteId) -> Option<&Route> {
        let tree = self.tree(from)?;
        let latency = tree.latency.get(to.index()).copied().filter(|&latency| latency != SimDuration::MAX)?;
        Some(tree.routes[to.index()].get_or_init(|| {
            let lanes: Arc<[LaneId]> = self.lanes_to(tree, to).into();
            let price =
                lanes.iter().fold(0, |sum: u64, lane| sum.saturating_add(self.lines[lane.link().index()].price));
            Box::new(Route { lanes, latency, price: TransferPrice(price) })
        }))
    }

    /// The one-way latency between two sites; `None` if there is no way.
    #[must_use]
    pub fn latency(&self, from: SiteId, to: SiteId) -> Option<SimDuration> {
        self.latencies(from).get(to.index()).copied().filter(|&latency| latency != SimDuration::MAX)
    }

    /// The one-way latencies from a site to all sites, by site; [`SimDuration::MAX`] where there is no way. Empty for a
    /// site that does not exist.
    #[must_use]
    pub fn latencies(&self, from: SiteId) -> &[SimDuration] {
        self.tree(from).map_or(&[], |tree| &tree.latency)
    }

    /// The other sites that can be reached from a site, nearest first (then by id): for saying what would have worked.
    #[must_use]
    pub fn reachable(&self, from: SiteId) -> Vec<SiteId> {
        let latencies = self.latencies(from).iter().enumerate();
        let mut sites: Vec<(SimDuration, SiteId)> = latencies
            .map(|(site, &latency)| (latency, SiteId::from_index(site)))
            .filter(|&(latency, site)| latency != SimDuration::MAX && site != from)
            .collect();
        sites.sort_unstable();
        sites.into_iter().map(|(_, site)| site).collect()
    }

    fn tree(&self, from: SiteId) -> Option<&Tree> {
        Some(self.trees.get(from.index())?.get_or_init(|| Box::new(self.grow(from))))
    }

    /// The lanes from a tree's source to a site.
    fn lanes_to(&self, tree: &Tree, to: SiteId) -> Vec<LaneId> {
        let (mut lanes, mut at) = (Vec::new(), to);
        while tree.last[at.index()] != NO_LANE {
            let lane = tree.last[at.index()];
            lanes.push(lane);
            at = self.start_of(lane);
        }
        lanes.reverse();
        lanes
    }

    fn start_of(&self, lane: LaneId) -> SiteId {
        self.lines[lane.link().index()].between[match lane.direction() {
            Direction::Forth => 0,
            Direction::Back => 1,
        }]
    }

    fn grow(&self, from: SiteId) -> Tree {
        let sites = self.exits.len();
        let mut tree = Tree {
            latency: vec![SimDuration::MAX; sites],
            last: vec![NO_LANE; sites],
            routes: vec![OnceLock::new(); sites],
        };
        let mut hops = vec![0_u32; sites];
        tree.latency[from.index()] = SimDuration::ZERO;
        let mut queue = BinaryHeap::from([Reverse((SimDuration::ZERO, 0, from))]);
        while let Some(Reverse((latency, hop, at))) = queue.pop() {
            if (latency, hop) != (tree.latency[at.index()], hops[at.index()]) {
                continue;
            }
            for exit in &self.exits[at.index()] {
                let line = &self.lines[exit.lane.link().index()];
                if !line.usable() || exit.to == from {
                    continue;
                }
                let (to, found) = (exit.to.index(), (SimDuration(latency.0.saturating_add(line.latency)), hop + 1));
                let known = (tree.latency[to], hops[to]);
                // Of equal routes the one whose lanes come first. All of a site's lanes but the last are settled when
                // it is taken from the queue, as each lane is one hop more.
                let first = |tree: &Tree| {
                    let mut lanes = self.lanes_to(tree, at);
                    lanes.push(exit.lane);
                    lanes < self.lanes_to(tree, exit.to)
                };
                if found < known {
                    (tree.latency[to], hops[to], tree.last[to]) = (found.0, found.1, exit.lane);
                    queue.push(Reverse((found.0, found.1, exit.to)));
                } else if found == known && found.0 != SimDuration::MAX && first(&tree) {
                    tree.last[to] = exit.lane;
                }
            }
        }
        tree
    }
}

impl Line {
    fn usable(&self) -> bool {
        self.up && self.has_bandwidth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::Series;
    use crate::units::BitsPerSec;
    use proptest::prelude::*;

    fn link(a: u32, b: u32, latency: u64) -> Link {
        Link {
            name: format!("{a}-{b}"),
            between: [SiteId(a), SiteId(b)],
            latency: SimDuration(latency),
            bandwidth: BitsPerSec(1),
            price: TransferPrice(latency * 10),
            background: Series::constant(0),
            kind: None,
            cables: 1,
        }
    }

    #[test]
    fn the_least_latency_then_lanes_then_ids() {
        // 0 -> 3: by 1 (links 0, 1) 5 + 5, by 2 (links 2, 3) 5 + 5, direct (link 4) 11. Equal ones: lanes 0, 2 first.
        let mut routes = Routes::new(5, &[link(0, 1, 5), link(1, 3, 5), link(2, 0, 5), link(2, 3, 5), link(0, 3, 11)]);
        let (a, d) = (SiteId(0), SiteId(3));
        let lanes = |routes: &Routes, from, to| routes.route(from, to).map(|r| r.lanes.iter().map(|l| l.0).collect());
        assert_eq!(lanes(&routes, a, d), Some(vec![0, 2]));
        assert_eq!(lanes(&routes, d, a), Some(vec![3, 1]));
        assert_eq!(routes.route(a, d).map(|r| (r.latency.0, r.price.0)), Some((10, 100)));
        assert_eq!(lanes(&routes, a, a), Some(vec![]));
        // Without link 1 the way leads back over link 2 (lane 5), then lane 6; without bandwidth on it, directly.
        assert!(routes.set_up(LinkId(1), false));
        assert!(!routes.set_up(LinkId(1), false), "nothing changed");
        assert_eq!(lanes(&routes, a, d), Some(vec![5, 6]));
        assert!(routes.set_has_bandwidth(LinkId(2), false));
        assert_eq!(lanes(&routes, a, d), Some(vec![8]));
        assert_eq!(routes.reachable(a), [SiteId(1), SiteId(3), SiteId(2)]);
        // Site 4 has no link; site 9 does not exist.
        assert_eq!(routes.route(a, SiteId(4)), None);
        assert_eq!(routes.latency(a, SiteId(4)), None);
        assert_eq!(routes.latencies(SiteId(4))[4], SimDuration::ZERO);
        assert_eq!(routes.reachable(SiteId(4)), []);
        assert_eq!(routes.route(SiteId(9), a), None);
        assert_eq!(routes.route(a, SiteId(9)), None);
    }

    /// All simple ways from `at`, as (latency, lanes).
    fn ways(
        links: &[Link],
        at: SiteId,
        to: SiteId,
        seen: &mut Vec<SiteId>,
        found: &mut Vec<Vec<LaneId>>,
        way: &[LaneId],
    ) {
        if at == to {
            found.push(way.to_vec());
            return;
        }
        for (i, link) in links.iter().enumerate() {
            for (direction, next) in [(Direction::Forth, [0, 1]), (Direction::Back, [1, 0])] {
                let [start, end] = next.map(|end| link.between[end]);
                if start == at && !seen.contains(&end) && link.bandwidth.0 > 0 {
                    seen.push(end);
                    let way = [way, &[LinkId::from_index(i).lane(direction)]].concat();
                    ways(links, end, to, seen, found, &way);
                    seen.pop();
                }
            }
        }
    }

    proptest! {
        /// Latencies against the algorithm of Floyd and Warshall.
        #[test]
        fn latencies_of_all_pairs(ends in prop::collection::vec((0u32..12, 0u32..12, 0u64..20), 0..40)) {
            let links: Vec<Link> = ends.iter().map(|&(a, b, latency)| link(a, b, latency)).collect();
            let mut table = vec![vec![u64::MAX; 12]; 12];
            for (i, row) in table.iter_mut().enumerate() {
                row[i] = 0;
            }
            for &(a, b, latency) in &ends {
                for (a, b) in [(a as usize, b as usize), (b as usize, a as usize)] {
                    table[a][b] = table[a][b].min(latency);
                }
            }
            for k in 0..12 {
                for i in 0..12 {
                    for j in 0..12 {
                        table[i][j] = table[i][j].min(table[i][k].saturating_add(table[k][j]));
                    }
                }
            }
            let routes = Routes::new(12, &links);
            for (i, row) in table.iter().enumerate() {
                let from = SiteId::from_index(i);
                prop_assert_eq!(routes.latencies(from).iter().map(|l| l.0).collect::<Vec<_>>(), row.clone());
            }
        }

        /// The route itself against all simple ways: least latency, then number of lanes, then their ids.
        #[test]
        fn ties_are_broken_by_the_rule(
            ends in prop::collection::vec((0u32..5, 0u32..5, 0u64..3, 0u64..8), 0..9),
        ) {
            let links: Vec<Link> = ends.iter().map(|&(a, b, latency, bandwidth)| {
                Link { bandwidth: BitsPerSec(bandwidth), ..link(a, b, latency) }
            }).collect();
            let routes = Routes::new(5, &links);
            for (from, to) in (0..5).flat_map(|a| (0..5).map(move |b| (SiteId(a), SiteId(b)))) {
                let mut found = Vec::new();
                ways(&links, from, to, &mut vec![from], &mut found, &[]);
                let rank = |way: &Vec<LaneId>| {
                    let latency: u64 = way.iter().map(|lane| links[lane.link().index()].latency.0).sum();
                    (latency, way.len(), way.clone())
                };
                let best = found.into_iter().min_by_key(rank);
                prop_assert_eq!(routes.route(from, to).map(|r| r.lanes.to_vec()), best);
            }
        }
    }
}
