//! Mean waits of M/M/c and M/D/1 from a scenario's text against their formulas: `cargo bench --bench queues [-- SEEDS JOBS]`.
//!
//! One center with `c` one-core nodes, fcfs without backfilling, Poisson arrivals, service of mean 1 s. For each case 20 seeds of a
//! million jobs each; the pooled mean wait is put beside the formula of Erlang (C) or of Pollaczek and Khinchine. Every run starts
//! empty, and jobs of the first tenth are left out. The interval is that of the seeds' means (Student, 95 %).
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use eastwest::experiment::estimate;
use eastwest::observe::{Observer, Record, Violation};
use eastwest::rng::Streams;
use eastwest::scenario::{self, Input, Scenario};
use eastwest::sim::{self, Options};
use eastwest::units::SimTime;
use std::collections::BTreeMap;

struct Case {
    name: &'static str,
    servers: u32,
    load: f64,
    runtime: &'static str,
    exponential: bool,
}

const EXPONENTIAL: &str = r#"{ exponential = { mean = "1 s" } }"#;

const CASES: [Case; 8] = [
    Case { name: "M/M/1", servers: 1, load: 0.5, runtime: EXPONENTIAL, exponential: true },
    Case { name: "M/M/1", servers: 1, load: 0.8, runtime: EXPONENTIAL, exponential: true },
    Case { name: "M/M/2", servers: 2, load: 0.8, runtime: EXPONENTIAL, exponential: true },
    Case { name: "M/M/4", servers: 4, load: 0.9, runtime: EXPONENTIAL, exponential: true },
    Case { name: "M/M/10", servers: 10, load: 0.9, runtime: EXPONENTIAL, exponential: true },
    Case { name: "M/M/32", servers: 32, load: 0.95, runtime: EXPONENTIAL, exponential: true },
    Case { name: "M/D/1", servers: 1, load: 0.5, runtime: "\"1 s\"", exponential: false },
    Case { name: "M/D/1", servers: 1, load: 0.8, runtime: "\"1 s\"", exponential: false },
];

impl Case {
    /// Mean wait in seconds at service of mean 1 s.
    fn formula(&self) -> f64 {
        let (c, rho) = (f64::from(self.servers), self.load);
        if !self.exponential {
            return rho / (2.0 * (1.0 - rho));
        }
        // The probability of waiting from the recursion of the loss formula: B(k) = a B(k-1) / (k + a B(k-1)).
        let a = c * rho;
        let loss = (1..=self.servers).fold(1.0, |b, k| a * b / (f64::from(k) + a * b));
        let wait = loss / (1.0 - rho * (1.0 - loss));
        wait / (c - a)
    }

    fn scenario(&self, jobs: u64) -> Result<Scenario, String> {
        let text = format!(
            r#"
format = 1
name = "queue"
[center.here]
pool.cpu = {{ nodes = {servers}, cores = 1 }}
[workload.w]
arrivals = {{ poisson = {{ rate = "{rate} / s" }} }}
count = {jobs}
origin = {{ here = 1.0 }}
runtime = {runtime}
[policy.p]
broker = {{ fixed = {{ center = "here" }} }}
"#,
            servers = self.servers,
            rate = f64::from(self.servers) * self.load,
            runtime = self.runtime
        );
        let input = Input::Text { name: "queue.toml".to_owned(), text, files: BTreeMap::new() };
        scenario::load(&input, &[]).map_err(|problems| problems.render(false))
    }
}

/// Sums waits after the first tenth of the jobs.
struct Waits {
    skip: u64,
    count: u64,
    nanos: u128,
}

impl Observer for Waits {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        if let Record::Started { job, .. } = record
            && job.request.number.0 >= self.skip
        {
            self.count += 1;
            self.nanos += u128::from(now.since(job.request.submit).0);
        }
        Ok(())
    }
}

fn mean_wait(scenario: &Scenario, seed: u64, jobs: u64) -> Result<f64, String> {
    let streams = Streams::new(seed, 0);
    let stack = scenario.stacks["p"].build(&scenario.platform, &streams)?;
    let mut waits = Waits { skip: jobs / 10, count: 0, nanos: 0 };
    let options = Options { seed: Some(seed), ..Options::default() };
    sim::run(scenario, stack, &mut [&mut waits], options).map_err(|error| error.to_string())?;
    Ok(waits.nanos as f64 / waits.count as f64 / 1e9)
}

fn main() -> Result<(), String> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let (seeds, jobs) = (numbers.next().unwrap_or(20), numbers.next().unwrap_or(1_000_000));
    println!("{seeds} seeds of {jobs} jobs each; waits in seconds");
    println!("{:<8}{:>8}{:>12}{:>12}{:>12}{:>10}", "queue", "load", "formula", "mean", "+- 95 %", "off by");
    for case in &CASES {
        let scenario = case.scenario(jobs)?;
        let means: Vec<f64> = (1..=seeds).map(|seed| mean_wait(&scenario, seed, jobs)).collect::<Result<_, _>>()?;
        let mean = means.iter().sum::<f64>() / seeds as f64;
        let half = estimate(&means).and_then(|estimated| estimated.half_width);
        let half = half.map_or_else(String::new, |half| format!("{half:.6}"));
        let formula = case.formula();
        let off = (mean / formula - 1.0) * 100.0;
        println!("{:<8}{:>8}{formula:>12.6}{mean:>12.6}{half:>12}{off:>9.2} %", case.name, case.load);
    }
    Ok(())
}
