//! Running integrals of a center's signals.

use crate::model::caches::bring;
use crate::model::{Center, Pool};
use crate::signals::Series;
use crate::units::SimTime;

/// Integrals since the run's start of what one watt of computing draws, costs and emits at a center:
/// PUE (1e-4 ns), PUE × tariff (1e-4 µCNY/kWh ns), PUE × carbon intensity (1e-4 mg/kWh ns).
pub(crate) type Readings = [u128; 3];

/// The differences of two readings.
pub(crate) const fn between(earlier: &Readings, later: &Readings) -> Readings {
    [later[0].saturating_sub(earlier[0]), later[1].saturating_sub(earlier[1]), later[2].saturating_sub(earlier[2])]
}

/// Exact integrals of a factor times PUE, tariff and carbon intensity. Time only goes forward, so each step of a
/// series is looked up once in a run and most readings are three multiplications.
#[derive(Debug, Clone)]
pub(crate) struct Signal {
    factor: Series,
    pue: Series,
    tariff: Series,
    carbon: Series,
    at: SimTime,
    /// When one of the values changes next.
    next: SimTime,
    factor_now: u64,
    values: [u64; 3],
    factor_sum: u128,
    sums: Readings,
}

impl Signal {
    /// The signals of a center.
    pub(crate) fn of_center(center: &Center) -> Self {
        Self::new(Series::constant(1), center)
    }

    /// The signals of a center times the load of a pool's closed nodes in parts per million.
    pub(crate) fn of_closed(pool: &Pool, center: &Center) -> Self {
        Self::new(pool.closed_load.clone(), center)
    }

    fn new(factor: Series, center: &Center) -> Self {
        let mut signal = Self {
            factor,
            pue: center.pue.clone(),
            tariff: center.tariff.clone(),
            carbon: center.carbon.clone(),
            at: SimTime::ZERO,
            next: SimTime::ZERO,
            factor_now: 0,
            values: [0; 3],
            factor_sum: 0,
            sums: [0; 3],
        };
        signal.look_up();
        signal
    }

    fn look_up(&mut self) {
        let all = [&self.factor, &self.pue, &self.tariff, &self.carbon];
        let steps = all.map(|series| series.step_at(self.at));
        let [factor, pue, tariff, carbon] = steps.map(|(value, _)| value);
        let share = factor.saturating_mul(pue);
        self.factor_now = factor;
        self.values = [share, share.saturating_mul(tariff), share.saturating_mul(carbon)];
        let next = steps.iter().filter_map(|(_, change)| *change).min().unwrap_or(SimTime::MAX);
        self.next = if next > self.at { next } else { SimTime::MAX };
    }

    /// Brings them into the caches.
    pub(crate) fn bring(&self) {
        bring(&self.at);
        bring(&self.sums);
    }

    /// Brings the integrals to `now`; an earlier instant changes nothing.
    pub(crate) fn advance(&mut self, now: SimTime) {
        while self.at < now {
            let until = now.min(self.next);
            let span = u128::from(until.since(self.at).0);
            self.factor_sum += u128::from(self.factor_now) * span;
            for (sum, value) in self.sums.iter_mut().zip(self.values) {
                *sum = sum.saturating_add(u128::from(value) * span);
            }
            self.at = until;
            if until == self.next {
                self.look_up();
            }
        }
    }

    /// The integrals at the instant last advanced to.
    pub(crate) const fn readings(&self) -> &Readings {
        &self.sums
    }

    /// The integral of the factor alone.
    pub(crate) const fn factor_sum(&self) -> u128 {
        self.factor_sum
    }
}
