//! Input that nobody should give, and what is said to it. No file, flag or value panics, hangs or is half-read.

use crate::support::{Ran, Scratch, Table, audited, eastwest, load, refused, run_into};
use eastwest::model::Outcome;
use std::fmt::Write;
use std::fs;

const SMALL: &str = r#"format = 1
name = "small"
[center.a]
pool.cpu = { nodes = 1, cores = 4, memory = "8 GiB" }
[policy.p]
broker = { fixed = { center = "a" } }
[[job]]
id = "j"
submit = "1 s"
origin = "a"
runtime = "2 s"
"#;

/// Runs bytes as a scenario file.
fn run_bytes(bytes: &[u8]) -> (Scratch, Ran) {
    let scratch = Scratch::new();
    let file = scratch.write("scenario.toml", bytes);
    let ran = run_into(&file, &scratch.path("out"), &[]);
    (scratch, ran)
}

/// A refusal with exit code 3 that leaves no output directory and says these words.
#[track_caller]
fn refused_with(bytes: &[u8], words: &[&str]) {
    let (scratch, ran) = run_bytes(bytes);
    let ran = ran.expect(3).says(words);
    assert_eq!(scratch.names(), ["scenario.toml"], "a refused scenario leaves nothing");
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn a_small_scenario_runs() {
    let (scratch, ran) = run_bytes(SMALL.as_bytes());
    ran.expect(0);
    assert_eq!(Table::read(&scratch.path("out/jobs.csv")).cell(("job", "j"), "end_s"), "3");
}

#[test]
fn a_file_that_is_not_there() {
    let scratch = Scratch::new();
    run_into(&scratch.path("nowhere.toml"), &scratch.path("out"), &[]).expect(4).says(&["nowhere.toml"]);
    assert!(scratch.names().is_empty());
    // A directory is no file.
    run_into(&scratch.path("."), &scratch.path("out"), &[]).expect(4);
    assert!(scratch.names().is_empty());
}

#[test]
fn files_that_are_no_scenarios() {
    refused_with(b"", &["format"]);
    refused_with(b"\n\n", &["format"]);
    refused_with(b"# nothing\n", &["format"]);
    refused_with(&[0, 159, 146, 150, 255, 254, 0, 0, 1], &["UTF-8"]);
    refused_with(b"\x7fELF\x02\x01\x01\0\0\0\0\0", &["scenario.toml"]);
    refused_with(b"{\"format\": 1}", &["scenario.toml"]);
    refused_with("format = 2\nname = \"x\"\n".as_bytes(), &["format", "scenario.toml:1:10"]);
    refused_with("format = 1\nname = \"x\n".as_bytes(), &["scenario.toml:2"]);
    refused_with(&b"[".repeat(100_000), &["scenario.toml"]);
    let deep = format!("format = 1\nname = \"x\"\nx = {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
    refused_with(deep.as_bytes(), &["scenario.toml"]);
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let plain = run_bytes(SMALL.as_bytes());
    let rows = |scratch: &Scratch| fs::read(scratch.path("out/jobs.csv")).expect("jobs.csv");
    let marked = format!("\u{feff}{SMALL}");
    let crlf = SMALL.replace('\n', "\r\n");
    for text in [marked.as_str(), &crlf, SMALL.trim_end(), &format!("{SMALL}\n\n\n"), &format!("\u{feff}{crlf}")] {
        let (scratch, ran) = run_bytes(text.as_bytes());
        ran.expect(0);
        assert_eq!(rows(&scratch), rows(&plain.0));
    }
    // Places are right behind a mark, and with CRLF.
    let wrong = crlf.replace("cores = 4", "core = 4");
    refused_with(format!("\u{feff}{wrong}").as_bytes(), &["scenario.toml:4:25", "core"]);
}

#[test]
fn wrong_words_on_the_command_line() {
    for words in [
        &["run", "--frobnicate"][..],
        &["frobnicate"],
        &[],
        &["run", "a", "b"],
        &["run", "--seed", "-1"],
        &["run", "--seed", "1e3"],
        &["run", "--set", "seed"],
        &["run", "--format", "yaml"],
        &["compare", "--replications", "0"],
        &["compare", "--threads", "none"],
        &["run", "scenarios/two-centers.toml", "--policy", "nobody"],
    ] {
        let ran = eastwest(words).expect(2);
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{words:?}: {ran:?}");
    }
    eastwest(&["run", "scenarios/two-centers.toml", "--policy", "wset"]).expect(2).says(&["west"]);
}

#[test]
fn several_stacks_need_a_choice() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", format!("{SMALL}[policy.q]\nbroker = {{ nearest = {{}} }}\n"));
    run_into(&file, &scratch.path("out"), &[]).expect(3).says(&["p", "q", "--policy"]);
    assert_eq!(scratch.names(), ["s.toml"]);
}

#[test]
fn problems_are_said_at_once_with_their_places() {
    let text = SMALL
        .replace("cores = 4", "core = 4")
        .replace("runtime = \"2 s\"", "runtime = \"2 parsecs\"")
        .replace("fixed", "fixd");
    refused_with(
        text.as_bytes(),
        &[
            "scenario.toml:4:25",
            "unknown key",
            "did you mean",
            "cores",
            "scenario.toml:11:11",
            "parsecs",
            "scenario.toml:6:12",
            "fixed",
        ],
    );
    let text = SMALL.replace("origin = \"a\"", "origin = \"b\"").replace("center = \"a\"", "center = \"bejing\"");
    refused_with(text.as_bytes(), &["scenario.toml:10:10", "bejing"]);
    refused_with(SMALL.replace("cores = 4", "cores = -4").as_bytes(), &["scenario.toml:4:33"]);
    refused_with(SMALL.replace("\"1 s\"", "1").as_bytes(), &["scenario.toml:9:10", "20 ms"]);
    refused_with(SMALL.replace("\"1 s\"", "\"1e30 s\"").as_bytes(), &["scenario.toml:9:10", "too large"]);
    refused_with(SMALL.replace("nodes = 1", "nodes = 99999999999999999999").as_bytes(), &["scenario.toml:4"]);
}

#[test]
fn settings_are_checked_like_the_file() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", SMALL);
    let out = scratch.path("out");
    for setting in
        ["run.sead=3", "run.seed=x", "center.b.pue=1.1", "job=3", "run.until=5", "center.a.pool.cpu.nodes=\"a\""]
    {
        run_into(&file, &out, &["--set", setting]).expect(3).says(&[setting.split('=').next().expect("key")]);
        assert!(!out.exists(), "{setting}");
    }
    run_into(&file, &out, &["--set", "center.a.pue=1.5", "--set", "run.seed=9"]).expect(0);
    let effective = fs::read_to_string(out.join("scenario.toml")).expect("scenario.toml");
    assert!(effective.contains("1.5") && effective.contains("seed = 9"), "{effective}");
}

#[test]
fn no_jobs_at_all() {
    let text = &SMALL[..SMALL.find("[[job]]").expect("a job")];
    let (scratch, ran) = run_bytes(text.as_bytes());
    ran.expect(0);
    assert!(Table::read(&scratch.path("out/jobs.csv")).rows.is_empty());
    let run = audited(&load(text), "p", 1);
    assert_eq!((run.stats.jobs, run.stats.end.0), (0, 0));
    assert_eq!(run.summary.utilization, None, "no time, no utilization");
    // With a horizon, the centers idle to its end.
    let run = audited(&load(&text.replace("[center.a]", "[run]\nuntil = \"1 h\"\n[center.a]")), "p", 1);
    assert_eq!(run.stats.end.0, 3_600_000_000_000);
    assert_eq!(run.summary.utilization, Some(0.0));
}

#[test]
fn no_run_time_and_no_bytes() {
    let text = format!(
        "{}[metro.m]\n[link.l]\nbetween = [\"a\", \"m\"]\nlatency = \"5 ms\"\nbandwidth = \"1 Gbps\"\n[[job]]\nid = \"k\"\nsubmit = \"1 s\"\n\
         origin = \"m\"\nruntime = \"0 s\"\ninput = \"0 B\"\noutput = \"0 B\"\n",
        SMALL.replace("\"2 s\"", "\"0 s\"")
    );
    let run = audited(&load(&text), "p", 1);
    for name in ["j", "k"] {
        let told = run.job(name);
        assert_eq!(told.outcome, Outcome::Completed);
        assert_eq!(told.life.ended.map(|at| at.0), Some(1_000_000_000), "nothing to move and nothing to do");
        assert_eq!(told.life.ended, told.life.started);
    }
}

#[test]
fn ten_thousand_and_one_jobs_on_one_node() {
    let mut text = SMALL[..SMALL.find("[[job]]").expect("a job")].to_owned();
    for _ in 0..10_001 {
        text.push_str("[[job]]\nsubmit = \"1 s\"\norigin = \"a\"\ncores = 4\nruntime = \"1 s\"\n");
    }
    let run = audited(&load(&text), "p", 1);
    assert_eq!(run.jobs.len(), 10_001);
    for (at, told) in run.jobs.iter().enumerate() {
        assert_eq!(
            told.life.started.map(|at| at.0),
            Some((at as u64 + 1) * 1_000_000_000),
            "one after the other, in order"
        );
    }
}

#[test]
fn jobs_that_can_never_run() {
    let large = refused(&SMALL.replace("runtime = \"2 s\"", "cores = 5\nruntime = \"2 s\""));
    assert!(["test.toml:7:1", "\"j\"", "5 cores", "4 cores"].iter().all(|word| large.contains(word)), "{large}");
    let memory = refused(&SMALL.replace("runtime = \"2 s\"", "memory = \"9 GiB\"\nruntime = \"2 s\""));
    assert!(["test.toml:7:1", "9 GiB", "8 GiB"].iter().all(|word| memory.contains(word)), "{memory}");
    let tasks = refused(&SMALL.replace("runtime = \"2 s\"", "tasks = 2\ncores = 4\nruntime = \"2 s\""));
    assert!(tasks.contains("test.toml"), "{tasks}");
    let region = refused(&SMALL.replace("runtime = \"2 s\"", "regions = [\"mars\"]\nruntime = \"2 s\""));
    assert!(region.contains("mars"), "{region}");
}

#[test]
fn links_that_carry_nothing_and_ways_that_are_not_there() {
    let link = |bandwidth: &str, other: &str| {
        let mut text = SMALL.replace("origin = \"a\"", "origin = \"m\"\ninput = \"1 GB\"");
        write!(
            text,
            "[metro.m]\n[metro.n]\n[link.l]\nbetween = [\"{other}\", \"n\"]\nlatency = \"5 ms\"\nbandwidth = \"{bandwidth}\"\n\
             [link.k]\nbetween = [\"m\", \"n\"]\nlatency = \"5 ms\"\nbandwidth = \"1 Gbps\"\n"
        )
        .expect("writes");
        text
    };
    assert_eq!(audited(&load(&link("1 Gbps", "a")), "p", 1).job("j").outcome, Outcome::Completed);
    let zero = refused(&link("0 bps", "a"));
    assert!(zero.contains("bandwidth") && zero.contains("test.toml:18:13"), "{zero}");
    // m reaches n only; a is alone.
    let nowhere = refused(&link("1 Gbps", "m"));
    // Both ends, and what is nearest of what can be reached.
    assert!(["\"j\"", "at m", "(a)", "\"n\"", "test.toml:7:1"].iter().all(|word| nowhere.contains(word)), "{nowhere}");
    for (from, to) in [("\"5 ms\"", "\"-5 ms\""), ("[\"a\", \"n\"]", "[\"a\"]"), ("[\"a\", \"n\"]", "[\"a\", \"a\"]")] {
        let text = link("1 Gbps", "a").replacen(from, to, 1);
        assert!(refused(&text).contains("test.toml:"), "{to}");
    }
}

#[test]
fn directories_that_are_not_ours_stay() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", SMALL);
    let occupied = scratch.write("occupied", "a file");
    run_into(&file, &occupied, &[]).expect(4).says(&["occupied"]);
    assert_eq!(fs::read_to_string(&occupied).expect("reads"), "a file");
    run_into(&file, &occupied.join("below"), &[]).expect(4);
    let thesis = scratch.path("thesis");
    fs::create_dir(&thesis).expect("makes");
    fs::write(thesis.join("chapter.txt"), "years of work").expect("writes");
    run_into(&file, &thesis, &[]).expect(4).says(&["thesis"]);
    assert_eq!(fs::read_to_string(thesis.join("chapter.txt")).expect("there"), "years of work");
    assert_eq!(scratch.names(), ["occupied", "s.toml", "thesis"]);
    // Ours is replaced.
    let out = scratch.path("out");
    run_into(&file, &out, &["--job-records", "none"]).expect(0);
    assert!(!out.join("jobs.csv").exists());
    run_into(&file, &out, &[]).expect(0);
    assert!(out.join("jobs.csv").exists() && !scratch.path("out.partial").exists());
}

#[test]
fn data_and_messages_go_their_own_ways() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", SMALL);
    let ran = run_into(&file, &scratch.path("out"), &["--format", "json", "--progress", "always"]).expect(0);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).expect("nothing but JSON on stdout");
    assert!(value.is_object());
    let ran = run_into(&file, &scratch.path("out"), &["--quiet"]).expect(0);
    assert_eq!(ran.stderr, "");
    assert!(!ran.stdout.contains('\u{1b}'), "no colors where they are not wanted");
}

#[test]
fn built_in_scenarios_run_by_name() {
    let scratch = Scratch::new();
    let ran = eastwest(&["run", "two-centers", "--out", scratch.path("out").to_str().unwrap()]).expect(0);
    assert!(ran.stdout.starts_with("two-centers under stay\n"), "{}", ran.stdout);
    // Each has a default stack.
    for (name, _) in eastwest::scenario::embedded() {
        let shown = eastwest(&["validate", name, "--format", "json"]).expect(0);
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
        assert!(shown["policy"].is_string(), "{name} has no default stack");
    }
}

#[test]
fn logs_are_told_of_the_verb_that_reads_them() {
    let scratch = Scratch::new();
    let swf = "; MaxProcs: 4\n1 0 -1 5 1 -1 -1 1 9 -1 1 1 -1 -1 -1 -1 -1 -1\n";
    for (name, text, words) in [
        ("log.swf", swf, &["Standard Workload Format", "replay", "log.swf --trace-format swf"][..]),
        ("no-ending", &swf[14..], &["Standard Workload Format", "no-ending --trace-format swf"]),
        ("platform.xml", "<?xml version='1.0'?>\n<platform/>\n", &["XML", "--trace-format batsim --processors N"]),
        ("jobs.json", "{ \"nb_res\": 4 }", &["JSON", "jobs.json --trace-format batsim"]),
        ("pods.csv", "name,cpu_milli,memory_mib\n", &["--trace-format openb-gpu --nodes NODES.csv"]),
    ] {
        let file = scratch.write(name, text);
        for verb in ["run", "validate", "compare"] {
            let ran = eastwest(&[verb, file.to_str().unwrap()]).expect(3).says(words).says(&["eastwest init DIR"]);
            assert!(ran.stderr.lines().count() <= 3, "{}", ran.stderr);
        }
    }
    // What only looks a little like a log is a wrong scenario.
    let file = scratch.write("s.toml", "format = 1\nname = \"x\"\n1 2 3\n");
    let ran = eastwest(&["run", file.to_str().unwrap()]).expect(3).says(&["s.toml:3"]);
    assert!(!ran.stderr.contains("replay"), "{}", ran.stderr);
}

/// A scenario of many centers of one node, and more.
fn many_centers(count: u32, more: &str) -> String {
    let centers: String =
        (0..count).map(|at| format!("[center.c{at}]\npool.p = {{ nodes = 1, cores = 1 }}\n")).collect();
    format!("format = 1\nname = \"many\"\n{centers}[policy.p]\nbroker = {{ nearest = {{}} }}\n{more}")
}

#[test]
fn a_hundred_thousand_centers_are_read() {
    // What grew with their square took 200 GB here, and minutes for twenty thousand wrong names.
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", many_centers(100_000, ""));
    let ran = eastwest(&["validate", file.to_str().unwrap()]).expect(0);
    assert!(ran.stdout.contains("centers 100,000,"), "{}", ran.stdout);
    let link = |at: u32| {
        format!("[link.l{at}]\nbetween = [\"c{at}\", \"d{at}\"]\nlatency = \"1 ms\"\nbandwidth = \"1 Gbps\"\n")
    };
    let file = scratch.write("t.toml", many_centers(20_000, &(0..20_000).map(link).collect::<String>()));
    eastwest(&["validate", file.to_str().unwrap()]).expect(3).says(&["unknown place \"d0\"", "20000 errors"]);
}
