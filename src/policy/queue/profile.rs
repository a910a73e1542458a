//! What is expected to be free over time: a step function of totals.

use crate::model::Totals;
use crate::units::{SimDuration, SimTime};

/// Free totals from each instant on, in the order of time; the last step lasts for ever. Never empty.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    steps: Vec<(SimTime, Totals)>,
}

impl Profile {
    /// Everything of `free` from the start on.
    pub(super) fn new(now: SimTime, free: Totals) -> Self {
        Self { steps: vec![(now, free)] }
    }

    /// What is expected to be free now.
    pub(super) fn now(&self) -> Totals {
        self.steps.first().map_or_else(Totals::default, |step| step.1)
    }

    /// Forgets what lies before `now`.
    pub(super) fn advance(&mut self, now: SimTime) {
        let past = self.steps.partition_point(|step| step.0 <= now).saturating_sub(1);
        self.steps.drain(..past);
        if let Some(first) = self.steps.first_mut() {
            first.0 = first.0.max(now);
        }
    }

    /// The step that begins at `at`, which is made where there is none.
    fn cut(&mut self, at: SimTime) -> usize {
        let index = self.steps.partition_point(|step| step.0 < at);
        if self.steps.get(index).is_none_or(|step| step.0 != at) {
            let free = index.checked_sub(1).map_or_else(|| self.now(), |before| self.steps[before].1);
            self.steps.insert(index, (at, free));
        }
        index
    }

    /// Joins the step with the one before where they are equal.
    fn join(&mut self, index: usize) {
        if index > 0 && index < self.steps.len() && self.steps[index].1 == self.steps[index - 1].1 {
            self.steps.remove(index);
        }
    }

    fn change(&mut self, from: SimTime, to: SimTime, apply: impl Fn(&mut Totals)) {
        if from >= to {
            return;
        }
        let first = self.cut(from);
        let end = self.cut(to);
        self.steps[first..end].iter_mut().for_each(|step| apply(&mut step.1));
        self.join(end);
        self.join(first);
    }

    /// Takes `demand` over `[from, to)`.
    pub(super) fn take(&mut self, from: SimTime, to: SimTime, demand: &Totals) {
        self.change(from, to, |free| free.subtract(demand));
    }

    /// Gives `demand` back over `[from, to)`.
    pub(super) fn give(&mut self, from: SimTime, to: SimTime, demand: &Totals) {
        self.change(from, to, |free| free.add(demand));
    }

    /// The earliest instant from which `demand` is free for `span`; `None` where it never is.
    pub(super) fn earliest(&self, demand: &Totals, span: SimDuration) -> Option<SimTime> {
        let mut from: Option<SimTime> = None;
        for (at, free) in &self.steps {
            if let Some(begin) = from
                && *at >= begin + span
            {
                return from;
            }
            from = if free.covers(demand) { from.or(Some(*at)) } else { None };
        }
        from
    }
}
