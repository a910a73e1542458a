//! Room in a pool, and how long a job would wait there: one rule for all brokers, for services and for what `explain` shows.
//!
//! The rule counts what *nodes* can hold, never the sums of a pool:
//!
//! - The **size** of a task is its dominant share of a node. What is queued at a pool or on its way there is counted in tasks of the asking
//!   job's size, rounded up, and is served before the job.
//! - A pool has **room** for a job where its nodes hold, now, as many tasks of the job's shape as the job has and what is ahead of it makes.
//! - Else the job's **wait** ends at the first predicted end of a running job at which the nodes hold so many tasks. A job that runs
//!   longer than predicted holds its nodes, and is taken to end in the next instant.
//! - Where the nodes never hold so many, it ends when all that runs has ended and all work ahead (running, queued, coming) has been done
//!   by all nodes together, whichever is later.
//! - A pool whose open nodes could not hold the job if they were empty has no wait at all: the job cannot start there as things are.

use super::view::View;
use crate::model::{Need, NodeState, Pool, PoolId, Request, TaskShape};
use crate::units::{SimDuration, SimTime};

/// The rule in the words of `eastwest policies`.
pub(super) const RULE: &str = "Room and waits: the size of a task is the largest of its cores, accelerators and bounded memory as parts of a \
node. What is queued at a pool and on its way there counts in tasks of the job's own size, rounded up, and comes first. A pool has room \
where its nodes hold so many tasks and the job's now; fragments of several nodes hold none. Else the wait ends at the first end of a running \
job, as requested, from which on they do; a job that runs longer than requested is expected to end in the next instant. Where the nodes never \
hold so many, the wait ends when all running jobs have ended and all nodes together have done all work ahead, whichever is later. The expected \
start is the later of the arrival of the data and the end of the wait.";

/// What storage holds and when, in the words of `eastwest policies`.
pub(super) const STORAGE_RULE: &str = "Storage: a job is placed where there is room for the input that is moved there and for its output. Both are \
reserved when it is placed: the input until its run ends, the output until it is delivered elsewhere, or for good where it stays. A shared copy \
of a dataset is reserved by the first job that needs it and stays for good; later jobs need no room for it.";

/// What a center publishes about one of its pools, besides what its [`Outlook`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct PoolSummary {
    /// Thousandths of the headline resource open to the network.
    pub capacity: u64,
    /// Thousandths of it free.
    pub free: u64,
    /// Open nodes.
    pub nodes: u64,
    /// Open nodes that nobody uses any part of.
    pub idle: u64,
    /// Jobs running.
    pub running_jobs: u32,
    /// Jobs queued.
    pub queued_jobs: u32,
    /// Jobs placed by the broker that have not joined the queue, as far as the broker knows (its own placements).
    pub coming_jobs: u32,
    /// The [size](Pool::size) of queued jobs.
    pub queued_size: u64,
    /// The size of coming jobs.
    pub coming_size: u64,
    /// Size times requested run time of queued jobs, in thousandth-nanoseconds.
    pub queued_work: u128,
    /// That of coming jobs.
    pub coming_work: u128,
}

impl PoolSummary {
    /// The size of what is queued and coming.
    #[must_use]
    pub const fn waiting_size(&self) -> u64 {
        self.queued_size.saturating_add(self.coming_size)
    }

    /// What is queued and coming, in units of so large a size, rounded up; none where the unit has no size.
    #[must_use]
    pub fn ahead(&self, unit: impl FnOnce() -> u64) -> u64 {
        let waiting = self.waiting_size();
        if waiting == 0 {
            return 0;
        }
        match unit() {
            0 => 0,
            unit => waiting.div_ceil(unit),
        }
    }

    /// Idle nodes less what is queued and coming, in whole nodes.
    #[must_use]
    pub fn idle_beside_waiting(&self, pool: &Pool) -> u64 {
        self.idle.saturating_sub(self.ahead(|| pool.headline_per_node()))
    }

    /// Share of the capacity that is free, in parts per million rounded down; 0 without capacity.
    #[must_use]
    pub fn free_ppm(&self) -> u64 {
        let ppm = (u128::from(self.free) * 1_000_000).checked_div(u128::from(self.capacity)).unwrap_or(0);
        u64::try_from(ppm).unwrap_or(u64::MAX)
    }
}

/// What the nodes of pools hold now, and what they are predicted to hold as running jobs end.
pub trait Outlook {
    /// A cheap look ahead of the others: `false` only where the nodes of a pool hold less than so many tasks now and at all predicted ends
    /// before `until`.
    fn may_hold(&self, pool: PoolId, (need, tasks): (&Need, u64), now: SimTime, until: SimTime) -> bool {
        let _ = (pool, need, tasks, now, until);
        true
    }
    /// How many tasks of a shape the nodes of a pool hold beside what runs, as far as known at `now`.
    fn fits(&self, pool: PoolId, task: &TaskShape, now: SimTime) -> u64;
    /// The first predicted end of a running job, later than `now` and earlier than `until`, from which on the nodes of a pool hold so many
    /// tasks of a shape.
    fn holds_at(&self, pool: PoolId, task: &TaskShape, tasks: u64, now: SimTime, until: SimTime) -> Option<SimTime>;
    /// The last predicted end of a job that runs in a pool; `now` where none runs.
    fn last_end(&self, pool: PoolId, now: SimTime) -> SimTime;
    /// Size times what is left of the predicted run times of running jobs, each at least zero, in thousandth-nanoseconds.
    fn running_work(&self, pool: PoolId, now: SimTime) -> u128;
}

impl View<'_> {
    /// The instant from which on the nodes of a pool are expected to hold a job, if that is earlier than `until`; never where its open
    /// nodes could not hold it.
    #[must_use]
    pub fn held_before(&self, request: &Request, id: PoolId, until: SimTime) -> Option<SimTime> {
        let (now, summary, asked) = (self.now, self.summary(id), u64::from(request.tasks));
        if summary.nodes == 0 || now >= until {
            return None;
        }
        let pool = self.pool(id);
        let need = Need::new(&request.task, &pool.node)?;
        // Most pools of a nation: as many idle nodes as tasks. That takes no division to see.
        if summary.idle >= asked && summary.waiting_size() == 0 {
            return Some(now);
        }
        let tasks = asked.saturating_add(summary.ahead(|| pool.size(1, &request.task)));
        let may_hold = self.outlook.may_hold(id, (&need, tasks), now, until);
        let last = || self.outlook.last_end(id, now).max(now + SimDuration(1));
        // Most other pools: too little is free before `until`, and something runs longer.
        if !may_hold && last() >= until {
            return None;
        }
        let per_node = u64::from(need.fit(&NodeState::idle(&pool.node)));
        let most = summary.nodes.saturating_mul(per_node);
        if most < asked {
            return None;
        }
        if summary.idle.saturating_mul(per_node) >= tasks
            || may_hold && self.outlook.fits(id, &request.task, now) >= tasks
        {
            return Some(now);
        }
        if may_hold
            && tasks <= most
            && let Some(at) = self.outlook.holds_at(id, &request.task, tasks, now, until)
        {
            return Some(at);
        }
        let last = last();
        if last >= until {
            return None;
        }
        let work = self.outlook.running_work(id, now).saturating_add(summary.queued_work);
        let nanos = work.saturating_add(summary.coming_work).checked_div(u128::from(summary.capacity))?;
        let done = now + SimDuration(u64::try_from(nanos).unwrap_or(u64::MAX));
        Some(last.max(done)).filter(|at| *at < until)
    }

    /// Whether the nodes of a pool hold a job now beside what is queued there and on its way.
    #[must_use]
    pub fn has_room(&self, request: &Request, pool: PoolId) -> bool {
        self.held_before(request, pool, self.now + SimDuration(1)).is_some()
    }

    /// The expected wait in the queue of a pool for a job whose data are there: zero just where the pool [has room](View::has_room); `None`
    /// where its open nodes could not hold the job.
    #[must_use]
    pub fn queue_wait(&self, request: &Request, pool: PoolId) -> Option<SimDuration> {
        self.held_before(request, pool, SimTime::MAX).map(|at| at.since(self.now))
    }

    /// Whether [`View::wait_or_never`] is less than some span. Looks no further ahead than that.
    #[must_use]
    pub fn waits_less(&self, request: &Request, pool: PoolId, span: SimDuration) -> bool {
        self.held_before(request, pool, self.now + span).is_some()
    }

    /// [`View::queue_wait`], for ever where there is none.
    #[must_use]
    pub fn wait_or_never(&self, request: &Request, pool: PoolId) -> SimDuration {
        self.queue_wait(request, pool).unwrap_or(SimDuration::MAX)
    }
}
