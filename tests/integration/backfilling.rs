//! Backfilling where nodes are shared and where jobs run longer than they asked for, through the whole program.

use crate::support::{Scratch, Table, audited, eastwest, load};

/// The four disciplines.
const EASY: &str = "{ easy = {} }";
const EASY_NAMED: &str = r#"{ easy = { reservation = "named" } }"#;
const CONSERVATIVE: &str = "{ conservative = {} }";
const CONSERVATIVE_NAMED: &str = r#"{ conservative = { reservation = "named" } }"#;
const ALL: [&str; 4] = [EASY, EASY_NAMED, CONSERVATIVE, CONSERVATIVE_NAMED];

/// A job in seconds: submission, run, request, and what else it asks for.
type Line = (u64, u64, u64, &'static str);

/// Starts in seconds of jobs on one pool under a queue.
fn starts(pool: &str, jobs: &[Line], queue: &str) -> Vec<u64> {
    let job = |(number, (submit, run, requested, what)): (usize, &Line)| {
        format!(
            "[[job]]\nid = \"j{number}\"\norigin = \"c\"\nsubmit = \"{submit} s\"\nruntime = \"{run} s\"\nrequested = \"{requested} s\"\n{what}\n"
        )
    };
    let all: String = jobs.iter().enumerate().map(job).collect();
    let policy = format!("[policy.p]\nbroker = {{ fixed = {{ center = \"c\" }} }}\nqueue = {queue}\n");
    let text = format!("format = 1\nname = \"backfilling\"\n[center.c]\npool.p = {pool}\n{all}{policy}");
    let run = audited(&load(&text), "p", 1);
    let start = |number: usize| {
        let nanos = run.job(&format!("j{number}")).life.started.expect("it starts").0;
        assert_eq!(nanos % 1_000_000_000, 0, "j{number} starts beside the clock: {nanos} ns");
        nanos / 1_000_000_000
    };
    (0..jobs.len()).map(start).collect()
}

#[test]
fn a_reservation_is_for_nodes_not_for_sums() {
    // Three nodes of 4 cores, 3 in use on each: until 100 s, 1000 s and 1000 s. j3 needs a whole node: 100 s. j4 takes one core for long.
    // On the first node it would be in the way. EASY and named reservations put it on the second; counted ones let the packing choose
    // when it starts: behind j3, at 100 s.
    let jobs: [Line; 5] = [
        (0, 100, 100, "cores = 3"),
        (0, 1000, 1000, "cores = 3"),
        (0, 1000, 1000, "cores = 3"),
        (2, 50, 50, "cores = 4"),
        (3, 5000, 5000, "cores = 1"),
    ];
    for (queue, last) in [(EASY, 3), (EASY_NAMED, 3), (CONSERVATIVE, 100), (CONSERVATIVE_NAMED, 3)] {
        assert_eq!(starts("{ nodes = 3, cores = 4 }", &jobs, queue), [0, 0, 0, 100, last], "{queue}");
    }
}

#[test]
fn a_gang_waits_for_as_many_nodes_as_it_needs() {
    // The nodes are whole again at 100 s, 200 s and 1000 s: two of them at 200 s. By sums 8 cores are free at 100 s already.
    let jobs: [Line; 5] = [
        (0, 100, 100, "cores = 2"),
        (0, 200, 200, "cores = 3"),
        (0, 1000, 1000, "cores = 2"),
        (2, 50, 50, "tasks = 2\ncores = 4"),
        (3, 5000, 5000, "cores = 1"),
    ];
    for queue in ALL {
        // First-fit puts the second job beside the first only if both fit: they do not.
        let got = starts("{ nodes = 3, cores = 4 }", &jobs, queue);
        assert_eq!(got[3], 200, "{queue}: {got:?}");
    }
}

#[test]
fn named_reservations_share_nodes_and_cards() {
    let cores: [Line; 3] = [(0, 600, 600, "cores = 1"), (1, 600, 600, "cores = 2"), (2, 600, 600, "cores = 1")];
    let cards: [Line; 2] = [
        (0, 600, 600, "cores = 1\naccelerators = { per-task = 0.7 }"),
        (1, 600, 600, "cores = 1\naccelerators = { per-task = 0.7 }"),
    ];
    for queue in [EASY_NAMED, CONSERVATIVE_NAMED] {
        assert_eq!(starts("{ nodes = 1, cores = 4 }", &cores, queue), [0, 1, 2], "{queue}");
        let pool = r#"{ nodes = 1, cores = 4, accelerators = { kind = "card", count = 2 } }"#;
        assert_eq!(starts(pool, &cards, queue), [0, 1], "{queue}");
    }
}

#[test]
fn nobody_overtakes_on_one_node_however_long_jobs_run() {
    // Each fills the node, so that whoever overtakes delays: as first come, first served.
    let jobs: [Line; 5] = [(0, 30, 10, ""), (5, 20, 25, ""), (6, 10, 5, ""), (12, 5, 3, ""), (13, 1, 40, "")];
    let expected = starts("{ nodes = 1, cores = 1 }", &jobs, "{ fcfs = {} }");
    assert_eq!(expected, [0, 30, 50, 60, 65]);
    for queue in [CONSERVATIVE, CONSERVATIVE_NAMED] {
        assert_eq!(starts("{ nodes = 1, cores = 1 }", &jobs, queue), expected, "{queue}");
    }
}

#[test]
fn a_job_behind_one_that_overruns_stays_the_first() {
    // Three processors. Job 1 asked for 20 s and runs 500 s. Job 2 needs all three and is first of the queue from 5 s on; small ones come
    // all the time. It starts when job 1 ends, and they follow.
    let scratch = Scratch::new();
    let line = |number: u64, submit: u64, run: u64, processors: u64, requested: u64| {
        format!("{number} {submit} -1 {run} {processors} -1 -1 {processors} {requested} -1 1 1 1 1 1 1 -1 -1\n")
    };
    let small: String = (3..13).map(|number| line(number, 10 + 45 * (number - 3), 60, 1, 60)).collect();
    let text = format!("; MaxProcs: 3\n{}{}{small}", line(1, 0, 500, 1, 20), line(2, 5, 50, 3, 50));
    let log = scratch.write("log.swf", text);
    let unbounded = ["--rules", "batsim", "--enforce-requested=false"];
    for (number, rules) in
        [["--reservation", "counted"].as_slice(), &["--reservation", "named"], &unbounded].iter().enumerate()
    {
        let out = scratch.path(&format!("out{number}"));
        let (log, at) = (log.to_str().unwrap(), out.to_str().unwrap());
        let fixed = ["replay", log, "--trace-format", "swf", "--out", at, "--quiet", "--backfill", "conservative"];
        eastwest(&[fixed.as_slice(), rules].concat()).expect(0);
        let table = Table::read(&out.join("jobs.csv"));
        let starts: Vec<f64> = table.cells("start_s").iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(&starts[..5], [0.0, 500.0, 550.0, 550.0, 550.0], "{rules:?}");
        assert!(starts.iter().all(|start| start.fract() == 0.0), "{rules:?}: {starts:?}");
    }
}
