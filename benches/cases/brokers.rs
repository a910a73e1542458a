//! One broker over many centers: each job is placed by it, started on nodes and ended; nothing else listens.
//!
//! Centers are strung on 30 metros, which hang on one exchange; each has 4 nodes of 64 cores. Jobs come from all metros alike as one Poisson stream at
//! which 70 % of all cores are busy: 8, 16, 32 or 64 cores, exponential run times of mean 1 h, inputs of 1 GB. Tariffs, PUE and carbon differ from
//! center to center. Ties and chances are drawn from the scenario's seed.

use crate::cpu;
use eastwest::rng::Streams;
use eastwest::scenario::{self, Input};
use eastwest::sim::{self, Options};
use std::collections::BTreeMap;
use std::fmt::Write;

const METROS: usize = 30;

/// The scenario of so many centers and jobs under a broker.
fn text(centers: usize, jobs: u64, broker: &str) -> String {
    let mut text = format!(
        "format = 1\nname = \"brokers\"\n[exchange.ix]\n[policy.p]\nbroker = {{ {broker} = {{}} }}\nqueue = {{ easy = {{}} }}\n"
    );
    let mut origins = Vec::new();
    // Writing to a string cannot fail.
    for metro in 0..METROS {
        let latency = 1 + metro * 7 % 20;
        let _ = writeln!(
            text,
            "[metro.m{metro}]\n[link.m{metro}]\nbetween = [\"m{metro}\", \"ix\"]\nlatency = \"{latency} ms\"\nbandwidth = \"10 Tbps\""
        );
        origins.push(format!("m{metro} = 1"));
    }
    for center in 0..centers {
        let (metro, pue) = (center % METROS, 1.1 + (center * 13 % 50) as f64 / 100.0);
        let (tariff, carbon) = (0.3 + (center * 17 % 70) as f64 / 100.0, 200 + center * 29 % 600);
        let _ = writeln!(
            text,
            "[center.c{center}]\npue = {pue:.2}\ntariff = \"{tariff:.2} CNY/kWh\"\ncarbon = \"{carbon} g/kWh\"\npool.cpu = {{ nodes = 4, cores = 64, \
             power-idle = \"150 W\", power-peak = \"400 W\" }}\n[link.c{center}]\nbetween = [\"m{metro}\", \"c{center}\"]\nlatency = \"1 ms\"\nbandwidth = \
             \"100 Gbps\""
        );
    }
    // 256 cores a center, 30 cores a job, an hour each.
    let rate = 0.7 * 256.0 * centers as f64 / 30.0;
    let _ = writeln!(
        text,
        "[workload.w]\narrivals = {{ poisson = {{ rate = \"{rate} / h\" }} }}\ncount = {jobs}\norigin = {{ {} }}\ncores = {{ choice = {{ 8 = 1, 16 = 1, 32 = 1, 64 \
         = 1 }} }}\nruntime = {{ exponential = {{ mean = \"1 h\" }} }}\ninput = \"1 GB\"",
        origins.join(", ")
    );
    text
}

/// CPU seconds of a run.
pub(crate) fn run(centers: usize, jobs: u64, broker: &str) -> Result<f64, String> {
    let input =
        Input::Text { name: "brokers.toml".to_owned(), text: text(centers, jobs, broker), files: BTreeMap::new() };
    let scenario = scenario::load(&input, &[]).map_err(|problems| problems.render(false))?;
    let stack = scenario.stacks["p"].build(&scenario.platform, &Streams::new(scenario.run.seed, 0))?;
    let before = cpu::seconds();
    let stats = sim::run(&scenario, stack, &mut [], Options::default()).map_err(|error| error.to_string())?;
    if stats.jobs == jobs { Ok(cpu::seconds() - before) } else { Err(format!("{} of {jobs} jobs", stats.jobs)) }
}
