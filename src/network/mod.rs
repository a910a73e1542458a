//! Flows over contended links: the fluid model, its routes, and the border to the driver.
//!
//! The network is pulled, not pushed: the driver asks when it next changes by itself and advances it to that instant, so
//! there is nothing to cancel.

mod fair;
pub mod reference;
mod routing;
mod tcp;
mod work;

pub use fair::FairNetwork;
pub use routing::{Outline, Route, Routes};
pub use tcp::window_cap;
pub use work::transfer_time;

use crate::model::LaneId;
use crate::model::slots::Key;
use crate::units::{Bytes, SimTime};
use std::sync::Arc;

/// A flow in the network. Keys are given out once and never reused within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct FlowKey(pub u64);

/// The low bits of a key hold the slot in which the flow is kept, the high bits count starts: keys are in the order of
/// the starts, and never reused before 2^36 of them.
const SLOT_BITS: u32 = 28;

impl FlowKey {
    /// A small number, below the most flows ever in flight and the flow's own as long as it is in the network: an index for
    /// tables beside it.
    #[must_use]
    pub const fn slot(self) -> usize {
        (self.0 & ((1 << SLOT_BITS) - 1)) as usize
    }

    /// How those find it who keep something of each flow.
    pub(crate) const fn key(self) -> Key {
        Key { slot: self.slot(), number: self.0 }
    }
}

/// What a flow is.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// The lanes it crosses, in order; empty only for a flow that is bounded by its cap alone.
    pub lanes: Arc<[LaneId]>,
    /// How much it carries; zero ends at once.
    pub bytes: Bytes,
    /// Upper bound of its rate in bits per second (TCP window), where there is one.
    pub cap: Option<f64>,
    /// Its weight in the max-min allocation; 1 is ordinary. What is not a positive finite number counts as 1.
    pub weight: f64,
    /// How much of each lane one bit per second of its rate uses, in the order of `lanes`; `None` is 1 on all of them.
    /// Lanes without a factor count as 1, those with a factor of 0 are free.
    pub consumption: Option<Arc<[f64]>>,
}

impl Flow {
    /// An ordinary flow: weight 1, no cap, full consumption.
    #[must_use]
    pub const fn new(lanes: Arc<[LaneId]>, bytes: Bytes) -> Self {
        Self { lanes, bytes, cap: None, weight: 1.0, consumption: None }
    }
}

/// The rate that all flows of the simulation have on a lane, as it is from now on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneRate {
    /// Which lane.
    pub lane: LaneId,
    /// Bits per second in use by flows (background not counted).
    pub rate: f64,
    /// How many flows cross it.
    pub flows: u32,
}

/// A model of how flows share links.
///
/// Between two calls rates are constant. `next_change` and `advance` use one and the same function to say when a flow is due.
pub trait NetworkModel: Send {
    /// Adds a flow that uses its lanes from `now` on. `now` is never earlier than the last `advance`.
    fn start(&mut self, now: SimTime, flow: Flow) -> FlowKey;
    /// Takes a flow out and says how many bytes it had still to carry (rounded up); `None` if it is not in the network.
    fn stop(&mut self, now: SimTime, key: FlowKey) -> Option<Bytes>;
    /// Sets what a lane offers to flows, in bits per second (bandwidth less background); zero stalls its flows.
    fn set_capacity(&mut self, now: SimTime, lane: LaneId, bits_per_second: f64);
    /// The next instant at which a flow ends if nothing else happens; `None` if none ever would.
    fn next_change(&mut self) -> Option<SimTime>;
    /// Moves on to `now` and appends the flows that ended by then, in the order of their keys.
    fn advance(&mut self, now: SimTime, ended: &mut Vec<FlowKey>);
    /// Appends the lanes whose rate or number of flows changed since the last call, in lane order, each once.
    fn changed_lanes(&mut self, changed: &mut Vec<LaneRate>);
    /// The rate of a flow in bits per second.
    fn rate(&mut self, key: FlowKey) -> Option<f64>;
    /// The rate that one more ordinary flow over these lanes could count on now: the least over the lanes of
    /// `capacity / (flows + 1)`. An estimate for brokers; infinite for no lanes.
    fn share_estimate(&self, lanes: &[LaneId]) -> f64;
    /// How many flows are in the network.
    fn in_flight(&self) -> usize;
}
