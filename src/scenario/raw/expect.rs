//! `[[expect]]` and `[[anchor]]`: what figures should come to.

use super::{At, Basis};
use crate::model::{Side, Tier};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// A number in the figure's own unit, or a text with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum RawLimit {
    /// In the unit of the figure.
    Number(f64),
    /// With its unit.
    Text(String),
}

impl<'de> Deserialize<'de> for RawLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl de::Visitor<'_> for Either {
            type Value = RawLimit;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a text with its unit such as \"2 h\"")
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<RawLimit, E> {
                Ok(RawLimit::Number(value))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<RawLimit, E> {
                Ok(RawLimit::Number(value as f64))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<RawLimit, E> {
                Ok(RawLimit::Number(value as f64))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<RawLimit, E> {
                Ok(RawLimit::Text(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A threshold: `metric`, at most one of the keys that say whose it is, and `at-most`, `at-least` or both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawExpect {
    /// A key of `summary.json`.
    pub metric: At<String>,
    /// Of one class of jobs. Default of the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<At<String>>,
    /// Of one service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<At<String>>,
    /// Of one center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub center: Option<At<String>>,
    /// Of the centers of one tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<At<Tier>>,
    /// Of the centers of one side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<At<Side>>,
    /// Of the centers of one operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<At<String>>,
    /// Of a link, in its busier direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<At<String>>,
    /// The most that it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<At<RawLimit>>,
    /// The least that it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<At<RawLimit>>,
}

/// A published figure to be held against the scenario's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawAnchor {
    /// What it is, in a few words.
    pub name: At<String>,
    /// As it was published.
    pub published: At<RawLimit>,
    /// How the scenario's own is measured.
    pub measure: At<RawMeasure>,
    /// By which part of the published figure the own one may differ. Default: it is not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<At<f64>>,
    /// How it is known: measured, published, derived or estimate. Default: it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Where it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How good the source is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
}

/// How a figure of the scenario is measured. All but `run` need no run and are printed by `validate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum RawMeasure {
    /// Centers, stores left out.
    Centers,
    /// Standard racks.
    Racks,
    /// Racks of the centers of tier `national-hub`.
    HubRacks,
    /// These over all racks.
    HubRacksShare,
    /// Racks that hold servers over all racks.
    Occupancy,
    /// The same of the centers of tier `national-hub`.
    HubOccupancy,
    /// Nodes of all pools.
    Servers,
    /// FP32 rate of cores and accelerators.
    Compute,
    /// FP32 rate of accelerators.
    Intelligent,
    /// The second over the first.
    IntelligentShare,
    /// Power of all nodes at their peak, without cooling.
    PeakPower,
    /// All storage.
    Storage,
    /// What is stored before the run.
    Stored,
    /// The second over the first.
    StoredFraction,
    /// Cables of the links of kind `trunk`.
    TrunkCables,
    /// Bandwidth, each direction, of the links of kind `interconnection`.
    Interconnection,
    /// Tenants.
    Tenants,
    /// One-way latency of the routes between centers of tier `national-hub` and of the same operator, the mean over
    /// pairs.
    HubLatencyMean,
    /// The longest of these.
    HubLatencyMax,
    /// The same less the first and the last link of each route: what the trunk takes, the mean over pairs.
    HubTrunkLatencyMean,
    /// The longest of these.
    HubTrunkLatencyMax,
    /// One-way latency of the route between two places.
    Latency {
        /// From here.
        from: At<String>,
        /// To there.
        to: At<String>,
    },
    /// Bandwidth, each direction, of all links of a kind together.
    Bandwidth {
        /// The kind.
        kind: At<String>,
    },
    /// Share of the bandwidth of the links of a kind that others use, the mean over a week.
    Background {
        /// The kind.
        kind: At<String>,
    },
    /// Bandwidth, each direction, of all links that end at a place.
    Egress {
        /// The place.
        at: At<String>,
    },
    /// A figure of a run, printed in its report: a key of `summary.json` as in `[[expect]]`.
    Run(Box<RawFigure>),
}

/// A figure of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawFigure {
    /// A key of `summary.json`.
    pub metric: At<String>,
    /// Of one class of jobs. Default of the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<At<String>>,
    /// Of one service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<At<String>>,
    /// Of one center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub center: Option<At<String>>,
    /// Of the centers of one tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<At<Tier>>,
    /// Of the centers of one side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<At<Side>>,
    /// Of the centers of one operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<At<String>>,
    /// Of a link, in its busier direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<At<String>>,
}
