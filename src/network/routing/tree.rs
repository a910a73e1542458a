//! Shortest-path trees over the sites that more than one link leads to.

use crate::model::LaneId;
use crate::units::SimDuration;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

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
}

/// All routes from one source.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// Total latency to each site; [`SimDuration::MAX`] where there is no way.
    pub(super) latency: Box<[SimDuration]>,
    /// The last lane on the way to each site, with [`NO_LANE`] where there is none, and where that lane begins.
    last: Box<[(LaneId, u32)]>,
}

impl Tree {
    /// The lanes from the source to a site.
    pub(super) fn lanes_to(&self, to: u32) -> Vec<LaneId> {
        let mut lanes = Vec::new();
        self.visit(to, |lane| lanes.push(lane));
        lanes.reverse();
        lanes
    }

    /// The last lane on the way to a site, and where it begins.
    pub(super) fn last_lane(&self, to: usize) -> Option<(LaneId, usize)> {
        let (lane, before) = self.last[to];
        (lane != NO_LANE).then_some((lane, before as usize))
    }

    /// Tells the lanes from the source to a site, the last one first.
    pub(super) fn visit(&self, to: u32, mut tell: impl FnMut(LaneId)) {
        let mut at = to;
        while let (lane, before) = self.last[at as usize]
            && lane != NO_LANE
        {
            tell(lane);
            at = before;
        }
    }
}

impl Core {
    /// The tree of a source.
    pub(super) fn grow(&self, from: u32) -> Tree {
        let sites = self.exits.len();
        let mut tree = Tree { latency: vec![SimDuration::MAX; sites].into(), last: vec![(NO_LANE, 0); sites].into() };
        let mut hops = vec![0_u32; sites];
        tree.latency[from as usize] = SimDuration::ZERO;
        let mut queue = BinaryHeap::from([Reverse((SimDuration::ZERO, 0, from))]);
        while let Some(Reverse((latency, hop, at))) = queue.pop() {
            if (latency, hop) != (tree.latency[at as usize], hops[at as usize]) {
                continue;
            }
            for exit in self.exits[at as usize].iter().filter(|exit| exit.usable && exit.to != from) {
                let (to, found) = (exit.to as usize, (latency.saturating_add(exit.latency), hop + 1));
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
}
