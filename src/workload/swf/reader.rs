//! Lines to records.

use super::header::SwfHeader;
use super::id::Names;
use super::plain;
use super::record::SwfRecord;
use super::report::{Notice, ReadReport};
use crate::workload::unpack::{UTF8_MARK, refuse_utf16};
use flate2::bufread::MultiGzDecoder;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};

/// Longer lines are skipped, so that a file without line ends does not fill the memory.
const LINE_MAX: u64 = 1 << 20;
type Start<R> = Chain<Cursor<Vec<u8>>, R>;

/// Plain or compressed bytes.
enum Bytes<R: Read> {
    Plain(BufReader<Start<R>>),
    Gzip(BufReader<MultiGzDecoder<BufReader<Start<R>>>>),
}

impl<R: Read> Bytes<R> {
    /// One line with its end, at most `LINE_MAX` bytes of it; whether it was longer.
    fn line(&mut self, into: &mut Vec<u8>) -> std::io::Result<bool> {
        match self {
            Self::Plain(bytes) => line(bytes, into),
            Self::Gzip(bytes) => line(bytes, into),
        }
    }

    /// Reads a plain line that is wholly in the buffer; false and nothing done otherwise.
    fn plain(&mut self, into: &mut SwfRecord) -> bool {
        match self {
            Self::Plain(bytes) => plain_line(bytes, into),
            Self::Gzip(bytes) => plain_line(bytes, into),
        }
    }
}

fn plain_line(bytes: &mut impl BufRead, into: &mut SwfRecord) -> bool {
    // An error comes again where the line is read in the careful way.
    let length = bytes.fill_buf().ok().and_then(|buffer| plain::scan(buffer, into));
    length.map(|length| bytes.consume(length)).is_some()
}

fn line(bytes: &mut impl BufRead, into: &mut Vec<u8>) -> std::io::Result<bool> {
    into.clear();
    bytes.by_ref().take(LINE_MAX).read_until(b'\n', into)?;
    if into.len() < LINE_MAX as usize || into.last() == Some(&b'\n') {
        return Ok(false);
    }
    let mut more = Vec::new();
    loop {
        more.clear();
        let count = bytes.by_ref().take(LINE_MAX).read_until(b'\n', &mut more)?;
        if count == 0 || more.last() == Some(&b'\n') {
            return Ok(true);
        }
    }
}

/// A log as a stream of records in the order of its lines.
pub struct SwfReader<R: Read> {
    bytes: Bytes<R>,
    line: Vec<u8>,
    header: SwfHeader,
    report: ReadReport,
    names: Names,
    /// The record read last: records are large, and nobody but who asks gets a copy.
    record: SwfRecord,
    /// The line of the first record, until that is asked for.
    first: Option<u64>,
}

impl<R: Read> SwfReader<R> {
    /// Opens a log, plain or gzip (known by its first bytes), and reads its header up to the first record.
    ///
    /// # Errors
    /// The bytes cannot be read or unpacked; the text says at which line.
    pub fn new(mut bytes: R) -> Result<Self, String> {
        let mut start = Vec::new();
        bytes.by_ref().take(2).read_to_end(&mut start).map_err(|e| format!("line 1: {e}"))?;
        let gzip = start == [0x1F, 0x8B];
        let bytes = BufReader::with_capacity(1 << 16, Cursor::new(start).chain(bytes));
        let bytes = if gzip {
            Bytes::Gzip(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(bytes)))
        } else {
            Bytes::Plain(bytes)
        };
        let (header, report) = (SwfHeader::default(), ReadReport::default());
        let record = SwfRecord::default();
        let mut this = Self { bytes, line: Vec::new(), header, report, names: Names::default(), record, first: None };
        this.first = this.read()?;
        Ok(this)
    }

    /// The comments so far: all before the first record, and those met since.
    #[must_use]
    pub const fn header(&self) -> &SwfHeader {
        &self.header
    }

    /// What happened so far.
    #[must_use]
    pub const fn report(&self) -> &ReadReport {
        &self.report
    }

    /// The names met so far in fields that name users, groups, applications, queues and partitions.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The record read last, and what is said of lines: later steps have something to say too.
    pub(super) const fn last(&mut self) -> (&SwfRecord, &mut ReadReport) {
        (&self.record, &mut self.report)
    }

    /// The next record and the number of its line, `None` at the end.
    ///
    /// # Errors
    /// The bytes cannot be read or unpacked; the text says after which line.
    pub fn next_record(&mut self) -> Result<Option<(u64, SwfRecord)>, String> {
        Ok(self.advance()?.map(|line| (line, self.record.clone())))
    }

    /// Reads on to the next record: the number of its line, `None` at the end.
    pub(super) fn advance(&mut self) -> Result<Option<u64>, String> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.read(),
        }
    }

    fn read(&mut self) -> Result<Option<u64>, String> {
        loop {
            let number = self.report.lines + 1;
            if self.bytes.plain(&mut self.record) {
                self.report.lines = number;
                self.report.records += 1;
                return Ok(Some(number));
            }
            let cut = self.bytes.line(&mut self.line).map_err(|e| format!("line {number}: {e}"))?;
            if self.line.is_empty() {
                return Ok(None);
            }
            self.report.lines = number;
            if cut {
                self.report.skip(Notice::TooLong, number, &self.line);
                continue;
            }
            let mut text = self.line.as_slice();
            if number == 1 {
                refuse_utf16(text)?;
                text = text.strip_prefix(UTF8_MARK).unwrap_or(text);
            }
            let text = text.trim_ascii();
            match text.first() {
                None => {}
                Some(b';' | b'#') => self.header.add(&text[1..]),
                Some(_) => {
                    if let Some(record) = SwfRecord::parse(text, number, &mut self.names, &mut self.report) {
                        self.report.records += 1;
                        self.record = record;
                        return Ok(Some(number));
                    }
                }
            }
        }
    }
}
