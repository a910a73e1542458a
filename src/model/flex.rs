//! What of a job can bend: checkpoints that let it be interrupted, and a number of tasks that can be chosen or changed.

use crate::units::SimDuration;

/// A job that saves its state now and then, so that an interruption costs what was done since.
///
/// After each `every` of computing the job stands still for `cost` and writes a checkpoint; none is written at the very end. A run
/// that goes on from a checkpoint begins with `restart`. Both are paid under every policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Computing between two checkpoints; more than zero.
    pub every: SimDuration,
    /// Standstill while one is written.
    pub cost: SimDuration,
    /// What it takes to go on after an interruption.
    pub restart: SimDuration,
}

impl Checkpoint {
    /// Time on the nodes for this much computing, checkpoints and restart included.
    #[must_use]
    pub const fn span(&self, computing: SimDuration, restarted: bool) -> SimDuration {
        let written = computing.0.saturating_sub(1) / if self.every.0 == 0 { u64::MAX } else { self.every.0 };
        let restart = if restarted { self.restart.0 } else { 0 };
        SimDuration(computing.0.saturating_add(written.saturating_mul(self.cost.0)).saturating_add(restart))
    }

    /// Of so much time on the nodes: computing that is saved, and computing since. The rest went into checkpoints and restart.
    #[must_use]
    pub const fn after(&self, elapsed: SimDuration, restarted: bool) -> (SimDuration, SimDuration) {
        let elapsed = elapsed.0.saturating_sub(if restarted { self.restart.0 } else { 0 });
        let cycle = self.every.0.saturating_add(self.cost.0);
        // A period of zero is refused where it is read.
        let cycle = if cycle == 0 { u64::MAX } else { cycle };
        let (cycles, rest) = (elapsed / cycle, elapsed % cycle);
        let since = if rest < self.every.0 { rest } else { self.every.0 };
        (SimDuration(cycles * self.every.0), SimDuration(since))
    }
}

/// When the number of tasks may differ from the one asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Elasticity {
    /// It is chosen when the job starts.
    Moldable,
    /// It can be changed while the job runs.
    Malleable,
}

/// How fast a job is on more tasks, compared with one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speedup {
    /// `1 / (serial + (1 - serial) / n)` (Amdahl, AFIPS 1967).
    Amdahl {
        /// The share of the work that one task does alone, from 0 to 1.
        serial: f64,
    },
    /// The model of Downey ("A parallel workload model and its implications for processor allocation", HPDC 1997).
    Downey {
        /// Average parallelism, at least 1.
        parallelism: f64,
        /// Coefficient of variance of the parallelism, not negative.
        variance: f64,
    },
}

impl Speedup {
    /// Speed on `tasks` tasks over the speed on one.
    #[must_use]
    pub fn of(&self, tasks: u32) -> f64 {
        let n = f64::from(tasks.max(1));
        match *self {
            Self::Amdahl { serial } => 1.0 / (serial + (1.0 - serial) / n),
            Self::Downey { parallelism: a, variance } => downey(n, a, variance),
        }
    }
}

/// Downey's speed-up on `n` processors for average parallelism `a` and variance `v`.
fn downey(n: f64, a: f64, v: f64) -> f64 {
    if v <= 1.0 {
        if n <= a {
            a * n / (a + v / 2.0 * (n - 1.0))
        } else if n < 2.0 * a - 1.0 {
            a * n / (v * (a - 0.5) + n * (1.0 - v / 2.0))
        } else {
            a
        }
    } else if n < a + a * v - v {
        n * a * (v + 1.0) / (v * (n + a - 1.0) + a)
    } else {
        a
    }
}

/// A number of tasks that is not fixed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elastic {
    /// When it may differ.
    pub kind: Elasticity,
    /// The fewest tasks, at least 1.
    pub least: u32,
    /// The most tasks.
    pub most: u32,
    /// How fast it is on how many.
    pub speedup: Speedup,
}

impl Elastic {
    /// Speed on `tasks` tasks over that on as many as were asked for.
    #[must_use]
    pub fn rate(&self, tasks: u32, asked: u32) -> f64 {
        if tasks == asked { 1.0 } else { self.speedup.of(tasks) / self.speedup.of(asked) }
    }

    /// Speed-up over tasks: 1 where no task is in vain.
    #[must_use]
    pub fn efficiency(&self, tasks: u32) -> f64 {
        self.speedup.of(tasks) / f64::from(tasks.max(1))
    }

    /// The fewest and the most tasks of a job that asks for so many; its own number is always among them.
    #[must_use]
    pub fn range(&self, asked: u32) -> (u32, u32) {
        (self.least.clamp(1, asked.max(1)), self.most.max(asked))
    }
}

/// What of a job can bend.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Flex {
    /// Its checkpoints.
    pub checkpoint: Option<Checkpoint>,
    /// Its numbers of tasks.
    pub elastic: Option<Elastic>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn s(seconds: u64) -> SimDuration {
        SimDuration::from_secs(seconds)
    }

    #[test]
    fn checkpoints_by_hand() {
        // 25 s of computing, a checkpoint of 2 s after 10 and 20: 29 s. 20 s: the one at the end is not written. After a restart 3 s more.
        let checkpoint = Checkpoint { every: s(10), cost: s(2), restart: s(3) };
        assert_eq!(checkpoint.span(s(25), false), s(29));
        assert_eq!(checkpoint.span(s(20), false), s(22));
        assert_eq!(checkpoint.span(s(20), true), s(25));
        assert_eq!(checkpoint.span(s(0), false), s(0));
        // At 11 s the first is half written: nothing is saved, 10 s are lost. At 12 s it is there. At 17 s 5 s are lost.
        assert_eq!(checkpoint.after(s(11), false), (s(0), s(10)));
        assert_eq!(checkpoint.after(s(12), false), (s(10), s(0)));
        assert_eq!(checkpoint.after(s(17), false), (s(10), s(5)));
        assert_eq!(checkpoint.after(s(2), true), (s(0), s(0)), "still restarting");
    }

    #[test]
    fn speedups_by_hand() {
        // Amdahl with a tenth serial on 9: 1 / (0.1 + 0.9 / 9) = 5.
        assert!((Speedup::Amdahl { serial: 0.1 }.of(9) - 5.0).abs() < 1e-12);
        // Downey, A = 8, variance 1: on 8 64 / (8 + 3.5) = 5.565..., on 15 and more 8. Variance 0: linear up to 8.
        let low = Speedup::Downey { parallelism: 8.0, variance: 1.0 };
        assert!((low.of(8) - 64.0 / 11.5).abs() < 1e-12);
        assert!((low.of(15) - 8.0).abs() < 1e-12);
        assert!((Speedup::Downey { parallelism: 8.0, variance: 0.0 }.of(5) - 5.0).abs() < 1e-12);
        // Variance 2: on 4 4 x 8 x 3 / (2 x 11 + 8) = 3.2; flat from 8 + 16 - 2 = 22 on.
        let high = Speedup::Downey { parallelism: 8.0, variance: 2.0 };
        assert!((high.of(4) - 3.2).abs() < 1e-12);
        assert!((high.of(22) - 8.0).abs() < 1e-12 && (high.of(500) - 8.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn time_is_computing_saved_lost_or_overhead(every in 1..50u64, cost in 0..20u64, restart in 0..20u64, computing in 0..500u64, at in 0..500u64, again in any::<bool>()) {
            let checkpoint = Checkpoint { every: s(every), cost: s(cost), restart: s(restart) };
            let span = checkpoint.span(s(computing), again);
            let elapsed = s(at).min(span);
            let (saved, since) = checkpoint.after(elapsed, again);
            prop_assert!(saved + since <= s(computing), "no more is done than there is");
            prop_assert!(saved + since <= elapsed);
            // A run that goes on has what is left to do, and its restart.
            let left = SimDuration(s(computing).0 - saved.0);
            prop_assert!(checkpoint.span(left, true) >= left + s(restart));
        }

        #[test]
        fn speed_grows_with_tasks_and_never_beyond_them(serial in 0.0..1.0f64, a in 1.0..100.0f64, v in 0.0..5.0f64, n in 1..300u32) {
            for speedup in [Speedup::Amdahl { serial }, Speedup::Downey { parallelism: a, variance: v }] {
                prop_assert!((speedup.of(1) - 1.0).abs() < 1e-9, "{speedup:?} {}", speedup.of(1));
                prop_assert!(speedup.of(n) <= f64::from(n) * (1.0 + 1e-9), "{speedup:?}");
                prop_assert!(speedup.of(n + 1) >= speedup.of(n) * (1.0 - 1e-9), "{speedup:?} {n}: {} {}", speedup.of(n), speedup.of(n + 1));
            }
        }
    }
}
