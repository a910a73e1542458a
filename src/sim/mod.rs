//! The driver: the only room that joins engine, model, network and policy.
//!
//! A [`Simulation`] is a checked scenario under one stack of policies. It goes through the run instant by instant and pauses where it is asked
//! to; [`run`] goes through all of it. What happens is in the record stream, which observers get.

mod ahead;
mod changes;
mod course;
mod desk;
mod driver;
mod emit;
mod error;
mod information;
mod intake;
mod life;
mod listener;
mod options;
mod outlook;
mod paths;
mod recorder;
mod services;
mod simulation;
mod slab;
mod storage;
mod transfer;
mod world;

pub use crate::engine::SameInstant;
pub use error::RunError;
pub use options::{Decide, Explain, Options, Progress, Rules, RunStats};
pub use simulation::{Pause, Simulation};

use crate::observe::Observer;
use crate::policy::Stack;
use crate::scenario::Scenario;
use crate::workload::Merged;

/// Runs a scenario under one stack to its end. Observers get every record in order, in batches of some instants; a violation ends the run when its
/// batch is emitted.
///
/// The stack is to be built with the same seed and replication (`options`), so that the draws of policies are part of
/// the run.
///
/// # Errors
/// See [`RunError`].
pub fn run(
    scenario: &Scenario,
    stack: Stack,
    observers: &mut [&mut dyn Observer],
    options: Options<'_>,
) -> Result<RunStats, RunError> {
    to_the_end(Simulation::new(scenario, stack, options)?, observers)
}

/// Runs jobs of another source than the scenario's own, such as a log, on the scenario's platform.
///
/// # Errors
/// See [`RunError`].
pub fn run_source(
    scenario: &Scenario,
    jobs: Merged,
    stack: Stack,
    observers: &mut [&mut dyn Observer],
    options: Options<'_>,
) -> Result<RunStats, RunError> {
    to_the_end(Simulation::with_source(scenario, jobs, stack, options), observers)
}

fn to_the_end<'o>(
    mut simulation: Simulation<'o>,
    observers: &'o mut [&mut dyn Observer],
) -> Result<RunStats, RunError> {
    for observer in observers {
        simulation.add_borrowed_observer(&mut **observer);
    }
    loop {
        if let Pause::Ended(stats) = simulation.advance()? {
            return Ok(stats);
        }
    }
}

#[cfg(test)]
mod tests;
