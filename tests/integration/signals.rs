//! Signals: the first ends the program soon, wherever it is, and leaves `DIR.partial` alone; those that are ignored from the start stay ignored.
//!
//! The program ends within a second; the limits here are wide, for machines that do much else.

use crate::support::{Scratch, json};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const LOOK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(60);

/// Jobs for years of simulated time.
const ENDLESS: &str = r#"format = 1
name = "endless"
run.until = "36500 d"
policy.p.broker.nearest = {}
policy.q.broker.least-loaded = {}
[center.a]
pool.cpu = { nodes = 50, cores = 4 }
[workload.w]
arrivals = { poisson = { rate = "600 / h" } }
origin = { a = 1 }
runtime = { exponential = { mean = "20 min" } }
"#;

/// Looks again and again until something is so.
fn wait_for(what: &str, mut so: impl FnMut() -> bool) {
    let mut waited = Duration::ZERO;
    while !so() {
        assert!(waited < PATIENCE, "waited in vain: {what}");
        sleep(LOOK);
        waited += LOOK;
    }
}

/// The program under way, killed where a test ends before it.
struct Running(Child);

impl Running {
    /// Starts it, by `sh` where something is to be said before.
    fn new(before: &str, directory: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{before} exec \"$@\""), "sh", env!("CARGO_BIN_EXE_eastwest")]);
        command.args(arguments).current_dir(directory);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        Self(command.spawn().expect("the binary runs"))
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.0.id().to_string()]).status();
        assert!(sent.expect("kill").success(), "{signal}");
    }

    fn is_over(&mut self) -> bool {
        self.0.try_wait().expect("a child").is_some()
    }

    /// Waits for its end: the exit code, and what it said.
    fn ended(mut self) -> (Option<i32>, String) {
        wait_for("the end of the program", || self.is_over());
        let mut said = String::new();
        let stderr = self.0.stderr.as_mut().expect("piped");
        stderr.read_to_string(&mut said).expect("text");
        (self.0.wait().expect("a child").code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Ends it with a signal once `DIR.partial` is there; looks at what is left.
fn interrupted_while_running(signal: &str, scratch: &Scratch, run: Running) {
    let manifest = scratch.path("o.partial/manifest.json");
    wait_for("the directory", || manifest.is_file());
    sleep(Duration::from_millis(300));
    run.send(signal);
    let (code, said) = run.ended();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    let left: Vec<String> =
        scratch.names().into_iter().filter(|name| name.starts_with('o') || name.starts_with('.')).collect();
    assert_eq!(left, ["o.partial"], "{signal}");
    assert_eq!(json(&manifest)["state"], "interrupted");
}

#[test]
fn a_run_ends_and_leaves_its_partial_directory() {
    for signal in ["TERM", "INT", "HUP"] {
        let scratch = Scratch::new();
        scratch.write("s.toml", ENDLESS);
        let run = Running::new("", &scratch.path(""), &["run", "s.toml", "--policy", "p", "-q", "--out", "o"]);
        interrupted_while_running(signal, &scratch, run);
    }
    let scratch = Scratch::new();
    scratch.write("s.toml", ENDLESS);
    let compare = ["compare", "s.toml", "--replications", "3", "--threads", "2", "-q", "--out", "o"];
    interrupted_while_running("TERM", &scratch, Running::new("", &scratch.path(""), &compare));
}

#[test]
fn a_long_pass_of_a_queue_ends_too() {
    let scratch = Scratch::new();
    let line =
        |job: u32| format!("{job} 0 -1 {} {} -1 -1 -1 9000 -1 1 1 -1 -1 -1 -1 -1 -1\n", 100 + job % 89, 1 + job % 13);
    // One instant with so many reservations takes minutes.
    let log: String = std::iter::once("; MaxProcs: 64\n".to_owned()).chain((1..200_000).map(line)).collect();
    scratch.write("many.swf", log);
    let replay = ["replay", "many.swf", "--trace-format", "swf", "--backfill", "conservative", "-q", "--out", "o"];
    interrupted_while_running("TERM", &scratch, Running::new("", &scratch.path(""), &replay));
}

#[test]
fn what_is_ignored_from_the_start_stays_ignored() {
    let scratch = Scratch::new();
    scratch.write("s.toml", ENDLESS);
    let arguments = ["run", "s.toml", "--policy", "p", "-q", "--out", "o"];
    let mut run = Running::new("trap '' HUP INT;", &scratch.path(""), &arguments);
    wait_for("the directory", || scratch.path("o.partial/manifest.json").is_file());
    for signal in ["HUP", "INT", "HUP", "INT"] {
        run.send(signal);
        sleep(Duration::from_millis(300));
        assert!(!run.is_over(), "{signal} is ignored, and the run goes on");
    }
    assert_eq!(json(&scratch.path("o.partial/manifest.json"))["state"], "running");
    interrupted_while_running("TERM", &scratch, run);
}

#[test]
fn reading_ends_too() {
    let scratch = Scratch::new();
    // 60 million lines in 3 MB.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let line = b"1 0 -1 10 1 -1 -1 1 10 -1 1 1 1 -1 1 -1 -1 -1\n";
    packed.write_all(&line.repeat(300_000)).expect("packs");
    scratch.write("many.swf.gz", packed.finish().expect("packs").repeat(200));
    let head =
        "format = 1\nname = \"s\"\npolicy.p.broker.nearest = {}\n[center.a]\npool.cpu = { nodes = 9, cores = 1 }\n";
    scratch.write("s.toml", format!("{head}[workload.w]\nswf.file = \"many.swf.gz\"\norigin.a = 1\n"));
    for arguments in [
        // The standard input stays open, and nothing comes.
        &["run", "-", "--out", "o"][..],
        &["replay", "-", "--trace-format", "swf", "--out", "o"],
        &["replay", "many.swf.gz", "--trace-format", "swf", "--out", "o"],
        &["run", "s.toml", "--out", "o"],
        &["validate", "s.toml"],
    ] {
        let run = Running::new("", &scratch.path(""), arguments);
        // Before it listens a signal would end it in its own way.
        sleep(Duration::from_millis(700));
        run.send("TERM");
        let (code, said) = run.ended();
        assert_eq!((code, said.trim_end()), (Some(130), "error: interrupted"), "{arguments:?}");
        assert_eq!(scratch.names(), ["many.swf.gz", "s.toml"], "{arguments:?}");
    }
    fs::remove_file(scratch.path("many.swf.gz")).expect("removes");
}
