//! Columns of a Parquet file, filled row by row.

use parquet::basic::{Compression, GzipLevel, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// Rows of a group. Readers take groups one at a time, and so do we.
const ROWS_OF_A_GROUP: usize = 100_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Count,
    Number,
}

/// What stands in a row under a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    /// No data.
    None,
    Text(Cow<'a, str>),
    Count(i64),
    Number(f64),
}

/// A column of the rows of the group that is being filled.
struct Column {
    name: String,
    values: Values,
    /// By row: 1 where there are data, else 0.
    levels: Vec<i16>,
}

enum Values {
    /// With the texts met so far: most occur again.
    Text(Vec<ByteArray>, BTreeMap<String, ByteArray>),
    Count(Vec<i64>),
    Number(Vec<f64>),
}

/// A Parquet file that is being written.
pub(super) struct Table<W: io::Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    rows: usize,
}

impl<W: io::Write + Send> Table<W> {
    pub(super) fn new(writer: W, columns: Vec<(String, Kind)>) -> io::Result<Self> {
        let field = |(name, kind): &(String, Kind)| {
            let (physical, logical) = match kind {
                Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Kind::Count => (Physical::INT64, None),
                Kind::Number => (Physical::DOUBLE, None),
            };
            let field = Type::primitive_type_builder(name, physical).with_logical_type(logical);
            field.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
        };
        let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>().map_err(failure)?;
        let schema = Type::group_type_builder("row").with_fields(fields).build().map_err(failure)?;
        // The names of the writer and its version are all that tells two files of the same rows apart.
        let properties = WriterProperties::builder()
            .set_created_by(concat!("eastwest version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::GZIP(GzipLevel::default()))
            .build();
        let writer = SerializedFileWriter::new(writer, Arc::new(schema), Arc::new(properties)).map_err(failure)?;
        let columns = columns.into_iter().map(|(name, kind)| Column {
            name,
            values: match kind {
                Kind::Text => Values::Text(Vec::new(), BTreeMap::new()),
                Kind::Count => Values::Count(Vec::new()),
                Kind::Number => Values::Number(Vec::new()),
            },
            levels: Vec::new(),
        });
        Ok(Self { writer, columns: columns.collect(), rows: 0 })
    }

    /// Adds a row: a cell for each column.
    pub(super) fn push(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        if row.len() != self.columns.len() {
            return Err(io::Error::other(format!("{} cells for {} columns", row.len(), self.columns.len())));
        }
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.push(cell)?;
        }
        self.rows += 1;
        if self.rows >= ROWS_OF_A_GROUP { self.hand_on() } else { Ok(()) }
    }

    /// Writes the rows that are left, and the end of the file.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.hand_on()?;
        }
        let mut writer = self.writer.into_inner().map_err(failure)?;
        writer.flush()
    }

    /// Writes a group of rows.
    fn hand_on(&mut self) -> io::Result<()> {
        let mut group = self.writer.next_row_group().map_err(failure)?;
        for column in &mut self.columns {
            let Some(mut writer) = group.next_column().map_err(failure)? else { break };
            let levels = Some(&column.levels[..]);
            let written = match &mut column.values {
                Values::Text(values, known) => {
                    let written = writer.typed::<ByteArrayType>().write_batch(values, levels, None);
                    values.clear();
                    known.clear();
                    written
                }
                Values::Count(values) => {
                    let written = writer.typed::<Int64Type>().write_batch(values, levels, None);
                    values.clear();
                    written
                }
                Values::Number(values) => {
                    let written = writer.typed::<DoubleType>().write_batch(values, levels, None);
                    values.clear();
                    written
                }
            };
            written.and_then(|_| writer.close()).map_err(failure)?;
            column.levels.clear();
        }
        group.close().map_err(failure)?;
        self.rows = 0;
        Ok(())
    }
}

impl Column {
    fn push(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        match (&mut self.values, cell) {
            (_, Cell::None) => {}
            // An empty cell of the CSV.
            (Values::Text(..), Cell::Text(text)) if text.is_empty() => {
                self.levels.push(0);
                return Ok(());
            }
            (Values::Text(values, known), Cell::Text(text)) => match known.get(&**text) {
                Some(value) => values.push(value.clone()),
                None => {
                    let value = ByteArray::from(&**text);
                    known.insert(text.clone().into_owned(), value.clone());
                    values.push(value);
                }
            },
            (Values::Count(values), Cell::Count(value)) => values.push(*value),
            (Values::Number(values), Cell::Number(value)) => values.push(*value),
            (_, cell) => return Err(io::Error::other(format!("{cell:?} in column {}", self.name))),
        }
        self.levels.push(i16::from(*cell != Cell::None));
        Ok(())
    }
}

/// The error of the file below, where there is one.
fn failure(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        error => io::Error::other(error),
    }
}
