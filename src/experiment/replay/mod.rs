//! A real log on one machine, without a scenario: what published schedules are compared with.
//!
//! The machine is one center with one pool: a single node of so many cores where reservations are counted, so many nodes of
//! one core where they hold nodes by number. Times are the log's own, and what is measured is the log's window: from the first submission
//! taken to the last end, whenever the log's clock began.

pub mod gpu;
mod log;
mod machine;
mod policy;
mod swf_log;

pub use log::{Log, read_batsim, read_swf, swf_processors};
pub use machine::machine;
pub use policy::{Backfill, ReplayPolicy, Ruleset};
pub use swf_log::SwfLog;

use super::{Listeners, RunResult, run_audited};
use crate::scenario::{RunPlan, Scenario};
use crate::sim::{Options, RunError};
use crate::units::SimDuration;
use crate::workload::Merged;

/// A scenario whose measuring window opens with the first submission of these jobs.
///
/// # Errors
/// The first job cannot be read.
fn from_first(scenario: &Scenario, jobs: &mut Merged) -> Result<Scenario, RunError> {
    let first = jobs.next_submission().map_err(RunError::Source)?.unwrap_or_default();
    let run = RunPlan { warm_up: SimDuration(first.0), ..scenario.run.clone() };
    Ok(Scenario { run, ..scenario.clone() })
}

/// Replays a log on its machine. The measuring window opens with the first submission; the timeline of `listeners` begins there too, if it
/// is [`crate::observe::Timeline::coarse`].
///
/// # Errors
/// The run fails.
pub fn replay(
    scenario: &Scenario,
    log: Log,
    policy: &ReplayPolicy,
    listeners: Listeners<'_, '_>,
    options: Options<'_>,
) -> Result<RunResult, RunError> {
    let mut jobs = log.jobs;
    let scenario = from_first(scenario, &mut jobs)?;
    run_audited(&scenario, policy.stack(), jobs, listeners, Options { rules: policy.rules, ..options })
}

#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;
