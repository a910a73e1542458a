//! From a scenario file to a checked scenario: form (raw), meaning (check), result (built).

mod built;
mod check;
mod diagnostic;
mod effective;
mod embedded;
mod load;
pub mod raw;
mod schema;
mod source;
mod table;
mod tree;

pub use built::{Change, Information, PlannedChange, RunPlan, Scenario};
pub use check::check;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use effective::effective;
pub use embedded::embedded;
pub use load::{Input, load_raw};
pub use schema::schema;
pub use source::{Location, Source, SourceMap};
