//! From a scenario file to a checked scenario: form (raw), meaning (check), result (built).

mod built;
pub mod raw;

pub use built::{Change, Information, PlannedChange, RunPlan, Scenario};
