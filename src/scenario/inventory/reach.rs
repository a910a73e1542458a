//! How near the centers are to each other.

use crate::model::{Platform, SiteId};
use crate::network::Routes;
use crate::units::SimDuration;
use serde::Serialize;

/// Circles of one-way latency that are counted.
const CIRCLES_MS: [u64; 3] = [1, 5, 20];
/// Sources whose routes are kept at a time: all of them for thousands of centers would need gigabytes.
const SOURCES_AT_ONCE: usize = 64;

/// Pairs of centers that are near each other in the network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Circle {
    /// One-way latency of the route, in ms.
    pub within_ms: u64,
    /// Share of all pairs of centers whose route takes no longer.
    pub share_of_pairs: f64,
}

pub(super) fn circles(platform: &Platform) -> Vec<Circle> {
    let sites: Vec<SiteId> =
        platform.centers.iter().filter(|center| !center.is_store()).map(|center| center.site).collect();
    let pairs = sites.len() * sites.len().saturating_sub(1) / 2;
    if pairs == 0 {
        return Vec::new();
    }
    let mut within = [0u64; CIRCLES_MS.len()];
    for (chunk, sources) in sites.chunks(SOURCES_AT_ONCE).enumerate() {
        let routes = Routes::new(platform.sites.len(), &platform.links);
        for (place, source) in sources.iter().enumerate() {
            let latencies = routes.latencies(*source);
            for other in &sites[chunk * SOURCES_AT_ONCE + place + 1..] {
                for (count, limit) in within.iter_mut().zip(CIRCLES_MS) {
                    *count += u64::from(latencies[other.index()] <= SimDuration(limit * 1_000_000));
                }
            }
        }
    }
    let circle = |(within_ms, count): (u64, u64)| Circle { within_ms, share_of_pairs: count as f64 / pairs as f64 };
    CIRCLES_MS.into_iter().zip(within).map(circle).collect()
}
