//! `manifest.json`: what made a directory of results, and how it went. The only file that differs between equal runs.

use super::machine;
use eastwest::sim::RunStats;
use serde::Serialize;
use std::time::Instant;

/// What says that a directory is ours; a new number when a reader of the old form would be misled.
pub(crate) const FORMAT: &str = "eastwest-results/1";

/// The file's name.
pub(crate) const MANIFEST: &str = "manifest.json";

/// How far the run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// Under way, or ended without a chance to say so.
    Running,
    /// Whole.
    Complete,
    /// Interrupted from outside.
    Interrupted,
    /// Ended by an error.
    Failed,
}

/// The file's content.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Manifest {
    pub(crate) format: &'static str,
    pub(crate) version: &'static str,
    pub(crate) state: State,
    /// Why it did not become complete.
    pub(crate) error: Option<String>,
    pub(crate) command_line: Vec<String>,
    pub(crate) scenario: String,
    pub(crate) scenario_hash: String,
    pub(crate) stacks: Vec<String>,
    pub(crate) seed: u64,
    pub(crate) replications: u64,
    pub(crate) threads: usize,
    pub(crate) started: String,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) memory_peak_bytes: Option<u64>,
    pub(crate) counters: Option<Counters>,
    pub(crate) files: Vec<String>,
    #[serde(skip)]
    since: Instant,
}

/// What was done, over all runs of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub(crate) struct Counters {
    runs: u64,
    events: u64,
    rounds: u64,
    jobs: u64,
    flows: u64,
    jobs_peak: u64,
    flows_peak: u64,
    flow_seconds: u64,
    events_per_s: f64,
    jobs_per_s: f64,
}

impl Counters {
    /// Those of one run.
    pub(crate) fn of(stats: &RunStats) -> Self {
        let mut counters = Self::default();
        counters.add(stats);
        counters
    }

    /// Takes in one run.
    pub(crate) fn add(&mut self, stats: &RunStats) {
        self.runs += 1;
        self.events += stats.events;
        self.rounds += stats.rounds;
        self.jobs += stats.jobs;
        self.flows += stats.flows;
        self.jobs_peak = self.jobs_peak.max(stats.jobs_peak);
        self.flows_peak = self.flows_peak.max(stats.flows_peak);
        self.flow_seconds += stats.flow_seconds;
    }
}

impl Manifest {
    /// A manifest of something that begins now.
    pub(crate) fn begin(scenario: &str, scenario_hash: &str, stacks: Vec<String>, seed: u64) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            state: State::Running,
            error: None,
            command_line: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            scenario: scenario.to_owned(),
            scenario_hash: scenario_hash.to_owned(),
            stacks,
            seed,
            replications: 1,
            threads: 1,
            started: machine::date(),
            wall_s: 0.0,
            cpu_s: None,
            memory_peak_bytes: None,
            counters: None,
            files: Vec::new(),
            since: machine::now(),
        }
    }

    /// Takes the end's measures.
    pub(crate) fn end(&mut self, state: State, error: Option<String>, counters: Option<Counters>) {
        self.state = state;
        self.error = error;
        self.wall_s = self.since.elapsed().as_secs_f64();
        self.cpu_s = machine::cpu_seconds();
        self.memory_peak_bytes = machine::memory_peak_bytes();
        self.counters = counters.map(|counters| Counters {
            events_per_s: counters.events as f64 / self.wall_s.max(1e-9),
            jobs_per_s: counters.jobs as f64 / self.wall_s.max(1e-9),
            ..counters
        });
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        // A struct of strings and numbers always has a JSON form.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
