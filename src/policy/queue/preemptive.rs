//! Preemption by priority: jobs of higher priority come first, and the first of the queue, where it does not fit, interrupts jobs of
//! lower priority that run.
//!
//! After a pass of the queue within (in order or EASY, whose order is by priority first), if the first of the queue still waits and
//! running jobs of lower priority hold the nodes that it needs, it interrupts some of them. Victims are taken in this order until the first
//! fits on nodes: the lowest priority, then the least node-time at risk, then the youngest. Node-time at risk is the computing since the
//! last checkpoint (since the start where there is none) times the job's dominant share of nodes, so a large job that has just started
//! can be dearer than a small one that has run for long. Then the dearest victims that are not needed are spared.
//!
//! Interrupted jobs keep what their last checkpoint saved and their place in the queue, and pay a restart. Jobs of its own priority are
//! never interrupted, so that each interruption lets a more important job start and there is no end of turns. Nobody is interrupted
//! at an instant at which a running job is about to end: the pass after that end looks again. Jobs that started at this instant stay too.
//!
//! Source: preemption of batch systems (Slurm's `PreemptType=preempt/qos`, IBM LoadLeveler); restart from checkpoints after Niu et al.,
//! "Employing checkpoint to improve job scheduling in large-scale systems", JSSPP 2012. Cost: where the first waits, a look at the
//! running jobs of lower priority, and a copy of the pool's ranges.

use super::QueueDiscipline;
use crate::model::{JobSlot, NodePool, Request};
use crate::policy::view::Desk;
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Preemption around a queue whose order is by priority first.
#[derive(Clone)]
pub struct Preemptive {
    within: Box<dyn QueueDiscipline>,
    /// Running jobs by priority, then number.
    running: BTreeSet<(i32, u64, JobSlot)>,
}

impl Preemptive {
    /// An empty queue; `within` must put higher priorities first.
    #[must_use]
    pub fn new(within: Box<dyn QueueDiscipline>) -> Self {
        Self { within, running: BTreeSet::new() }
    }

    /// Whom to interrupt so that `head` fits; `None` where all of lower priority together are not enough.
    fn victims(&self, head: JobSlot, desk: &dyn Desk) -> Option<Vec<JobSlot>> {
        let request = desk.request(head);
        let lower = self.running.range(..(request.priority, 0, JobSlot(0)));
        let mut candidates: Vec<_> = lower
            .filter(|(.., job)| desk.allocation(*job).is_some() && desk.began(*job) < desk.now())
            .map(|(priority, number, job)| (*priority, node_time_at_risk(*job, desk), Reverse(*number), *job))
            .collect();
        if candidates.is_empty() || self.running.iter().any(|(.., job)| desk.ends_now(*job)) {
            return None;
        }
        candidates.sort_unstable();
        let mut nodes = desk.nodes().clone();
        let mut chosen = Vec::new();
        for (.., job) in candidates {
            if fits(&nodes, request) {
                break;
            }
            if let Some(allocation) = desk.allocation(job) {
                nodes.release(allocation, &desk.request(job).task);
                chosen.push(job);
            }
        }
        if chosen.is_empty() || !fits(&nodes, request) {
            return None;
        }
        // Those chosen last are the dearest: whoever is not needed goes on.
        for at in (0..chosen.len()).rev() {
            let job = chosen[at];
            let Some(allocation) = desk.allocation(job) else { continue };
            let task = &desk.request(job).task;
            if nodes.allocate(allocation, task) {
                if fits(&nodes, request) {
                    chosen.remove(at);
                } else {
                    nodes.release(allocation, task);
                }
            }
        }
        Some(chosen)
    }

    /// Interrupts jobs and queues them again; whether all could be.
    fn interrupt(&mut self, victims: &[JobSlot], desk: &mut dyn Desk) -> bool {
        for job in victims {
            let Some(began) = self.began(*job, desk) else { return false };
            if !desk.preempt(*job) {
                return false;
            }
            self.within.ended(*job, began, desk);
            self.within.enqueued(*job, desk);
        }
        true
    }

    /// Takes a job out of the running ones; since when it ran.
    fn began(&mut self, job: JobSlot, desk: &dyn Desk) -> Option<SimTime> {
        let request = desk.request(job);
        self.running.remove(&(request.priority, request.number.0, job)).then(|| desk.began(job))
    }
}

/// What an interruption now would lose: computing at risk times the dominant share that the job holds, in nanoseconds of 2^-32 of a node.
fn node_time_at_risk(job: JobSlot, desk: &dyn Desk) -> u128 {
    let share = super::book::share_of(desk.request(job), desk.tasks(job), desk);
    u128::from(desk.at_risk(job).0) * u128::from(share)
}

/// Whether a job of so many tasks finds room on these nodes.
fn fits(nodes: &NodePool, request: &Request) -> bool {
    super::room::tasks_that_fit(nodes, request, request.tasks) >= request.tasks
}

impl QueueDiscipline for Preemptive {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.within.enqueued(job, desk);
    }

    fn started(&mut self, job: JobSlot, desk: &dyn Desk) {
        let request = desk.request(job);
        self.running.insert((request.priority, request.number.0, job));
        self.within.started(job, desk);
    }

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        let request = desk.request(job);
        self.running.remove(&(request.priority, request.number.0, job));
        self.within.ended(job, started, desk);
    }

    fn withdraw(&mut self, job: JobSlot) {
        self.within.withdraw(job);
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        self.within.decide(desk);
        while let Some(head) = self.within.next() {
            let Some(victims) = self.victims(head, desk) else { return };
            if !self.interrupt(&victims, desk) {
                return;
            }
            self.within.decide(desk);
            if self.within.next() == Some(head) {
                return;
            }
        }
    }

    fn len(&self) -> usize {
        self.within.len()
    }

    fn next(&self) -> Option<JobSlot> {
        self.within.next()
    }

    fn wake_at(&self) -> Option<SimTime> {
        self.within.wake_at()
    }
}
