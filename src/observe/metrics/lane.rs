//! What one direction of a link carries.

use super::exact::over;
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
}

/// A lane's state and integrals.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LaneMeter {
    rate: u128,
    bandwidth: u128,
    background: u128,
    flows: u32,
    since: SimTime,
    pub(crate) sums: LaneSums,
    /// When it was full first in the window.
    pub(crate) full_from: Option<SimTime>,
    /// Largest rate that lasted, in thousandths of bits per second.
    pub(crate) peak: u128,
    /// Most flows at once that lasted.
    pub(crate) flows_peak: u32,
    /// Bytes of the flows that ended (or were stopped, as far as they came) in the window.
    pub(crate) bytes: u128,
    /// Flows that ended in the window.
    pub(crate) flows_ended: u64,
}

impl LaneMeter {
    /// Another rate from now on.
    pub(crate) fn set_rate(&mut self, now: SimTime, rate: f64, flows: u32) {
        self.advance(now);
        self.rate = milli(rate);
        self.flows = flows;
    }

    /// Another bandwidth from now on.
    pub(crate) fn set_capacity(&mut self, now: SimTime, bandwidth: f64, offered: f64) {
        self.advance(now);
        self.bandwidth = milli(bandwidth);
        self.background = self.bandwidth.saturating_sub(milli(offered));
    }

    /// Brings the integrals to `now`.
    pub(crate) fn advance(&mut self, now: SimTime) {
        let span = now.since(self.since).0;
        if span == 0 {
            return;
        }
        let full = self.is_full();
        let sums = &mut self.sums;
        sums.carried = sums.carried.saturating_add(over(self.rate, span));
        sums.capacity = sums.capacity.saturating_add(over(self.bandwidth, span));
        if self.background > 0 {
            sums.background = sums.background.saturating_add(over(self.background, span));
        }
        if full {
            sums.full = sums.full.saturating_add(u128::from(span));
            self.full_from = self.full_from.or(Some(self.since));
        }
        self.peak = self.peak.max(self.rate);
        self.flows_peak = self.flows_peak.max(self.flows);
        self.since = now;
    }

    /// Whether flows take all that the background leaves, but for what rounding of their shares leaves.
    const fn is_full(&self) -> bool {
        let offered = self.bandwidth.saturating_sub(self.background);
        self.rate > 0 && self.rate.saturating_mul(FULL.1) >= offered.saturating_mul(FULL.0)
    }

    /// Forgets the integrals, not the state.
    pub(crate) fn restart(&mut self) {
        self.sums = LaneSums::default();
        self.full_from = None;
        self.peak = 0;
        self.flows_peak = 0;
        self.bytes = 0;
        self.flows_ended = 0;
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
        assert_eq!((lane.sums.full, lane.full_from), (20_000_000_000, Some(at(20))));
    }
}
