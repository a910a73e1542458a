//! The record stream's way out.

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
}
