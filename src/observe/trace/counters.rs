//! Values that change over time, as a trace viewer draws them.

use crate::units::SimTime;

/// The first step of a grid, 1 s; it doubles as often as it must.
const STEP_FIRST: u64 = 1_000_000_000;

/// Counters by number. Every change is kept while all of them fit; of more, the values at the instants of a regular grid.
#[derive(Debug, Clone)]
pub(super) struct Counters {
    series: Vec<Vec<(SimTime, f64)>>,
    points: usize,
    points_max: usize,
    /// Nanoseconds; 0 where every change is kept.
    step: u64,
}

impl Counters {
    /// So many counters, all 0, with no more than about so many points together.
    pub(super) fn new(count: usize, points_max: usize) -> Self {
        Self { series: vec![Vec::new(); count], points: 0, points_max: points_max.max(1), step: 0 }
    }

    /// What a counter was set to last.
    fn value(&self, counter: usize) -> f64 {
        self.series.get(counter).and_then(|series| series.last()).map_or(0.0, |(_, value)| *value)
    }

    /// Sets a counter from now on. One that does not exist is passed over.
    pub(super) fn set(&mut self, now: SimTime, counter: usize, value: f64) {
        let Some(series) = self.series.get_mut(counter) else { return };
        let before = series.len();
        put(series, on_grid(now, self.step), value);
        self.points = self.points + series.len() - before;
        if self.points > self.points_max {
            self.coarsen();
        }
    }

    /// Adds to a counter.
    pub(super) fn add(&mut self, now: SimTime, counter: usize, more: f64) {
        self.set(now, counter, self.value(counter) + more);
    }

    /// Doubles the step until half of the points are left, or no step is longer.
    fn coarsen(&mut self) {
        while self.points > self.points_max / 2 && self.step < u64::MAX / 4 {
            self.step = (self.step * 2).max(STEP_FIRST);
            for series in &mut self.series {
                for (at, value) in std::mem::take(series) {
                    put(series, on_grid(at, self.step), value);
                }
            }
            self.points = self.series.iter().map(Vec::len).sum();
        }
    }

    /// The changes of each counter up to `end`, and the step of the grid in ns, 0 where there is none.
    pub(super) fn finish(mut self, end: SimTime) -> (Vec<Vec<(SimTime, f64)>>, u64) {
        for (at, _) in self.series.iter_mut().filter_map(|series| series.last_mut()) {
            // The value in force at the end stands there, not at the next instant of the grid.
            *at = (*at).min(end);
        }
        (self.series, self.step)
    }
}

/// The first instant of the grid that is not earlier.
fn on_grid(at: SimTime, step: u64) -> SimTime {
    if step == 0 { at } else { SimTime(at.0.div_ceil(step).saturating_mul(step)) }
}

/// Sets the value from `at` on, which is no earlier than the last point.
fn put(series: &mut Vec<(SimTime, f64)>, at: SimTime, value: f64) {
    if series.last().is_some_and(|(last, _)| *last == at) {
        series.pop();
    }
    let before = series.last().map_or(0.0, |(_, value)| *value);
    if value.to_bits() != before.to_bits() {
        series.push((at, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(at: u64) -> SimTime {
        SimTime(at * 1_000_000)
    }

    #[test]
    fn changes_are_kept_once() {
        let mut counters = Counters::new(2, 100);
        for (at, more) in [(0, 1.0), (0, 1.0), (5, -1.0), (5, 1.0), (7, 1.0), (9, -3.0)] {
            counters.add(ms(at), 0, more);
        }
        counters.add(ms(9), 7, 1.0);
        let (series, step) = counters.finish(ms(10));
        // Two came at 0; at 5 one left and one came: no change.
        assert_eq!(series, [vec![(ms(0), 2.0), (ms(7), 3.0), (ms(9), 0.0)], vec![]]);
        assert_eq!(step, 0);
    }

    #[test]
    fn what_does_not_fit_is_seen_at_the_instants_of_a_grid() {
        // A sawtooth with a change every 100 ms for 100 s: 1,000 changes.
        let value = |at: u64| (at / 100 % 7) as f64;
        let mut counters = Counters::new(1, 60);
        (0..1000).for_each(|change| counters.set(ms(change * 100), 0, value(change * 100)));
        let (series, step) = counters.finish(ms(100_000));
        assert!(series[0].len() <= 60 && series[0].len() >= 20, "{}", series[0].len());
        assert!(step >= STEP_FIRST && step.is_power_of_two() || step % STEP_FIRST == 0, "{step}");
        // At every instant of the grid the last point tells the true value.
        for at in (0..100_000).step_by((step / 1_000_000) as usize) {
            let seen = series[0].iter().rev().find(|(point, _)| *point <= ms(at)).map_or(0.0, |(_, value)| *value);
            assert_eq!(seen.to_bits(), value(at).to_bits(), "at {at} ms");
        }
        assert_eq!(series[0].last().map(|(at, value)| (at.0 <= ms(100_000).0, *value)), Some((true, value(99_900))));
    }
}
