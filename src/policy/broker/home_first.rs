//! Home first: near the user while there is room, else the next nearest with room.
//!
//! Idea: pools in order of their round trip to the job's origin; the first whose expected queue wait is at most `overflow` gets the
//! job. Without `overflow` that is the first with [room](crate::policy::room): its nodes hold the job now, beside what is queued there and
//! on its way. Where none is that free, the job queues at the nearest: data stay at home when leaving gains nothing at once. Source:
//! practice (overflow routing of regional clouds, "burst to the neighbor"). Cost: one look at the nodes of each pool.

use super::eligible::{Filters, least_pool};
use super::reasons::{Weighing, seconds};
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, PoolId, Reasons, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use crate::units::SimDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of `home-first`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct HomeFirst {
    /// The longest expected queue wait that a job accepts before it goes on to the next nearest center. Default "0 s": a center has room,
    /// or the job goes on.
    pub overflow: SimDuration,
}

impl Default for HomeFirst {
    fn default() -> Self {
        Self { overflow: SimDuration::ZERO }
    }
}

impl BrokerForm for HomeFirst {
    const SUMMARY: &'static str = "the nearest center with room; where all queue, the nearest";
    const SOURCE: &'static str = "practice: overflow routing between the regions of a cloud";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl HomeFirst {
    /// Whether a job would wait longer in a pool than it accepts; without `overflow`, whether the pool has no room for it.
    fn is_full(&self, view: &View<'_>, request: &Request, pool: PoolId) -> bool {
        !view.waits_less(request, pool, self.overflow + SimDuration(1))
    }
}

impl Broker for HomeFirst {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least_pool(view, request, |pool| (self.is_full(view, request, pool), view.round_trip_or_never(request, pool)))
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let round_trip = |pool| view.round_trip_or_never(request, pool);
        let full = |pool| self.is_full(view, request, pool);
        Weighing::new(Filters::ALL, view, request).rank(
            &[("full", ""), ("round_trip_s", "s"), ("queue_wait_s", "s")],
            |candidate| (full(candidate.pool), round_trip(candidate.pool)),
            |candidate, (full, round_trip)| {
                let wait = seconds(view.wait_or_never(request, candidate.pool));
                vec![Some(f64::from(u8::from(*full))), seconds(*round_trip), wait]
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{SECOND, Spot, World, spot};
    use super::*;

    #[test]
    fn the_nearest_that_is_free_enough() {
        // Waits: home 100 s at 2 ms round trip, middle 50 s at 6 ms, remote 0 s at 20 ms.
        let at = |name, leg_ms, wait_s| Spot { leg_ms: Some(leg_ms), wait_s, ..spot(name) };
        let world = World::new(&[at("home", 1, 100), at("middle", 3, 50), at("remote", 10, 0)]);
        let overflow = |seconds| HomeFirst { overflow: SimDuration(seconds * SECOND) };
        assert_eq!(world.choice(&overflow(0), &world.job(0)), Ok("remote"));
        assert_eq!(world.choice(&overflow(60), &world.job(0)), Ok("middle"));
        assert_eq!(world.choice(&overflow(100), &world.job(0)), Ok("home"));
        // All queue longer than 10 s: home, though the queue is the longest there.
        let full = World::new(&[at("home", 1, 100), at("middle", 3, 50), at("remote", 10, 20)]);
        assert_eq!(full.choice(&overflow(10), &full.job(0)), Ok("home"));
    }
}
