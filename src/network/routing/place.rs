//! Where sites are attached to the core.

use super::Line;
use super::tree::NO_LANE;
use crate::model::{Direction, LaneId, SiteId};
use crate::units::SimDuration;
use std::ops::Range;

/// Where a site is attached to the core. Four share a cache line, as brokers look at many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The site's own place in the core, or that of the only site that a leaf is linked with.
    pub(super) core: u32,
    /// The lane from a leaf to the core; [`NO_LANE`] of sites of the core.
    pub(super) lane: LaneId,
    /// The latency of that lane; zero in the core, [`SimDuration::MAX`] where the lane cannot be used.
    pub(super) latency: SimDuration,
}

impl Place {
    /// The lane from the core to a leaf.
    pub(super) fn lane_back(&self) -> LaneId {
        opposite(self.lane)
    }
}

/// Where each site is attached, and of each place of the core the places that links join it with, itself among them: those of one part are
/// numbered one after the other, so that no tree has to have room for the others. Of two sites that are linked with nothing but each other
/// one is the core.
pub(super) fn places(exits: &[Vec<(LaneId, SiteId)>], lines: &[Line]) -> (Vec<Place>, Vec<Range<u32>>) {
    let leaf = |site: usize| match exits[site][..] {
        [(lane, to)] if to.index() != site && (exits[to.index()].len() > 1 || to.index() < site) => Some((lane, to)),
        _ => None,
    };
    let mut core = vec![u32::MAX; exits.len()];
    let mut parts: Vec<Range<u32>> = Vec::new();
    for site in (0..exits.len()).filter(|site| leaf(*site).is_none()) {
        if core[site] != u32::MAX {
            continue;
        }
        let mut part = vec![site];
        core[site] = 0;
        let mut next = 0;
        while let Some(at) = part.get(next) {
            next += 1;
            for to in exits[*at].iter().map(|(_, to)| to.index()).filter(|to| leaf(*to).is_none()).collect::<Vec<_>>() {
                if core[to] == u32::MAX {
                    core[to] = 0;
                    part.push(to);
                }
            }
        }
        part.sort_unstable();
        let first = parts.len();
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        part.iter().enumerate().for_each(|(at, site)| core[*site] = number(first + at));
        parts.resize(first + part.len(), number(first)..number(first + part.len()));
    }
    let place = |site: usize| match leaf(site) {
        Some((lane, to)) => {
            let line = &lines[lane.link().index()];
            let latency = if line.usable() { line.latency } else { SimDuration::MAX };
            Place { core: core[to.index()], lane, latency }
        }
        None => Place { core: core[site], lane: NO_LANE, latency: SimDuration::ZERO },
    };
    ((0..exits.len()).map(place).collect(), parts)
}

/// The other direction of the same link.
pub(super) const fn opposite(lane: LaneId) -> LaneId {
    let other = match lane.direction() {
        Direction::Forth => Direction::Back,
        Direction::Back => Direction::Forth,
    };
    lane.link().lane(other)
}
