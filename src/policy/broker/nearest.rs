//! Nearest: the eligible pool with the least round trip to the job's origin, full or not.
//!
//! Idea: what a content network or a DNS by region does; good where latency is all and load is even. Source: practice
//! (latency-based routing). Cost: two looks at latencies for each pool.

use super::eligible::least;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use crate::units::SimDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `nearest` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Nearest {}

impl BrokerForm for Nearest {
    const SUMMARY: &'static str = "the least round trip to the origin, whatever the load";
    const SOURCE: &'static str = "practice: latency-based routing";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl Broker for Nearest {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least(view, request, |candidate| view.round_trip(request, candidate.pool).unwrap_or(SimDuration::MAX))
    }
}
