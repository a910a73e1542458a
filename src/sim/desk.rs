//! The desk of one pool: what its queue discipline sees and does.

use super::slab::{JobState, Phase, Slab};
use crate::model::{Allocation, JobSlot, NodePool, Platform, Pool, PoolId, Request};
use crate::policy::packing::Packing;
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};

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
    /// Jobs started in this pass, in order.
    pub(super) started: &'a mut Vec<JobSlot>,
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

    fn start_with(&mut self, job: JobSlot, allocation: Allocation) -> bool {
        let request = &self.jobs[job].job.request;
        if allocation.tasks() != u64::from(request.tasks) {
            self.illegal.get_or_insert((job, "its nodes do not hold all of its tasks"));
            return false;
        }
        if !self.nodes.allocate(&allocation, &request.task) {
            return false;
        }
        self.packing.taken(self.nodes, &allocation, &request.task);
        self.begin(job).give(allocation);
        true
    }

    fn begin(&mut self, job: JobSlot) -> &mut JobState {
        let state = &mut self.jobs[job];
        state.phase = Phase::Running;
        state.life.started = Some(self.now);
        state.life.attempt += 1;
        self.started.push(job);
        state
    }
}

impl Desk for PoolDesk<'_> {
    fn now(&self) -> SimTime {
        self.now
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
        self.jobs[job].requested
    }
    fn queued_at(&self, job: JobSlot) -> SimTime {
        self.jobs[job].life.staged.unwrap_or(self.now)
    }
    fn clairvoyant(&self, job: JobSlot) -> Option<SimDuration> {
        self.clairvoyant.then(|| self.jobs[job].actual)
    }
    fn tenant_weight(&self, job: JobSlot) -> f64 {
        self.platform.tenants.group(self.jobs[job].job.request.tenant).map_or(1.0, |group| group.weight)
    }
    fn start(&mut self, job: JobSlot) -> bool {
        if !self.may_start(job) {
            return false;
        }
        let request = &self.jobs[job].job.request;
        match self.packing.choose(self.nodes, request.tasks, &request.task) {
            Some(allocation) => self.start_with(job, allocation),
            None => false,
        }
    }
    fn start_overcommitted(&mut self, job: JobSlot) -> bool {
        if self.start(job) {
            return true;
        }
        let may = self.overcommit && self.may_start(job);
        if may {
            self.begin(job);
        }
        may
    }
    fn start_on(&mut self, job: JobSlot, nodes: Allocation) -> bool {
        self.may_start(job) && self.start_with(job, nodes)
    }
    fn allocation(&self, job: JobSlot) -> Option<&Allocation> {
        self.jobs[job].allocation.as_ref()
    }
}
