//! Least loaded: the pool with the shortest expected queue wait.
//!
//! Idea: the wait is zero where the pool has [room](crate::policy::room), else until its nodes are predicted to hold the job behind what is
//! queued and on its way. Equal waits by the larger free share, then by pool id. Source: join the shortest queue with work instead of counts ("least work left"; Harchol-Balter,
//! "Performance Modeling and Design of Computer Systems", 2013, ch. 24). Cost: one estimate for each pool.

use super::eligible::{Filters, least_pool};
use super::reasons::{Weighing, seconds};
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, PoolId, Reasons, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use crate::units::SimDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// `least-loaded` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LeastLoaded {}

impl BrokerForm for LeastLoaded {
    const SUMMARY: &'static str = "the shortest expected queue wait, then the largest free share";
    const SOURCE: &'static str =
        "least work left: Harchol-Balter, Performance Modeling and Design of Computer Systems, 2013";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl Broker for LeastLoaded {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least_pool(view, request, |pool| load(view, request, pool))
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        ranked_by_load(Weighing::new(Filters::ALL, view, request), view, request)
    }
}

/// What is left, the least loaded first.
pub(super) fn ranked_by_load(weighing: Weighing, view: &View<'_>, request: &Request) -> Reasons {
    weighing.rank(
        &[("queue_wait_s", "s"), ("free_share", "")],
        |candidate| load(view, request, candidate.pool),
        |_, (wait, Reverse(free))| vec![seconds(*wait), Some(*free as f64 / 1e6)],
    )
}

/// How loaded a pool is: queue wait, then the smaller free share.
pub(super) fn load(view: &View<'_>, request: &Request, pool: PoolId) -> (SimDuration, Reverse<u64>) {
    (view.wait_or_never(request, pool), Reverse(view.summary(pool).free_ppm()))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Spot, World, spot};
    use super::*;

    #[test]
    fn the_shortest_wait_then_the_largest_free_share() {
        // a: 1 core free of 10 and nothing queued; b: 6 free; c: 6 free but later by id; d: a queue of 5 s.
        let at = |name, free, wait_s| Spot { free, wait_s, ..spot(name) };
        let world = World::new(&[at("a", 1, 0), at("b", 6, 0), at("c", 6, 0), at("d", 9, 5)]);
        assert_eq!(world.choice(&LeastLoaded {}, &world.job(0)), Ok("b"));
        // 7 cores fit at none but d, and there is a queue. What runs at a, b and c is late, so that all three are expected to have 7 cores
        // in the next instant, and b wins again; d's 5 s are longer.
        assert_eq!(world.choice(&LeastLoaded {}, &Request { tasks: 7, ..world.job(1) }), Ok("b"));
    }

    #[test]
    fn work_that_runs_is_work_ahead() {
        // Both full. a: 10 cores until 100 s; b: 10 cores until 40 s. At 30 s a has 70 s ahead, b 10 s.
        let full = |name, until_s| Spot { free: 0, until_s, ..spot(name) };
        let mut world = World::new(&[full("a", 100), full("b", 40)]);
        world.now = crate::units::SimTime::from_secs(30);
        assert_eq!(world.choice(&LeastLoaded {}, &world.job(0)), Ok("b"));
        let wait = world.view().wait_or_never(&world.job(0), PoolId(1));
        assert_eq!(wait, SimDuration::from_secs(10));
    }
}
