//! From a scenario file to a checked scenario: form (raw), meaning (check), result (built).
//!
//! [`load`] does it all. Texts (a file, what it includes, CSV tables, `--set`) lie behind each other in one source map; they are
//! merged into one tree in which every value knows its place; the tree is read table by table, so that the errors of all of
//! them come out; then names and ranges are checked.

mod built;
mod check;
mod diagnostic;
mod effective;
mod embedded;
mod figure;
mod inventory;
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
pub use figure::{Anchor, Expectation, Figure, Measure, Whose, unit_of_key};
pub use inventory::{
    Capacity, Circle, Demand, INTERCONNECTION, Inventory, Lines, LoadOf, OfferedLoad, TRUNK, Totals, inventory,
    offered_load, overloads,
};
pub use load::{Input, load, load_raw};
pub use schema::schema;
pub use source::{Location, Source, SourceMap};
