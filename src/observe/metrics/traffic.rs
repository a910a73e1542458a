//! Flows: what each has delivered, between which sides, over which lanes.

use super::lane::LaneMeter;
use super::tally::{SIDES, side_index};
use crate::model::{LaneId, Platform, SiteId};
use crate::network::FlowKey;
use crate::observe::table::Table;

#[derive(Debug, Clone, Copy)]
struct InFlight {
    route: u32,
    from_side: u8,
    to_side: u8,
    bytes: u128,
}

/// Flows under way and bytes delivered.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    /// Side of each site.
    sides: Vec<u8>,
    /// Lanes of the routes seen, so that a flow need not copy its own.
    routes: Vec<Box<[LaneId]>>,
    /// The latest route between two sites.
    latest: Table<u32>,
    flows: Table<InFlight>,
    /// Bytes delivered in the window, from side to side.
    pub(crate) matrix: [[u128; SIDES]; SIDES],
    /// Flows that ended in the window.
    pub(crate) ended: u64,
}

impl Traffic {
    /// No flows yet.
    pub(crate) fn new(platform: &Platform) -> Self {
        let sides = platform.sites.iter().map(|site| side_index(site.side) as u8).collect();
        Self {
            sides,
            routes: Vec::new(),
            latest: Table::new(),
            flows: Table::new(),
            matrix: Default::default(),
            ended: 0,
        }
    }

    /// A flow begins.
    pub(crate) fn start(&mut self, flow: FlowKey, from: SiteId, to: SiteId, lanes: &[LaneId], bytes: u128) {
        let pair = u64::from(from.0) << 32 | u64::from(to.0);
        let known = self.latest.get_mut(pair).copied();
        let route = match known.filter(|r| self.routes.get(*r as usize).is_some_and(|known| **known == *lanes)) {
            Some(route) => route,
            None => {
                let found = self.routes.iter().position(|known| **known == *lanes);
                let route = found.unwrap_or(self.routes.len()) as u32;
                if found.is_none() {
                    self.routes.push(lanes.into());
                }
                self.latest.remove(pair);
                self.latest.insert(pair, route);
                route
            }
        };
        let side = |site: SiteId| self.sides.get(site.index()).copied().unwrap_or(side_index(None) as u8);
        self.flows.insert(flow.0, InFlight { route, from_side: side(from), to_side: side(to), bytes });
    }

    /// A flow ends with so many bytes not delivered.
    pub(crate) fn end(&mut self, flow: FlowKey, left: u128, lanes: &mut [LaneMeter]) {
        let Some(known) = self.flows.remove(flow.0) else { return };
        let delivered = known.bytes.saturating_sub(left);
        self.ended += 1;
        if let Some(sum) =
            self.matrix.get_mut(usize::from(known.from_side)).and_then(|row| row.get_mut(usize::from(known.to_side)))
        {
            *sum = sum.saturating_add(delivered);
        }
        for lane in self.routes.get(known.route as usize).into_iter().flatten() {
            if let Some(meter) = lanes.get_mut(lane.index()) {
                meter.bytes = meter.bytes.saturating_add(delivered);
                meter.flows_ended += 1;
            }
        }
    }

    /// Forgets what was delivered, not what is under way.
    pub(crate) fn restart(&mut self) {
        self.matrix = Default::default();
        self.ended = 0;
    }

    /// All bytes delivered in the window, each once however many links it crossed.
    pub(crate) fn bytes(&self) -> u128 {
        self.matrix.iter().flatten().fold(0u128, |sum, bytes| sum.saturating_add(*bytes))
    }
}
