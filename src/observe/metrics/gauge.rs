//! A number over time: its integral and its peak.

use super::exact::over;
use crate::units::SimTime;

/// An integer that changes at instants, with its exact integral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Gauge {
    value: u128,
    since: SimTime,
    sum: u128,
    peak: u128,
}

impl Gauge {
    /// Brings the integral to `now`. A value counts for the peak only if it lasted: what comes and goes within one instant
    /// was never there.
    pub(crate) fn advance(&mut self, now: SimTime) {
        let span = now.since(self.since).0;
        if span > 0 {
            self.sum = self.sum.saturating_add(over(self.value, span));
            self.peak = self.peak.max(self.value);
            self.since = now;
        }
    }

    /// Another value from now on.
    pub(crate) fn set(&mut self, now: SimTime, value: u128) {
        self.advance(now);
        self.value = value;
    }

    /// More from now on.
    pub(crate) fn add(&mut self, now: SimTime, more: u128) {
        self.set(now, self.value.saturating_add(more));
    }

    /// Less from now on, at least 0.
    pub(crate) fn subtract(&mut self, now: SimTime, less: u128) {
        self.set(now, self.value.saturating_sub(less));
    }

    /// Forgets the integral and the peak, not the value.
    pub(crate) const fn restart(&mut self) {
        self.sum = 0;
        self.peak = 0;
    }

    /// Value-nanoseconds since the last restart.
    pub(crate) const fn sum(&self) -> u128 {
        self.sum
    }

    /// The largest value that lasted since the last restart.
    pub(crate) const fn peak(&self) -> u128 {
        self.peak
    }
}
