//! CSV tables whose columns are found by name.

use crate::workload::{Records, unpack};
use csv::{ReaderBuilder, StringRecord};
use std::io::{BufRead, Read};

/// Bytes in a mebibyte.
pub(super) const MEBIBYTE: u64 = 1 << 20;

/// A table that is read row by row.
pub(super) struct Table<'a> {
    reader: csv::Reader<Records<Box<dyn BufRead + 'a>>>,
    rows: u64,
    rows_max: u64,
    header: StringRecord,
    row: csv::ByteRecord,
}

/// A row with its line in the file.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    header: &'a StringRecord,
    cells: &'a csv::ByteRecord,
}

/// A cell that is not what it should be: the column and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrongCell {
    pub(super) column: &'static str,
    pub(super) text: String,
}

impl<'a> Table<'a> {
    /// A table, plain or compressed, that has these columns, and at most so many rows.
    ///
    /// # Errors
    /// The bytes cannot be read, or a column is missing.
    pub(super) fn open<R: Read + 'a>(bytes: R, columns: &[&str], rows_max: u64) -> Result<Self, String> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(Records::new(unpack::text(bytes)?));
        let header = reader.headers().map_err(|error| said(&error))?.clone();
        let header: StringRecord = header.iter().map(|name| name.trim()).collect();
        let missing: Vec<&str> =
            columns.iter().copied().filter(|name| !header.iter().any(|known| known == *name)).collect();
        if !missing.is_empty() {
            let needed = columns.join(", ");
            return Err(format!("line 1: no column {}; the header must name {needed}", missing.join(", ")));
        }
        Ok(Self { reader, rows: 0, rows_max, header, row: csv::ByteRecord::new() })
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// The bytes cannot be read or unpacked, a row is too long, or there are too many.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, String> {
        if !self.reader.read_byte_record(&mut self.row).map_err(|error| said(&error))? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        self.rows += 1;
        if self.rows > self.rows_max {
            return Err(format!("line {line}: more than {} rows", self.rows_max));
        }
        Ok(Some(Row { line, header: &self.header, cells: &self.row }))
    }
}

/// The system's words where the bytes could not be read, else the reader's.
fn said(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

impl Row<'_> {
    /// Whether it has as many cells as the header.
    pub(super) fn whole(&self) -> bool {
        self.cells.len() == self.header.len()
    }

    /// How many cells it has, and how many the header.
    pub(super) fn cells(&self) -> (usize, usize) {
        (self.cells.len(), self.header.len())
    }

    /// The text of a column; empty where there is none.
    pub(super) fn text(&self, column: &str) -> String {
        let at = self.header.iter().position(|name| name == column);
        let bytes = at.and_then(|at| self.cells.get(at)).unwrap_or_default();
        String::from_utf8_lossy(bytes).trim().to_owned()
    }

    /// The whole number of a column, at most `most`; a number such as `12.0` counts as whole.
    pub(super) fn number(&self, column: &'static str, most: u64) -> Result<u64, WrongCell> {
        let text = self.text(column);
        let number = text.strip_suffix(".0").unwrap_or(&text).parse().ok().filter(|number| *number <= most);
        number.ok_or(WrongCell { column, text })
    }

    /// The same, or nothing where the cell is empty.
    pub(super) fn number_or_none(&self, column: &'static str, most: u64) -> Result<Option<u64>, WrongCell> {
        if self.text(column).is_empty() { Ok(None) } else { self.number(column, most).map(Some) }
    }
}
