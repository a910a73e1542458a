//! What a policy may know: run times that lie ahead change nothing of the schedule so far, unless a stack says that it knows them.
//!
//! A scenario runs; then the true run times of all jobs that had not ended at some instant are altered, none of them so that it ends before
//! that instant, and it runs again. Up to the instant both runs must be the same, job for job. Requests stay as they are. The types
//! hold the rest: what a policy sees has no true run time (see `eastwest::policy::view`).

use crate::support::{Audited, audited, load};
use eastwest::model::Work;
use eastwest::policy::registry::catalog;
use eastwest::scenario::Scenario;
use eastwest::units::{SimDuration, SimTime};
use std::fmt::Write as _;

/// Instants at which the future is altered, in seconds.
const INSTANTS: [u64; 3] = [300, 900, 1500];

/// A number from 0 to 2^31 that goes with another.
fn draw(seed: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33
}

/// Three centers of few nodes, 150 jobs of several tenants, priorities and sizes in half an hour: queues are never empty for long.
fn text(stack: &str) -> String {
    let mut text = String::from("format = 1\nname = \"knowledge\"\n");
    for (center, nodes) in [("a", 4), ("b", 3), ("c", 2)] {
        let _ = writeln!(
            text,
            "[center.{center}]\npue = 1.2\ntariff = \"0.{nodes} CNY/kWh\"\ncarbon = \"{nodes}00 g/kWh\""
        );
        let power = "memory = \"64 GiB\", power-idle = \"100 W\", power-peak = \"300 W\"";
        let _ = writeln!(text, "pool.cpu = {{ nodes = {nodes}, cores = 4, {power} }}");
    }
    for (from, to) in [("a", "b"), ("b", "c"), ("a", "c")] {
        let _ = writeln!(
            text,
            "[link.{from}-{to}]\nbetween = [\"{from}\", \"{to}\"]\nlatency = \"2 ms\"\nbandwidth = \"10 Gbps\""
        );
    }
    for tenant in ["t0", "t1", "t2"] {
        let _ = writeln!(text, "[tenants.{tenant}]");
    }
    for job in 0..150_u64 {
        let [run, over, tasks, gap] = [0, 1, 2, 3].map(|what| draw(job * 4 + what));
        let run = 20 + run % 400;
        let _ = writeln!(
            text,
            "[[job]]\nsubmit = \"{} s\"\norigin = \"{}\"",
            job * 10 + gap % 10,
            ["a", "b", "c"][job as usize % 3]
        );
        let _ =
            writeln!(text, "runtime = \"{run} s\"\nrequested = \"{} s\"\ntasks = {}", run + over % 600, 1 + tasks % 6);
        let _ = writeln!(text, "tenant = \"t{}\"\npriority = {}\ninput = \"1 GB\"", draw(job) % 3, draw(job) % 4);
        match job % 4 {
            1 => text.push_str("checkpoint = { every = \"60 s\", cost = \"2 s\", restart = \"5 s\" }\n"),
            2 => text.push_str("elastic = { kind = \"malleable\", most = 8, speedup = { amdahl = { serial = 0.1 } } }\n"),
            3 => text.push_str("elastic = { kind = \"moldable\", most = 8, speedup = { downey = { parallelism = 4.0, variance = 1.0 } } }\n"),
            _ => {}
        }
    }
    let _ = writeln!(text, "[policy.p]\n{stack}");
    text
}

/// What each job had come to by an instant: center, queueing, first start, end if it was by then.
fn past(run: &Audited, at: SimTime) -> Vec<(u64, Vec<Option<SimTime>>)> {
    let by = |instant: Option<SimTime>| instant.filter(|instant| *instant <= at);
    let mut all: Vec<_> = run
        .jobs
        .iter()
        .map(|told| {
            let life = &told.life;
            let pool = life.pool.filter(|_| by(life.brokered).is_some()).map(|pool| SimTime(u64::from(pool.0)));
            let instants = [pool, by(life.brokered), by(life.staged), by(life.started), by(life.ended)];
            (told.job.request.number.0, instants.to_vec())
        })
        .collect();
    all.sort_by_key(|(number, _)| *number);
    all
}

/// The scenario with other run times of what had not ended by then.
fn altered(scenario: &Scenario, run: &Audited, at: SimTime) -> Scenario {
    let mut other = scenario.clone();
    for (place, job) in other.jobs.iter_mut().enumerate() {
        let told = run.jobs.iter().find(|told| told.job.name == job.name && told.job.ordinal == job.ordinal);
        let life = told.expect("the job ran").life;
        if life.ended.is_some_and(|ended| ended <= at) {
            continue;
        }
        let Work::Time(run) = job.truth.work else { panic!("not a time") };
        // Long enough that nothing that runs ends before the instant, however fast it is: 8 tasks, and what was interrupted.
        let least = if life.started.is_some_and(|started| started <= at) { run.0.max(8 * at.0) } else { 0 };
        job.truth.work = Work::Time(SimDuration(least + 1_000_000_000 * (1 + draw(place as u64) % 900)));
    }
    other
}

/// Instants at which the past of the two runs differs.
fn differing(stack: &str) -> Vec<u64> {
    let scenario = load(&text(stack));
    let run = audited(&scenario, "p", 1);
    let differs = |at: &u64| {
        let at = SimTime::from_secs(*at);
        let other = audited(&altered(&scenario, &run, at), "p", 1);
        assert!(run.jobs.iter().any(|told| told.life.ended.is_some_and(|ended| ended > at)), "something lies ahead");
        past(&run, at) != past(&other, at)
    };
    INSTANTS.into_iter().filter(differs).collect()
}

fn no_difference(stacks: &[String]) {
    for stack in stacks {
        assert_eq!(differing(stack), [0; 0], "{stack} knows what lies ahead");
    }
}

#[test]
fn no_broker_knows_what_lies_ahead() {
    let brokers = catalog().into_iter().filter(|entry| entry.kind == "broker");
    let stacks: Vec<String> = brokers
        .map(|entry| {
            let parameters = if entry.name == "fixed" { "center = \"a\"" } else { "" };
            format!("broker = {{ {} = {{ {parameters} }} }}\nqueue = {{ easy = {{}} }}", entry.name)
        })
        .collect();
    assert!(stacks.len() >= 13, "{}", stacks.len());
    no_difference(&stacks);
}

#[test]
fn no_queue_knows_what_lies_ahead() {
    const BACKFILLING: [&str; 4] = ["easy", "conservative", "preemptive", "elastic"];
    let queues: Vec<&str> = catalog().iter().filter(|entry| entry.kind == "queue").map(|entry| entry.name).collect();
    let (fills, orders): (Vec<&str>, Vec<&str>) = queues.iter().partition(|name| BACKFILLING.contains(*name));
    assert_eq!(fills, BACKFILLING, "a new kind of backfilling is to be named here");
    let mut all: Vec<String> = orders.iter().map(|order| format!("{order} = {{}}")).collect();
    for fill in fills {
        all.extend(orders.iter().map(|order| format!("{fill} = {{ order = {{ {order} = {{}} }} }}")));
    }
    for more in ["reservation = \"named\"", "estimate = \"last-two-average\"", "estimate = { factor = 0.5 }"] {
        all.extend(["easy", "conservative"].map(|fill| format!("{fill} = {{ {more} }}")));
    }
    all.push("easy = { backfill-order = { sjf = {} } }".to_owned());
    let stacks: Vec<String> =
        all.iter().map(|queue| format!("broker = {{ home-first = {{}} }}\nqueue = {{ {queue} }}")).collect();
    no_difference(&stacks);
}

#[test]
fn who_says_that_it_knows_is_seen_to_know() {
    // The test can fail: these stacks are marked clairvoyant and do act on what lies ahead.
    for queue in [
        "easy = { estimate = \"actual\" }",
        "sjf = { estimate = \"actual\" }",
        "conservative = { estimate = \"actual\" }",
    ] {
        let stack = format!("broker = {{ home-first = {{}} }}\nqueue = {{ {queue} }}");
        assert_ne!(differing(&stack), [0; 0], "{queue}");
    }
}
