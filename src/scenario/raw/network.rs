//! Places, links, datasets.

use super::{At, Hourly};
use crate::model::{CacheMode, Place, Side};
use crate::units::{BitsPerSec, Bytes, SimDuration, TransferPrice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place where users and data are, without computing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RawMetro {
    /// Its side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Its province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<At<String>>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<At<Place>>,
}

/// A point where links meet; the same keys as a metro, but no job can come from there.
pub type RawExchange = RawMetro;

/// A full-duplex link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawLink {
    /// Its two ends: centers, metros or exchange points.
    pub between: At<Vec<At<String>>>,
    /// One way.
    pub latency: At<SimDuration>,
    /// Each direction.
    pub bandwidth: At<BitsPerSec>,
    /// Of each decimal gigabyte, in both directions. Default free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<At<TransferPrice>>,
    /// Share of the bandwidth that others use, 0 to 1, the same both ways. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<At<Hourly<f64>>>,
    /// What kind of line it is, for reports. `trunk` (between hubs, provinces and metros) and `interconnection` (between
    /// operators) are counted in the totals; any other word (`leased`, `access`) is a kind of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<At<String>>,
    /// How many cables it stands for, for the inventory only. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cables: Option<At<u64>>,
}

/// A dataset that jobs can name as their input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawDataset {
    /// Its size.
    pub size: At<Bytes>,
    /// Centers and metros that hold a replica from the start.
    pub at: At<Vec<At<String>>>,
    /// What becomes of copies that jobs stage. Default private.
    #[serde(default)]
    pub cache: CacheMode,
}

/// `[network]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RawNetwork {
    /// A flow carries at most `window x streams` in a round trip (TCP). Default: no such bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<At<Bytes>>,
    /// Parallel streams of a flow; needs `window`. Default 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streams: Option<At<u32>>,
}
