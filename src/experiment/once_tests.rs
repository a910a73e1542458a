//! Nodes that leave a pool while jobs change their sizes: random small scenarios, each run audited.

use super::*;
use crate::scenario::{Input, load};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Runs a scenario under its only stack; the job counts.
fn audited(text: &str) -> (u64, u64) {
    let input = Input::Text { name: "s.toml".to_owned(), text: text.to_owned(), files: BTreeMap::new() };
    let scenario = load(&input, &[]).unwrap_or_else(|problems| panic!("{}\n{text}", problems.render(false)));
    let (name, spec) = scenario.stacks.first_key_value().expect("a stack");
    let run = run_once(&scenario, name, spec, Listeners::default(), Options::default());
    let summary = run.unwrap_or_else(|error| panic!("{error}\n{text}")).summary;
    (summary.jobs, summary.completed)
}

#[test]
fn a_job_that_finds_no_other_nodes_keeps_its_own_though_one_leaves() {
    // Two nodes of two cores. Job 0 (3 tasks) holds both; at 5 s a node is removed: nothing is idle, so it is owed. Whatever is tried to
    // fit job 1 in, job 0 must not lose what it runs on.
    let text = "format = 1\nname = \"n\"\n[center.c]\npool.p = { nodes = 2, cores = 2 }\n\
        [policy.e]\nbroker = { nearest = {} }\nqueue = { elastic = {} }\n\
        [[job]]\nsubmit = \"0 s\"\norigin = \"c\"\nruntime = \"30 s\"\ntasks = 3\n\
        elastic = { kind = \"malleable\", least = 3, most = 4, speedup = { amdahl = { serial = 0.0 } } }\n\
        [[job]]\nsubmit = \"6 s\"\norigin = \"c\"\nruntime = \"10 s\"\ntasks = 1\n\
        elastic = { kind = \"malleable\", most = 2, speedup = { amdahl = { serial = 0.0 } } }\n\
        [[event]]\nat = \"5 s\"\nremove = { center = \"c\", pool = \"p\", nodes = 1 }\n";
    assert_eq!(audited(text), (2, 2));
}

/// A job: gap, run, tasks, cores, accelerators by number of a size, kind of bending, most, priority.
type DrawnJob = (u64, u64, u32, u32, u32, u8, u32, i32);

fn job() -> impl Strategy<Value = DrawnJob> {
    (0..12u64, 1..40u64, 1..=5u32, 1..=3u32, 0..=3u32, 0..4u8, 1..=6u32, 0..3i32)
}

/// An event: gap, what, nodes.
fn event() -> impl Strategy<Value = (u64, u8, u64)> {
    (1..25u64, 0..3u8, 1..=2u64)
}

/// A pool of 2 to 5 nodes of 3 cores, with cards or without; owners and services that take some by the hour.
fn world(nodes: u64, cards: bool, closed: u8, service: u8, queue: usize, packing: usize) -> String {
    let queue = [
        "elastic = {}",
        "elastic = { order = { priority = {} }, least-efficiency = 0.0 }",
        "preemptive = {}",
        "elastic = { least-efficiency = 0.9 }",
    ][queue];
    let packing = ["first-fit", "best-fit", "worst-fit", "random", "gpu-clustering", "fgd"][packing];
    let accelerators = if cards { ", accelerators = { kind = \"x\", count = 2 }" } else { "" };
    let share = match closed {
        0 => "",
        1 => ", closed-share = 0.3",
        _ => {
            ", closed-share = { hourly = [0, 0.5, 0.25, 0, 0.75, 0.2, 0, 1, 0.5, 0, 0.1, 0.6, 0, 0.5, 0.25, 0, 0.75, 0.2, 0, 1, 0.5, 0, 0.1, 0.6] }"
        }
    };
    let mut text = format!(
        "format = 1\nname = \"n\"\n[run]\nstart = \"2024-01-01T00:00:00Z\"\nuntil = \"20 h\"\n\
         [center.c]\npool.p = {{ nodes = {nodes}, cores = 3{accelerators}{share} }}\n\
         [policy.e]\nbroker = {{ nearest = {{}} }}\nqueue = {{ {queue} }}\npacking = {{ {packing} = {{}} }}\n"
    );
    if service > 0 {
        let profile = if service == 1 { "" } else { ", by-hour = \"office\"" };
        let _ = write!(
            text,
            "[service.web]\nrate = {{ peak = \"20 / s\"{profile} }}\norigin = {{ c = 1 }}\n\
             replica = {{ cores = 2, capacity = \"10 / s\" }}\n"
        );
    }
    text
}

/// Submissions and events within hours (minutes are too short for owners and services to come and go).
fn timed(text: &mut String, cards: bool, open: u64, jobs: &[DrawnJob], events: &[(u64, u8, u64)]) {
    let mut submit = 0;
    for &(gap, run, tasks, cores, size, kind, most, priority) in jobs {
        submit += gap * 3;
        let per_task = [0.0, 0.5, 1.0, 2.0][if cards { size as usize } else { 0 }];
        let per_node = (3 / cores).min(if per_task > 0.0 { (2.0 / per_task) as u32 } else { 3 });
        // A job that fits into no pool is refused before the run.
        let tasks = tasks.min(per_node * open as u32);
        let _ = write!(
            text,
            "[[job]]\nsubmit = \"{submit} min\"\norigin = \"c\"\nruntime = \"{} min\"\ntasks = {tasks}\ncores = {cores}\npriority = {priority}\n",
            run * 5
        );
        if per_task > 0.0 {
            let _ = writeln!(text, "accelerators = {{ kind = \"x\", per-task = {per_task} }}");
        }
        let most = most.max(tasks);
        match kind {
            0 => {}
            1 => text.push_str("checkpoint = { every = \"10 min\", cost = \"20 s\", restart = \"5 s\" }\n"),
            _ => {
                let kind = if kind == 2 { "moldable" } else { "malleable" };
                let _ = writeln!(
                    text,
                    "elastic = {{ kind = \"{kind}\", most = {most}, speedup = {{ amdahl = {{ serial = 0.1 }} }} }}"
                );
            }
        }
    }
    let (mut at, mut there) = (0, 2);
    for &(gap, what, nodes) in events {
        at += gap * 10;
        let (verb, nodes) = match what {
            0 if there > 0 => ("remove", nodes.min(there)),
            1 => ("add", nodes),
            _ => continue,
        };
        there = if verb == "add" { there + nodes } else { there - nodes };
        let _ = writeln!(
            text,
            "[[event]]\nat = \"{at} min\"\n{verb} = {{ center = \"c\", pool = \"p\", nodes = {nodes} }}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_run_breaks_an_invariant_where_nodes_leave_and_jobs_bend(
        nodes in 2..=5u64,
        cards in any::<bool>(),
        (closed, service) in (0..3u8, 0..3u8),
        (queue, packing) in (0..4usize, 0..6usize),
        jobs in proptest::collection::vec(job(), 1..14),
        events in proptest::collection::vec(event(), 0..8),
    ) {
        let mut text = world(nodes, cards, closed, service, queue, packing);
        let open = if closed == 1 { nodes - (nodes * 3 + 5) / 10 } else { nodes };
        timed(&mut text, cards, open, &jobs, &events);
        audited(&text);
    }
}
