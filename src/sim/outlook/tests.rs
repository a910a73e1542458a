//! The rule of room against a slow twin: nodes one by one, all predicted ends, every job released again for each instant.

use super::*;
use crate::model::{
    AcceleratorId, Allocation, AllocationPart, CARDS_MAX, CardOrder, CenterId, DatasetId, LaneId, NodePool, NodeRange,
    NodeShape, NodeState, Request, SiteId,
};
use crate::observe::sample;
use crate::policy::view::{PathEstimate, Paths, PoolSummary, View};
use crate::rng::Streams;
use crate::units::{Bytes, SimDuration};
use proptest::prelude::*;

const KIND: AcceleratorId = AcceleratorId(0);
const POOL: PoolId = PoolId(0);

/// No network.
struct NoPaths;

impl Paths for NoPaths {
    fn version(&self) -> u64 {
        0
    }
    fn path(&self, _from: SiteId, _to: SiteId) -> Option<PathEstimate> {
        None
    }
    fn latency(&self, _from: SiteId, _to: SiteId) -> Option<SimDuration> {
        None
    }
    fn lanes(&self, _from: SiteId, _to: SiteId) -> Option<&[LaneId]> {
        None
    }
    fn replicas(&self, _dataset: DatasetId) -> &[SiteId] {
        &[]
    }
    fn is_coming(&self, _dataset: DatasetId, _center: CenterId) -> bool {
        false
    }
    fn storage_free(&self, _center: CenterId) -> Option<Bytes> {
        None
    }
}

/// One pool at work.
struct Bench {
    draw: crate::rng::Generator,
    platform: Platform,
    pools: Vec<PoolState>,
    jobs: Slab,
    running: Vec<JobSlot>,
    kept: Outlooks,
    shapes: Vec<TaskShape>,
    now: SimTime,
    number: u64,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let mut draw = Streams::new(seed, 0).stream("test.outlook");
        let cores = [1, 2, 4, 8, 16][draw.random_range(0..5)];
        let cards = if draw.random_bool(0.5) { draw.random_range(1..9) } else { 0 };
        let memory = if draw.random_bool(0.5) { u64::MAX } else { 4 * draw.random_range(1..9_u64) };
        let accelerator = (cards > 0).then_some(KIND);
        let node = NodeShape { cores_milli: cores * 1000, memory, cards, accelerator };
        let mut platform = sample::platform();
        platform.pools.truncate(1);
        (platform.pools[0].node, platform.pools[0].nodes) = (node, draw.random_range(1..9));
        let pools = vec![PoolState::new(&platform.pools[0])];
        let mut bench = Self {
            draw,
            platform,
            pools,
            jobs: Slab::default(),
            running: Vec::new(),
            kept: Outlooks::default(),
            shapes: Vec::new(),
            now: SimTime(1000),
            number: 0,
        };
        for _ in 0..bench.draw.random_range(1..6) {
            let shape = bench.shape();
            bench.shapes.push(shape);
        }
        bench
    }

    /// Something that a node may hold, or whole nodes; now and then cores in parts, shares of cards, more than any node has.
    fn shape(&mut self) -> TaskShape {
        let node = self.platform.pools[0].node;
        let cores = node.cores_milli / 1000;
        let cores_milli = match self.draw.random_range(0..6) {
            0 => node.cores_milli,
            1 => 500,
            2 => 0,
            3 => 1000,
            _ => self.draw.random_range(1..=cores + 1) * 1000,
        };
        let memory = if self.draw.random_bool(0.5) { 0 } else { self.draw.random_range(0..10) };
        let accelerators_milli = match self.draw.random_range(0..4) {
            _ if node.cards == 0 => 0,
            0 => 0,
            1 => [250, 300, 500][self.draw.random_range(0..3)],
            _ => 1000 * self.draw.random_range(1..=u32::from(node.cards)),
        };
        TaskShape { cores_milli, memory, accelerators_milli, accelerator: (accelerators_milli > 0).then_some(KIND) }
    }

    /// Nodes in any order, as many tasks on each as fit.
    fn choose(&mut self, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        let nodes = &self.pools[0].nodes;
        // A job that takes nothing holds no node back from being withheld.
        let need = nodes.need(task).filter(|need| !need.is_nothing())?;
        let (count, mut left) = (nodes.numbers(), tasks);
        let first = self.draw.random_range(0..count);
        let mut parts: Vec<AllocationPart> = Vec::new();
        for node in (first..count).chain(0..first) {
            let Some(range) = nodes.range_of(node) else { continue };
            let here = need.fit(&range.state).min(left).min(u32::from(u16::MAX));
            if here > 0 {
                let cards = need.cards(&range.state, here, CardOrder::Lowest);
                parts.push(AllocationPart { first: node, count: 1, tasks_per_node: here, cards });
                left -= here;
            }
        }
        parts.sort_by_key(|part| part.first);
        let mut joined: Vec<AllocationPart> = Vec::new();
        for part in parts {
            match joined.last_mut() {
                Some(last)
                    if last.first + last.count == part.first
                        && last.cards == part.cards
                        && last.tasks_per_node == part.tasks_per_node =>
                {
                    last.count += 1
                }
                _ => joined.push(part),
            }
        }
        (left == 0).then(|| Allocation { parts: joined.into() })
    }

    fn start(&mut self) {
        let task = self.shapes[self.draw.random_range(0..self.shapes.len())];
        let tasks = self.draw.random_range(1..7);
        let Some(allocation) = self.choose(tasks, &task) else { return };
        assert!(self.pools[0].nodes.allocate(&allocation, &task));
        let mut job = sample::job(self.number, self.now);
        self.number += 1;
        (job.request.tasks, job.request.task) = (tasks, task);
        let slot = self.jobs.insert(job);
        let state = &mut self.jobs[slot];
        (state.phase, state.life.pool, state.life.tasks) = (Phase::Running, Some(POOL), tasks);
        state.promised = self.now + SimDuration([10, self.draw.random_range(0..500)][self.draw.random_range(0..2)]);
        state.give(allocation);
        self.kept.runs(&self.jobs[slot], &self.platform);
        self.running.push(slot);
    }

    /// A job ends, whatever was predicted.
    fn end(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let slot = self.running.swap_remove(self.draw.random_range(0..self.running.len()));
        let (allocation, task) = self.jobs.held(slot).map(|(held, task)| (held.clone(), *task)).unwrap();
        assert!(self.pools[0].nodes.release(&allocation, &task));
        self.kept.ended(POOL, slot, self.jobs[slot].promised);
        self.jobs.end(slot);
        self.jobs.recycle();
    }

    /// Something happens, or only time passes.
    fn step(&mut self) {
        match self.draw.random_range(0..10) {
            0..5 => self.start(),
            5..7 => self.end(),
            7 => {
                let open = self.draw.random_range(0..=self.platform.pools[0].nodes);
                self.pools[0].nodes.set_open(open);
            }
            _ => self.now += SimDuration(self.draw.random_range(0..60)),
        }
    }

    fn summary(&mut self) -> PoolSummary {
        let (nodes, pool) = (&self.pools[0].nodes, &self.platform.pools[0]);
        let waiting = self.draw.random_bool(0.5);
        let size = |draw: &mut crate::rng::Generator| if waiting { draw.random_range(0..40_000) } else { 0 };
        PoolSummary {
            capacity: pool.headline_per_node() * nodes.open(),
            free: nodes.free().headline(pool.accelerated()),
            nodes: nodes.open(),
            idle: nodes.idle(),
            queued_size: size(&mut self.draw),
            coming_size: size(&mut self.draw),
            queued_work: u128::from(size(&mut self.draw)) * 50,
            coming_work: u128::from(size(&mut self.draw)) * 50,
            ..PoolSummary::default()
        }
    }

    /// The nodes once all jobs that are due by then have ended; what is late is due in the instant after `seen`.
    fn nodes_at(&self, at: SimTime, seen: SimTime) -> NodePool {
        let mut nodes = self.pools[0].nodes.clone();
        let mut due: Vec<JobSlot> = self.running.clone();
        due.sort_by_key(|slot| (self.jobs[*slot].promised, *slot));
        for slot in due.into_iter().filter(|slot| self.jobs[*slot].promised.max(seen + SimDuration(1)) <= at) {
            let (allocation, task) = self.jobs.held(slot).unwrap();
            assert!(nodes.release(allocation, task));
        }
        nodes
    }

    /// Predicted ends as they are seen.
    fn ends(&self, seen: SimTime) -> Vec<SimTime> {
        let mut ends: Vec<SimTime> =
            self.running.iter().map(|slot| self.jobs[*slot].promised.max(seen + SimDuration(1))).collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    /// The rule, word for word.
    fn wait(&self, request: &Request, summary: &PoolSummary) -> Option<SimDuration> {
        let pool = &self.platform.pools[0];
        let empty = NodePool::new(pool.node, summary.nodes);
        if count(&empty, &request.task) < u64::from(request.tasks) {
            return None;
        }
        let size = pool.size(1, &request.task);
        let waiting = summary.queued_size + summary.coming_size;
        let ahead = if size == 0 { 0 } else { waiting.div_ceil(size) };
        let tasks = u64::from(request.tasks) + ahead;
        if count(&self.pools[0].nodes, &request.task) >= tasks {
            return Some(SimDuration::ZERO);
        }
        let ends = self.ends(self.now);
        let found = ends.iter().find(|end| count(&self.nodes_at(**end, self.now), &request.task) >= tasks);
        if let Some(end) = found {
            return Some(end.since(self.now));
        }
        let last = ends.last().copied().unwrap_or(self.now + SimDuration(1));
        let left = |slot: &JobSlot| {
            let job = &self.jobs[*slot];
            u128::from(pool.size(job.life.tasks, &job.job.request.task)) * u128::from(job.promised.since(self.now).0)
        };
        let work = self.running.iter().map(left).sum::<u128>() + summary.queued_work + summary.coming_work;
        let done = self.now + SimDuration((work / u128::from(summary.capacity)) as u64);
        Some(last.max(done).since(self.now))
    }
}

/// How many tasks nodes hold: one after the other, on every node.
fn count(nodes: &NodePool, task: &TaskShape) -> u64 {
    let shape = nodes.shape();
    if task.accelerators_milli > 0 && task.accelerator != shape.accelerator {
        return 0;
    }
    let on_range = |range: NodeRange| u64::from(on_node(&range.state, task)) * range.count;
    nodes.ranges().map(on_range).sum()
}

fn on_node(state: &NodeState, task: &TaskShape) -> u32 {
    let (mut cores, mut memory, mut cards) = (state.cores_milli, state.memory, state.cards);
    let mut tasks = 0;
    while tasks < 1000 {
        let Some(less) = cores.checked_sub(task.cores_milli) else { break };
        if state.memory != u64::MAX {
            let Some(less) = memory.checked_sub(task.memory) else { break };
            memory = less;
        }
        cores = less;
        if !take_cards(&mut cards, task.accelerators_milli) {
            break;
        }
        tasks += 1;
    }
    if tasks == 1000 { u32::MAX } else { tasks }
}

fn take_cards(cards: &mut [u16; CARDS_MAX], milli: u32) -> bool {
    if milli < 1000 {
        return milli == 0
            || cards.iter_mut().any(|card| card.checked_sub(milli as u16).map(|less| *card = less).is_some());
    }
    let free: Vec<&mut u16> = cards.iter_mut().filter(|card| **card == 1000).take((milli / 1000) as usize).collect();
    let enough = free.len() == (milli / 1000) as usize;
    if enough {
        free.into_iter().for_each(|card| *card = 0);
    }
    enough
}

/// A job of one of the shapes, or of another one.
fn request(bench: &mut Bench) -> Request {
    let known = bench.shapes[bench.draw.random_range(0..bench.shapes.len())];
    let task = if bench.draw.random_bool(0.8) { known } else { bench.shape() };
    let tasks = bench.draw.random_range(1..12);
    Request { tasks, task, ..sample::job(0, bench.now).request }
}

proptest! {
    #[test]
    fn the_wait_is_that_of_the_rule(seed in any::<u64>()) {
        let mut bench = Bench::new(seed);
        for _ in 0..40 {
            bench.step();
            let (request, summary) = (request(&mut bench), bench.summary());
            let slow = bench.wait(&request, &summary);
            let live = Live { platform: &bench.platform, pools: &bench.pools, jobs: &bench.jobs, kept: &bench.kept };
            let summaries = [summary];
            let view = View {
                now: bench.now, platform: &bench.platform, summaries: &summaries, outlook: &live, paths: &NoPaths,
            };
            let span = slow.map_or(77, |wait| wait.0);
            // Short looks first: what they leave behind must not mislead the long one.
            for span in [1, span / 2, span, span + 1] {
                let less = slow.is_some_and(|wait| wait.0 < span);
                prop_assert_eq!(view.waits_less(&request, POOL, SimDuration(span)), less, "{} of {:?}", span, slow);
            }
            prop_assert_eq!(view.queue_wait(&request, POOL), slow);
            prop_assert_eq!(view.has_room(&request, POOL), slow == Some(SimDuration::ZERO));
        }
    }

    #[test]
    fn what_is_published_is_never_too_hopeful_and_exact_at_its_points(seed in any::<u64>()) {
        let mut bench = Bench::new(seed);
        for _ in 0..bench.draw.random_range(5..60) {
            bench.step();
        }
        let shapes = bench.shapes.clone();
        shapes.iter().for_each(|shape| bench.kept.asked_for(shape));
        let published = bench.now;
        let curves = bench.kept.publish(&bench.platform, &bench.pools, &bench.jobs, published);
        let platform = bench.platform.clone();
        let outlook = Published { platform: &platform, curves: &curves };
        let ends = bench.ends(published);
        let exact = ends.len() <= curve::POINTS;
        let last = ends.last().copied().unwrap_or(published);
        prop_assert_eq!(outlook.last_end(POOL, published), last);
        for _ in 0..20 {
            let now = published + SimDuration([0, 1, bench.draw.random_range(0..400)][bench.draw.random_range(0..3)]);
            let request = request(&mut bench);
            if bench.pools[0].nodes.need(&request.task).is_some_and(|need| need.is_nothing()) {
                continue;
            }
            let known = shapes.contains(&request.task);
            let fits = outlook.fits(POOL, &request.task, now);
            let slow = count(&bench.nodes_at(now, published), &request.task);
            // Where nodes are to be withheld, fewer may fit between two points than at the one before.
            prop_assert!(fits <= slow || bench.pools[0].nodes.owed() > 0, "{fits} of {slow}");
            prop_assert!(!(exact && known) || fits == slow);
            let tasks = u64::from(request.tasks);
            let found = outlook.holds_at(POOL, &request.task, tasks, now, SimTime::MAX);
            let enough = |end: &SimTime| *end > now && count(&bench.nodes_at(*end, published), &request.task) >= tasks;
            let first = ends.iter().copied().find(enough);
            match found {
                Some(at) => prop_assert!(first.is_some_and(|first| first <= at) && ends.contains(&at)),
                None => prop_assert!(!known || first.is_none() || bench.pools[0].nodes.owed() > 0),
            }
            prop_assert!(!(exact && known) || found == first);
        }
        // What was published before is published again, unless something is late.
        let again = bench.kept.publish(&bench.platform, &bench.pools, &bench.jobs, published);
        prop_assert!(Arc::ptr_eq(&again[0], &curves[0]));
    }
}

/// Sums say how many tasks fit where these need nothing but cores of which every node always has a multiple free: the walk by sums and
/// the one over nodes are one.
#[test]
fn sums_are_exact_where_they_are_used() {
    let mut by_sums = 0;
    for seed in 0..400 {
        let mut bench = Bench::new(seed);
        for _ in 0..30 {
            bench.step();
        }
        let outlook = &bench.kept.pools(&bench.platform, &bench.jobs)[0];
        let nodes = &bench.pools[0].nodes;
        for task in &bench.shapes {
            if let Some(need) = nodes.need(task).filter(|_| outlook.ends.is_exact(task)) {
                by_sums += 1;
                assert_eq!(nodes.free().cores_milli / u64::from(task.cores_milli), nodes.tasks_that_fit(&need));
            }
        }
    }
    assert!(by_sums > 100, "{by_sums}");
}

/// Where sums say that so many tasks are not held by some instant, nodes hold no so many until then. They say so often.
#[test]
fn sums_that_say_no_are_right() {
    let (mut asked, mut refused) = (0, 0);
    for seed in 0..400 {
        let mut bench = Bench::new(seed);
        for _ in 0..30 {
            bench.step();
        }
        let (request, until) = (request(&mut bench), bench.now + SimDuration(bench.draw.random_range(1..300)));
        let Some(need) = bench.pools[0].nodes.need(&request.task) else { continue };
        let live = Live { platform: &bench.platform, pools: &bench.pools, jobs: &bench.jobs, kept: &bench.kept };
        asked += 1;
        if !live.may_hold(POOL, (&need, request.tasks.into()), bench.now, until) {
            refused += 1;
            let ends = bench.ends(bench.now).into_iter().filter(|end| *end < until);
            let most = ends.chain([bench.now]).map(|at| count(&bench.nodes_at(at, bench.now), &request.task)).max();
            assert!(most < Some(request.tasks.into()), "{most:?} of {}", request.tasks);
        }
    }
    assert!(refused > 50 && refused < asked, "{refused} of {asked}");
}
