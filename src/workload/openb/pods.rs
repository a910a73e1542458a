//! The table of pods.

use super::report::{PodNotice, PodReport};
use super::table::{MEBIBYTE, Row, Table};
use std::collections::BTreeSet;
use std::io::Read;

/// Columns that must be there; without `gpu_spec` any model will do, without times there is no replay in time.
const COLUMNS: [&str; 5] = ["name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"];

/// The most pods that are read.
const PODS_MAX: u64 = 10_000_000;
/// The most cores that are read, in thousandths.
const CORES_MAX: u64 = u32::MAX as u64;
/// The latest time that is read, in seconds: 292 years.
const SECONDS_MAX: u64 = 9_200_000_000;
/// The most cards that are read: more than any node has, so that such a pod is turned away, not misread.
const CARDS_READ_MAX: u64 = 1000;

/// A pod as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenbPod {
    /// Its name.
    pub name: String,
    /// Its line in the table.
    pub line: u64,
    /// Thousandths of cores.
    pub cores_milli: u32,
    /// Bytes of memory.
    pub memory: u64,
    /// Thousandths of accelerators: a share of one card, or whole cards.
    pub accelerators_milli: u32,
    /// Models that will do, in alphabetical order; empty: any.
    pub models: Vec<String>,
    /// Its quality of service; empty where the table does not say.
    pub qos: String,
    /// When it was submitted, in seconds.
    pub created: Option<u64>,
    /// When it was gone.
    pub deleted: Option<u64>,
    /// When it was started; `None` where it never was.
    pub scheduled: Option<u64>,
}

/// Reads a table of pods, in the order of the file; what cannot be read is skipped and counted.
///
/// # Errors
/// The bytes cannot be read, or a column is missing.
pub fn read_pods<R: Read>(bytes: R) -> Result<(Vec<OpenbPod>, PodReport), String> {
    let mut table = Table::open(bytes, &COLUMNS, PODS_MAX)?;
    let (mut pods, mut names, mut report) = (Vec::new(), BTreeSet::new(), PodReport::default());
    while let Some(row) = table.next()? {
        report.rows += 1;
        match pod(&row, &mut report) {
            Ok(pod) if !names.insert(pod.name.clone()) => report.note(PodNotice::NameTwice, row.line),
            Ok(pod) => pods.push(pod),
            Err(notice) => report.note(notice, row.line),
        }
    }
    Ok((pods, report))
}

fn pod(row: &Row<'_>, report: &mut PodReport) -> Result<OpenbPod, PodNotice> {
    if !row.whole() {
        return Err(PodNotice::WrongLength);
    }
    let unreadable = |_| PodNotice::Unreadable;
    // Lossless: bounded.
    let cores_milli = row.number("cpu_milli", CORES_MAX).map_err(unreadable)? as u32;
    let memory = row.number("memory_mib", u64::MAX / MEBIBYTE - 1).map_err(unreadable)? * MEBIBYTE;
    let cards = row.number("num_gpu", CARDS_READ_MAX).map_err(unreadable)? as u32;
    let each = row.number_or_none("gpu_milli", CORES_MAX).map_err(unreadable)?.unwrap_or(0);
    let (name, qos) = (row.text("name"), row.text("qos"));
    if name.is_empty() {
        return Err(PodNotice::Unreadable);
    }
    let accelerators_milli = match (cards, each) {
        (0, _) => 0,
        (_, 0) => return Err(PodNotice::NothingOfCards),
        (1, share @ 1..1000) => share as u32,
        (_, 1..1000) => return Err(PodNotice::SharesOfSeveral),
        (_, 1000) => cards * 1000,
        _ => {
            report.note(PodNotice::MoreThanCards, row.line);
            cards * 1000
        }
    };
    let spec = if cards > 0 { row.text("gpu_spec") } else { String::new() };
    let models: BTreeSet<&str> = spec.split('|').map(str::trim).filter(|model| !model.is_empty()).collect();
    let mut time = |column| {
        row.number_or_none(column, SECONDS_MAX).unwrap_or_else(|_| {
            report.note(PodNotice::TimeUnreadable, row.line);
            None
        })
    };
    let (created, deleted, scheduled) = (time("creation_time"), time("deletion_time"), time("scheduled_time"));
    let models = models.into_iter().map(str::to_owned).collect();
    let line = row.line;
    Ok(OpenbPod { name, line, cores_milli, memory, accelerators_milli, models, qos, created, deleted, scheduled })
}
