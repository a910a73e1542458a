//! Where the jobs in the system are kept. Slots are reused; a job's identity is its number.

use crate::model::caches::bring_lines;
use crate::model::{Allocation, Job, JobNumber, JobSlot, Pool, PoolId, TaskShape, Totals};
use crate::network::FlowKey;
use crate::observe::Life;
use crate::units::{Bytes, SimDuration, SimTime};

use super::information::Waiting;
use super::transfer::Transfer;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its story is over, and its slot is to be given out again once that is told.
    Over,
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
    fn new(job: Job) -> Self {
        Self {
            demand: job.request.task.times(job.request.tasks),
            job,
            life: Life::default(),
            phase: Phase::Asking,
            requested: SimDuration::ZERO,
            actual: SimDuration::ZERO,
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

    /// Another job in the place of one that is over: as if it were new, but made where it lies.
    fn renew(&mut self, job: Job) {
        // All fields by name, so that none is forgotten.
        let Self {
            demand,
            job: present,
            life,
            phase,
            requested,
            actual,
            since,
            began,
            begun_with,
            ends_at,
            promised,
            input_held,
            output_held,
            allocation,
            transfer,
            flow,
            stalled_since,
        } = self;
        *demand = job.request.task.times(job.request.tasks);
        *present = job;
        *life = Life::default();
        *phase = Phase::Asking;
        (*requested, *actual, *begun_with) = (SimDuration::ZERO, SimDuration::ZERO, Default::default());
        (*since, *began, *ends_at, *promised) = (SimTime::ZERO, SimTime::ZERO, SimTime::MAX, SimTime::ZERO);
        (*input_held, *output_held) = (Bytes::ZERO, Bytes::ZERO);
        (*allocation, *transfer, *flow, *stalled_since) = (None, None, None, None);
    }

    /// Gives up what it shares with others or holds lists of.
    fn give_up(&mut self) {
        (self.allocation, self.transfer) = (None, None);
        (self.job.name, self.job.request.flex) = (None, None);
    }

    /// Its data have a way again, or its story ends: what they stood still counts.
    pub(super) fn end_stall(&mut self, now: SimTime) {
        if let Some(since) = self.stalled_since.take() {
            self.life.stalled = self.life.stalled.saturating_add(now.since(since));
        }
    }

    /// What it is to those who wait behind it, on its pool and with as many tasks as it asked for.
    pub(super) fn waiting(&self, pool: &Pool) -> Waiting {
        let request = &self.job.request;
        Waiting::new(pool.size(request.tasks, &request.task), self.requested)
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

/// From so many jobs that are over on, their slots are given out again.
const RECYCLE_AT: usize = 12;

/// From so many slots on a run is large.
const LARGE: usize = 512;

/// The jobs in the system by slot. Those that are over lie there until others come: a job is large, and is not moved twice.
#[derive(Debug, Clone, Default)]
pub(super) struct Slab {
    slots: Vec<JobState>,
    /// Slots of jobs that are over and may still be told of.
    over: Vec<JobSlot>,
    free: Vec<JobSlot>,
}

impl Slab {
    pub(super) const fn len(&self) -> usize {
        self.slots.len() - self.over.len() - self.free.len()
    }

    /// Whether so many jobs were in the system at once that they and what is kept of them lie beyond the near caches.
    pub(super) const fn is_large(&self) -> bool {
        self.slots.len() >= LARGE
    }

    pub(super) fn insert(&mut self, mut job: Job) -> JobSlot {
        let slot = self.free.pop().unwrap_or_else(|| JobSlot::from_index(self.slots.len()));
        job.slot = slot;
        match self.slots.get_mut(slot.index()) {
            Some(state) => state.renew(job),
            None => self.slots.push(JobState::new(job)),
        }
        slot
    }

    pub(super) fn get(&self, slot: JobSlot) -> Option<&JobState> {
        self.slots.get(slot.index()).filter(|job| job.phase != Phase::Over)
    }

    /// The nodes that a job holds, and what each of its tasks takes of them.
    pub(super) fn held(&self, slot: JobSlot) -> Option<(&Allocation, &TaskShape)> {
        let job = self.get(slot)?;
        Some((job.allocation.as_ref()?, &job.job.request.task))
    }

    /// Brings a job into the processor's caches.
    pub(super) fn bring(&self, slot: JobSlot) {
        if let Some(job) = self.slots.get(slot.index()) {
            bring_lines(&job.requested, size_of::<JobState>());
        }
    }

    /// A job, even if it is over, as long as its slot was not given out again; from then on the one that has its slot.
    pub(super) fn even_over(&self, slot: JobSlot) -> &JobState {
        &self.slots[slot.index()]
    }

    /// The story of a job is over, if it was not.
    pub(super) fn end(&mut self, slot: JobSlot) {
        if let Some(job) = self.slots.get_mut(slot.index()).filter(|job| job.phase != Phase::Over) {
            job.phase = Phase::Over;
            self.over.push(slot);
        }
    }

    /// Whether it is time for [`Slab::recycle`].
    pub(super) const fn has_many_over(&self) -> bool {
        self.over.len() >= RECYCLE_AT
    }

    /// Nobody will be told of the jobs that are over any more: their slots can be given out.
    pub(super) fn recycle(&mut self) {
        for slot in self.over.drain(..) {
            self.slots[slot.index()].give_up();
            self.free.push(slot);
        }
    }

    /// All jobs in the system by number.
    pub(super) fn by_number(&self) -> Vec<JobSlot> {
        let there = self.slots.iter().filter(|job| job.phase != Phase::Over);
        let mut all: Vec<(JobNumber, JobSlot)> = there.map(|job| (job.job.request.number, job.job.slot)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, slot)| slot).collect()
    }
}

impl std::ops::Index<JobSlot> for Slab {
    type Output = JobState;
    /// Slots come from the driver's own lists only; an empty one is a programming error.
    fn index(&self, slot: JobSlot) -> &JobState {
        self.get(slot).unwrap_or_else(|| unreachable!("slot {} is empty", slot.0))
    }
}

impl std::ops::IndexMut<JobSlot> for Slab {
    fn index_mut(&mut self, slot: JobSlot) -> &mut JobState {
        let job = self.slots.get_mut(slot.index()).filter(|job| job.phase != Phase::Over);
        job.unwrap_or_else(|| unreachable!("slot {} is empty", slot.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::sample::job;

    #[test]
    fn a_job_in_the_place_of_another_is_as_if_it_were_new() {
        let mut slab = Slab::default();
        let slots = [0, 1, 2].map(|number| slab.insert(job(number, SimTime(number))));
        assert_eq!(slab.len(), 3);
        let state = &mut slab[slots[1]];
        state.life.attempt = 3;
        (state.phase, state.flow, state.input_held) = (Phase::Running, Some(FlowKey(7)), Bytes(9));
        (state.since, state.began, state.ends_at, state.promised) = (SimTime(1), SimTime(2), SimTime(3), SimTime(4));
        (state.requested, state.actual, state.begun_with.0) = (SimDuration(5), SimDuration(6), SimDuration(7));
        (state.stalled_since, state.output_held) = (Some(SimTime(8)), Bytes(10));
        slab.end(slots[1]);
        slab.end(slots[1]);
        assert_eq!((slab.len(), slab.get(slots[1]).is_none(), slab.by_number()), (2, true, vec![slots[0], slots[2]]));
        assert_eq!((slab.even_over(slots[1]).life.attempt, slab.has_many_over()), (3, false));
        // Its slot is not given out before that is said.
        assert_eq!(slab.insert(job(3, SimTime(3))), JobSlot(3));
        slab.end(JobSlot(3));
        slab.recycle();
        assert_eq!(slab.len(), 2);
        assert_eq!(slab.insert(job(4, SimTime(4))), JobSlot(3));
        slab.end(JobSlot(3));
        let mut fresh = Slab::default();
        fresh.insert(job(5, SimTime(50)));
        assert_eq!(slab.insert(job(5, SimTime(50))), slots[1]);
        let (mut renewed, new) = (slab[slots[1]].clone(), &fresh[JobSlot(0)]);
        assert_eq!(renewed.job.slot, slots[1]);
        renewed.job.slot = JobSlot(0);
        assert_eq!(format!("{renewed:?}"), format!("{new:?}"));
        assert_eq!(slab.by_number(), [slots[0], slots[2], slots[1]]);
    }
}
