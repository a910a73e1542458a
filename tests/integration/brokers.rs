//! Every broker from end to end, with the auditor listening; and no two of them do the same.

use crate::support::{audited, load};
use eastwest::model::Outcome;
use eastwest::policy::registry;
use std::collections::BTreeMap;

/// Four unlike centers: near and dear, far and cheap, far and green, small and fast.
const CENTERS: &str = r#"
format = 1
name = "brokers"
[run]
until = "1 d"
seed = 3
[center.dear]
side = "east"
tier = "local"
pue = 1.5
tariff = { flat = "0.7 CNY/kWh", peak = "1.2 CNY/kWh", peak-hours = ["9-12", "17-22"] }
carbon = "550 g/kWh"
pool.cpu = { nodes = 6, cores = 16, power-idle = "150 W", power-peak = "400 W" }
[center.cheap]
side = "west"
tier = "national-hub"
pue = 1.15
tariff = "0.30 CNY/kWh"
carbon = "685 g/kWh"
pool.cpu = { nodes = 14, cores = 16, power-idle = "150 W", power-peak = "400 W" }
[center.green]
side = "west"
tier = "national-hub"
pue = 1.2
tariff = "0.40 CNY/kWh"
carbon = "140 g/kWh"
pool.cpu = { nodes = 10, cores = 16, power-idle = "150 W", power-peak = "400 W" }
[center.fast]
side = "central"
tier = "regional"
pue = 1.3
tariff = "0.55 CNY/kWh"
carbon = "500 g/kWh"
pool.cpu = { nodes = 3, cores = 16, speed = 2.0, power-idle = "150 W", power-peak = "500 W" }
[metro.city]
side = "east"
[link.city-dear]
between = ["city", "dear"]
latency = "1 ms"
bandwidth = "10 Gbps"
[link.dear-fast]
between = ["dear", "fast"]
latency = "6 ms"
bandwidth = "10 Gbps"
price = "0.05 CNY/GB"
[link.fast-cheap]
between = ["fast", "cheap"]
latency = "9 ms"
bandwidth = "5 Gbps"
price = "0.10 CNY/GB"
[link.fast-green]
between = ["fast", "green"]
latency = "12 ms"
bandwidth = "5 Gbps"
price = "0.08 CNY/GB"
[dataset.maps]
size = "200 GB"
at = ["green", "city"]
cache = "shared"
[workload.batch]
arrivals = { poisson = { rate = "60 / h", by-hour = "office" } }
origin = { city = 0.5, dear = 0.2, fast = 0.2, cheap = 0.1 }
cores = { uniform = { min = 1, max = 8 } }
runtime = { log-normal = { median = "40 min", sigma = 0.8, max = "8 h" } }
input = { log-normal = { median = "10 GB", sigma = 1.0, max = "200 GB" } }
output = "1 GB"
[workload.talk]
kind = "interactive"
arrivals = { poisson = { rate = "20 / h" } }
origin = { city = 0.7, fast = 0.3 }
cores = 2
runtime = { exponential = { mean = "10 min" } }
round-trip = "30 ms"
[workload.maps]
kind = "training"
arrivals = { poisson = { rate = "6 / h" } }
origin = { city = 1.0 }
cores = 16
runtime = { exponential = { mean = "2 h" } }
dataset = { maps = 1.0 }
"#;

/// A broker's parameters where it has one without a default.
fn parameters(name: &str) -> &'static str {
    if name == "fixed" { "{ center = \"cheap\" }" } else { "{}" }
}

#[test]
fn every_broker_runs_clean_and_unlike_every_other() {
    let names: Vec<String> = registry::catalog()
        .into_iter()
        .filter(|entry| entry.kind == "broker")
        .map(|entry| entry.name.to_owned())
        .collect();
    assert!(names.len() >= 13, "{names:?}");
    let mut text = CENTERS.to_owned();
    for name in &names {
        text.push_str(&format!(
            "[policy.{name}]\nbroker = {{ {name} = {} }}\nqueue = {{ easy = {{}} }}\n",
            parameters(name)
        ));
    }
    let scenario = load(&text);
    let mut placements: BTreeMap<Vec<Option<String>>, &str> = BTreeMap::new();
    for name in &names {
        let run = audited(&scenario, name, 3);
        let completed = run.jobs.iter().filter(|told| told.outcome == Outcome::Completed).count();
        assert!(run.jobs.len() > 1500, "{name}: {} jobs", run.jobs.len());
        assert!(completed * 2 > run.jobs.len(), "{name}: {completed} of {} completed", run.jobs.len());
        if let Some(other) = placements.insert(run.centers(&scenario), name) {
            panic!("{name} and {other} placed all jobs alike");
        }
    }
}
