//! The pools that a job may use, nearest first, remembered from job to job: a broker that looks for a near pool with room need not look at
//! all of them.

use super::Decision;
use super::eligible::{Filters, place};
use crate::model::{PoolId, Request};
use crate::policy::view::View;
use crate::units::SimDuration;

/// Pools remembered at most, over all lists; beyond that all are forgotten, and found anew as they are asked for.
const POOLS_MAX: usize = 1 << 20;

/// Pools by round trip, then by id.
#[derive(Debug, Clone, Default)]
struct Nearest {
    round_trips: Box<[SimDuration]>,
    pools: Box<[PoolId]>,
    /// The circle and the bound that were asked for last, and how many are within each.
    within: [(SimDuration, usize); 2],
}

const CIRCLE: usize = 0;
const BOUND: usize = 1;

impl Nearest {
    /// Of a list in order.
    fn new(list: &[(SimDuration, PoolId)]) -> Self {
        let within = [(SimDuration::MAX, list.len()); 2];
        let round_trips = list.iter().map(|(round_trip, _)| *round_trip).collect();
        Self { round_trips, pools: list.iter().map(|(_, pool)| *pool).collect(), within }
    }

    /// How many pools come first whose round trip is at most so long; remembered, since most ask for the same [`CIRCLE`] or [`BOUND`].
    fn within(&mut self, which: usize, most: SimDuration) -> usize {
        if most != self.within[which].0 {
            self.within[which] = (most, self.round_trips.partition_point(|round_trip| *round_trip <= most));
        }
        self.within[which].1
    }
}

/// The pools for the origins and constraints of jobs so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Distances {
    /// By origin, then by constraint; empty where nobody asked.
    lists: Vec<Vec<Option<Nearest>>>,
    /// How many pools are in them.
    pools: usize,
    /// Of the ways that they were found by.
    version: u64,
}

impl Distances {
    /// The pools of a job's constraint by round trip from its origin, equals by id; those without a way come last, at
    /// [`SimDuration::MAX`].
    fn of(&mut self, view: &View<'_>, request: &Request) -> &mut Nearest {
        let version = view.paths.version();
        if version != self.version || self.pools > POOLS_MAX {
            *self = Self { version, ..Self::default() };
        }
        let (origin, constraint) = (request.origin.index(), request.constraint.index());
        if self.lists.len() <= origin {
            self.lists.resize(origin + 1, Vec::new());
        }
        let lists = &mut self.lists[origin];
        if lists.len() <= constraint {
            lists.resize(constraint + 1, None);
        }
        let pools = &mut self.pools;
        lists[constraint].get_or_insert_with(|| {
            let distance = |pool: &PoolId| (view.round_trip_or_never(request, *pool), *pool);
            let mut list: Vec<(SimDuration, PoolId)> = view.allowed(request).iter().map(distance).collect();
            list.sort_unstable();
            *pools += list.len();
            Nearest::new(&list)
        })
    }

    /// The nearest pool that passes all filters.
    pub(super) fn nearest(&mut self, view: &View<'_>, request: &Request) -> Decision {
        let found = self.of(view, request).pools.iter().copied().find(|pool| passes(view, request, *pool));
        place(found, view, request)
    }

    /// The pool that passes all filters and where a job would wait least, equals by round trip; of those within `circle`, a bound on the
    /// round trip, as long as there is one.
    pub(super) fn least_wait(&mut self, view: &View<'_>, request: &Request, circle: SimDuration) -> Decision {
        let list = self.of(view, request);
        let inside = list.within(CIRCLE, circle);
        // Beyond a job's bound no pool passes.
        let end = list.within(BOUND, request.round_trip.unwrap_or(SimDuration::MAX));
        let (inside, outside) = list.pools[..end].split_at(inside.min(end));
        let found = least_wait(inside, view, request).or_else(|| least_wait(outside, view, request));
        place(found, view, request)
    }
}

fn passes(view: &View<'_>, request: &Request, pool: PoolId) -> bool {
    view.could_run(request, pool) && Filters::ALL.passes(view, request, pool)
}

/// Of pools in the order of their round trips.
fn least_wait(pools: &[PoolId], view: &View<'_>, request: &Request) -> Option<PoolId> {
    let mut best: Option<(SimDuration, PoolId)> = None;
    for pool in pools {
        // No wait is shorter than none.
        if best.is_some_and(|(wait, _)| wait == SimDuration::ZERO) {
            break;
        }
        let shorter = best.is_none_or(|(least, _)| view.waits_less(request, *pool, least));
        if shorter && passes(view, request, *pool) {
            best = Some((view.wait_or_never(request, *pool), *pool));
        }
    }
    best.map(|(_, pool)| pool)
}

#[cfg(test)]
mod tests {
    use super::super::eligible::least_pool;
    use super::super::fixture::{GB, MS, Spot, World, spot};
    use super::*;
    use crate::model::Input;
    use crate::rng::Streams;
    use crate::units::Bytes;
    use rand::RngExt as _;

    /// Every pool looked at, each with its whole key.
    fn slow(view: &View<'_>, request: &Request, circle: SimDuration) -> [Decision; 2] {
        let round_trip = |pool| view.round_trip_or_never(request, pool);
        let key = |pool| (round_trip(pool) > circle, view.wait_or_never(request, pool), round_trip(pool));
        [least_pool(view, request, round_trip), least_pool(view, request, key)]
    }

    #[test]
    fn what_is_remembered_changes_no_answer() {
        let mut draw = Streams::new(7, 0).stream("test.distances");
        let mut answers = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
            let spots = names.map(|name| Spot {
                leg_ms: draw.random_bool(0.9).then(|| draw.random_range(1..20)),
                wait_s: [0, 600, draw.random_range(0..9000)][draw.random_range(0..3)],
                free: draw.random_range(0..10),
                room_gb: draw.random_bool(0.3).then(|| draw.random_range(1..2000)),
                ..spot(name)
            });
            let mut world = World::new(&spots);
            let half = world.constraint(&["a", "c", "e", "g"]);
            let view = world.view();
            let mut distances = Distances::default();
            for number in 0..20 {
                let all = world.job(number);
                let origin = [all.origin, world.site("c")][draw.random_range(0..2)];
                let input = Input::From(origin, Bytes(u128::from(draw.random_range(0..2500_u64)) * GB));
                let round_trip = draw.random_bool(0.4).then(|| SimDuration(draw.random_range(0..80) * MS));
                let constraint = [all.constraint, half][draw.random_range(0..2)];
                let request = Request { origin, input, round_trip, constraint, ..all };
                let circle = [SimDuration(draw.random_range(0..60) * MS), SimDuration::MAX][draw.random_range(0..2)];
                let found = [distances.nearest(&view, &request), distances.least_wait(&view, &request, circle)];
                assert_eq!(found, slow(&view, &request, circle));
                let (one, other) = (PoolId(draw.random_range(0..8)), PoolId(draw.random_range(0..8)));
                let waits = [one, other].map(|pool| view.wait_or_never(&request, pool));
                assert_eq!(view.waits_less(&request, one, waits[1]), waits[0] < waits[1]);
                answers.insert(format!("{found:?}"));
            }
        }
        assert!(answers.len() > 30, "pools and rejections of all kinds come up: {answers:?}");
    }

    #[test]
    fn other_ways_are_noticed() {
        let mut world = World::new(&[Spot { leg_ms: Some(3), ..spot("a") }, Spot { leg_ms: Some(5), ..spot("b") }]);
        let mut distances = Distances::default();
        let job = world.job(0);
        let first = |world: &World, distances: &mut Distances| {
            let list = distances.of(&world.view(), &job);
            (list.round_trips[0], list.pools[0])
        };
        assert_eq!(first(&world, &mut distances), (SimDuration(6 * MS), PoolId(0)));
        world.cut("a");
        assert_eq!(first(&world, &mut distances), (SimDuration(10 * MS), PoolId(1)));
    }
}
