//! Least transfer: the fewest bytes over the network.
//!
//! Idea: computing goes to the data: input from the nearest replica plus output to where it is wanted; then the least estimated time of
//! moving them, then the least round trip, then pool id. Source: data-aware scheduling (Ranganathan and Foster, "Decoupling
//! computation and data scheduling in distributed data-intensive applications", HPDC 2002). Cost: the filters for each pool.

use super::eligible::least;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use crate::units::SimDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `least-transfer` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LeastTransfer {}

impl BrokerForm for LeastTransfer {
    const SUMMARY: &'static str = "the fewest bytes over the network, then the least time of moving them";
    const SOURCE: &'static str = "Ranganathan and Foster, Decoupling computation and data scheduling, HPDC 2002";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl Broker for LeastTransfer {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least(view, request, |candidate| {
            let round_trip = view.round_trip(request, candidate.pool).unwrap_or(SimDuration::MAX);
            (candidate.bytes_moved(), candidate.transfer_time(), round_trip)
        })
    }
}
