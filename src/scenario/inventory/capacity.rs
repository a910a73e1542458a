//! What centers and links have.

use crate::model::{Center, Link, Platform, Pool, Precision};
use serde::Serialize;
use std::collections::BTreeMap;

const EFLOPS: f64 = 1e18;
const PETABYTE: f64 = 1e15;
const TERABIT: f64 = 1e12;

/// What some centers have at the start of the run, closed nodes included.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Capacity {
    /// Centers, stores left out.
    pub centers: u64,
    /// Stores: storage outside the computing centers.
    pub stores: u64,
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
    /// Racks that are occupied, of the centers that say it.
    pub racks_occupied: u64,
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
    /// How many cables they stand for.
    pub cables: u64,
    /// Bandwidth of each direction, in Tbps, background use included.
    pub capacity_tbps: f64,
    /// The same in bits per second: whole numbers, whose sum does not depend on rounding.
    #[serde(skip)]
    bits_per_second: u128,
}

impl Lines {
    pub(super) fn add(&mut self, link: &Link) {
        self.links += 1;
        self.cables += link.cables;
        self.bits_per_second += u128::from(link.bandwidth.0);
        self.capacity_tbps = self.bits_per_second as f64 / TERABIT;
    }
}

impl Capacity {
    pub(super) fn add(&mut self, platform: &Platform, center: &Center, stored: f64) {
        self.centers += u64::from(!center.is_store());
        self.stores += u64::from(center.is_store());
        self.racks = self.racks.saturating_add(center.racks.unwrap_or(0));
        self.racks_occupied = self.racks_occupied.saturating_add(center.racks_occupied.unwrap_or(0));
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
pub(super) fn stored(platform: &Platform) -> Vec<f64> {
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
