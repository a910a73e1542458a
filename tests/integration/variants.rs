//! Variants of a scenario, and metrics by name, as a user meets them.

use crate::support::{Scratch, eastwest, json};

const SCENARIO: &str = r#"
format = 1
name = "two"
[center.a]
pool.cpu = { nodes = 1, cores = 1 }
[[job]]
submit = "0 s"
origin = "a"
runtime = "100 s"
[[job]]
submit = "0 s"
origin = "a"
runtime = "100 s"
[policy.p]
broker = { nearest = {} }
[variant.wide]
set = ["center.a.pool.cpu.nodes=2"]
[variant.late]
set = ["job.1.submit=40 s"]
"#;

#[test]
fn variants_are_compared_side_by_side() {
    let scratch = Scratch::new();
    let file = scratch.write("two.toml", SCENARIO);
    let out = scratch.path("out");
    let words = [
        "compare",
        file.to_str().unwrap(),
        "--variant",
        "all",
        "--metric",
        "wait_mean_s",
        "--metric",
        "pools.a/cpu.waiting_peak",
    ];
    let ran = eastwest(&[&words[..], &["--out", out.to_str().unwrap()]].concat()).expect(0);
    // The second job waits 100 s, 60 s, or not at all: means 50, 30, 0.
    let row = |name: &str| {
        let line = ran.stdout.lines().rfind(|line| line.trim_start().starts_with(name));
        line.unwrap_or_default().split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert!(ran.stdout.starts_with("two: late, wide compared to base\n"), "{}", ran.stdout);
    assert_eq!(row("wait_mean_s"), "50.0 s 30.0 s 0.00 s");
    assert_eq!(row("pools.a/cpu.waiting_peak"), "1 1 0");
    let comparison = json(&out.join("comparison.json"));
    assert_eq!(comparison["metrics"][1]["metric"], "pools.a/cpu.waiting_peak");
    let late = json(&out.join("runs/late-r0/summary.json"));
    assert_eq!((&late["name"], &late["wait_mean_s"]), (&"two+late".into(), &30.0.into()));
}

#[test]
fn a_variant_is_run_and_runs_again() {
    let scratch = Scratch::new();
    let file = scratch.write("two.toml", SCENARIO);
    let (first, second) = (scratch.path("first"), scratch.path("second"));
    let run = |what: &str, out: &str, more: &[&str]| eastwest(&[&["run", what, "--out", out], more].concat()).expect(0);
    let shown = run(file.to_str().unwrap(), first.to_str().unwrap(), &["--variant", "wide"]);
    assert!(shown.stdout.starts_with("two+wide under p\n"), "{}", shown.stdout);
    // What a person sets comes after what the variant sets.
    let set = run(
        file.to_str().unwrap(),
        second.to_str().unwrap(),
        &["--variant", "wide", "--set", "center.a.pool.cpu.nodes=1"],
    );
    assert!(set.stdout.contains("mean 50 s"), "{}", set.stdout);
    let again = run(first.to_str().unwrap(), second.to_str().unwrap(), &[]);
    assert_eq!(again.stdout, shown.stdout);
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let scratch = Scratch::new();
    let file = scratch.write("two.toml", SCENARIO);
    let file = file.to_str().unwrap();
    eastwest(&["run", file, "--variant", "wid"]).expect(2).says(&[
        "no variant called `wid`",
        "did you mean `wide`?",
        "late, wide",
    ]);
    eastwest(&["compare", file, "--variant", "x"]).expect(2).says(&["no variant called `x`"]);
    eastwest(&["run", "two-centers", "--variant", "x"]).expect(2).says(&["write [variant.NAME]"]);
    eastwest(&["compare", file, "--metric", "wait_mean"])
        .expect(2)
        .says(&["no metric `wait_mean`", "did you mean `wait_mean_s`?"]);
    eastwest(&["compare", file, "--metric", "pools.b/cpu.waiting_peak"])
        .expect(2)
        .says(&["no metric `pools.b/cpu", "LIST.NAME.KEY"]);
    let broken = scratch.write("broken.toml", SCENARIO.replace("cpu.nodes=2", "cpu.nods=2"));
    eastwest(&["validate", broken.to_str().unwrap()]).expect(3).says(&["nods", "did you mean `nodes`?"]);
    let fine = eastwest(&["validate", file]).expect(0);
    assert!(fine.stdout.contains("variants: late, wide"), "{}", fine.stdout);
}

#[test]
fn variants_share_the_seed_of_the_scenario() {
    let scratch = Scratch::new();
    let seeded = SCENARIO.replace("center.a.pool.cpu.nodes=2", "run.seed=12345");
    let file = scratch.write("two.toml", seeded);
    let file = file.to_str().unwrap();
    for words in [&["compare", file, "--variant", "all", "--seed", "3"][..], &["run", file], &["validate", file]] {
        eastwest(words).expect(3).says(&["two.toml:", "variant \"wide\" sets `run.seed`", "--seed 7"]);
    }
}
