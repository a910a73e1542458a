//! The doctrine of "East Data, West Computing": where a job goes depends on what it is.
//!
//! - `real-time` stays where its data are born: the least round trip, whatever the load.
//! - `interactive` stays within its round-trip bound, or within the latency `circle` where it has none: there the shortest queue wait (zero
//!   where a pool has [room](crate::policy::room)), then the nearest. Where no pool is inside the circle, the same over all.
//! - `batch`, `training`, `rendering` and `backup` go west: the earliest expected completion among western pools; where no western pool is
//!   eligible, among all.
//!
//! Source: National Development and Reform Commission and others, plan for the hubs of the national computing network (2021): what
//! cannot wait stays in the east, non-real-time computing and storage go west; and the Implementation Opinions on deepening East
//! Data, West Computing (December 2023) with their circles of 1 ms (city), 5 ms (region) and 20 ms (between hubs), one way. Cost:
//! from the nearest pool outwards until one is free; of those that go west one estimate for each western pool.

use super::distances::Distances;
use super::earliest_completion::ranked_by_completion;
use super::eligible::{Candidate, Filters, least_of, place};
use super::estimate::{delivered_or_never, delivers_before};
use super::reasons::{Weighing, ranked_by_round_trip, seconds};
use super::{Broker, BrokerForm, Decision};
use crate::model::{ClassKind, Platform, PoolId, Reasons, Request, Side};
use crate::policy::view::View;
use crate::rng::Streams;
use crate::units::SimDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of `edwc-doctrine`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EdwcDoctrine {
    /// How far, one way, interactive jobs without a round-trip bound go. Default "20 ms".
    pub circle: SimDuration,
}

impl Default for EdwcDoctrine {
    fn default() -> Self {
        Self { circle: SimDuration(20_000_000) }
    }
}

impl BrokerForm for EdwcDoctrine {
    const SUMMARY: &'static str = "by class: real-time stays, interactive within its circle, the rest goes west";
    const SOURCE: &'static str =
        "National Development and Reform Commission, plan of 2021 and Implementation Opinions of 2023";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(Doctrine { circle: self.circle, distances: Distances::default(), sides: Vec::new() }))
    }
}

/// The doctrine at work.
#[derive(Debug, Clone)]
struct Doctrine {
    circle: SimDuration,
    distances: Distances,
    /// By constraint, once a job asked: the western pools of those that satisfy it, and the others, each in id order.
    sides: Vec<Option<[Box<[PoolId]>; 2]>>,
}

fn is_western(view: &View<'_>, pool: PoolId) -> bool {
    view.center(pool).side == Some(Side::West)
}

impl Doctrine {
    /// The round trip within which a job's center should be, where it has no bound of its own.
    fn circle_of(&self, request: &Request) -> SimDuration {
        if request.round_trip.is_some() { SimDuration::MAX } else { self.circle + self.circle }
    }

    /// The western pools of those that a job's constraint allows, and the others.
    fn sides(&mut self, request: &Request, view: &View<'_>) -> &[Box<[PoolId]>; 2] {
        let at = request.constraint.index();
        if self.sides.len() <= at {
            self.sides.resize(at + 1, None);
        }
        self.sides[at].get_or_insert_with(|| {
            let all = view.allowed(request).iter().copied();
            [true, false].map(|west| all.clone().filter(|pool| is_western(view, *pool) == west).collect())
        })
    }
}

impl Broker for Doctrine {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        match view.platform.classes[request.class.index()].kind {
            ClassKind::RealTime => self.distances.nearest(view, request),
            ClassKind::Interactive => self.distances.least_wait(view, request, self.circle_of(request)),
            ClassKind::Batch | ClassKind::Training | ClassKind::Rendering | ClassKind::Backup => {
                let delivered = |candidate: &Candidate| delivered_or_never(view, request, candidate);
                let in_time = |pool, best: &_| delivers_before(view, request, pool, *best);
                let mut sides = self.sides(request, view).iter();
                place(sides.find_map(|pools| least_of(pools, view, request, in_time, delivered)), view, request)
            }
        }
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let mut weighing = Weighing::new(Filters::ALL, view, request);
        match view.platform.classes[request.class.index()].kind {
            ClassKind::RealTime => ranked_by_round_trip(weighing, view, request),
            ClassKind::Interactive => weighing.rank(
                &[("outside_circle", ""), ("queue_wait_s", "s"), ("round_trip_s", "s")],
                |candidate| {
                    let round_trip = view.round_trip_or_never(request, candidate.pool);
                    let outside = round_trip > self.circle_of(request);
                    (outside, view.wait_or_never(request, candidate.pool), round_trip)
                },
                |_, (outside, wait, round_trip)| {
                    vec![Some(f64::from(u8::from(*outside))), seconds(*wait), seconds(*round_trip)]
                },
            ),
            ClassKind::Batch | ClassKind::Training | ClassKind::Rendering | ClassKind::Backup => {
                let west = |candidate: &Candidate| is_western(view, candidate.pool);
                if weighing.left().iter().any(west) {
                    weighing.keep("west, where any of it is left", west);
                }
                ranked_by_completion(weighing, view, request)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{MS, Spot, World, spot};
    use super::*;
    use crate::model::RejectReason;

    /// Home and neighbor in the east, 30 ms and 12 ms away two in the west; home is full.
    fn world() -> World {
        let west = |name, leg_ms, wait_s| Spot { side: Side::West, leg_ms: Some(leg_ms), wait_s, ..spot(name) };
        World::new(&[
            Spot { wait_s: 50, ..spot("home") },
            Spot { leg_ms: Some(4), ..spot("neighbor") },
            west("west-far", 30, 0),
            west("west-near", 12, 10),
        ])
    }

    fn choice(world: &World, kind: &str, round_trip_ms: Option<u64>) -> Result<&'static str, RejectReason> {
        let round_trip = round_trip_ms.map(|ms| SimDuration(ms * MS));
        world.choice(&EdwcDoctrine::default(), &Request { class: world.class(kind), round_trip, ..world.job(0) })
    }

    #[test]
    fn each_kind_has_its_place() {
        let world = world();
        // Real-time: round trip 2 ms at home, whatever its queue.
        assert_eq!(choice(&world, "real-time", None), Ok("home"));
        // Interactive: inside 2 x 20 ms are home (50 s), neighbor (0 s) and west-near (10 s).
        assert_eq!(choice(&world, "interactive", None), Ok("neighbor"));
        // With a bound of 3 ms only home is left; with one of 1 ms nothing.
        assert_eq!(choice(&world, "interactive", Some(3)), Ok("home"));
        assert_eq!(choice(&world, "interactive", Some(1)), Err(RejectReason::RoundTrip));
        // The others go west, where they complete first: west-far has no queue, west-near one of 10 s.
        for kind in ["batch", "training", "rendering", "backup"] {
            assert_eq!(choice(&world, kind, None), Ok("west-far"), "{kind}");
        }
        // West of 30 ms round trip there is west-near alone; within 20 ms the neighbor completes first.
        assert_eq!(choice(&world, "batch", Some(30)), Ok("west-near"));
        assert_eq!(choice(&world, "batch", Some(20)), Ok("neighbor"));
    }

    #[test]
    fn the_circle_is_a_parameter() {
        let world = world();
        let job = Request { class: world.class("interactive"), ..world.job(0) };
        // 1 ms one way: home alone, with its queue.
        assert_eq!(world.choice(&EdwcDoctrine { circle: SimDuration(MS) }, &job), Ok("home"));
        // Nobody inside: the shortest queue of all, then the nearest: neighbor before west-far.
        assert_eq!(world.choice(&EdwcDoctrine { circle: SimDuration::ZERO }, &job), Ok("neighbor"));
    }
}
