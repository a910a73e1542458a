//! Online services: a request rate by place and hour, served by replicas. No request is simulated by itself.
//!
//! Rates are whole millionths of requests per second, so that what is asked is exactly what is served and what is not.

use super::{CenterId, PoolId, ServiceId, SiteId, TaskShape};
use crate::signals::Series;
use crate::units::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};

/// Millionths of requests per second in one request per second.
pub const MICRO: u64 = 1_000_000;

/// Which of the centers within the bound is asked first. Beyond the bound it is always the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServicePlacement {
    /// The least round trip.
    #[default]
    Nearest,
    /// The least price of energy now, PUE included; then the nearest.
    Cheapest,
    /// The least carbon intensity of the grid now, PUE included; then the nearest.
    LowestCarbon,
}

/// Why requests are not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnservedReason {
    /// No center that may serve them can be reached (of a strict service: within its bound).
    OutOfReach,
    /// The centers have no room for more replicas, however idle they are.
    NoRoom,
    /// Their nodes are still held by jobs: replicas take nodes as they fall free.
    NodesBusy,
}

impl UnservedReason {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 3] = [Self::OutOfReach, Self::NoRoom, Self::NodesBusy];

    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OutOfReach => "out-of-reach",
            Self::NoRoom => "no-room",
            Self::NodesBusy => "nodes-busy",
        }
    }
}

/// An online service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name in the scenario.
    pub name: String,
    /// All its requests over time, in millionths per second.
    pub rate: Series,
    /// Where its users are: weights that add up to less than 2^63, in the order of sites; never empty.
    pub origins: Vec<(SiteId, u64)>,
    /// What a replica needs of a node.
    pub replica: TaskShape,
    /// What a replica serves, in millionths of requests per second; above 0.
    pub capacity: u64,
    /// The longest round trip between user and center of a request that is served in time.
    pub bound: Option<SimDuration>,
    /// Whether requests that no center within the bound can take are refused rather than served late.
    pub strict: bool,
    /// Who is asked first.
    pub placement: ServicePlacement,
    /// Services with a larger one take their nodes first; then by name.
    pub priority: i32,
    /// Share of a pool's open nodes that it may take, in parts per million.
    pub share_ppm: u64,
    /// Pools where its replicas may run and fit, in id order.
    pub pools: Vec<PoolId>,
}

impl Service {
    /// Its requests at an instant by origin, in millionths per second; they add up to the whole exactly. Put behind what is
    /// in `into`.
    pub fn offered(&self, at: SimTime, into: &mut Vec<u64>) {
        let rate = u128::from(self.rate.at(at));
        let all: u128 = self.origins.iter().map(|(_, weight)| u128::from(*weight)).sum();
        let (mut weights, mut before) = (0u128, 0u64);
        for (_, weight) in &self.origins {
            weights += u128::from(*weight);
            // At most the rate, which has 64 bits.
            let upto = (rate * weights).checked_div(all).unwrap_or(0) as u64;
            into.push(upto - before);
            before = upto;
        }
    }

    /// Whether a round trip is within its bound.
    #[must_use]
    pub fn in_time(&self, round_trip: SimDuration) -> bool {
        self.bound.is_none_or(|bound| round_trip <= bound)
    }
}

/// Requests from one origin that one center serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceFlow {
    /// Where the users are.
    pub origin: SiteId,
    /// Who serves them.
    pub center: CenterId,
    /// The pool there.
    pub pool: PoolId,
    /// Millionths of requests per second.
    pub rate: u64,
    /// There and back.
    pub round_trip: SimDuration,
}

/// How the requests of a service are served from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceState<'a> {
    /// Which service.
    pub service: ServiceId,
    /// All its requests, in millionths per second.
    pub offered: u64,
    /// Those that are served, by origin and pool; none of rate 0.
    pub flows: &'a [ServiceFlow],
    /// Those that are not, in the order of [`UnservedReason::ALL`].
    pub unserved: [u64; 3],
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn service(rate: u64, weights: &[u64]) -> Service {
        Service {
            name: "web".to_owned(),
            rate: Series::constant(rate),
            origins: weights.iter().enumerate().map(|(site, weight)| (SiteId::from_index(site), *weight)).collect(),
            replica: TaskShape { cores_milli: 1000, memory: 0, accelerators_milli: 0, accelerator: None },
            capacity: MICRO,
            bound: Some(SimDuration(10)),
            strict: false,
            placement: ServicePlacement::Nearest,
            priority: 0,
            share_ppm: MICRO,
            pools: Vec::new(),
        }
    }

    #[test]
    fn requests_are_shared_out_to_the_last_one() {
        let mut by_origin = Vec::new();
        // Ten by 1 : 1 : 1 is up to 3, 6 and 10.
        service(10, &[1, 1, 1]).offered(SimTime::ZERO, &mut by_origin);
        assert_eq!(by_origin, [3, 3, 4]);
        assert!(service(1, &[1]).in_time(SimDuration(10)) && !service(1, &[1]).in_time(SimDuration(11)));
    }

    proptest! {
        #[test]
        fn no_request_is_lost(rate in any::<u64>(), weights in prop::collection::vec(0u64..1 << 40, 1..50)) {
            let mut by_origin = Vec::new();
            service(rate, &weights).offered(SimTime::ZERO, &mut by_origin);
            let some = weights.iter().any(|weight| *weight > 0);
            prop_assert_eq!(by_origin.iter().map(|r| u128::from(*r)).sum::<u128>(), if some { u128::from(rate) } else { 0 });
            for (weight, rate) in weights.iter().zip(&by_origin) {
                prop_assert!(*weight > 0 || *rate == 0);
            }
        }
    }
}
