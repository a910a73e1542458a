//! From a scenario file to a checked scenario: form (raw), meaning (check), result (built).

mod built;

pub use built::{Change, Information, PlannedChange, RunPlan, Scenario};
