//! Queues of one pool, worked by hand (times in seconds, sizes in processors), and what must hold of every schedule.

use super::bench_desk::{Case, starts};
use super::order::{Fcfs, Order, Sjf};
use super::{Conservative, Easy, Estimate, InOrder, QueueDiscipline, QueueSpec};
use crate::model::JobSlot;
use crate::policy::view::Desk;
use crate::units::SimTime;
use proptest::prelude::*;

/// Without overestimates: what runs `run` seconds asked for them.
fn exact(submit: u64, run: u64, size: u32) -> Case {
    Case::new(submit, run, run, size)
}

fn none() -> InOrder {
    InOrder::new(Box::new(Fcfs), Estimate::Requested)
}

fn easy(overtaking: Option<Box<dyn Order>>) -> Easy {
    Easy::new(Box::new(Fcfs), overtaking, Estimate::Requested, false)
}

fn conservative() -> Conservative {
    Conservative::new(Box::new(Fcfs), Estimate::Requested)
}

#[test]
fn without_backfilling_nobody_overtakes() {
    // 4 processors. 0 takes 3 until 10. 1 needs 2 and waits for it; 2 needs 1, which is free, but waits behind 1.
    // At 10: 1 and 2 take 3.
    let cases = [exact(0, 10, 3), exact(0, 10, 2), exact(0, 5, 1)];
    assert_eq!(starts(4, &cases, &mut none()), [0, 10, 10]);
}

#[test]
fn easy_fills_holes_that_end_in_time() {
    // As above: 2 would end at 5, before 1 can start at 10. 3 needs 1 for 100 s: at 5, when 2 is gone, one is free; at 10 there
    // will be 4, of which 1 takes 2, so one of the 2 spare ones may be kept longer.
    let cases = [exact(0, 10, 3), exact(0, 10, 2), exact(0, 5, 1), exact(0, 100, 1)];
    assert_eq!(starts(4, &cases, &mut easy(None)), [0, 10, 0, 5]);
    // Where the head needs all 4 there is nothing spare. 2 ends at 10 sharp and may; at 11 it would be a second too late:
    // it waits until the head ends at 20.
    let with = |run| [exact(0, 10, 3), exact(0, 10, 4), exact(0, run, 1)];
    assert_eq!(starts(4, &with(10), &mut easy(None)), [0, 10, 0]);
    assert_eq!(starts(4, &with(11), &mut easy(None)), [0, 10, 20]);
}

#[test]
fn a_reservation_is_made_by_what_was_asked_for_and_kept_by_what_happens() {
    // 0 asks for 100 s and ends at 10. 2 asks for 50 s and is let in at 0 since the head is due at 100; the head starts at 50.
    let cases = [Case::new(0, 10, 100, 3), exact(0, 10, 4), exact(0, 50, 1)];
    assert_eq!(starts(4, &cases, &mut easy(None)), [0, 50, 0]);
}

#[test]
fn easy_sjbf_tries_the_shortest_first() {
    // One processor is free until 10, when the head needs all 4. 8 s and 4 s fit, but not both one after the other.
    let cases = [exact(0, 10, 3), exact(0, 10, 4), exact(0, 8, 1), exact(0, 4, 1)];
    assert_eq!(starts(4, &cases, &mut easy(None)), [0, 10, 0, 20]);
    assert_eq!(starts(4, &cases, &mut easy(Some(Box::new(Sjf)))), [0, 10, 20, 0]);
}

#[test]
fn conservative_protects_the_second_too() {
    // 0 takes 3 until 10; 1 is due at 10 with 2; 2 needs all 4 and is due at 20. 3 needs 1 for 25 s.
    // EASY looks at the head only: 2 are spare at 10, so 3 runs 0-25 and 2 waits until 25.
    // Conservative keeps 20-30 for 2: 3 would be in its way anywhere before 30.
    let cases = [exact(0, 10, 3), exact(0, 10, 2), exact(0, 10, 4), exact(0, 25, 1)];
    assert_eq!(starts(4, &cases, &mut easy(None)), [0, 10, 25, 0]);
    assert_eq!(starts(4, &cases, &mut conservative()), [0, 10, 20, 30]);
    // A hole that is long enough is used: 3 for 20 s ends when 2 is due.
    let cases = [exact(0, 10, 3), exact(0, 10, 2), exact(0, 10, 4), exact(0, 20, 1)];
    assert_eq!(starts(4, &cases, &mut conservative()), [0, 10, 20, 0]);
}

#[test]
fn conservative_moves_up_when_a_job_ends_early() {
    // 0 asks for 100 s and ends at 10: 1, due at 100, starts at 10, and 2, due at 110, at 20.
    let cases = [Case::new(0, 10, 100, 4), exact(0, 10, 4), exact(0, 10, 4)];
    assert_eq!(starts(4, &cases, &mut conservative()), [0, 10, 20]);
}

#[test]
fn every_order_by_its_name_in_a_scenario() {
    // 0 holds all 4 until 10. Then one at a time, since any two of sizes 3, 4 and 4 are too many:
    // 1: 30 s, priority 1, no deadline; 2: 10 s, priority 0, due at 500; 3: 20 s, priority 2, due at 100.
    let cases = [
        exact(0, 10, 4),
        Case { priority: 1, tenant: 1, ..exact(1, 30, 3) },
        Case { deadline: Some(500), tenant: 0, ..exact(2, 10, 4) },
        Case { priority: 2, deadline: Some(100), tenant: 1, ..exact(3, 20, 4) },
    ];
    for (text, expected, why) in [
        ("fcfs = {}", [0, 10, 40, 50], "1, 2, 3"),
        ("sjf = {}", [0, 40, 10, 20], "2, 3, 1"),
        ("ljf = {}", [0, 10, 60, 40], "1, 3, 2"),
        ("largest-first = {}", [0, 40, 10, 20], "4 processors before 3: 2, 3, 1"),
        ("smallest-first = {}", [0, 10, 40, 50], "3 processors before 4: 1, 2, 3"),
        ("priority = {}", [0, 30, 60, 10], "3, 1, 2"),
        ("multi-queue = { within = { ljf = {} } }", [0, 30, 60, 10], "priorities all differ: 3, 1, 2"),
        ("deadline = {}", [0, 40, 30, 10], "3, 2, and 1 without deadline"),
        // Tenant 0 has used 4 x 10 = 40, tenant 1 nothing: 1. Then tenant 1 has 3 x 30 = 90: tenant 0's job 2, then 3.
        ("fair-share = { half-life = \"1000 w\" }", [0, 10, 40, 50], "1, 2, 3"),
        // At 10: (9/30)^3 x 3 = 0.081, (8/10)^3 x 4 = 2.048, (7/20)^3 x 4 = 0.17: 2. At 20: (19/30)^3 x 3 = 0.76, (17/20)^3 x 4 = 2.46: 3.
        ("wfp3 = {}", [0, 40, 10, 20], "2, 3, 1"),
        // At 10: 9/(1.58 x 30) = 0.19, 8/(2 x 10) = 0.4, 7/(2 x 20) = 0.175: 2. At 20: 19/47.5 = 0.4, 17/40 = 0.425: 3.
        ("unicef = {}", [0, 40, 10, 20], "2, 3, 1"),
        // Submissions at 1, 2, 3 s: 870 log10 is 0, 262, 415; the rest is below 8.
        ("f1 = {}", [0, 10, 40, 50], "1, 2, 3"),
        ("f2 = {}", [0, 10, 40, 50], "1, 2, 3"),
        ("f3 = {}", [0, 10, 40, 50], "1, 2, 3"),
        ("f4 = {}", [0, 10, 40, 50], "1, 2, 3"),
        ("easy = { order = { priority = {} } }", [0, 30, 60, 10], "no hole to fill: 3, 1, 2"),
        ("conservative = {}", [0, 10, 40, 50], "no hole to fill: 1, 2, 3"),
    ] {
        let spec: QueueSpec = toml::from_str(text).expect(text);
        assert_eq!(starts(4, &cases, spec.build().as_mut()), expected, "{text}: {why}");
    }
}

/// Cases in order of submission on a pool of 8, with requests at least as long as runs.
fn cases(overestimate: bool) -> impl Strategy<Value = Vec<Case>> {
    let one = (0..20u64, 1..30u64, 0..40u64, 1..=8u32);
    proptest::collection::vec(one, 1..40).prop_map(move |gaps| {
        let mut submit = 0;
        gaps.into_iter()
            .map(|(gap, run, over, size)| {
                submit += gap / 4;
                Case::new(submit, run, if overestimate { run + over } else { run }, size)
            })
            .collect()
    })
}

/// When `head`, first of the queue since `since`, must have started: by then the jobs that ran or were ahead of it have
/// ended by their requests. Jobs that overtook at `since` or later do not count: they must not delay it.
fn promised(cases: &[Case], starts: &[u64], head: usize, since: u64) -> u64 {
    let mut ends: Vec<(u64, u32)> = (0..cases.len())
        .filter(|other| starts[*other] < since || (*other < head && starts[*other] == since))
        .map(|other| (other, starts[other] + cases[other].run))
        .filter(|(_, end)| *end > since)
        .map(|(other, _)| (starts[other] + cases[other].requested, cases[other].size))
        .collect();
    ends.sort_unstable();
    let mut free = 8 - ends.iter().map(|(_, size)| size).sum::<u32>();
    let mut at = since;
    for (end, size) in ends {
        if free >= cases[head].size {
            break;
        }
        at = end;
        free += size;
    }
    at
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
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_first_of_the_queue_is_never_delayed_by_who_overtakes(cases in cases(true), sjbf in any::<bool>()) {
        let overtaking: Option<Box<dyn Order>> = if sjbf { Some(Box::new(Sjf)) } else { None };
        let starts = starts(8, &cases, &mut easy(overtaking));
        let mut since = 0;
        for (head, case) in cases.iter().enumerate() {
            // It is the first once it is there and all before it have started.
            since = since.max(case.submit);
            let promised = promised(&cases, &starts, head, since);
            prop_assert!(starts[head] <= promised, "job {head}, first since {since}: {} > {promised}", starts[head]);
            since = since.max(starts[head]);
        }
    }

    #[test]
    fn conservative_keeps_every_first_reservation(cases in cases(false)) {
        let mut queue = Watched { queue: conservative(), first: vec![None; cases.len()] };
        let starts = starts(8, &cases, &mut queue);
        // The textbook: each job in turn at the earliest time at which its processors are free all along.
        let mut used = vec![0u32; 3000];
        for (job, case) in cases.iter().enumerate() {
            let room = |at: u64| used[at as usize..(at + case.run) as usize].iter().all(|used| used + case.size <= 8);
            let at = (case.submit..).find(|at| room(*at)).unwrap_or(u64::MAX);
            used[at as usize..(at + case.run) as usize].iter_mut().for_each(|used| *used += case.size);
            prop_assert_eq!(starts[job], at, "job {}", job);
            // Who started at once never had to wait for a reservation.
            let first = queue.first[job].map_or(case.submit, |at| at.0 / 1_000_000_000);
            prop_assert!(starts[job] <= first, "job {job}: {} > {first}", starts[job]);
        }
    }
}
