//! What users of other simulators complained of, and corners of the rules.

use crate::support::{audited, audited_with, load};
use eastwest::model::{JobSlot, Outcome, PoolId, RejectReason, Request};
use eastwest::policy::Stack;
use eastwest::policy::broker::{Broker, Decision, Placement};
use eastwest::policy::packing::{PackingSpec, PoolProfile};
use eastwest::policy::queue::{QueueDiscipline, QueueSpec};
use eastwest::policy::view::{Desk, View};
use eastwest::rng::Streams;
use eastwest::scenario::Scenario;
use eastwest::sim::{self, Options, RunError};
use eastwest::units::SimTime;
use std::sync::{Arc, Mutex};

fn one_node(more: &str) -> String {
    format!(
        "format = 1\nname = \"one\"\n[center.a]\npool.cpu = {{ nodes = 1, cores = 1 }}\n\
         [policy.p]\nbroker = {{ fixed = {{ center = \"a\" }} }}\n{more}"
    )
}

fn jobs(count: usize, submit: &str, runtime: &str, more: &str) -> String {
    format!("[[job]]\nsubmit = \"{submit}\"\norigin = \"a\"\nruntime = \"{runtime}\"\n{more}\n").repeat(count)
}

/// Does what its function says.
#[derive(Clone)]
struct Told<F>(F);

impl<F: FnMut(&Request, &View<'_>) -> Decision + Clone + Send> Broker for Told<F> {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        (self.0)(request, view)
    }
}

/// A stack with this broker, first come, first served, first fit.
fn stack(scenario: &Scenario, broker: impl FnMut(&Request, &View<'_>) -> Decision + Clone + Send + 'static) -> Stack {
    let streams = Streams::new(1, 0);
    let pools = scenario.platform.pools.len();
    Stack {
        broker: Box::new(Told(broker)),
        queues: (0..pools).map(|_| QueueSpec::default().build()).collect(),
        packings: (0..pools).map(|_| PackingSpec::default().build(&streams, "", &PoolProfile::default())).collect(),
        clairvoyant: false,
    }
}

const SECOND: u64 = 1_000_000_000;

#[test]
fn a_broker_that_turns_all_away_ends_with_an_outcome_for_all() {
    let scenario = load(&one_node(&jobs(101, "1 s", "1 s", "")));
    let run = audited_with(&scenario, stack(&scenario, |_, _| Decision::Reject(RejectReason::Policy)), 1);
    assert_eq!(run.jobs.len(), 101);
    assert!(run.jobs.iter().all(|told| told.outcome == Outcome::Rejected(RejectReason::Policy)));
    assert_eq!(run.stats.end, SimTime(SECOND));
}

#[test]
fn jobs_that_ask_for_too_little_are_all_ended() {
    let enforce = |on: bool| format!("[run]\nenforce-requested = {on}\n");
    let text = |on: bool| one_node(&(enforce(on) + &jobs(101, "1 s", "1 h", "requested = \"1 s\"")));
    let run = audited(&load(&text(true)), "p", 1);
    assert_eq!(run.jobs.len(), 101);
    assert!(run.jobs.iter().all(|told| told.outcome == Outcome::Killed));
    // One second each, one after the other.
    assert_eq!(run.stats.end, SimTime(102 * SECOND));
    let run = audited(&load(&text(false)), "p", 1);
    assert!(run.jobs.iter().all(|told| told.outcome == Outcome::Completed));
    // A job that runs for exactly what it asked for is not ended.
    let exact = one_node(&(enforce(true) + &jobs(3, "1 s", "1 s", "requested = \"1 s\"")));
    assert!(audited(&load(&exact), "p", 1).jobs.iter().all(|told| told.outcome == Outcome::Completed));
}

#[test]
fn a_hundred_and_one_jobs_on_one_node_all_have_an_outcome() {
    // Fair-share, EASY and conservative too.
    for queue in ["fcfs = {}", "fair-share = {}", "easy = {}", "conservative = {}", "sjf = {}", "multi-queue = {}"] {
        let text =
            one_node(&jobs(101, "1 s", "1 s", "")).replace("[policy.p]", &format!("[policy.p]\nqueue = {{ {queue} }}"));
        let run = audited(&load(&text), "p", 1);
        assert!(run.jobs.len() == 101 && run.jobs.iter().all(|told| told.outcome == Outcome::Completed), "{queue}");
        assert_eq!(run.stats.end, SimTime(102 * SECOND), "{queue}");
    }
}

#[test]
fn nodes_that_come_during_the_run_are_used_at_once() {
    // Ten jobs of 10 s on one node; at 15 s nine more come. The first ends at 10 s, the second runs from then, the rest start at 15 s.
    let event = |what: &str, at: &str| {
        format!("[[event]]\nat = \"{at}\"\n{what} = {{ center = \"a\", pool = \"cpu\", nodes = 9 }}\n")
    };
    let run = audited(&load(&one_node(&(jobs(10, "0 s", "10 s", "") + &event("add", "15 s")))), "p", 1);
    let starts: Vec<u64> = run.jobs.iter().map(|told| told.life.started.expect("started").0 / SECOND).collect();
    assert_eq!(starts, [0, 10, 15, 15, 15, 15, 15, 15, 15, 15]);
    // Ten nodes, nine leave at 5 s: nobody is preempted, and the nodes are gone when their jobs end.
    let text = one_node(&(jobs(12, "0 s", "10 s", "") + &event("remove", "5 s"))).replace("nodes = 1,", "nodes = 10,");
    let run = audited(&load(&text), "p", 1);
    let starts: Vec<u64> = run.jobs.iter().map(|told| told.life.started.expect("started").0 / SECOND).collect();
    assert_eq!(starts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 20]);
}

#[test]
fn a_pool_without_nodes_waits_for_them() {
    let event = "[[event]]\nat = \"1 h\"\nadd = { center = \"a\", pool = \"cpu\", nodes = 1 }\n";
    let text = one_node(&(jobs(1, "0 s", "10 s", "") + event)).replace("nodes = 1,", "nodes = 0,");
    assert_eq!(audited(&load(&text), "p", 1).jobs[0].life.started, Some(SimTime(3600 * SECOND)));
}

/// Counts how often it is asked at each instant.
#[derive(Clone)]
struct Counting {
    inner: Box<dyn QueueDiscipline>,
    asked: Arc<Mutex<Vec<SimTime>>>,
}

impl QueueDiscipline for Counting {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.inner.enqueued(job, desk);
    }
    fn started(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.inner.started(job, desk);
    }
    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        self.inner.ended(job, started, desk);
    }
    fn withdraw(&mut self, job: JobSlot) {
        self.inner.withdraw(job);
    }
    fn decide(&mut self, desk: &mut dyn Desk) {
        self.asked.lock().expect("one thread").push(desk.now());
        self.inner.decide(desk);
    }
    fn len(&self) -> usize {
        self.inner.len()
    }
}

#[test]
fn events_of_one_instant_reach_the_scheduler_once() {
    // Four nodes, eight jobs at 10 s that run for 10 s: one decision at the start, at 10, 20 and 30 s; all ends of an instant are known.
    let text = one_node(&jobs(8, "10 s", "10 s", "")).replace("nodes = 1,", "nodes = 4,");
    let scenario = load(&text);
    let mut stack = stack(&scenario, |_, _| Decision::Place(Placement::at(PoolId(0))));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let inner = stack.queues.remove(0);
    stack.queues.push(Box::new(Counting { inner, asked: asked.clone() }));
    let run = audited_with(&scenario, stack, 1);
    assert!(run.jobs.iter().all(|told| told.outcome == Outcome::Completed));
    let asked = asked.lock().expect("one thread").clone();
    assert_eq!(asked, [0, 10, 20, 30].map(|second| SimTime(second * SECOND)));
}

#[test]
fn a_broker_may_wait_and_is_asked_again() {
    let scenario = load(&one_node(&jobs(1, "10 s", "10 s", "")));
    let place = |_: &Request, view: &View<'_>| {
        if view.now < SimTime(100 * SECOND) {
            // Not a full second, so that several questions are asked.
            Decision::Wait(SimTime(view.now.0 + 7 * SECOND))
        } else {
            Decision::Place(Placement::at(PoolId(0)))
        }
    };
    let run = audited_with(&scenario, stack(&scenario, place), 1);
    // 10 + 13 x 7 = 101 s.
    assert_eq!(run.jobs[0].life.brokered, Some(SimTime(101 * SECOND)));
    assert_eq!(run.jobs[0].outcome, Outcome::Completed);
    // Staging begins no earlier than the placement says.
    let later = |_: &Request, _: &View<'_>| {
        Decision::Place(Placement { not_before: Some(SimTime(50 * SECOND)), ..Placement::at(PoolId(0)) })
    };
    let run = audited_with(&scenario, stack(&scenario, later), 1);
    assert_eq!(
        (run.jobs[0].life.brokered, run.jobs[0].life.staged),
        (Some(SimTime(10 * SECOND)), Some(SimTime(50 * SECOND)))
    );
}

#[test]
fn a_policy_that_asks_for_what_cannot_be_ends_the_run() {
    let text = one_node(&jobs(1, "10 s", "10 s", "")) + "[center.b]\npool.cpu = { nodes = 1, cores = 1 }\n";
    let scenario = load(&text.replace("origin = \"a\"", "origin = \"a\"\nregions = [\"a\"]"));
    let outcome = |decision: Decision| {
        let stack = stack(&scenario, move |_, _| decision);
        sim::run(&scenario, stack, &mut [], Options::default())
    };
    for decision in [
        Decision::Place(Placement::at(PoolId(77))),
        // Not one of its regions.
        Decision::Place(Placement::at(PoolId(1))),
        // No later instant.
        Decision::Wait(SimTime(10 * SECOND)),
        Decision::Wait(SimTime(0)),
    ] {
        let error = outcome(decision).expect_err("illegal");
        assert!(matches!(error, RunError::IllegalAction { .. } | RunError::Livelock { .. }), "{decision:?}: {error}");
        assert!(error.to_string().contains("10 s"), "{error}");
    }
    assert!(outcome(Decision::Place(Placement::at(PoolId(0)))).is_ok());
}

#[test]
fn a_run_without_drain_leaves_jobs_unfinished() {
    let run = |drain: bool| {
        let text = one_node(&(format!("[run]\nuntil = \"15 s\"\ndrain = {drain}\n") + &jobs(3, "1 s", "10 s", "")));
        audited(&load(&text), "p", 1)
    };
    let outcomes = |run: &crate::support::Audited| run.jobs.iter().map(|told| told.outcome).collect::<Vec<_>>();
    let cut = run(false);
    assert_eq!(outcomes(&cut), [Outcome::Completed, Outcome::Unfinished, Outcome::Unfinished]);
    assert_eq!(cut.stats.end, SimTime(15 * SECOND));
    let whole = run(true);
    assert_eq!(outcomes(&whole), [Outcome::Completed; 3]);
    assert_eq!(whole.stats.end, SimTime(31 * SECOND));
}

#[test]
fn a_full_storage_turns_jobs_away() {
    // 10 GB there; inputs of 4 GB, kept until the jobs end: two at a time.
    let link = "[metro.m]\n[link.l]\nbetween = [\"a\", \"m\"]\nlatency = \"1 ms\"\nbandwidth = \"10 Gbps\"\n";
    let text = one_node(
        &(link.to_owned() + &jobs(3, "0 s", "10 s", "input = \"4 GB\"") + &jobs(1, "60 s", "10 s", "input = \"4 GB\"")),
    )
    .replace("origin = \"a\"", "origin = \"m\"")
    .replace("[center.a]", "[center.a]\nstorage = { space = \"12 GB\", filled = \"2 GB\" }");
    let run = audited(&load(&text), "p", 1);
    let outcomes: Vec<Outcome> = run.jobs.iter().map(|told| told.outcome).collect();
    let full = Outcome::Rejected(RejectReason::StorageFull);
    assert_eq!(outcomes, [Outcome::Completed, Outcome::Completed, full, Outcome::Completed]);
}
