//! The driver: the only room that joins engine, model, network and policy.
//!
//! [`run`] takes a checked scenario and one stack of policies and goes through the run, instant by instant; whoever
//! wants to know what happened listens to the record stream.

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
mod options;
mod outlook;
mod paths;
mod recorder;
mod services;
mod slab;
mod storage;
mod transfer;
mod world;

pub use crate::engine::SameInstant;
pub use error::RunError;
pub use options::{Decide, Explain, Options, Progress, Rules, RunStats};

use crate::observe::Observer;
use crate::policy::Stack;
use crate::rng::Streams;
use crate::scenario::Scenario;
use crate::workload::Merged;
use driver::Driver;
use emit::Emit;
use world::World;

/// Runs a scenario under one stack to its end. Observers get every record in order, in batches of some instants; a violation ends the run when its
/// batch is told.
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
    let streams = Streams::new(options.seed.unwrap_or(scenario.run.seed), options.replication);
    let jobs = scenario.source(&streams).map_err(RunError::Source)?;
    run_source(scenario, jobs, stack, observers, options)
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
    run_in_batches(scenario, jobs, stack, Emit::new(observers, emit::BATCH), options)
}

fn run_in_batches(
    scenario: &Scenario,
    jobs: Merged,
    stack: Stack,
    out: Emit<'_, '_>,
    options: Options<'_>,
) -> Result<RunStats, RunError> {
    let world = World::new(scenario, options.rules.same_instant);
    let mut driver = Driver::new(scenario, world, stack, out, jobs, options);
    let ended = driver.run();
    // What happened before the run came to a stop is told, and a violation in it comes first.
    driver.out.flush(&driver.world.jobs)?;
    ended?;
    Ok(driver.world.stats)
}

#[cfg(test)]
mod tests;
