//! What EASY costs where jobs share nodes: jobs of one task of 1 to 16 cores on 512 nodes of 16 cores, beside jobs of 1 to 16 tasks of one core on
//! 8,192 nodes of one core: `cargo bench --bench shared [-- JOBS]`, 200,000 without a number.
//!
//! Load 0.9. Both have the same submissions, run times and requests; sizes have the same distribution, but are drawn by the name of the key. Where
//! nodes are of one core, sums say what fits; where they are shared, each reservation looks at nodes. CPU seconds are those of the thread, of the
//! run alone: loading and reports are left out.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "measure/cpu.rs"]
mod cpu;

use eastwest::observe::{Observer, Record, Violation};
use eastwest::rng::Streams;
use eastwest::scenario::{self, Input, Scenario};
use eastwest::sim::{self, Options};
use eastwest::units::SimTime;
use std::collections::BTreeMap;

/// Nodes, their cores, and what a job asks for.
const CASES: [(&str, &str, &str); 2] =
    [("one-core nodes", "nodes = 8192, cores = 1", "tasks"), ("shared nodes", "nodes = 512, cores = 16", "cores")];

/// Each size from 1 to 16 with the same chance: 8.5 on average. Run times are 30 min x e^(0.5) = 2,968 s on average.
fn scenario(nodes: &str, sized: &str, jobs: u64) -> Result<Scenario, String> {
    let sizes: Vec<String> = (1..=16).map(|size| format!("{size} = 1")).collect();
    let rate = 0.9 * 8192.0 / (8.5 * 1800.0 * 0.5_f64.exp());
    let text = format!(
        r#"
format = 1
name = "shared"
[center.here]
pool.cpu = {{ {nodes} }}
[workload.w]
arrivals = {{ poisson = {{ rate = "{rate} / s" }} }}
count = {jobs}
origin = {{ here = 1.0 }}
{sized} = {{ choice = {{ {} }} }}
runtime = {{ log-normal = {{ median = "30 min", sigma = 1.0 }} }}
requested = {{ factor = {{ uniform = {{ min = 1.0, max = 5.0 }} }} }}
[policy.p]
broker = {{ fixed = {{ center = "here" }} }}
queue = {{ easy = {{}} }}
"#,
        sizes.join(", ")
    );
    let input = Input::Text { name: "shared.toml".to_owned(), text, files: BTreeMap::new() };
    scenario::load(&input, &[]).map_err(|problems| problems.render(false))
}

/// Sums waits.
#[derive(Default)]
struct Waits {
    count: u64,
    nanos: u128,
}

impl Observer for Waits {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        if let Record::Started { job, .. } = record {
            self.count += 1;
            self.nanos += u128::from(now.since(job.request.submit).0);
        }
        Ok(())
    }
}

/// CPU seconds and mean wait in seconds.
fn run(scenario: &Scenario) -> Result<(f64, f64), String> {
    let stack = scenario.stacks["p"].build(&scenario.platform, &Streams::new(1, 0))?;
    let mut waits = Waits::default();
    let before = cpu::seconds();
    sim::run(scenario, stack, &mut [&mut waits], Options::default()).map_err(|error| error.to_string())?;
    Ok((cpu::seconds() - before, waits.nanos as f64 / waits.count as f64 / 1e9))
}

fn main() -> Result<(), String> {
    let jobs = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(200_000);
    println!("{:<16}{:>10}{:>10}{:>10}{:>14}", "nodes", "jobs", "CPU s", "us a job", "mean wait s");
    for (name, nodes, sized) in CASES {
        let (seconds, wait) = run(&scenario(nodes, sized, jobs)?)?;
        println!("{name:<16}{jobs:>10}{seconds:>10.2}{:>10.2}{wait:>14.1}", seconds / jobs as f64 * 1e6);
    }
    Ok(())
}
