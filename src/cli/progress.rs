//! How far the runs are: a bar on a terminal, lines elsewhere when asked for.

use super::arguments::{Global, When};
use super::{machine, terminal};
use eastwest::scenario::Scenario;
use eastwest::sim::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lines come this often.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Steps of the bar.
const STEPS: u64 = 1000;

/// How progress is shown.
enum Look {
    Hidden,
    Bar(ProgressBar),
    Lines(Global),
}

/// Progress of one run or of many at the same time.
pub(crate) struct Meter {
    look: Look,
    begun: Instant,
    runs: u64,
    extent: Extent,
    state: Mutex<State>,
}

/// What tells how far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Simulated nanoseconds.
    Until(u64),
    /// Jobs whose number is known.
    Jobs(u64),
    /// Nothing.
    Unknown,
}

struct State {
    running: BTreeMap<usize, Progress>,
    /// Runs that are done, and their events and jobs.
    done: (u64, u64, u64),
    said: Instant,
}

impl Meter {
    /// A meter for some runs of a scenario.
    pub(crate) fn new(global: &Global, scenario: &Scenario, runs: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let look = match (global.progress, global.quiet) {
            (When::Never, _) | (When::Auto, true) => Look::Hidden,
            (_, _) if terminal => Look::Bar(bar()),
            (When::Always, _) => Look::Lines(Global { quiet: false, ..global.clone() }),
            (When::Auto, false) => Look::Hidden,
        };
        let extent = match scenario.run.until {
            Some(until) if until.0 > 0 => Extent::Until(until.0),
            _ if scenario.classes.is_empty() => {
                Extent::Jobs(scenario.jobs.len() as u64 + scenario.logs.iter().map(|log| log.jobs).sum::<u64>())
            }
            _ => Extent::Unknown,
        };
        let now = machine::now();
        let state = Mutex::new(State { running: BTreeMap::new(), done: (0, 0, 0), said: now });
        Self { look, begun: now, runs, extent, state }
    }

    /// A run has come so far.
    pub(crate) fn update(&self, run: usize, progress: &Progress) {
        if matches!(self.look, Look::Hidden) {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.running.insert(run, *progress);
        self.show(&mut state);
    }

    /// A run is over.
    pub(crate) fn done(&self, run: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let last = state.running.remove(&run).unwrap_or_default();
        let (runs, events, jobs) = state.done;
        state.done = (runs + 1, events + last.events, jobs + last.finished);
        self.show(&mut state);
    }

    /// All is over: the bar goes away.
    pub(crate) fn finish(&self) {
        if let Look::Bar(bar) = &self.look {
            bar.finish_and_clear();
        }
    }

    fn show(&self, state: &mut State) {
        let fraction = self.fraction(state);
        match &self.look {
            Look::Hidden => {}
            Look::Bar(bar) => {
                bar.set_position((fraction.unwrap_or(0.0) * STEPS as f64) as u64);
                bar.set_message(self.text(state, fraction));
            }
            Look::Lines(global) if state.said.elapsed() >= LINE_EVERY => {
                state.said = machine::now();
                terminal::note(global, &self.text(state, fraction));
            }
            Look::Lines(_) => {}
        }
    }

    /// The part of all runs that is done; `None` where a run's extent is not known.
    fn fraction(&self, state: &State) -> Option<f64> {
        let mut sum = state.done.0 as f64;
        for progress in state.running.values() {
            sum += match self.extent {
                Extent::Until(until) => (progress.now.0 as f64 / until as f64).min(1.0),
                Extent::Jobs(jobs) => progress.finished as f64 / jobs.max(1) as f64,
                Extent::Unknown => return None,
            };
        }
        Some(sum / self.runs.max(1) as f64)
    }

    fn text(&self, state: &State, fraction: Option<f64>) -> String {
        let elapsed = self.begun.elapsed().as_secs_f64();
        let events: u64 = state.done.1 + state.running.values().map(|progress| progress.events).sum::<u64>();
        let jobs: u64 = state.done.2 + state.running.values().map(|progress| progress.finished).sum::<u64>();
        let mut text = if self.runs > 1 {
            format!("{} of {} runs done", state.done.0, self.runs)
        } else {
            let now = state.running.values().next().map_or(0.0, |progress| progress.now.as_secs_f64());
            match self.extent {
                Extent::Until(until) => format!("simulated {} of {}", span(now), span(until as f64 / 1e9)),
                _ => format!("simulated {}", span(now)),
            }
        };
        text.push_str(&format!(", {} events/s, {} jobs", count(events as f64 / elapsed.max(1e-3)), count(jobs as f64)));
        if let Some(fraction) = fraction.filter(|fraction| *fraction > 0.0 && elapsed > 1.0) {
            text.push_str(&format!(", {} left", span(elapsed * (1.0 - fraction) / fraction)));
        }
        text
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3} %  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// Seconds for a person: `85 s`, `12 min`, `30.5 h`, `12.3 d`.
fn span(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} d", s / 86_400.0),
    }
}

/// A count for a person: `950`, `12.3 k`, `4.5 M`.
fn count(number: f64) -> String {
    match number {
        n if n < 10_000.0 => format!("{n:.0}"),
        n if n < 1e6 => format!("{:.1} k", n / 1e3),
        n => format!("{:.1} M", n / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eastwest::units::SimTime;

    fn meter(runs: u64, extent: Extent) -> Meter {
        let now = machine::now();
        let state = Mutex::new(State { running: BTreeMap::new(), done: (0, 0, 0), said: now });
        Meter { look: Look::Hidden, begun: now, runs, extent, state }
    }

    #[test]
    fn the_part_done_counts_all_runs() {
        let meter = meter(4, Extent::Until(100_000_000_000));
        let at = |seconds| Progress { now: SimTime::from_secs(seconds), ..Progress::default() };
        let mut state =
            State { running: BTreeMap::from([(2, at(50)), (3, at(500))]), done: (1, 7, 7), said: meter.begun };
        // One is done, one is half way, one drains: 2.5 of 4.
        assert_eq!(meter.fraction(&state), Some(0.625));
        assert!(meter.text(&state, Some(0.625)).starts_with("1 of 4 runs done, "));
        state.running.clear();
        state.done.0 = 4;
        assert_eq!(meter.fraction(&state), Some(1.0));
    }

    #[test]
    fn unknown_extents_have_no_part() {
        let state = |finished| State {
            running: BTreeMap::from([(0, Progress { finished, ..Progress::default() })]),
            done: (0, 0, 0),
            said: machine::now(),
        };
        assert_eq!(meter(1, Extent::Unknown).fraction(&state(3)), None);
        assert_eq!(meter(1, Extent::Jobs(4)).fraction(&state(3)), Some(0.75));
        assert_eq!(meter(1, Extent::Jobs(0)).fraction(&state(0)), Some(0.0));
    }

    #[test]
    fn numbers_are_for_people() {
        assert_eq!([span(85.4), span(720.0), span(109_800.0), span(1e6)], ["85 s", "12 min", "30.5 h", "11.6 d"]);
        assert_eq!([count(950.0), count(12_300.0), count(4.5e6)], ["950", "12.3 k", "4.5 M"]);
    }
}
