//! What the nodes of one pool hold of one shape of task as its running jobs end, one after the other.

use super::ends::Ends;
use crate::model::{Allocation, JobSlot, Need, NodePool, NodeState, TaskShape};
use crate::sim::slab::Slab;
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// What nodes will be like once some running jobs have ended, where that is not what they are like now: first nodes, counts and states.
#[derive(Debug, Clone, Default)]
pub(super) struct Ahead {
    changed: BTreeMap<u64, (u64, NodeState)>,
    /// Nodes that are still to be withheld as they fall idle.
    owed: u64,
}

impl Ahead {
    /// As the nodes are now.
    pub(super) fn reset(&mut self, nodes: &NodePool) {
        self.changed.clear();
        self.owed = nodes.owed();
    }

    /// A job gives its nodes back: `each` is told of so many nodes that go from one state to another. A node that is withheld as it falls
    /// idle goes to no state.
    pub(super) fn release(
        &mut self,
        nodes: &NodePool,
        allocation: &Allocation,
        task: &TaskShape,
        mut each: impl FnMut(&NodeState, Option<&NodeState>, u64),
    ) {
        let idle = NodeState::idle(nodes.shape());
        for part in &*allocation.parts {
            let mut at = part.first;
            while at < part.first + part.count {
                let states = self.state(nodes, at).and_then(|(end, before)| {
                    let after = nodes.after_release(&before, part, task)?;
                    Some((end.min(part.first + part.count), before, after))
                });
                // A node that was withheld under a job that takes nothing of it.
                let Some((end, before, after)) = states else {
                    at += 1;
                    continue;
                };
                let withheld = if after == idle { self.owed.min(end - at) } else { 0 };
                self.owed -= withheld;
                if withheld > 0 {
                    each(&before, None, withheld);
                }
                if withheld < end - at {
                    each(&before, Some(&after), end - at - withheld);
                }
                self.set(at, end, after);
                at = end;
            }
        }
    }

    /// The state of a node, and the end of the nodes beside it that are in the same one for the same reason.
    fn state(&self, nodes: &NodePool, at: u64) -> Option<(u64, NodeState)> {
        if let Some((first, (count, state))) = self.changed.range(..=at).next_back()
            && at < first + count
        {
            return Some((first + count, *state));
        }
        let next = self.changed.range(at..).next().map_or(u64::MAX, |(first, _)| *first);
        let range = nodes.range_of(at)?;
        Some((next.min(range.first + range.count), range.state))
    }

    /// Nodes that are all in one changed range, or in none, get another state.
    fn set(&mut self, from: u64, to: u64, state: NodeState) {
        if let Some((first, (count, old))) = self.changed.range(..=from).next_back().map(|(at, range)| (*at, *range))
            && from < first + count
        {
            self.changed.remove(&first);
            if first < from {
                self.changed.insert(first, (from - first, old));
            }
            if to < first + count {
                self.changed.insert(to, (first + count - to, old));
            }
        }
        self.changed.insert(from, (to - from, state));
    }
}

/// The walk for one shape of task: how many the nodes hold after each predicted end, as far as anybody asked.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    pub(super) task: TaskShape,
    need: Need,
    /// Of the nodes that it began with.
    changes: u64,
    /// Tasks that fit before anything ends.
    fits: u64,
    /// Predicted ends in order, and how many tasks fit from then on.
    steps: Vec<(SimTime, u64)>,
    /// The end that was looked at last.
    last: Option<(SimTime, JobSlot)>,
    ahead: Ahead,
    /// Whether no end makes fewer fit: where no node is to be withheld.
    grows: bool,
    /// Thousandths of cores of a task, where sums of cores say how many fit; see [`Ends::is_exact`].
    by_sums: Option<u64>,
}

impl Walk {
    /// For a shape that an idle node of the pool holds.
    pub(super) fn new(task: TaskShape, need: Need, nodes: &NodePool, ends: &Ends) -> Self {
        let (steps, ahead) = (Vec::new(), Ahead::default());
        let mut walk = Self { task, need, changes: 0, fits: 0, steps, last: None, ahead, grows: true, by_sums: None };
        walk.begin(nodes, ends);
        walk
    }

    /// Begins anew where the nodes have changed since.
    pub(super) fn follow(&mut self, nodes: &NodePool, ends: &Ends) {
        if self.changes != nodes.changes() {
            self.begin(nodes, ends);
        }
    }

    fn begin(&mut self, nodes: &NodePool, ends: &Ends) {
        self.changes = nodes.changes();
        self.steps.clear();
        self.last = None;
        self.grows = nodes.owed() == 0;
        self.by_sums = (self.grows && ends.is_exact(&self.task)).then_some(u64::from(self.task.cores_milli));
        self.fits = match self.by_sums {
            Some(unit) => nodes.free().cores_milli / unit,
            None => nodes.tasks_that_fit(&self.need),
        };
        self.ahead.reset(nodes);
    }

    /// How many tasks fit now.
    pub(super) const fn fits(&self) -> u64 {
        self.fits
    }

    /// The first predicted end later than `now` and before `until` from which on so many tasks fit.
    pub(super) fn holds_at(
        &mut self,
        tasks: u64,
        (now, until): (SimTime, SimTime),
        (nodes, ends, jobs): (&NodePool, &Ends, &Slab),
    ) -> Option<SimTime> {
        // What is late ends in the next instant, all of it together.
        let due = |at: SimTime| at.max(now + SimDuration(1));
        if let Some(at) = self.first_with(tasks, now).filter(|_| self.last.is_some_and(|last| last.0 > due(now))) {
            return Some(at).filter(|at| *at < until);
        }
        let mut fits = self.steps.last().map_or(self.fits, |step| step.1);
        for ((at, slot), running) in ends.after(self.last) {
            let is_over = self.steps.last().is_some_and(|step| due(step.0) < due(at));
            if is_over && fits >= tasks || due(at) >= until {
                break;
            }
            fits = match self.by_sums {
                Some(unit) => fits + running.cores_milli / unit,
                None => self.fits_without(slot, fits, nodes, jobs),
            };
            self.last = Some((at, slot));
            match self.steps.last_mut() {
                Some(step) if step.0 == at => step.1 = fits,
                _ => self.steps.push((at, fits)),
            }
        }
        self.first_with(tasks, now).filter(|at| *at < until)
    }

    /// The first known step from which on so many tasks fit.
    fn first_with(&self, tasks: u64, now: SimTime) -> Option<SimTime> {
        let next_instant = now + SimDuration(1);
        let late = self.steps.partition_point(|step| step.0 <= next_instant).saturating_sub(1);
        let steps = &self.steps[late..];
        let at = match self.grows {
            true => steps.partition_point(|step| step.1 < tasks),
            false => steps.iter().position(|step| step.1 >= tasks)?,
        };
        steps.get(at).map(|step| step.0.max(next_instant))
    }

    /// How many tasks fit once one more job has ended.
    fn fits_without(&mut self, slot: JobSlot, mut fits: u64, nodes: &NodePool, jobs: &Slab) -> u64 {
        let Some((allocation, task)) = jobs.held(slot) else { return fits };
        let need = self.need;
        self.ahead.release(nodes, allocation, task, |before, after, count| {
            let more = after.map_or(0, |after| u64::from(need.fit(after)).saturating_mul(count));
            let less = u64::from(need.fit(before)).saturating_mul(count);
            fits = fits.saturating_add(more).saturating_sub(less);
        });
        fits
    }
}
