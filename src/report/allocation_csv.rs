//! `allocation.csv`: how full a cluster gets as pods arrive.

use std::io::{self, Write};

/// One whole percent of arrivals. The columns are defined in the [`glossary`](crate::observe::glossary()).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AllocationRow {
    /// Accelerators asked for by pods that have arrived, in whole percent of the capacity.
    pub arrived_pct: u64,
    /// Accelerators held, in percent of the capacity: the mean over the pods that arrived at this percent, to the nearest.
    pub allocated_pct: f64,
    /// Fragmented part of the accelerators that are free, in percent; `None` where none is free or no pod is typical.
    pub fragmentation_pct: Option<f64>,
}

/// Writes the curve of a fill.
///
/// # Errors
/// What the writer says.
pub fn allocation_csv<W: Write>(rows: &[AllocationRow], mut out: W) -> io::Result<()> {
    writeln!(out, "arrived_pct,allocated_pct,fragmentation_pct")?;
    for row in rows {
        let fragmentation = row.fragmentation_pct.map(|share| format!("{share:.4}")).unwrap_or_default();
        writeln!(out, "{},{:.4},{fragmentation}", row.arrived_pct, row.allocated_pct)?;
    }
    out.flush()
}
