//! Pods as jobs.

use super::cluster::GpuCluster;
use crate::model::{Input, Job, JobName, JobNumber, JobSlot, Request, SiteId, TaskShape, TenantId, Truth, Work};
use crate::units::{Bytes, SimDuration, SimTime};
use crate::workload::openb::{OpenbPod, PodNotice, PodReport};

/// Time between two arrivals of a fill; nothing depends on it.
const STEP: SimDuration = SimDuration(1_000_000_000);
/// Longer than any fill lasts: a hundred years.
const FOR_EVER: SimDuration = SimDuration(100 * 365 * SimDuration::DAY.0);

/// The instant after so many arrivals of a fill.
pub(super) fn after(pods: usize) -> SimTime {
    SimTime(STEP.0.saturating_mul(pods as u64 + 1))
}

fn job(pod: &OpenbPod, name: JobName, submit: SimTime, run: SimDuration, cluster: &GpuCluster) -> Job {
    let request = Request {
        number: JobNumber(0),
        class: cluster.class(pod),
        tenant: TenantId(0),
        origin: SiteId(0),
        submit,
        tasks: 1,
        task: TaskShape {
            cores_milli: pod.cores_milli,
            memory: pod.memory,
            accelerators_milli: pod.accelerators_milli,
            accelerator: None,
        },
        requested: Work::Time(run),
        input: Input::None,
        output: Bytes::ZERO,
        output_to: None,
        deadline: None,
        priority: 0,
        round_trip: None,
        constraint: cluster.constraint(pod),
        flex: None,
    };
    Job { name: Some(name), ordinal: 0, slot: JobSlot(0), request, truth: Truth { work: Work::Time(run) } }
}

/// Gives each job its place among those of its class.
fn numbered(mut jobs: Vec<Job>) -> Vec<Job> {
    for (ordinal, job) in jobs.iter_mut().enumerate() {
        job.ordinal = ordinal as u64;
    }
    jobs
}

/// Pods by their creation, for as long as they ran; those that never ran are counted and left out.
pub(super) fn in_time(pods: &[OpenbPod], cluster: &GpuCluster, report: &mut PodReport) -> Vec<Job> {
    let mut jobs = Vec::with_capacity(pods.len());
    for pod in pods {
        let times = (pod.created, pod.scheduled, pod.deleted);
        match times {
            (Some(created), Some(scheduled), Some(deleted)) if deleted > scheduled => {
                let run = SimDuration::from_secs(deleted - scheduled);
                jobs.push(job(pod, JobName::from(pod.name.as_str()), SimTime::from_secs(created), run, cluster));
            }
            _ => report.note(PodNotice::NeverRan, pod.line),
        }
    }
    jobs.sort_by_key(|job| job.request.submit);
    numbered(jobs)
}

/// One pod after the other, for ever; a pod that comes again has a number behind its name.
pub(super) fn one_by_one(pods: &[OpenbPod], order: &[usize], cluster: &GpuCluster) -> Vec<Job> {
    let mut seen = vec![0_u32; pods.len()];
    let jobs = order.iter().enumerate().map(|(place, at)| {
        let pod = &pods[*at];
        seen[*at] += 1;
        let name = match seen[*at] {
            1 => JobName::from(pod.name.as_str()),
            times => JobName::from(format!("{}+{times}", pod.name)),
        };
        job(pod, name, after(place), FOR_EVER, cluster)
    });
    numbered(jobs.collect())
}
