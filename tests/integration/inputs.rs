//! What is read, and how much of it: files and the standard input, each with a bound; what comes from data does nothing to a terminal.

use crate::support::{Ran, Scratch, eastwest};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

const HEAD: &str =
    "format = 1\nname = \"s\"\npolicy.p.broker.nearest = {}\n[center.a]\npool.cpu = { nodes = 9, cores = 1 }\n";
const NODES: &str = "sn,cpu_milli,memory_mib,gpu,model\nn,4000,1024,1,T\n";
const PODS: &str =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n";

/// Runs the binary in a directory; what does not end is ended, with code 124.
fn within(directory: &Path, arguments: &[&str], stdin: Stdio) -> Ran {
    let output = Command::new("timeout")
        .args(["-s", "KILL", "100", env!("CARGO_BIN_EXE_eastwest")])
        .args(arguments)
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .stdin(stdin)
        .output()
        .expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

#[cfg(unix)]
#[test]
fn pipes_sockets_devices_and_directories_are_refused_wherever_a_file_is_read() {
    let scratch = Scratch::new();
    assert!(Command::new("mkfifo").arg(scratch.path("pipe")).status().expect("mkfifo").success());
    let _socket = std::os::unix::net::UnixListener::bind(scratch.path("socket")).expect("binds");
    std::fs::create_dir(scratch.path("folder")).expect("makes");
    std::os::unix::fs::symlink("pipe", scratch.path("link")).expect("links");
    scratch.write("nodes.csv", NODES);
    scratch.write("pods.csv", format!("{PODS}p,1000,16,1,1000,,,,0,9,1\n"));
    scratch.write("good.toml", HEAD);
    let job = "[[job]]\norigin = \"a\"\nsubmit = \"0 s\"\nruntime = \"2 s\"\n";
    for (input, what) in [
        ("pipe", "a pipe"),
        ("link", "a pipe"),
        ("socket", "a socket"),
        ("/dev/zero", "a device"),
        ("folder", "a directory"),
    ] {
        let words = format!("it is {what}, not a file");
        for (form, text) in [
            ("include", format!("include = [\"{input}\"]\n{HEAD}{job}")),
            ("table", format!("tables.links = \"{input}\"\n{HEAD}{job}")),
            (
                "origin",
                format!(
                    "{HEAD}[workload.w]\narrivals.poisson = {{ rate = \"1/h\" }}\nruntime = \"1 s\"\norigin-table = {{ file = \"{input}\", column = \"x\" }}\n"
                ),
            ),
            ("log", format!("{HEAD}[workload.w]\nswf.file = \"{input}\"\norigin.a = 1\n")),
        ] {
            scratch.write("s.toml", text);
            let ran = within(&scratch.path(""), &["validate", "s.toml"], Stdio::null());
            assert_eq!(ran.code, Some(3), "{form} {input}: {}", ran.stderr);
            assert!(ran.stderr.contains(&words), "{form} {input}: {}", ran.stderr);
        }
        let swf = ["replay", input, "--trace-format", "swf", "--processors", "4", "--out", "o"];
        let batsim = ["replay", input, "--trace-format", "batsim", "--processors", "4", "--out", "o"];
        let nodes = ["replay", "pods.csv", "--trace-format", "openb-gpu", "--nodes", input, "--out", "o"];
        let map = ["run", "good.toml", "--map", input, "--out", "o"];
        let mut all = vec![&swf[..], &batsim, &nodes, &map];
        // A folder may hold a scenario.toml.
        let run = ["run", input];
        if input != "folder" {
            all.push(&run);
        }
        for arguments in all {
            within(&scratch.path(""), arguments, Stdio::null()).expect(4).says(&[&words]);
        }
    }
    let names = ["folder", "good.toml", "link", "nodes.csv", "pipe", "pods.csv", "s.toml", "socket"];
    assert_eq!(scratch.names(), names, "nothing was begun");
}

#[cfg(unix)]
#[test]
fn pipes_among_results_are_refused() {
    let scratch = Scratch::new();
    scratch
        .write("s.toml", format!("{HEAD}[[job]]\nid = \"j\"\norigin = \"a\"\nsubmit = \"0 s\"\nruntime = \"2 s\"\n"));
    within(&scratch.path(""), &["run", "s.toml", "--out", "o", "--explain", "all"], Stdio::null()).expect(0);
    let report = ["report", "o", "--out", "page.html"];
    for (file, arguments) in [
        ("summary.json", &report[..]),
        ("digest.json", &report),
        ("scenario.toml", &report),
        ("timeline.csv", &report),
        ("manifest.json", &["explain", "o", "j"]),
        ("scenario.toml", &["explain", "o", "j"]),
        ("manifest.json", &["run", "s.toml", "--out", "o"]),
    ] {
        let (path, away) = (scratch.path("o").join(file), scratch.path("away"));
        std::fs::rename(&path, &away).expect("moves");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        let ran = within(&scratch.path(""), arguments, Stdio::null());
        assert_eq!(ran.code, Some(4), "{file} {arguments:?}: {}", ran.stderr);
        std::fs::remove_file(&path).expect("removes");
        std::fs::rename(&away, &path).expect("moves");
    }
}

#[test]
fn the_standard_input_is_read() {
    let scratch = Scratch::new();
    let text = format!("{HEAD}[[job]]\norigin = \"a\"\nsubmit = \"0 s\"\nruntime = \"2 s\"\n");
    scratch.write("s.toml", text);
    scratch.write("l.swf", "; MaxProcs: 4\n1 0 -1 10 1 -1 -1 1 10 -1 1 1 -1 -1 -1 -1 -1 -1\n");
    let stdin = |name: &str| Stdio::from(std::fs::File::open(scratch.path(name)).expect("opens"));
    let plain = within(&scratch.path(""), &["run", "s.toml", "-q", "--out", "a"], Stdio::null()).expect(0);
    for (word, out) in [("-", "b"), ("/dev/stdin", "c")] {
        let piped = within(&scratch.path(""), &["run", word, "-q", "--out", out], stdin("s.toml")).expect(0);
        assert_eq!(piped.stdout, plain.stdout);
    }
    let log =
        within(&scratch.path(""), &["replay", "l.swf", "--trace-format", "swf", "-q", "--out", "d"], Stdio::null());
    let piped =
        within(&scratch.path(""), &["replay", "-", "--trace-format", "swf", "-q", "--out", "e"], stdin("l.swf"));
    assert_eq!(piped.expect(0).stdout.lines().nth(3), log.expect(0).stdout.lines().nth(3));
}

#[test]
fn rows_have_bounds_and_some_hundred_problems_are_kept() {
    let scratch = Scratch::new();
    scratch.write("nodes.csv", NODES);
    for (name, text) in [
        ("cell", format!("{PODS}{}", "1".repeat(3 << 20))),
        ("cells", format!("{PODS}{}", "1,".repeat(2 << 20))),
        ("quoted", format!("{PODS}\"{}", "1\n".repeat(2 << 20))),
    ] {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, text.as_bytes()).expect("packs");
        scratch.write("pods.csv.gz", packed.finish().expect("packs"));
        let arguments = ["replay", "pods.csv.gz", "--trace-format", "openb-gpu", "--nodes", "nodes.csv", "--out", "o"];
        let ran = within(&scratch.path(""), &arguments, Stdio::null());
        assert_eq!(ran.code, Some(3), "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains("pods.csv.gz: line 2: longer than 1048576 bytes"), "{name}: {}", ran.stderr);
    }
    scratch.write(
        "s.toml",
        format!("tables.links = \"l.csv\"\n{HEAD}[center.b]\npool.cpu = {{ nodes = 9, cores = 1 }}\n"),
    );
    for (row, count) in [("l,a,b,1,1\n", 29_999), ("l,a,b\n", 30_000), ("l,a,,1,1\n", 30_000)] {
        scratch.write("l.csv", format!("name,from,to,latency_ms,bandwidth_gbps\n{}", row.repeat(30_000)));
        let ran = within(&scratch.path(""), &["validate", "s.toml"], Stdio::null()).expect(3);
        let words = format!("{count} errors in s.toml; the first 100 are shown, and there are {} more", count - 100);
        ran.says(&[&words]);
        let ran = within(&scratch.path(""), &["validate", "s.toml", "--format", "json"], Stdio::null()).expect(3);
        let value: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(value["problems"].as_array().map(Vec::len), Some(500));
        assert_eq!(value["more"], count - 500);
    }
}

/// What turns a title, hides text, or turns its direction around.
const ACTING: [(&str, &str); 4] = [
    ("\u{1b}]0;PWN\u{7}", "\\u{1b}]0;PWN\\u{7}"),
    ("\u{9b}8m", "\\u{9b}8m"),
    ("a\u{202e}b", "a\\u{202e}b"),
    ("a\u{200b}b", "a\\u{200b}b"),
];

fn acts(text: &str) -> bool {
    text.chars().any(|letter| letter != '\n' && eastwest::units::is_invisible(letter))
}

#[test]
fn letters_of_data_do_nothing_to_a_terminal() {
    let scratch = Scratch::new();
    scratch.write("s.toml", format!("{HEAD}[[job]]\norigin = \"a\"\nsubmit = \"0 s\"\nruntime = \"2 s\"\n"));
    scratch.write("nodes.csv", NODES);
    for (raw, shown) in ACTING {
        let json = serde_json::to_string(raw).expect("JSON");
        scratch.write("m.json", format!("{{\"type\":{json}}}"));
        scratch.write("pods.csv", format!("{PODS}p{raw},1000,16,1,1000,,q{raw},,0,9,1\n"));
        scratch.write("twice.csv", format!("{NODES}x{raw},1000,1024,0,\nx{raw},1000,1024,0,\n"));
        scratch.write("w.json", format!("{{\"nb_res\":4,\"jobs\":[{{\"id\":{json},\"subtime\":0,\"res\":1,\"profile\":\"none\"}}],\"profiles\":{{}}}}"));
        scratch.write("head.swf", format!("; MaxProcs: 1{raw}2\n1 0 -1 10 1 -1 -1 1 10 -1 1 1 -1 -1 -1 -1 -1 -1\n"));
        let gpu = |nodes| ["replay", "pods.csv", "--trace-format", "openb-gpu", "--nodes", nodes, "--out", "r"];
        let text = within(&scratch.path(""), &gpu("nodes.csv"), Stdio::null()).expect(0);
        let missing = format!("no{raw}.toml");
        for (ran, code) in [
            (text, 0),
            (within(&scratch.path(""), &["run", "s.toml", "--map", "m.json", "--out", "o"], Stdio::null()), 3),
            (within(&scratch.path(""), &gpu("twice.csv"), Stdio::null()), 3),
            (
                within(
                    &scratch.path(""),
                    &["replay", "w.json", "--trace-format", "batsim", "--out", "o"],
                    Stdio::null(),
                ),
                3,
            ),
            (within(&scratch.path(""), &["run", &missing], Stdio::null()), 4),
            (within(&scratch.path(""), &["policies", &missing], Stdio::null()), 2),
            (within(&scratch.path(""), &["run", "s.toml", "--policy", raw], Stdio::null()), 2),
            (within(&scratch.path(""), &["run", "s.toml", "--set", &format!("center.{raw}.x=1")], Stdio::null()), 3),
        ] {
            let ran = ran.expect(code);
            let all = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!acts(&all), "{raw:?}: {all:?}");
            // Messages that quote a text as Rust does write the same.
            assert!(all.contains(shown) || all.contains(&shown.replace('\\', "\\\\")), "no {shown}: {all}");
        }
        let colored = [&gpu("nodes.csv")[..], &["--color", "always"]].concat();
        let ran = within(&scratch.path(""), &colored, Stdio::null()).expect(0);
        assert!(ran.stdout.contains(&format!("q{shown}")) && !ran.stdout.contains(raw), "{:?}", ran.stdout);
        let markdown = [&gpu("nodes.csv")[..], &["--format", "markdown"]].concat();
        let ran = within(&scratch.path(""), &markdown, Stdio::null()).expect(0);
        assert!(!acts(&ran.stdout), "{:?}", ran.stdout);
        // In JSON they have another form that means the same.
        let json = [&gpu("nodes.csv")[..], &["--format", "json"]].concat();
        let ran = within(&scratch.path(""), &json, Stdio::null()).expect(0);
        let value: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(value["classes"][0]["class"], format!("q{raw}"));
        assert!(!acts(&ran.stdout), "{:?}", ran.stdout);
    }
}

#[test]
fn names_that_look_like_others_are_refused() {
    let scratch = Scratch::new();
    let ok = format!("{HEAD}[center.\"caf\u{e9} \u{4e1c}\"]\npool.cpu = {{ nodes = 1, cores = 1 }}\n");
    within(&scratch.path(""), &["validate", &scratch.write("ok.toml", ok).display().to_string()], Stdio::null())
        .expect(0);
    for (name, words) in [
        ("caf\u{65}\u{301}", "composed form (NFC)"),
        ("\u{212b}", "composed form (NFC)"),
        ("a\u{200b}b", "a character that is not seen: \"a\\u{200b}b\""),
        ("a\u{2067}b", "a character that is not seen: \"a\\u{2067}b\""),
        ("\u{feff}b", "a character that is not seen: \"\\u{feff}b\""),
        ("b\u{fe0f}", "a character that is not seen: \"b\\u{fe0f}\""),
    ] {
        for section in [
            "[center.\"NAME\"]\npool.cpu = { nodes = 1, cores = 1 }\n",
            "[center.b]\npool.\"NAME\" = { nodes = 1, cores = 1 }\n",
            "[exchange.\"NAME\"]\n",
            "[tenants.\"NAME\"]\n",
            "[workload.\"NAME\"]\narrivals.poisson = { rate = \"1/h\" }\norigin.a = 1\nruntime = \"1 s\"\n",
            "[policy.\"NAME\"]\nbroker.nearest = {}\n",
            "[variant.\"NAME\"]\nset = [\"center.a.pue=1.1\"]\n",
            "[[job]]\nid = \"NAME\"\norigin = \"a\"\nsubmit = \"0 s\"\nruntime = \"1 s\"\n",
            "[dataset.\"NAME\"]\nsize = \"1 GB\"\nat = [\"a\"]\n",
        ] {
            let text = format!("{HEAD}{}", section.replace("NAME", name));
            let path = scratch.write("s.toml", text).display().to_string();
            let ran = within(&scratch.path(""), &["validate", &path], Stdio::null()).expect(3);
            assert!(ran.stderr.contains(words), "{section}: {}", ran.stderr);
            assert!(ran.stderr.contains("s.toml:6:") || ran.stderr.contains("s.toml:7:"), "no place: {}", ran.stderr);
        }
    }
}

#[test]
fn names_that_a_spreadsheet_runs_are_warned_of() {
    let scratch = Scratch::new();
    let job = |name: &str| format!("[[job]]\nid = \"{name}\"\norigin = \"a\"\nsubmit = \"0 s\"\nruntime = \"1 s\"\n");
    let all: String = ["=1+1", "+x", "-y", "@z"].map(job).concat();
    let path = scratch.write("s.toml", format!("{HEAD}{all}{}", job("good=1"))).display().to_string();
    let words = "runs names that begin with = + - @ as formulas: \"=1+1\", \"+x\", \"-y\", \"@z\"\n";
    eastwest(&["validate", &path]).expect(0).says(&[words]);
    let out = scratch.path("o").display().to_string();
    eastwest(&["run", &path, "--out", &out]).expect(0).says(&["as formulas"]);
    assert!(
        std::fs::read_to_string(scratch.path("o/jobs.csv")).expect("text").contains("\n=1+1,"),
        "written as they are"
    );
    let path = scratch.write("s.toml", format!("{HEAD}{}", job("good=1"))).display().to_string();
    assert!(!eastwest(&["validate", &path]).expect(0).stderr.contains("formulas"));
}
