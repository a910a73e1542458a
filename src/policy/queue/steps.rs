//! A step function of time, as the profiles keep it.

use crate::units::SimTime;

/// What holds from each instant on, in the order of time; the last step lasts for ever. Never empty.
#[derive(Debug, Clone)]
pub(super) struct Steps<T>(Vec<(SimTime, T)>);

impl<T: Clone + PartialEq> Steps<T> {
    /// The same from the start on.
    pub(super) fn new(now: SimTime, value: T) -> Self {
        Self(vec![(now, value)])
    }

    /// All steps.
    pub(super) fn all(&self) -> &[(SimTime, T)] {
        &self.0
    }

    /// Forgets what lies before `now`.
    pub(super) fn advance(&mut self, now: SimTime) {
        let past = self.0.partition_point(|step| step.0 <= now).saturating_sub(1);
        self.0.drain(..past);
        if let Some(first) = self.0.first_mut() {
            first.0 = first.0.max(now);
        }
    }

    /// Changes what holds over `[from, to)`. Steps that become equal are joined.
    pub(super) fn change(&mut self, from: SimTime, to: SimTime, apply: impl Fn(&mut T)) {
        if from >= to {
            return;
        }
        let first = self.cut(from);
        let end = self.cut(to);
        self.0[first..end].iter_mut().for_each(|step| apply(&mut step.1));
        for index in [end, first] {
            if index > 0 && self.0[index].1 == self.0[index - 1].1 {
                self.0.remove(index);
            }
        }
    }

    /// The step that begins at `at`, which is made where there is none.
    fn cut(&mut self, at: SimTime) -> usize {
        let index = self.0.partition_point(|step| step.0 < at);
        if self.0.get(index).is_none_or(|step| step.0 != at) {
            let value = self.0[index.saturating_sub(1)].1.clone();
            self.0.insert(index, (at, value));
        }
        index
    }
}
