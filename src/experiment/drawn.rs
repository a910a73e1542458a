//! Whether a scenario draws anything: one that does not gives the same run in each replication.

use crate::policy::packing::PackingSpec;
use crate::policy::registry::{BrokerSpec, StackSpec};
use crate::rng::Streams;
use crate::scenario::Scenario;
use crate::workload::JobSource;

/// So many jobs are looked at; what is equal until there is taken to draw something behind it.
const JOBS_LOOKED_AT: u64 = 5_000_000;

/// Whether a stack of policies draws random numbers.
#[must_use]
pub const fn policies_draw(stack: &StackSpec) -> bool {
    matches!(stack.broker, BrokerSpec::Random(_) | BrokerSpec::PowerOfTwoChoices(_))
        || matches!(stack.packing, PackingSpec::Random(_))
}

/// Whether the jobs of a scenario differ between two replications. Reads them all where they do not.
///
/// # Errors
/// A source of jobs cannot be read; the text says where and why.
pub fn jobs_draw(scenario: &Scenario) -> Result<bool, String> {
    let jobs = |replication| scenario.source(&Streams::new(scenario.run.seed, replication));
    let (mut one, mut other) = (jobs(0)?, jobs(1)?);
    for _ in 0..JOBS_LOOKED_AT {
        match (one.next_job()?, other.next_job()?) {
            (None, None) => return Ok(false),
            (one, other) if one != other => return Ok(true),
            _ => {}
        }
    }
    Ok(true)
}
