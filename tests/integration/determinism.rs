//! Same input, same bytes: whatever runs beside, in whatever order the tables stand.

use crate::support::{Scratch, Table, contents, eastwest, run_into, same_contents};
use std::fs;
use std::path::Path;

/// Two classes, three centers, outputs, datasets, tenants, noise in every distribution.
const TABLES: &[&str] = &[
    r#"[run]
until = "2 d"
warm-up = "6 h"
seed = 11
"#,
    r#"[center.east]
side = "east"
pue = 1.5
tariff = { flat = "0.6 CNY/kWh", peak = "1.1 CNY/kWh", valley = "0.3 CNY/kWh", peak-hours = ["9-12", "17-22"], valley-hours = ["0-8"] }
carbon = "550 g/kWh"
pool.cpu = { nodes = 12, cores = 16, memory = "64 GiB", power-idle = "150 W", power-peak = "400 W" }
"#,
    r#"[center.west]
side = "west"
pue = 1.2
tariff = "0.35 CNY/kWh"
carbon = { grid = "600 g/kWh", green-share = 0.5 }
storage = { space = "400 TB", filled = "100 TB" }
pool.cpu = { nodes = 20, cores = 16, memory = "64 GiB", power-idle = "150 W", power-peak = "400 W", closed-share = 0.25, closed-load = 0.5 }
pool.ai = { nodes = 6, cores = 32, accelerators = { kind = "card", count = 8 }, power-idle = "1 kW", power-peak = "5 kW" }
"#,
    r#"[center.south]
side = "east"
pue = 1.3
tariff = "0.7 CNY/kWh"
carbon = "400 g/kWh"
pool.cpu = { nodes = 4, cores = 8, power-idle = "100 W", power-peak = "300 W" }
"#,
    "[metro.city]\nside = \"east\"\n",
    "[exchange.ix]\n",
    "[link.city-ix]\nbetween = [\"city\", \"ix\"]\nlatency = \"1 ms\"\nbandwidth = \"10 Gbps\"\n",
    "[link.east-ix]\nbetween = [\"ix\", \"east\"]\nlatency = \"2 ms\"\nbandwidth = \"10 Gbps\"\nprice = \"0.05 CNY/GB\"\n",
    "[link.south-ix]\nbetween = [\"south\", \"ix\"]\nlatency = \"5 ms\"\nbandwidth = \"4 Gbps\"\nprice = \"0.05 CNY/GB\"\n",
    "[link.west-ix]\nbetween = [\"ix\", \"west\"]\nlatency = \"12 ms\"\nbandwidth = \"5 Gbps\"\nprice = \"0.10 CNY/GB\"\nbackground = 0.2\n",
    "[dataset.archive]\nsize = \"2 TB\"\nat = [\"east\"]\ncache = \"shared\"\n",
    "[tenants.firms]\ncount = 20\nshare = { zipf = { exponent = 1.1 } }\n",
    r#"[workload.batch]
tenants = "firms"
arrivals = { poisson = { rate = "40 / h", by-hour = "office", by-day = "week" } }
origin = { city = 0.6, east = 0.3, south = 0.1 }
tasks = { choice = { 1 = 0.6, 2 = 0.3, 4 = 0.1 } }
cores = { uniform = { min = 1, max = 4 } }
memory = "2 GiB"
runtime = { log-normal = { median = "40 min", sigma = 1.0, max = "12 h" } }
requested = { factor = { uniform = { min = 1.0, max = 3.0 } } }
input = { log-normal = { median = "20 GB", sigma = 1.0 } }
output = "5 GB"
deadline = { after-submit = "8 h" }
regions = ["east", "west", "south"]
"#,
    r#"[workload.training]
kind = "training"
arrivals = { bursts = { rate = "1 / h", size = { uniform = { min = 1, max = 4 } } } }
origin = { city = 1.0 }
accelerators = { kind = "card", per-task = { choice = { "0.5" = 0.3, 1 = 0.4, 8 = 0.3 } } }
runtime = { weibull = { scale = "3 h", shape = 0.8, max = "1 d" } }
dataset = { archive = 1.0 }
output = "1 GB"
regions = ["east", "west", "south"]
"#,
    r#"[policy.cheap]
broker = { cheapest = {} }
queue = { easy = { order = { fair-share = {} } } }
packing = { best-fit = {} }
"#,
    r#"[policy.chance]
broker = { random = {} }
packing = { random = {} }
"#,
    r#"[policy.soonest]
broker = { earliest-completion = {} }
queue = { easy = { backfill-order = { sjf = {} } } }
"#,
];

fn text(tables: &[&str]) -> String {
    format!("format = 1\nname = \"mixed\"\n{}", tables.join(""))
}

const STACKS: [&str; 3] = ["cheap", "chance", "soonest"];

#[test]
fn the_same_run_twice_writes_the_same_bytes() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", text(TABLES));
    for stack in STACKS {
        let [one, other] = ["one", "other"].map(|name| scratch.path(&format!("{stack}-{name}")));
        for out in [&one, &other] {
            run_into(&file, out, &["--policy", stack]).expect(0);
        }
        same_contents(&one, &other);
        let rows = Table::read(&one.join("jobs.csv")).rows.len();
        assert!(rows > 1000, "{rows} jobs");
        // Another seed draws other jobs.
        run_into(&file, &other, &["--policy", stack, "--seed", "12"]).expect(0);
        assert_ne!(contents(&one)["jobs.csv"], contents(&other)["jobs.csv"]);
    }
}

#[test]
fn the_effective_scenario_gives_the_same_bytes() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", text(TABLES));
    let [one, other] = ["one", "other"].map(|name| scratch.path(name));
    run_into(&file, &one, &["--policy", "cheap", "--set", "center.west.pue=1.25", "--seed", "5"]).expect(0);
    let effective = one.join("scenario.toml");
    let policy: &[&str] = &["--policy", "cheap"];
    // The seed of the command line is part of the effective scenario, or else has to be given again.
    let again: &[&str] = if fs::read_to_string(&effective).expect("reads").contains("seed = 5") {
        policy
    } else {
        &["--policy", "cheap", "--seed", "5"]
    };
    run_into(&effective, &other, again).expect(0);
    same_contents(&one, &other);
}

#[test]
fn threads_change_no_byte_of_a_comparison() {
    let scratch = Scratch::new();
    let file = scratch.write("s.toml", text(TABLES).replace("\"2 d\"", "\"12 h\"").replace("\"6 h\"", "\"1 h\""));
    let compare = |threads: &str| {
        let out = scratch.path(threads);
        let words: [&std::ffi::OsStr; 8] = [
            "compare".as_ref(),
            file.as_os_str(),
            "--replications".as_ref(),
            "3".as_ref(),
            "--threads".as_ref(),
            threads.as_ref(),
            "--out".as_ref(),
            out.as_os_str(),
        ];
        let ran = eastwest(&words).expect(0);
        (out, ran.stdout)
    };
    let ((one, table_one), (two, table_two)) = (compare("1"), compare("2"));
    same_contents(&one, &two);
    let paths = |table: String| table.replace(&*one.to_string_lossy(), "OUT").replace(&*two.to_string_lossy(), "OUT");
    assert_eq!(paths(table_one), paths(table_two));
}

#[test]
fn the_order_of_tables_changes_nothing() {
    let scratch = Scratch::new();
    let mut reversed = TABLES.to_vec();
    reversed.reverse();
    let [file, turned] =
        [("s.toml", text(TABLES)), ("t.toml", text(&reversed))].map(|(name, text)| scratch.write(name, text));
    for stack in STACKS {
        let [one, other] = ["one", "other"].map(|name| scratch.path(&format!("{stack}-{name}")));
        run_into(&file, &one, &["--policy", stack]).expect(0);
        run_into(&turned, &other, &["--policy", stack]).expect(0);
        for name in ["jobs.csv", "centers.csv", "links.csv", "timeline.csv", "summary.json"] {
            let same = fs::read(one.join(name)).expect("reads") == fs::read(other.join(name)).expect("reads");
            assert!(same, "{name} of {stack} differs");
        }
    }
}

#[test]
fn a_center_that_the_filters_exclude_changes_no_job() {
    let scratch = Scratch::new();
    // Its name stands before all others, so that every id moves.
    let unused = "[center.aaa]\nside = \"central\"\npool.cpu = { nodes = 500, cores = 64 }\npool.ai = { nodes = 9, cores = 8, accelerators = { kind = \
                  \"card\", count = 8 } }\n[link.aaa]\nbetween = [\"aaa\", \"ix\"]\nlatency = \"1 ms\"\nbandwidth = \"100 Gbps\"\n";
    // Regions name centers here; the side "east" would be ambiguous with the center of that name.
    let restrict = |text: String| text;
    let file = scratch.write("s.toml", restrict(text(TABLES)));
    let larger = scratch.write("t.toml", restrict(text(TABLES) + unused));
    for stack in STACKS {
        let rows = |file: &Path, name: &str| {
            let out = scratch.path(&format!("{stack}-{name}"));
            run_into(file, &out, &["--policy", stack]).expect(0);
            fs::read_to_string(out.join("jobs.csv")).expect("jobs.csv")
        };
        let (without, with) = (rows(&file, "without"), rows(&larger, "with"));
        let different = without.lines().zip(with.lines()).find(|(a, b)| a != b);
        assert_eq!(different, None, "first different row under {stack}");
        assert_eq!(without.len(), with.len());
    }
}
