//! What work costs, through the command line: power by cores and accelerators, what is attributed to jobs and services, and deadlines.

use crate::support::{Scratch, Table, eastwest, json, load, near, refused, run_into};
use serde_json::Value;
use std::path::Path;

fn run(scratch: &Scratch, text: &str, more: &[&str]) -> (Table, Value, std::path::PathBuf) {
    let out = scratch.path("out");
    run_into(&scratch.write("costs.toml", text), &out, more).expect(0);
    (Table::read(&out.join("jobs.csv")), json(&out.join("summary.json")), out)
}

fn figure(summary: &Value, path: &str) -> f64 {
    summary.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no figure {path}"))
}

/// A job of 60 s whose 8 Gb of output go home over 1 Gbps (5 ms away): delivered at 68.005 s.
fn delivery(deadline: &str, output: &str, run: &str) -> String {
    format!(
        r#"
format = 1
name = "delivery"
[run]
{run}
[center.home]
pool.cpu = {{ nodes = 1, cores = 4 }}
[center.away]
pool.cpu = {{ nodes = 1, cores = 4 }}
[link.line]
between = ["home", "away"]
latency = "5 ms"
bandwidth = "1 Gbps"
[[job]]
id = "x"
submit = "0 s"
origin = "home"
cores = 4
runtime = "60 s"
regions = ["away"]
output = "{output}"
deadline = {{ after-submit = "{deadline}" }}
[policy.p]
broker = {{ nearest = {{}} }}
"#
    )
}

#[test]
fn a_deadline_is_met_by_delivery() {
    let scratch = Scratch::new();
    let miss = |deadline: &str, output: &str, more: &str| {
        let (jobs, summary, _) = run(&scratch, &delivery(deadline, output, more), &[]);
        let cell = jobs.cells("deadline_miss")[0].to_owned();
        let known = figure(&summary, "/deadline_jobs");
        assert_eq!(known > 0.0, !cell.is_empty());
        near(figure(&summary, "/deadline_missed"), cell.parse().unwrap_or(0.0), "missed");
        near(figure(&summary, "/classes/0/deadline_missed"), cell.parse().unwrap_or(0.0), "missed of the class");
        cell
    };
    // It ends within 65 s, but its output is home after 68.005 s only.
    assert_eq!(miss("65 s", "1 GB", ""), "1");
    assert_eq!(miss("68.005 s", "1 GB", ""), "0");
    // Nothing to move: the end is the delivery.
    assert_eq!(miss("60 s", "0 B", ""), "0");
    assert_eq!(miss("59.9 s", "0 B", ""), "1");
    // The run ends while the output is under way: after the deadline it is missed, before it nobody knows.
    assert_eq!(miss("65 s", "1 GB", "until = \"66 s\"\ndrain = false"), "1");
    assert_eq!(miss("67 s", "1 GB", "until = \"66 s\"\ndrain = false"), "");
}

#[test]
fn explain_and_the_table_agree_on_a_deadline() {
    let scratch = Scratch::new();
    let (_, _, out) = run(&scratch, &delivery("65 s", "1 GB", ""), &[]);
    let told = eastwest(&["explain".as_ref(), out.as_os_str(), "x".as_ref()]).expect(0).stdout;
    assert!(told.contains("Deadline") && told.contains("missed"), "{told}");
}

/// Eight cards and 64 cores a node, 1 kW idle and 5 kW at peak; half of the pool is closed and busy to a fifth.
const CARDS: &str = r#"
format = 1
name = "cards"
[run]
until = "2 h"
drain = false
[center.c]
pue = 1.25
tariff = "0.6 CNY/kWh"
carbon = { grid = "500 g/kWh", green-share = 0.4 }
[center.c.pool.ai]
nodes = 4
cores = 64
accelerators = { kind = "card", count = 8 }
power-idle = "1 kW"
power-peak = "5 kW"
closed-share = 0.5
closed-load = 0.2
KEY
[[job]]
id = "train"
class = "train"
submit = "0 s"
origin = "c"
tasks = 2
cores = 16
accelerators = { kind = "card", per-task = 4 }
runtime = "1 h"
[[job]]
id = "prepare"
class = "prepare"
submit = "0 s"
origin = "c"
cores = 32
runtime = "1 h"
[policy.p]
broker = { nearest = {} }
"#;

#[test]
fn power_follows_cards_and_cores() {
    let scratch = Scratch::new();
    for (key, share) in [("", 0.2), ("power-cores = 0.5", 0.5), ("power-cores = 0", 0.0), ("power-cores = 1", 1.0)] {
        // The auditor listens to every run and recomputes the energy in its own way.
        let (_, summary, out) = run(&scratch, &CARDS.replace("KEY", key), &[]);
        // For an hour: 8 of 8 cards and 64 cores' worth of 64 in all; then nothing. Two closed nodes at a fifth throughout.
        let used = (1.0 - share) * 8.0 / 8.0 + share * (32.0 + 32.0) / 64.0;
        near(used, 1.0, "both add up to one node");
        near(figure(&summary, "/it_energy_kwh"), 4.0 * 2.0 + 4.0 * used + 2.0 * 4.0 * 0.2 * 2.0, "energy");
        let classes = Table::read(&out.join("classes.csv"));
        let train = 5.0 * ((1.0 - share) + share * 0.5) * 1.25;
        let prepare = 5.0 * share * 0.5 * 1.25;
        near(classes.number(("class", "train"), "caused_energy_kwh"), train, "train");
        near(classes.number(("class", "prepare"), "caused_energy_kwh"), prepare, "prepare");
        near(figure(&summary, "/caused_energy_kwh"), 5.0 * 1.25, "both");
        near(classes.number(("class", "train"), "caused_energy_cost_cny"), train * 0.6, "cost");
        near(classes.number(("class", "train"), "caused_carbon_market_kg"), train * 0.5 * 0.6, "by contract");
        // Utilization is that of the cards; what the cores do is beside it.
        near(figure(&summary, "/utilization"), 8.0 / 16.0 / 2.0, "cards");
        near(figure(&summary, "/cores_utilization"), 64.0 / 128.0 / 2.0, "cores");
    }
}

#[test]
fn power_cores_is_a_share() {
    let scratch = Scratch::new();
    for wrong in ["-0.1", "1.1", "2"] {
        let told = refused(&CARDS.replace("KEY", &format!("power-cores = {wrong}")));
        assert!(told.contains("`power-cores` must be from 0 to 1"), "{told}");
    }
    load(&CARDS.replace("KEY", "power-cores = 0.35"));
    // Without cards there is nothing to share with: a warning, and the cores have all.
    let plain = CARDS
        .replace("accelerators = { kind = \"card\", count = 8 }\n", "")
        .replace("accelerators = { kind = \"card\", per-task = 4 }\n", "");
    let file = scratch.write("plain.toml", plain.replace("KEY", "power-cores = 0.5"));
    eastwest(&["validate".as_ref(), file.as_os_str()]).expect(0).says(&["`power-cores` has no effect"]);
    let (_, summary, _) = run(&scratch, &plain.replace("KEY", "power-cores = 0.5"), &[]);
    near(figure(&summary, "/caused_energy_kwh"), 5.0 * 1.25, "by cores alone");
}

/// A broker that weighs cost uses the same power: the cheaper tariff is at the place whose nodes have twice the cards and cores.
#[test]
fn brokers_weigh_what_is_charged() {
    let text = r#"
format = 1
name = "weighed"
[center.big]
tariff = "0.9 CNY/kWh"
pool.ai = { nodes = 1, cores = 64, accelerators = { kind = "card", count = 8 }, power-idle = "1 kW", power-peak = "5 kW" }
[center.lean]
tariff = "1 CNY/kWh"
pool.ai = { nodes = 1, cores = 128, accelerators = { kind = "card", count = 8 }, power-idle = "1 kW", power-peak = "5 kW" }
[link.line]
between = ["big", "lean"]
latency = "1 ms"
bandwidth = "1 Gbps"
[[job]]
id = "x"
submit = "0 s"
origin = "big"
cores = CORES
accelerators = { kind = "card", per-task = 1 }
runtime = "1 h"
[policy.p]
broker = { cheapest = {} }
"#;
    let scratch = Scratch::new();
    // One card is a tenth of the power in either. Without cores: 0.5 kWh x 0.9 against 1. With 48 cores: (0.1 + 0.15) x 5 x 0.9 = 1.125
    // against (0.1 + 0.075) x 5 x 1 = 0.875 CNY.
    for (cores, center, cny) in [("0", "big", 0.45), ("48", "lean", 0.875)] {
        let (jobs, summary, out) = run(&scratch, &text.replace("CORES", cores), &[]);
        assert_eq!(jobs.cells("center"), [center]);
        near(figure(&summary, "/caused_energy_cost_cny"), cny, "charged");
        let told = eastwest(&["explain".as_ref(), out.as_os_str(), "x".as_ref()]).expect(0).stdout;
        assert!(told.contains(&format!("{cny}")), "explain weighs {cny} CNY:\n{told}");
    }
}

/// A service beside jobs: 300 requests a second on 30 replicas of one core, ten times what the job holds.
const BESIDE: &str = r#"
format = 1
name = "beside"
[run]
until = "2 h"
drain = false
[center.c]
pue = 1.2
tariff = "0.5 CNY/kWh"
carbon = "400 g/kWh"
pool.cpu = { nodes = 10, cores = 4, power-idle = "100 W", power-peak = "300 W" }
[service.web]
rate = { mean = "300 / s" }
origin = { c = 1 }
replica = { cores = 1, capacity = "10 / s" }
network-bound = "20 ms"
[[job]]
id = "long"
submit = "0 s"
origin = "c"
cores = 4
runtime = "1 h"
[policy.now]
broker = { nearest = {} }
[policy.later]
broker = { nearest = {} }
queue = { fcfs = {} }
"#;

#[test]
fn totals_are_those_of_classes_and_services_together() {
    let scratch = Scratch::new();
    let (_, summary, out) = run(&scratch, BESIDE, &["--policy", "now"]);
    let sum_of = |list: &str, key: &str| -> f64 {
        summary[list].as_array().expect(list).iter().map(|row| row[key].as_f64().expect(key)).sum()
    };
    for key in ["caused_energy_kwh", "caused_energy_cost_cny", "caused_carbon_kg", "caused_carbon_market_kg"] {
        let (classes, services) = (sum_of("classes", key), sum_of("services", key));
        assert!(classes > 0.0 && services > 10.0 * classes);
        near(figure(&summary, &format!("/{key}")), classes + services, key);
    }
    // One node of four cores for an hour, 30 cores for two: 300 W x 1.2 x (1 + 15).
    near(figure(&summary, "/caused_energy_kwh"), 0.3 * 1.2 * (1.0 + 15.0), "attributed");
    let told = run_into(&scratch.path("costs.toml"), &out, &["--policy", "now"]).expect(0).stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("attributed 5.76 kWh") && told.contains(", to jobs and services"), "{told}");
    compare_has(&scratch.path("costs.toml"), &scratch.path("compared"), 0.3 * 1.2 * 16.0);
}

/// A comparison has the totals that runs have.
fn compare_has(scenario: &Path, out: &Path, attributed: f64) {
    let words = ["--policy", "now", "--policy", "later", "--replications", "2", "--out"];
    let mut arguments = vec!["compare".as_ref(), scenario.as_os_str()];
    arguments.extend(words.iter().map(std::ffi::OsStr::new));
    arguments.push(out.as_os_str());
    eastwest(&arguments).expect(0);
    let metrics = Table::read(&out.join("comparison.csv"));
    let at = metrics.cells("metric").iter().position(|key| *key == "caused_energy_kwh").expect("a row");
    near(metrics.cells("mean")[at].parse().expect("a mean"), attributed, "mean of the comparison");
}
