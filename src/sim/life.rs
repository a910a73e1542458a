//! The rest of a job's life: queued, started, ended, delivered, finished.

use super::desk::{Action, Interrupted, PoolDesk, Resized};
use super::driver::{Driver, Event};
use super::emit::{Kept, Run};
use super::error::RunError;
use super::slab::Phase;
use super::transfer::{Purpose, Transfer};
use crate::engine::Class;
use crate::model::{JobSlot, Outcome, PoolId};
use crate::observe::Record;
use crate::units::Bytes;

/// The desk of a pool, out of parts of the driver that stay apart.
macro_rules! desk {
    ($driver:ident, $pool:expr, $actions:expr) => {
        PoolDesk {
            now: $driver.world.now,
            id: $pool,
            platform: &$driver.world.platform,
            nodes: &mut $driver.world.pools[$pool.index()].nodes,
            jobs: &mut $driver.world.jobs,
            packing: $driver.stack.packings[$pool.index()].as_mut(),
            clairvoyant: $driver.stack.clairvoyant,
            overcommit: $driver.options.rules.overcommit,
            enforced: $driver.run.enforce_requested,
            interrupt: $driver.options.interrupt,
            actions: $actions,
            illegal: None,
        }
    };
}

impl Driver<'_> {
    /// A job's data are there: it joins the queue of its pool.
    pub(super) fn staged(&mut self, slot: JobSlot) -> Result<(), RunError> {
        let world = &mut self.world;
        let now = world.now;
        let job = &mut world.jobs[slot];
        let pool = job.pool();
        job.phase = Phase::Queued;
        job.life.staged = Some(now);
        let waiting = job.waiting(&world.platform.pools[pool.index()]);
        world.summaries.queued(pool, waiting);
        world.advanced += 1;
        world.touch(pool);
        self.out.keep(&self.world.jobs, Kept::Queued(slot, pool))?;
        let mut none = Vec::new();
        let desk = desk!(self, pool, &mut none);
        self.stack.queues[pool.index()].enqueued(slot, &desk);
        Ok(())
    }

    /// Asks the queues of the pools where something happened.
    pub(super) fn decide_pools(&mut self) -> Result<(), RunError> {
        if self.world.touched.is_empty() {
            return Ok(());
        }
        // Both lists keep their memory.
        let mut actions = std::mem::take(&mut self.actions);
        let mut touched = self.world.take_touched();
        for pool in touched.drain(..) {
            let mut desk = desk!(self, pool, &mut actions);
            let queue = &mut self.stack.queues[pool.index()];
            queue.decide(&mut desk);
            if let Some((slot, problem)) = desk.illegal {
                return Err(match self.world.jobs.get(slot) {
                    Some(_) => self.illegal(slot, &format!("to start or change it, but {problem}")),
                    None => RunError::IllegalAction {
                        at: self.world.now,
                        job: format!("in slot {}", slot.0),
                        what: format!("to start or change it, but {problem}"),
                    },
                });
            }
            for action in actions.drain(..) {
                match action {
                    Action::Start(slot) => self.started(slot, pool)?,
                    Action::Preempt(interrupted) => self.preempted(&interrupted, pool)?,
                    Action::Resize(resized) => self.resized(&resized, pool)?,
                }
            }
            self.plan_wake(pool);
            self.world.summarize(pool);
        }
        self.actions = actions;
        touched.append(&mut self.world.touched);
        self.world.touched = touched;
        Ok(())
    }

    /// A queue is woken as it wished, unless it wishes something else by now.
    pub(super) fn wake_queue(&mut self, pool: PoolId) {
        let wish = self.stack.queues[pool.index()].wake_at();
        self.world.wake_passed(pool);
        if wish == Some(self.world.now) {
            self.world.touch(pool);
        } else {
            self.plan_wake(pool);
        }
    }

    fn plan_wake(&mut self, pool: PoolId) {
        let Some(at) = self.stack.queues[pool.index()].wake_at() else { return };
        let world = &mut self.world;
        let state = &mut world.pools[pool.index()];
        if at > world.now && state.wake.is_none_or(|planned| at < planned) {
            state.wake = Some(at);
            world.schedule(at, Class::Wake, Event::QueueWake(pool));
        }
    }

    fn started(&mut self, slot: JobSlot, pool: PoolId) -> Result<(), RunError> {
        let world = &mut self.world;
        let fixed = &world.platform.pools[pool.index()];
        let job = &mut world.jobs[slot];
        job.plan_end(self.run.enforce_requested);
        let ends_at = job.ends_at;
        world.summaries.started(pool, job.waiting(fixed));
        world.outlooks.runs(job, &world.platform);
        match job.allocation.clone() {
            Some(allocation) => {
                let held = job.demand;
                self.out.run_starts(&world.jobs, slot, pool, Run { allocation, held, started: world.now })?;
            }
            None => world.deferred.push(slot),
        }
        world.schedule(ends_at, Class::Release, Event::JobEnds(slot));
        world.advanced += 1;
        let mut none = Vec::new();
        let desk = desk!(self, pool, &mut none);
        self.stack.queues[pool.index()].started(slot, &desk);
        Ok(())
    }

    /// A job was interrupted and is queued again.
    fn preempted(&mut self, interrupted: &Interrupted, pool: PoolId) -> Result<(), RunError> {
        let world = &mut self.world;
        let fixed = &world.platform.pools[pool.index()];
        let Interrupted { slot, allocation, held, began, promised } = interrupted;
        let job = &world.jobs[*slot];
        let (held, started) = (*held, *began);
        world.summaries.ended(pool);
        world.summaries.requeued(pool, job.waiting(fixed));
        world.outlooks.ended(pool, *slot, *promised);
        world.advanced += 1;
        world.services.job_left(pool);
        self.out.record(&world.jobs, &Record::Preempted { job: &job.job, pool, allocation, held, started })?;
        self.tell_nodes(pool)
    }

    /// A running job goes on with another number of tasks.
    fn resized(&mut self, resized: &Resized, pool: PoolId) -> Result<(), RunError> {
        let world = &mut self.world;
        let job = &world.jobs[resized.slot];
        world.outlooks.ended(pool, resized.slot, resized.promised);
        world.outlooks.runs(job, &world.platform);
        let (held_before, held) = (resized.held_before, resized.held);
        let (before, after) = (&resized.before, &resized.after);
        world.services.job_left(pool);
        let record = Record::Resized { job: &job.job, pool, before, held_before, after, held };
        self.out.record(&world.jobs, &record)?;
        let ends_at = job.ends_at;
        world.schedule(ends_at, Class::Release, Event::JobEnds(resized.slot));
        self.tell_nodes(pool)
    }

    /// Jobs that were started on nodes about to fall free get them now that all events of the instant are handled.
    pub(super) fn settle_deferred(&mut self) -> Result<(), RunError> {
        if self.world.deferred.is_empty() {
            return Ok(());
        }
        for slot in std::mem::take(&mut self.world.deferred) {
            let world = &mut self.world;
            let state = &mut world.jobs[slot];
            let pool = state.pool();
            let request = &state.job.request;
            let nodes = &mut world.pools[pool.index()].nodes;
            let packing = &mut self.stack.packings[pool.index()];
            let found = packing.choose(nodes, request.tasks, &request.task);
            let Some(allocation) = found.filter(|found| nodes.allocate(found, &request.task)) else {
                return Err(self.illegal(slot, "to start it on nodes that did not fall free at that instant"));
            };
            packing.taken(nodes, &allocation, &request.task);
            state.give(allocation.clone());
            world.summarize(pool);
            let world = &mut self.world;
            let held = world.jobs[slot].demand;
            self.out.run_starts(&world.jobs, slot, pool, Run { allocation, held, started: world.now })?;
        }
        Ok(())
    }

    /// A running job ends, by itself or because its time is over.
    pub(super) fn job_ends(&mut self, slot: JobSlot) -> Result<(), RunError> {
        // An end that was planned before the job was interrupted or changed is void.
        let due = |job: &&super::slab::JobState| job.phase == Phase::Running && job.ends_at == self.world.now;
        let Some(job) = self.world.jobs.get(slot).filter(due) else { return Ok(()) };
        if job.allocation.is_none() {
            self.settle_deferred()?;
        }
        let world = &mut self.world;
        let now = world.now;
        let job = &mut world.jobs[slot];
        let pool = job.pool();
        let started = job.began;
        let Some(allocation) = job.allocation.take() else { return Ok(()) };
        job.life.ended = Some(now);
        let headline = job.demand.headline(world.platform.pools[pool.index()].accelerated());
        job.complete(now, self.run.enforce_requested, headline);
        world.summaries.ended(pool);
        world.outlooks.ended(pool, slot, job.promised);
        let nodes = &mut world.pools[pool.index()].nodes;
        nodes.release(&allocation, &job.job.request.task);
        self.stack.packings[pool.index()].given(nodes, &allocation, &job.job.request.task);
        world.advanced += 1;
        world.touch(pool);
        world.services.job_left(pool);
        let held = world.jobs[slot].demand;
        self.out.run_ends(&world.jobs, slot, pool, Run { allocation, held, started })?;
        self.tell_nodes(pool)?;
        let mut none = Vec::new();
        let desk = desk!(self, pool, &mut none);
        self.stack.queues[pool.index()].ended(slot, started, &desk);
        self.release_storage(slot, true, false)?;
        let job = &mut self.world.jobs[slot];
        if self.run.enforce_requested && job.actual > job.requested {
            return self.finish(slot, Outcome::Killed);
        }
        let from = self.world.platform.site_of(pool);
        match job.job.request.output_to {
            Some(to) if to != from && job.job.request.output > Bytes::ZERO => {
                job.phase = Phase::Delivering;
                job.life.output_bytes = job.job.request.output;
                job.transfer = Some(Transfer::new(Purpose::Output, from, to, job.job.request.output));
                self.begin_transfer(slot);
                Ok(())
            }
            _ => self.delivered(slot),
        }
    }

    /// A job's output is where it belongs. What stays occupies storage for good.
    pub(super) fn delivered(&mut self, slot: JobSlot) -> Result<(), RunError> {
        let job = &mut self.world.jobs[slot];
        job.life.delivered = Some(self.world.now);
        if job.job.request.output_to.is_none() {
            job.output_held = Bytes::ZERO;
        }
        self.finish(slot, Outcome::Completed)
    }

    /// Frees what a job holds of storage.
    fn release_storage(&mut self, slot: JobSlot, input: bool, output: bool) -> Result<(), RunError> {
        let world = &mut self.world;
        let job = &mut world.jobs[slot];
        let mut freed = Bytes::ZERO;
        if input {
            freed += std::mem::take(&mut job.input_held);
        }
        if output {
            freed += std::mem::take(&mut job.output_held);
        }
        if freed == Bytes::ZERO {
            return Ok(());
        }
        let center = world.platform.pools[job.pool().index()].center;
        world.stores.release(center, freed);
        self.tell_storage(center)
    }

    /// The story of a job ends.
    pub(super) fn finish(&mut self, slot: JobSlot, outcome: Outcome) -> Result<(), RunError> {
        // What a job holds at the end of the run it holds for good.
        if outcome != Outcome::Unfinished {
            self.release_storage(slot, true, true)?;
        }
        let world = &mut self.world;
        world.advanced += 1;
        world.jobs[slot].end_stall(world.now);
        world.jobs.end(slot);
        self.out.keep(&world.jobs, Kept::Finished(slot, outcome))?;
        Ok(())
    }
}
