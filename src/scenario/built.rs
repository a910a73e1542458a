//! A scenario that has been checked: every name resolved, every value in range.

use super::figure::{Anchor, Expectation};
use super::raw::{Basis, Provenance};
use crate::model::{CenterId, Job, LinkId, Platform, PoolId};
use crate::policy::registry::StackSpec;
use crate::rng::Streams;
use crate::signals::Calendar;
use crate::units::{BitsPerSec, Bytes, SimDuration, SimTime};
use crate::workload::swf::SwfPlan;
use crate::workload::{ClassPlan, Merged, source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long and under which rules a run goes.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// The start as written, RFC 3339; `None` where the scenario has no calendar (then it is Monday, midnight).
    pub start: Option<String>,
    /// Where the start lies in the week.
    pub calendar: Calendar,
    /// Submissions stop at this instant, and the run too unless it drains; `None` ends with the last job.
    pub until: Option<SimTime>,
    /// Left out of metrics.
    pub warm_up: SimDuration,
    /// Run on after `until` until all jobs are done.
    pub drain: bool,
    /// Seed of all random streams.
    pub seed: u64,
    /// Period of the broker; `None` decides at once.
    pub decide_every: Option<SimDuration>,
    /// Whether a job that exceeds its request is ended.
    pub enforce_requested: bool,
}

/// How old the broker's information is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Information {
    /// Centers publish their summary this often; `None` is at once.
    pub refresh: Option<SimDuration>,
    /// A published summary is visible after this time.
    pub delay: SimDuration,
}

/// Something that changes on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// So many nodes more (or fewer, if negative) in a pool.
    Nodes(PoolId, i64),
    /// A link's bandwidth from now on.
    Bandwidth(LinkId, BitsPerSec),
    /// A link is down (`true`) or back up.
    LinkDown(LinkId, bool),
    /// A center's storage from now on, all of it: more than before.
    Storage(CenterId, Bytes),
}

/// A change and its instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlannedChange {
    /// When.
    pub at: SimTime,
    /// What.
    pub change: Change,
}

/// A checked scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What its author wants to learn.
    pub description: String,
    /// What is fixed.
    pub platform: Arc<Platform>,
    /// How long and under which rules.
    pub run: RunPlan,
    /// Single jobs, in the order of submission; numbers are given out later.
    pub jobs: Vec<Job>,
    /// Synthetic classes, by name.
    pub classes: Vec<ClassPlan>,
    /// Logs that are workloads, by name.
    pub logs: Vec<SwfPlan>,
    /// Changes, in order of time.
    pub changes: Vec<PlannedChange>,
    /// Information of brokers.
    pub information: Information,
    /// Stacks by name.
    pub stacks: BTreeMap<String, StackSpec>,
    /// The default stack.
    pub policy: Option<String>,
    /// Variants by name: what each sets, as `--set` takes it.
    pub variants: BTreeMap<String, Vec<String>>,
    /// What a run should come to.
    pub expectations: Vec<Expectation>,
    /// Published figures.
    pub anchors: Vec<Anchor>,
    /// How the figures of its tables are known.
    pub provenance: Provenance,
    /// The whole scenario as one TOML text, with includes, tables and `--set` applied: running it gives the same bytes.
    pub effective: String,
    /// Things worth saying before the run, each with its place.
    pub warnings: Vec<String>,
}

impl Scenario {
    /// How many figures of its tables are known how, the best known first; nothing where the tables do not say.
    #[must_use]
    pub fn known_figures(&self) -> Vec<(&'static str, u64)> {
        let of = |basis: Basis| self.provenance.values().filter_map(|counts| counts.get(&basis)).sum::<u64>();
        Basis::ALL.into_iter().map(|basis| (basis.word(), of(basis))).filter(|(_, count)| *count > 0).collect()
    }

    /// Its jobs in the order of submission.
    ///
    /// # Errors
    /// A log cannot be read.
    pub fn source(&self, streams: &Streams) -> Result<Merged, String> {
        source(&self.classes, &self.logs, &self.jobs, self.run.calendar, self.run.until, streams)
    }
}
