//! Least loaded: the pool with the shortest estimated queue wait.
//!
//! Idea: work ahead (running, queued, coming) over capacity; zero where the job can start at once. Equal waits by the larger
//! free share, then by pool id. Source: join the shortest queue with work instead of counts ("least work left"; Harchol-Balter,
//! "Performance Modeling and Design of Computer Systems", 2013, ch. 24). Cost: one estimate for each pool.

use super::eligible::least;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// `least-loaded` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LeastLoaded {}

impl BrokerForm for LeastLoaded {
    const SUMMARY: &'static str = "the shortest estimated queue wait, then the largest free share";
    const SOURCE: &'static str =
        "least work left: Harchol-Balter, Performance Modeling and Design of Computer Systems, 2013";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl Broker for LeastLoaded {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least(view, request, |candidate| {
            let wait = view.wait_or_never(request, candidate.pool);
            (wait, Reverse(view.summary(candidate.pool).free_ppm()))
        })
    }
}
