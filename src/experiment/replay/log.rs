//! Logs as sources of jobs for one machine.

use crate::model::{ClassId, ConstraintId, SiteId, TenantId};
use crate::rng::Streams;
use crate::workload::batsim::{BatsimMapping, BatsimWorkload};
use crate::workload::swf::{PROCESSOR, ReadReport, Survey, SwfHeader, SwfMapping, SwfOptions, SwfReader, SwfSource};
use crate::workload::{Merged, Weighted};
use std::io::Read;

/// A log that has been read.
pub struct Log {
    /// Its jobs, in the order of submission.
    pub jobs: Merged,
    /// How many processors its header names, if any.
    pub processors: Option<u32>,
    /// Its users, ascending; at least one.
    pub users: Vec<u32>,
    /// What was skipped, repaired or filtered; empty for formats that refuse instead.
    pub report: ReadReport,
}

/// Reads a log in the Standard Workload Format, plain or compressed, sorted or not, at 28 bytes a job, 56 where times are
/// not whole seconds.
///
/// # Errors
/// The bytes cannot be read or unpacked, or the options make no sense.
pub fn read_swf<R: Read>(bytes: R, options: &SwfOptions) -> Result<Log, String> {
    let mut users = Vec::new();
    let mut report = ReadReport::default();
    let mapping = |survey: &Survey| {
        users.extend(survey.users.iter().copied());
        report.clone_from(&survey.report);
        SwfMapping {
            class: ClassId(0),
            name: "log".to_owned(),
            queues: Vec::new(),
            tenant: TenantId(0),
            users: users.clone(),
            tenants: u32::MAX,
            task: PROCESSOR,
            priority: 0,
            round_trip: None,
            origin: vec![Weighted { value: SiteId(0), weight: 1.0 }],
            constraint: ConstraintId(0),
            flex: None,
        }
    };
    let source = SwfSource::sorted(bytes, options, mapping, &Streams::new(0, 0))?;
    let processors = processors_of(source.header());
    if users.is_empty() {
        users.push(0);
    }
    Ok(Log { jobs: Merged::new(vec![Box::new(source)], None), processors, users, report })
}

/// How many processors the header of a log names.
///
/// # Errors
/// The bytes cannot be read or unpacked.
pub fn swf_processors<R: Read>(bytes: R) -> Result<Option<u32>, String> {
    SwfReader::new(bytes).map(|reader| processors_of(reader.header()))
}

fn processors_of(header: &SwfHeader) -> Option<u32> {
    let label = |name: &str| header.number(name).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
    label("MaxProcs").or_else(|| label("MaxNodes"))
}

/// Reads a workload of Batsim with `delay` profiles.
///
/// # Errors
/// The text is not of this form, or a job cannot be run; the job is named.
pub fn read_batsim<R: Read>(bytes: R) -> Result<Log, String> {
    let mapping =
        BatsimMapping { class: ClassId(0), tenant: TenantId(0), origin: SiteId(0), constraint: ConstraintId(0) };
    let workload = BatsimWorkload::read(bytes, mapping)?;
    let processors = workload.machines;
    let jobs = Merged::new(vec![Box::new(workload.into_source())], None);
    Ok(Log { jobs, processors, users: vec![0], report: ReadReport::default() })
}
