//! Cheapest: the least expected cost of energy and transfer.
//!
//! Idea: the job's share of peak power x PUE x tariff over its expected run (so a night tariff counts where it would run at
//! night), plus the price of moving its input and output. Equal costs by pool id. It knows no load: while it is cheapest, a full pool
//! gets the next job too. Source: Qureshi et al., "Cutting the electric bill for internet-scale systems", SIGCOMM 2009. Cost: one
//! estimate and one integral of a series for each pool.

use super::eligible::least;
use super::energy::EnergyRates;
use super::estimate::expect;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Request};
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

struct CheapestBroker {
    tariffs: EnergyRates,
}

impl Broker for CheapestBroker {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least(view, request, |candidate| {
            // A pool without capacity comes last.
            expect(view, request, candidate).map_or((true, 0), |expected| {
                let energy = self.tariffs.amount(view, request, candidate.pool, &expected);
                (false, energy + candidate.transfer_price_micro_cny() * 1000)
            })
        })
    }
}
