//! Batsim's JSON workloads: `jobs` with `id`, `subtime`, `res`, `profile` and `walltime`, and the `profiles` they name.
//!
//! Only `delay` profiles are run: they take their time on any machine. A job that uses another one is refused by name,
//! since a computing or communicating profile needs a model of the machine's inside that is not here.

use super::Listed;
use crate::model::{
    ClassId, ConstraintId, Input, Job, JobName, JobNumber, JobSlot, Request, SiteId, TaskShape, TenantId, Truth, Work,
};
use crate::units::{Bytes, SimDuration, SimTime};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// The longest time that is read, in seconds: 292 years.
const SECONDS_MAX: f64 = 9.2e9;

/// The file as written; keys that are not needed (`description`, `date`, ...) are left alone.
#[derive(Deserialize)]
struct RawWorkload {
    #[serde(default)]
    nb_res: Option<u32>,
    jobs: Vec<RawJob>,
    profiles: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct RawJob {
    id: Value,
    subtime: f64,
    res: u32,
    profile: String,
    #[serde(default)]
    walltime: Option<f64>,
}

/// What every job of a Batsim workload gets, since the format does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatsimMapping {
    /// Its class.
    pub class: ClassId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Where it comes from.
    pub origin: SiteId,
    /// Where it may run.
    pub constraint: ConstraintId,
}

/// A workload as read.
#[derive(Debug, Clone, PartialEq)]
pub struct BatsimWorkload {
    /// Machines that the workload was made for, where the file says so (`nb_res`).
    pub machines: Option<u32>,
    /// The jobs in the order of submission, ties in the order of the file; each task asks for one core.
    pub jobs: Vec<Job>,
}

impl BatsimWorkload {
    /// Reads a workload.
    ///
    /// A job without a `walltime`, or with -1, requests the time of its profile.
    ///
    /// # Errors
    /// The text is not JSON of this form (with line and column), or a job cannot be run: an unknown profile, one that
    /// is not a `delay`, no machine, a negative time, an id that was there before. The job is named.
    pub fn read<R: Read>(mut bytes: R, mapping: BatsimMapping) -> Result<Self, String> {
        let mut text = Vec::new();
        bytes.read_to_end(&mut text).map_err(|error| error.to_string())?;
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
        let raw: RawWorkload = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let mut seen = BTreeSet::new();
        let mut jobs = Vec::with_capacity(raw.jobs.len());
        for (place, job) in raw.jobs.iter().enumerate() {
            let name =
                name(&job.id).ok_or_else(|| format!("job {}: its id is neither text nor a number", place + 1))?;
            jobs.push(convert(job, &name, &raw.profiles, mapping)?);
            if !seen.insert(name.clone()) {
                return Err(format!("job {name:?}: the id was used before"));
            }
        }
        jobs.sort_by_key(|job| job.request.submit);
        for (ordinal, job) in jobs.iter_mut().enumerate() {
            job.ordinal = ordinal as u64;
        }
        Ok(Self { machines: raw.nb_res, jobs })
    }

    /// The jobs as a source.
    #[must_use]
    pub fn into_source(self) -> Listed {
        Listed::new(self.jobs)
    }
}

fn name(id: &Value) -> Option<String> {
    match id {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Seconds as a span to the nearest ns.
fn span(seconds: f64, what: &str, job: &str) -> Result<SimDuration, String> {
    if (0.0..=SECONDS_MAX).contains(&seconds) {
        Ok(SimDuration::from_secs_f64(seconds))
    } else {
        Err(format!("job {job:?}: a {what} of {seconds} s is not between 0 and 292 years"))
    }
}

/// The time of a delay profile.
fn delay(job: &str, profile: &str, profiles: &BTreeMap<String, Value>) -> Result<SimDuration, String> {
    let found = profiles.get(profile).ok_or_else(|| format!("job {job:?}: there is no profile {profile:?}"))?;
    let kind = found.get("type").and_then(Value::as_str).unwrap_or("");
    if kind != "delay" {
        return Err(format!("job {job:?}: profile {profile:?} is of type {kind:?}; only \"delay\" is supported"));
    }
    let seconds = found.get("delay").and_then(Value::as_f64);
    let seconds = seconds.ok_or_else(|| format!("job {job:?}: profile {profile:?} has no number \"delay\""))?;
    span(seconds, "delay", job)
}

fn convert(
    raw: &RawJob,
    name: &str,
    profiles: &BTreeMap<String, Value>,
    mapping: BatsimMapping,
) -> Result<Job, String> {
    if raw.res == 0 {
        return Err(format!("job {name:?}: it asks for no machine"));
    }
    let run = delay(name, &raw.profile, profiles)?;
    let requested = match raw.walltime {
        Some(seconds) if seconds.to_bits() != (-1f64).to_bits() => span(seconds, "walltime", name)?,
        _ => run,
    };
    let request = Request {
        number: JobNumber(0),
        class: mapping.class,
        tenant: mapping.tenant,
        origin: mapping.origin,
        submit: SimTime::ZERO + span(raw.subtime, "subtime", name)?,
        tasks: raw.res,
        task: TaskShape { cores_milli: 1000, memory: 0, accelerators_milli: 0, accelerator: None },
        requested: Work::Time(requested),
        input: Input::None,
        output: Bytes::ZERO,
        output_to: None,
        deadline: None,
        priority: 0,
        round_trip: None,
        constraint: mapping.constraint,
        flex: None,
    };
    Ok(Job {
        name: Some(JobName::from(name)),
        ordinal: 0,
        slot: JobSlot(0),
        request,
        truth: Truth { work: Work::Time(run) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::traces;
    use proptest::prelude::*;

    const MAPPING: BatsimMapping =
        BatsimMapping { class: ClassId(0), tenant: TenantId(0), origin: SiteId(0), constraint: ConstraintId(0) };

    fn read(text: &str) -> Result<BatsimWorkload, String> {
        BatsimWorkload::read(text.as_bytes(), MAPPING)
    }

    const PROFILES: &str =
        r#""profiles": {"d": {"type": "delay", "delay": 1.5}, "p": {"type": "parallel", "cpu": []}}"#;

    #[test]
    fn an_unsorted_list_is_sorted_and_rounded_to_nanoseconds() {
        let jobs = r#"{"id": "b", "subtime": 2.0000000004, "res": 3, "profile": "d", "walltime": 9},
            {"id": 7, "subtime": 0, "res": 1, "profile": "d"},
            {"id": 6, "subtime": 2, "res": 1, "profile": "d", "walltime": -1}"#;
        let workload = read(&format!("{{\"nb_res\": 4, \"jobs\": [{jobs}], {PROFILES}}}")).expect("reads");
        assert_eq!(workload.machines, Some(4));
        let seen: Vec<_> = workload
            .jobs
            .iter()
            .map(|j| (j.name.clone(), j.ordinal, j.request.submit.0, j.request.tasks, j.request.requested))
            .collect();
        let time = |ns| Work::Time(SimDuration(ns));
        assert_eq!(
            seen,
            [
                (Some(JobName::from("7")), 0, 0, 1, time(1_500_000_000)),
                (Some(JobName::from("b")), 1, 2_000_000_000, 3, time(9_000_000_000)),
                (Some(JobName::from("6")), 2, 2_000_000_000, 1, time(1_500_000_000)),
            ]
        );
        assert_eq!(workload.jobs[1].truth.work, time(1_500_000_000));
    }

    #[test]
    fn what_cannot_be_run_is_refused_by_name() {
        let job = |job: &str| read(&format!("{{\"jobs\": [{job}], {PROFILES}}}")).expect_err(job);
        assert_eq!(
            job(r#"{"id": 1, "subtime": 0, "res": 1, "profile": "p"}"#),
            r#"job "1": profile "p" is of type "parallel"; only "delay" is supported"#
        );
        assert_eq!(
            job(r#"{"id": "x", "subtime": 0, "res": 1, "profile": "q"}"#),
            r#"job "x": there is no profile "q""#
        );
        assert_eq!(job(r#"{"id": 1, "subtime": 0, "res": 0, "profile": "d"}"#), r#"job "1": it asks for no machine"#);
        assert_eq!(
            job(r#"{"id": 1, "subtime": -3, "res": 1, "profile": "d"}"#),
            r#"job "1": a subtime of -3 s is not between 0 and 292 years"#
        );
        let twice = r#"{"id": 1, "subtime": 0, "res": 1, "profile": "d"}"#;
        assert_eq!(job(&format!("{twice}, {twice}")), r#"job "1": the id was used before"#);
        assert_eq!(
            job(r#"{"id": [], "subtime": 0, "res": 1, "profile": "d"}"#),
            "job 1: its id is neither text nor a number"
        );
        let error = read("{\n \"jobs\": 5}").expect_err("no list");
        assert!(error.contains("expected a sequence at line 2 column"), "{error}");
    }

    #[test]
    fn the_published_workload_reads() {
        let Some(bytes) = traces::bytes("batsim/medium_late.json") else { return };
        let workload = BatsimWorkload::read(bytes.as_slice(), MAPPING).expect("reads");
        assert_eq!((workload.jobs.len(), workload.machines), (801, Some(32)));
        // The first of the list is submitted last.
        assert_eq!(workload.jobs[800].name, Some(JobName::from("424242")));
        assert_eq!(workload.jobs[800].request.submit, SimTime::from_secs(16_000));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = BatsimWorkload::read(bytes.as_slice(), MAPPING);
        }

        #[test]
        fn random_numbers_never_panic(subtime in any::<f64>(), res in any::<u32>(), walltime in any::<f64>()) {
            let job = format!("{{\"id\": 1, \"subtime\": {subtime}, \"res\": {res}, \"profile\": \"d\", \"walltime\": {walltime}}}");
            let _ = read(&format!("{{\"jobs\": [{job}], {PROFILES}}}"));
        }
    }
}
