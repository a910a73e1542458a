//! A bound on the records of a CSV text, which the `csv` crate does not have.

use std::io::{self, Read};

/// Bytes of the longest record that is read. A record is a line, but a cell in quotes may hold line breaks.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// Where in a record a byte stands, as the `csv` crate sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of a cell.
    Begin,
    /// In a cell without quotes, or behind the closing quote.
    Plain,
    /// In a cell with quotes.
    Quoted,
    /// At a quote within, which ends the cell or is doubled.
    Quote,
}

/// Bytes of a CSV text, refused where a record is longer than [`RECORD_BYTES_MAX`].
#[derive(Debug)]
pub struct Records<R> {
    bytes: R,
    place: Place,
    /// Bytes of the record so far.
    length: usize,
    /// Lines so far, from 1; that of the record's beginning.
    line: u64,
    begin: u64,
}

impl<R: Read> Records<R> {
    /// The records of a text.
    pub const fn new(bytes: R) -> Self {
        Self { bytes, place: Place::Begin, length: 0, line: 1, begin: 1 }
    }

    /// Takes note of a byte; false where the record is too long.
    fn pass(&mut self, byte: u8) -> bool {
        self.line += u64::from(byte == b'\n');
        self.place = match (self.place, byte) {
            (Place::Begin, b'"') | (Place::Quote, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Quoted, _) => Place::Quoted,
            (_, b',') => Place::Begin,
            (_, b'\n' | b'\r') => {
                (self.length, self.begin) = (0, self.line);
                self.place = Place::Begin;
                return true;
            }
            _ => Place::Plain,
        };
        self.length += 1;
        self.length <= RECORD_BYTES_MAX
    }
}

impl<R: Read> Read for Records<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(into)?;
        for byte in &into[..count] {
            if !self.pass(*byte) {
                let text = format!("line {}: longer than {RECORD_BYTES_MAX} bytes", self.begin);
                return Err(io::Error::other(text));
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let mut all = String::new();
        Records::new(text.as_bytes()).read_to_string(&mut all).map_err(|error| error.to_string())?;
        Ok(all)
    }

    #[test]
    fn records_have_a_bound_and_texts_have_none() {
        let long = "x".repeat(RECORD_BYTES_MAX);
        for text in
            [format!("a\n{long}\n{long}\r\n{long}"), format!("a,\"b\"\"\n\"\n{long}"), format!("5\" disk\n{long}")]
        {
            assert_eq!(read(&text).as_ref(), Ok(&text));
        }
        let lines = "1,2\n".repeat(RECORD_BYTES_MAX);
        for (text, line) in [
            (format!("a\n{long}1\n"), 2),
            (format!("a,\"b\"\"\n\"\n{long}1"), 3),
            (format!("a\n1,\"{lines}"), 2),
            (",".repeat(RECORD_BYTES_MAX + 1), 1),
        ] {
            let wanted = format!("line {line}: longer than 1048576 bytes");
            assert_eq!(read(&text), Err(wanted));
        }
    }
}
