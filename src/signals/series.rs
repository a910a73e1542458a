//! A piecewise constant series.

use crate::units::{SimDuration, SimTime};
use std::sync::Arc;

/// An integer signal over simulated time, constant or piecewise constant, repeating after a period where it has one.
///
/// Sums are exact: integrals are `u128` value-nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Series {
    /// The same at all times.
    Constant(u64),
    /// Steps.
    Steps(Arc<Steps>),
}

/// The steps of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// Nanoseconds from the start of the (first) period at which each step begins; the first is 0, strictly ascending.
    starts: Vec<u64>,
    /// The value of each step.
    values: Vec<u64>,
    /// Integral from 0 to each step's beginning.
    prefix: Vec<u128>,
    /// Nanoseconds after which it repeats; `None` keeps the last value for good.
    period: Option<u64>,
    /// The step that holds when each span of 2^`shift` nanoseconds begins, up to the last step's: most steps are about as long, so that the
    /// one of an instant is this one or the next.
    begun: Vec<u32>,
    shift: u32,
}

/// The steps by span of time, and how long (a power of 2) these are: about as many as steps, however long each of these is.
fn spans(starts: &[u64]) -> (Vec<u32>, u32) {
    let end = starts.last().copied().unwrap_or(0);
    // No longer than the steps are on average, so that there is no more than twice as many.
    let shift = (end / starts.len() as u64).max(1).ilog2();
    let mut begun = Vec::with_capacity((end >> shift) as usize + 1);
    let mut step = 0;
    for span in 0..=end >> shift {
        while starts.get(step + 1).is_some_and(|start| *start <= span << shift) {
            step += 1;
        }
        // Lossless: four billion steps fit no memory.
        begun.push(step as u32);
    }
    (begun, shift)
}

impl Series {
    /// A constant.
    #[must_use]
    pub const fn constant(value: u64) -> Self {
        Self::Constant(value)
    }

    /// A series of steps `(begins, value)`, the first at 0 and strictly ascending, repeating after `period`.
    ///
    /// `None` if the steps are not of that form, or one begins at or after the period's end. Equal neighbors are joined.
    #[must_use]
    pub fn steps(steps: &[(SimDuration, u64)], period: Option<SimDuration>) -> Option<Self> {
        let ordered = steps.windows(2).all(|w| w[0].0 < w[1].0);
        let last = steps.last()?.0;
        if steps[0].0 != SimDuration::ZERO || !ordered || period.is_some_and(|p| last >= p) {
            return None;
        }
        let mut joined: Vec<(u64, u64)> = Vec::new();
        for (begins, value) in steps {
            if joined.last().is_none_or(|(_, before)| before != value) {
                joined.push((begins.0, *value));
            }
        }
        if joined.len() == 1 {
            return Some(Self::Constant(joined[0].1));
        }
        let mut prefix = vec![0u128];
        for pair in joined.windows(2) {
            let before = prefix[prefix.len() - 1];
            prefix.push(before + u128::from(pair[1].0 - pair[0].0) * u128::from(pair[0].1));
        }
        let (starts, values): (Vec<u64>, Vec<u64>) = joined.into_iter().unzip();
        let (begun, shift) = spans(&starts);
        Some(Self::Steps(Arc::new(Steps { starts, values, prefix, period: period.map(|p| p.0), begun, shift })))
    }

    /// The value at an instant. A step holds from its beginning (included) to the next (excluded).
    #[must_use]
    pub fn at(&self, time: SimTime) -> u64 {
        match self {
            Self::Constant(value) => *value,
            Self::Steps(steps) => steps.values[steps.index(steps.phase(time.0).1)],
        }
    }

    /// The least of all values.
    #[must_use]
    pub fn least(&self) -> u64 {
        match self {
            Self::Constant(value) => *value,
            Self::Steps(steps) => steps.values.iter().copied().min().unwrap_or(0),
        }
    }

    /// The integral over `[from, to)` in value-nanoseconds; 0 if `to` is not later.
    #[must_use]
    pub fn integral(&self, from: SimTime, to: SimTime) -> u128 {
        match self {
            Self::Constant(value) => u128::from(*value) * u128::from(to.since(from).0),
            Self::Steps(_) if to <= from => 0,
            Self::Steps(steps) => steps.cumulative(to.0) - steps.cumulative(from.0),
        }
    }

    /// The next instant after `time` at which the value changes; `None` where it never does again.
    #[must_use]
    pub fn next_change(&self, time: SimTime) -> Option<SimTime> {
        match self {
            Self::Constant(_) => None,
            Self::Steps(steps) => steps.next_change(time.0).map(SimTime),
        }
    }

    /// The value at an instant and the next instant at which it changes: [`Series::at`] and [`Series::next_change`] in one search.
    #[must_use]
    pub fn step_at(&self, time: SimTime) -> (u64, Option<SimTime>) {
        match self {
            Self::Constant(value) => (*value, None),
            Self::Steps(steps) => {
                let (periods, offset) = steps.phase(time.0);
                let index = steps.index(offset);
                (steps.values[index], steps.change_after(index, time.0, periods, offset).map(SimTime))
            }
        }
    }

    /// The series of products, step by step, divided by `divisor` and rounded down; both must repeat alike or one be constant.
    ///
    /// Used for PUE × tariff. The result repeats after the least common multiple of both periods, where both have one; a
    /// series that never repeats is combined up to `horizon`.
    #[must_use]
    pub fn product(&self, other: &Self, divisor: u64, horizon: SimTime) -> Self {
        let value = |t: SimTime| {
            u64::try_from(u128::from(self.at(t)) * u128::from(other.at(t)) / u128::from(divisor.max(1)))
                .unwrap_or(u64::MAX)
        };
        let (period, end) = match (self.period(), other.period()) {
            (Some(a), Some(b)) => match lcm(a, b).filter(|p| *p <= 60 * SimDuration::DAY.0) {
                Some(period) => (Some(SimDuration(period)), SimTime(period)),
                None => (None, horizon),
            },
            _ => (None, horizon),
        };
        let mut steps = vec![(SimDuration::ZERO, value(SimTime::ZERO))];
        let mut now = SimTime::ZERO;
        loop {
            let next = [self.next_change(now), other.next_change(now)].into_iter().flatten().min();
            match next {
                Some(t) if t < end => {
                    steps.push((t.since(SimTime::ZERO), value(t)));
                    now = t;
                }
                _ => break,
            }
        }
        let constant = Self::Constant(steps[0].1);
        Self::steps(&steps, period).unwrap_or(constant)
    }

    /// The period in nanoseconds; a constant repeats after any time, here 1 ns.
    fn period(&self) -> Option<u64> {
        match self {
            Self::Constant(_) => Some(1),
            Self::Steps(steps) => steps.period,
        }
    }
}

/// So many steps are looked at one by one before they are searched.
const NEAR: usize = 4;

impl Steps {
    /// Whole periods before an instant and the time into the current one.
    fn phase(&self, nanos: u64) -> (u64, u64) {
        match self.period {
            Some(period) => (nanos / period, nanos % period),
            None => (0, nanos),
        }
    }

    fn index(&self, offset: u64) -> usize {
        let Some(begun) = self.begun.get((offset >> self.shift) as usize) else { return self.starts.len() - 1 };
        let begun = *begun as usize;
        // Where steps are of very different lengths many may begin in one span.
        let later = self.starts[begun + 1..].iter().take(NEAR).take_while(|start| **start <= offset).count();
        if later < NEAR { begun + later } else { self.starts.partition_point(|start| *start <= offset) - 1 }
    }

    fn within(&self, offset: u64) -> u128 {
        let at = self.index(offset);
        self.prefix[at] + u128::from(offset - self.starts[at]) * u128::from(self.values[at])
    }

    fn cumulative(&self, nanos: u64) -> u128 {
        let (periods, offset) = self.phase(nanos);
        let whole = match self.period {
            Some(period) => u128::from(periods) * self.within_end(period),
            None => 0,
        };
        whole + self.within(offset)
    }

    /// The integral over one whole period.
    fn within_end(&self, period: u64) -> u128 {
        let last = self.starts.len() - 1;
        self.prefix[last] + u128::from(period - self.starts[last]) * u128::from(self.values[last])
    }

    fn next_change(&self, nanos: u64) -> Option<u64> {
        let (periods, offset) = self.phase(nanos);
        self.change_after(self.index(offset), nanos, periods, offset)
    }

    /// When the step of an index, in which an instant lies, ends.
    fn change_after(&self, index: usize, nanos: u64, periods: u64, offset: u64) -> Option<u64> {
        match (self.starts.get(index + 1), self.period) {
            (Some(start), period) => Some(nanos - offset + start).filter(|_| period.is_none_or(|p| *start < p)),
            (None, Some(period)) => {
                let wrap = (periods + 1).checked_mul(period)?;
                // The last value may continue into the next period.
                if self.values[0] == self.values[self.values.len() - 1] {
                    self.starts.get(1).and_then(|s| wrap.checked_add(*s))
                } else {
                    Some(wrap)
                }
            }
            (None, None) => None,
        }
    }
}

fn lcm(a: u64, b: u64) -> Option<u64> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).checked_mul(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const H: u64 = SimDuration::HOUR.0;

    fn tariff() -> Series {
        // 10 from 0 to 8 h, 30 from 8 h to 20 h, 10 again, every day.
        Series::steps(
            &[(SimDuration(0), 10), (SimDuration(8 * H), 30), (SimDuration(20 * H), 10)],
            Some(SimDuration::DAY),
        )
        .expect("steps")
    }

    #[test]
    fn integrals_are_worked_by_hand() {
        let s = tariff();
        // One day: 12 h × 10 + 12 h × 30 = 480 value-hours.
        assert_eq!(s.integral(SimTime(0), SimTime(24 * H)), 480 * u128::from(H));
        // From 7 h to 9 h of the third day: 10 + 30.
        assert_eq!(s.integral(SimTime(55 * H), SimTime(57 * H)), 40 * u128::from(H));
        assert_eq!(s.integral(SimTime(5), SimTime(5)), 0);
        assert_eq!(s.least(), 10);
        assert_eq!(s.at(SimTime(8 * H)), 30);
        assert_eq!(s.at(SimTime(8 * H - 1)), 10);
    }

    #[test]
    fn changes_skip_steps_that_change_nothing() {
        let s = tariff();
        assert_eq!(s.next_change(SimTime(0)), Some(SimTime(8 * H)));
        assert_eq!(s.next_change(SimTime(8 * H)), Some(SimTime(20 * H)));
        // 20 h to 24 h continues as 0 h to 8 h of the next day at the same value.
        assert_eq!(s.next_change(SimTime(21 * H)), Some(SimTime(32 * H)));
        assert_eq!(Series::constant(3).next_change(SimTime(0)), None);
    }

    #[test]
    fn a_product_integrates_like_its_factors() {
        let day = tariff();
        let half =
            Series::steps(&[(SimDuration(0), 2), (SimDuration(6 * H), 4)], Some(SimDuration(12 * H))).expect("steps");
        let p = day.product(&half, 1, SimTime(48 * H));
        for hour in 0..100 {
            let t = SimTime(hour * H);
            assert_eq!(p.at(t), day.at(t) * half.at(t), "hour {hour}");
            assert_eq!(p.step_at(t), (p.at(t), p.next_change(t)), "hour {hour}");
            assert_eq!(day.step_at(t), (day.at(t), day.next_change(t)), "hour {hour}");
        }
    }

    #[test]
    fn the_step_of_an_instant_is_found_however_long_steps_are() {
        let mut state = 1_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for round in 0..200 {
            let longest = [1, 7, H, 1000 * H][round % 4];
            let mut at = 0;
            let steps: Vec<(SimDuration, u64)> = (0..1 + draw(40))
                .map(|step| {
                    let begins = SimDuration(at);
                    // Some are a thousand times as short.
                    at += 1 + draw(longest) / [1, 1000][draw(2) as usize];
                    (begins, step)
                })
                .collect();
            let Some(Series::Steps(all)) = Series::steps(&steps, None) else { continue };
            assert!(all.begun.len() <= 2 * all.starts.len() + 1);
            let near = all.starts.iter().flat_map(|start| [start.saturating_sub(1), *start, start + 1]);
            for offset in near.chain((0..100).map(|_| draw(at + at / 8 + 1))).chain([u64::MAX]) {
                assert_eq!(all.index(offset), all.starts.partition_point(|start| *start <= offset) - 1);
            }
        }
    }

    #[test]
    fn malformed_steps_are_refused() {
        assert_eq!(Series::steps(&[], None), None);
        assert_eq!(Series::steps(&[(SimDuration(1), 1)], None), None);
        assert_eq!(Series::steps(&[(SimDuration(0), 1), (SimDuration(0), 2)], None), None);
        assert_eq!(Series::steps(&[(SimDuration(0), 1), (SimDuration(9), 2)], Some(SimDuration(9))), None);
        assert_eq!(Series::steps(&[(SimDuration(0), 7)], Some(SimDuration(9))), Some(Series::Constant(7)));
    }
}
