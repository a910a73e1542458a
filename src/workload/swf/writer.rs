//! Records to lines.

use super::reader::SwfHeader;
use super::record::{Kilobytes, SwfRecord};
use crate::units::seconds_text;
use std::io::{self, Write};

/// Writes a log in the Standard Workload Format.
#[derive(Debug)]
pub struct SwfWriter<W: Write> {
    out: W,
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
        Ok(Self { out })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&mut self, r: &SwfRecord) -> io::Result<()> {
        let time = |value: Option<u64>| value.map_or_else(|| "-1".to_owned(), seconds_text);
        let small = |value: Option<u32>| value.map_or(-1, i64::from);
        let memory = |value: Option<Kilobytes>| value.map_or(-1, |kb| i128::from(kb.0));
        writeln!(
            self.out,
            "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
            r.number,
            seconds_text(r.submit),
            time(r.wait),
            time(r.run),
            small(r.processors),
            time(r.cpu_time),
            memory(r.memory),
            small(r.requested_processors),
            time(r.requested_time),
            memory(r.requested_memory),
            small(r.status),
            small(r.user),
            small(r.group),
            small(r.executable),
            small(r.queue),
            small(r.partition),
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
