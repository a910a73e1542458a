//! Tables as Parquet: the rows and columns of the CSV files, with types, compressed.
//!
//! Texts are strings with a dictionary, counts 64-bit integers, everything else doubles. No data is a null. Rows are written in groups, so that
//! memory does not follow their number.

mod cells;
mod jobs;
mod table;

#[cfg(test)]
mod tests;

pub use jobs::JobsParquet;

use crate::observe::{
    CenterSummary, ClassSummary, LinkSummary, PoolSummary, ServiceCenterSummary, Summary, TenantGroupSummary,
    TenantSummary, TimelineRow,
};
use serde::Serialize;
use std::io;
use table::{Kind, Table};

/// `centers.parquet`: one row a center.
///
/// # Errors
/// Those of the writer.
pub fn centers_parquet<W: io::Write + Send>(summary: &Summary, writer: W) -> io::Result<()> {
    table(&summary.centers, &CenterSummary::default(), writer)
}

/// `pools.parquet`: one row a pool.
///
/// # Errors
/// Those of the writer.
pub fn pools_parquet<W: io::Write + Send>(summary: &Summary, writer: W) -> io::Result<()> {
    table(&summary.pools, &PoolSummary::default(), writer)
}

/// `links.parquet`: one row a direction of a link.
///
/// # Errors
/// Those of the writer.
pub fn links_parquet<W: io::Write + Send>(summary: &Summary, writer: W) -> io::Result<()> {
    table(&summary.links, &LinkSummary::default(), writer)
}

/// `classes.parquet`: one row a class.
///
/// # Errors
/// Those of the writer.
pub fn classes_parquet<W: io::Write + Send>(summary: &Summary, writer: W) -> io::Result<()> {
    table(&summary.classes, &ClassSummary::default(), writer)
}

/// `services.parquet`: one row a service and center that serves some of it.
///
/// # Errors
/// Those of the writer.
pub fn services_parquet<W: io::Write + Send>(summary: &Summary, writer: W) -> io::Result<()> {
    table(&summary.service_centers, &ServiceCenterSummary::default(), writer)
}

/// `tenants.parquet`: one row a tenant.
///
/// # Errors
/// Those of the writer.
pub fn tenants_parquet<W: io::Write + Send>(tenants: &[TenantSummary], writer: W) -> io::Result<()> {
    table(tenants, &TenantSummary::default(), writer)
}

/// `tenant_groups.parquet`: one row a group of tenants.
///
/// # Errors
/// Those of the writer.
pub fn tenant_groups_parquet<W: io::Write + Send>(summary: &Summary, writer: W) -> io::Result<()> {
    table(&summary.tenant_groups, &TenantGroupSummary::default(), writer)
}

/// `timeline.parquet`: the rows of `timeline.csv`.
///
/// # Errors
/// Those of the writer.
pub fn timeline_parquet<'a, W: io::Write + Send>(
    rows: impl IntoIterator<Item = TimelineRow<'a>>,
    writer: W,
) -> io::Result<()> {
    table(rows, &TimelineRow::default(), writer)
}

/// Rows that are turned into cells at a time.
const ROWS_AT_A_TIME: usize = 1_000;

/// All rows; the columns are those of a row of no data.
fn table<T: Serialize, W: io::Write + Send>(
    rows: impl IntoIterator<Item = T>,
    no_data: &impl Serialize,
    writer: W,
) -> io::Result<()> {
    let columns = cells::columns(no_data)?;
    let kinds: Vec<Kind> = columns.iter().map(|(_, kind)| *kind).collect();
    let mut table = Table::new(writer, columns)?;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        for row in rows.by_ref().take(ROWS_AT_A_TIME) {
            csv.serialize(row)?;
        }
        let bytes = csv.into_inner().map_err(|error| error.into_error())?;
        for row in csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]).into_records() {
            let row = row?;
            let cells = kinds.iter().zip(&row).map(|(kind, text)| cells::cell(*kind, text));
            table.push(&cells.collect::<io::Result<Vec<_>>>()?)?;
        }
    }
    table.finish()
}
