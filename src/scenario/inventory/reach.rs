//! How near the centers are to each other and to those who ask.

use super::demand::demand;
use crate::model::{Platform, PoolId, SiteId};
use crate::network::Routes;
use crate::scenario::Scenario;
use crate::units::{SimDuration, SimTime};
use serde::Serialize;

/// Circles of one-way latency that are counted.
const CIRCLES_MS: [u64; 3] = [1, 5, 20];
const WEEK: SimTime = SimTime(7 * SimDuration::DAY.0);

/// What is near in the network: by one-way latency of the routes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Circle {
    /// One-way latency of the route, in ms.
    pub within_ms: u64,
    /// Share of all pairs of centers (stores left out) whose route takes no longer; `None` where there is no pair, and
    /// where that is not counted ([`Routes::pairs_within`]).
    pub share_of_pairs: Option<f64>,
    /// Share of the jobs that classes expect whose origin is that near to some center with open nodes where they may run; `None`
    /// where no class tells how many it expects.
    pub share_of_jobs: Option<f64>,
    /// Share of the requests to services whose origin is that near to a center where replicas may run; `None` without services.
    pub share_of_requests: Option<f64>,
}

pub(super) fn circles(scenario: &Scenario) -> Vec<Circle> {
    let platform = &*scenario.platform;
    let routes = Routes::new(platform.sites.len(), &platform.links);
    let pairs = pairs(platform, &routes);
    let (jobs, requests) = (jobs(scenario, &routes), requests(platform, &routes));
    let circle = |at: usize| Circle {
        within_ms: CIRCLES_MS[at],
        share_of_pairs: pairs.share(at),
        share_of_jobs: jobs.share(at),
        share_of_requests: requests.share(at),
    };
    (0..CIRCLES_MS.len()).map(circle).collect()
}

/// Amounts by circle, and all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Near {
    within: [f64; CIRCLES_MS.len()],
    all: f64,
}

impl Near {
    fn add(&mut self, latency: Option<SimDuration>, amount: f64) {
        self.all += amount;
        for (within, limit) in self.within.iter_mut().zip(CIRCLES_MS) {
            if latency.is_some_and(|latency| latency <= SimDuration(limit * 1_000_000)) {
                *within += amount;
            }
        }
    }

    fn share(&self, at: usize) -> Option<f64> {
        (self.all > 0.0).then(|| self.within[at] / self.all)
    }
}

fn pairs(platform: &Platform, routes: &Routes) -> Near {
    let centers = platform.centers.iter().filter(|center| !center.is_store());
    let sites: Vec<SiteId> = centers.map(|center| center.site).collect();
    let limits = CIRCLES_MS.map(|limit| SimDuration(limit * 1_000_000));
    let Some(counts) = routes.pairs_within(&sites, &limits) else { return Near::default() };
    let mut near = Near { all: (sites.len() as f64) * (sites.len().saturating_sub(1) as f64) / 2.0, ..Near::default() };
    near.within.iter_mut().zip(counts).for_each(|(within, count)| *within = count as f64);
    near
}

fn jobs(scenario: &Scenario, routes: &Routes) -> Near {
    let platform = &*scenario.platform;
    let mut near = Near::default();
    for class in &scenario.classes {
        let demand = demand(class);
        let Some(per_day) = demand.jobs_per_day else { continue };
        // A class that ends early counts over a week as what it has.
        let per_day = demand.jobs_max.map_or(per_day, |most| per_day.min(most as f64 / 7.0));
        let pools = &platform.constraints[class.constraint.index()].pools;
        let latency = routes.nearest_of(&open_sites(platform, pools));
        let all: f64 = class.origin.iter().map(|origin| origin.weight).sum();
        for origin in &class.origin {
            near.add(known(latency[origin.value.index()]), per_day * origin.weight / all);
        }
    }
    near
}

fn requests(platform: &Platform, routes: &Routes) -> Near {
    let mut near = Near::default();
    for service in &platform.services {
        let latency = routes.nearest_of(&open_sites(platform, &service.pools));
        let all: f64 = service.origins.iter().map(|(_, weight)| *weight as f64).sum();
        let rate = service.rate.integral(SimTime::ZERO, WEEK) as f64;
        for (origin, weight) in &service.origins {
            near.add(known(latency[origin.index()]), rate * *weight as f64 / all);
        }
    }
    near
}

/// Sites of the pools that ever have an open node.
fn open_sites(platform: &Platform, pools: &[PoolId]) -> Vec<SiteId> {
    let open = pools.iter().filter(|pool| platform.pools[pool.index()].open_max() > 0);
    let mut sites: Vec<SiteId> = open.map(|pool| platform.site_of(*pool)).collect();
    sites.dedup();
    sites
}

fn known(latency: SimDuration) -> Option<SimDuration> {
    (latency != SimDuration::MAX).then_some(latency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Input, load};

    /// All pairs of sites by Floyd and Warshall.
    fn slow_latencies(platform: &Platform) -> Vec<Vec<u64>> {
        let sites = platform.sites.len();
        let far = u64::MAX / 4;
        let mut latency = vec![vec![far; sites]; sites];
        (0..sites).for_each(|site| latency[site][site] = 0);
        for link in platform.links.iter().filter(|link| link.bandwidth.0 > 0) {
            let [a, b] = link.between.map(SiteId::index);
            latency[a][b] = latency[a][b].min(link.latency.0);
            latency[b][a] = latency[a][b];
        }
        for by in 0..sites {
            for from in 0..sites {
                for to in 0..sites {
                    latency[from][to] = latency[from][to].min(latency[from][by] + latency[by][to]);
                }
            }
        }
        latency
    }

    #[test]
    fn circles_are_those_of_floyd_and_warshall() {
        for name in ["hubs-10", "online-services", "two-centers"] {
            let scenario = load(&Input::Embedded(name.to_owned()), &[]).expect("loads");
            let platform = &*scenario.platform;
            let latency = slow_latencies(platform);
            let between = |a: SiteId, b: SiteId| latency[a.index()][b.index()];
            let centers: Vec<SiteId> = platform.centers.iter().map(|center| center.site).collect();
            for circle in circles(&scenario) {
                let limit = circle.within_ms * 1_000_000;
                let pairs = centers.iter().flat_map(|a| centers.iter().filter(move |b| *b > a).map(move |b| (*a, *b)));
                let (near, all) =
                    pairs.fold((0u32, 0u32), |(near, all), (a, b)| (near + u32::from(between(a, b) <= limit), all + 1));
                assert_eq!(circle.share_of_pairs, Some(f64::from(near) / f64::from(all)), "{name} {circle:?}");
                let (mut near, mut all) = (0.0, 0.0);
                for service in &platform.services {
                    for (origin, weight) in &service.origins {
                        let amount = service.rate.integral(SimTime::ZERO, WEEK) as f64 * *weight as f64;
                        let least = service.pools.iter().map(|pool| between(*origin, platform.site_of(*pool))).min();
                        all += amount;
                        near += if least.is_some_and(|least| least <= limit) { amount } else { 0.0 };
                    }
                }
                match circle.share_of_requests {
                    // Weights add up to 2^40 but for rounding.
                    Some(share) => assert!((share - near / all).abs() < 1e-9, "{name} {circle:?}"),
                    None => assert!(platform.services.is_empty()),
                }
            }
        }
    }
}
