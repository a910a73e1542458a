//! Cells with types, from the texts of the CSV writer: both files hold the same to the last digit.

use super::table::{Cell, Kind};
use serde::Serialize;
use std::borrow::Cow;
use std::io;

/// Columns of texts; in all others the row of no data has a number, and what it leaves empty are doubles.
const TEXTS: [&str; 14] = [
    "center", "class", "from", "kind", "link", "name", "operator", "pool", "province", "service", "side", "tenant",
    "tier", "to",
];

/// The columns of a row of no data.
pub(super) fn columns(no_data: &impl Serialize) -> io::Result<Vec<(String, Kind)>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.serialize(no_data)?;
    let bytes = csv.into_inner().map_err(|error| error.into_error())?;
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let names = reader.headers()?.clone();
    let row = reader.records().next().transpose()?.unwrap_or_default();
    let kind = |(name, cell): (&str, &str)| {
        let kind = match cell {
            _ if TEXTS.contains(&name) => Kind::Text,
            // A whole number without a point is no double.
            count if count.parse::<i64>().is_ok() => Kind::Count,
            _ => Kind::Number,
        };
        (name.to_owned(), kind)
    };
    Ok(names.iter().zip(&row).map(kind).collect())
}

/// A text as the cell of a column.
pub(super) fn cell(kind: Kind, text: &str) -> io::Result<Cell<'_>> {
    let wrong = || io::Error::other(format!("\"{text}\" is no number of 64 bits"));
    Ok(match kind {
        _ if text.is_empty() => Cell::None,
        Kind::Text => Cell::Text(Cow::Borrowed(text)),
        Kind::Count => Cell::Count(text.parse().map_err(|_| wrong())?),
        Kind::Number => Cell::Number(text.parse().map_err(|_| wrong())?),
    })
}
