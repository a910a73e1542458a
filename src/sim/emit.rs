//! The record stream's way out.

use crate::network::LaneRate;
use crate::observe::{Observer, Record, Violation};
use crate::units::SimTime;

/// All observers of a run.
pub(super) struct Emit<'o, 'a> {
    observers: &'a mut [&'o mut dyn Observer],
    now: SimTime,
}

impl<'o, 'a> Emit<'o, 'a> {
    pub(super) const fn new(observers: &'a mut [&'o mut dyn Observer]) -> Self {
        Self { observers, now: SimTime::ZERO }
    }

    /// Moves the stream's clock.
    pub(super) const fn advance(&mut self, now: SimTime) {
        self.now = now;
    }

    pub(super) fn record(&mut self, record: &Record<'_>) -> Result<(), Violation> {
        for observer in self.observers.iter_mut() {
            observer.record(self.now, record)?;
        }
        Ok(())
    }

    /// Rates of lanes that changed.
    pub(super) fn lane_rates(&mut self, rates: &[LaneRate]) -> Result<(), Violation> {
        for observer in self.observers.iter_mut() {
            observer.lane_rates(self.now, rates)?;
        }
        Ok(())
    }
}
