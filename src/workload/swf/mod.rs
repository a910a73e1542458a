//! The Standard Workload Format of the Parallel Workloads Archive (Chapin et al. 1999, version 2.2): 18 fields a line,
//! comments after `;`, -1 for what is not known.
//!
//! [`SwfReader`] gives out one record after the other, in memory that does not grow with the log, from plain or gzip
//! bytes. Nothing is silently dropped: each line that was skipped, repaired or filtered is counted by reason in a
//! [`ReadReport`], with the numbers of the first such lines. [`SwfSource`] turns records into jobs, [`survey`] looks
//! through a log first (is it sorted, who are its users), and [`SwfWriter`] writes a log.

mod header;
mod id;
mod kept;
mod options;
mod parts;
mod plain;
mod plan;
mod reader;
mod record;
mod report;
mod source;
mod writer;

pub use header::SwfHeader;
pub use id::{Names, SwfId};
pub use options::{Clock, SwfFilter, SwfOptions};
pub use plan::{Hashed, SwfBytes, SwfPlan};
pub use reader::SwfReader;
pub use record::{Kilobytes, SwfRecord};
pub use report::{Field, Notice, NoticeCount, ReadReport};
pub use source::{PROCESSOR, Survey, SwfMapping, SwfSource, survey};
pub use writer::SwfWriter;

#[cfg(test)]
mod tests;
