//! A pool and its clock for tests: submissions and ends, nothing else.

use super::QueueDiscipline;
use crate::model::{
    AcceleratorId, Allocation, CenterId, ClassId, ConstraintId, Input, JobNumber, JobSlot, NodePool, NodeShape, Pool,
    PowerWeights, Rates, Request, SiteId, TaskShape, TenantId, Totals, Work,
};
use crate::policy::packing::{FirstFit, Packing};
use crate::policy::view::Desk;
use crate::signals::Series;
use crate::units::{Bytes, Power, SimDuration, SimTime};
use std::collections::BTreeMap;

/// What a task of a test takes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) cores: u32,
    pub(super) memory: u64,
    /// Thousandths of cards: a share of one, or whole ones.
    pub(super) cards_milli: u32,
}

impl Default for Task {
    fn default() -> Self {
        Self { cores: 1, memory: 0, cards_milli: 0 }
    }
}

/// A job of a test: times in seconds, its size in tasks of one core where nothing else is said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Case {
    pub(super) submit: u64,
    pub(super) run: u64,
    pub(super) requested: u64,
    pub(super) size: u32,
    pub(super) task: Task,
    pub(super) tenant: u32,
    pub(super) priority: i32,
    pub(super) deadline: Option<u64>,
}

impl Case {
    pub(super) fn new(submit: u64, run: u64, requested: u64, size: u32) -> Self {
        Self { submit, run, requested, size, ..Self::default() }
    }
}

/// How events of one instant are ordered and when the discipline is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// Ends first; one pass an instant.
    Ours,
    /// Submissions first; one pass an event; over-commitment allowed.
    Predictsim,
}

/// The nodes of a test, all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) nodes: u64,
    pub(super) cores: u32,
    /// `u64::MAX` where it has no bound.
    pub(super) memory: u64,
    pub(super) cards: u8,
}

impl Machine {
    const fn shape(&self) -> NodeShape {
        let accelerator = if self.cards > 0 { Some(AcceleratorId(0)) } else { None };
        NodeShape { cores_milli: self.cores * 1000, memory: self.memory, cards: self.cards, accelerator }
    }
}

/// One pool. Times are milliseconds where `unit` says so.
pub(super) struct Bench {
    pub(super) now: SimTime,
    pool: Pool,
    nodes: NodePool,
    packing: Box<dyn Packing>,
    requests: Vec<Request>,
    runs: Vec<SimDuration>,
    free: Totals,
    taken: u64,
    pub(super) starts: Vec<Option<SimTime>>,
    pub(super) allocations: Vec<Option<Allocation>>,
    started_now: Vec<JobSlot>,
    rules: Rules,
}

impl Bench {
    /// `nodes` nodes of `cores` cores.
    pub(super) fn new(nodes: u64, cores: u32, cases: &[Case], unit: u64, rules: Rules) -> Self {
        let machine = Machine { nodes, cores, memory: 0, cards: 0 };
        Self::of(machine, Box::new(FirstFit), cases, unit, rules)
    }

    /// These nodes, and what chooses among them.
    pub(super) fn of(machine: Machine, packing: Box<dyn Packing>, cases: &[Case], unit: u64, rules: Rules) -> Self {
        let (shape, nodes) = (machine.shape(), machine.nodes);
        let zero = || Series::steps(&[(SimDuration::ZERO, 0)], None).unwrap();
        let pool = Pool {
            name: "bench".to_owned(),
            center: CenterId(0),
            nodes,
            nodes_max: nodes,
            node: shape,
            speed: 1.0,
            cpu_rates: Rates::default(),
            card_rates: Rates::default(),
            power_idle: Power(0),
            power_peak: Power(0),
            power_weights: PowerWeights::assumed(&shape),
            closed_share: zero(),
            closed_load: zero(),
        };
        let time = |at: u64| SimTime(at * unit);
        let request = |(number, case): (usize, &Case)| Request {
            number: JobNumber(number as u64),
            class: ClassId(0),
            tenant: TenantId(case.tenant),
            origin: SiteId(0),
            submit: time(case.submit),
            tasks: case.size,
            task: TaskShape {
                cores_milli: case.task.cores * 1000,
                memory: case.task.memory,
                accelerators_milli: case.task.cards_milli,
                accelerator: None,
            },
            requested: Work::Time(SimDuration(case.requested * unit)),
            input: Input::None,
            output: Bytes::ZERO,
            output_to: None,
            deadline: case.deadline.map(time),
            priority: case.priority,
            round_trip: None,
            constraint: ConstraintId(0),
            flex: None,
        };
        Self {
            now: SimTime::ZERO,
            free: pool.capacity(nodes),
            nodes: NodePool::new(shape, nodes),
            packing,
            pool,
            requests: cases.iter().enumerate().map(request).collect(),
            runs: cases.iter().map(|case| SimDuration(case.run * unit)).collect(),
            taken: 0,
            starts: vec![None; cases.len()],
            allocations: vec![None; cases.len()],
            started_now: Vec::new(),
            rules,
        }
    }

    fn size(&self, job: JobSlot) -> u64 {
        let request = &self.requests[job.index()];
        u64::from(request.tasks) * u64::from(request.task.cores_milli)
    }

    fn begin(&mut self, job: JobSlot) {
        assert!(self.starts[job.index()].is_none(), "job {job:?} started twice");
        self.taken += self.size(job);
        self.recount();
        self.starts[job.index()] = Some(self.now);
        self.started_now.push(job);
    }

    fn recount(&mut self) {
        self.free.cores_milli = self.pool.capacity(self.pool.nodes).cores_milli.saturating_sub(self.taken);
    }

    fn end(&mut self, job: JobSlot) {
        self.taken -= self.size(job);
        self.recount();
        if let Some(allocation) = &self.allocations[job.index()] {
            let task = &self.requests[job.index()].task;
            assert!(self.nodes.release(allocation, task));
            self.packing.given(&self.nodes, allocation, task);
        }
    }
}

impl Desk for Bench {
    fn now(&self) -> SimTime {
        self.now
    }
    fn pool(&self) -> &Pool {
        &self.pool
    }
    fn nodes(&self) -> &NodePool {
        &self.nodes
    }
    fn free(&self) -> &Totals {
        // With room that is over-committed, what is free is counted, not looked up on nodes.
        if self.rules == Rules::Ours { self.nodes.free() } else { &self.free }
    }
    fn request(&self, job: JobSlot) -> &Request {
        &self.requests[job.index()]
    }
    fn requested(&self, job: JobSlot) -> SimDuration {
        self.pool.duration(&self.requests[job.index()].requested, &self.requests[job.index()]).unwrap()
    }
    fn queued_at(&self, job: JobSlot) -> SimTime {
        self.requests[job.index()].submit
    }
    fn clairvoyant(&self, job: JobSlot) -> Option<SimDuration> {
        Some(self.runs[job.index()])
    }
    fn tenant_weight(&self, _job: JobSlot) -> f64 {
        1.0
    }
    fn start(&mut self, job: JobSlot) -> bool {
        if self.rules == Rules::Ours {
            let chosen = self.choose(job);
            return chosen.is_some_and(|nodes| self.start_on(job, nodes));
        }
        let fits = self.free.cores_milli >= self.size(job);
        if fits {
            self.begin(job);
        }
        fits
    }
    fn preview(&self, nodes: &NodePool, job: JobSlot) -> Option<Allocation> {
        let request = &self.requests[job.index()];
        self.packing.preview(nodes, request.tasks, &request.task)
    }
    fn choose(&mut self, job: JobSlot) -> Option<Allocation> {
        let request = &self.requests[job.index()];
        self.packing.choose(&self.nodes, request.tasks, &request.task)
    }
    fn start_overcommitted(&mut self, job: JobSlot) -> bool {
        if self.rules != Rules::Predictsim {
            return self.start(job);
        }
        self.begin(job);
        true
    }
    fn start_on(&mut self, job: JobSlot, nodes: Allocation) -> bool {
        assert_eq!(nodes.tasks(), u64::from(self.requests[job.index()].tasks));
        let task = self.requests[job.index()].task;
        if !self.nodes.allocate(&nodes, &task) {
            return false;
        }
        self.packing.taken(&self.nodes, &nodes, &task);
        self.begin(job);
        self.allocations[job.index()] = Some(nodes);
        true
    }
    fn allocation(&self, job: JobSlot) -> Option<&Allocation> {
        self.allocations[job.index()].as_ref()
    }
}

/// Runs all cases (sorted by submission) and returns the bench with its starts. Panics where a job never starts.
pub(super) fn simulate(
    nodes: u64,
    cores: u32,
    cases: &[Case],
    unit: u64,
    rules: Rules,
    queue: &mut dyn QueueDiscipline,
) -> Bench {
    let bench = play(nodes, cores, cases, unit, rules, queue);
    assert!(bench.starts.iter().all(Option::is_some), "jobs left in the queue: {}", queue.len());
    bench
}

/// Runs all cases until nothing is to come.
pub(super) fn play(
    nodes: u64,
    cores: u32,
    cases: &[Case],
    unit: u64,
    rules: Rules,
    queue: &mut dyn QueueDiscipline,
) -> Bench {
    play_on(Bench::new(nodes, cores, cases, unit, rules), queue)
}

/// Runs all cases of a bench until nothing is to come.
pub(super) fn play_on(mut bench: Bench, queue: &mut dyn QueueDiscipline) -> Bench {
    let rules = bench.rules;
    // Ends by time, then by the order of starts.
    let mut ends: BTreeMap<(SimTime, u64), JobSlot> = BTreeMap::new();
    let mut starts = 0;
    let mut next = 0;
    for passes in 0.. {
        // A wish to be woken again and again must not hang the test.
        assert!(passes < 1000 * (bench.requests.len() + 10), "a queue that is woken without end");
        let submit = bench.requests.get(next).map(|request| request.submit);
        let end = ends.first_key_value().map(|(key, _)| key.0);
        let wake = queue.wake_at().filter(|at| *at > bench.now && !queue.is_empty());
        let Some(now) = [submit, end, wake].into_iter().flatten().min() else {
            break;
        };
        bench.now = now;
        let submissions_due = submit == Some(now);
        if rules == Rules::Predictsim && submissions_due {
            queue.enqueued(JobSlot(next as u32), &bench);
            next += 1;
        } else if rules == Rules::Predictsim && end == Some(now) {
            end_one(&mut ends, &mut bench, queue);
        } else {
            while ends.first_key_value().is_some_and(|(key, _)| key.0 == now) {
                end_one(&mut ends, &mut bench, queue);
            }
            while bench.requests.get(next).is_some_and(|request| request.submit == now) {
                queue.enqueued(JobSlot(next as u32), &bench);
                next += 1;
            }
        }
        queue.decide(&mut bench);
        for job in std::mem::take(&mut bench.started_now) {
            queue.started(job, &bench);
            ends.insert((now + bench.runs[job.index()], starts), job);
            starts += 1;
        }
    }
    bench
}

fn end_one(ends: &mut BTreeMap<(SimTime, u64), JobSlot>, bench: &mut Bench, queue: &mut dyn QueueDiscipline) {
    if let Some((_, job)) = ends.pop_first() {
        bench.end(job);
        let started = bench.starts[job.index()].unwrap();
        queue.ended(job, started, bench);
    }
}

/// Start times in units of the cases, by case.
pub(super) fn starts(processors: u32, cases: &[Case], queue: &mut dyn QueueDiscipline) -> Vec<u64> {
    let bench = simulate(1, processors, cases, 1_000_000_000, Rules::Ours, queue);
    bench.starts.iter().map(|start| start.unwrap().0 / 1_000_000_000).collect()
}
