//! What a run is expected to cost in energy, and in carbon.
//!
//! A job is charged its part of the nodes' peak power, by the cores and accelerators it asks for (see [`crate::model::PowerWeights`]),
//! times PUE, times tariff or carbon intensity, over the expected run: the way in which reports charge it. Tariffs are facts of the calendar;
//! the scenario's carbon series stand for a perfect forecast.

use super::estimate::Expected;
use crate::model::{Center, Platform, PoolId, Request};
use crate::policy::view::View;
use crate::signals::Series;
use crate::units::{SimDuration, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which of the two ledgers carbon is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ledger {
    /// What the grid emits at the place.
    #[default]
    Location,
    /// What remains after contracted green power.
    Market,
}

/// Series that do not repeat are combined this far; later instants get the last value.
const HORIZON: SimTime = SimTime(366 * SimDuration::DAY.0);

/// Milliwatt-nanoseconds in a thousandth of a kWh (3.6e18 in a kWh), times the ten-thousandths of PUE.
const DIVISOR: u128 = 3_600_000_000_000_000 * 10_000;

/// PUE times tariff or intensity of each center, so that an interval costs one integral.
#[derive(Debug, Clone, PartialEq)]
pub struct EnergyRates {
    by_center: Vec<Series>,
}

impl EnergyRates {
    /// Of tariffs: amounts are thousandths of µCNY.
    #[must_use]
    pub fn of_tariff(platform: &Platform) -> Self {
        Self::of(platform, |center| center.tariff.clone())
    }

    /// Of carbon: amounts are µg of CO2 equivalent.
    #[must_use]
    pub fn of_carbon(platform: &Platform, ledger: Ledger) -> Self {
        Self::of(platform, |center| match ledger {
            Ledger::Location => center.carbon.clone(),
            Ledger::Market => {
                let rest = 1_000_000u64.saturating_sub(center.green_share_ppm);
                center.carbon.product(&Series::constant(rest), 1_000_000, HORIZON)
            }
        })
    }

    fn of(platform: &Platform, signal: impl Fn(&Center) -> Series) -> Self {
        let centers = platform.centers.iter();
        Self { by_center: centers.map(|center| center.pue.product(&signal(center), 1, HORIZON)).collect() }
    }

    /// The expected amount for a job in a pool, in thousandths of µCNY or of mg.
    #[must_use]
    pub fn amount(&self, view: &View<'_>, request: &Request, pool: PoolId, expected: &Expected) -> u128 {
        let rate = &self.by_center[view.pool(pool).center.index()];
        let integral = rate.integral(expected.start, expected.end);
        // Divided once, at the end; 1 MW for a year at 1 CNY/kWh stays far below 2^128.
        integral.saturating_mul(view.peak_power_milliwatts(request, pool)) / DIVISOR
    }
}
