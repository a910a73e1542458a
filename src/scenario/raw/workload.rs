//! `[tenants.NAME]`, `[workload.NAME]` and `[[job]]`.

use super::{At, DayProfile, Drawn, WeekProfile};
use crate::model::ClassKind;
use crate::units::{Bytes, Flop, PerSecond, SimDuration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A group of tenants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawTenants {
    /// How many they are. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<At<u32>>,
    /// How a class's jobs are shared out among them. Default alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<At<RawShare>>,
    /// What fair-share scheduling owes to each of them, relative to other tenants. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<At<f64>>,
}

/// Shares of tenants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RawShare {
    /// The k-th has a share like k^-exponent.
    Zipf {
        /// 0 treats all alike.
        exponent: f64,
    },
}

/// Accelerators that a task asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawTaskAccelerators {
    /// Their kind. Default any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<At<String>>,
    /// How many; less than 1 is a share of one.
    pub per_task: At<Drawn<f64>>,
}

/// Operations of each task, and at which precision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RawWork {
    /// Half precision.
    Fp16(Drawn<Flop>),
    /// Single precision.
    Fp32(Drawn<Flop>),
    /// Double precision.
    Fp64(Drawn<Flop>),
}

/// The time (or work) a job asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RawRequested {
    /// The true time times a drawn factor.
    Factor(Drawn<f64>),
    /// A drawn time.
    Time(Drawn<SimDuration>),
}

/// When a job should have delivered its output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawDeadline {
    /// So long after its submission.
    pub after_submit: At<Drawn<SimDuration>>,
}

/// Origins by a column of weights in a CSV file with a column `site`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawOriginTable {
    /// The file.
    pub file: At<String>,
    /// Its column of weights.
    pub column: At<String>,
}

/// Checkpoints of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawCheckpoint {
    /// Computing between two checkpoints.
    pub every: At<SimDuration>,
    /// Standstill while one is written. Default "0 s".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<At<SimDuration>>,
    /// What it takes to go on from one. Default "0 s".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<At<SimDuration>>,
}

/// When the number of tasks may differ from the one asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawElasticity {
    /// It is chosen when the job starts.
    Moldable,
    /// It can be changed while the job runs.
    Malleable,
}

/// How fast a job is on more tasks, compared with one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum RawSpeedup {
    /// Amdahl's law.
    Amdahl {
        /// Share of the work that one task does alone, from 0 to 1.
        serial: f64,
    },
    /// Downey's model.
    Downey {
        /// Average parallelism, at least 1.
        parallelism: f64,
        /// Coefficient of variance of the parallelism, not negative.
        variance: f64,
    },
}

/// Numbers of tasks that a job can do with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawElastic {
    /// "moldable" or "malleable".
    pub kind: RawElasticity,
    /// The fewest tasks. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<At<u32>>,
    /// The most tasks.
    pub most: At<u32>,
    /// How fast it is on how many; `runtime` and `work` are those on `tasks`.
    pub speedup: At<RawSpeedup>,
}

/// When jobs are submitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum RawArrivals {
    /// A Poisson process.
    Poisson {
        /// Mean rate over a week.
        rate: At<PerSecond>,
        /// Hours of the day. Default "flat".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_hour: Option<At<DayProfile>>,
        /// Days of the week. Default "flat".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_day: Option<At<WeekProfile>>,
        /// The rate is multiplied by this with each week of the run. Default 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weekly_growth: Option<At<f64>>,
    },
    /// Bursts, which come as a Poisson process.
    Bursts {
        /// Mean rate of bursts over a week.
        rate: At<PerSecond>,
        /// Hours of the day. Default "flat".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_hour: Option<At<DayProfile>>,
        /// Days of the week. Default "flat".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_day: Option<At<WeekProfile>>,
        /// Jobs of a burst.
        size: At<Drawn<f64>>,
        /// Time between the jobs of a burst. Default "0 s".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spacing: Option<At<Drawn<SimDuration>>>,
    },
    /// Independent times between submissions.
    Renewal {
        /// Time between two submissions.
        interval: At<Drawn<SimDuration>>,
    },
}

/// Which jobs of a log are left out or cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RawSwfFilter {
    /// That of the predictsim study (SC'15).
    Predictsim {
        /// Processors of the log's machine.
        processors: u32,
    },
}

/// A log of the Standard Workload Format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawSwf {
    /// The file, plain or compressed (`.gz`), beside the file that names it.
    pub file: At<String>,
    /// Jobs submitted before this time of the log are left out; it becomes the start of the run. Default its first job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<At<SimDuration>>,
    /// Jobs submitted at or after this time of the log are left out. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<At<SimDuration>>,
    /// Times between submissions are divided by this. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<At<f64>>,
    /// Which jobs are left out or cut. Default those that cannot be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<At<RawSwfFilter>>,
    /// The 64-bit FNV-1a hash of the file, in hexadecimal digits; another file is refused. Default any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<At<String>>,
}

/// A class of jobs: drawn ones, or those of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawWorkload {
    /// How "East Data, West Computing" treats it. Default "batch".
    #[serde(default)]
    pub kind: ClassKind,
    /// Whose jobs they are: a group of tenants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenants: Option<At<String>>,
    /// When they are submitted; excludes `swf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<At<RawArrivals>>,
    /// A log of the Standard Workload Format instead of drawn jobs; a processor is a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swf: Option<At<RawSwf>>,
    /// No submission before this time after the start. Default "0 s".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<At<SimDuration>>,
    /// No submission at or after this time after the start. Default that of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At<SimDuration>>,
    /// At most so many jobs. Default without bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<At<u64>>,
    /// Where their users are: weights by center or metro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<At<BTreeMap<String, At<f64>>>>,
    /// The same from a table; excludes `origin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_table: Option<At<RawOriginTable>>,
    /// Tasks of a job, all or nothing. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<At<Drawn<f64>>>,
    /// Cores of a task. Default 1, or 0 with accelerators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<At<Drawn<f64>>>,
    /// Memory of a task. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<At<Drawn<Bytes>>>,
    /// Accelerators of a task. Default none; such a job leaves pools with accelerators to others where it may run in one without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accelerators: Option<At<RawTaskAccelerators>>,
    /// Run time on reference hardware; excludes `work`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<At<Drawn<SimDuration>>>,
    /// Operations of each task; excludes `runtime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<At<RawWork>>,
    /// What is asked for. Default the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<At<RawRequested>>,
    /// Input bytes, at the origin or at `input-at`. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<At<Drawn<Bytes>>>,
    /// Where the input is. Default the origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_at: Option<At<String>>,
    /// Datasets as input, by weight; excludes `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<At<BTreeMap<String, At<f64>>>>,
    /// Output bytes. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<At<Drawn<Bytes>>>,
    /// Where the output goes: "origin" (default), "stay", or a center or metro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_to: Option<At<String>>,
    /// When a job should have delivered its output (ended, where nothing moves).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<At<RawDeadline>>,
    /// Larger is more important. Default 0.
    #[serde(default)]
    pub priority: i32,
    /// The longest round trip between user and center that serves the job. Default without bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip: Option<At<SimDuration>>,
    /// Regions it may run in (data residency): centers, provinces, sides, or a center's own `regions`. Default all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<At<String>>,
    /// Labels that the center must have. Default none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, At<String>>,
    /// Checkpoints, so that an interruption costs only what was done since. Default none: an interrupted job begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<At<RawCheckpoint>>,
    /// Numbers of tasks other than `tasks` that the queue `elastic` may give. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elastic: Option<At<RawElastic>>,
}

/// A single job. Keys are those of a class, without distributions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawJob {
    /// Its name, unique among all single jobs. Default its class and ordinal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<At<String>>,
    /// Its class, which need not be a workload. Default "job".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<At<String>>,
    /// How "East Data, West Computing" treats it. Default that of its class, else "batch".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<At<ClassKind>>,
    /// Whose it is: a group of tenants with one member. Default the tenant `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<At<String>>,
    /// When: a time after the start.
    pub submit: At<SimDuration>,
    /// Where its user is.
    pub origin: At<String>,
    /// Tasks, all or nothing. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<At<u32>>,
    /// Cores of a task. Default 1, or 0 with accelerators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<At<f64>>,
    /// Memory of a task. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<At<Bytes>>,
    /// Accelerators of a task; `per-task` is a number. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accelerators: Option<At<RawTaskAccelerators>>,
    /// Run time on reference hardware; excludes `work`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<At<SimDuration>>,
    /// Operations of each task, an amount; excludes `runtime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<At<RawWork>>,
    /// The time it asks for. Default the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<At<SimDuration>>,
    /// Input bytes. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<At<Bytes>>,
    /// Where the input is. Default the origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_at: Option<At<String>>,
    /// A dataset as input; excludes `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<At<String>>,
    /// Output bytes. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<At<Bytes>>,
    /// Where the output goes: "origin" (default), "stay", or a center or metro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_to: Option<At<String>>,
    /// When it should have delivered its output (ended, where nothing moves), after its submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<At<RawDeadline>>,
    /// Larger is more important. Default 0.
    #[serde(default)]
    pub priority: i32,
    /// The longest round trip between user and center that serves the job. Default without bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip: Option<At<SimDuration>>,
    /// Regions it may run in. Default all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<At<String>>,
    /// Labels that the center must have. Default none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, At<String>>,
    /// Checkpoints, so that an interruption costs only what was done since. Default none: an interrupted job begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<At<RawCheckpoint>>,
    /// Numbers of tasks other than `tasks` that the queue `elastic` may give. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elastic: Option<At<RawElastic>>,
}
