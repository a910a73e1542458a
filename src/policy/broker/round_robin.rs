//! Round robin: the pools in turn.
//!
//! Idea: each job goes to the next eligible pool by id after the one that got the last job; equal shares of jobs without knowing
//! anything. Source: practice (the default of load balancers). Cost: looks at pools only until one passes the filters.

use super::eligible::{Filters, place};
use super::{Broker, BrokerForm, Decision, Placement};
use crate::model::{Platform, PoolId, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `round-robin` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RoundRobin {}

impl BrokerForm for RoundRobin {
    const SUMMARY: &'static str = "the pools in turn";
    const SOURCE: &'static str = "practice: the default of load balancers";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(Turns { last: None }))
    }
}

struct Turns {
    last: Option<PoolId>,
}

impl Broker for Turns {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        let last = self.last;
        let found = |later: bool| {
            let half = view.candidates(request).filter(move |pool| (last < Some(*pool)) == later);
            half.filter_map(|pool| Filters::ALL.pass(view, request, pool)).map(|candidate| candidate.pool).next()
        };
        let decision = place(found(true).or_else(|| found(false)), view, request);
        if let Decision::Place(Placement { pool, .. }) = decision {
            self.last = Some(pool);
        }
        decision
    }
}
