//! Services worked by hand, through the command line: who serves whom, what it costs, and what jobs get.

use crate::support::{self, Scratch, Table, eastwest, json, run_into};

/// A metro, one node of 4 cores 1 ms away, three of them 10 ms away; a replica takes a core and serves 10 requests a second.
const WORLD: &str = r#"
format = 1
name = "services"
[run]
until = "HOURS h"
[center.near]
pue = 1.5
tariff = "1 CNY/kWh"
carbon = "100 g/kWh"
pool.cpu = { nodes = 1, cores = 4, power-idle = "100 W", power-peak = "300 W" }
[center.far]
tariff = "0.5 CNY/kWh"
carbon = "500 g/kWh"
pool.cpu = { nodes = 3, cores = 4, power-idle = "100 W", power-peak = "300 W" }
[metro.city]
[link.near]
between = ["city", "near"]
latency = "1 ms"
bandwidth = "10 Gbps"
[link.far]
between = ["city", "far"]
latency = "10 ms"
bandwidth = "10 Gbps"
[service.web]
rate = RATE
origin = { city = 1 }
replica = { cores = 1, capacity = "10 / s" }
network-bound = "BOUND"
MORE
[policy.only]
broker = { nearest = {} }
"#;

struct Files {
    _scratch: Scratch,
    jobs: Table,
    services: Table,
    summary: serde_json::Value,
}

fn text(hours: u32, rate: &str, bound: &str, more: &str) -> String {
    let filled = WORLD.replace("HOURS", &hours.to_string()).replace("RATE", rate);
    filled.replace("BOUND", bound).replace("MORE", more)
}

fn run(hours: u32, rate: &str, bound: &str, more: &str) -> Files {
    let scratch = Scratch::new();
    let scenario = scratch.write("services.toml", text(hours, rate, bound, more));
    let out = scratch.path("out");
    run_into(&scenario, &out, &["--quiet"]).expect(0);
    // The effective scenario gives the same again.
    let again = scratch.path("again");
    run_into(&out.join("scenario.toml"), &again, &["--quiet"]).expect(0);
    support::same_contents(&out, &again);
    Files {
        jobs: Table::read(&out.join("jobs.csv")),
        services: Table::read(&out.join("services.csv")),
        summary: json(&out.join("summary.json")),
        _scratch: scratch,
    }
}

#[track_caller]
fn near(is: f64, should: f64) {
    support::near(is, should, "figure");
}

impl Files {
    #[track_caller]
    fn service(&self, figures: &[(&str, f64)]) {
        for (key, value) in figures {
            support::near(self.summary["services"][0][key].as_f64().expect(key), *value, key);
        }
    }
}

/// 100 requests a second for an hour: near has room for 4 replicas, which serve 40 in 2 ms there and back; 6 far away, on two
/// nodes, serve 60 in 20 ms, which is late.
#[test]
fn what_is_near_is_served_in_time_and_the_rest_late() {
    let files = run(1, r#"{ mean = "100 / s" }"#, "10 ms", "");
    files.service(&[
        ("requests", 360_000.0),
        ("served", 360_000.0),
        ("served_share", 1.0),
        ("in_time_share", 0.4),
        ("round_trip_mean_s", 0.4 * 0.002 + 0.6 * 0.020),
        ("round_trip_p95_s", 0.020),
        ("round_trip_max_s", 0.020),
        ("replicas_mean", 10.0),
        ("replicas_peak", 10.0),
        ("nodes_mean", 3.0),
        ("replica_utilization", 1.0),
        // 10 of 16 cores.
        ("utilization", 0.625),
        ("used_h", 10.0),
        // A node at its peak of 300 W x 1.5, and one and a half of them: 0.45 kWh each; 0.45 CNY and 0.225 CNY; 45 g and 225 g.
        ("caused_energy_kwh", 0.9),
        ("caused_energy_cost_cny", 0.675),
        ("caused_carbon_kg", 0.27),
    ]);
    // Near: (100 + 200) W x 1.5. Far: (3 x 100 + 1.5 x 200) W.
    near(files.summary["energy_kwh"].as_f64().expect("energy"), 0.45 + 0.6);
    near(files.summary["utilization"].as_f64().expect("utilization"), 0.625);
    assert_eq!(files.services.cells("center"), ["far", "near"]);
    assert_eq!(files.services.cells("served"), ["216000.0", "144000.0"]);
    assert_eq!(files.services.cells("in_time_share"), ["0.0", "1.0"]);
    assert_eq!(files.services.cells("replicas_peak"), ["6", "4"]);
}

#[test]
fn a_strict_service_refuses_what_would_be_late() {
    let files = run(1, r#"{ mean = "100 / s" }"#, "10 ms", "strict = true");
    files.service(&[("served_share", 0.4), ("in_time_share", 0.4), ("unserved_no_room", 216_000.0)]);
    // Nobody is within 1 ms there and back.
    let files = run(1, r#"{ mean = "100 / s" }"#, "1 ms", "strict = true");
    files.service(&[("served_share", 0.0), ("unserved_out_of_reach", 360_000.0), ("replicas_peak", 0.0)]);
    // Half of a pool's open nodes: none of one, one of three.
    let files = run(1, r#"{ mean = "100 / s" }"#, "20 ms", "share-max = 0.5");
    files.service(&[
        ("served_share", 0.4),
        ("in_time_share", 0.4),
        ("unserved_no_room", 216_000.0),
        ("nodes_mean", 1.0),
    ]);
}

/// Within 20 ms both centers do: the cheaper is the far one at 0.5 CNY/kWh (near: 1.5 x 1), the cleaner the near one.
#[test]
fn placement_within_the_bound_is_a_choice() {
    let near_share = |placement: &str| {
        let more = format!("placement = \"{placement}\"");
        let files = run(1, r#"{ mean = "40 / s" }"#, "20 ms", &more);
        files.service(&[("in_time_share", 1.0), ("replicas_mean", 4.0)]);
        files.services.cells("center").join(" ")
    };
    assert_eq!(near_share("nearest"), "near");
    assert_eq!(near_share("cheapest"), "far");
    assert_eq!(near_share("lowest-carbon"), "near");
}

const SECOND_HOUR: &str = r#"{ by-hour = { hours = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }, peak = "40 / s" }"#;
const JOBS: &str = r#"
[[job]]
id = "first"
submit = "0 s"
origin = "city"
cores = 4
runtime = "90 min"
regions = ["near"]
[[job]]
id = "second"
submit = "70 min"
origin = "city"
cores = 4
runtime = "1 h"
regions = ["near"]
"#;

/// 40 requests a second in the second hour only. The one near node is wholly held by a job until 1.5 h; no job is driven away. Until then
/// replicas far away serve late, from then on 4 near ones in time. A second job gets the node when the service has gone, at 2 h.
#[test]
fn replicas_wait_for_nodes_and_jobs_for_replicas() {
    let files = run(3, SECOND_HOUR, "10 ms", JOBS);
    files.service(&[("requests", 144_000.0), ("served_share", 1.0), ("in_time_share", 0.5)]);
    assert_eq!(files.jobs.cells("start_s"), ["0", "7200"]);
    // A strict one has nobody else meanwhile.
    let files = run(3, SECOND_HOUR, "10 ms", &format!("strict = true\n{JOBS}"));
    files.service(&[
        ("requests", 144_000.0),
        ("in_time_share", 0.5),
        ("unserved_nodes_busy", 72_000.0),
        ("unserved_no_room", 0.0),
        ("replicas_peak", 4.0),
        // Half an hour of three.
        ("replicas_mean", 4.0 / 6.0),
    ]);
}

/// Two of the three far nodes go at 30 min; near is too far for the users of a link that is down.
#[test]
fn nodes_and_links_that_go_are_followed() {
    let more = "[[event]]\nat = \"30 min\"\nremove = { center = \"far\", pool = \"cpu\", nodes = 2 }\n";
    let files = run(1, r#"{ mean = "100 / s" }"#, "10 ms", more);
    // 100 a second, then 40 + 40.
    files.service(&[("served_share", 0.9), ("unserved_no_room", 36_000.0)]);
    let more = "[[event]]\nat = \"30 min\"\ndown = { link = \"near\" }\n";
    let files = run(1, r#"{ mean = "40 / s" }"#, "10 ms", more);
    files.service(&[("served_share", 1.0), ("in_time_share", 0.5), ("round_trip_mean_s", 0.011)]);
}

/// Of two services the one of larger priority takes the near node.
#[test]
fn priorities_hold_between_services() {
    let other = "priority = -1\n[service.first]\nrate = { mean = \"40 / s\" }\norigin = { city = 1 }\nreplica = { cores = 1, capacity = \"10 / s\" }\n";
    let files = run(1, r#"{ mean = "40 / s" }"#, "10 ms", other);
    let services = &files.summary["services"];
    assert_eq!((&services[0]["service"], &services[1]["service"]), (&"first".into(), &"web".into()));
    near(services[0]["round_trip_mean_s"].as_f64().expect("first"), 0.002);
    near(services[1]["round_trip_mean_s"].as_f64().expect("web"), 0.020);
    near(files.summary["requests"].as_f64().expect("both"), 288_000.0);
    near(files.summary["in_time_share"].as_f64().expect("both"), 0.5);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let scratch = Scratch::new();
    let ok = text(1, r#"{ mean = "100 / s" }"#, "10 ms", "");
    for (from, to, words) in [
        ("until = \"1 h\"", "", &["a service never ends, so the run needs an end", "until = \"7 d\""][..]),
        ("mean = \"100 / s\"", "", &["service \"web\" needs the rate at its peak or its mean"]),
        ("mean =", "peak = \"1 / s\", mean =", &["not both"]),
        ("mean =", "men =", &["unknown key `men`", "did you mean `mean`"]),
        ("{ city = 1 }", "{ citty = 1 }", &["unknown center or metro \"citty\"", "did you mean \"city\""]),
        ("cores = 1, capacity", "cores = 5, capacity", &["no pool where its replicas may run holds one", "5 cores"]),
        (
            "cores = 1, capacity",
            "accelerators = { kind = \"x\", count = 1 }, capacity",
            &["unknown kind of accelerator"],
        ),
        ("capacity = \"10 / s\"", "capacity = \"0 / s\"", &["a rate must be from"]),
        ("network-bound = \"10 ms\"", "share-max = 2", &["`share-max` must be from 0 to 1"]),
        ("network-bound = \"10 ms\"", "strict = true", &["needs a `network-bound`"]),
        ("network-bound = \"10 ms\"", "placement = \"nearst\"", &["nearst", "nearest"]),
    ] {
        assert!(ok.contains(from), "{from}");
        let file = scratch.write("wrong.toml", ok.replacen(from, to, 1));
        let ran = eastwest(&["validate".as_ref(), file.as_os_str()]).expect(3).says(&["wrong.toml:"]);
        ran.says(words);
    }
    let file = scratch.write("far.toml", ok.replace("10 ms\"\n\n", "1 ms\"\n"));
    let far = ok.replace("network-bound = \"10 ms\"", "network-bound = \"1 ms\"");
    std::fs::write(&file, far).expect("writes");
    eastwest(&["validate".as_ref(), file.as_os_str()]).expect(0).says(&[
        "100.0 % of its requests can only be served late",
        "within 1 ms of city",
        "2 ms there and back",
    ]);
}
