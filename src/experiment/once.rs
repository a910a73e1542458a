//! One run, measured and audited.

use super::ExperimentError;
use crate::observe::{Auditor, Metrics, Observer, Summary};
use crate::policy::Stack;
use crate::policy::registry::StackSpec;
use crate::rng::Streams;
use crate::scenario::Scenario;
use crate::sim::{self, Options, RunError, RunStats};
use crate::workload::Merged;

/// What a run gave.
pub struct RunResult {
    /// What was measured, to be summed up to a later end as well.
    pub metrics: Metrics,
    /// The measures up to the run's own end; audited.
    pub summary: Summary,
    /// What the run says of itself.
    pub stats: RunStats,
}

/// Runs a scenario under one stack. The auditor listens first, then the metrics, then `sinks`.
///
/// # Errors
/// [`ExperimentError::Stack`] where the stack cannot be built on the platform; [`ExperimentError::Run`] where the run fails, is
/// interrupted, or does not pass the audit.
pub fn run_once(
    scenario: &Scenario,
    stack: &str,
    spec: &StackSpec,
    sinks: &mut [&mut dyn Observer],
    options: Options<'_>,
) -> Result<RunResult, ExperimentError> {
    let replication = options.replication;
    let streams = Streams::new(options.seed.unwrap_or(scenario.run.seed), replication);
    let policies = spec
        .build(&scenario.platform, &streams)
        .map_err(|problem| ExperimentError::Stack { stack: stack.to_owned(), problem })?;
    let failed = |error| ExperimentError::Run { stack: stack.to_owned(), replication, error };
    let jobs = scenario.source(&streams).map_err(|problem| failed(RunError::Source(problem)))?;
    run_audited(scenario, policies, jobs, sinks, options).map_err(failed)
}

/// Runs jobs on a scenario's platform. The auditor listens first, then the metrics, then `sinks`.
///
/// # Errors
/// The run fails, is interrupted, or does not pass the audit.
pub fn run_audited(
    scenario: &Scenario,
    policies: Stack,
    jobs: Merged,
    sinks: &mut [&mut dyn Observer],
    options: Options<'_>,
) -> Result<RunResult, RunError> {
    let mut auditor = Auditor::new(scenario.platform.clone());
    let mut metrics = Metrics::new(scenario.platform.clone());
    let mut observers: Vec<&mut dyn Observer> = Vec::with_capacity(sinks.len() + 2);
    observers.push(&mut auditor);
    observers.push(&mut metrics);
    for sink in sinks {
        observers.push(&mut **sink);
    }
    let stats = sim::run_source(scenario, jobs, policies, &mut observers, options)?;
    auditor.finish(stats.end)?;
    let summary = metrics.summary(stats.end);
    auditor.compare(&summary)?;
    Ok(RunResult { metrics, summary, stats })
}
