//! Queues that move a charged tenant's jobs as one against their slow twins, which sort all jobs again after every charge.

use super::bench_desk::{self, Bench, Case, Rules};
use super::book::Book;
use super::order::{Changes, Charged, Facts, FairShare, MultiQueue, Order, Rank, Sjf};
use super::{Conservative, Easy, Estimate, InOrder, NamedConservative, NamedEasy, QueueDiscipline};
use crate::model::{JobSlot, TenantId, Totals};
use crate::units::{SimDuration, SimTime};
use proptest::prelude::*;

/// Weights by tenant: equal ones, and some that are owed nothing and have equal ranks for ever.
const WEIGHTS: [f64; 6] = [1.0, 1.0, 2.0, 0.0, 0.0, 0.5];

/// Fair-share with these weights.
#[derive(Clone)]
struct Twin {
    inner: FairShare,
    slow: bool,
}

impl Order for Twin {
    fn rank(&self, job: &Facts, now: SimTime) -> Rank {
        self.inner.rank(&Facts { weight: WEIGHTS[job.tenant.index()], ..*job }, now)
    }
    fn changes(&self) -> Changes {
        if self.slow { Changes::WithTime } else { self.inner.changes() }
    }
    fn advance(&mut self, now: SimTime) -> bool {
        self.inner.advance(now)
    }
    fn accruing(&self) -> usize {
        self.inner.accruing()
    }
    fn accrues(&self, tenant: TenantId) -> bool {
        self.inner.accrues(tenant)
    }
    fn list_accruing(&self, tenants: &mut Vec<TenantId>) {
        self.inner.list_accruing(tenants);
    }
    fn charged(&mut self, tenants: &mut Vec<TenantId>) -> Charged {
        self.inner.charged(tenants)
    }
    fn started(&mut self, job: &Facts, now: SimTime) {
        self.inner.started(job, now);
    }
    fn resized(&mut self, job: &Facts, share: u64, started: SimTime, now: SimTime) {
        self.inner.resized(job, share, started, now);
    }
    fn ended(&mut self, job: &Facts, started: SimTime, now: SimTime) {
        self.inner.ended(job, started, now);
    }
}

/// Half-lives in milliseconds: with the first usages are soon scaled down, and those of long ago are nothing.
const HALF_LIVES: [u64; 3] = [20, 1000, 1_000_000];

/// Fair-share, within queues by priority or not.
fn order(half_life: usize, by_priority: bool, slow: bool) -> Box<dyn Order> {
    let inner = FairShare::new(SimDuration(HALF_LIVES[half_life] * 1_000_000));
    let twin = Box::new(Twin { inner, slow });
    if by_priority { Box::new(MultiQueue { within: twin }) } else { twin }
}

fn cases() -> impl Strategy<Value = Vec<Case>> {
    let one = (0..12u64, 0..30u64, 0..40u64, 1..=8u32, 0..6u32, 0..2i32);
    proptest::collection::vec(one, 1..60).prop_map(|drawn| {
        let mut submit = 0;
        let case = |(gap, run, over, size, tenant, priority)| {
            submit += gap / 5;
            Case { tenant, priority, ..Case::new(submit, run, run + over, size) }
        };
        drawn.into_iter().map(case).collect()
    })
}

fn discipline(kind: usize, half_life: usize, by_priority: bool, slow: bool) -> Box<dyn QueueDiscipline> {
    let main = order(half_life, by_priority, slow);
    let easy = |main, other| Box::new(Easy::new(main, other, Estimate::Requested, false));
    match kind {
        0 => Box::new(InOrder::new(main, Estimate::Requested)),
        1 => easy(main, None),
        2 => easy(main, Some(Box::new(Sjf))),
        3 => easy(Box::new(Sjf), Some(main)),
        4 => easy(main, Some(order(2, !by_priority, slow))),
        5 => Box::new(NamedEasy::new(main, None, Estimate::LastTwoAverage)),
        6 => Box::new(NamedConservative::new(main, Estimate::LastTwoAverage)),
        _ => Box::new(Conservative::new(main, Estimate::LastTwoAverage)),
    }
}

/// What happens to a queue.
#[derive(Debug, Clone, Copy)]
enum Event {
    Enqueue,
    /// The n-th of the queue.
    Withdraw(usize),
    /// The n-th of those running, after some seconds.
    End(usize, u64),
    /// A pass that starts the n-th of the queue so many times.
    Start(usize, usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => Just(Event::Enqueue),
        1 => (0..99usize).prop_map(Event::Withdraw),
        2 => (0..99usize, 0..9u64).prop_map(|(which, after)| Event::End(which, after)),
        3 => (0..99usize, 0..4usize).prop_map(|(which, times)| Event::Start(which, times)),
    ];
    proptest::collection::vec(event, 1..200)
}

/// The same order, and the same walk from a place under bounds; the jobs in order.
fn same(fast: &Book, slow: &Book, from: usize) -> Result<Vec<JobSlot>, TestCaseError> {
    let all = fast.overtakers().to_vec();
    prop_assert_eq!(&all, &slow.overtakers().to_vec());
    prop_assert_eq!(fast.queue().to_vec(), slow.queue().to_vec());
    prop_assert_eq!(fast.overtakers().len(), all.len());
    prop_assert_eq!(fast.overtakers().first(), all.first().copied());
    let after = all.get(from % (all.len() + 1));
    for cores in [1000, 3000, 8000] {
        let may = |demand: &Totals, estimate: SimDuration| {
            demand.cores_milli <= cores && estimate <= SimDuration::from_secs(5 + cores / 200)
        };
        let expected =
            all.iter().find(|job| after.is_none_or(|after| job.place > after.place) && may(&job.demand, job.estimate));
        prop_assert_eq!(fast.overtakers().next_after(after.map(|job| &job.place), may, |_| true), expected.copied());
    }
    for job in &all {
        prop_assert_eq!(fast.overtaker(job.job), Some(*job));
    }
    Ok(all.iter().map(|job| job.job).collect())
}

/// Plays events on both books.
fn play(cases: &[Case], events: &[Event], books: [&mut Book; 2]) -> Result<(), TestCaseError> {
    let [fast, slow] = books;
    let mut bench = Bench::new(1, 8, cases, 1_000_000_000, Rules::Ours);
    let mut running: Vec<(JobSlot, SimTime)> = Vec::new();
    let mut next = 0;
    for event in events {
        match *event {
            Event::Enqueue if next < cases.len() => {
                bench.now = bench.now.max(SimTime::from_secs(cases[next].submit));
                fast.enqueue(JobSlot::from_index(next), &bench);
                slow.enqueue(JobSlot::from_index(next), &bench);
                next += 1;
            }
            Event::Withdraw(which) if fast.queue().len() > 0 => {
                let all = slow.queue().to_vec();
                let job = all[which % all.len()].job;
                fast.withdraw(job);
                slow.withdraw(job);
            }
            Event::End(which, after) if !running.is_empty() => {
                bench.now += SimDuration::from_secs(after);
                let (job, started) = running.swap_remove(which % running.len());
                prop_assert!(fast.end(job, started, &bench).is_some());
                prop_assert!(slow.end(job, started, &bench).is_some());
            }
            Event::Start(which, times) => {
                fast.refresh(bench.now);
                slow.refresh(bench.now);
                for _ in 0..times {
                    let all = same(fast, slow, which)?;
                    let Some(job) = all.get(which % all.len().max(1)) else { break };
                    prop_assert_eq!(fast.start(*job, &bench), slow.start(*job, &bench));
                    running.push((*job, bench.now));
                }
                same(fast, slow, which)?;
            }
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn books_stay_in_the_order_of_their_twins(
        cases in cases(),
        events in events(),
        half_life in 0..3usize,
        by_priority in any::<bool>(),
        other in any::<bool>(),
    ) {
        let book = |slow| {
            let overtaking = other.then(|| order(1, !by_priority, slow));
            Book::new(order(half_life, by_priority, slow), overtaking, Estimate::Requested)
        };
        play(&cases, &events, [&mut book(false), &mut book(true)])?;
    }

    #[test]
    fn disciplines_start_the_jobs_that_their_twins_start(
        cases in cases(),
        kind in 0..8usize,
        half_life in 0..3usize,
        by_priority in any::<bool>(),
    ) {
        let run = |slow| {
            let mut queue = discipline(kind, half_life, by_priority, slow);
            let (nodes, cores) = if kind == 5 || kind == 6 { (8, 1) } else { (1, 8) };
            // Panics where a job never starts.
            bench_desk::simulate(nodes, cores, &cases, 1_000_000_000, Rules::Ours, queue.as_mut()).starts
        };
        prop_assert_eq!(run(false), run(true));
    }
}

#[test]
fn a_long_queue_of_few_tenants_stays_in_order() {
    // 2,000 jobs: chunks split and empty, lanes of hundreds of jobs leave the group of those that have used nothing and meet again.
    let case = |n: u64| Case { tenant: (n * n % 5) as u32, ..Case::new(n / 7, 10, 10 + n % 3, 1 + (n % 8) as u32) };
    let cases: Vec<Case> = (0..2000).map(case).collect();
    let mut events = vec![Event::Enqueue; 1500];
    for n in 0..400 {
        events.extend([Event::Start(n * 37 % 99, 3), Event::End(n, 1), Event::Enqueue, Event::Withdraw(n * 11)]);
    }
    for half_life in 0..3 {
        let book = |slow| Book::new(order(half_life, false, slow), None, Estimate::Requested);
        play(&cases, &events, [&mut book(false), &mut book(true)]).unwrap();
    }
}
