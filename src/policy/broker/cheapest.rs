//! Cheapest: the least expected cost of energy and transfer.
//!
//! Idea: the job's part of its nodes' peak power (by cores and accelerators) x PUE x tariff over its expected run (so a night tariff
//! counts where it would run at night: from the later of the arrival of its data and the end of its queue wait), plus the price of
//! moving its input and output. Equal costs by pool id. It knows no load: while it is cheapest, a full pool gets the next job too.
//! Source: Qureshi et al., "Cutting the electric bill for internet-scale systems", SIGCOMM 2009. Cost: one estimate and one
//! integral of a series for each pool.

use super::eligible::{Candidate, Filters, least};
use super::energy::EnergyRates;
use super::estimate::expect;
use super::reasons::Weighing;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Reasons, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `cheapest` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Cheapest {}

impl BrokerForm for Cheapest {
    const SUMMARY: &'static str = "the least expected cost of energy and transfer";
    const SOURCE: &'static str = "Qureshi et al., Cutting the electric bill for internet-scale systems, SIGCOMM 2009";

    fn build(&self, platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(CheapestBroker { tariffs: EnergyRates::of_tariff(platform) }))
    }
}

#[derive(Clone)]
struct CheapestBroker {
    tariffs: EnergyRates,
}

impl CheapestBroker {
    /// Expected cost in thousandths of µCNY; a pool without capacity comes last.
    fn cost(&self, request: &Request, view: &View<'_>, candidate: &Candidate) -> (bool, u128) {
        expect(view, request, candidate).map_or((true, 0), |expected| {
            let energy = self.tariffs.amount(view, request, candidate.pool, &expected);
            (false, energy + candidate.transfer_price_micro_cny() * 1000)
        })
    }
}

impl Broker for CheapestBroker {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least(view, request, |candidate| self.cost(request, view, candidate))
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        Weighing::new(Filters::ALL, view, request).rank(
            &[("cost_cny", "CNY"), ("energy_cny", "CNY"), ("transfer_cny", "CNY")],
            |candidate| self.cost(request, view, candidate),
            |candidate, (never, milli_micro)| {
                let cny = |amount: u128| (!never).then(|| amount as f64 / 1e9);
                let transfer = candidate.transfer_price_micro_cny() * 1000;
                vec![cny(*milli_micro), cny(milli_micro.saturating_sub(transfer)), Some(transfer as f64 / 1e9)]
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{GB, HOUR, Spot, World, spot};
    use super::*;
    use crate::model::Input;
    use crate::signals::Series;
    use crate::units::{Bytes, SimDuration, SimTime};

    #[test]
    fn energy_and_transfer_are_added_up() {
        // One core is 100 W: 0.1 kWh in an hour.
        // east: 0.1 kWh x PUE 1.5 x 0.80 CNY = 0.120 CNY. west: 0.1 x 1.2 x 0.40 = 0.048 CNY, and 0.10 CNY/GB to get there.
        let east = Spot { pue: 150, tariff: Series::constant(80), ..spot("east") };
        let west = Spot { pue: 120, tariff: Series::constant(40), fen_per_gb: 10, ..spot("west") };
        let world = World::new(&[east, west]);
        assert_eq!(world.choice(&Cheapest {}, &world.job(0)), Ok("west"));
        // 1 GB from the user: 0.148 CNY in the west. Half a GB: 0.098 CNY.
        let with = |bytes| Request { input: Input::From(world.site("user"), Bytes(bytes)), ..world.job(1) };
        assert_eq!(world.choice(&Cheapest {}, &with(GB)), Ok("east"));
        assert_eq!(world.choice(&Cheapest {}, &with(GB / 2)), Ok("west"));
        // Output counts like input: half a GB each is 0.148 CNY again.
        let both = Request { output: Bytes(GB / 2), output_to: Some(world.site("user")), ..with(GB / 2) };
        assert_eq!(world.choice(&Cheapest {}, &both), Ok("east"));
    }

    #[test]
    fn a_night_tariff_counts_where_the_job_would_run_at_night() {
        // flat: 0.50 all day, 0.05 CNY for an hour. night: 0.90 until 8 h, 0.20 after.
        let steps = [(SimDuration::ZERO, 90), (SimDuration(8 * HOUR), 20)];
        let night = Series::steps(&steps, Some(SimDuration::DAY)).unwrap();
        let worlds = |wait_s| World::new(&[spot("flat"), Spot { tariff: night.clone(), wait_s, ..spot("night") }]);
        // At 6 h without a queue: 0.09 CNY. Behind a queue of 2 h it runs from 8 h to 9 h: 0.02 CNY.
        let choice = |wait_s| {
            let mut world = worlds(wait_s);
            world.now = SimTime(6 * HOUR);
            world.choice(&Cheapest {}, &world.job(0))
        };
        assert_eq!(choice(0), Ok("flat"));
        assert_eq!(choice(2 * 3600), Ok("night"));
        // Behind 80 min it runs 40 min before and 20 min after 8 h: 0.06 + 0.0067 CNY > 0.05. Behind 90 min: 0.045 + 0.01 = 0.055 > 0.05.
        // Behind 100 min: 20 min before, 40 min after: 0.03 + 0.0133 = 0.0433 CNY.
        assert_eq!(choice(80 * 60), Ok("flat"));
        assert_eq!(choice(90 * 60), Ok("flat"));
        assert_eq!(choice(100 * 60), Ok("night"));
    }
}
