//! Round robin: the pools in turn.
//!
//! Idea: each job goes to the next eligible pool by id after the one that got the last job; equal shares of jobs without knowing
//! anything. Source: practice (the default of load balancers). Cost: looks at pools only until one passes the filters.

use super::eligible::{Filters, place};
use super::reasons::Weighing;
use super::{Broker, BrokerForm, Decision, Placement};
use crate::model::{Platform, PoolId, Reasons, Request};
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

#[derive(Clone)]
struct Turns {
    last: Option<PoolId>,
}

impl Broker for Turns {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        let last = self.last;
        let found = |later: bool| {
            let mut half = view.candidates(request).filter(move |pool| (last < Some(*pool)) == later);
            half.find(|pool| Filters::ALL.passes(view, request, *pool))
        };
        let decision = place(found(true).or_else(|| found(false)), view, request);
        if let Decision::Place(Placement { pool, .. }) = decision {
            self.last = Some(pool);
        }
        decision
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        Weighing::new(Filters::ALL, view, request).rank(
            &[("after_a_turn", "")],
            |candidate| self.last >= Some(candidate.pool),
            |_, later| vec![Some(f64::from(u8::from(*later)))],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{World, spot};
    use super::*;

    #[test]
    fn turns_skip_who_cannot_take_the_job_and_go_on_from_who_did() {
        let mut world = World::new(&[spot("a"), spot("b"), spot("c")]);
        let constraint = world.constraint(&["a", "c"]);
        let mut broker = world.build(&RoundRobin {});
        let turns: Vec<_> = (0..7)
            .map(|number| {
                // Job 1 may not go to b: its turn passes to c, and the next is a.
                let job = world.job(number);
                let job = if number == 1 { Request { constraint, ..job } } else { job };
                world.ask(broker.as_mut(), &job).unwrap()
            })
            .collect();
        assert_eq!(turns, ["a", "c", "a", "b", "c", "a", "b"]);
    }
}
