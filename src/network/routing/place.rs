//! Where sites are attached to the core.

use super::Line;
use super::tree::NO_LANE;
use crate::model::{Direction, LaneId, SiteId};
use crate::units::SimDuration;

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

/// Where each site is attached, and how many make the core. Of two sites that are linked with nothing but each other one is the core.
pub(super) fn places(exits: &[Vec<(LaneId, SiteId)>], lines: &[Line]) -> (Vec<Place>, usize) {
    let leaf = |site: usize| match exits[site][..] {
        [(lane, to)] if to.index() != site && (exits[to.index()].len() > 1 || to.index() < site) => Some((lane, to)),
        _ => None,
    };
    let (mut core, mut size) = (vec![0; exits.len()], 0);
    for (_, place) in core.iter_mut().enumerate().filter(|(site, _)| leaf(*site).is_none()) {
        (*place, size) = (u32::try_from(size).unwrap_or(u32::MAX), size + 1);
    }
    let place = |site: usize| match leaf(site) {
        Some((lane, to)) => {
            let line = &lines[lane.link().index()];
            let latency = if line.usable() { line.latency } else { SimDuration::MAX };
            Place { core: core[to.index()], lane, latency }
        }
        None => Place { core: core[site], lane: NO_LANE, latency: SimDuration::ZERO },
    };
    ((0..exits.len()).map(place).collect(), size)
}

/// The other direction of the same link.
pub(super) const fn opposite(lane: LaneId) -> LaneId {
    let other = match lane.direction() {
        Direction::Forth => Direction::Back,
        Direction::Back => Direction::Forth,
    };
    lane.link().lane(other)
}
