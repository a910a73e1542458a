//! The pools that a job may use, nearest first, remembered from job to job: a broker that looks for a near pool with room need not look at
//! all of them.

use super::Decision;
use super::eligible::{Filters, place};
use crate::model::{ConstraintId, PoolId, Request, SiteId};
use crate::policy::view::View;
use crate::units::SimDuration;
use std::collections::BTreeMap;

/// Pools remembered at most, over all lists; beyond that all are forgotten, and found anew as they are asked for.
const POOLS_MAX: usize = 1 << 20;

/// Pools by round trip, then by id.
type Nearest = Box<[(SimDuration, PoolId)]>;

/// The pools for the origins and constraints of jobs so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Distances {
    lists: BTreeMap<(SiteId, ConstraintId), Nearest>,
    /// How many pools are in them.
    pools: usize,
    /// Of the ways that they were found by.
    version: u64,
}

impl Distances {
    /// The pools of a job's constraint by round trip from its origin, equals by id; those without a way come last, at
    /// [`SimDuration::MAX`].
    pub(super) fn of(&mut self, view: &View<'_>, request: &Request) -> &[(SimDuration, PoolId)] {
        let version = view.paths.version();
        if version != self.version || self.pools > POOLS_MAX {
            *self = Self { version, ..Self::default() };
        }
        let pools = &mut self.pools;
        self.lists.entry((request.origin, request.constraint)).or_insert_with(|| {
            let distance = |pool: &PoolId| (view.round_trip_or_never(request, *pool), *pool);
            let mut list: Nearest = view.allowed(request).iter().map(distance).collect();
            list.sort_unstable();
            *pools += list.len();
            list
        })
    }

    /// The nearest pool that passes all filters.
    pub(super) fn nearest(&mut self, view: &View<'_>, request: &Request) -> Decision {
        let found = self.of(view, request).iter().map(|(_, pool)| *pool).find(|pool| passes(view, request, *pool));
        place(found, view, request)
    }

    /// The pool that passes all filters and where a job would wait least, equals by round trip; of those within `circle`, a bound on the
    /// round trip, as long as there is one.
    pub(super) fn least_wait(&mut self, view: &View<'_>, request: &Request, circle: SimDuration) -> Decision {
        let list = self.of(view, request);
        let (inside, outside) = list.split_at(list.partition_point(|(round_trip, _)| *round_trip <= circle));
        let found = least_wait(inside, view, request).or_else(|| least_wait(outside, view, request));
        place(found, view, request)
    }
}

fn passes(view: &View<'_>, request: &Request, pool: PoolId) -> bool {
    view.could_run(request, pool) && Filters::ALL.passes(view, request, pool)
}

/// Of pools in the order of their round trips.
fn least_wait(pools: &[(SimDuration, PoolId)], view: &View<'_>, request: &Request) -> Option<PoolId> {
    let mut best: Option<(SimDuration, PoolId)> = None;
    for (round_trip, pool) in pools {
        // Beyond a job's bound no pool passes. Nor is a wait shorter than none.
        let beyond = request.round_trip.is_some_and(|bound| *round_trip > bound);
        if beyond || best.is_some_and(|(wait, _)| wait == SimDuration::ZERO) {
            break;
        }
        let wait = view.wait_or_never(request, *pool);
        if best.is_none_or(|(least, _)| wait < least) && passes(view, request, *pool) {
            best = Some((wait, *pool));
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
        let first = |world: &World, distances: &mut Distances| distances.of(&world.view(), &job)[0];
        assert_eq!(first(&world, &mut distances), (SimDuration(6 * MS), PoolId(0)));
        world.cut("a");
        assert_eq!(first(&world, &mut distances), (SimDuration(10 * MS), PoolId(1)));
    }
}
