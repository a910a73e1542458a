//! What is expected to be free over time: a step function of totals.

use super::steps::Steps;
use crate::model::Totals;
use crate::units::{SimDuration, SimTime};

/// Free totals from each instant on.
#[derive(Debug, Clone)]
pub(super) struct Profile(Steps<Totals>);

impl Profile {
    /// Everything of `free` from the start on.
    pub(super) fn new(now: SimTime, free: Totals) -> Self {
        Self(Steps::new(now, free))
    }

    /// What is expected to be free now.
    pub(super) fn now(&self) -> Totals {
        self.0.all().first().map_or_else(Totals::default, |step| step.1)
    }

    /// Forgets what lies before `now`.
    pub(super) fn advance(&mut self, now: SimTime) {
        self.0.advance(now);
    }

    /// Takes `demand` over `[from, to)`.
    pub(super) fn take(&mut self, from: SimTime, to: SimTime, demand: &Totals) {
        self.0.change(from, to, |free| free.subtract(demand));
    }

    /// Gives `demand` back over `[from, to)`.
    pub(super) fn give(&mut self, from: SimTime, to: SimTime, demand: &Totals) {
        self.0.change(from, to, |free| free.add(demand));
    }

    /// The earliest instant, `after` or later, from which `demand` is free for `span`; `None` where it never is.
    pub(super) fn earliest(&self, after: SimTime, demand: &Totals, span: SimDuration) -> Option<SimTime> {
        let steps = self.0.all();
        let first = steps.partition_point(|step| step.0 <= after).saturating_sub(1);
        let mut from: Option<SimTime> = None;
        for (at, free) in &steps[first..] {
            if let Some(begin) = from
                && *at >= begin + span
            {
                return from;
            }
            from = if free.covers(demand) { from.or(Some((*at).max(after))) } else { None };
        }
        from
    }
}
