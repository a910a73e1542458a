//! Listens, never acts: the record stream and what is made of it.

mod record;

pub use record::{Life, Observer, Record, Violation};
