//! Listens, never acts: the record stream and what is made of it.

pub mod audit;
mod record;

pub use audit::Auditor;
pub use record::{Life, Observer, Record, Violation};
