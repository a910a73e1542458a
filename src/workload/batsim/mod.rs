//! Batsim's JSON workloads, plain or compressed: `jobs` with `id`, `subtime`, `res`, `profile` and `walltime`, and the `profiles` they name.
//!
//! Profiles of a fixed length are run: delays and sequences of delays. A job that uses another one is refused by name (module `profiles`).

mod profiles;
#[cfg(test)]
mod tests;

use super::{Listed, unpack};
use crate::model::{
    ClassId, ConstraintId, Input, Job, JobName, JobNumber, JobSlot, Request, SiteId, TaskShape, TenantId, Truth, Work,
};
use crate::units::{Bytes, SimTime};
use profiles::{Profiles, span};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// The largest text that is read, unpacked: its jobs take several times as much.
const BYTES_MAX: u64 = 256 << 20;

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
    #[serde(default)]
    dependencies: Option<Value>,
}

impl RawJob {
    /// Whether it names jobs that have to end before.
    fn depends(&self) -> bool {
        match &self.dependencies {
            None | Some(Value::Null) => false,
            Some(Value::Array(named)) => !named.is_empty(),
            Some(_) => true,
        }
    }
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
    /// Jobs that name others as `dependencies`: not held, they start when the queue lets them.
    pub dependent: u64,
    /// Jobs whose profile ends with an error of its own (`ret`): they run for their time and count as completed.
    pub failing: u64,
}

impl BatsimWorkload {
    /// Reads a workload.
    ///
    /// A job without a `walltime`, or with -1, requests the time of its profile.
    ///
    /// # Errors
    /// The text is not JSON of this form (with line and column), it holds no job, or a job cannot be run: an unknown profile, one whose
    /// run time is not fixed, no machine, a negative time, an id that was there before. The job is named.
    pub fn read<R: Read>(bytes: R, mapping: BatsimMapping) -> Result<Self, String> {
        let mut text = Vec::new();
        unpack::text(bytes)?.take(BYTES_MAX + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
        if text.len() as u64 > BYTES_MAX {
            return Err(format!("it is larger than {} MiB", BYTES_MAX >> 20));
        }
        if text.trim_ascii().is_empty() {
            return Err("it holds no job: it is empty".to_owned());
        }
        let raw: RawWorkload = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        if raw.jobs.is_empty() {
            return Err("it holds no job: the list \"jobs\" is empty".to_owned());
        }
        let mut profiles = Profiles::new(&raw.profiles);
        let mut seen = BTreeSet::new();
        let mut jobs = Vec::with_capacity(raw.jobs.len());
        let (mut dependent, mut failing) = (0, 0);
        for (place, job) in raw.jobs.iter().enumerate() {
            let name =
                name(&job.id).ok_or_else(|| format!("job {}: its id is neither text nor a number", place + 1))?;
            jobs.push(
                convert(job, &name, &mut profiles, mapping).map_err(|problem| format!("job {name:?}: {problem}"))?,
            );
            dependent += u64::from(job.depends());
            failing += u64::from(profiles.fails(&job.profile));
            if !seen.insert(name.clone()) {
                return Err(format!("job {name:?}: the id was used before"));
            }
        }
        jobs.sort_by_key(|job| job.request.submit);
        for (ordinal, job) in jobs.iter_mut().enumerate() {
            job.ordinal = ordinal as u64;
        }
        Ok(Self { machines: raw.nb_res, jobs, dependent, failing })
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

fn convert(raw: &RawJob, name: &str, profiles: &mut Profiles<'_>, mapping: BatsimMapping) -> Result<Job, String> {
    if raw.res == 0 {
        return Err("it asks for no machine".to_owned());
    }
    let run = profiles.time(&raw.profile)?;
    let requested = match raw.walltime {
        Some(seconds) if seconds.to_bits() != (-1f64).to_bits() => span(seconds, "walltime")?,
        _ => run,
    };
    let request = Request {
        number: JobNumber(0),
        class: mapping.class,
        tenant: mapping.tenant,
        origin: mapping.origin,
        submit: SimTime::ZERO + span(raw.subtime, "subtime")?,
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
