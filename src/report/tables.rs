//! One CSV a table: the header is the names of the fields, an empty cell is no data.

use crate::observe::{
    CenterSummary, ClassSummary, LinkSummary, PoolSummary, Summary, TenantSummary, Timeline, TimelineRow,
};
use crate::units::SimTime;
use serde::Serialize;
use std::io;

/// `centers.csv`: one row a center.
///
/// # Errors
/// Those of the writer.
pub fn centers_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.centers, &CenterSummary::default(), writer)
}

/// `pools.csv`: one row a pool.
///
/// # Errors
/// Those of the writer.
pub fn pools_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.pools, &PoolSummary::default(), writer)
}

/// `links.csv`: one row a direction of a link.
///
/// # Errors
/// Those of the writer.
pub fn links_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.links, &LinkSummary::default(), writer)
}

/// `classes.csv`: one row a class.
///
/// # Errors
/// Those of the writer.
pub fn classes_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.classes, &ClassSummary::default(), writer)
}

/// `tenants.csv`: one row a tenant, from [`Metrics::tenants`](crate::observe::Metrics::tenants).
///
/// # Errors
/// Those of the writer.
pub fn tenants_csv(tenants: &[TenantSummary], writer: impl io::Write) -> io::Result<()> {
    table(tenants, &TenantSummary::default(), writer)
}

/// `timeline.csv`: one row an interval and center or link direction.
///
/// # Errors
/// Those of the writer.
pub fn timeline_csv(timeline: &Timeline, end: SimTime, writer: impl io::Write) -> io::Result<()> {
    table(&timeline.rows(end), &TimelineRow::default(), writer)
}

/// A table without rows still has its header, taken from a row of no data.
fn table<T: Serialize>(rows: &[T], no_data: &T, writer: impl io::Write) -> io::Result<()> {
    let header = {
        let mut sample = csv::Writer::from_writer(Vec::new());
        sample.serialize(no_data)?;
        let bytes = sample.into_inner().map_err(|error| error.into_error())?;
        bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default().to_vec()
    };
    let mut writer = io::BufWriter::new(writer);
    io::Write::write_all(&mut writer, &header)?;
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(writer);
    for row in rows {
        csv.serialize(row)?;
    }
    csv.flush()
}
