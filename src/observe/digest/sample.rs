//! Jobs of each center for a Gantt chart.

use crate::model::{CenterId, ClassId, Job, JobName, Platform, PoolId};
use crate::observe::Life;
use crate::units::SimTime;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

/// So many jobs of a center are kept as they are; of more, a sample of this size.
pub const JOBS_A_CENTER: usize = 5_000;
/// With more centers than this, so many jobs are kept of each for sure, and a sample of the rest in common.
const FEW_CENTERS: usize = 20;
const JOBS_FOR_SURE: usize = 8;
/// The size of that common sample.
const JOBS_IN_COMMON: usize = 25_000;

/// Jobs that started: one entry in each list a job, by center, start and number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JobSample {
    /// By center: how many jobs started there.
    pub placed: Vec<u64>,
    /// Place of the center in its list.
    pub center: Vec<u32>,
    /// Place of the class in its list.
    pub class: Vec<u32>,
    /// The job's name.
    pub job: Vec<String>,
    /// When it was submitted.
    pub submit_s: Vec<f64>,
    /// When its data were there.
    pub staged_s: Vec<f64>,
    /// When it started.
    pub start_s: Vec<f64>,
    /// When its run ended; of a job that still ran, the end of the run.
    pub end_s: Vec<f64>,
    /// Nodes that it ran on.
    pub nodes: Vec<u64>,
}

/// A job of the sample. Ordered by its key first: the heap's top is what is thrown away next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    key: u64,
    number: u64,
    center: u32,
    class: u32,
    ordinal: u64,
    name: Option<JobName>,
    /// Submitted, staged, started, ended.
    instants: [u64; 4],
    nodes: u64,
}

/// Keeps the jobs with the smallest keys: a sample without replacement that hangs on nothing but the jobs' numbers.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    platform: Arc<Platform>,
    placed: Vec<u64>,
    centers: Vec<BinaryHeap<Kept>>,
    a_center: usize,
    common: BinaryHeap<Kept>,
    in_common: usize,
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): neighboring
/// numbers land far apart, so that a sample takes no regular pattern of submissions.
pub(crate) const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Sampler {
    pub(super) fn new(platform: Arc<Platform>) -> Self {
        let centers = platform.centers.len();
        let few = centers <= FEW_CENTERS;
        Self {
            placed: vec![0; centers],
            centers: (0..centers).map(|_| BinaryHeap::new()).collect(),
            a_center: if few { JOBS_A_CENTER } else { JOBS_FOR_SURE },
            common: BinaryHeap::new(),
            in_common: if few { 0 } else { JOBS_IN_COMMON },
            platform,
        }
    }

    pub(super) fn center_of(&self, pool: PoolId) -> CenterId {
        self.platform.pools.get(pool.index()).map_or(CenterId(u32::MAX), |pool| pool.center)
    }

    pub(super) fn note(&mut self, job: &Job, life: &Life) {
        let (Some(pool), Some(started)) = (life.pool, life.started) else { return };
        let center = self.center_of(pool);
        let Some(placed) = self.placed.get_mut(center.index()) else { return };
        *placed += 1;
        let key = mix(job.request.number.0);
        let fits = |heap: &BinaryHeap<Kept>, most: usize| {
            heap.len() < most || heap.peek().is_some_and(|last| most > 0 && key < last.key)
        };
        let mine = fits(&self.centers[center.index()], self.a_center);
        let everybodys = fits(&self.common, self.in_common);
        if !mine && !everybodys {
            return;
        }
        let kept = Kept {
            key,
            number: job.request.number.0,
            center: center.0,
            class: job.request.class.0,
            ordinal: job.ordinal,
            name: job.name.clone(),
            instants: [
                job.request.submit.0,
                life.staged.unwrap_or(started).0,
                started.0,
                life.ended.map_or(u64::MAX, |end| end.0),
            ],
            nodes: life.nodes,
        };
        if everybodys {
            push(&mut self.common, self.in_common, kept.clone());
        }
        if mine {
            push(&mut self.centers[center.index()], self.a_center, kept);
        }
    }

    pub(super) fn finish(self, end: SimTime) -> JobSample {
        let mut kept: BTreeMap<(u32, u64, u64), Kept> = BTreeMap::new();
        for job in self.centers.into_iter().flatten().chain(self.common) {
            kept.insert((job.center, job.instants[2], job.number), job);
        }
        let mut sample = JobSample { placed: self.placed, ..JobSample::default() };
        for job in kept.into_values() {
            let name = self.platform.job_name(ClassId(job.class), job.ordinal, job.name.as_ref());
            sample.job.push(name.into_owned());
            sample.center.push(job.center);
            sample.class.push(job.class);
            sample.nodes.push(job.nodes);
            let [submit, staged, start, ended] = job.instants.map(|at| at.min(end.0) as f64 / 1e9);
            sample.submit_s.push(submit);
            sample.staged_s.push(staged);
            sample.start_s.push(start);
            sample.end_s.push(ended);
        }
        sample
    }
}

fn push(heap: &mut BinaryHeap<Kept>, most: usize, job: Kept) {
    heap.push(job);
    if heap.len() > most {
        heap.pop();
    }
}
