//! What one direction of a link carries.

use super::exact::over;
use crate::units::SimTime;

/// Rates are integrated as whole thousandths of bits per second: sums do not depend on the order, and what a division
/// left off a rate comes back.
const MILLI: f64 = 1000.0;

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
}

impl LaneSums {
    /// Adds part by part.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.carried = self.carried.saturating_add(other.carried);
        self.capacity = self.capacity.saturating_add(other.capacity);
        self.background = self.background.saturating_add(other.background);
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
        let sums = &mut self.sums;
        sums.carried = sums.carried.saturating_add(over(self.rate, span));
        sums.capacity = sums.capacity.saturating_add(over(self.bandwidth, span));
        if self.background > 0 {
            sums.background = sums.background.saturating_add(over(self.background, span));
        }
        self.peak = self.peak.max(self.rate);
        self.flows_peak = self.flows_peak.max(self.flows);
        self.since = now;
    }

    /// Forgets the integrals, not the state.
    pub(crate) fn restart(&mut self) {
        self.sums = LaneSums::default();
        self.peak = 0;
        self.flows_peak = 0;
        self.bytes = 0;
        self.flows_ended = 0;
    }
}
