//! One run, measured and audited.

use super::ExperimentError;
use crate::observe::{Auditor, Measured, Metrics, Observer, Summary, Timeline};
use crate::policy::Stack;
use crate::policy::registry::StackSpec;
use crate::rng::Streams;
use crate::scenario::Scenario;
use crate::sim::{Options, Pause, Progress, RunError, RunStats, Simulation};
use crate::units::SimTime;
use crate::workload::Merged;

/// Events between two reports of progress.
const PROGRESS_EVERY: u64 = 4096;

/// What a run gave.
pub struct RunResult {
    /// What was measured, to be summed up to a later end as well.
    pub metrics: Metrics,
    /// The measures up to the run's own end; audited.
    pub summary: Summary,
    /// What the run says of itself.
    pub stats: RunStats,
}

/// Who listens to a run besides the auditor and the metrics.
#[derive(Default)]
pub struct Listeners<'l, 'o> {
    /// A timeline, which is cut from what the metrics integrate.
    pub timeline: Option<&'l mut Timeline>,
    /// Everyone else.
    pub sinks: &'l mut [&'o mut dyn Observer],
    /// Called now and then (every few thousand events) with where the run is.
    pub progress: Option<&'l mut dyn FnMut(&Progress)>,
}

impl<'l, 'o> Listeners<'l, 'o> {
    /// These, and no timeline.
    #[must_use]
    pub fn of(sinks: &'l mut [&'o mut dyn Observer]) -> Self {
        Self { sinks, ..Self::default() }
    }
}

/// Runs a scenario under one stack. The auditor listens first, then the metrics with the timeline, then the other listeners.
///
/// # Errors
/// [`ExperimentError::Stack`] where the stack cannot be built on the platform; [`ExperimentError::Run`] where the run fails, is
/// interrupted, or does not pass the audit.
pub fn run_once(
    scenario: &Scenario,
    stack: &str,
    spec: &StackSpec,
    listeners: Listeners<'_, '_>,
    options: Options<'_>,
) -> Result<RunResult, ExperimentError> {
    let replication = options.replication;
    let streams = Streams::new(options.seed.unwrap_or(scenario.run.seed), replication);
    let policies = spec
        .build(&scenario.platform, &streams)
        .map_err(|problem| ExperimentError::Stack { stack: stack.to_owned(), problem })?;
    let failed = |error| ExperimentError::Run { stack: stack.to_owned(), replication, error };
    let jobs = scenario.source(&streams).map_err(|problem| failed(RunError::Source(problem)))?;
    run_audited(scenario, policies, jobs, listeners, options).map_err(failed)
}

/// Runs jobs on a scenario's platform. The auditor listens first, then the metrics with the timeline, then the other listeners.
///
/// # Errors
/// The run fails, is interrupted, or does not pass the audit.
pub fn run_audited(
    scenario: &Scenario,
    policies: Stack,
    jobs: Merged,
    listeners: Listeners<'_, '_>,
    options: Options<'_>,
) -> Result<RunResult, RunError> {
    let Listeners { timeline, sinks, mut progress } = listeners;
    let mut auditor = Auditor::new(scenario.platform.clone());
    let mut measured = Measured::new(Metrics::new(scenario.platform.clone()), timeline);
    let mut simulation = Simulation::with_source(scenario, jobs, policies, options);
    simulation.add_borrowed_observer(&mut auditor);
    simulation.add_borrowed_observer(&mut measured);
    for sink in sinks {
        simulation.add_borrowed_observer(&mut **sink);
    }
    let stats = loop {
        match (simulation.run_events(PROGRESS_EVERY)?, &mut progress) {
            (Pause::Ended(stats), _) => break stats,
            (_, Some(progress)) => progress(&simulation.progress()),
            (_, None) => {}
        }
    };
    drop(simulation);
    auditor.finish(stats.end)?;
    let metrics = measured.finish();
    let summary = metrics.summary(stats.end);
    auditor.compare(&summary)?;
    Ok(RunResult { metrics, summary, stats })
}

/// What is to be said of a run whose window reaches the end of the clock, [`SimTime::END`]: it did not come to its own end.
#[must_use]
pub fn clock_warning(summary: &Summary) -> Option<String> {
    (summary.window_end_s >= SimTime::END.as_secs_f64()).then(|| {
        "the run ended with the clock, 500 years after its start: jobs that were not done by then are unfinished, and \
         none is submitted later"
            .to_owned()
    })
}

#[cfg(test)]
#[path = "once_tests.rs"]
mod tests;
