//! Logs as sources of jobs for one machine.

use crate::model::{ClassId, ConstraintId, SiteId, TenantId};
use crate::rng::Streams;
use crate::workload::batsim::{BatsimMapping, BatsimWorkload};
use crate::workload::swf::{PROCESSOR, Survey, SwfMapping, SwfOptions, SwfReader, SwfSource};
use crate::workload::{Merged, Weighted};
use std::io::Read;

/// A log that has been read.
pub struct Log {
    /// Its jobs, in the order of submission; at least one.
    pub jobs: Merged,
    /// How many processors its header names, if any; the header line where that number cannot be read for sure.
    pub processors: Result<Option<u32>, String>,
    /// Its users, numbers ascending, then names by their first appearance; at least one.
    pub users: Vec<String>,
    /// What was read, in a line.
    pub read: String,
    /// What was skipped, repaired, filtered or ignored: a text for each reason.
    pub notes: Vec<String>,
}

/// Reads a log in the Standard Workload Format, plain or compressed, sorted or not, at 28 bytes a job, 56 where times are
/// not whole seconds.
///
/// # Errors
/// The bytes cannot be read or unpacked, no job can be run (why, and the first strange line), or the options make no sense.
pub fn read_swf<R: Read>(bytes: R, options: &SwfOptions) -> Result<Log, String> {
    let mut found = Survey::default();
    let mapping = |survey: &Survey| {
        found.clone_from(survey);
        SwfMapping {
            class: ClassId(0),
            name: "log".to_owned(),
            queues: Vec::new(),
            tenant: TenantId(0),
            users: survey.users.iter().copied().collect(),
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
    if let Some(nothing) = found.report.nothing() {
        return Err(nothing);
    }
    let mut users: Vec<String> = found.users.iter().map(|id| found.names.text(*id)).collect();
    if users.is_empty() {
        users.push("0".to_owned());
    }
    let report = &found.report;
    Ok(Log {
        jobs: Merged::new(vec![Box::new(source)], None),
        processors: found.header.processors(),
        users,
        read: format!("{} lines, {} records, {} jobs", report.lines, report.records, report.jobs),
        notes: report.reasons().collect(),
    })
}

/// How many processors the header of a log names.
///
/// # Errors
/// The bytes cannot be read or unpacked, or the number cannot be read for sure: then the inner text is the header line.
pub fn swf_processors<R: Read>(bytes: R) -> Result<Result<Option<u32>, String>, String> {
    SwfReader::new(bytes).map(|reader| reader.header().processors())
}

/// Reads a workload of Batsim whose profiles have fixed lengths.
///
/// # Errors
/// The text is not of this form, it holds no job, or a job cannot be run; the job is named.
pub fn read_batsim<R: Read>(bytes: R) -> Result<Log, String> {
    let mapping =
        BatsimMapping { class: ClassId(0), tenant: TenantId(0), origin: SiteId(0), constraint: ConstraintId(0) };
    let workload = BatsimWorkload::read(bytes, mapping)?;
    let (machines, jobs) = (workload.machines.filter(|machines| *machines > 0), workload.jobs.len());
    let counted = [
        (workload.dependent, "ignored: dependencies of jobs on others"),
        (workload.failing, "ignored: the return code of the profile; the jobs count as completed"),
    ];
    let notes = counted.iter().filter(|(count, _)| *count > 0).map(|(count, text)| format!("{count} {text}")).collect();
    let source = Merged::new(vec![Box::new(workload.into_source())], None);
    Ok(Log { jobs: source, processors: Ok(machines), users: vec!["0".to_owned()], read: format!("{jobs} jobs"), notes })
}
