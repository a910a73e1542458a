//! Logs as people have them, replayed from the command line.

use crate::support::{Ran, Scratch, Table, eastwest, json};
use std::path::Path;

fn replay(log: &Path, format: &str, out: &Path, more: &[&str]) -> Ran {
    let (log, out) = (log.to_string_lossy(), out.to_string_lossy());
    eastwest(&[&["replay", &log, "--trace-format", format, "--out", &out, "--quiet"], more].concat())
}

/// A line of a log: number, submission, run time, processors, status, user.
fn line(number: u64, submit: u64, run: u64, processors: u32, status: i32, user: &str) -> String {
    format!("{number} {submit} -1 {run} {processors} -1 -1 {processors} {run} -1 {status} {user} -1 -1 1 1 -1 -1\r\n")
}

#[test]
fn a_slice_is_as_busy_alone_as_in_a_scenario() {
    let scratch = Scratch::new();
    let zero = 1_500_000_000;
    let text =
        line(1, zero, 10, 1, 1, "1") + &line(2, zero + 500, 100, 1, 1, "2") + &line(3, zero + 600, 100, 2, 1, "2");
    let log = scratch.write("l.swf", format!("\u{feff}; MaxProcs: 2\r\n{text}"));
    let out = scratch.path("out");
    let from = (zero + 300).to_string();
    replay(&log, "swf", &out, &["--from", &from]).expect(0);
    let alone = json(&out.join("summary.json"));
    assert_eq!(alone["utilization"], 0.75);
    assert_eq!(
        (alone["window_start_s"].as_f64(), alone["throughput_jobs_per_h"].as_f64()),
        (Some(1_500_000_500.0), Some(36.0))
    );
    assert_eq!(alone["warnings"], serde_json::json!(["1 filtered: submitted outside the window (line 2)"]));
    let scenario = format!(
        "format = 1\nname = \"s\"\n[center.a]\npool.cpu = {{ nodes = 2, cores = 1 }}\n[tenants.u]\ncount = 2\n\
         [workload.w]\nswf = {{ file = \"l.swf\", from = \"{from} s\" }}\norigin = {{ a = 1 }}\ntenants = \"u\"\n\
         [policy.p]\nbroker = {{ nearest = {{}} }}\n"
    );
    let file = scratch.write("s.toml", scenario);
    let within = scratch.path("within");
    eastwest(&["run", &file.to_string_lossy(), "--out", &within.to_string_lossy(), "--quiet"]).expect(0);
    let within = json(&within.join("summary.json"));
    assert_eq!((&within["utilization"], &within["window_start_s"]), (&alone["utilization"], &serde_json::json!(200.0)));
}

#[test]
fn parts_names_and_grouped_numbers_are_read() {
    let scratch = Scratch::new();
    let text = "; MaxProcs: 1'024\n".to_owned()
        + &line(1, 0, 100, 512, 1, "ann")
        + &line(1, 0, 60, 512, 2, "-1")
        + &line(1, 0, 40, 512, 3, "-1")
        + &line(2, 5, 10, 1000, 1, "bob");
    let (log, out) = (scratch.write("l.swf", text), scratch.path("out"));
    replay(&log, "swf", &out, &["--out-format", "swf"]).expect(0);
    let jobs = Table::read(&out.join("jobs.csv"));
    assert_eq!(jobs.cells("job"), ["1", "2"]);
    assert_eq!(jobs.cells("tenant"), ["user-ann", "user-bob"]);
    assert_eq!(jobs.cells("start_s"), ["0", "100"]);
    let summary = json(&out.join("summary.json"));
    assert!(
        summary["warnings"][0].as_str().is_some_and(|it| it.starts_with("2 skipped: partial executions")),
        "{summary}"
    );
    let written = std::fs::read_to_string(out.join("log.swf")).expect("there");
    assert!(written.contains("; MaxProcs: 1024\n") && written.contains(" 1 bob -1 "), "{written}");
}

#[test]
fn a_file_of_which_nothing_can_be_read_is_refused() {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let refused = |content: &str, format: &str, more: &[&str], words: &[&str]| {
        let log = scratch.write("log", content);
        replay(&log, format, &out, more).expect(3).says(words);
        assert!(!out.exists(), "{content:?}");
    };
    let four = &["--processors", "4"][..];
    refused("id,start\n1,2\n", "swf", four, &["2 skipped: fewer than 5 fields", "line 1 is \"id,start\"", "openb-gpu"]);
    refused("", "swf", four, &["it is empty"]);
    refused("; MaxProcs: 4\n", "swf", &[], &["it holds comments and blank lines only"]);
    let job = line(1, 0, 10, 1, 1, "1");
    refused(&job, "swf", &["--processors", "4", "--from", "1 d"], &["1 filtered: submitted outside the window"]);
    let free = job.replace(" 10 -1 1 1 -1", " -1 -1 1 1 -1");
    refused(&free, "swf", &["--processors", "4", "--filter", "predictsim"], &["1 filtered: no requested time"]);
    let header = format!("; MaxProcs: 2 x 8\n{job}");
    refused(&header, "swf", &[], &["cannot be read for sure from \"; MaxProcs: 2 x 8\"", "--processors N"]);
    refused("", "batsim", &[], &["it holds no job"]);
    refused("{\"nb_res\": 4, \"jobs\": [], \"profiles\": {}}", "batsim", &[], &["it holds no job"]);
    let nodes = scratch.write("nodes.csv", "\u{feff}sn,cpu_milli,memory_mib,gpu,model\nn,8000,1024,1,T4\n");
    let nodes = nodes.to_string_lossy().into_owned();
    let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time,scheduled_time\n";
    let gpu = &["--nodes", nodes.as_str()][..];
    refused(pods, "openb-gpu", gpu, &["there is no line after the header"]);
    refused(&format!("{pods}p,1,1,1,1000,5,,\n"), "openb-gpu", gpu, &["1 left out: never started"]);
    refused(&format!("{pods}p,x,1,1,1000,5,,\n"), "openb-gpu", gpu, &["1 skipped: name, cores, memory or cards"]);
    // One pod: the window is its life, whenever the table's clock began.
    let log = scratch.write("log", format!("{pods}p,1000,1,1,1000,1600000000,1600000100,1600000000\n"));
    replay(&log, "openb-gpu", &out, gpu).expect(0);
    let summary = json(&out.join("summary.json"));
    assert_eq!((summary["window_start_s"].as_f64(), summary["utilization"].as_f64()), (Some(1.6e9), Some(1.0)));
}

#[test]
fn walltimes_end_jobs_under_the_rules_of_batsim() {
    let scratch = Scratch::new();
    let text = r#"{"nb_res": 1, "jobs": [{"id": "a", "subtime": 7, "walltime": 5, "res": 1, "profile": "twice"}],
        "profiles": {"d": {"type": "DelayProfile", "delay": 4},
                     "twice": {"type": "SequentialCompositionProfile", "repeat": 2, "seq": ["d"]}}}"#;
    let (log, out) = (scratch.write("w.json", text), scratch.path("out"));
    let end = |more: &[&str]| {
        replay(&log, "batsim", &out, more).expect(0);
        let jobs = Table::read(&out.join("jobs.csv"));
        (jobs.cells("end_s")[0].to_owned(), jobs.cells("outcome")[0].to_owned())
    };
    let killed = ("12".to_owned(), "killed".to_owned());
    let completed = ("15".to_owned(), "completed".to_owned());
    assert_eq!(end(&["--rules", "batsim"]), killed);
    assert_eq!(end(&["--enforce-requested"]), killed);
    assert_eq!(end(&[]), completed);
    assert_eq!(end(&["--rules", "batsim", "--enforce-requested=false"]), completed);
}

/// When each job of a replay started, by the log's order.
fn starts(out: &Path) -> Vec<String> {
    Table::read(&out.join("jobs.csv")).cells("start_s").into_iter().map(str::to_owned).collect()
}

/// A line of a log with a requested time: number, submission, run time, processors, requested.
fn asked(number: u64, submit: u64, run: u64, processors: u32, requested: u64) -> String {
    format!("{number} {submit} -1 {run} {processors} -1 -1 {processors} {requested} -1 1 1 -1 -1 -1 -1 -1 -1\n")
}

#[test]
fn a_switch_takes_the_place_of_its_rule_of_a_bundle_only() {
    let scratch = Scratch::new();
    // At 5 s two jobs end as predicted. In the pass after the first of them the other counts as gone: job 3 starts, job 4 is the first
    // of the queue and can start at 8 s, which job 5 would delay by its 6 s.
    let jobs = [(0, 5, 2, 5), (0, 5, 2, 5), (0, 3, 3, 3), (1, 10, 4, 10), (2, 1, 1, 6)];
    let lines =
        (1..).zip(jobs).map(|(number, (submit, run, size, requested))| asked(number, submit, run, size, requested));
    let log = scratch.write("l.swf", format!("; MaxProcs: 4\n{}", lines.collect::<String>()));
    let bundle = ["--backfill", "easy", "--rules", "predictsim"];
    for (at, switch) in [
        &[][..],
        &["--same-instant", "releases-first"],
        &["--same-instant", "submissions-first"],
        &["--decide", "per-instant"],
        &["--decide", "per-instant", "--same-instant", "releases-first"],
        &["--decide", "per-event", "--same-instant", "releases-first"],
    ]
    .iter()
    .enumerate()
    {
        let out = scratch.path(&at.to_string());
        replay(&log, "swf", &out, &[&bundle[..], switch].concat()).expect(0);
        assert_eq!(starts(&out), ["0", "0", "5", "8", "18"], "{switch:?}");
    }
}

#[test]
fn jobs_that_outlive_their_estimate_hold_their_processors() {
    let scratch = Scratch::new();
    // Job 1 asks for 20 s and runs 70; job 2 needs the whole machine, job 3 half of it, and it is half free all the time.
    let log = scratch.write(
        "l.swf",
        format!("; MaxProcs: 2\n{}", asked(1, 0, 70, 1, 20) + &asked(2, 3, 10, 2, 10) + &asked(3, 30, 4, 1, 4)),
    );
    let rules = ["--rules", "predictsim"];
    for (at, more) in [
        &["--backfill", "easy"][..],
        &["--backfill", "easy", "--estimate", "factor:0.5"],
        &["--backfill", "easy", "--estimate", "last-two-average"],
        &["--backfill", "easy-sjbf"],
        &["--backfill", "easy", "--same-instant", "releases-first"],
    ]
    .iter()
    .enumerate()
    {
        let out = scratch.path(&at.to_string());
        replay(&log, "swf", &out, &[&rules[..], more].concat()).expect(0);
        assert_eq!(starts(&out), ["0", "70", "80"], "{more:?}");
    }
    // Where requests are enforced, it ends after 20 s.
    let out = scratch.path("enforced");
    replay(&log, "swf", &out, &[&rules[..], &["--backfill", "easy", "--enforce-requested"]].concat()).expect(0);
    assert_eq!(starts(&out), ["0", "20", "30"]);
}
