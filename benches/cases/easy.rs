//! Replays of a generated log: 512 processors at load 0.9, read as a file, scheduled, audited and written as `jobs.csv`, or
//! written to nowhere.
//!
//! Jobs are of 2^0 to 2^7 processors, run times log-uniform from 10 s to about 5.5 h and requests one to five times as long; the log is written to a
//! temporary file first, which is not counted.

use crate::cpu;
use eastwest::experiment::Listeners;
use eastwest::experiment::replay::{self, Backfill, ReplayPolicy};
use eastwest::observe::Observer;
use eastwest::policy::queue::{Estimate, OrderSpec};
use eastwest::report::{JobRecords, JobsCsv};
use eastwest::sim::Options;
use eastwest::workload::swf::SwfOptions;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

const PROCESSORS: u32 = 512;
const LOAD: f64 = 0.9;

/// A generator of numbers from 0 to 1 (SplitMix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Writes a log of so many jobs.
pub(crate) fn generate(path: &Path, jobs: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "; MaxProcs: {PROCESSORS}")?;
    let mut draws = Draws(1);
    // Means: 255 / 8 processors; (20,000 - 10) / ln(2000) s.
    let work = 255.0 / 8.0 * 19_990.0 / 2000f64.ln();
    let gap = work / (LOAD * f64::from(PROCESSORS));
    let mut submit = 0.0;
    for job in 1..=jobs {
        submit -= gap * (1.0 - draws.next()).ln();
        let size = 1u32 << (draws.next() * 8.0) as u32;
        let run = (10.0 * (2000f64.ln() * draws.next()).exp()) as u64;
        let request = (run as f64 * (1.0 + 4.0 * draws.next())) as u64;
        let user = (draws.next() * 200.0) as u32;
        writeln!(out, "{job} {} -1 {run} {size} -1 -1 {size} {request} -1 1 {user} 1 -1 1 -1 -1 -1", submit as u64)?;
    }
    out.flush()
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    pub(crate) wait_mean_s: Option<f64>,
}

/// Replays a generated log of so many jobs, and writes its `jobs.csv` or nothing.
pub(crate) fn run(backfill: Backfill, jobs: u64, written: bool) -> Result<Outcome, String> {
    let directory = std::env::temp_dir();
    let log = directory.join(format!("eastwest-bench-{}-{jobs}.swf", std::process::id()));
    let rows = directory.join(format!("eastwest-bench-{}-jobs.csv", std::process::id()));
    let failed = |error: std::io::Error| error.to_string();
    generate(&log, jobs).map_err(failed)?;
    let before = cpu::seconds();
    let read = replay::read_swf(File::open(&log).map_err(failed)?, &SwfOptions::default())?;
    let scenario = replay::machine("bench", PROCESSORS, false, &read.users, false)?;
    let out = BufWriter::new(File::create(&rows).map_err(failed)?);
    let mut csv = JobsCsv::new(out, scenario.platform.clone(), JobRecords::All);
    let policy = ReplayPolicy::new(OrderSpec::default(), backfill, Estimate::Requested);
    let mut sinks: Vec<&mut dyn Observer> = Vec::new();
    if written {
        sinks.push(&mut csv);
    }
    let result = replay::replay(&scenario, read, &policy, Listeners::of(&mut sinks), Options::default());
    let result = result.map_err(|error| error.to_string())?;
    csv.finish().map_err(failed)?;
    let seconds = cpu::seconds() - before;
    for path in [log, rows] {
        std::fs::remove_file(path).map_err(failed)?;
    }
    Ok(Outcome { seconds, wait_mean_s: result.summary.wait_mean_s })
}
