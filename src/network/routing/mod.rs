//! Least-latency routes, found per source when first asked for and kept.
//!
//! Dijkstra's algorithm (E. W. Dijkstra: A Note on Two Problems in Connexion with Graphs, 1959) over latencies in whole
//! nanoseconds. Among routes of equal latency the one with the fewest lanes is taken, and among those the one whose list
//! of lane ids comes first in dictionary order: one route, whatever the order of calls.
//!
//! A link takes part if its bandwidth is above zero and it is not down.
//!
//! Most sites of a nation hang on a single link: centers on a city, users on an exchange. No way leads through such a leaf, and all of its
//! ways begin with that link; so shortest-path trees are grown over the other sites only, the core.

mod passage;
mod place;
mod tree;
mod unused;
mod within;

#[cfg(test)]
mod tests;

use crate::model::{Direction, LaneId, Link, LinkId, SiteId};
use crate::units::{SimDuration, TransferPrice};
use passage::{LANES, Passage, Passages};
use place::{Place, opposite, places};
use std::sync::{Arc, OnceLock};
use tree::{Exit, NO_LANE, Tree};

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

/// What a way is like, for those who need not know its lanes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    /// The sum of the one-way latencies.
    pub latency: SimDuration,
    /// The sum of the prices.
    pub price: TransferPrice,
    /// The least of what each lane was said to have; infinite without lanes.
    pub least: f64,
}

/// What routing knows of a link.
#[derive(Debug, Clone, Copy)]
struct Line {
    between: [SiteId; 2],
    price: u64,
    latency: SimDuration,
    has_bandwidth: bool,
    up: bool,
}

impl Line {
    const fn usable(&self) -> bool {
        self.up && self.has_bandwidth
    }
}

/// Routes from one source that were asked for, by destination in pages, so that memory follows the routes in use.
type Known = Box<[OnceLock<Box<[OnceLock<Box<Route>>]>>]>;

const PAGE: usize = 64;

/// A row of passages is as long as its place has places before it, whatever is asked of it. Beyond so many places, routes are kept alone.
const CORE_MAX: usize = 1_000;

/// Routes between all sites of a network.
///
/// Asking needs no exclusive access, so that a policy's view can hold a shared reference; what was found is kept until a
/// link changes.
#[derive(Debug, Clone)]
pub struct Routes {
    /// How often a link's part in them has changed.
    version: u64,
    /// Links that take no part.
    unusable: usize,
    places: Vec<Place>,
    lines: Vec<Line>,
    core: tree::Core,
    /// By place in the core.
    trees: Vec<OnceLock<Tree>>,
    passages: Passages,
    /// By site.
    known: Vec<OnceLock<Known>>,
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
                exits[a.index()].push((link.lane(Direction::Forth), b));
                exits[b.index()].push((link.lane(Direction::Back), a));
            }
        }
        let line = |link: &Link| Line {
            between: link.between,
            price: link.price.0,
            latency: link.latency,
            has_bandwidth: link.bandwidth.0 > 0,
            up: true,
        };
        let lines: Vec<Line> = links.iter().map(line).collect();
        let unusable = lines.iter().filter(|line| !line.usable()).count();
        let (places, parts) = places(&exits, &lines);
        let size = parts.len();
        let mut core = tree::Core { exits: vec![Vec::new(); size], parts };
        for (site, place) in places.iter().enumerate().filter(|(_, place)| place.lane == NO_LANE) {
            for &(lane, to) in exits[site].iter().filter(|(_, to)| places[to.index()].lane == NO_LANE) {
                let link = lane.link().index();
                let (latency, usable) = (links[link].latency, lines[link].usable());
                let to = places[to.index()].core;
                core.exits[place.core as usize].push(Exit { lane, from: place.core, to, latency, usable });
            }
        }
        let trees = vec![OnceLock::new(); size];
        Self {
            version: 0,
            unusable,
            lines,
            core,
            trees,
            passages: Passages::new(size),
            known: vec![OnceLock::new(); sites],
            places,
        }
    }

    /// Another number whenever a way may have changed.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// How many links take no part.
    #[must_use]
    pub const fn unusable(&self) -> usize {
        self.unusable
    }

    /// Says whether a link is up. Where that changes something, routes are found anew when asked for next; those
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
        let (usable, between, latency) = (line.usable(), line.between, line.latency);
        if usable == before {
            return false;
        }
        self.version += 1;
        self.unusable = if usable { self.unusable - 1 } else { self.unusable + 1 };
        for end in between {
            let Some(place) = self.places.get_mut(end.index()) else { continue };
            if place.lane != NO_LANE && place.lane.link() == link {
                // The core does not depend on its leaves.
                place.latency = if usable { latency } else { SimDuration::MAX };
                self.known.fill(OnceLock::new());
                return true;
            }
        }
        for end in between {
            let Some(place) = self.places.get(end.index()) else { continue };
            let exits = self.core.exits[place.core as usize].iter_mut();
            exits.filter(|exit| exit.lane.link() == link).for_each(|exit| exit.usable = usable);
        }
        self.trees.fill(OnceLock::new());
        self.passages.clear();
        self.known.fill(OnceLock::new());
        true
    }

    /// The route between two sites; `None` if there is no way. After the first time this is a few look-ups.
    #[must_use]
    pub fn route(&self, from: SiteId, to: SiteId) -> Option<&Route> {
        let (page, place) = (to.index() / PAGE, to.index() % PAGE);
        let known = self.known.get(from.index())?.get_or_init(|| empty(self.places.len().div_ceil(PAGE)));
        if let Some(route) = known.get(page)?.get().and_then(|page| page[place].get()) {
            return Some(route);
        }
        let latency = self.latency(from, to)?;
        Some(known[page].get_or_init(|| empty(PAGE))[place].get_or_init(|| {
            let lanes: Arc<[LaneId]> = self.lanes(from, to).into();
            let price = TransferPrice(self.price(&lanes));
            Box::new(Route { lanes, latency, price })
        }))
    }

    /// [`Routes::route`] as a value of its own, with lanes that nobody else has: made of the passage that brokers have just been looking
    /// at, where a route that is kept would be found in places that nobody has looked at since it was last taken.
    #[must_use]
    pub fn way(&self, from: SiteId, to: SiteId) -> Option<Route> {
        let (start, end) = (self.places.get(from.index())?, self.places.get(to.index())?);
        let kept = || self.route(from, to).cloned();
        if from == to || self.trees.len() > CORE_MAX {
            return kept();
        }
        let mut lanes = [NO_LANE; LANES + 2];
        let mut count = 0;
        let mut cross = |lane| (lanes[count], count) = (lane, count + 1);
        if start.lane != NO_LANE {
            cross(start.lane);
        }
        if start.core != end.core {
            let (passage, back) = self.passages.get(start.core, end.core, |from, to| self.passage(from, to));
            match passage.lanes() {
                Some(lanes) if back => lanes.iter().rev().for_each(|lane| cross(opposite(*lane))),
                Some(lanes) => lanes.iter().for_each(|lane| cross(*lane)),
                None => return kept(),
            }
        }
        if end.lane != NO_LANE {
            cross(end.lane_back());
        }
        let Outline { latency, price, .. } = self.outline(from, to, |_| f64::INFINITY)?;
        Some(Route { lanes: lanes[..count].into(), latency, price })
    }

    /// The one-way latency between two sites; `None` if there is no way.
    #[must_use]
    pub fn latency(&self, from: SiteId, to: SiteId) -> Option<SimDuration> {
        let (start, end) = (self.places.get(from.index())?, self.places.get(to.index())?);
        if from == to {
            return Some(SimDuration::ZERO);
        }
        let core = self.core_latency(start.core, end.core);
        let latency = start.latency.saturating_add(core).saturating_add(end.latency);
        (latency != SimDuration::MAX).then_some(latency)
    }

    /// What the route between two sites is like, and the least of `of` over its lanes; `None` if there is no way.
    ///
    /// As good as asking for the [route](Self::route), at the cost of the way through the core, which many sites share.
    #[must_use]
    pub fn outline(&self, from: SiteId, to: SiteId, of: impl Fn(LaneId) -> f64) -> Option<Outline> {
        let (start, end) = (self.places.get(from.index())?, self.places.get(to.index())?);
        if from == to {
            return Some(Outline { latency: SimDuration::ZERO, price: TransferPrice(0), least: f64::INFINITY });
        }
        if self.trees.len() > CORE_MAX {
            let route = self.route(from, to)?;
            let least = route.lanes.iter().fold(f64::INFINITY, |least, lane| lesser(of(*lane), least));
            return Some(Outline { latency: route.latency, price: route.price, least });
        }
        let (mut core, mut price, mut least) = (SimDuration::ZERO, 0_u64, f64::INFINITY);
        if start.core != end.core {
            let (passage, back) = self.passages.get(start.core, end.core, |from, to| self.passage(from, to));
            (core, price) = (passage.latency, passage.price);
            match passage.lanes() {
                Some(lanes) if back => lanes.iter().for_each(|lane| least = lesser(of(opposite(*lane)), least)),
                Some(lanes) => lanes.iter().for_each(|lane| least = lesser(of(*lane), least)),
                None => self.tree(start.core).visit(end.core, |lane| least = lesser(of(lane), least)),
            }
        }
        for (place, leads_in) in [(start, true), (end, false)] {
            if place.lane != NO_LANE {
                least = lesser(of(if leads_in { place.lane } else { place.lane_back() }), least);
                price = price.saturating_add(self.lines[place.lane.link().index()].price);
            }
        }
        let latency = start.latency.saturating_add(core).saturating_add(end.latency);
        (latency != SimDuration::MAX).then_some(Outline { latency, price: TransferPrice(price), least })
    }

    /// The way between two places of the core.
    #[cold]
    fn passage(&self, from: u32, to: u32) -> Passage {
        let tree = self.tree(from);
        let lanes = tree.lanes_to(to);
        let mut back = self.tree(to).lanes_to(from);
        back.reverse();
        let mirrored = lanes.iter().copied().eq(back.into_iter().map(opposite));
        Passage::new(tree.latency(to), self.price(&lanes), &lanes, mirrored)
    }

    fn price(&self, lanes: &[LaneId]) -> u64 {
        lanes.iter().fold(0, |sum: u64, lane| sum.saturating_add(self.lines[lane.link().index()].price))
    }

    /// [`SimDuration::MAX`] where there is no way. A link takes as long in both directions, so both are looked up at one place where that
    /// takes no tree that nobody needs.
    fn core_latency(&self, from: u32, to: u32) -> SimDuration {
        if from == to {
            return SimDuration::ZERO;
        }
        match self.trees[from.min(to) as usize].get() {
            Some(tree) => tree.latency(from.max(to)),
            None => self.tree(from).latency(to),
        }
    }

    /// The one-way latencies from a site to all sites, by site; [`SimDuration::MAX`] where there is no way. Empty for a
    /// site that does not exist.
    #[must_use]
    pub fn latencies(&self, from: SiteId) -> Vec<SimDuration> {
        if from.index() >= self.places.len() {
            return Vec::new();
        }
        let to = |site| self.latency(from, SiteId::from_index(site)).unwrap_or(SimDuration::MAX);
        (0..self.places.len()).map(to).collect()
    }

    /// The other sites that can be reached from a site, nearest first (then by id): for saying what would have worked.
    #[must_use]
    pub fn reachable(&self, from: SiteId) -> Vec<SiteId> {
        let latencies = self.latencies(from).into_iter().enumerate();
        let mut sites: Vec<(SimDuration, SiteId)> = latencies
            .map(|(site, latency)| (latency, SiteId::from_index(site)))
            .filter(|&(latency, site)| latency != SimDuration::MAX && site != from)
            .collect();
        sites.sort_unstable();
        sites.into_iter().map(|(_, site)| site).collect()
    }

    fn tree(&self, from: u32) -> &Tree {
        self.trees[from as usize].get_or_init(|| self.core.grow(from))
    }

    /// The lanes between two sites that a way joins.
    fn lanes(&self, from: SiteId, to: SiteId) -> Vec<LaneId> {
        if from == to {
            return Vec::new();
        }
        let [start, end] = [from, to].map(|site| self.places[site.index()]);
        let mut lanes = Vec::new();
        if start.lane != NO_LANE {
            lanes.push(start.lane);
        }
        if start.core != end.core {
            lanes.extend(self.tree(start.core).lanes_to(end.core));
        }
        if end.lane != NO_LANE {
            lanes.push(end.lane_back());
        }
        lanes
    }
}

/// The lesser of two numbers; the second where the first is none.
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

fn empty<T>(length: usize) -> Box<[OnceLock<T>]> {
    (0..length).map(|_| OnceLock::new()).collect()
}
