//! What one direction of a link carries.

use super::exact::over;
use crate::model::caches::bring;
use crate::units::SimTime;

/// Rates are integrated as whole thousandths of bits per second: sums do not depend on the order, and what a division
/// left off a rate comes back.
const MILLI: f64 = 1000.0;
/// A lane is full from this part on: 99.9 %.
const FULL: (u128, u128) = (999, 1000);

fn milli(rate: f64) -> u128 {
    let milli = rate * MILLI + 0.5;
    // The casts send NaN and negative rates to 0; that to 64 bits is a single instruction.
    if milli < 1e18 { u128::from(milli as u64) } else { milli as u128 }
}

/// Integrals of a lane over the window, in thousandths of bits per second × ns (1e-12 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LaneSums {
    /// What flows carried.
    pub(crate) carried: u128,
    /// What it could have carried, background included.
    pub(crate) capacity: u128,
    /// What others used.
    pub(crate) background: u128,
    /// ns in which flows took all that the background left.
    pub(crate) full: u128,
}

impl LaneSums {
    /// Adds part by part.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.carried = self.carried.saturating_add(other.carried);
        self.capacity = self.capacity.saturating_add(other.capacity);
        self.background = self.background.saturating_add(other.background);
        self.full = self.full.saturating_add(other.full);
    }

    /// What came since earlier sums, modulo 2^128.
    pub(crate) const fn since(&self, earlier: &Self) -> Self {
        Self {
            carried: self.carried.wrapping_sub(earlier.carried),
            capacity: self.capacity.wrapping_sub(earlier.capacity),
            background: self.background.wrapping_sub(earlier.background),
            full: self.full.wrapping_sub(earlier.full),
        }
    }
}

/// A lane's state and integrals.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LaneMeter {
    flow: FlowMeter,
    capacity: CapacityMeter,
}

/// What each flow touches, which is most of what is told of lanes: one line of memory when it begins, and one more when it ends.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, align(64))]
struct FlowMeter {
    carried: u128,
    /// The least rate at which the lane is full.
    full_rate: u128,
    /// As told, in bits per second; it counts by its thousandths.
    rate: f64,
    peak: f64,
    since: SimTime,
    flows: u32,
    flows_peak: u32,
    bytes: u128,
    flows_ended: u64,
    full: u64,
    full_from: Option<SimTime>,
}

const _: () = assert!(std::mem::offset_of!(FlowMeter, bytes) == 64 && size_of::<FlowMeter>() == 128);

/// What only a change of bandwidth or background touches.
#[derive(Debug, Clone, Copy, Default)]
struct CapacityMeter {
    bandwidth: u128,
    background: u128,
    since: SimTime,
    bandwidth_sum: u128,
    background_sum: u128,
}

impl LaneMeter {
    /// Brings what another rate changes into the caches.
    pub(crate) fn bring(&self) {
        bring(&self.flow);
    }

    /// And what the end of a flow changes.
    pub(crate) fn bring_end(&self) {
        bring(&self.flow.flows_ended);
    }

    /// Another rate from now on.
    pub(crate) fn set_rate(&mut self, now: SimTime, rate: f64, flows: u32) {
        self.flow.advance(now);
        self.flow.rate = rate;
        self.flow.flows = flows;
    }

    /// Another bandwidth from now on.
    pub(crate) fn set_capacity(&mut self, now: SimTime, bandwidth: f64, offered: f64) {
        self.advance(now);
        let bandwidth = milli(bandwidth);
        self.capacity.bandwidth = bandwidth;
        self.capacity.background = bandwidth.saturating_sub(milli(offered));
        // Full is where flows take all that the background leaves, but for what rounding of their shares leaves.
        let offered = bandwidth.saturating_sub(self.capacity.background);
        self.flow.full_rate = offered.saturating_mul(FULL.0).div_ceil(FULL.1);
    }

    /// A flow ended (or was stopped) that brought so many bytes.
    pub(crate) const fn flow_ended(&mut self, bytes: u128) {
        self.flow.bytes = self.flow.bytes.saturating_add(bytes);
        self.flow.flows_ended += 1;
    }

    /// Brings the integrals to `now`.
    pub(crate) fn advance(&mut self, now: SimTime) {
        self.flow.advance(now);
        self.capacity.advance(now);
    }

    /// The integrals over the window up to the instant last advanced to.
    pub(crate) const fn sums(&self) -> LaneSums {
        LaneSums {
            carried: self.flow.carried,
            capacity: self.capacity.bandwidth_sum,
            background: self.capacity.background_sum,
            full: self.flow.full as u128,
        }
    }

    /// When it was full first in the window.
    pub(crate) const fn full_from(&self) -> Option<SimTime> {
        self.flow.full_from
    }

    /// Largest rate that lasted, in thousandths of bits per second.
    pub(crate) fn peak(&self) -> u128 {
        milli(self.flow.peak)
    }

    /// Most flows at once that lasted.
    pub(crate) const fn flows_peak(&self) -> u32 {
        self.flow.flows_peak
    }

    /// Bytes of the flows that ended (or were stopped, as far as they came) in the window.
    pub(crate) const fn bytes(&self) -> u128 {
        self.flow.bytes
    }

    /// Flows that ended in the window.
    pub(crate) const fn flows_ended(&self) -> u64 {
        self.flow.flows_ended
    }

    /// Forgets the integrals, not the state. It must have been advanced to now.
    pub(crate) fn restart(&mut self) {
        let (flow, capacity) = (self.flow, self.capacity);
        *self = Self {
            flow: FlowMeter {
                rate: flow.rate,
                full_rate: flow.full_rate,
                since: flow.since,
                flows: flow.flows,
                ..FlowMeter::default()
            },
            capacity: CapacityMeter { bandwidth_sum: 0, background_sum: 0, ..capacity },
        };
    }
}

impl FlowMeter {
    fn advance(&mut self, now: SimTime) {
        let span = now.since(self.since).0;
        if span == 0 {
            return;
        }
        let rate = milli(self.rate);
        self.carried = self.carried.saturating_add(over(rate, span));
        if rate > 0 && rate >= self.full_rate {
            self.full = self.full.saturating_add(span);
            self.full_from = self.full_from.or(Some(self.since));
        }
        if self.rate > self.peak {
            self.peak = self.rate;
        }
        self.flows_peak = self.flows_peak.max(self.flows);
        self.since = now;
    }
}

impl CapacityMeter {
    fn advance(&mut self, now: SimTime) {
        let span = now.since(self.since).0;
        if span == 0 {
            return;
        }
        self.bandwidth_sum = self.bandwidth_sum.saturating_add(over(self.bandwidth, span));
        if self.background > 0 {
            self.background_sum = self.background_sum.saturating_add(over(self.background, span));
        }
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_full_where_flows_take_what_is_left() {
        let at = SimTime::from_secs;
        let mut lane = LaneMeter::default();
        // 10 Gbps of which 4 are background: 5 Gbps are not all of the 6 left; 6 are, and 5.9995 are within rounding.
        lane.set_capacity(at(0), 10e9, 6e9);
        lane.set_rate(at(10), 5e9, 1);
        lane.set_rate(at(20), 6e9, 2);
        lane.set_rate(at(35), 5.9995e9, 3);
        lane.set_rate(at(40), 0.0, 0);
        // A lane without bandwidth carries nothing and is not full.
        lane.set_capacity(at(50), 0.0, 0.0);
        lane.advance(at(60));
        assert_eq!((lane.sums().full, lane.full_from()), (20_000_000_000, Some(at(20))));
    }
}
