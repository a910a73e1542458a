//! Shortest-path trees over the sites that more than one link leads to.

use crate::model::LaneId;
use crate::units::SimDuration;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// Stands for no lane.
pub(super) const NO_LANE: LaneId = LaneId(u32::MAX);

/// A way out of a site, to a neighbor in the core.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exit {
    pub(super) lane: LaneId,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) latency: SimDuration,
    pub(super) usable: bool,
}

/// The sites of the core, numbered from 0, and how they are linked.
#[derive(Debug, Clone)]
pub(super) struct Core {
    pub(super) exits: Vec<Vec<Exit>>,
    /// Of each site, those that links join it with, however many are in between.
    pub(super) parts: Vec<Range<u32>>,
}

/// All routes from one source.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// The first site of the source's part.
    first: u32,
    /// Total latency to each site of the part; [`SimDuration::MAX`] where there is no way.
    latency: Box<[SimDuration]>,
    /// The last lane on the way to each site, with [`NO_LANE`] where there is none, and where that lane begins.
    last: Box<[(LaneId, u32)]>,
}

impl Tree {
    /// Total latency to a site; [`SimDuration::MAX`] where there is no way.
    pub(super) fn latency(&self, to: u32) -> SimDuration {
        self.at(to).map_or(SimDuration::MAX, |at| self.latency[at])
    }

    /// Where a site stands in the lists, if it is of the part.
    fn at(&self, site: u32) -> Option<usize> {
        Some(site.checked_sub(self.first)? as usize).filter(|at| *at < self.latency.len())
    }

    /// How many sites it has room for.
    #[cfg(test)]
    pub(super) fn sites(&self) -> usize {
        self.latency.len()
    }

    /// The lanes from the source to a site.
    pub(super) fn lanes_to(&self, to: u32) -> Vec<LaneId> {
        let mut lanes = Vec::new();
        self.visit(to, |lane| lanes.push(lane));
        lanes.reverse();
        lanes
    }

    /// The last lane on the way to a site, and where it begins.
    pub(super) fn last_lane(&self, to: u32) -> Option<(LaneId, u32)> {
        self.at(to).map(|at| self.last[at]).filter(|(lane, _)| *lane != NO_LANE)
    }

    /// Tells the lanes from the source to a site, the last one first.
    pub(super) fn visit(&self, to: u32, mut tell: impl FnMut(LaneId)) {
        let mut at = to;
        while let Some((lane, before)) = self.last_lane(at) {
            tell(lane);
            at = before;
        }
    }
}

impl Core {
    /// The tree of a source.
    pub(super) fn grow(&self, from: u32) -> Tree {
        let Range { start: first, end } = self.parts[from as usize];
        let sites = (end - first) as usize;
        let latency = vec![SimDuration::MAX; sites].into();
        let mut tree = Tree { first, latency, last: vec![(NO_LANE, 0); sites].into() };
        let mut hops = vec![0_u32; sites];
        let place = |site: u32| (site - first) as usize;
        tree.latency[place(from)] = SimDuration::ZERO;
        let mut queue = BinaryHeap::from([Reverse((SimDuration::ZERO, 0, from))]);
        while let Some(Reverse((latency, hop, at))) = queue.pop() {
            if (latency, hop) != (tree.latency[place(at)], hops[place(at)]) {
                continue;
            }
            for exit in self.exits[at as usize].iter().filter(|exit| exit.usable && exit.to != from) {
                let (to, found) = (place(exit.to), (latency.saturating_add(exit.latency), hop + 1));
                let known = (tree.latency[to], hops[to]);
                // Of equal routes the one whose lanes come first. All of a site's lanes but the last are settled when
                // it is taken from the queue, as each lane is one hop more.
                let first = |tree: &Tree| {
                    let mut lanes = tree.lanes_to(at);
                    lanes.push(exit.lane);
                    lanes < tree.lanes_to(exit.to)
                };
                if found < known {
                    (tree.latency[to], hops[to], tree.last[to]) = (found.0, found.1, (exit.lane, exit.from));
                    queue.push(Reverse((found.0, found.1, exit.to)));
                } else if found == known && found.0 != SimDuration::MAX && first(&tree) {
                    tree.last[to] = (exit.lane, exit.from);
                }
            }
        }
        tree
    }

    /// The least latency of each site to any of some places, each of which begins with a latency of its own.
    pub(super) fn nearest(&self, ends: impl IntoIterator<Item = (u32, SimDuration)>) -> Vec<SimDuration> {
        let mut least = vec![SimDuration::MAX; self.exits.len()];
        let mut queue: BinaryHeap<_> = ends.into_iter().map(|(place, latency)| Reverse((latency, place))).collect();
        while let Some(Reverse((latency, at))) = queue.pop() {
            if latency >= least[at as usize] {
                continue;
            }
            least[at as usize] = latency;
            let exits = self.exits[at as usize].iter().filter(|exit| exit.usable);
            queue.extend(exits.map(|exit| Reverse((latency.saturating_add(exit.latency), exit.to))));
        }
        least
    }
}
