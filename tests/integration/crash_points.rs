//! Killed at a system call: whoever reads sees the old results or the new ones, each whole, and the next run goes on as if nothing had been.
//!
//! `strace` kills the program at the n-th call of each kind. By default some of the points are tried; all of them where the environment has
//! `EASTWEST_CRASH_POINTS=all`. Where there is no strace the tests say that they were skipped.

use crate::support::{Scratch, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const SMALL: &str = r#"format = 1
name = "small"
[center.a]
pool.cpu = { nodes = 1, cores = 4 }
[policy.p]
broker = { fixed = { center = "a" } }
[policy.q]
broker = { nearest = {} }
[run]
policy = "p"
[[job]]
id = "j"
submit = "1 s"
origin = "a"
runtime = "2 s"
"#;

/// Calls that change files, or lie between such calls.
const CALLS: &str = "openat,mkdir,mkdirat,write,flock,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,fsync,fdatasync,ftruncate";

/// Points that are tried by default, of each command.
const SAMPLE: usize = 24;

fn strace() -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", &format!("trace={CALLS}")]).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// How often the program makes each call.
fn calls(scratch: &Scratch, arguments: &[&str], directory: &Path) -> Option<BTreeMap<String, usize>> {
    let log = scratch.path("calls.log");
    let traced = strace()
        .arg("-o")
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_eastwest"))
        .args(arguments)
        .current_dir(directory)
        .status();
    // Where it may not trace there is nothing to try either.
    if !traced.ok()?.success() {
        return None;
    }
    let mut counts = BTreeMap::new();
    for line in fs::read_to_string(&log).ok()?.lines() {
        let call =
            line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').split('(').next().unwrap_or_default();
        if CALLS.split(',').any(|known| known == call) {
            *counts.entry(call.to_owned()).or_insert(0) += 1;
        }
    }
    Some(counts)
}

/// Whether a directory is whole: its manifest says so, and all that it lists is there.
fn whole(results: &Path) -> bool {
    let manifest = json(&results.join("manifest.json"));
    let files = manifest["files"].as_array().expect("a list");
    manifest["state"] == "complete" && files.iter().all(|file| results.join(file.as_str().expect("a name")).is_file())
}

/// Kills a command at each point, prepared anew each time; `sound` looks at what a reader sees then. Says what was tried.
fn kill_at_each(arguments: &[&str], prepare: impl Fn(&Path), sound: impl Fn(&Path)) -> String {
    let scratch = Scratch::new();
    let fresh = |number: usize| {
        let directory = scratch.path(&format!("at-{number}"));
        fs::create_dir(&directory).expect("makes");
        fs::write(directory.join("s.toml"), SMALL).expect("writes");
        prepare(&directory);
        directory
    };
    let Some(counts) = calls(&scratch, arguments, &fresh(0)) else {
        return "skipped: no strace that can trace".to_owned();
    };
    let points: Vec<(String, usize)> =
        counts.iter().flat_map(|(call, count)| (1..=*count).map(move |number| (call.clone(), number))).collect();
    let all = std::env::var_os("EASTWEST_CRASH_POINTS").is_some_and(|wish| wish == "all");
    let step = if all { 1 } else { points.len().div_ceil(SAMPLE).max(1) };
    let mut tried = 0;
    for (number, (call, when)) in points.iter().enumerate().step_by(step) {
        let directory = fresh(number + 1);
        let inject = format!("inject={call}:signal=SIGKILL:when={when}");
        let mut traced = strace();
        traced.args(["-o", "/dev/null", "-e", &inject]).arg(env!("CARGO_BIN_EXE_eastwest")).args(arguments);
        let killed = traced.current_dir(&directory).status().expect("strace runs");
        assert!(!killed.success(), "{call} {when}: it was not killed");
        sound(&directory);
        let again = Command::new(env!("CARGO_BIN_EXE_eastwest")).args(arguments).current_dir(&directory).output();
        let again = again.expect("runs");
        let message = String::from_utf8_lossy(&again.stderr);
        assert!(again.status.success(), "after {call} {when}: {message}");
        sound(&directory);
        let left: Vec<String> = fs::read_dir(&directory)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name != "s.toml" && name != "o" && !name.starts_with('.'))
            .collect();
        assert!(left.is_empty(), "after {call} {when}: {left:?}");
        fs::remove_dir_all(&directory).expect("removes");
        tried += 1;
    }
    assert!(tried > 0, "nothing was tried");
    format!("{arguments:?}: {tried} of {} points", points.len())
}

fn eastwest(directory: &Path, arguments: &[&str]) {
    let ran =
        Command::new(env!("CARGO_BIN_EXE_eastwest")).args(arguments).current_dir(directory).output().expect("runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_new_directory() {
    let sound = |at: &Path| assert!(!at.join("o").exists() || whole(&at.join("o")));
    println!("{}", kill_at_each(&["run", "s.toml", "-q", "--out", "o"], |_| {}, sound));
}

#[test]
fn a_directory_in_the_place_of_another() {
    let prepare = |at: &Path| eastwest(at, &["run", "s.toml", "-q", "--out", "o", "--seed", "7"]);
    println!("{}", kill_at_each(&["run", "s.toml", "-q", "--out", "o"], prepare, |at| assert!(whole(&at.join("o")))));
}

#[test]
fn a_comparison_in_the_place_of_a_run() {
    let prepare = |at: &Path| eastwest(at, &["run", "s.toml", "-q", "--out", "o"]);
    let compare = ["compare", "s.toml", "-q", "--threads", "1", "--replications", "1", "--out", "o"];
    println!("{}", kill_at_each(&compare, prepare, |at| assert!(whole(&at.join("o")))));
}

#[test]
fn the_page_of_a_directory() {
    let prepare = |at: &Path| eastwest(at, &["run", "s.toml", "-q", "--out", "o"]);
    println!(
        "{}",
        kill_at_each(&["report", "o", "-q"], prepare, |at| {
            assert!(whole(&at.join("o")));
            let page = fs::read_to_string(at.join("o/report.html")).expect("a page");
            assert!(page.trim_end().ends_with("</html>"), "half a page");
        })
    );
}

#[test]
fn a_new_scenario() {
    let text = |at: &Path| fs::read_to_string(at.join("o/scenario.toml"));
    let sound = |at: &Path| assert!(text(at).is_err() || text(at).is_ok_and(|text| text.contains("[policy")));
    println!("{}", kill_at_each(&["init", "o", "-q"], |_| {}, sound));
}
