//! `[service.NAME]`.

use super::{At, DayProfile, RawOriginTable, WeekProfile};
use crate::model::ServicePlacement;
use crate::units::{Bytes, PerSecond, SimDuration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An online service: a request rate by place and hour, served by replicas that hold nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawService {
    /// Requests over the hours of a week.
    pub rate: At<RawServiceRate>,
    /// Where its users are: weights by center or metro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<At<BTreeMap<String, At<f64>>>>,
    /// The same from a table; excludes `origin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_table: Option<At<RawOriginTable>>,
    /// What serves the requests.
    pub replica: At<RawReplica>,
    /// The longest round trip through the network of a request that is served in time. Default without bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_bound: Option<At<SimDuration>>,
    /// Whether requests that no center within the bound can take are refused rather than served late. Default false.
    #[serde(default)]
    pub strict: bool,
    /// Which of the centers within the bound is asked first: `nearest`, `cheapest` or `lowest-carbon`. Default `nearest`.
    #[serde(default)]
    pub placement: ServicePlacement,
    /// Services with a larger one take their nodes first; then by name. Default 0.
    #[serde(default)]
    pub priority: i32,
    /// Share of a pool's open nodes that it may take, 0 to 1. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_max: Option<At<f64>>,
    /// Regions its replicas may run in, as of jobs. Default all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<At<String>>,
    /// Labels that the center must have. Default none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, At<String>>,
}

/// A rate over the hours of a week: its shape, and exactly one of `peak` and `mean`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawServiceRate {
    /// Hours of the day. Default "flat".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hour: Option<At<DayProfile>>,
    /// Days of the week. Default "flat".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_day: Option<At<WeekProfile>>,
    /// The rate of the busiest hour of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<At<PerSecond>>,
    /// The mean over the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<At<PerSecond>>,
}

/// One replica of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawReplica {
    /// Cores. Default 1, or 0 with accelerators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<At<f64>>,
    /// Memory. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<At<Bytes>>,
    /// Accelerators. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accelerators: Option<At<RawReplicaAccelerators>>,
    /// Requests it serves per second.
    pub capacity: At<PerSecond>,
}

/// Accelerators of a replica.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawReplicaAccelerators {
    /// Their kind. Default any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<At<String>>,
    /// How many; less than 1 is a share of one.
    pub count: At<f64>,
}
