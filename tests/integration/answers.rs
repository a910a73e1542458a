//! What `compare` answers: who is best at what, only where the same work is done, and how sure that is.

use crate::support::{Scratch, eastwest, json, near};
use serde_json::Value;
use std::path::Path;

/// Four jobs of an hour on a center with four cores, or on one with a single core and clean power; two hours are looked at.
const LAZY: &str = r#"
format = 1
name = "lazy"
run = { until = "2 h", drain = false }
policy.all.broker.fixed.center = "a"
policy.lazy.broker.fixed.center = "b"
[center.a]
carbon = "500 g/kWh"
tariff = "0.5 CNY/kWh"
pool.cpu = { nodes = 4, cores = 1, power-peak = "100 W" }
[center.b]
carbon = "10 g/kWh"
tariff = "0.6 CNY/kWh"
pool.cpu = { nodes = 1, cores = 1, power-peak = "100 W" }
[link.ab]
between = ["a", "b"]
latency = "5 ms"
bandwidth = "1 Gbps"
[[job]]
origin = "a"
submit = "0 s"
runtime = "1 h"
[[job]]
origin = "a"
submit = "0 s"
runtime = "1 h"
[[job]]
origin = "a"
submit = "0 s"
runtime = "1 h"
[[job]]
origin = "a"
submit = "0 s"
runtime = "1 h"
"#;

fn verdict<'v>(comparison: &'v Value, stack: &str, metric: &str) -> &'v Value {
    let verdicts = comparison["verdicts"].as_array().expect("verdicts");
    let found = verdicts.iter().find(|row| row["stack"] == stack && row["metric"] == metric);
    found.unwrap_or_else(|| panic!("no verdict on {metric} of {stack}: {verdicts:#?}"))
}

fn compared(scratch: &Scratch, text: &str, more: &[&str]) -> (String, Value) {
    let file = scratch.write("s.toml", text).display().to_string();
    let out = scratch.path("out");
    let target = out.display().to_string();
    let ran = eastwest(&[&["compare", &file, "-q", "--out", &target], more].concat()).expect(0);
    (ran.stdout, json(&Path::new(&out).join("comparison.json")))
}

#[test]
fn who_leaves_work_undone_is_not_better() {
    let scratch = Scratch::new();
    let (text, comparison) = compared(&scratch, LAZY, &["--replications", "3"]);
    // Nothing is drawn: one run tells all.
    assert_eq!((&comparison["draws"], &comparison["replications"]), (&Value::from(false), &Value::from(1)));
    assert!(text.contains("Nothing in this scenario is drawn"), "{text}");
    // a does four core-hours, b two of them, and causes a fortieth of the carbon.
    for metric in ["caused_carbon_kg", "caused_energy_kwh", "wait_mean_s"] {
        let found = verdict(&comparison, "lazy", metric);
        assert_eq!((&found["verdict"], &found["against"]), (&"not-comparable".into(), &"all".into()), "{found}");
    }
    assert!(text.contains("work: all; lazy 50.0 % fewer core-hours, so that totals do not compare"), "{text}");
    assert!(text.contains("carbon: all (0.2 kg); not comparable: lazy"), "{text}");
    // By the unit of work it is cleaner, and dearer.
    let carbon = verdict(&comparison, "all", "carbon_kg_per_core_h");
    assert_eq!((&carbon["verdict"], &carbon["against"]), (&"worse".into(), &"lazy".into()), "{carbon}");
    let cost = verdict(&comparison, "lazy", "cost_cny_per_core_h");
    assert_eq!(cost["verdict"], "worse", "{cost}");
    near(cost["relative"].as_f64().expect("a part"), 0.2, "0.6 over 0.5 CNY/kWh");
    assert_eq!(verdict(&comparison, "lazy", "unfinished_share")["verdict"], "worse");
    let work = &comparison["work"][1];
    assert_eq!((&work["stack"], &work["whole"]), (&"lazy".into(), &false.into()), "{work}");
    assert_eq!((&work["of_most"][0]["kind"], &work["of_most"][0]["share"]), (&"core-hours".into(), &0.5.into()));
}

#[test]
fn a_baseline_that_is_named_is_what_all_are_held_against() {
    let scratch = Scratch::new();
    let (_, comparison) = compared(&scratch, LAZY, &["--baseline", "lazy"]);
    let found = verdict(&comparison, "all", "unfinished_share");
    assert_eq!((&found["verdict"], &found["against"]), (&"better".into(), &"lazy".into()), "{found}");
    let table = std::fs::read_to_string(scratch.path("out/comparison.csv")).expect("a table");
    let row = table.lines().find(|row| row.starts_with("caused_carbon_kg,kg,all,")).expect("a row");
    assert!(row.ends_with(",not comparable,,100.0 % more core-hours"), "{row}");
}

#[test]
fn a_difference_must_be_relevant() {
    let scratch = Scratch::new();
    // All is done within the day; b costs 20 % more.
    let whole = LAZY.replace("2 h", "1 d");
    let of = |more: &[&str]| {
        let (_, comparison) = compared(&scratch, &whole, more);
        verdict(&comparison, "lazy", "caused_energy_cost_cny")["verdict"].clone()
    };
    assert_eq!(of(&[]), "worse");
    assert_eq!(of(&["--relevant", "25%"]), "no-relevant-difference");
    assert_eq!(of(&["--relevant", "0.19"]), "worse");
    for wrong in ["110%", "-1%", "x"] {
        eastwest(&["compare", "two-centers", &format!("--relevant={wrong}")]).expect(2).says(&["a part from 0 to 1"]);
    }
}

#[test]
fn what_is_drawn_needs_replications() {
    let scratch = Scratch::new();
    let drawn = format!("{LAZY}\n[workload.w]\narrivals.poisson.rate = \"1 / h\"\norigin.a = 1\nruntime = \"60 s\"\n");
    let (text, comparison) = compared(&scratch, &drawn, &[]);
    assert_eq!(comparison["draws"], true);
    assert!(text.contains("one replication: no intervals and no verdicts") && !text.contains("\nwork: "), "{text}");
    let found = verdict(&comparison, "lazy", "unfinished_share");
    assert_eq!(
        (&found["verdict"], &found["reason"]),
        (&"undecided".into(), &"one replication; five or more can tell".into())
    );
    let (text, comparison) = compared(&scratch, &drawn, &["--replications", "5", "--details"]);
    assert_eq!(comparison["replications"], 5);
    assert!(text.contains("\nwork: all") && text.contains("unfinished_share, lower is better"), "{text}");
}
