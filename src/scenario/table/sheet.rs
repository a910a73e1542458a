//! CSV text as cells that know their places (RFC 4180; the `csv` crate knows places of rows only).

use crate::scenario::{Diagnostic, Diagnostics};
use std::borrow::Cow;
use std::ops::Range;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell<'t> {
    /// Its bytes in the source map, quotes included.
    pub(super) span: Range<usize>,
    /// Its text without quotes and without blanks around it.
    pub(super) text: Cow<'t, str>,
}

/// The most rows that a table may have.
pub(super) const ROWS_MAX: usize = 1_000_000;

/// Bytes of the longest row.
const ROW_BYTES_MAX: usize = 1 << 20;

/// The head of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet<'t> {
    /// Names of the columns.
    pub(super) header: Vec<Cell<'t>>,
}

/// The rows of a table, one after the other: a large one is never held as cells.
pub(super) struct Rows<'t> {
    cursor: Cursor<'t>,
    columns: usize,
}

impl Sheet<'_> {
    /// The number of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|cell| cell.text == name)
    }

    /// The place of the whole header.
    pub(super) fn header_span(&self) -> Range<usize> {
        match (self.header.first(), self.header.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end,
            _ => 0..0,
        }
    }
}

/// Begins to read a CSV text that begins at `base` of the source map.
pub(super) fn read<'t>(text: &'t str, base: usize, out: &mut Diagnostics) -> Option<(Sheet<'t>, Rows<'t>)> {
    let mut cursor = Cursor { text, base, at: 0 };
    let Some(header) = cursor.next(out) else {
        if !out.has_errors() {
            out.error(base..base, "the table is empty: its first line must name the columns");
        }
        return None;
    };
    let sheet = Sheet { header };
    twice(&sheet, out);
    let columns = sheet.header.len();
    Some((sheet, Rows { cursor, columns }))
}

impl<'t> Rows<'t> {
    /// The next row; `None` at the end. Rows that do not fit the header are reported and left out.
    pub(super) fn next(&mut self, out: &mut Diagnostics) -> Option<Vec<Cell<'t>>> {
        loop {
            let row = self.cursor.next(out)?;
            if row.len() == self.columns {
                return Some(row);
            }
            out.push(wrong_length(&row, self.columns));
        }
    }

    /// Ends the rows where too many are kept.
    pub(super) fn too_many(&mut self, row: &Range<usize>, out: &mut Diagnostics) {
        out.error(row.clone(), format!("the table has more than {ROWS_MAX} rows"));
        self.cursor.at = self.cursor.text.len();
    }
}

fn wrong_length(row: &[Cell<'_>], columns: usize) -> Diagnostic {
    let span = match (row.get(columns), row.first(), row.last()) {
        (Some(extra), _, Some(last)) => extra.span.start..last.span.end,
        (None, Some(first), Some(last)) => first.span.start..last.span.end,
        _ => 0..0,
    };
    let message = format!("this row has {} cells, the header {columns}", row.len());
    Diagnostic::error(span, message).help("write \"...\" around a cell that has a comma")
}

fn twice(sheet: &Sheet<'_>, out: &mut Diagnostics) {
    for (index, cell) in sheet.header.iter().enumerate() {
        if let Some(first) = sheet.header[..index].iter().find(|first| first.text == cell.text) {
            let problem = Diagnostic::error(cell.span.clone(), format!("the column `{}` is there twice", cell.text));
            out.push(problem.other(first.span.clone(), "first here"));
        }
    }
}

struct Cursor<'t> {
    text: &'t str,
    base: usize,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// The next row that is not empty; `None` at the end, and behind what cannot be read.
    fn next(&mut self, out: &mut Diagnostics) -> Option<Vec<Cell<'t>>> {
        while self.at < self.text.len() {
            match self.row() {
                Ok(row) if matches!(row.as_slice(), [only] if only.text.is_empty()) => {}
                Ok(row) => return Some(row),
                Err(problem) => {
                    out.push(problem);
                    self.at = self.text.len();
                }
            }
        }
        None
    }

    fn row(&mut self) -> Result<Vec<Cell<'t>>, Diagnostic> {
        let (mut row, start) = (Vec::new(), self.at);
        loop {
            row.push(self.cell()?);
            if self.at - start > ROW_BYTES_MAX {
                let place = self.place(&(start..start + 1));
                return Err(Diagnostic::error(place, format!("this row is longer than {ROW_BYTES_MAX} bytes")));
            }
            match self.text.as_bytes().get(self.at) {
                Some(b',') => self.at += 1,
                Some(_) => {
                    self.at += 1;
                    return Ok(row);
                }
                None => return Ok(row),
            }
        }
    }

    /// The bytes from here to the next comma or line break, blanks at the ends left out.
    fn plain(&self) -> (Range<usize>, usize) {
        let rest = &self.text[self.at..];
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        let raw = &rest[..end];
        let start = self.at + (raw.len() - raw.trim_start().len());
        (start..start + raw.trim().len(), self.at + end)
    }

    fn cell(&mut self) -> Result<Cell<'t>, Diagnostic> {
        let (span, end) = self.plain();
        if self.text.as_bytes().get(span.start) == Some(&b'"') && !span.is_empty() {
            return self.quoted(span.start);
        }
        self.at = end;
        let text = Cow::Borrowed(&self.text[span.clone()]);
        Ok(Cell { span: self.place(&span), text })
    }

    fn quoted(&mut self, start: usize) -> Result<Cell<'t>, Diagnostic> {
        let mut from = start + 1;
        let end = loop {
            let Some(quote) = self.text[from..].find('"').map(|length| from + length) else {
                return Err(Diagnostic::error(self.place(&(start..start + 1)), "this quote is not closed"));
            };
            if self.text.as_bytes().get(quote + 1) != Some(&b'"') {
                break quote;
            }
            from = quote + 2;
        };
        self.at = end + 1;
        let (after, next) = self.plain();
        if !after.is_empty() {
            let problem = Diagnostic::error(self.place(&after), "text after the closing quote");
            return Err(problem.help("write a quote inside quotes twice: \"\""));
        }
        self.at = next;
        let inner = self.text[start + 1..end].trim();
        let text = if inner.contains("\"\"") { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) };
        Ok(Cell { span: self.place(&(start..end + 1)), text })
    }

    fn place(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.base..span.end + self.base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> (Vec<Vec<String>>, Vec<String>) {
        let mut out = Diagnostics::default();
        let base = out.sources.add("t.csv", text);
        let texts = |row: &[Cell<'_>]| row.iter().map(|cell| cell.text.to_string()).collect();
        let mut table = Vec::new();
        if let Some((sheet, mut rows)) = read(text, base, &mut out) {
            table.push(texts(&sheet.header));
            while let Some(row) = rows.next(&mut out) {
                table.push(texts(&row));
            }
        }
        (table, out.list.iter().map(|problem| problem.one_line(&out.sources)).collect())
    }

    #[test]
    fn cells_are_read_as_they_are_written() {
        let (rows, problems) = cells("a, b ,\"c \"\"x\"\", d\"\r\n\r\n1,\"two\nlines\",\n,,");
        assert_eq!(rows, [["a", "b", "c \"x\", d"], ["1", "two\nlines", ""], ["", "", ""]]);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said_at_its_place() {
        for (text, problem) in [
            ("", "t.csv:1:1: the table is empty"),
            ("\n \n", "t.csv:1:1: the table is empty"),
            ("a,b\n1,2,3\n", "t.csv:2:5: this row has 3 cells, the header 2"),
            ("a,b\n1\n", "t.csv:2:1: this row has 1 cells, the header 2"),
            ("a,b,a\n", "t.csv:1:5: the column `a` is there twice"),
            ("a,b\n1,\"2", "t.csv:2:3: this quote is not closed"),
            ("a,b\n1,\"2\"3\n", "t.csv:2:6: text after the closing quote"),
        ] {
            let (_, problems) = cells(text);
            assert!(problems.len() == 1 && problems[0].starts_with(problem), "{text:?}: {problems:?}");
        }
        for long in [format!("a,b\n{},1\n1,2", "x".repeat(ROW_BYTES_MAX)), format!("a\n{}", ",".repeat(2 << 20))] {
            let (rows, problems) = cells(&long);
            assert_eq!(
                (rows.len(), problems),
                (1, vec!["t.csv:2:1: this row is longer than 1048576 bytes".to_owned()])
            );
        }
    }
}
