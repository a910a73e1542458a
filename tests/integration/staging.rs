//! Which replica is read, what a shared copy needs of storage, and links that no route takes.

use crate::support::{Scratch, audited, eastwest, load};
use eastwest::model::{Outcome, RejectReason};
use eastwest::units::SimTime;

/// A center and two stores: `near` at 2 ms and 2 Gbps, `wide` at 50 ms and 8 Gbps; both hold `set`.
fn replicas(window: &str) -> String {
    format!(
        r#"
format = 1
name = "replicas"
{window}
[center.c]
pool.p = {{ nodes = 1, cores = 1 }}
[metro.near]
[metro.wide]
[link.near-c]
between = ["near", "c"]
latency = "2 ms"
bandwidth = "2 Gbps"
[link.wide-c]
between = ["wide", "c"]
latency = "50 ms"
bandwidth = "8 Gbps"
[dataset.set]
size = "10 GB"
at = ["near", "wide"]
[[job]]
id = "j"
submit = "0 s"
origin = "c"
runtime = "10 s"
dataset = "set"
[policy.p]
broker = {{ earliest-completion = {{}} }}
"#
    )
}

#[test]
fn the_driver_reads_the_replica_that_the_broker_reckons_with() {
    let staged = |window: &str| {
        let scenario = load(&replicas(window));
        let run = audited(&scenario, "p", 1);
        run.job("j").life.staged.map_or(f64::NAN, SimTime::as_secs_f64)
    };
    // Without a window the wide line: 80 Gb at 8 Gbps, 10.05 s; near would take 40.002 s.
    assert!((staged("") - 10.05).abs() < 1e-6);
    // 1 MB a round trip of 100 ms is 80 Mbps on the wide line; of 4 ms, 2 Gbps: near.
    assert!((staged("[network]\nwindow = \"1 MB\"") - 40.002).abs() < 1e-6);
    // 8 MB: 640 Mbps on the wide line, 125 s.
    assert!((staged("[network]\nwindow = \"8 MB\"") - 40.002).abs() < 1e-6);
    // 64 streams of that carry more than the line.
    assert!((staged("[network]\nwindow = \"8 MB\"\nstreams = 64") - 10.05).abs() < 1e-6);
}

/// A store with room for one copy and some output.
fn shared(cache: &str, output: &str, jobs: usize) -> String {
    let mut text = format!(
        r#"
format = 1
name = "shared"
[center.c]
storage = {{ space = "12 GB" }}
pool.p = {{ nodes = 8, cores = 1 }}
[metro.m]
[link.m-c]
between = ["m", "c"]
latency = "1 ms"
bandwidth = "1 Gbps"
[dataset.set]
size = "10 GB"
at = ["m"]
cache = "{cache}"
[policy.p]
broker = {{ earliest-completion = {{}} }}
[policy.weighted]
broker = {{ weighted = {{ require = ["regions"] }} }}
"#
    );
    for number in 0..jobs {
        // The copy is there at 80.001 s: one job begins it, one joins it, one finds it.
        let submit = [0, 10, 100][number];
        text.push_str(&format!(
            "[[job]]\nid = \"j{number}\"\nsubmit = \"{submit} s\"\norigin = \"m\"\nruntime = \"1 h\"\ndataset = \"set\"\noutput = \"{output}\"\n"
        ));
    }
    text
}

#[test]
fn a_job_that_joins_a_shared_copy_needs_no_room_for_it() {
    for stack in ["p", "weighted"] {
        let scenario = load(&shared("shared", "500 MB", 3));
        let run = audited(&scenario, stack, 1);
        let starts = ["j0", "j1", "j2"].map(|job| run.job(job).life.started.map_or(f64::NAN, SimTime::as_secs_f64));
        assert!(
            starts.iter().zip([80.001, 80.001, 100.0]).all(|(is, should)| (is - should).abs() < 1e-6),
            "{stack}: {starts:?}"
        );
        // Output needs room all the same: two of 900 MB, not three.
        let run = audited(&load(&shared("shared", "900 MB", 3)), stack, 1);
        assert_eq!(run.job("j1").outcome, Outcome::Completed);
        assert_eq!(run.job("j2").outcome, Outcome::Rejected(RejectReason::StorageFull));
        // Copies of one's own need room each.
        let run = audited(&load(&shared("private", "500 MB", 2)), stack, 1);
        assert_eq!(run.job("j1").outcome, Outcome::Rejected(RejectReason::StorageFull));
    }
}

/// What `validate` says of links that no route takes.
fn warned(links: &[(&str, [&str; 2], u64)], more: &str) -> Vec<String> {
    let mut text = String::from("format = 1\nname = \"links\"\n");
    for center in ["a", "b", "c"] {
        text.push_str(&format!("[center.{center}]\npool.p = {{ nodes = 1, cores = 1 }}\n"));
    }
    text.push_str("[exchange.x]\n");
    for (name, [from, to], latency) in links {
        text.push_str(&format!(
            "[link.{name}]\nbetween = [\"{from}\", \"{to}\"]\nlatency = \"{latency} ms\"\nbandwidth = \"8 Gbps\"\n"
        ));
    }
    text.push_str("[[job]]\nid = \"j\"\nsubmit = \"0 s\"\norigin = \"a\"\nruntime = \"1 s\"\n[policy.p]\nbroker = { nearest = {} }\n");
    text.push_str(more);
    let scratch = Scratch::new();
    let file = scratch.write("links.toml", text);
    let ran = eastwest(&["validate".to_owned(), file.display().to_string()]).expect(0);
    let all = format!("{}{}", ran.stdout, ran.stderr);
    all.lines().filter(|line| line.contains("lies on no route while all links are up")).map(str::to_owned).collect()
}

const TRIANGLE: [(&str, [&str; 2], u64); 3] = [("ab", ["a", "b"], 3), ("bc", ["b", "c"], 3), ("ca", ["c", "a"], 3)];

#[test]
fn a_second_cable_is_never_used_and_said_to_be() {
    assert_eq!(warned(&TRIANGLE, ""), [""; 0]);
    // Written the other way round, and with more latency.
    let second = |latency| [&TRIANGLE[..], &[("second", ["b", "a"], latency)]].concat();
    let said = warned(&second(3), "");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("\"second\"") && said[0].contains("\"ab\"") && said[0].contains("16 Gbps"), "{said:?}");
    assert!(warned(&second(5), "")[0].contains("less latency"));
    // The better one is used, and the first is not.
    assert!(warned(&second(2), "")[0].contains("link \"ab\""));
    // Three cables.
    let third = [&second(3)[..], &[("third", ["a", "b"], 3)]].concat();
    let said = warned(&third, "");
    assert!(said.len() == 2 && said.iter().all(|text| text.contains("24 Gbps")), "{said:?}");
}

#[test]
fn a_link_with_shorter_ways_around_it_is_said_to_be_unused() {
    // Over b it is 6 ms.
    let long = [("ab", ["a", "b"], 3), ("bc", ["b", "c"], 3), ("ca", ["c", "a"], 7)];
    let said = warned(&long, "");
    assert!(said.len() == 1 && said[0].contains("\"ca\""), "{said:?}");
    // A point where nothing is exchanged: no route ends there.
    let dead = [&TRIANGLE[..], &[("ax", ["a", "x"], 1)]].concat();
    assert!(warned(&dead, "")[0].contains("\"ax\""));
    assert_eq!(warned(&[&dead[..], &[("xb", ["x", "b"], 1)]].concat(), "").len(), 1, "ab has a shorter way around it");
    // Spares of links that events take out are no mistake, nor are those links.
    let event = |link: &str| format!("[[event]]\nat = \"1 h\"\nfor = \"1 h\"\ndown = {{ link = \"{link}\" }}\n");
    assert_eq!(warned(&long, &event("ab")), [""; 0]);
    assert_eq!(warned(&long, &event("ca")), [""; 0]);
    let second = [&TRIANGLE[..], &[("second", ["a", "b"], 3)]].concat();
    assert_eq!(warned(&second, &event("ab")), [""; 0]);
    assert_eq!(warned(&second, &event("bc")).len(), 1);
}
