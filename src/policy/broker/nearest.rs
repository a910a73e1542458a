//! Nearest: the eligible pool with the least round trip to the job's origin, full or not.
//!
//! Idea: what a content network or a DNS by region does; good where latency is all and load is even. Source: practice
//! (latency-based routing). Cost: two looks at latencies for each pool.

use super::eligible::{Filters, least_pool};
use super::reasons::{Weighing, seconds};
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Reasons, Request};
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
        least_pool(view, request, |pool| view.round_trip(request, pool).unwrap_or(SimDuration::MAX))
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let round_trip = |pool| view.round_trip(request, pool).unwrap_or(SimDuration::MAX);
        Weighing::new(Filters::ALL, view, request).rank(
            &[("round_trip_s", "s")],
            |candidate| round_trip(candidate.pool),
            |_, round_trip| vec![seconds(*round_trip)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Spot, World, spot};
    use super::*;

    #[test]
    fn the_least_round_trip_wins_even_where_it_is_full() {
        // Round trips 2 x 8 = 16 ms, 2 x 3 = 6 ms (full), 2 x 3 = 6 ms: the first of equals by id.
        let far = Spot { leg_ms: Some(8), ..spot("a") };
        let full = Spot { leg_ms: Some(3), wait_s: 9000, ..spot("b") };
        let world = World::new(&[far, full, Spot { leg_ms: Some(3), ..spot("c") }]);
        assert_eq!(world.choice(&Nearest {}, &world.job(0)), Ok("b"));
        // A job of c's own: 0 ms to c, 2 x (3 + 3) ms to b.
        assert_eq!(world.choice(&Nearest {}, &Request { origin: world.site("c"), ..world.job(1) }), Ok("c"));
    }
}
