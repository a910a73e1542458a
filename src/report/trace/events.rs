//! Events of the Trace Event Format, one a line.

use crate::report::decimal::decimal;
use crate::units::SimTime;
use std::io;

/// Events are handed on in pieces of about this size.
const PIECE: usize = 1 << 16;

/// A process and a thread of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Track {
    pub(super) process: u32,
    pub(super) thread: u32,
}

/// Writes events. Slices are pairs of a begin and an end: an instant is the same text wherever it stands, so that no reader's
/// arithmetic makes neighbors overlap. Of one instant, what stands first in the file comes first.
#[derive(Debug)]
pub(super) struct Events<W> {
    writer: W,
    buffer: Vec<u8>,
    any: bool,
}

impl<W: io::Write> Events<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, buffer: Vec::with_capacity(PIECE + 1024), any: false }
    }

    /// Something before or after the events.
    pub(super) fn raw(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Writes all that is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.write_all(&self.buffer)?;
        self.writer.flush()
    }

    fn event(&mut self, phase: char, process: u32, thread: Option<u32>, at: Option<SimTime>) -> io::Result<()> {
        if self.buffer.len() >= PIECE {
            self.writer.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        self.raw(if self.any { ",\n{\"ph\":\"" } else { "\n{\"ph\":\"" });
        self.any = true;
        self.buffer.push(phase as u8);
        self.raw("\",\"pid\":");
        decimal(&mut self.buffer, process.into(), 0);
        if let Some(thread) = thread {
            self.raw(",\"tid\":");
            decimal(&mut self.buffer, thread.into(), 0);
        }
        if let Some(at) = at {
            // Microseconds with all of the nanoseconds.
            self.raw(",\"ts\":");
            decimal(&mut self.buffer, at.0.into(), 3);
        }
        Ok(())
    }

    fn text(&mut self, key: &str, text: &str) {
        self.raw(",\"");
        self.raw(key);
        self.raw("\":");
        self.raw(&json_text(text));
    }

    /// A name or another fact of a process or a thread; `value` is JSON.
    pub(super) fn fact(
        &mut self,
        process: u32,
        thread: Option<u32>,
        fact: &str,
        key: &str,
        value: &str,
    ) -> io::Result<()> {
        self.event('M', process, thread, None)?;
        self.text("name", fact);
        self.raw(",\"args\":{\"");
        self.raw(key);
        self.raw("\":");
        self.raw(value);
        self.raw("}}");
        Ok(())
    }

    /// A slice begins; `facts` are the members of a JSON object, or nothing.
    pub(super) fn begin(
        &mut self,
        track: Track,
        at: SimTime,
        category: &str,
        name: &str,
        facts: &str,
    ) -> io::Result<()> {
        self.event('B', track.process, Some(track.thread), Some(at))?;
        self.text("cat", category);
        self.text("name", name);
        if !facts.is_empty() {
            self.raw(",\"args\":{");
            self.raw(facts);
            self.raw("}");
        }
        self.raw("}");
        Ok(())
    }

    /// The slice that began last on this track ends.
    pub(super) fn end(&mut self, track: Track, at: SimTime) -> io::Result<()> {
        self.event('E', track.process, Some(track.thread), Some(at))?;
        self.raw("}");
        Ok(())
    }

    /// An arrow leaves or reaches the slice that is open on this track.
    pub(super) fn arrow(&mut self, track: Track, at: SimTime, number: u64, arrives: bool) -> io::Result<()> {
        self.event(if arrives { 'f' } else { 's' }, track.process, Some(track.thread), Some(at))?;
        self.raw(",\"cat\":\"transfer\",\"name\":\"transfer\",\"id\":");
        decimal(&mut self.buffer, number.into(), 0);
        self.raw(if arrives { ",\"bp\":\"e\"}" } else { "}" });
        Ok(())
    }

    /// A counter of a process from now on.
    pub(super) fn counter(&mut self, process: u32, at: SimTime, name: &str, unit: &str, value: f64) -> io::Result<()> {
        self.event('C', process, None, Some(at))?;
        self.text("name", name);
        self.raw(",\"args\":{\"");
        self.raw(unit);
        self.raw("\":");
        self.raw(&serde_json::Value::from(value).to_string());
        self.raw("}}");
        Ok(())
    }
}

/// A text as it stands in JSON.
pub(super) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
