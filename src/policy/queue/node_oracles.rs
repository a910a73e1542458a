//! EASY and conservative backfilling on nodes that jobs share, job for job against textbooks, and what must hold of every schedule.

use super::bench_desk::{Bench, Case, Machine, Rules, Task, play_on};
use super::order::{FairShare, Fcfs, Order, Sjf, Wfp3};
use super::textbooks::{self, Held, Start, first_fit, less};
use super::{Conservative, Easy, Estimate, NamedConservative, NamedEasy, QueueDiscipline};
use crate::model::{Allocation, JobSlot};
use crate::policy::packing::{BestFitSpec, FitMeasure, Packing, PackingSpec, PoolProfile, Scale};
use crate::policy::queue::NoParameters;
use crate::policy::view::Desk;
use crate::rng::Streams;
use crate::units::{SimDuration, SimTime};
use proptest::prelude::*;

/// How requests compare with runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Requests {
    Exact,
    AtLeast,
    Any,
}

fn machines() -> impl Strategy<Value = Machine> {
    let memory = prop_oneof![Just(u64::MAX), 4..=16u64];
    let cards = prop_oneof![2 => Just(0u8), 1 => Just(1u8), 1 => Just(2u8), 1 => Just(4u8), 1 => Just(8u8)];
    let machine = |(nodes, cores, memory, cards)| Machine { nodes, cores, memory, cards };
    (1..=4u64, 2..=16u32, memory, cards).prop_map(machine)
}

/// What is drawn of a job: gap, run, request, tasks, cores, memory, cards.
type Drawn = (u64, u64, u64, u32, u32, u64, u32);

/// A job that the machine holds when it is idle.
fn case(machine: &Machine, whole: bool, requests: Requests, submit: u64, drawn: Drawn) -> Case {
    let (_, run, request, size, cores, memory, cards) = drawn;
    let cards_milli = match cards {
        // Shares of a card, so that two, three or ten share one, and such that leave something over.
        1..=9 if machine.cards > 0 => cards * 100,
        10.. if machine.cards > 0 => 1000 * (1 + cards % u32::from(machine.cards)),
        _ => 0,
    };
    let cores = if whole { machine.cores } else { 1 + cores % machine.cores };
    let task = Task { cores, memory: memory.min(machine.memory), cards_milli };
    let requested = match requests {
        Requests::Exact => run,
        Requests::AtLeast => run + request,
        Requests::Any => 1 + (run + request) / 2,
    };
    let of = |size| Case { task, ..Case::new(submit, run, requested, size) };
    let idle = less(machine, []);
    (1..=size).rev().map(of).find(|case| first_fit(&idle, case).is_some()).unwrap()
}

/// A machine and jobs in the order of submission.
fn worlds(requests: Requests) -> impl Strategy<Value = (Machine, Vec<Case>)> {
    let few = prop_oneof![Just(0u32), 0..16u32];
    let one = (0..16u64, 1..10u64, 0..12u64, 1..=5u32, few, 0..8u64, 0..16u32);
    let jobs = proptest::collection::vec(one, 1..16);
    (machines(), prop::bool::weighted(0.15), jobs).prop_map(move |(machine, whole, drawn)| {
        let mut submit = 0;
        let mut next = |drawn: Drawn| {
            submit += drawn.0 / 4;
            case(&machine, whole, requests, submit, drawn)
        };
        let cases = drawn.into_iter().map(&mut next).collect();
        (machine, cases)
    })
}

fn any_requests() -> impl Strategy<Value = (Machine, Vec<Case>)> {
    prop_oneof![worlds(Requests::Exact), worlds(Requests::AtLeast), worlds(Requests::Any)]
}

fn packings() -> impl Strategy<Value = PackingSpec> {
    let none = NoParameters {};
    prop_oneof![
        Just(PackingSpec::FirstFit(none)),
        Just(PackingSpec::BestFit(BestFitSpec::default())),
        Just(PackingSpec::BestFit(BestFitSpec { by: FitMeasure::Weighted })),
        Just(PackingSpec::WorstFit(none)),
        Just(PackingSpec::Random(none)),
        Just(PackingSpec::DotProduct(none)),
        Just(PackingSpec::GpuPacking(none)),
        Just(PackingSpec::GpuClustering(none)),
        Just(PackingSpec::Fgd(none)),
    ]
}

fn packing(spec: &PackingSpec, machine: &Machine) -> Box<dyn Packing> {
    let scale = Scale { cores_milli: machine.cores * 1000, accelerators_milli: u32::from(machine.cards) * 1000 };
    spec.build(&Streams::new(1, 0), "a.pool", &PoolProfile { cards: machine.cards, scale, measure: None })
}

fn bench(machine: Machine, cases: &[Case], spec: &PackingSpec) -> Bench {
    Bench::of(machine, packing(spec, &machine), cases, SECOND, Rules::Ours)
}

/// Nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// Starts in seconds.
fn seconds(bench: &Bench) -> Vec<u64> {
    let second = |(job, at): (usize, &Option<SimTime>)| {
        let at = at.unwrap_or_else(|| panic!("job {job} never starts")).0;
        assert_eq!(at % SECOND, 0, "job {job} starts beside the clock: {at}");
        at / SECOND
    };
    bench.starts.iter().enumerate().map(second).collect()
}

/// Starts in seconds, and for each node how many tasks it got.
fn run(machine: Machine, cases: &[Case], queue: &mut dyn QueueDiscipline) -> Vec<Start> {
    let bench = play_on(bench(machine, cases, &PackingSpec::default()), queue);
    let nodes = |job: usize| {
        let mut tasks = vec![0; machine.nodes as usize];
        for part in &bench.allocations[job].as_ref().unwrap().parts {
            (part.first..part.first + part.count).for_each(|node| tasks[node as usize] += part.tasks_per_node);
        }
        tasks
    };
    seconds(&bench).into_iter().enumerate().map(|(job, at)| (at, nodes(job))).collect()
}

fn easy(shortest: bool) -> Easy {
    let overtaking: Option<Box<dyn Order>> = if shortest { Some(Box::new(Sjf)) } else { None };
    Easy::new(Box::new(Fcfs), overtaking, Estimate::Requested, false)
}

fn conservative() -> Conservative {
    Conservative::new(Box::new(Fcfs), Estimate::Requested)
}

fn named_conservative() -> NamedConservative {
    NamedConservative::new(Box::new(Fcfs), Estimate::Requested)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn easy_by_nodes_is_the_textbook((machine, cases) in any_requests(), shortest in any::<bool>()) {
        let expected = textbooks::easy(machine, &cases, shortest);
        prop_assert_eq!(run(machine, &cases, &mut easy(shortest)), expected);
    }

    #[test]
    fn conservative_by_nodes_is_the_textbook((machine, cases) in any_requests()) {
        let expected = textbooks::conservative(machine, &cases);
        prop_assert_eq!(run(machine, &cases, &mut conservative()), expected);
    }

    #[test]
    fn named_conservative_by_nodes_is_the_textbook((machine, cases) in any_requests()) {
        let expected = textbooks::named_conservative(machine, &cases);
        prop_assert_eq!(run(machine, &cases, &mut named_conservative()), expected);
    }
}

/// An order whose ranks never change, change with time, or change with use.
fn order(which: usize) -> Box<dyn Order> {
    match which {
        0 => Box::new(Fcfs),
        1 => Box::new(Sjf),
        2 => Box::new(Wfp3),
        _ => Box::new(FairShare::new(SimDuration::from_secs(10))),
    }
}

/// A machine of one node where cards are whole, of nodes of one core, or of nodes of which each task takes all cores; then sums are exact.
fn exact_sums() -> impl Strategy<Value = (Machine, Vec<Case>)> {
    (any_requests(), 0..3u8).prop_map(|((machine, cases), kind)| {
        let machine = match kind {
            0 => Machine { nodes: 1, ..machine },
            1 => Machine { nodes: machine.nodes * 4, cores: 1, ..machine },
            _ => machine,
        };
        let idle = less(&machine, []);
        let exact = |case: Case| {
            let cores = if kind == 0 { case.task.cores } else { machine.cores };
            let cards_milli = if kind == 0 { case.task.cards_milli / 1000 * 1000 } else { case.task.cards_milli };
            let task = Task { cores, cards_milli, ..case.task };
            let of = |size| Case { size, task, tenant: case.run as u32 % 3, ..case };
            (1..=case.size).rev().map(of).find(|case| first_fit(&idle, case).is_some()).unwrap()
        };
        (machine, cases.into_iter().map(exact).collect())
    })
}

/// The job's nodes, task by task.
fn held(allocation: &Allocation, machine: &Machine, case: &Case) -> Held {
    let mut all = Held::new();
    for part in &allocation.parts {
        for node in part.first..part.first + part.count {
            let cards = part.cards[..machine.cards.into()].iter().map(|card| u32::from(*card)).collect();
            all.push((node as usize, cards));
            let none = vec![0; machine.cards.into()];
            all.extend((1..part.tasks_per_node).map(|_| (node as usize, none.clone())));
        }
    }
    assert_eq!(all.len(), case.size as usize);
    all
}

/// When `head`, first of the queue since `since`, must have started: at the first instant at which it fits on the nodes if those jobs that ran or
/// were ahead of it end as they asked. Jobs that overtook at `since` or later do not count: they must not delay it.
fn promised(machine: &Machine, cases: &[Case], bench: &Bench, starts: &[u64], head: usize, since: u64) -> u64 {
    let before = |job: &usize| starts[*job] < since || (*job < head && starts[*job] == since);
    let running: Vec<usize> =
        (0..cases.len()).filter(before).filter(|job| starts[*job] + cases[*job].run > since).collect();
    let all: Vec<Held> =
        (0..cases.len()).map(|job| held(bench.allocations[job].as_ref().unwrap(), machine, &cases[job])).collect();
    let mut ends: Vec<u64> = running.iter().map(|job| starts[*job] + cases[*job].requested).collect();
    ends.push(since);
    ends.sort_unstable();
    let fits = |at: &u64| {
        let still = running.iter().filter(|job| starts[**job] + cases[**job].requested > *at);
        first_fit(&less(machine, still.map(|job| (&cases[*job], &all[*job]))), &cases[head]).is_some()
    };
    ends.into_iter().find(fits).unwrap()
}

/// Notes the first reservation of each job.
#[derive(Clone)]
struct Watched {
    queue: Conservative,
    first: Vec<Option<SimTime>>,
}

impl QueueDiscipline for Watched {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.queue.enqueued(job, desk);
    }
    fn started(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.queue.started(job, desk);
    }
    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        self.queue.ended(job, started, desk);
    }
    fn withdraw(&mut self, job: JobSlot) {
        self.queue.withdraw(job);
    }
    fn decide(&mut self, desk: &mut dyn Desk) {
        self.queue.decide(desk);
        for (job, first) in self.first.iter_mut().enumerate() {
            *first = first.or_else(|| self.queue.reservation(JobSlot::from_index(job)));
        }
    }
    fn len(&self) -> usize {
        self.queue.len()
    }
    fn next(&self) -> Option<JobSlot> {
        self.queue.next()
    }
    fn wake_at(&self) -> Option<SimTime> {
        self.queue.wake_at()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_say_what_nodes_say_where_they_are_exact((machine, cases) in exact_sums(), which in 0..4usize) {
        let of = |queue: &mut dyn QueueDiscipline| run(machine, &cases, queue);
        let fast = of(&mut Conservative::new(order(which), Estimate::Requested));
        prop_assert_eq!(fast, of(&mut Conservative::new(order(which), Estimate::Requested).by_nodes()));
        let fast = of(&mut Easy::new(order(which), None, Estimate::Requested, false));
        prop_assert_eq!(fast, of(&mut Easy::new(order(which), None, Estimate::Requested, false).by_nodes()));
        if machine.nodes > 1 {
            let fast = of(&mut NamedConservative::new(order(which), Estimate::Requested));
            prop_assert_eq!(fast, of(&mut NamedConservative::new(order(which), Estimate::Requested).by_nodes()));
        }
    }

    #[test]
    fn the_first_of_an_easy_queue_is_never_delayed((machine, cases) in worlds(Requests::AtLeast), spec in packings(), named in any::<bool>()) {
        let mut queue: Box<dyn QueueDiscipline> = if named {
            Box::new(NamedEasy::new(Box::new(Fcfs), None, Estimate::Requested))
        } else {
            Box::new(easy(false))
        };
        let bench = play_on(bench(machine, &cases, &spec), queue.as_mut());
        let starts = seconds(&bench);
        let mut since = 0;
        for (head, case) in cases.iter().enumerate() {
            since = since.max(case.submit);
            let promised = promised(&machine, &cases, &bench, &starts, head, since);
            prop_assert!(starts[head] <= promised, "job {head}, first since {since}: {} > {promised}", starts[head]);
            since = since.max(starts[head]);
        }
    }

    #[test]
    fn conservative_keeps_reservations_whoever_comes_later((machine, cases) in worlds(Requests::Exact), spec in packings(), upto in 1..16usize) {
        let mut queue = Watched { queue: conservative(), first: vec![None; cases.len()] };
        let starts = seconds(&play_on(bench(machine, &cases, &spec), &mut queue));
        for (job, start) in starts.iter().enumerate() {
            // Who started at once never had to wait for a reservation.
            let first = queue.first[job].map_or(cases[job].submit, |at| at.0 / SECOND);
            prop_assert!(*start <= first, "job {job}: {start} > {first}");
        }
        // Those that come later change nothing; but random numbers are drawn for them too.
        let upto = upto.min(cases.len());
        if !matches!(spec, PackingSpec::Random(_)) {
            let fewer = seconds(&play_on(bench(machine, &cases[..upto], &spec), &mut conservative()));
            prop_assert_eq!(&starts[..upto], fewer.as_slice());
            let named = seconds(&play_on(bench(machine, &cases, &spec), &mut named_conservative()));
            let fewer = seconds(&play_on(bench(machine, &cases[..upto], &spec), &mut named_conservative()));
            prop_assert_eq!(&named[..upto], fewer.as_slice());
        }
    }
}
