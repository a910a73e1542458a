//! EASY and conservative backfilling against textbooks that look at every second of every processor.
//!
//! A plan is a table: for each processor the seconds in which somebody runs, or is to run. All times are whole seconds and every
//! run lasts one at least, so that seconds are all there is. Nothing here is shared with the fast disciplines.

use super::bench_desk::{Bench, Case, Rules, simulate};
use super::order::{Fcfs, Order, Sjf};
use super::{Conservative, Easy, Estimate, NamedConservative, NamedEasy};
use proptest::prelude::*;

/// Processors of the machine.
const MACHINE: usize = 8;
/// Seconds of the table, more than all requests of a test together.
const HORIZON: usize = 4000;

/// Who is to run on each processor in each second.
struct Plan(Vec<[Option<usize>; MACHINE]>);

impl Plan {
    fn empty() -> Self {
        Self(vec![[None; MACHINE]; HORIZON])
    }

    /// Processors that nobody has from `from` up to `to`.
    fn idle(&self, from: u64, to: u64) -> Vec<usize> {
        (0..MACHINE).filter(|at| (from..to).all(|second| self.0[second as usize][*at].is_none())).collect()
    }

    fn put(&mut self, job: usize, from: u64, to: u64, on: &[usize]) {
        (from..to).for_each(|second| on.iter().for_each(|at| self.0[second as usize][*at] = Some(job)));
    }

    /// Takes a job out from a second on.
    fn clear(&mut self, job: usize, from: u64) {
        self.0[from as usize..].iter_mut().flatten().filter(|who| **who == Some(job)).for_each(|who| *who = None);
    }

    /// Puts a job at the earliest second from `now` on at which there are enough; the lowest of those.
    fn insert(&mut self, job: usize, case: &Case, now: u64) -> u64 {
        let fits = |at: &u64| self.idle(*at, at + case.requested).len() >= case.size as usize;
        let at = (now..).find(fits).unwrap();
        let mut on = self.idle(at, at + case.requested);
        on.truncate(case.size as usize);
        self.put(job, at, at + case.requested, &on);
        at
    }

    fn of(&self, job: usize, second: u64) -> Vec<usize> {
        (0..MACHINE).filter(|at| self.0[second as usize][*at] == Some(job)).collect()
    }
}

/// A start and its processors.
type Start = (u64, Vec<usize>);

/// Conservative backfilling from second to second: what ends gives back what it had reserved; then each queued job in order is taken
/// out and put in again while those behind it stay; new ones come behind.
fn conservative(cases: &[Case]) -> Vec<Start> {
    let mut plan = Plan::empty();
    let mut starts: Vec<Option<Start>> = vec![None; cases.len()];
    let mut queued: Vec<usize> = Vec::new();
    for now in 0..HORIZON as u64 {
        let ended = |job: &usize| starts[*job].as_ref().is_some_and(|(at, _)| at + cases[*job].run == now);
        let all: Vec<usize> = (0..cases.len()).filter(ended).collect();
        all.iter().for_each(|job| plan.clear(*job, now));
        if !all.is_empty() {
            for job in &queued {
                plan.clear(*job, now);
                plan.insert(*job, &cases[*job], now);
            }
        }
        for job in (0..cases.len()).filter(|job| cases[*job].submit == now) {
            plan.insert(job, &cases[job], now);
            queued.push(job);
        }
        queued.retain(|job| {
            let on = plan.of(*job, now);
            let starts_now = !on.is_empty();
            if starts_now {
                starts[*job] = Some((now, on));
            }
            !starts_now
        });
    }
    starts.into_iter().map(Option::unwrap).collect()
}

/// EASY from event to event: the head starts while it fits; else it has a place at the earliest second, and whoever fits now
/// beside it and the running ones may start. With `named` the head's processors are held by number, else as many as it needs.
fn easy(cases: &[Case], named: bool, shortest: bool) -> Vec<Start> {
    let mut starts: Vec<Option<Start>> = vec![None; cases.len()];
    let mut queued: Vec<usize> = Vec::new();
    let mut promised: Option<(usize, u64, Vec<usize>)> = None;
    for now in 0..HORIZON as u64 {
        let arrived: Vec<usize> = (0..cases.len()).filter(|job| cases[*job].submit == now).collect();
        let ends = |job: usize| starts[job].as_ref().is_some_and(|(at, _)| at + cases[job].run == now);
        let ended = (0..cases.len()).any(ends);
        if arrived.is_empty() && !ended {
            continue;
        }
        queued.extend(&arrived);
        // Who runs, up to the end that was asked for.
        let mut plan = Plan::empty();
        for (job, start) in starts.iter().enumerate() {
            if let Some((at, on)) = start.as_ref().filter(|(at, _)| at + cases[job].run > now) {
                plan.put(job, now, at + cases[job].requested, on);
            }
        }
        let mut start = |job: usize, plan: &mut Plan, mut on: Vec<usize>| {
            on.truncate(cases[job].size as usize);
            plan.put(job, now, now + cases[job].requested, &on);
            starts[job] = Some((now, on));
        };
        let waits = promised.as_ref().map(|(head, ..)| *head);
        while let Some(head) = queued.first().copied() {
            let idle = plan.idle(now, now + cases[head].requested);
            if idle.len() < cases[head].size as usize || (named && waits == Some(head) && !ended) {
                break;
            }
            start(head, &mut plan, idle);
            queued.remove(0);
        }
        let Some(head) = queued.first().copied() else {
            promised = None;
            continue;
        };
        if !named || ended || promised.as_ref().is_none_or(|(kept, ..)| *kept != head) {
            let at = (now..).find(|at| plan.idle(*at, *at + 1).len() >= cases[head].size as usize).unwrap();
            let mut on = plan.idle(at, at + 1);
            on.truncate(cases[head].size as usize);
            promised = Some((head, at, on));
        }
        let (_, at, on) = promised.clone().unwrap();
        let mut others: Vec<usize> = queued[1..].to_vec();
        if shortest {
            others.sort_by_key(|job| cases[*job].requested);
        }
        for job in others {
            let (case, idle) = (&cases[job], plan.idle(now, now + 1));
            let in_time = now + case.requested <= at;
            let beside: Vec<usize> = if named && !in_time {
                idle.into_iter().filter(|processor| !on.contains(processor)).collect()
            } else {
                idle
            };
            let spare = plan.idle(at, at + 1).len() >= (cases[head].size + case.size) as usize;
            if beside.len() >= case.size as usize && (in_time || named || spare) {
                start(job, &mut plan, beside);
                queued.retain(|other| *other != job);
            }
        }
    }
    starts.into_iter().map(Option::unwrap).collect()
}

fn cases() -> impl Strategy<Value = Vec<Case>> {
    let one = (0..20u64, 1..30u64, prop_oneof![Just(0), 0..40u64], 1..=MACHINE as u32);
    proptest::collection::vec(one, 1..40).prop_map(|drawn| {
        let mut submit = 0;
        let case = |(gap, run, over, size)| {
            submit += gap / 4;
            Case::new(submit, run, run + over, size)
        };
        drawn.into_iter().map(case).collect()
    })
}

fn seconds(bench: &Bench) -> Vec<u64> {
    bench.starts.iter().map(|start| start.unwrap().0 / 1_000_000_000).collect()
}

fn on(bench: &Bench) -> Vec<Start> {
    let nodes = |job: usize| -> Vec<usize> {
        let parts = &bench.allocations[job].as_ref().unwrap().parts;
        parts.iter().flat_map(|part| part.first..part.first + part.count).map(|node| node as usize).collect()
    };
    seconds(bench).into_iter().enumerate().map(|(job, start)| (start, nodes(job))).collect()
}

fn shortest_first() -> Option<Box<dyn Order>> {
    Some(Box::new(Sjf))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn easy_is_the_textbook(cases in cases(), shortest in any::<bool>()) {
        let overtaking = if shortest { shortest_first() } else { None };
        let mut queue = Easy::new(Box::new(Fcfs), overtaking, Estimate::Requested, false);
        let fast = seconds(&simulate(1, MACHINE as u32, &cases, 1_000_000_000, Rules::Ours, &mut queue));
        let slow: Vec<u64> = easy(&cases, false, shortest).into_iter().map(|(at, _)| at).collect();
        prop_assert_eq!(fast, slow);
    }

    #[test]
    fn easy_on_named_nodes_is_the_textbook(cases in cases(), shortest in any::<bool>()) {
        let overtaking = if shortest { shortest_first() } else { None };
        let mut queue = NamedEasy::new(Box::new(Fcfs), overtaking, Estimate::Requested);
        let fast = on(&simulate(MACHINE as u64, 1, &cases, 1_000_000_000, Rules::Ours, &mut queue));
        prop_assert_eq!(fast, easy(&cases, true, shortest));
    }

    #[test]
    fn conservative_on_named_nodes_is_the_textbook(cases in cases()) {
        let mut queue = NamedConservative::new(Box::new(Fcfs), Estimate::Requested);
        let fast = on(&simulate(MACHINE as u64, 1, &cases, 1_000_000_000, Rules::Ours, &mut queue));
        prop_assert_eq!(fast, conservative(&cases));
    }

    #[test]
    fn conservative_is_the_textbook(cases in cases()) {
        let mut queue = Conservative::new(Box::new(Fcfs), Estimate::Requested);
        let fast = seconds(&simulate(1, MACHINE as u32, &cases, 1_000_000_000, Rules::Ours, &mut queue));
        prop_assert_eq!(fast, counted_conservative(&cases));
    }
}

/// Conservative backfilling by the number of processors alone, from second to second.
fn counted_conservative(cases: &[Case]) -> Vec<u64> {
    let mut used = vec![0u32; HORIZON];
    let mut starts: Vec<Option<u64>> = vec![None; cases.len()];
    // Queued jobs with their reserved starts.
    let mut queued: Vec<(usize, u64)> = Vec::new();
    let span = |case: &Case, at: u64| at as usize..(at + case.requested) as usize;
    let insert = |used: &mut Vec<u32>, case: &Case, now: u64| {
        let fits = |at: &u64| used[span(case, *at)].iter().all(|used| used + case.size <= MACHINE as u32);
        let at = (now..).find(fits).unwrap();
        used[span(case, at)].iter_mut().for_each(|used| *used += case.size);
        at
    };
    for now in 0..HORIZON as u64 {
        let mut ended = false;
        for (case, start) in cases.iter().zip(&starts) {
            if let Some(at) = start.filter(|at| at + case.run == now) {
                used[now as usize..(at + case.requested) as usize].iter_mut().for_each(|used| *used -= case.size);
                ended = true;
            }
        }
        if ended {
            for (job, at) in &mut queued {
                used[span(&cases[*job], *at)].iter_mut().for_each(|used| *used -= cases[*job].size);
                *at = insert(&mut used, &cases[*job], now);
            }
        }
        for job in (0..cases.len()).filter(|job| cases[*job].submit == now) {
            queued.push((job, insert(&mut used, &cases[job], now)));
        }
        queued.retain(|(job, at)| {
            if *at == now {
                starts[*job] = Some(now);
            }
            *at != now
        });
    }
    starts.into_iter().map(Option::unwrap).collect()
}
