//! What lies beyond the clock's 500 years: the run ends there, and says so.

use crate::support::{Scratch, Table, eastwest, json, run_into};

const FIVE_CENTURIES_S: f64 = 15_778_800_000.0;

/// A center of two nodes, a slow one, and what comes behind.
fn scenario(speed: &str, rest: &str) -> String {
    format!(
        "format = 1\nname = \"slow\"\n[center.a]\npool.p = {{ nodes = 2, cores = 1, speed = {speed}, power-idle = \"1 W\", power-peak = \"1 GW\" }}\n\
         tariff = \"1000 CNY/kWh\"\n[center.b]\n[link.l]\nbetween = [\"a\", \"b\"]\nlatency = \"1 d\"\nbandwidth = \"1 bps\"\n\
         price = \"1000000 CNY/GB\"\n[policy.p]\nbroker = {{ cheapest = {{}} }}\nqueue = {{ conservative = {{}} }}\n{rest}"
    )
}

fn job(id: &str, submit: &str, runtime: &str, more: &str) -> String {
    format!("[[job]]\nid = \"{id}\"\norigin = \"a\"\nsubmit = \"{submit}\"\nruntime = \"{runtime}\"\n{more}")
}

#[test]
fn what_is_not_done_when_the_clock_ends_is_unfinished() {
    let scratch = Scratch::new();
    let all = [
        // A hundred years of work in a million times as long.
        job("endless", "0 s", "36525 d", "requested = \"36525 d\"\n"),
        job("done", "0 s", "1 s", ""),
        job("late", "36525 d", "100 s", "deadline = { after-submit = \"36525 d\" }\n"),
        // Its data are on the way for longer than the clock goes.
        job("far", "0 s", "1 s", "input = \"1000000 ZB\"\ninput-at = \"b\"\n"),
    ];
    let drained = scratch.write("s.toml", scenario("1e-6", &all.concat()));
    let out = scratch.path("out");
    let ran = run_into(&drained, &out, &[]).expect(0);
    assert!(ran.stderr.contains("warning: the run ended with the clock, 500 years after its start"), "{}", ran.stderr);
    let summary = json(&out.join("summary.json"));
    assert_eq!(summary["window_end_s"], FIVE_CENTURIES_S);
    assert_eq!((&summary["jobs"], &summary["completed"], &summary["unfinished"]), (&4.into(), &2.into(), &2.into()));
    assert!(summary["warnings"].to_string().contains("500 years"), "{}", summary["warnings"]);
    let jobs = Table::read(&out.join("jobs.csv"));
    assert_eq!(jobs.cell(("job", "late"), "end_s"), "3255760000");
    assert_eq!(jobs.cell(("job", "endless"), "outcome"), "unfinished");
    // A comparison says the same, once.
    let compared =
        eastwest(&["compare", drained.to_str().unwrap(), "--out", scratch.path("c").to_str().unwrap()]).expect(0);
    assert_eq!(compared.stderr.matches("500 years").count(), 1, "{}", compared.stderr);
    // Where submissions end, and nothing is waited for, the clock is not touched.
    let text = scenario("1e-6", &format!("[run]\nuntil = \"36525 d\"\ndrain = false\n{}", all[..2].concat()));
    let ran = run_into(&scratch.write("t.toml", text), &scratch.path("t"), &[]).expect(0);
    assert!(!ran.stderr.contains("500 years"), "{}", ran.stderr);
    assert_eq!(json(&scratch.path("t/summary.json"))["window_end_s"], 3_155_760_000.0);
}

#[test]
fn jobs_that_end_on_the_last_instant_have_ended() {
    let scratch = Scratch::new();
    // Two nodes, ten jobs of a hundred years: five after each other on each.
    let jobs: String = (0..10).map(|at| job(&format!("j{at}"), "0 s", "36525 d", "")).collect();
    let file = scratch.write("s.toml", scenario("1", &jobs));
    let out = scratch.path("out");
    run_into(&file, &out, &[]).expect(0);
    let summary = json(&out.join("summary.json"));
    assert_eq!((&summary["completed"], &summary["window_end_s"]), (&10.into(), &FIVE_CENTURIES_S.into()));
    let more = scenario("1", &format!("{jobs}{}", job("j10", "0 s", "1 s", "")));
    run_into(&scratch.write("t.toml", more), &scratch.path("t"), &[]).expect(0);
    let summary = json(&scratch.path("t/summary.json"));
    // It starts at that instant.
    assert_eq!((&summary["completed"], &summary["unfinished"]), (&10.into(), &1.into()));
}

#[test]
fn speeds_have_a_bound_below() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", scenario("1e-11", &job("j", "0 s", "1 s", "")));
    run_into(&file, &scratch.path("out"), &[]).expect(3).says(&[
        "`speed` must be from 1e-6 to 1e6, not 1e-11",
        "s.toml:4:",
        "speed = 0.5",
    ]);
}

#[test]
fn logs_go_on_to_the_end_of_the_clock() {
    let scratch = Scratch::new();
    let line = |number: u64, submit: u64, run: u64| {
        format!("{number} {submit} -1 {run} 1 -1 -1 1 {run} -1 1 1 -1 -1 -1 -1 -1 -1\n")
    };
    let log = scratch.write("l.swf", line(1, 0, 5) + &line(2, 15_000_000_000, 18_000_000_000));
    for backfill in ["easy", "conservative"] {
        let out = scratch.path(backfill);
        let words = ["--trace-format", "swf", "--processors", "2", "--backfill", backfill, "--out"];
        let words = [&["replay", log.to_str().unwrap()], &words[..], &[out.to_str().unwrap()]].concat();
        assert!(eastwest(&words).expect(0).stderr.contains("500 years"));
        let summary = json(&out.join("summary.json"));
        assert_eq!((&summary["completed"], &summary["unfinished"]), (&1.into(), &1.into()));
    }
}
