//! A real log on one machine, without a scenario: what published schedules are compared with.
//!
//! The machine is one center with one pool: a single node of so many cores where reservations are counted, so many nodes of
//! one core where they hold nodes by number. Times are the log's own.

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
use crate::scenario::Scenario;
use crate::sim::{Options, RunError};

/// Replays a log on its machine.
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
    run_audited(scenario, policy.stack(), log.jobs, listeners, Options { rules: policy.rules, ..options })
}

#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;
