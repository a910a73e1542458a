//! What the nodes of one pool hold of one shape of task as its running jobs end, one after the other.

use super::ends::Ends;
use crate::model::{JobSlot, Need, NodePool, NodesAhead, TaskShape};
use crate::sim::slab::Slab;
use crate::units::{SimDuration, SimTime};

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
    ahead: NodesAhead,
    /// Whether no end makes fewer fit: where no node is to be withheld.
    grows: bool,
    /// Thousandths of cores of a task, where sums of cores say how many fit; see [`Ends::is_exact`].
    by_sums: Option<u64>,
}

impl Walk {
    /// For a shape that an idle node of the pool holds.
    pub(super) fn new(task: TaskShape, need: Need, nodes: &NodePool, ends: &Ends) -> Self {
        let (steps, ahead) = (Vec::new(), NodesAhead::default());
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
        self.ahead.release(nodes, allocation, task, |change| fits = change.apply(&need, fits));
        fits
    }
}
