//! Running jobs of one pool by predicted end.

use crate::model::{JobSlot, Need, NodeShape, TaskShape, Totals};
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;
use std::ops::Bound;

/// When a job is predicted to end, and its slot.
pub(super) type Key = (SimTime, JobSlot);

/// What a running job gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Running {
    /// Its [size](crate::model::Pool::size).
    pub(super) size: u64,
    /// Thousandths of cores.
    pub(super) cores_milli: u64,
    /// Thousandths of accelerators, cards that are taken in part where whole ones are needed included.
    pub(super) accelerators_milli: u64,
}

/// How many ends are looked at before [`Ends::may_hold`] gives up and says yes.
const LOOK_MAX: usize = 64;

/// Running jobs in the order of their predicted ends.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    all: BTreeMap<Key, Running>,
    /// The size of all of them, and the sum of their sizes times their ends.
    size: u64,
    ends: u128,
    /// Thousandths of cores of which all tasks that ever ran, and a node, have a multiple.
    grain: u32,
    /// Whether memory is without bound.
    memory_unbounded: bool,
}

fn common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Ends {
    /// Of a pool where nothing runs.
    pub(super) const fn new(node: &NodeShape) -> Self {
        let (grain, memory_unbounded) = (node.cores_milli, node.memory_unbounded());
        Self { all: BTreeMap::new(), size: 0, ends: 0, grain, memory_unbounded }
    }

    pub(super) fn insert(&mut self, key: Key, running: Running, task: &TaskShape) {
        if self.grain > 0 && !task.cores_milli.is_multiple_of(self.grain) {
            self.grain = common_divisor(self.grain, task.cores_milli);
        }
        self.size = self.size.saturating_add(running.size);
        self.ends = self.ends.saturating_add(u128::from(running.size) * u128::from(key.0.0));
        self.all.insert(key, running);
    }

    pub(super) fn remove(&mut self, key: Key) {
        let Some(running) = self.all.remove(&key) else { return };
        self.size = self.size.saturating_sub(running.size);
        self.ends = self.ends.saturating_sub(u128::from(running.size) * u128::from(key.0.0));
    }

    /// Whether the free cores of the pool divided by those of a task say how many such tasks its nodes hold, now and after any end: where
    /// a task needs nothing but cores, and each node always has a multiple of them free.
    pub(super) const fn is_exact(&self, task: &TaskShape) -> bool {
        task.accelerators_milli == 0
            && (task.memory == 0 || self.memory_unbounded)
            && task.cores_milli > 0
            && self.grain.is_multiple_of(task.cores_milli)
    }

    /// Those behind a key, in order; all without one.
    pub(super) fn after(&self, key: Option<Key>) -> impl Iterator<Item = (Key, Running)> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.all.range((from, Bound::Unbounded)).map(|(key, running)| (*key, *running))
    }

    /// Whether cores and accelerators allow so many tasks at once on the nodes of a pool before `until`, by sums: what is `free` now and what
    /// the first jobs that are due by then give back. Where not, its nodes hold no so many until then; where they do, nodes must be looked at.
    pub(super) fn may_hold(
        &self,
        (need, tasks): (&Need, u64),
        free: &Totals,
        (now, until): (SimTime, SimTime),
    ) -> bool {
        let cores_wanted = tasks.saturating_mul(need.cores_milli.into());
        let accelerators_wanted = tasks.saturating_mul(need.accelerators_milli().into());
        let (mut cores, mut accelerators) = (free.cores_milli, free.accelerators_milli);
        let mut due = self.all.iter().take_while(|(key, _)| key.0.max(now + SimDuration(1)) < until);
        for _ in 0..LOOK_MAX {
            if cores >= cores_wanted && accelerators >= accelerators_wanted {
                return true;
            }
            let Some((_, running)) = due.next() else { return false };
            cores = cores.saturating_add(running.cores_milli);
            accelerators = accelerators.saturating_add(running.accelerators_milli);
        }
        true
    }

    /// The last predicted end.
    pub(super) fn last(&self) -> Option<SimTime> {
        self.all.last_key_value().map(|(key, _)| key.0)
    }

    /// Size times what is left of predicted run times, each at least zero.
    pub(super) fn work(&self, now: SimTime) -> u128 {
        let (mut size, mut ends) = (self.size, self.ends);
        for (key, late) in self.all.range(..(now, JobSlot(0))) {
            size -= late.size.min(size);
            ends = ends.saturating_sub(u128::from(late.size) * u128::from(key.0.0));
        }
        ends.saturating_sub(u128::from(size) * u128::from(now.0))
    }
}
