//! The driver: the only room that joins engine, model, network and policy.

mod error;
mod options;

pub use error::RunError;
pub use options::{Options, Progress, RunStats};

use crate::observe::Observer;
use crate::policy::Stack;
use crate::scenario::Scenario;

/// Runs a scenario under one stack to its end. Observers get every record in order.
///
/// # Errors
/// See [`RunError`].
pub fn run(
    scenario: &Scenario,
    stack: Stack,
    observers: &mut [&mut dyn Observer],
    options: Options<'_>,
) -> Result<RunStats, RunError> {
    let _ = (scenario, stack, observers, options);
    Err(RunError::Source("not built yet".to_owned()))
}
