//! Flows from end to end: what a scenario's links make of the staging of jobs. The max-min cases worked by hand are beside the
//! solver, in `src/network/fair/tests.rs`.

use crate::support::{audited, load};
use std::fmt::Write;

/// A source and a destination joined by one link, and one job for each amount of input.
fn line(bandwidth: &str, network: &str, inputs: &[&str], more: &str) -> String {
    let mut text = format!(
        r#"
format = 1
name = "line"
{network}
[center.there]
pool.cpu = {{ nodes = 100, cores = 1 }}
[metro.here]
[link.line]
between = ["here", "there"]
latency = "10 ms"
bandwidth = "{bandwidth}"
[policy.p]
broker = {{ fixed = {{ center = "there" }} }}
{more}
"#
    );
    for (number, input) in inputs.iter().enumerate() {
        write!(
            text,
            "[[job]]\nid = \"{number}\"\nsubmit = \"5 s\"\norigin = \"here\"\nruntime = \"1 s\"\ninput = \"{input}\"\n"
        )
        .expect("writes");
    }
    text
}

/// How long the staging of a job takes, in ns.
#[track_caller]
fn staging(text: &str, job: &str) -> u64 {
    let run = audited(&load(text), "p", 1);
    let life = run.job(job).life;
    life.staged.expect("staged").since(life.brokered.expect("brokered")).0
}

const LATENCY: u64 = 10_000_000;
const SECOND: u64 = 1_000_000_000;

#[test]
fn a_lone_flow_pays_its_latency_and_then_its_bytes() {
    // 12.5 GB = 100 Gb on 10 Gbps: 10 s.
    assert_eq!(staging(&line("10 Gbps", "", &["12.5 GB"], ""), "0"), LATENCY + 10 * SECOND);
}

#[test]
fn flows_of_one_link_share_it() {
    // 4, 8 and 12 Gb on 12 Gbps: 4 each until 1 s; 6 each, 4 left of the second: 1 + 4/6 s; then the last 4 alone: + 4/12 s = 2 s.
    let text = line("12 Gbps", "", &["0.5 GB", "1 GB", "1.5 GB"], "");
    assert_eq!(staging(&text, "0"), LATENCY + SECOND);
    assert_eq!(staging(&text, "1"), LATENCY + 1_666_666_667);
    let last = staging(&text, "2");
    assert!(last.abs_diff(LATENCY + 2 * SECOND) <= 1, "{last}");
}

#[test]
fn a_window_bounds_a_flow_on_a_long_path() {
    // 64 MiB a round trip of 20 ms = 26.843545600 Gbps of 100: 26.8435456 Gb = 3,355,443,200 bytes take 1 s. Two streams carry twice that.
    let one = line("100 Gbps", "[network]\nwindow = \"64 MiB\"", &["3355443200 B"], "");
    assert_eq!(staging(&one, "0"), LATENCY + SECOND);
    let two = line("100 Gbps", "[network]\nwindow = \"64 MiB\"\nstreams = 2", &["3355443200 B"], "");
    assert_eq!(staging(&two, "0"), LATENCY + SECOND / 2);
    // Five of them are bounded by the link: 20 Gbps each.
    let five = line("100 Gbps", "[network]\nwindow = \"64 MiB\"", &["2.5 GB"; 5], "");
    assert_eq!(staging(&five, "4"), LATENCY + SECOND);
    // Off unless set.
    assert_eq!(staging(&line("100 Gbps", "", &["12.5 GB"], ""), "0"), LATENCY + SECOND);
}

#[test]
fn twice_the_bandwidth_is_half_the_staging_less_latency() {
    for input in ["125 GB", "999999937 B", "7 B", "1 B"] {
        let [once, twice] =
            ["10 Gbps", "20 Gbps"].map(|bandwidth| staging(&line(bandwidth, "", &[input], ""), "0") - LATENCY);
        assert!(once.abs_diff(twice * 2) <= 2 && once.div_ceil(2) == twice, "{input}: {once} and {twice} ns");
    }
}

#[test]
fn other_centers_change_no_transfer() {
    let alone = staging(&line("10 Gbps", "", &["125 GB"], ""), "0");
    let mut others = String::new();
    for number in 0..50 {
        write!(
            others,
            "[center.c{number}]\npool.cpu = {{ nodes = 10, cores = 8 }}\n[link.l{number}]\nbetween = [\"here\", \"c{number}\"]\n\
             latency = \"1 ms\"\nbandwidth = \"1 Gbps\"\n"
        )
        .expect("writes");
    }
    assert_eq!(staging(&line("10 Gbps", "", &["125 GB"], &others), "0"), alone);
}

#[test]
fn background_use_leaves_the_rest() {
    // 60 % of 10 Gbps are used by others: 100 Gb take 25 s.
    let text = line("10 Gbps", "", &["12.5 GB"], "").replace("bandwidth = ", "background = 0.6\nbandwidth = ");
    assert_eq!(staging(&text, "0"), LATENCY + 25 * SECOND);
}

#[test]
fn a_link_that_changes_carries_the_rest_at_its_new_rate() {
    // 100 Gb: from 5.01 s at 10 Gbps, down from 8 s to 10 s (29.9 Gb done), then over the latency again and at
    // 5 Gbps (70.1 Gb: 14.02 s) to 24.03 s.
    let events = r#"
[[event]]
at = "8 s"
for = "2 s"
down = { link = "line" }
[[event]]
at = "10 s"
bandwidth = { link = "line", to = "5 Gbps" }
"#;
    assert_eq!(staging(&line("10 Gbps", "", &["12.5 GB"], events), "0"), 19_030_000_000);
}
