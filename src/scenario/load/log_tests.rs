//! Logs as workloads of a scenario.

use super::*;
use crate::rng::Streams;
use crate::workload::JobSource;
use proptest::prelude::*;

/// Five jobs of two users: on 2, 1, 4, 9 processors, and one without a run time.
const LOG: &str = "; MaxProcs: 8
7 100 -1 50 2 -1 -1 2 60 -1 1 3 -1 -1 -1 -1 -1 -1
8 130 -1 20 1 -1 -1 1 60 -1 1 9 -1 -1 -1 -1 -1 -1
9 160 -1 90 4 -1 -1 4 60 -1 1 3 -1 -1 -1 -1 -1 -1
10 190 -1 -1 4 -1 -1 4 60 -1 1 3 -1 -1 -1 -1 -1 -1
11 220 -1 5 9 -1 -1 9 60 -1 1 3 -1 -1 -1 -1 -1 -1
";

const SCENARIO: &str = "format = 1
name = \"x\"
[center.a]
pool.cpu = { nodes = 2, cores = 8, memory = \"16 GiB\" }
[center.b]
pool.cpu = { nodes = 1, cores = 4, memory = \"16 GiB\" }
[link.a-b]
between = [\"a\", \"b\"]
latency = \"1 ms\"
bandwidth = \"1 Gbps\"
[tenants.users]
count = 2
[workload.log]
swf = { file = \"logs/l.swf\" }
origin = { a = 1, b = 1 }
tenants = \"users\"
memory = \"1 GiB\"
priority = 3
regions = [\"a\"]
[policy.p]
broker = { nearest = {} }
";

fn input(text: &str, log: &str) -> Input {
    Input::Text { name: "s.toml".into(), text: text.into(), files: [("logs/l.swf".to_owned(), log.to_owned())].into() }
}

fn problems(text: &str, log: &str) -> String {
    load(&input(text, log), &[]).expect_err("wrong").render(false)
}

#[test]
fn a_log_is_a_workload() {
    let scenario = load(&input(SCENARIO, LOG), &[]).unwrap_or_else(|found| panic!("{}", found.render(false)));
    assert_eq!(scenario.warnings.len(), 1, "{:?}", scenario.warnings);
    assert!(
        scenario.warnings[0].contains("s.toml:14:16: logs/l.swf: 1 skipped: no run time (line 5)"),
        "{:?}",
        scenario.warnings
    );
    let mut jobs = scenario.source(&Streams::new(1, 0)).expect("opens");
    let mut seen = Vec::new();
    while let Some(job) = jobs.next_job().expect("reads") {
        let request = &job.request;
        assert_eq!((request.priority, request.task.cores_milli, request.task.memory), (3, 1000, 1 << 30));
        seen.push((
            job.name.expect("a number").to_string(),
            request.submit.0 / 1_000_000_000,
            request.tasks,
            request.tenant.0,
        ));
    }
    // The run begins with the first job. Users 3 and 9 are the two members of the group.
    let expected = [("7", 0, 2, 0), ("8", 30, 1, 1), ("9", 60, 4, 0), ("11", 120, 9, 0)];
    assert_eq!(seen, expected.map(|(name, submit, tasks, tenant)| (name.to_owned(), submit, tasks, tenant)));
}

#[test]
fn what_is_written_out_names_a_copy_and_its_hash() {
    let scenario = load(&input(SCENARIO, LOG), &[]).expect("loads");
    assert!(scenario.effective.contains("file = \"log.swf\""), "{}", scenario.effective);
    assert_eq!(scenario.logs[0].copy, "log.swf");
    let again = |log: &str| {
        let files = [("log.swf".to_owned(), log.to_owned())].into();
        load(&Input::Text { name: "out.toml".into(), text: scenario.effective.clone(), files }, &[])
    };
    assert_eq!(again(LOG).expect("the same").effective, scenario.effective);
    let other = again(&LOG.replace("50", "51")).expect_err("another log").render(false);
    assert!(other.contains("is another log: its hash is"), "{other}");
}

#[test]
fn what_is_wrong_is_said_where_the_log_is_named() {
    for (from, to, log, words) in [
        ("logs/l.swf", "logs/k.swf", LOG, "s.toml:14:16\n"),
        ("logs/l.swf", "logs/k.swf", LOG, "cannot read the log logs/k.swf: no such file"),
        ("priority", "runtime = \"1 h\"\npriority", LOG, "workload \"log\" is a log: it cannot have `runtime`"),
        ("priority", "arrivals = { renewal = { interval = \"1 h\" } }\npriority", LOG, "it cannot have `arrivals`"),
        ("l.swf\"", "l.swf\", load = 0.0", LOG, "a load of 0 is not above 0"),
        ("l.swf\"", "l.swf\", from = \"9 s\", to = \"9 s\"", LOG, "the window of the log ends before it begins"),
        ("l.swf\"", "l.swf\", from = \"1 d\"", LOG, "logs/l.swf has no job that can be run (6 lines)"),
        ("l.swf\"", "l.swf\", form = \"1 d\"", LOG, "did you mean `from`?"),
        (
            "\"1 GiB\"",
            "{ uniform = { min = \"1 GiB\", max = \"2 GiB\" } }",
            LOG,
            "its `memory` are one amount a processor",
        ),
        ("swf = { file = \"logs/l.swf\" }", "", LOG, "does not say when its jobs are submitted"),
        ("x", "x", "no log at all\n", "has no job that can be run (1 lines)"),
    ] {
        let found = problems(&SCENARIO.replacen(from, to, 1), log);
        assert!(found.contains(words.trim_end()), "{words}: not in\n{found}");
    }
    let wide =
        load(&input(&SCENARIO.replace("nodes = 2, cores = 8", "nodes = 1, cores = 4"), LOG), &[]).expect("a warning");
    assert!(wide.warnings.iter().any(|w| w.contains("fit into no pool")), "{:?}", wide.warnings);
}

#[test]
fn windows_loads_and_orders_are_those_of_the_reader() {
    let unsorted: String = {
        let mut lines: Vec<&str> = LOG.lines().collect();
        lines.swap(1, 3);
        lines.join("\n")
    };
    let text = SCENARIO.replace("l.swf\"", "l.swf\", from = \"100 s\", to = \"200 s\", load = 2.0");
    for log in [LOG, &unsorted] {
        let scenario = load(&input(&text, log), &[]).expect("loads");
        let mut jobs = scenario.source(&Streams::new(1, 0)).expect("opens");
        let mut submits = Vec::new();
        while let Some(job) = jobs.next_job().expect("reads") {
            submits.push(job.request.submit.0 / 1_000_000_000);
        }
        assert_eq!(submits, [0, 15, 30]);
    }
}

#[test]
fn logs_alone_are_measured_from_the_first_submission() {
    let warm_up = |window: &str, more: &str| {
        let text =
            SCENARIO.replace("l.swf\"", &format!("l.swf\", {window}")).replace("[policy", &format!("{more}[policy"));
        load(&input(&text, LOG), &[]).unwrap_or_else(|found| panic!("{}", found.render(false))).run.warm_up
    };
    let seconds = crate::units::SimDuration::from_secs;
    // The first job taken comes 100 s, or 50 at twice the load, after the window of the log begins.
    assert_eq!(warm_up("load = 1.0", ""), seconds(0));
    assert_eq!(warm_up("from = \"0 s\"", ""), seconds(100));
    assert_eq!(warm_up("from = \"0 s\", load = 2.0", ""), seconds(50));
    assert_eq!(warm_up("from = \"120 s\"", ""), seconds(10));
    // A longer warm-up holds, and beside other jobs the run is measured from its start.
    assert_eq!(warm_up("from = \"0 s\"", "[run]\nwarm-up = \"150 s\"\n"), seconds(150));
    let job = "[[job]]\nid = \"one\"\nsubmit = \"0 s\"\norigin = \"a\"\ncores = 1\nruntime = \"9 s\"\n";
    assert_eq!(warm_up("from = \"0 s\"", job), seconds(0));
}

proptest! {
    #[test]
    fn a_log_of_random_lines_never_panics(log in "([0-9 .;:a-z-]{0,40}\n){0,6}") {
        // It loads, or says why not.
        let _ = load(&input(SCENARIO, &log), &[]);
    }
}
