//! The form of a scenario file: what may be written, as plain data with the place of each value. No meaning is checked here.
//!
//! Kinds are table names (`{ poisson = { ... } }`), never strings, so that an error points at the very key; maps are
//! ordered by name, so that the order of tables in the file changes nothing.

mod center;
mod drawn;
mod expect;
mod network;
mod profile;
mod provenance;
mod service;
mod workload;

pub use center::{RawAccelerators, RawCenter, RawPool, RawStorage};
pub use drawn::{Amount, Drawn};
pub use expect::{RawAnchor, RawExpect, RawFigure, RawLimit, RawMeasure};
pub use network::{RawDataset, RawExchange, RawLink, RawMetro, RawNetwork};
pub use profile::{ByHour, DayProfile, Hourly, RawCarbon, RawCarbonParts, RawTariff, RawTimeOfUse, WeekProfile};
pub use provenance::{Basis, Provenance};
pub use service::{RawReplica, RawReplicaAccelerators, RawService, RawServiceRate};
pub use workload::{
    RawArrivals, RawCheckpoint, RawDeadline, RawElastic, RawElasticity, RawJob, RawOriginTable, RawRequested, RawShare,
    RawSpeedup, RawSwf, RawSwfFilter, RawTaskAccelerators, RawTenants, RawWork, RawWorkload,
};

use crate::policy::registry::StackSpec;
use crate::units::{BitsPerSec, Bytes, SimDuration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// A value and where it stands, as a range of bytes in the scenario's source map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct At<T>(pub toml::Spanned<T>);

impl<T> At<T> {
    /// A value that stands nowhere: a default.
    pub fn nowhere(value: T) -> Self {
        Self(toml::Spanned::new(0..0, value))
    }
    /// A value at a place.
    pub fn here(span: Range<usize>, value: T) -> Self {
        Self(toml::Spanned::new(span, value))
    }
    /// The value.
    #[must_use]
    pub fn get(&self) -> &T {
        self.0.get_ref()
    }
    /// The value, to be changed.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
    /// Its bytes in the source map.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.0.span()
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// Tables by name; each knows where it stands.
pub type Named<T> = BTreeMap<String, At<T>>;

/// A whole scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawScenario {
    /// Version of this language: 1.
    pub format: At<u32>,
    /// Name of the scenario.
    pub name: At<String>,
    /// What its author wants to learn, in a sentence; shown at the top of every report.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Files whose tables are merged into this one; a key given twice is an error. Paths are relative to this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<At<String>>,
    /// Inventories in CSV files beside the scenario.
    #[serde(default, skip_serializing_if = "RawTables::is_empty")]
    pub tables: RawTables,
    /// How long and under which rules the run goes.
    #[serde(default)]
    pub run: RawRun,
    /// How old the broker's information is.
    #[serde(default)]
    pub information: RawInformation,
    /// Rules of the network as a whole.
    #[serde(default)]
    pub network: RawNetwork,
    /// Computing centers by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub center: Named<RawCenter>,
    /// Places without computing, where users and data are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metro: Named<RawMetro>,
    /// Points of the network where links meet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exchange: Named<RawExchange>,
    /// Full-duplex links by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub link: Named<RawLink>,
    /// Datasets by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dataset: Named<RawDataset>,
    /// Groups of tenants by name. Jobs that name none belong to the tenant `default`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tenants: Named<RawTenants>,
    /// Synthetic classes of jobs by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub workload: Named<RawWorkload>,
    /// Online services by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub service: Named<RawService>,
    /// Single jobs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub job: Vec<At<RawJob>>,
    /// What changes on a date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event: Vec<At<RawEvent>>,
    /// Thresholds of a run: one that is missed makes `run` end with exit code 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<At<RawExpect>>,
    /// Published figures, printed beside the scenario's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchor: Vec<At<RawAnchor>>,
    /// How figures are known: by what they are (`centers.racks` of a table's column `basis_racks`), how many are measured, published, derived
    /// and estimates. Tables fill it in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provenance: Provenance,
    /// Stacks of policies by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policy: Named<StackSpec>,
    /// Variants of this scenario by name: the same with a few keys changed, for `run` and `compare`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variant: Named<RawVariant>,
}

/// `[variant.NAME]`: the scenario with a few keys changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawVariant {
    /// What is changed, each as `--set` takes it: `"run.until=2 d"`.
    pub set: Vec<At<String>>,
}

/// CSV files; their columns are the keys of the language with the unit at the end (`bandwidth_gbps`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RawTables {
    /// One row a center.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centers: Option<At<String>>,
    /// One row a pool, with the columns `center` and `pool`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pools: Option<At<String>>,
    /// One row a metro.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metros: Option<At<String>>,
    /// One row an exchange point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<At<String>>,
    /// One row a link, with the columns `from` and `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<At<String>>,
}

impl RawTables {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `[run]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RawRun {
    /// The start on the calendar, RFC 3339 (`2023-12-25T00:00:00+08:00`). Without, it is midnight before a Monday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<At<String>>,
    /// Submissions stop after this time. Without, the run ends with its last job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<At<SimDuration>>,
    /// Left out of the metrics. Default "0 s".
    pub warm_up: At<SimDuration>,
    /// Whether the run goes on after `until` until all jobs are done. Default true.
    pub drain: bool,
    /// Seed of all random streams. Default 1.
    pub seed: u64,
    /// The default stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<At<String>>,
    /// The broker is asked at multiples of this time only. Default: at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decide_every: Option<At<SimDuration>>,
    /// Whether a job that exceeds the time it asked for is ended. Default false.
    pub enforce_requested: bool,
}

impl Default for RawRun {
    fn default() -> Self {
        Self {
            start: None,
            until: None,
            warm_up: At::nowhere(SimDuration::ZERO),
            drain: true,
            seed: 1,
            policy: None,
            decide_every: None,
            enforce_requested: false,
        }
    }
}

/// `[information]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RawInformation {
    /// Centers publish their summary this often. Default: at once, whenever it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<At<SimDuration>>,
    /// A published summary is visible after this time; needs `refresh`. Default "0 s".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<At<SimDuration>>,
}

/// `[[event]]`: exactly one of `add`, `remove`, `down`, `bandwidth`, `storage`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawEvent {
    /// When: a time after the start ("2 d 22 h") or a date (RFC 3339).
    pub at: At<String>,
    /// For how long; then it is undone. Without, it stays.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<At<SimDuration>>,
    /// Nodes come to a pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<At<RawNodesChange>>,
    /// Nodes leave a pool, as they fall free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<At<RawNodesChange>>,
    /// A link is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<At<RawDown>>,
    /// A link has another bandwidth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<At<RawBandwidth>>,
    /// A center's storage grows; it stays so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<At<RawStorageChange>>,
}

/// A center's storage from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawStorageChange {
    /// The center.
    pub center: At<String>,
    /// All of its space, what was filled before the run included.
    pub space: At<Bytes>,
}

/// Nodes of a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawNodesChange {
    /// The center.
    pub center: At<String>,
    /// Its pool.
    pub pool: At<String>,
    /// How many nodes.
    pub nodes: At<u64>,
}

/// A link that is down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawDown {
    /// The link.
    pub link: At<String>,
}

/// A link and its bandwidth from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawBandwidth {
    /// The link.
    pub link: At<String>,
    /// Each direction.
    pub to: At<BitsPerSec>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_with_their_places() {
        let text = r#"
format = 1
name = "x"
[center.a]
pue = { hourly = [1.1, 1.2] }
tariff = { flat = "0.36 CNY/kWh", peak = "0.5 CNY/kWh", peak-hours = ["7-9"] }
carbon = { grid = "642 g/kWh", green-share = 0.5 }
pool.cpu = { nodes = 2, cores = 4 }
[workload.w]
arrivals = { poisson = { rate = "140 / d", by-hour = "office" } }
runtime = { log-normal = { median = "8 h", sigma = 1.2, max = "14 d" } }
tasks = { choice = { 8 = 0.5, 16 = 0.5 } }
requested = { factor = { uniform = { min = 1.0, max = 4 } } }
"#;
        let raw: RawScenario = toml::from_str(text).expect("reads");
        let workload = &raw.workload["w"];
        let runtime = workload.get().runtime.as_ref().expect("runtime");
        assert_eq!(&text[runtime.span()], r#"{ log-normal = { median = "8 h", sigma = 1.2, max = "14 d" } }"#);
        let again: RawScenario = toml::from_str(&toml::to_string(&raw).expect("writes")).expect("reads again");
        assert_eq!(toml::to_string(&again).expect("writes"), toml::to_string(&raw).expect("writes"));
        for (from, to, at) in [
            ("sigma = 1.2", "sigmo = 1.2", "sigmo"),
            ("median = \"8 h\"", "median = \"8 parsecs\"", "\"8 parsecs\""),
            ("cores = 4", "cores = \"4\"", "\"4\""),
            ("by-hour = \"office\"", "by-hour = \"offfice\"", "\"offfice\""),
        ] {
            let wrong = text.replace(from, to);
            let error = toml::from_str::<RawScenario>(&wrong).expect_err(to);
            assert_eq!(error.span().map(|span| &wrong[span]), Some(at), "{error}");
        }
    }
}
