//! Where the jobs in the system are kept. Slots are reused; a job's identity is its number.

use crate::model::{Allocation, Job, JobSlot, PoolId, Totals};
use crate::network::FlowKey;
use crate::observe::Life;
use crate::units::{Bytes, SimDuration, SimTime};

use super::transfer::Transfer;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The broker has not placed it.
    Asking,
    /// It is placed, and its data are on their way or wait to be sent.
    Staging,
    /// It is in the queue of its pool.
    Queued,
    /// It runs.
    Running,
    /// Its output is on its way.
    Delivering,
}

/// A job in the system. A run holds thousands, all over the memory: what its course changes comes first, side by side.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(super) struct JobState {
    /// Computing asked for on its pool with as many tasks as it asked for; what is left of it at `since`.
    pub(super) requested: SimDuration,
    /// Computing that it really does; what is left of it at `since`.
    pub(super) actual: SimDuration,
    /// When its present attempt began, or its tasks last changed.
    pub(super) since: SimTime,
    /// When its present attempt began, and what was left then (requested, actual).
    pub(super) began: SimTime,
    pub(super) begun_with: (SimDuration, SimDuration),
    /// When it ends as things are: an end that was planned for another instant is void.
    pub(super) ends_at: SimTime,
    /// When it ends by its request, as brokers were told.
    pub(super) promised: SimTime,
    pub(super) life: Life,
    pub(super) phase: Phase,
    /// Since when its data have had no way.
    pub(super) stalled_since: Option<SimTime>,
    /// Its flow once that uses lanes.
    pub(super) flow: Option<FlowKey>,
    /// What is being moved for it.
    pub(super) transfer: Option<Transfer>,
    /// Storage held for its input, at the center of its pool.
    pub(super) input_held: Bytes,
    /// Storage held for its output there.
    pub(super) output_held: Bytes,
    /// What it holds in all, or asks for.
    pub(super) demand: Totals,
    pub(super) allocation: Option<Allocation>,
    pub(super) job: Job,
}

impl JobState {
    /// Made where it is to lie: a job is large.
    #[inline]
    fn new(job: Job, slot: JobSlot) -> Self {
        let demand = job.request.task.times(job.request.tasks);
        Self {
            job: Job { slot, ..job },
            life: Life::default(),
            phase: Phase::Asking,
            requested: SimDuration::ZERO,
            actual: SimDuration::ZERO,
            demand,
            since: SimTime::ZERO,
            began: SimTime::ZERO,
            begun_with: (SimDuration::ZERO, SimDuration::ZERO),
            ends_at: SimTime::MAX,
            promised: SimTime::ZERO,
            input_held: Bytes::ZERO,
            output_held: Bytes::ZERO,
            allocation: None,
            transfer: None,
            flow: None,
            stalled_since: None,
        }
    }

    /// Its data have a way again, or its story ends: what they stood still counts.
    pub(super) fn end_stall(&mut self, now: SimTime) {
        if let Some(since) = self.stalled_since.take() {
            self.life.stalled = self.life.stalled.saturating_add(now.since(since));
        }
    }

    /// What it asks for in all.
    pub(super) fn asked(&self) -> Totals {
        self.job.request.task.times(self.job.request.tasks)
    }

    /// Gives a job that started its nodes.
    pub(super) fn give(&mut self, allocation: Allocation) {
        self.life.nodes = allocation.nodes();
        self.allocation = Some(allocation);
    }

    /// The pool of a placed job.
    pub(super) fn pool(&self) -> PoolId {
        self.life.pool.unwrap_or(PoolId(u32::MAX))
    }
}

/// The jobs in the system by slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Slab {
    slots: Vec<Option<JobState>>,
    free: Vec<JobSlot>,
    len: usize,
}

impl Slab {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn insert(&mut self, job: Job) -> JobSlot {
        self.len += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            JobSlot::from_index(self.slots.len() - 1)
        });
        self.slots[slot.index()] = Some(JobState::new(job, slot));
        slot
    }

    pub(super) fn get(&self, slot: JobSlot) -> Option<&JobState> {
        self.slots.get(slot.index())?.as_ref()
    }

    /// Empties a slot, if it is not.
    pub(super) fn remove(&mut self, slot: JobSlot) {
        // In place: a job is large, and nobody wants it any more.
        if let Some(job) = self.slots.get_mut(slot.index()).filter(|job| job.is_some()) {
            *job = None;
            self.free.push(slot);
            self.len -= 1;
        }
    }

    /// All jobs in the system by number.
    pub(super) fn by_number(&self) -> Vec<JobSlot> {
        let mut all: Vec<(crate::model::JobNumber, JobSlot)> = self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(at, job)| job.as_ref().map(|job| (job.job.request.number, JobSlot::from_index(at))))
            .collect();
        all.sort_unstable();
        all.into_iter().map(|(_, slot)| slot).collect()
    }
}

impl std::ops::Index<JobSlot> for Slab {
    type Output = JobState;
    /// Slots come from the driver's own lists only; an empty one is a programming error.
    fn index(&self, slot: JobSlot) -> &JobState {
        self.slots[slot.index()].as_ref().unwrap_or_else(|| unreachable!("slot {} is empty", slot.0))
    }
}

impl std::ops::IndexMut<JobSlot> for Slab {
    fn index_mut(&mut self, slot: JobSlot) -> &mut JobState {
        self.slots[slot.index()].as_mut().unwrap_or_else(|| unreachable!("slot {} is empty", slot.0))
    }
}
