//! Flows: what each has delivered, between which sides, over which lanes.

use super::lane::LaneMeter;
use super::tally::{SIDES, side_index};
use crate::model::slots::Slots;
use crate::model::{LaneId, Platform, SiteId};
use crate::network::FlowKey;
use std::sync::Arc;

#[derive(Debug, Clone)]
struct InFlight {
    lanes: Arc<[LaneId]>,
    from_side: u8,
    to_side: u8,
    bytes: u128,
}

/// Flows under way and bytes delivered.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    /// Side of each site.
    sides: Vec<u8>,
    flows: Slots<InFlight>,
    /// Bytes delivered in the window, from side to side.
    pub(crate) matrix: [[u128; SIDES]; SIDES],
    /// Flows that ended in the window.
    pub(crate) ended: u64,
}

impl Traffic {
    /// No flows yet.
    pub(crate) fn new(platform: &Platform) -> Self {
        let sides = platform.sites.iter().map(|site| side_index(site.side) as u8).collect();
        Self { sides, flows: Slots::new(), matrix: Default::default(), ended: 0 }
    }

    /// A flow begins.
    pub(crate) fn start(&mut self, flow: FlowKey, from: SiteId, to: SiteId, lanes: &Arc<[LaneId]>, bytes: u128) {
        let side = |site: SiteId| self.sides.get(site.index()).copied().unwrap_or(side_index(None) as u8);
        let lanes = Arc::clone(lanes);
        self.flows.insert(flow.key(), InFlight { lanes, from_side: side(from), to_side: side(to), bytes });
    }

    /// Brings what is kept of a flow into the caches.
    pub(crate) fn bring(&self, flow: FlowKey) {
        self.flows.bring(flow.key());
    }

    /// And what its end changes of lanes.
    pub(crate) fn bring_end(&self, flow: FlowKey, lanes: &[LaneMeter]) {
        for lane in self.flows.get(flow.key()).iter().flat_map(|known| known.lanes.iter()) {
            if let Some(meter) = lanes.get(lane.index()) {
                meter.bring_end();
            }
        }
    }

    /// A flow ends with so many bytes not delivered.
    pub(crate) fn end(&mut self, flow: FlowKey, left: u128, lanes: &mut [LaneMeter]) {
        let Some(known) = self.flows.remove(flow.key()) else { return };
        let delivered = known.bytes.saturating_sub(left);
        self.ended += 1;
        if let Some(sum) =
            self.matrix.get_mut(usize::from(known.from_side)).and_then(|row| row.get_mut(usize::from(known.to_side)))
        {
            *sum = sum.saturating_add(delivered);
        }
        for lane in known.lanes.iter() {
            if let Some(meter) = lanes.get_mut(lane.index()) {
                meter.flow_ended(delivered);
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
