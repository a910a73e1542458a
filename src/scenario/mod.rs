//! From a scenario file to a checked scenario: form (raw), meaning (check), result (built).

mod built;
mod diagnostic;
pub mod raw;
mod source;

pub use built::{Change, Information, PlannedChange, RunPlan, Scenario};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use source::{Location, Source, SourceMap};
