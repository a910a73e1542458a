//! A queue kept sorted, in chunks that know their least demands, so that a walk skips what cannot start.

use super::order::Rank;
use crate::model::{JobSlot, Totals};
use crate::units::{SimDuration, SimTime};

/// The place of a job in a queue: rank, then instant of queueing, then job number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) rank: Rank,
    pub(super) queued_at: SimTime,
    pub(super) number: u64,
}

/// A queued job.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queued {
    pub(super) place: Place,
    pub(super) job: JobSlot,
    pub(super) demand: Totals,
    pub(super) estimate: SimDuration,
}

/// Jobs per chunk at most; halves are split off.
const CHUNK: usize = 64;

#[derive(Debug, Clone)]
struct Chunk {
    jobs: Vec<Queued>,
    least: Totals,
    shortest: SimDuration,
}

impl Chunk {
    fn new(jobs: Vec<Queued>) -> Self {
        let mut chunk = Self { jobs, least: Totals::default(), shortest: SimDuration::ZERO };
        chunk.measure();
        chunk
    }

    fn measure(&mut self) {
        let mut jobs = self.jobs.iter();
        let Some(first) = jobs.next() else { return };
        (self.least, self.shortest) = jobs.fold((first.demand, first.estimate), |(least, shortest), job| {
            (least_of(&least, &job.demand), shortest.min(job.estimate))
        });
    }
}

fn least_of(a: &Totals, b: &Totals) -> Totals {
    Totals {
        cores_milli: a.cores_milli.min(b.cores_milli),
        memory: a.memory.min(b.memory),
        accelerators_milli: a.accelerators_milli.min(b.accelerators_milli),
    }
}

/// The sorted queue. Chunks are never empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    chunks: Vec<Chunk>,
    len: usize,
}

impl Waiting {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<&Queued> {
        self.chunks.first().and_then(|chunk| chunk.jobs.first())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Queued> {
        self.chunks.iter().flat_map(|chunk| chunk.jobs.iter())
    }

    /// Replaces all jobs.
    pub(super) fn refill(&mut self, mut jobs: Vec<Queued>) {
        jobs.sort_unstable_by_key(|job| job.place);
        self.len = jobs.len();
        self.chunks = jobs.chunks(CHUNK / 2).map(|part| Chunk::new(part.to_vec())).collect();
    }

    fn chunk_of(&self, place: &Place) -> usize {
        self.chunks.partition_point(|chunk| chunk.jobs.first().is_some_and(|job| job.place <= *place)).saturating_sub(1)
    }

    pub(super) fn insert(&mut self, job: Queued) {
        self.len += 1;
        let at = self.chunk_of(&job.place);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(Chunk::new(vec![job]));
            return;
        };
        chunk.least = least_of(&chunk.least, &job.demand);
        chunk.shortest = chunk.shortest.min(job.estimate);
        let within = chunk.jobs.partition_point(|other| other.place < job.place);
        chunk.jobs.insert(within, job);
        if chunk.jobs.len() > CHUNK {
            let upper = chunk.jobs.split_off(CHUNK / 2);
            chunk.measure();
            self.chunks.insert(at + 1, Chunk::new(upper));
        }
    }

    pub(super) fn remove(&mut self, place: &Place) -> Option<Queued> {
        let at = self.chunk_of(place);
        let chunk = self.chunks.get_mut(at)?;
        let within = chunk.jobs.binary_search_by_key(place, |job| job.place).ok()?;
        let job = chunk.jobs.remove(within);
        self.len -= 1;
        if chunk.jobs.is_empty() {
            self.chunks.remove(at);
        } else {
            chunk.measure();
        }
        Some(job)
    }

    /// The first job after `place` (from the front for `None`) that may start, by its demand and estimate. `may` must be
    /// monotone: what it refuses, it refuses with a larger demand or a longer estimate too.
    pub(super) fn next_after(
        &self,
        place: Option<&Place>,
        may: impl Fn(&Totals, SimDuration) -> bool,
    ) -> Option<&Queued> {
        let start = place.map_or(0, |place| self.chunk_of(place));
        self.chunks.iter().skip(start).filter(|chunk| may(&chunk.least, chunk.shortest)).find_map(|chunk| {
            let from = place.map_or(0, |place| chunk.jobs.partition_point(|job| job.place <= *place));
            chunk.jobs[from..].iter().find(|job| may(&job.demand, job.estimate))
        })
    }
}
