//! Whole runs of a built-in scenario under its default stack, for so many days, with everything on that a user has: auditor, metrics, a timeline
//! of hours, and `jobs.csv` (written to nowhere) unless it is left out. Loading and pages are not counted.

use crate::cpu;
use eastwest::experiment::{Listeners, run_once};
use eastwest::observe::{Observer, Timeline};
use eastwest::report::{JobRecords, JobsCsv};
use eastwest::scenario::{self, Input};
use eastwest::sim::{Options, RunStats};
use eastwest::units::SimDuration;

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    pub(crate) stats: RunStats,
}

/// Runs a scenario for so many seconds of its time, with so many of its keys set.
pub(crate) fn run(name: &str, sets: &[&str], seconds: u64, records: JobRecords) -> Result<Outcome, String> {
    let mut sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    sets.push(format!("run.until=\"{seconds} s\""));
    if seconds <= 43_200 {
        sets.push("run.warm-up=\"0 s\"".to_owned());
    }
    let scenario =
        scenario::load(&Input::Embedded(name.to_owned()), &sets).map_err(|problems| problems.render(false))?;
    let stack = scenario.policy.clone().ok_or("no default stack")?;
    let before = cpu::seconds();
    let mut jobs = JobsCsv::new(std::io::sink(), scenario.platform.clone(), records);
    let mut timeline = Timeline::new(scenario.platform.clone(), SimDuration::HOUR);
    let mut sinks: Vec<&mut dyn Observer> = Vec::new();
    if records != JobRecords::None {
        sinks.push(&mut jobs);
    }
    let listeners = Listeners { timeline: Some(&mut timeline), sinks: &mut sinks, progress: None };
    let result = run_once(&scenario, &stack, &scenario.stacks[&stack], listeners, Options::default());
    let stats = result.map_err(|error| error.to_string())?.stats;
    Ok(Outcome { seconds: cpu::seconds() - before, stats })
}
