//! Lowest carbon: the least expected emissions, among centers that do not delay the job too much.
//!
//! Idea: the job's part of its nodes' peak power (by cores and accelerators) x PUE x carbon intensity over its expected run. With
//! `max-delay`, only pools count whose expected completion is at most that later than the earliest one: green, but not at any price in
//! time. Equal emissions by pool id.
//! Source: Zhou et al., "Carbon-aware load balancing for geo-distributed cloud services", MASCOTS 2013; Google's carbon-intelligent
//! computing (Radovanovic et al., IEEE Trans. Power Systems 2023). Cost: one estimate and one integral for each pool.

use super::eligible::{Candidate, Filters, eligible, place};
use super::energy::{EnergyRates, Ledger};
use super::estimate::{Expected, expect};
use super::reasons::{Weighing, instant};
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, PoolId, Reasons, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use crate::units::{SimDuration, SimTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of `lowest-carbon`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LowestCarbon {
    /// Whose carbon: "location" (the grid's) or "market" (after contracted green power). Default "location".
    pub ledger: Ledger,
    /// How much later than at the earliest center the job may be expected to complete. Default: any time later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_delay: Option<SimDuration>,
}

impl BrokerForm for LowestCarbon {
    const SUMMARY: &'static str = "the least expected emissions, at most max-delay later than elsewhere";
    const SOURCE: &'static str =
        "Zhou et al., Carbon-aware load balancing for geo-distributed cloud services, MASCOTS 2013";

    fn build(&self, platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        let rates = EnergyRates::of_carbon(platform, self.ledger);
        Ok(Box::new(LowestCarbonBroker { max_delay: self.max_delay, rates, pools: Vec::new() }))
    }
}

#[derive(Clone)]
struct LowestCarbonBroker {
    max_delay: Option<SimDuration>,
    rates: EnergyRates,
    /// The eligible pools of one job with what is expected there; kept for its memory only.
    pools: Vec<(PoolId, Option<Expected>)>,
}

impl Broker for LowestCarbonBroker {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        self.pools.clear();
        let expectations = eligible(view, request).map(|candidate| (candidate.pool, expect(view, request, &candidate)));
        self.pools.extend(expectations);
        let delivered = |expected: &Option<Expected>| expected.map_or(SimTime::MAX, |expected| expected.delivered);
        let earliest = self.pools.iter().map(|(_, expected)| delivered(expected)).min().unwrap_or(SimTime::MAX);
        let latest = self.max_delay.map_or(SimTime::MAX, |delay| earliest + delay);
        let in_time = self.pools.iter().filter(|(_, expected)| delivered(expected) <= latest);
        let greenest = in_time.min_by_key(|(pool, expected)| match expected {
            Some(expected) => (false, self.rates.amount(view, request, *pool, expected), *pool),
            // A pool without capacity comes last.
            None => (true, 0, *pool),
        });
        place(greenest.map(|(pool, _)| *pool), view, request)
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let mut weighing = Weighing::new(Filters::ALL, view, request);
        let expected = |candidate: &Candidate| expect(view, request, candidate);
        let delivered = |candidate: &Candidate| expected(candidate).map_or(SimTime::MAX, |expected| expected.delivered);
        if let Some(delay) = self.max_delay {
            let earliest = weighing.left().iter().map(delivered).min().unwrap_or(SimTime::MAX);
            weighing.keep("completion within max-delay of the earliest", |it| delivered(it) <= earliest + delay);
        }
        weighing.rank(
            &[("carbon_g", "g"), ("delivered_s", "s")],
            |candidate| {
                let amount = |expected| self.rates.amount(view, request, candidate.pool, &expected);
                expected(candidate).map_or((true, 0), |expected| (false, amount(expected)))
            },
            |candidate, (never, micrograms)| {
                vec![(!never).then(|| *micrograms as f64 / 1e6), instant(delivered(candidate))]
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{HOUR, Spot, World, spot};
    use super::*;

    #[test]
    fn grams_by_ledger() {
        // 0.1 kWh. green: 800 g/kWh, half contracted: 80 g by location, 40 g by market. grid: 600 g/kWh, nothing contracted:
        // 60 g in both ledgers.
        let green = Spot { carbon: 800, green_percent: 50, ..spot("green") };
        let world = World::new(&[green, Spot { carbon: 600, ..spot("grid") }]);
        let by = |ledger| LowestCarbon { ledger, ..LowestCarbon::default() };
        assert_eq!(world.choice(&by(Ledger::Location), &world.job(0)), Ok("grid"));
        assert_eq!(world.choice(&by(Ledger::Market), &world.job(0)), Ok("green"));
    }

    #[test]
    fn green_but_not_at_any_price_in_time() {
        // Expected completions after 1 h, 3 h (2 h of queue) and 8 h (7 h of queue); grams 60, 40, 14.
        let at = |name, carbon, hours: u64| Spot { carbon, wait_s: hours * 3600, ..spot(name) };
        let world = World::new(&[at("brown", 600, 0), at("green", 140, 7), at("middle", 400, 2)]);
        let within = |hours| LowestCarbon { max_delay: Some(SimDuration(hours * HOUR)), ..LowestCarbon::default() };
        assert_eq!(world.choice(&LowestCarbon::default(), &world.job(0)), Ok("green"));
        assert_eq!(world.choice(&within(7), &world.job(0)), Ok("green"));
        assert_eq!(world.choice(&within(6), &world.job(0)), Ok("middle"));
        assert_eq!(world.choice(&within(1), &world.job(0)), Ok("brown"));
    }
}
