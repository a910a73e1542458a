//! What a scenario holds, in totals: what a planner compares with the figures that the scenario was made from.

use super::Scenario;
use super::check::unbounded_mean;
use crate::model::{Center, Platform, Pool, Precision, SiteId, SiteKind};
use crate::network::Routes;
use crate::units::SimDuration;
use crate::workload::{Arrivals, ClassPlan};
use serde::Serialize;
use std::collections::BTreeMap;

const EFLOPS: f64 = 1e18;
const PETABYTE: f64 = 1e15;
const TERABIT: f64 = 1e12;
const SECONDS_PER_DAY: f64 = 86_400.0;
/// Circles of one-way latency that are counted.
const CIRCLES_MS: [u64; 3] = [1, 5, 20];
/// Sources whose routes are kept at a time: all of them for thousands of centers would need gigabytes.
const SOURCES_AT_ONCE: usize = 64;

/// Totals of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inventory {
    /// The scenario's name.
    pub name: String,
    /// Everything together.
    pub total: Capacity,
    /// By tier; centers without one are left out.
    pub tiers: BTreeMap<String, Capacity>,
    /// By side; centers without one are left out.
    pub sides: BTreeMap<String, Capacity>,
    /// By operator; centers without one are left out.
    pub operators: BTreeMap<String, Capacity>,
    /// Metros.
    pub metros: u64,
    /// Exchange points.
    pub exchanges: u64,
    /// Links and their bandwidth.
    pub network: Lines,
    /// By kind of line; links without one are left out.
    pub lines: BTreeMap<String, Lines>,
    /// Pairs of centers by the latency of their route; empty where there is no pair.
    pub circles: Vec<Circle>,
    /// Datasets.
    pub datasets: u64,
    /// Classes of jobs.
    pub classes: u64,
    /// Tenants.
    pub tenants: u64,
    /// Single jobs.
    pub single_jobs: u64,
    /// Synthetic classes, by name.
    pub workloads: Vec<Demand>,
}

/// What some centers have at the start of the run, closed nodes included.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Capacity {
    /// Centers.
    pub centers: u64,
    /// Pools.
    pub pools: u64,
    /// Nodes.
    pub nodes: u64,
    /// Cores.
    pub cores: u64,
    /// Accelerators by kind.
    pub accelerators: BTreeMap<String, u64>,
    /// Computing rate of cores, in EFLOPS, where pools say it. Precisions are never added.
    pub cpu_eflops: BTreeMap<&'static str, f64>,
    /// Computing rate of accelerators, in EFLOPS, where their kind says it.
    pub accelerator_eflops: BTreeMap<&'static str, f64>,
    /// Standard racks of the centers that say it.
    pub racks: u64,
    /// Power of all nodes at their peak, without cooling, in MW.
    pub peak_mw: f64,
    /// Storage of the centers that say it, in PB.
    pub storage_pb: f64,
    /// What is stored there before the run, replicas of datasets included, in PB.
    pub stored_pb: f64,
    /// Centers whose storage is without bound.
    pub centers_without_storage_bound: u64,
}

/// Links.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Lines {
    /// How many.
    pub links: u64,
    /// Bandwidth of each direction, in Tbps, background use included.
    pub capacity_tbps: f64,
}

/// Pairs of centers that are near each other in the network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Circle {
    /// One-way latency of the route, in ms.
    pub within_ms: u64,
    /// Share of all pairs of centers whose route takes no longer.
    pub share_of_pairs: f64,
}

/// The jobs of a synthetic class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Demand {
    /// Its name.
    pub name: String,
    /// Expected jobs a day, over a week; `None` where the distributions do not tell it.
    pub jobs_per_day: Option<f64>,
    /// At most so many jobs in all.
    pub jobs_max: Option<u64>,
}

/// The totals of a scenario.
#[must_use]
pub fn inventory(scenario: &Scenario) -> Inventory {
    let platform = &*scenario.platform;
    let sites = |kind: SiteKind| platform.sites.iter().filter(|site| site.kind == kind).count() as u64;
    let stored = stored(platform);
    let mut inventory = Inventory {
        name: scenario.name.clone(),
        total: Capacity::default(),
        tiers: BTreeMap::new(),
        sides: BTreeMap::new(),
        operators: BTreeMap::new(),
        metros: sites(SiteKind::Metro),
        exchanges: sites(SiteKind::Exchange),
        network: Lines::default(),
        lines: BTreeMap::new(),
        circles: circles(platform),
        datasets: platform.datasets.len() as u64,
        classes: platform.classes.len() as u64,
        tenants: platform.tenants.len() as u64,
        single_jobs: scenario.jobs.len() as u64,
        workloads: scenario.classes.iter().map(demand).collect(),
    };
    for center in &platform.centers {
        let stored = stored[center.site.index()];
        inventory.total.add(platform, center, stored);
        if let Some(tier) = center.tier {
            inventory.tiers.entry(tier.word().to_owned()).or_default().add(platform, center, stored);
        }
        if let Some(side) = center.side {
            inventory.sides.entry(side.word().to_owned()).or_default().add(platform, center, stored);
        }
        if let Some(operator) = &center.operator {
            inventory.operators.entry(operator.clone()).or_default().add(platform, center, stored);
        }
    }
    for link in &platform.links {
        inventory.network.add(link.bandwidth.as_f64());
        if let Some(kind) = &link.kind {
            inventory.lines.entry(kind.clone()).or_default().add(link.bandwidth.as_f64());
        }
    }
    inventory
}

impl Lines {
    fn add(&mut self, bits_per_second: f64) {
        self.links += 1;
        self.capacity_tbps += bits_per_second / TERABIT;
    }
}

impl Capacity {
    fn add(&mut self, platform: &Platform, center: &Center, stored: f64) {
        self.centers += 1;
        self.racks = self.racks.saturating_add(center.racks.unwrap_or(0));
        match center.storage {
            Some(storage) => self.storage_pb += storage.space.0 as f64 / PETABYTE,
            None => self.centers_without_storage_bound += 1,
        }
        self.stored_pb += stored / PETABYTE;
        for pool in center.pool_ids() {
            self.add_pool(platform, &platform.pools[pool.index()]);
        }
    }

    fn add_pool(&mut self, platform: &Platform, pool: &Pool) {
        let nodes = pool.nodes as f64;
        self.pools += 1;
        self.nodes += pool.nodes;
        self.cores += pool.nodes * u64::from(pool.node.cores_milli / 1000);
        self.peak_mw += nodes * pool.power_peak.0 as f64 / 1e9;
        let cards = pool.nodes * u64::from(pool.node.cards);
        if let Some(kind) = pool.node.accelerator {
            *self.accelerators.entry(platform.accelerators[kind.index()].name.clone()).or_default() += cards;
        }
        for (word, precision) in [("fp16", Precision::Fp16), ("fp32", Precision::Fp32), ("fp64", Precision::Fp64)] {
            if let Some(rate) = pool.cpu_rates.at(precision) {
                *self.cpu_eflops.entry(word).or_default() += nodes * rate / EFLOPS;
            }
            if let Some(rate) = pool.card_rates.at(precision) {
                *self.accelerator_eflops.entry(word).or_default() += cards as f64 * rate / EFLOPS;
            }
        }
    }
}

/// Bytes that each site holds before the run.
fn stored(platform: &Platform) -> Vec<f64> {
    let mut bytes = vec![0.0; platform.sites.len()];
    for center in &platform.centers {
        bytes[center.site.index()] += center.storage.map_or(0.0, |storage| storage.filled.0 as f64);
    }
    for dataset in &platform.datasets {
        for site in &dataset.at {
            bytes[site.index()] += dataset.size.0 as f64;
        }
    }
    bytes
}

fn circles(platform: &Platform) -> Vec<Circle> {
    let sites: Vec<SiteId> = platform.centers.iter().map(|center| center.site).collect();
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

fn demand(plan: &ClassPlan) -> Demand {
    let per_second = match &plan.arrivals {
        Arrivals::Poisson { rate, .. } => Some(*rate),
        Arrivals::Bursts { rate, size, .. } => unbounded_mean(size).map(|mean| rate * mean),
        Arrivals::Renewal { interval } => unbounded_mean(interval).filter(|mean| *mean > 0.0).map(|mean| 1e9 / mean),
    };
    Demand {
        name: plan.name.clone(),
        jobs_per_day: per_second.map(|rate| rate * SECONDS_PER_DAY),
        jobs_max: plan.count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::check::tests::{WHOLE, good};

    #[test]
    fn totals_are_worked_by_hand() {
        let found = inventory(&good(WHOLE));
        let total = &found.total;
        assert_eq!((total.centers, total.pools, total.nodes, total.cores), (2, 2, 6, 4 * 8 + 2 * 64));
        assert_eq!(total.accelerators, BTreeMap::from([("card".to_owned(), 16)]));
        // 16 cards of 280 TFLOPS; 4 nodes of 1 TFLOPS.
        assert!((total.accelerator_eflops["fp16"] - 16.0 * 280e12 / 1e18).abs() < 1e-12);
        assert!((total.cpu_eflops["fp64"] - 4e-6).abs() < 1e-15);
        assert_eq!(total.cpu_eflops.len(), 1, "no sum over precisions");
        assert!((total.storage_pb - 10.0).abs() < 1e-9 && (total.stored_pb - 3.0).abs() < 1e-9);
        assert_eq!(total.centers_without_storage_bound, 1);
        assert!((total.peak_mw - 4.0 * 300e-6).abs() < 1e-12);
        assert_eq!((found.tiers["regional"].nodes, found.sides["west"].nodes), (4, 2));
        assert_eq!((found.metros, found.exchanges, found.network.links), (1, 1, 3));
        assert!((found.network.capacity_tbps - 0.51).abs() < 1e-12);
        // One pair, 10 ms apart.
        let shares: Vec<(u64, f64)> = found.circles.iter().map(|c| (c.within_ms, c.share_of_pairs)).collect();
        assert_eq!(shares, [(1, 0.0), (5, 0.0), (20, 1.0)]);
        assert!((found.workloads[0].jobs_per_day.expect("known") - 140.0).abs() < 1e-9);
        assert_eq!((found.tenants, found.single_jobs, found.classes), (11, 1, 2));
        assert!(serde_json::to_value(&found).is_ok());
    }
}
