//! Where jobs come from: a sorted stream of submissions.

mod ahead;
pub mod batsim;
mod merged;
pub mod openb;
mod plan;
mod records;
mod regular;
pub mod swf;
mod synthetic;
mod unpack;

pub use merged::{Listed, Merged, source};
pub use plan::{Arrivals, Bounded, ClassPlan, Distribution, InputPlan, OutputPlan, RequestedPlan, Weighted, WorkPlan};
pub use records::{RECORD_BYTES_MAX, Records};
pub use regular::open_regular;
pub use synthetic::Generator;

use crate::model::Job;

/// A stream of jobs in the order of their submission. Numbers are given out by the merged stream.
pub trait JobSource: Send {
    /// The next job, `None` at the end.
    ///
    /// # Errors
    /// A source that reads a file can fail in the middle; the text says where and why. Nothing is to be asked of it after that.
    fn next_job(&mut self) -> Result<Option<Job>, String>;

    /// A source that goes on from here with the same jobs, for a fork of the run. One that does not say how cannot be copied.
    ///
    /// # Errors
    /// Why it cannot be copied.
    fn copied(&self) -> Result<Box<dyn JobSource>, String> {
        Err("a source of jobs cannot be copied".to_owned())
    }
}

#[cfg(test)]
pub(crate) mod traces;
