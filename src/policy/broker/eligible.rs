//! What all brokers but `fixed` ask first: which pools can take the job at all.
//!
//! Three filters, in the order in which a rejection names them: the data can get there (input in, output out), storage has room for
//! input and output, the round trip is within the job's bound. Brokers go over the pools that pass in id order, without a
//! list: nothing is allocated for a job, and its cost is one look at the paths of each pool that may run it; [`least_of`] leaves out those
//! of pools whose queue alone says that they are not the one. A broker that does not weigh transfers asks [`least_pool`]: ways are then
//! looked up only for pools that would be the best so far, without rates or prices.

use super::{Decision, Placement};
use crate::model::{Input, PoolId, RejectReason, Request, SiteId};
use crate::policy::view::{Staging, View};
use crate::units::{Bytes, SimDuration};

/// A pool that can take the job, and how its data would come and go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The pool.
    pub pool: PoolId,
    /// How the input comes.
    pub staging: Staging,
    /// How the output leaves.
    pub delivery: Staging,
}

impl Candidate {
    /// Bytes moved in and out.
    #[must_use]
    pub fn bytes_moved(&self) -> Bytes {
        self.staging.bytes + self.delivery.bytes
    }

    /// Estimated time of moving them.
    #[must_use]
    pub fn transfer_time(&self) -> SimDuration {
        self.staging.time + self.delivery.time
    }

    /// What moving them costs, in µCNY.
    #[must_use]
    pub const fn transfer_price_micro_cny(&self) -> u128 {
        self.staging.price_micro_cny + self.delivery.price_micro_cny
    }
}

/// Which filters hold besides reachability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filters {
    /// Storage has room for what is moved there and for the output.
    pub storage: bool,
    /// The round trip is within the job's bound.
    pub round_trip: bool,
}

impl Filters {
    /// All of them.
    pub const ALL: Self = Self { storage: true, round_trip: true };

    /// A pool as a candidate, where it passes.
    #[must_use]
    pub fn pass(self, view: &View<'_>, request: &Request, pool: PoolId) -> Option<Candidate> {
        // The cheapest question first; the answer does not depend on the order.
        if self.round_trip && !view.within_round_trip(request, pool) {
            return None;
        }
        let candidate = reached(view, request, pool)?;
        (!self.storage || view.storage_fits(request, pool, &candidate.staging)).then_some(candidate)
    }

    /// Whether a pool passes: [`Filters::pass`] for brokers that need no more than that.
    #[must_use]
    pub fn passes(self, view: &View<'_>, request: &Request, pool: PoolId) -> bool {
        if self.round_trip && !view.within_round_trip(request, pool) {
            return false;
        }
        let site = view.platform.site_of(pool);
        let moved = |from: SiteId, to: SiteId, bytes: Bytes| from != to && bytes != Bytes::ZERO;
        let way = |from, to, bytes| !moved(from, to, bytes) || view.paths.latency(from, to).is_some();
        let staged = match request.input {
            Input::None => Some(Bytes::ZERO),
            Input::From(from, bytes) => {
                way(from, site, bytes).then_some(if moved(from, site, bytes) { bytes } else { Bytes::ZERO })
            }
            // Which replica is read, and so whether anything is moved, depends on the times.
            Input::Dataset(_) => view.staging(request, pool).map(|staging| staging.bytes),
        };
        let leaves = || way(site, request.output_to.unwrap_or(site), request.output);
        staged.is_some_and(|bytes| leaves() && (!self.storage || view.storage_holds(request, pool, bytes)))
    }

    /// The pools that pass, in id order.
    pub fn eligible<'a>(self, view: &View<'a>, request: &'a Request) -> impl Iterator<Item = Candidate> + use<'a> {
        let view = *view;
        view.candidates(request).filter_map(move |pool| self.pass(&view, request, pool))
    }

    /// Places a job, or turns it away where no pool was found: then with the first filter that left none.
    #[must_use]
    pub fn place(self, pool: Option<PoolId>, view: &View<'_>, request: &Request) -> Decision {
        match pool {
            Some(pool) => Decision::Place(Placement::at(pool)),
            None => Decision::Reject(self.reason(view, request)),
        }
    }

    fn reason(self, view: &View<'_>, request: &Request) -> RejectReason {
        let (mut large_enough, mut reachable, mut stored) = (false, false, false);
        for pool in view.candidates(request) {
            large_enough = true;
            if let Some(candidate) = reached(view, request, pool) {
                reachable = true;
                stored |= !self.storage || view.storage_fits(request, pool, &candidate.staging);
            }
        }
        if view.allowed(request).is_empty() {
            RejectReason::NoEligibleCenter
        } else if !large_enough {
            RejectReason::TooLarge
        } else if !reachable {
            RejectReason::Unreachable
        } else if !stored {
            RejectReason::StorageFull
        } else {
            RejectReason::RoundTrip
        }
    }
}

/// The pools that pass all filters, in id order.
pub fn eligible<'a>(view: &View<'a>, request: &'a Request) -> impl Iterator<Item = Candidate> + use<'a> {
    Filters::ALL.eligible(view, request)
}

/// The pool as a candidate, where its data can get there and away.
fn reached(view: &View<'_>, request: &Request, pool: PoolId) -> Option<Candidate> {
    let staging = view.staging(request, pool)?;
    let delivery = view.delivery(request, pool)?;
    Some(Candidate { pool, staging, delivery })
}

/// The eligible pool with the least key; equal keys by pool id. Rejects where no pool is eligible.
pub fn least<K: Ord>(view: &View<'_>, request: &Request, key: impl FnMut(&Candidate) -> K) -> Decision {
    place(least_of(view.allowed(request), view, request, |_, _| true, key), view, request)
}

/// The eligible pool with the least key of some that satisfy the job's constraint, which come in id order; equal keys by pool id.
///
/// `may_be_less` says of a pool, without its ways, whether its key can be less than the best so far: a pool of which it says no is passed
/// over before its ways are looked up, which changes no answer.
pub fn least_of<K: Ord>(
    pools: &[PoolId],
    view: &View<'_>,
    request: &Request,
    mut may_be_less: impl FnMut(PoolId, &K) -> bool,
    mut key: impl FnMut(&Candidate) -> K,
) -> Option<PoolId> {
    let mut best: Option<(K, PoolId)> = None;
    for pool in pools.iter().copied() {
        if best.as_ref().is_some_and(|(least, _)| !may_be_less(pool, least)) || !view.could_run(request, pool) {
            continue;
        }
        let Some(candidate) = Filters::ALL.pass(view, request, pool) else { continue };
        let key = key(&candidate);
        // Pools come in id order: only a smaller key replaces the first of equals.
        if best.as_ref().is_none_or(|(least, _)| key < *least) {
            best = Some((key, pool));
        }
    }
    best.map(|(_, pool)| pool)
}

/// As [`least`], with a key that does not depend on how data would be moved. The key is asked of every allowed pool.
pub fn least_pool<K: Ord>(view: &View<'_>, request: &Request, mut key: impl FnMut(PoolId) -> K) -> Decision {
    let mut best: Option<(K, PoolId)> = None;
    for pool in view.allowed(request).iter().copied() {
        let key = key(pool);
        // The filters cost more than the key: only a pool that would be the best is put to them.
        if best.as_ref().is_none_or(|(least, _)| key < *least)
            && view.could_run(request, pool)
            && Filters::ALL.passes(view, request, pool)
        {
            best = Some((key, pool));
        }
    }
    place(best.map(|(_, pool)| pool), view, request)
}

/// Places a job, or turns it away where no pool passed all filters.
#[must_use]
pub fn place(pool: Option<PoolId>, view: &View<'_>, request: &Request) -> Decision {
    Filters::ALL.place(pool, view, request)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{GB, MS, Spot, World, spot};
    use super::*;
    use crate::model::Input;
    use crate::policy::broker::nearest::Nearest;

    /// What `nearest` does with an input of so many GB and a round-trip bound.
    fn choice(spots: &[Spot], gigabytes: u128, bound_ms: Option<u64>) -> Result<&'static str, RejectReason> {
        let world = World::new(spots);
        let input = Input::From(world.site("user"), Bytes(gigabytes * GB));
        let round_trip = bound_ms.map(|ms| SimDuration(ms * MS));
        world.choice(&Nearest {}, &Request { input, round_trip, ..world.job(0) })
    }

    #[test]
    fn the_first_filter_that_leaves_nobody_is_the_reason() {
        let cut = Spot { leg_ms: None, ..spot("cut") };
        let small = Spot { leg_ms: Some(2), room_gb: Some(5), ..spot("small") };
        let far = Spot { leg_ms: Some(30), ..spot("tar") };
        let all = [cut.clone(), small.clone(), far.clone()];
        assert_eq!(choice(&all, 1, None), Ok("small"));
        assert_eq!(choice(&all, 6, None), Ok("tar"));
        assert_eq!(choice(&all, 6, Some(60)), Ok("tar"));
        // Reachable: small and tar; with room: tar; within 59 ms: nobody.
        assert_eq!(choice(&all, 6, Some(59)), Err(RejectReason::RoundTrip));
        assert_eq!(choice(&[cut.clone(), small], 6, Some(1)), Err(RejectReason::StorageFull));
        assert_eq!(choice(&[cut], 6, Some(1)), Err(RejectReason::Unreachable));
    }

    #[test]
    fn output_needs_room_and_a_way() {
        let mut world = World::new(&[Spot { leg_ms: None, ..spot("cut") }, Spot { room_gb: Some(5), ..spot("small") }]);
        // The only replica is at `cut`, so that no byte comes in there; the output has no way out.
        let input = Input::Dataset(world.dataset(1, &["cut"]));
        let out = |to, gigabytes| Request { input, output: Bytes(gigabytes * GB), output_to: to, ..world.job(0) };
        assert_eq!(world.choice(&Nearest {}, &out(Some(world.site("user")), 1)), Err(RejectReason::Unreachable));
        // `nearest` has no round trip to it either, but the job has no bound.
        assert_eq!(world.choice(&Nearest {}, &out(None, 1)), Ok("cut"));
        let stays = |gigabytes| Request { output: Bytes(gigabytes * GB), ..world.job(0) };
        assert_eq!(world.choice(&Nearest {}, &stays(5)), Ok("small"));
        assert_eq!(world.choice(&Nearest {}, &stays(6)), Ok("cut"));
    }

    #[test]
    fn bounds_change_no_answer() {
        use crate::policy::broker::edwc_doctrine::EdwcDoctrine;
        use crate::policy::broker::estimate::{delivered_or_never, delivers_before};
        use crate::rng::Streams;
        use rand::RngExt as _;
        let mut draw = Streams::new(7, 0).stream("test.bounds");
        let mut places = std::collections::BTreeSet::new();
        for round in 0..200 {
            let west = |number: u64| {
                if number.is_multiple_of(2) { crate::model::Side::West } else { crate::model::Side::East }
            };
            let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
            let spots = names.map(|name| Spot {
                leg_ms: draw.random_bool(0.9).then(|| draw.random_range(1..30)),
                wait_s: [0, 0, 600, draw.random_range(0..9000)][draw.random_range(0..4)],
                free: draw.random_range(0..10),
                side: west(draw.random_range(0..2)),
                speed: f64::from(draw.random_range(1..4_u32)),
                room_gb: draw.random_bool(0.3).then(|| draw.random_range(1..2000)),
                ..spot(name)
            });
            let world = World::new(&spots);
            let view = world.view();
            let bound = draw.random_bool(0.3).then(|| SimDuration(draw.random_range(1..80) * MS));
            let input = Input::From(world.site("user"), Bytes(u128::from(draw.random_range(0..3000_u64)) * GB));
            let plain = Request { input, round_trip: bound, ..world.job(round) };
            let delivered = |candidate: &Candidate| delivered_or_never(&view, &plain, candidate);
            let slow = least(&view, &plain, delivered);
            let in_time = |pool, best: &_| delivers_before(&view, &plain, pool, *best);
            let fast = place(least_of(view.allowed(&plain), &view, &plain, in_time, delivered), &view, &plain);
            assert_eq!(fast, slow, "round {round}");
            // The doctrine's key for what a person waits for, without a bound on it.
            let chat = Request { class: world.class("interactive"), ..plain.clone() };
            let slow = least_pool(&view, &chat, |pool| {
                let there_and_back = view.round_trip_or_never(&chat, pool);
                let outside = chat.round_trip.is_none() && there_and_back > SimDuration(40 * MS);
                (outside, view.wait_or_never(&chat, pool), there_and_back)
            });
            let doctrine = EdwcDoctrine::default();
            let mut fast =
                crate::policy::broker::BrokerForm::build(&doctrine, &world.platform, &Streams::new(1, 0)).unwrap();
            assert_eq!(fast.decide(&chat, &view), slow, "round {round}");
            places.insert(format!("{slow:?}"));
        }
        assert!(places.len() > 8, "all pools and rejections come up: {places:?}");
    }

    #[test]
    fn nobody_allowed_and_nobody_large_enough_are_told_apart() {
        let mut world = World::new(&[spot("a")]);
        assert_eq!(world.choice(&Nearest {}, &Request { tasks: 11, ..world.job(0) }), Err(RejectReason::TooLarge));
        let constraint = world.constraint(&[]);
        let nowhere = Request { constraint, ..world.job(0) };
        assert_eq!(world.choice(&Nearest {}, &nowhere), Err(RejectReason::NoEligibleCenter));
    }
}
