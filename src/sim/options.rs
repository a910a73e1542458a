//! What can be said about a run from outside, and what it says of itself.

use crate::engine::SameInstant;
use crate::model::Job;
use crate::units::SimTime;
use std::sync::atomic::AtomicBool;

/// When policies are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decide {
    /// Once all events of an instant are handled.
    #[default]
    PerInstant,
    /// After each event: the rule of some published simulators.
    PerEvent,
}

/// Rules of time. The default is ours; others are there to reproduce published schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Which of releases and submissions comes first at one instant.
    pub same_instant: SameInstant,
    /// When policies are asked.
    pub decide: Decide,
    /// Whether a job may start, for zero time, on nodes whose holder ends at this very instant but is not handled yet.
    pub overcommit: bool,
}

/// Which jobs are to be explained.
pub type Explain<'a> = &'a (dyn Fn(&Job) -> bool + Sync);

/// How a run is done; none of it is part of the scenario.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Number of the replication, from 0: another one changes every draw.
    pub replication: u64,
    /// Another seed than the scenario's.
    pub seed: Option<u64>,
    /// Rules of time.
    pub rules: Rules,
    /// Set from outside to end the run with [`RunError::Interrupted`](super::RunError::Interrupted).
    pub interrupt: Option<&'a AtomicBool>,
    /// Jobs of which the records tell why the broker chose as it did and which rates their flows have; those of no job without it. The run
    /// is the same either way.
    pub explain: Option<Explain<'a>>,
}

impl Options<'_> {
    /// Whether a job is to be explained.
    pub(super) fn explains(&self, job: &Job) -> bool {
        self.explain.is_some_and(|chosen| chosen(job))
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Simulated time.
    pub now: SimTime,
    /// Events handled so far.
    pub events: u64,
    /// Jobs submitted so far.
    pub submitted: u64,
    /// Jobs whose story has ended.
    pub finished: u64,
    /// Flows under way.
    pub flows: usize,
}

/// What a run says of itself; for the manifest, not for results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct RunStats {
    /// Events handled.
    pub events: u64,
    /// Rounds of decisions.
    pub rounds: u64,
    /// Jobs submitted.
    pub jobs: u64,
    /// Flows started.
    pub flows: u64,
    /// Most jobs in the system at once.
    pub jobs_peak: u64,
    /// Most flows under way at once.
    pub flows_peak: u64,
    /// How long all flows together were under way, in whole seconds; over the length of the run, the mean number of flows at once.
    pub flow_seconds: u64,
    /// When it ended.
    pub end: SimTime,
}
