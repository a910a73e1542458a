//! The desk of one pool: what its queue discipline sees and does.

use super::slab::{JobState, Phase, Slab};
use crate::model::{Allocation, Elasticity, JobSlot, NodePool, Platform, Pool, PoolId, Request, Totals};
use crate::policy::packing::Packing;
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::sync::atomic::{AtomicBool, Ordering};

/// What a discipline did in a pass, in order, to be told and planned by the driver.
#[derive(Debug)]
pub(super) enum Action {
    /// It started a job.
    Start(JobSlot),
    /// It interrupted one.
    Preempt(Box<Interrupted>),
    /// It gave one another number of tasks.
    Resize(Box<Resized>),
}

/// What an interrupted job held.
#[derive(Debug)]
pub(super) struct Interrupted {
    pub(super) slot: JobSlot,
    pub(super) allocation: Allocation,
    pub(super) held: Totals,
    pub(super) began: SimTime,
    pub(super) promised: SimTime,
}

/// What a job held before and holds now.
#[derive(Debug)]
pub(super) struct Resized {
    pub(super) slot: JobSlot,
    pub(super) before: Allocation,
    pub(super) held_before: Totals,
    pub(super) after: Allocation,
    pub(super) held: Totals,
    pub(super) promised: SimTime,
}

/// What one pool needs for a decision, borrowed from the driver.
pub(super) struct PoolDesk<'a> {
    pub(super) now: SimTime,
    pub(super) id: PoolId,
    pub(super) platform: &'a Platform,
    pub(super) nodes: &'a mut NodePool,
    pub(super) jobs: &'a mut Slab,
    pub(super) packing: &'a mut dyn Packing,
    pub(super) clairvoyant: bool,
    /// Whether a job may start before the nodes it counts on are free, within the instant.
    pub(super) overcommit: bool,
    /// Whether jobs end when their requested time is over.
    pub(super) enforced: bool,
    /// Set from outside to end the run.
    pub(super) interrupt: Option<&'a AtomicBool>,
    /// What was done in this pass, in order.
    pub(super) actions: &'a mut Vec<Action>,
    /// The first action that cannot be.
    pub(super) illegal: Option<(JobSlot, &'static str)>,
}

impl PoolDesk<'_> {
    /// Whether the job is one that can be started here.
    fn may_start(&mut self, job: JobSlot) -> bool {
        let known = self.jobs.get(job);
        let problem = match known {
            None => Some("there is no such job"),
            Some(known) if known.life.pool != Some(self.id) => Some("it belongs to another pool"),
            Some(known) if known.phase != Phase::Queued => Some("it is not queued"),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            self.illegal.get_or_insert((job, problem));
        }
        problem.is_none()
    }

    fn start_at(&mut self, job: JobSlot, tasks: u32, allocation: Allocation) -> bool {
        let request = &self.jobs[job].job.request;
        if allocation.tasks() != u64::from(tasks) {
            self.illegal.get_or_insert((job, "its nodes do not hold all of its tasks"));
            return false;
        }
        if !self.nodes.allocate(&allocation, &request.task) {
            return false;
        }
        self.packing.taken(self.nodes, &allocation, &request.task);
        self.begin(job, tasks).give(allocation);
        true
    }

    fn begin(&mut self, job: JobSlot, tasks: u32) -> &mut JobState {
        let state = &mut self.jobs[job];
        state.phase = Phase::Running;
        state.begin(self.now, tasks);
        self.actions.push(Action::Start(job));
        state
    }

    /// A running job of this pool that has its nodes and did not start in this instant.
    fn settled(&mut self, job: JobSlot) -> bool {
        let pool = Some(self.id);
        let known = self.jobs.get(job).filter(|known| known.phase == Phase::Running && known.life.pool == pool);
        if known.is_none() {
            self.illegal.get_or_insert((job, "it does not run here"));
        }
        known.is_some_and(|known| known.began < self.now && known.allocation.is_some())
    }

    fn headline(&self, demand: &Totals) -> u64 {
        demand.headline(self.platform.pools[self.id.index()].accelerated())
    }
}

impl Desk for PoolDesk<'_> {
    fn now(&self) -> SimTime {
        self.now
    }
    fn interrupted(&self) -> bool {
        self.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
    fn pool(&self) -> &Pool {
        &self.platform.pools[self.id.index()]
    }
    fn nodes(&self) -> &NodePool {
        self.nodes
    }
    fn request(&self, job: JobSlot) -> &Request {
        &self.jobs[job].job.request
    }
    fn requested(&self, job: JobSlot) -> SimDuration {
        self.jobs[job].requested_span()
    }
    fn queued_at(&self, job: JobSlot) -> SimTime {
        self.jobs[job].life.staged.unwrap_or(self.now)
    }
    fn clairvoyant(&self, job: JobSlot) -> Option<SimDuration> {
        self.clairvoyant.then(|| self.jobs[job].actual_span())
    }
    fn tenant_weight(&self, job: JobSlot) -> f64 {
        self.platform.tenants.group(self.jobs[job].job.request.tenant).map_or(1.0, |group| group.weight)
    }
    fn start(&mut self, job: JobSlot) -> bool {
        let tasks = self.jobs.get(job).map_or(0, |known| known.job.request.tasks);
        self.start_with(job, tasks)
    }
    fn start_with(&mut self, job: JobSlot, tasks: u32) -> bool {
        if !self.may_start(job) {
            return false;
        }
        let request = &self.jobs[job].job.request;
        if !may_have(request, tasks) {
            self.illegal.get_or_insert((job, "so many tasks are not within its range"));
            return false;
        }
        match self.packing.choose(self.nodes, tasks, &request.task) {
            Some(allocation) => self.start_at(job, tasks, allocation),
            None => false,
        }
    }
    fn start_overcommitted(&mut self, job: JobSlot) -> bool {
        if self.start(job) {
            return true;
        }
        let may = self.overcommit && self.may_start(job);
        if may {
            self.begin(job, self.jobs[job].job.request.tasks);
        }
        may
    }
    fn preview(&self, nodes: &NodePool, job: JobSlot) -> Option<Allocation> {
        let request = &self.jobs[job].job.request;
        self.packing.preview(nodes, request.tasks, &request.task)
    }
    fn choose(&mut self, job: JobSlot) -> Option<Allocation> {
        let request = &self.jobs[job].job.request;
        self.packing.choose(self.nodes, request.tasks, &request.task)
    }
    fn ends_now(&self, job: JobSlot) -> bool {
        self.jobs.get(job).is_some_and(|known| known.phase == Phase::Running && known.ends_at <= self.now)
    }
    fn start_on(&mut self, job: JobSlot, nodes: Allocation) -> bool {
        self.may_start(job) && self.start_at(job, self.jobs[job].job.request.tasks, nodes)
    }
    fn allocation(&self, job: JobSlot) -> Option<&Allocation> {
        self.jobs[job].allocation.as_ref()
    }
    fn tasks(&self, job: JobSlot) -> u32 {
        self.jobs[job].life.tasks
    }
    fn resize(&mut self, job: JobSlot, tasks: u32) -> bool {
        if !self.settled(job) || self.jobs[job].ends_at <= self.now {
            return false;
        }
        let state = &mut self.jobs[job];
        let malleable = state.job.request.elastic().is_some_and(|elastic| elastic.kind == Elasticity::Malleable);
        if !malleable || !may_have(&state.job.request, tasks) {
            self.illegal.get_or_insert((job, "to give it tasks that it cannot have"));
            return false;
        }
        let Some(before) = state.allocation.take() else { return false };
        let task = state.job.request.task;
        // It may move: all of its nodes are free to be chosen again.
        let packing = &mut *self.packing;
        let exchanged = self.nodes.exchange(&before, &task, |nodes| {
            packing.given(nodes, &before, &task);
            packing.choose(nodes, tasks, &task)
        });
        let Some(after) = exchanged else {
            self.packing.taken(self.nodes, &before, &task);
            state.allocation = Some(before);
            return false;
        };
        self.packing.taken(self.nodes, &after, &task);
        let (held_before, promised) = (state.demand, state.promised);
        state.go_on_with(self.now, tasks);
        state.plan_end(self.enforced);
        state.give(after.clone());
        let held = state.demand;
        self.actions.push(Action::Resize(Box::new(Resized { slot: job, before, held_before, after, held, promised })));
        true
    }
    fn began(&self, job: JobSlot) -> SimTime {
        self.jobs[job].began
    }
    fn at_risk(&self, job: JobSlot) -> SimDuration {
        self.jobs[job].at_risk(self.now)
    }
    fn preempt(&mut self, job: JobSlot) -> bool {
        // A job that is over but for its end's turn in this instant is left to it.
        if !self.settled(job) || self.jobs[job].ends_at <= self.now {
            return false;
        }
        let headline = self.headline(&self.jobs[job].demand);
        let state = &mut self.jobs[job];
        let Some(allocation) = state.allocation.take() else { return false };
        self.nodes.release(&allocation, &state.job.request.task);
        self.packing.given(self.nodes, &allocation, &state.job.request.task);
        let (held, began, promised) = (state.demand, state.began, state.promised);
        state.phase = Phase::Queued;
        state.interrupt(self.now, headline);
        self.actions.push(Action::Preempt(Box::new(Interrupted { slot: job, allocation, held, began, promised })));
        true
    }
}

/// Whether a job can do with so many tasks.
fn may_have(request: &Request, tasks: u32) -> bool {
    tasks == request.tasks
        || request.elastic().is_some_and(|elastic| {
            let (least, most) = elastic.range(request.tasks);
            (least..=most).contains(&tasks)
        })
}
