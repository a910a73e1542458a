//! Where results go: what is refused before the run, and what two writers leave.

use crate::support::{Ran, Scratch, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const SMALL: &str = r#"format = 1
name = "small"
[center.a]
pool.cpu = { nodes = 1, cores = 4 }
[policy.p]
broker = { fixed = { center = "a" } }
[[job]]
id = "j"
submit = "1 s"
origin = "a"
runtime = "2 s"
"#;

/// Runs the program in a directory of the test.
fn eastwest(scratch: &Scratch, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_eastwest"))
        .args(arguments)
        .current_dir(scratch.path("."))
        .output()
        .expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

fn scratch() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("s.toml", SMALL);
    scratch
}

fn run(out: &str) -> [&str; 5] {
    ["run", "s.toml", "-q", "--out", out]
}

fn whole(results: &Path) -> bool {
    let manifest = json(&results.join("manifest.json"));
    let files = manifest["files"].as_array().expect("a list");
    manifest["state"] == "complete" && files.iter().all(|file| results.join(file.as_str().expect("a name")).is_file())
}

#[test]
fn any_way_to_write_the_same_place_replaces_it_whole() {
    let scratch = scratch();
    fs::create_dir(scratch.path("sub")).expect("makes");
    for out in ["o", "o/", "./o", "o/.", "sub/../o", "sub/../././o/"] {
        eastwest(&scratch, &run(out)).expect(0);
        assert!(whole(&scratch.path("o")), "{out}");
        assert_eq!(scratch.names(), ["o", "s.toml", "sub"], "{out}");
    }
    eastwest(&scratch, &run("new/../o")).expect(4).says(&["new/.."]);
    for out in [".", "/", "sub/.."] {
        eastwest(&scratch, &run(out)).expect(4);
    }
    assert_eq!(scratch.names(), ["o", "s.toml", "sub"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one() {
    let scratch = scratch();
    fs::create_dir(scratch.path("real")).expect("makes");
    std::os::unix::fs::symlink("real", scratch.path("link")).expect("links");
    eastwest(&scratch, &run("link")).expect(0);
    eastwest(&scratch, &run("link")).expect(0);
    assert!(whole(&scratch.path("real")) && scratch.path("link").is_symlink());
}

#[test]
fn what_the_manifest_does_not_list_is_refused_before_the_run() {
    let scratch = scratch();
    eastwest(&scratch, &run("o")).expect(0);
    scratch.write("o/notes.txt", "mine");
    fs::create_dir(scratch.path("o/figures")).expect("makes");
    eastwest(&scratch, &run("o")).expect(4).says(&["did not write", "notes.txt", "figures"]);
    assert_eq!(scratch.names(), ["o", "s.toml"], "nothing is begun");
    fs::remove_file(scratch.path("o/notes.txt")).expect("removes");
    fs::remove_dir(scratch.path("o/figures")).expect("removes");
    // A page that was made later is ours.
    fs::remove_file(scratch.path("o/report.html")).expect("removes");
    eastwest(&scratch, &["report", "o", "-q"]).expect(0);
    eastwest(&scratch, &run("o")).expect(0);
    scratch.write("lock-in-the-way.lock", "a lock of another program");
    eastwest(&scratch, &run("lock-in-the-way")).expect(4).says(&["in the way"]);
}

#[test]
fn what_a_killed_run_left_is_cleared() {
    let scratch = scratch();
    for left in [&b""[..], b"{", b"{\"format\": \"eastwest-results/1\", \"state\": \"running\", \"files\": []}"] {
        fs::create_dir(scratch.path("o.partial")).expect("makes");
        scratch.write("o.partial/manifest.json", left);
        scratch.write("o.lock", "");
        eastwest(&scratch, &run("o")).expect(0);
        assert_eq!(scratch.names(), ["o", "s.toml"]);
    }
    // Old results between two names come back, so that they are never lost.
    fs::rename(scratch.path("o"), scratch.path("o.old")).expect("renames");
    eastwest(&scratch, &["run", "s.toml", "-q", "--policy", "nobody", "--out", "o"]).expect(2);
    eastwest(&scratch, &run("o")).expect(0);
    assert_eq!(scratch.names(), ["o", "s.toml"]);
    // Somebody else's directory of that name is not ours.
    fs::create_dir(scratch.path("o.partial")).expect("makes");
    scratch.write("o.partial/thesis.txt", "years of work");
    eastwest(&scratch, &run("o")).expect(4).says(&["o.partial"]);
}

#[test]
fn of_three_writers_one_writes() {
    let scratch = scratch();
    let (mut written, mut refused) = (0, 0);
    for round in 0..15 {
        if round % 2 == 0 {
            let _ = fs::remove_dir_all(scratch.path("o"));
        }
        let start = |seed: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_eastwest"));
            command.args(run("o")).args(["--seed", seed]).current_dir(scratch.path("."));
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts")
        };
        for child in ["1", "2", "3"].map(start) {
            let output = child.wait_with_output().expect("ends");
            let message = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => written += 1,
                Some(4) if message.contains("another run is writing to o") => refused += 1,
                other => panic!("{other:?}: {message}"),
            }
        }
        assert!(whole(&scratch.path("o")), "round {round}");
        assert_eq!(scratch.names(), ["o", "s.toml"], "round {round}");
    }
    assert!(written >= 15 && written + refused == 45, "{written} and {refused}");
}

#[test]
fn a_file_that_is_not_ours_is_not_replaced_by_a_page() {
    let scratch = scratch();
    eastwest(&scratch, &run("o")).expect(0);
    scratch.write("chapter", "thesis");
    eastwest(&scratch, &["report", "o", "-q", "--out", "chapter"]).expect(4).says(&["chapter"]);
    assert_eq!(fs::read_to_string(scratch.path("chapter")).expect("there"), "thesis");
    scratch.write("page.html.partial", "notes");
    eastwest(&scratch, &["report", "o", "-q", "--out", "page.html"]).expect(0);
    eastwest(&scratch, &["report", "o", "-q", "--out", "page.html"]).expect(0);
    assert_eq!(fs::read_to_string(scratch.path("page.html.partial")).expect("there"), "notes");
    eastwest(&scratch, &["report", "o", "-q", "--out", "nowhere/page.html"]).expect(4).says(&["nowhere"]);
    eastwest(&scratch, &["report", "o", "-q", "--out", "o"]).expect(4);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("chapter", scratch.path("link.html")).expect("links");
        eastwest(&scratch, &["report", "o", "-q", "--out", "link.html"]).expect(4).says(&["link"]);
        let made = Command::new("mkfifo").arg(scratch.path("pipe")).status();
        if made.is_ok_and(|made| made.success()) {
            eastwest(&scratch, &["report", "o", "-q", "--out", "pipe"]).expect(4).says(&["pipe"]);
        }
        eastwest(&scratch, &["report", "o", "-q", "--out", "/dev/null"]).expect(0);
        let page = eastwest(&scratch, &["report", "o", "-q", "--out", "/dev/stdout"]).expect(0).stdout;
        assert!(page.starts_with("<!doctype html>"));
    }
}

#[test]
fn what_nobody_can_read_is_an_error() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    for arguments in [&["--help"][..], &["--version"], &["run", "--help"], &["policies"], &["schema"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("opens");
        let status =
            Command::new(env!("CARGO_BIN_EXE_eastwest")).args(arguments).stdout(full).stderr(Stdio::null()).status();
        assert_eq!(status.expect("runs").code(), Some(4), "{arguments:?}");
    }
}
