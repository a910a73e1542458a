//! What the nodes of pools hold and will hold: exactly as they are, or as centers published it.
//!
//! Nothing is kept before a broker first asks. From then on the running jobs of each pool are kept by predicted end, and what was worked out
//! for a pool and a shape of task holds until the pool's nodes change.

mod curve;
mod ends;
#[cfg(test)]
mod tests;
mod walk;

use super::slab::{JobState, Phase, Slab};
use super::world::PoolState;
use crate::model::{JobSlot, Need, Platform, PoolId, TaskShape};
use crate::policy::view::Outlook;
use crate::units::SimTime;
pub(super) use curve::Curve;
use ends::{Ends, Running};
use std::cell::{OnceCell, RefCell};
use std::sync::Arc;
use walk::Walk;

/// Shapes of which a center publishes how many tasks fit; whole nodes come on top.
const SHAPES_MAX: usize = 31;
/// Shapes of which one pool keeps its walks.
const WALKS_MAX: usize = 8;

/// What is kept of one pool.
#[derive(Debug, Clone)]
struct PoolOutlook {
    ends: Ends,
    walks: RefCell<Vec<Walk>>,
    /// What it published last, and the changes of its nodes by then.
    curve: Option<(u64, Arc<Curve>)>,
}

/// What is kept of all pools.
#[derive(Debug, Clone, Default)]
pub(super) struct Outlooks {
    pools: OnceCell<Vec<PoolOutlook>>,
    /// The first shapes that jobs asked for.
    shapes: Vec<TaskShape>,
}

/// The curves of all pools as they were published.
pub(super) type Curves = Vec<Arc<Curve>>;

fn running(job: &JobState, platform: &Platform) -> (Running, TaskShape) {
    let task = job.job.request.task;
    let size = platform.pools[job.pool().index()].size(job.life.tasks, &task);
    // Where a task needs more than one card, it gets whole ones.
    let cards = match task.accelerators_milli {
        share if share < 1000 => share,
        whole => whole.div_ceil(1000).saturating_mul(1000),
    };
    let accelerators_milli = u64::from(cards) * u64::from(job.life.tasks);
    (Running { size, cores_milli: job.demand.cores_milli, accelerators_milli }, task)
}

impl Outlooks {
    /// A job asks for this shape.
    pub(super) fn asked_for(&mut self, task: &TaskShape) {
        if self.shapes.len() < SHAPES_MAX && !self.shapes.contains(task) {
            self.shapes.push(*task);
        }
    }

    /// A job runs until its predicted end.
    pub(super) fn runs(&mut self, job: &JobState, platform: &Platform) {
        if let Some(pools) = self.pools.get_mut() {
            let (running, task) = running(job, platform);
            pools[job.pool().index()].ends.insert((job.promised, job.job.slot), running, &task);
        }
    }

    /// A job that was predicted to end then runs no longer, or goes on in another way.
    pub(super) fn ended(&mut self, pool: PoolId, slot: JobSlot, promised: SimTime) {
        if let Some(pools) = self.pools.get_mut() {
            pools[pool.index()].ends.remove((promised, slot));
        }
    }

    fn pools(&self, platform: &Platform, jobs: &Slab) -> &[PoolOutlook] {
        self.pools.get_or_init(|| all(platform, jobs))
    }

    /// What centers publish now. Only of pools whose nodes changed something is worked out anew.
    pub(super) fn publish(&mut self, platform: &Platform, pools: &[PoolState], jobs: &Slab, now: SimTime) -> Curves {
        if self.pools.get().is_none() {
            _ = self.pools.set(all(platform, jobs));
        }
        let Self { pools: kept, shapes } = self;
        let kept = kept.get_mut().into_iter().flatten();
        let publish = |(outlook, state): (&mut PoolOutlook, &PoolState)| {
            let changes = state.nodes.changes();
            let fresh = || {
                let curve = Curve::new(shapes, &state.nodes, &outlook.ends, jobs, now);
                (changes, Arc::new(curve))
            };
            // A pool where something is late publishes that it still is.
            let same = outlook.curve.take().filter(|(then, curve)| *then == changes && curve.holds_for(shapes, now));
            let (then, curve) = same.unwrap_or_else(fresh);
            outlook.curve = Some((then, Arc::clone(&curve)));
            curve
        };
        kept.zip(pools).map(publish).collect()
    }
}

fn all(platform: &Platform, jobs: &Slab) -> Vec<PoolOutlook> {
    let none = |node| PoolOutlook { ends: Ends::new(node), walks: RefCell::default(), curve: None };
    let mut pools: Vec<PoolOutlook> = platform.pools.iter().map(|pool| none(&pool.node)).collect();
    for slot in jobs.by_number() {
        let job = &jobs[slot];
        if job.phase == Phase::Running {
            let (running, task) = running(job, platform);
            pools[job.pool().index()].ends.insert((job.promised, slot), running, &task);
        }
    }
    pools
}

/// The nodes as they are.
pub(super) struct Live<'a> {
    pub(super) platform: &'a Platform,
    pub(super) pools: &'a [PoolState],
    pub(super) jobs: &'a Slab,
    pub(super) kept: &'a Outlooks,
}

impl Live<'_> {
    fn outlook(&self, pool: PoolId) -> &PoolOutlook {
        &self.kept.pools(self.platform, self.jobs)[pool.index()]
    }

    /// Asks the walk for a shape; nothing where even an idle node cannot hold it.
    fn ask<T>(&self, pool: PoolId, task: &TaskShape, ask: impl FnOnce(&mut Walk, &Ends) -> T) -> Option<T> {
        let nodes = &self.pools[pool.index()].nodes;
        let PoolOutlook { ends, walks, .. } = self.outlook(pool);
        let mut walks = walks.borrow_mut();
        let at = match walks.iter().position(|walk| walk.task == *task) {
            Some(at) => at,
            None => {
                let walk = Walk::new(*task, nodes.need(task)?, nodes, ends);
                if walks.len() == WALKS_MAX {
                    walks.remove(0);
                }
                walks.push(walk);
                walks.len() - 1
            }
        };
        walks[at].follow(nodes, ends);
        Some(ask(&mut walks[at], ends))
    }
}

impl Outlook for Live<'_> {
    fn may_hold(&self, pool: PoolId, (need, tasks): (&Need, u64), now: SimTime, until: SimTime) -> bool {
        let free = self.pools[pool.index()].nodes.free();
        self.outlook(pool).ends.may_hold((need, tasks), free, (now, until))
    }

    fn fits(&self, pool: PoolId, task: &TaskShape, _now: SimTime) -> u64 {
        self.ask(pool, task, |walk, _| walk.fits()).unwrap_or(0)
    }

    fn holds_at(&self, pool: PoolId, task: &TaskShape, tasks: u64, now: SimTime, until: SimTime) -> Option<SimTime> {
        let nodes = &self.pools[pool.index()].nodes;
        self.ask(pool, task, |walk, ends| walk.holds_at(tasks, (now, until), (nodes, ends, self.jobs)))?
    }

    fn last_end(&self, pool: PoolId, now: SimTime) -> SimTime {
        self.outlook(pool).ends.last().map_or(now, |end| end.max(now))
    }

    fn running_work(&self, pool: PoolId, now: SimTime) -> u128 {
        self.outlook(pool).ends.work(now)
    }
}

/// The nodes as centers published them.
pub(super) struct Published<'a> {
    pub(super) platform: &'a Platform,
    pub(super) curves: &'a [Arc<Curve>],
}

impl Published<'_> {
    fn curve(&self, pool: PoolId, task: &TaskShape) -> Option<(&Curve, Need)> {
        let need = Need::new(task, &self.platform.pools[pool.index()].node)?;
        Some((self.curves.get(pool.index())?, need))
    }
}

impl Outlook for Published<'_> {
    fn fits(&self, pool: PoolId, task: &TaskShape, now: SimTime) -> u64 {
        self.curve(pool, task).map_or(0, |(curve, need)| curve.fits(&need, now))
    }

    fn holds_at(&self, pool: PoolId, task: &TaskShape, tasks: u64, now: SimTime, until: SimTime) -> Option<SimTime> {
        let (curve, need) = self.curve(pool, task)?;
        curve.holds_at(&need, tasks, now, until)
    }

    fn last_end(&self, pool: PoolId, now: SimTime) -> SimTime {
        let last = self.curves.get(pool.index()).and_then(|curve| curve.last_end());
        last.map_or(now, |end| end.max(now))
    }

    fn running_work(&self, pool: PoolId, now: SimTime) -> u128 {
        self.curves.get(pool.index()).map_or(0, |curve| curve.work(now))
    }
}
