//! Planned starts of queued jobs.

use super::waiting::{Place, Queued};
use crate::model::JobSlot;
use crate::units::SimTime;
use std::collections::BTreeSet;
use std::ops::Bound;

/// Where a start comes in a plan: by instant, then in the order of the queue.
pub(super) type Turn = (SimTime, Place);

/// A planned start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) at: SimTime,
    pub(super) job: Queued,
}

impl Planned {
    pub(super) const fn turn(&self) -> Turn {
        (self.at, self.job.place)
    }

    pub(super) fn end(&self) -> SimTime {
        self.at + self.job.span()
    }
}

/// Planned starts by job, and in turn.
#[derive(Debug, Clone, Default)]
pub(super) struct Reservations {
    by_job: Vec<Option<Planned>>,
    turns: BTreeSet<(SimTime, Place, JobSlot)>,
}

impl Reservations {
    pub(super) fn clear(&mut self) {
        self.by_job.clear();
        self.turns.clear();
    }

    pub(super) fn get(&self, job: JobSlot) -> Option<&Planned> {
        self.by_job.get(job.index())?.as_ref()
    }

    pub(super) fn insert(&mut self, start: Planned) {
        let index = start.job.job.index();
        if self.by_job.len() <= index {
            self.by_job.resize(index + 1, None);
        }
        self.by_job[index] = Some(start);
        self.turns.insert((start.at, start.job.place, start.job.job));
    }

    pub(super) fn remove(&mut self, job: JobSlot) -> Option<Planned> {
        let start = self.by_job.get_mut(job.index())?.take()?;
        self.turns.remove(&(start.at, start.job.place, job));
        Some(start)
    }

    /// All in turn.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Planned> {
        self.turns.iter().filter_map(|(.., job)| self.get(*job))
    }

    /// Those in turn behind `after`, or all.
    pub(super) fn behind(&self, after: Option<Turn>) -> impl Iterator<Item = &Planned> {
        let from = after.map_or(Bound::Unbounded, |(at, place)| Bound::Excluded((at, place, JobSlot(u32::MAX))));
        self.turns.range((from, Bound::Unbounded)).filter_map(|(.., job)| self.get(*job))
    }

    /// Instants of starts, the earliest first.
    pub(super) fn instants(&self) -> impl Iterator<Item = SimTime> {
        self.turns.iter().map(|(at, ..)| *at)
    }

    /// Takes over the present places of all jobs in the queue.
    pub(super) fn sort_again(&mut self, queued: impl Fn(JobSlot) -> Option<Queued>) {
        self.turns.clear();
        for start in self.by_job.iter_mut().flatten() {
            start.job = queued(start.job.job).unwrap_or(start.job);
            self.turns.insert((start.at, start.job.place, start.job.job));
        }
    }
}
