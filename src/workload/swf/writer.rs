//! Records to lines.

use super::header::SwfHeader;
use super::id::{Names, SwfId};
use super::record::{Kilobytes, SwfRecord};
use crate::units::seconds_text;
use std::io::{self, Write};

/// Writes a log in the Standard Workload Format.
#[derive(Debug)]
pub struct SwfWriter<W: Write> {
    out: W,
    names: Names,
}

impl<W: Write> SwfWriter<W> {
    /// Begins a log with the comments of a header.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(mut out: W, header: &SwfHeader) -> io::Result<Self> {
        for comment in &header.comments {
            writeln!(out, "; {comment}")?;
        }
        Ok(Self { out, names: Names::default() })
    }

    /// The names that records refer to.
    #[must_use]
    pub fn naming(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// Writes one record.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&mut self, r: &SwfRecord) -> io::Result<()> {
        let time = |value: Option<u64>| value.map_or_else(|| "-1".to_owned(), seconds_text);
        let small = |value: Option<u32>| value.map_or(-1, i64::from);
        let id = |value: Option<SwfId>| value.map_or_else(|| "-1".to_owned(), |id| self.names.text(id));
        let memory = |value: Option<Kilobytes>| value.map_or(-1, |kb| i128::from(kb.0));
        writeln!(
            self.out,
            "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
            r.number,
            time(r.submitted()),
            time(r.wait),
            time(r.run),
            small(r.processors),
            time(r.cpu_time),
            memory(r.memory),
            small(r.requested_processors),
            time(r.requested_time),
            memory(r.requested_memory),
            small(r.status),
            id(r.user),
            id(r.group),
            id(r.executable),
            id(r.queue),
            id(r.partition),
            r.preceding.map_or(-1, i128::from),
            time(r.think_time),
        )
    }

    /// Flushes and gives the writer back.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
