//! A number over time: its integral, its peak, and the longest spell in which it was not 0.

use super::exact::over;
use crate::units::SimTime;

/// A time in which a number was never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spell {
    pub(crate) start: SimTime,
    /// Its end so far.
    pub(crate) end: SimTime,
    /// Whether it still goes on.
    pub(crate) open: bool,
}

/// What a gauge can show.
pub(crate) trait Amount: Copy + Ord + Default {
    /// The amount times a span in ns.
    fn over(self, span: u64) -> u128;
}

/// Jobs, of which there are never more than 64 bits count: they change at every job, in pool, center and all.
impl Amount for u64 {
    fn over(self, span: u64) -> u128 {
        u128::from(self) * u128::from(span)
    }
}

/// Bytes, and whatever else may need more.
impl Amount for u128 {
    fn over(self, span: u64) -> u128 {
        over(self, span)
    }
}

/// An integer that changes at instants, with its exact integral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Gauge<A> {
    sum: u128,
    value: A,
    since: SimTime,
    peak: A,
    peak_at: SimTime,
    /// When the value left 0.
    spell: Option<SimTime>,
    /// The longest spell that is over: the first of equals.
    longest: Option<(SimTime, SimTime)>,
}

impl Gauge<u64> {
    /// More from now on.
    pub(crate) fn add(&mut self, now: SimTime, more: u64) {
        self.set(now, self.value.saturating_add(more));
    }

    /// Less from now on, at least 0.
    pub(crate) fn subtract(&mut self, now: SimTime, less: u64) {
        self.set(now, self.value.saturating_sub(less));
    }
}

impl<A: Amount> Gauge<A> {
    /// Brings the integral to `now`. A value counts for the peak, and 0 ends a spell, only if it lasted: what comes and goes within one
    /// instant was never there.
    // One copy for all: inlined into each change of a gauge it would fill pages of code.
    #[inline(never)]
    pub(crate) fn advance(&mut self, now: SimTime) {
        let span = now.since(self.since).0;
        if span > 0 {
            self.sum = self.sum.saturating_add(self.value.over(span));
            if self.value > self.peak {
                self.peak = self.value;
                self.peak_at = self.since;
            }
            match (self.value > A::default(), self.spell) {
                (false, Some(start)) => {
                    self.close(start, self.since);
                    self.spell = None;
                }
                (true, None) => self.spell = Some(self.since),
                _ => {}
            }
            self.since = now;
        }
    }

    fn close(&mut self, start: SimTime, end: SimTime) {
        if self.longest.is_none_or(|(first, last)| end.since(start) > last.since(first)) {
            self.longest = Some((start, end));
        }
    }

    /// Another value from now on.
    pub(crate) fn set(&mut self, now: SimTime, value: A) {
        self.advance(now);
        self.value = value;
    }

    /// Forgets the integral, the peak and all spells but the one under way, which begins anew; not the value. It must have been advanced to
    /// now.
    pub(crate) fn restart(&mut self) {
        self.sum = 0;
        self.peak = A::default();
        self.longest = None;
        self.spell = (self.value > A::default()).then_some(self.since);
    }

    /// The value now.
    pub(crate) const fn value(&self) -> A {
        self.value
    }

    /// Value-nanoseconds since the last restart.
    pub(crate) const fn sum(&self) -> u128 {
        self.sum
    }

    /// The largest value that lasted since the last restart.
    pub(crate) const fn peak(&self) -> A {
        self.peak
    }

    /// When that value was reached first; `None` where nothing but 0 lasted.
    pub(crate) fn peak_at(&self) -> Option<SimTime> {
        (self.peak > A::default()).then_some(self.peak_at)
    }

    /// The longest spell since the last restart; the first of equals.
    pub(crate) fn longest(&self) -> Option<Spell> {
        let over = self.longest.map(|(start, end)| Spell { start, end, open: false });
        let last = self.spell.map(|start| Spell { start, end: self.since, open: self.value > A::default() });
        match (over, last) {
            (Some(over), Some(last)) if last.end.since(last.start) > over.end.since(over.start) => Some(last),
            (over, last) => over.or(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SimTime {
        SimTime::from_secs(seconds)
    }

    #[test]
    fn the_longest_spell_is_worked_by_hand() {
        let spell = |start, end, open| Some(Spell { start: at(start), end: at(end), open });
        let mut gauge = Gauge::<u64>::default();
        assert_eq!((gauge.longest(), gauge.peak_at()), (None, None));
        // 1 from 10 to 20, 2 from 30 to 35 and 1 to 45; at 40 it is 0 for no time, which ends nothing.
        gauge.add(at(10), 1);
        gauge.subtract(at(20), 1);
        gauge.add(at(30), 2);
        gauge.subtract(at(35), 1);
        gauge.subtract(at(40), 1);
        gauge.add(at(40), 1);
        gauge.advance(at(45));
        assert_eq!(gauge.longest(), spell(30, 45, true), "15 s so far");
        gauge.subtract(at(45), 1);
        assert_eq!(gauge.longest(), spell(30, 45, false), "over at the instant that it ends");
        // 15 s again: the first of equals stays. Then 16 s.
        gauge.add(at(50), 1);
        gauge.subtract(at(65), 1);
        gauge.advance(at(70));
        assert_eq!(gauge.longest(), spell(30, 45, false));
        gauge.add(at(70), 1);
        gauge.advance(at(86));
        assert_eq!(gauge.longest(), spell(70, 86, true));
        assert_eq!((gauge.peak(), gauge.peak_at()), (2, Some(at(30))));
        gauge.restart();
        gauge.advance(at(90));
        assert_eq!((gauge.longest(), gauge.peak_at()), (spell(86, 90, true), Some(at(86))));
    }
}
