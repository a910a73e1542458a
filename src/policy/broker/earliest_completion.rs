//! Earliest completion: staging + queue wait + requested run time on that pool + delivery of the output.
//!
//! Idea: the greedy list scheduler of grids: it weighs a short queue against a slow link and fast hardware. Equal times by pool id.
//! Source: minimum completion time (MCT; Maheswaran et al., "Dynamic mapping of a class of independent tasks onto heterogeneous
//! computing systems", JPDC 59, 1999). Cost: one estimate for each pool.

use super::eligible::least;
use super::estimate::delivered_or_never;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `earliest-completion` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EarliestCompletion {}

impl BrokerForm for EarliestCompletion {
    const SUMMARY: &'static str = "the earliest expected completion: staging, queue, run and delivery";
    const SOURCE: &'static str = "MCT: Maheswaran et al., Dynamic mapping of a class of independent tasks, JPDC 1999";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl Broker for EarliestCompletion {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least(view, request, |candidate| delivered_or_never(view, request, candidate))
    }
}
