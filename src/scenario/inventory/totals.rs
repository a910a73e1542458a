//! The figures by which a country's computing is known.

use super::{Capacity, Inventory};
use crate::model::Platform;
use serde::Serialize;
use std::collections::BTreeMap;

/// The kind of links that `trunk_cables` counts.
pub const TRUNK: &str = "trunk";
/// The kind of links that `interconnect_tbps` counts: between the backbones of operators.
pub const INTERCONNECTION: &str = "interconnection";
const PETABYTES_PER_ZETTABYTE: f64 = 1e6;

/// Totals of a scenario, as planners publish them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Centers, stores left out.
    pub centers: u64,
    /// Standard racks of the centers that say it.
    pub racks: u64,
    /// Servers: nodes of all pools, closed ones included.
    pub servers: u64,
    /// FP32 rate of cores and accelerators together, in EFLOPS, where pools say it.
    pub compute_fp32_eflops: f64,
    /// FP32 rate of accelerators, in EFLOPS, where their kind says it.
    pub intelligent_eflops: f64,
    /// Storage of the centers and stores that say it, in ZB.
    pub storage_zb: f64,
    /// What is stored there before the run, replicas of datasets included, in ZB.
    pub stored_zb: f64,
    /// The part of the storage that is filled; `None` where there is none or some is without bound.
    pub stored_fraction: Option<f64>,
    /// Cables of the links of kind `trunk`.
    pub trunk_cables: u64,
    /// Bandwidth, each direction, of the links of kind `interconnection`, in Tbps.
    pub interconnect_tbps: f64,
    /// Tenants.
    pub tenants: u64,
    /// Tenants by group.
    pub tenants_by_group: BTreeMap<String, u64>,
}

impl Totals {
    pub(super) fn of(inventory: &Inventory, platform: &Platform) -> Self {
        let all = &inventory.total;
        let intelligent = fp32(&all.accelerator_eflops);
        let kind = |word: &str| inventory.lines.get(word).copied().unwrap_or_default();
        Self {
            centers: all.centers,
            racks: all.racks,
            servers: all.nodes,
            compute_fp32_eflops: fp32(&all.cpu_eflops) + intelligent,
            intelligent_eflops: intelligent,
            storage_zb: all.storage_pb / PETABYTES_PER_ZETTABYTE,
            stored_zb: all.stored_pb / PETABYTES_PER_ZETTABYTE,
            stored_fraction: stored_fraction(all),
            trunk_cables: kind(TRUNK).cables,
            interconnect_tbps: kind(INTERCONNECTION).capacity_tbps,
            tenants: platform.tenants.len() as u64,
            tenants_by_group: platform.tenants.groups.iter().map(|g| (g.name.clone(), u64::from(g.count))).collect(),
        }
    }
}

fn fp32(rates: &BTreeMap<&'static str, f64>) -> f64 {
    rates.get("fp32").copied().unwrap_or(0.0)
}

fn stored_fraction(all: &Capacity) -> Option<f64> {
    (all.storage_pb > 0.0 && all.centers_without_storage_bound == 0).then(|| all.stored_pb / all.storage_pb)
}
