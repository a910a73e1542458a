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

/// A table of cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet<'t> {
    /// Names of the columns.
    pub(super) header: Vec<Cell<'t>>,
    /// Rows with as many cells as the header.
    pub(super) rows: Vec<Vec<Cell<'t>>>,
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

/// Reads a CSV text that begins at `base` of the source map; rows that do not fit the header are reported and left out.
pub(super) fn read<'t>(text: &'t str, base: usize, out: &mut Diagnostics) -> Option<Sheet<'t>> {
    let mut cursor = Cursor { text, base, at: 0 };
    let mut sheet: Option<Sheet<'t>> = None;
    while cursor.at < text.len() {
        let row = match cursor.row() {
            Ok(row) => row,
            Err(problem) => {
                out.push(problem);
                return sheet;
            }
        };
        if let [only] = row.as_slice()
            && only.text.is_empty()
        {
            continue;
        }
        match &mut sheet {
            None => sheet = Some(Sheet { header: row, rows: Vec::new() }),
            Some(sheet) if row.len() == sheet.header.len() => sheet.rows.push(row),
            Some(sheet) => out.push(wrong_length(&row, &sheet.header)),
        }
    }
    match &sheet {
        None => out.error(base..base, "the table is empty: its first line must name the columns"),
        Some(sheet) => twice(sheet, out),
    }
    sheet
}

fn wrong_length(row: &[Cell<'_>], header: &[Cell<'_>]) -> Diagnostic {
    let span = match (row.get(header.len()), row.first(), row.last()) {
        (Some(extra), _, Some(last)) => extra.span.start..last.span.end,
        (None, Some(first), Some(last)) => first.span.start..last.span.end,
        _ => 0..0,
    };
    let message = format!("this row has {} cells, the header {}", row.len(), header.len());
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
    fn row(&mut self) -> Result<Vec<Cell<'t>>, Diagnostic> {
        let mut row = Vec::new();
        loop {
            row.push(self.cell()?);
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
        let sheet = read(text, base, &mut out);
        let texts = |row: &Vec<Cell<'_>>| row.iter().map(|cell| cell.text.to_string()).collect();
        let rows =
            sheet.map_or_else(Vec::new, |sheet| std::iter::once(&sheet.header).chain(&sheet.rows).map(texts).collect());
        (rows, out.list.iter().map(|problem| problem.one_line(&out.sources)).collect())
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
    }
}
