//! Metrics, and a timeline that is cut from what they integrate.

use super::Timeline;
use crate::network::LaneRate;
use crate::observe::{Kinds, Metrics, Observer, Record, Violation};
use crate::units::SimTime;

/// Metrics that a timeline may be cut from: one observer for both. The timeline becomes what it would be by itself, but for meters of its
/// own: integrals are exact integers, so that neither where they are split nor where they are taken apart changes any of them.
#[derive(Debug)]
pub struct Measured<'t> {
    metrics: Metrics,
    timeline: Option<&'t mut Timeline>,
}

impl<'t> Measured<'t> {
    /// Metrics and a timeline of a run that has not begun.
    #[must_use]
    pub const fn new(metrics: Metrics, timeline: Option<&'t mut Timeline>) -> Self {
        Self { metrics, timeline }
    }

    /// The run is over: what the metrics came to, which the timeline keeps for its last interval.
    #[must_use]
    pub fn finish(self) -> Metrics {
        if let Some(timeline) = self.timeline {
            timeline.meters = Some(Box::new(self.metrics.meters.clone()));
        }
        self.metrics
    }

    fn advance(&mut self, now: SimTime) {
        if let Some(timeline) = &mut self.timeline {
            // What changes at a border belongs to the interval that begins there.
            timeline.advance(now, &mut self.metrics.meters);
        }
    }
}

impl Observer for Measured<'_> {
    fn hears(&self) -> Kinds {
        self.metrics.hears()
    }

    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        self.advance(now);
        if let (Record::WindowOpened, Some(timeline)) = (record, &mut self.timeline) {
            // The metrics begin anew with the window; the timeline does not.
            self.metrics.meters.advance(now);
            timeline.open_window(now, &self.metrics.meters);
            timeline.base.restart(&self.metrics.meters);
        }
        self.metrics.record(now, record)
    }

    fn ahead(&self, record: &Record<'_>) {
        self.metrics.ahead(record);
    }

    fn lane_rates_ahead(&self, rates: &[LaneRate]) {
        self.metrics.lane_rates_ahead(rates);
    }

    fn lane_rates(&mut self, now: SimTime, rates: &[LaneRate]) -> Result<(), Violation> {
        self.advance(now);
        self.metrics.lane_rates(now, rates)
    }
}
