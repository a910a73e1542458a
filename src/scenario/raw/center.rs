//! `[center.NAME]` and `[center.NAME.pool.NAME]`.

use super::{At, Hourly, Named, RawCarbon, RawTariff};
use crate::model::{Place, Side, Tier};
use crate::units::{Bytes, Flops, Power};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A computing center.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawCenter {
    /// Its tier. A `store` is storage outside the computing centers, without pools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Its side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Its province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<At<String>>,
    /// Regions it lies in, beside its own name, province and side: what `regions` of jobs can name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<At<String>>,
    /// The national hub it belongs to, for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<At<String>>,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<At<String>>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<At<Place>>,
    /// Standard racks (2.5 kW), for the inventory only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub racks: Option<u64>,
    /// How many of them are occupied, for the inventory only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub racks_occupied: Option<At<u64>>,
    /// Power usage effectiveness, 1 or more: all energy over that of the nodes. Default 1.
    #[serde(default = "one", skip_serializing_if = "Option::is_none")]
    pub pue: Option<At<Hourly<f64>>>,
    /// Price of energy. Default free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff: Option<At<RawTariff>>,
    /// Carbon intensity of its energy. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carbon: Option<At<RawCarbon>>,
    /// Storage. Default without bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<At<RawStorage>>,
    /// Labels of computing resource identification, which jobs can require.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, At<String>>,
    /// Pools of like nodes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pool: Named<Box<RawPool>>,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the type of the field")]
fn one() -> Option<At<Hourly<f64>>> {
    Some(At::nowhere(Hourly::Constant(1.0)))
}

/// A center's storage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawStorage {
    /// All of it.
    pub space: At<Bytes>,
    /// What is stored there before the run and stays. Default nothing.
    #[serde(default)]
    pub filled: Option<At<Bytes>>,
}

/// Like nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawPool {
    /// How many nodes at the start, closed ones included.
    pub nodes: At<u64>,
    /// Cores of a node.
    pub cores: At<u32>,
    /// Memory of a node. Default without bound: jobs' demands of memory are not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<At<Bytes>>,
    /// Accelerators of a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accelerators: Option<At<RawAccelerators>>,
    /// FP32 rate of a node's cores together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fp32: Option<At<Flops>>,
    /// FP64 rate of a node's cores together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fp64: Option<At<Flops>>,
    /// Run times on reference hardware are divided by this. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<At<f64>>,
    /// Power of an idle node. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_idle: Option<At<Power>>,
    /// Power of a node that is all in use. Default that of an idle one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_peak: Option<At<Power>>,
    /// Part of the power beyond idle that follows the cores in use, 0 to 1; the rest follows the accelerators. Default 0.2, and 1 where
    /// nodes have no accelerators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_cores: Option<At<f64>>,
    /// Share of the nodes that their owners keep, 0 to 1. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_share: Option<At<Hourly<f64>>>,
    /// How busy that share is, 0 to 1. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_load: Option<At<Hourly<f64>>>,
}

/// Accelerators of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawAccelerators {
    /// Their kind; figures of one kind are the same wherever they stand.
    pub kind: At<String>,
    /// How many a node has, 1 to 16.
    pub count: At<u8>,
    /// Memory of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<At<Bytes>>,
    /// FP16 rate of one, dense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fp16: Option<At<Flops>>,
    /// FP32 rate of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fp32: Option<At<Flops>>,
    /// FP64 rate of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fp64: Option<At<Flops>>,
}
