//! Thresholds, published figures and totals, through the command line.

use crate::support::{Scratch, eastwest, json, near, run_into};
use std::path::Path;

const TOTALS: [&str; 12] = [
    "centers",
    "compute_fp32_eflops",
    "intelligent_eflops",
    "interconnect_tbps",
    "racks",
    "servers",
    "storage_zb",
    "stored_fraction",
    "stored_zb",
    "tenants",
    "tenants_by_group",
    "trunk_cables",
];

fn two_centers(more: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/two-centers.toml");
    format!("{}\n{more}", std::fs::read_to_string(path).expect("the scenario"))
}

/// West: utilization 1/2, the longest wait 3580 s, Horinger takes 1.2 kWh (worked by hand in the README).
const MET: &str = r#"
[[expect]]
metric = "utilization"
at-least = 0.5
at-most = 0.5
[[expect]]
metric = "wait_max_s"
class = "job"
at-most = "1 h"
[[expect]]
metric = "energy_kwh"
center = "horinger"
at-least = 1.19
[[anchor]]
name = "half of it"
published = 0.4
measure = { run = { metric = "utilization" } }
tolerance = 0.1
"#;

#[test]
fn a_threshold_that_is_met_changes_no_exit_code() {
    let scratch = Scratch::new();
    let file = scratch.write("met.toml", two_centers(MET));
    let out = scratch.path("out");
    let ran = run_into(&file, &out, &["--policy", "west"]).expect(0);
    assert!(
        ran.stdout.contains("\u{2713} utilization is 0.5, expected at least 0.5 and at most 0.5\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("\u{2713} wait_max_s of class job is 3,580, expected at most 3,600\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("half of it       0.4 0.5  +25.0 % \u{2717}"), "{}", ran.stdout);
    let summary = json(&out.join("summary.json"));
    let judged = &summary["expectations"];
    assert_eq!(judged.as_array().map(Vec::len), Some(3));
    assert_eq!((&judged[2]["expected"], &judged[2]["met"]), (&"energy_kwh of center horinger".into(), &true.into()));
    near(judged[2]["value"].as_f64().expect("energy"), 1.2, "Horinger");
    near(summary["anchors"][0]["difference"].as_f64().expect("known"), 0.25, "difference");
}

#[test]
fn a_threshold_that_is_missed_is_exit_code_5_after_all_is_written() {
    let scratch = Scratch::new();
    let file = scratch.write("missed.toml", two_centers(&MET.replace("at-most = \"1 h\"", "at-most = \"59 min\"")));
    let out = scratch.path("out");
    let ran = run_into(&file, &out, &["--policy", "west"]).expect(5).says(&["a threshold of the scenario is missed"]);
    assert!(
        ran.stdout.contains("\u{2717} wait_max_s of class job is 3,580, expected at most 3,540\n"),
        "{}",
        ran.stdout
    );
    assert!(out.join("summary.json").is_file() && out.join("jobs.csv").is_file());
    assert_eq!(json(&out.join("manifest.json"))["state"], "complete");
    // No data meets no threshold: no job has a deadline.
    let text = two_centers("[[expect]]\nmetric = \"deadline_missed_share\"\nat-most = 1\n");
    let file = scratch.write("none.toml", text);
    run_into(&file, &scratch.path("none"), &["--policy", "west"]).expect(5);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let scratch = Scratch::new();
    for (wrong, words) in [
        (
            "[[expect]]\nmetric = \"wait_p95\"\nat-most = 1\n",
            &["wrong.toml:", "`wait_p95` is no figure", "\"wait_p95_s\""][..],
        ),
        (
            "[[expect]]\nmetric = \"tier\"\ncenter = \"beijing\"\nat-most = 1\n",
            &["`tier of center beijing` is no figure"],
        ),
        ("[[expect]]\nmetric = \"utilization\"\n", &["an expectation without a limit", "at-most"]),
        ("[[expect]]\nmetric = \"wait_p95_s\"\nat-most = \"2 parsecs\"\n", &["parsecs"]),
        ("[[expect]]\nmetric = \"utilization\"\nat-most = \"90 %\"\n", &["is a number, without quotes"]),
        ("[[expect]]\nmetric = \"utilization\"\ncenter = \"bejing\"\nat-most = 1\n", &["did you mean \"beijing\""]),
        (
            "[[expect]]\nmetric = \"utilization\"\ncenter = \"beijing\"\nside = \"east\"\nat-most = 1\n",
            &["belongs to one class, service, center"],
        ),
        ("[[expect]]\nmetric = \"utilization\"\natmost = 1\n", &["unknown key `atmost`", "did you mean `at-most`"]),
        ("[[anchor]]\nname = \"x\"\npublished = 1\nmeasure = \"rack\"\n", &["rack"]),
        ("[[anchor]]\nname = \"x\"\npublished = \"1 m\"\nmeasure = \"hub-latency-mean\"\n", &["wrong.toml:"]),
        (
            "[[anchor]]\nname = \"x\"\npublished = 1\nmeasure = { bandwidth = { kind = \"trunk\" } }\n",
            &["there is no link of kind"],
        ),
    ] {
        let file = scratch.write("wrong.toml", two_centers(wrong));
        for verb in ["validate", "run"] {
            let ran = eastwest(&[verb.as_ref(), file.as_os_str(), "--set".as_ref(), "run.policy=west".as_ref()]);
            ran.expect(3).says(words);
        }
    }
}

#[test]
fn totals_have_just_the_keys_that_planners_publish() {
    let ran = eastwest(&["validate", "hubs-10", "--format", "json"]).expect(0);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let keys: Vec<&str> = value["totals"].as_object().expect("totals").keys().map(String::as_str).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, TOTALS);
    assert_eq!(
        (&value["totals"]["centers"], &value["totals"]["tenants_by_group"]["ai-firms"]),
        (&10.into(), &4400.into())
    );
    // Sums of the columns of its tables.
    near(value["totals"]["racks"].as_f64().expect("racks"), 1_050_000.0, "racks");
    let within: Vec<u64> =
        value["reach"].as_array().expect("circles").iter().filter_map(|c| c["within_ms"].as_u64()).collect();
    assert_eq!(within, [1, 5, 20]);
    let anchors = value["anchors"].as_array().expect("anchors");
    assert!(anchors.len() >= 10 && anchors.iter().all(|anchor| anchor["within"] != false), "{anchors:#?}");
}
