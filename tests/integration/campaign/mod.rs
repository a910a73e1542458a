//! A campaign of random valid scenarios: every run is audited, and most are held against a law that needs no known result.
//!
//! The laws: the same input gives the same rows and totals; the order of tables changes nothing; a center that no job may use changes no job;
//! where nothing but the jobs has a length, three times as long jobs start three times as late.
//!
//! By default a few scenarios are run, the same ones each time. For a long campaign, whose seeds may be named:
//!
//! ```sh
//! EASTWEST_CAMPAIGN=0..60000 cargo test --profile tests --test integration -- --ignored campaign --nocapture
//! ```

mod dice;
mod generator;

use self::dice::Dice;
use self::generator::{Kind, STACK, Text, scenario};
use crate::support::{Told, audited};
use eastwest::observe::Summary;
use eastwest::scenario::{self as language, Input};
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a run gave.
#[derive(Debug, PartialEq)]
struct Gave {
    jobs: Vec<Told>,
    summary: Summary,
}

/// How many runs were made.
#[derive(Debug, Default)]
struct Counts {
    runs: AtomicU64,
    jobs: AtomicU64,
    /// First lines of the messages about scenarios that were refused.
    refused: Mutex<Vec<String>>,
}

impl Counts {
    /// Runs a scenario under audit; `None` where the text is refused.
    fn run(&self, text: &str) -> Option<Gave> {
        let input = Input::Text { name: "campaign.toml".to_owned(), text: text.to_owned(), files: BTreeMap::new() };
        let scenario = match language::load(&input, &[]) {
            Ok(scenario) => scenario,
            Err(problems) => {
                let why = problems.render(false);
                let line = why.lines().next().unwrap_or_default().to_owned();
                self.refused.lock().expect("no thread panics while it holds it").push(line);
                return None;
            }
        };
        let run = audited(&scenario, STACK, 1);
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(run.jobs.len() as u64, Ordering::Relaxed);
        Some(Gave { jobs: run.jobs, summary: run.summary })
    }

    /// Runs the scenario of a seed, and again as the laws say.
    fn judge(&self, seed: u64) {
        let text = scenario(seed, kind_of(seed));
        let Some(gave) = self.run(&text.whole()) else { return };
        let again = |text: &Text| self.run(&text.whole()).expect("a changed scenario is not refused");
        match seed % 8 {
            1 => assert!(again(&text) == gave, "the same input gave something else"),
            2 | 6 | 7 => assert!(again(&reordered(&text, seed)) == gave, "tables in another order gave something else"),
            3 | 5 => same_jobs(&again(&with_island(&text, seed)).jobs, &gave.jobs, 1),
            0 | 4 => same_jobs(&again(&scenario(seed, Kind { scale: 3, ..kind_of(seed) })).jobs, &gave.jobs, 3),
            _ => unreachable!("less than 8"),
        }
    }
}

/// Every fourth scenario is one whose times scale.
const fn kind_of(seed: u64) -> Kind {
    Kind { times_scale: seed.is_multiple_of(4), scale: 1 }
}

/// The same tables in another order.
fn reordered(text: &Text, seed: u64) -> Text {
    let mut other = text.clone();
    Dice::new(seed).shuffle(&mut other.tables);
    other
}

/// One center more, which no job may use and no link reaches.
fn with_island(text: &Text, seed: u64) -> Text {
    let mut other = text.clone();
    // Before or behind all others.
    let name = if seed % 8 == 3 { "a-island" } else { "z-island" };
    other.tables.push(format!("[center.{name}]\npool.p = {{ nodes = 3, cores = 8 }}\n"));
    other
}

/// The same outcomes, starts and ends, with all instants `scale` times as late.
fn same_jobs(found: &[Told], expected: &[Told], scale: u64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let instants = |told: &Told, scale: u64| {
            let at = |time: Option<eastwest::units::SimTime>| time.map(|at| at.0 * scale);
            (
                told.name().into_owned(),
                at(told.life.staged),
                at(told.life.started),
                at(told.life.ended),
                told.life.tasks,
            )
        };
        assert_eq!(instants(found, 1), instants(expected, scale));
        assert_eq!(format!("{:?}", found.outcome), format!("{:?}", expected.outcome));
    }
}

/// What a campaign found.
struct Found {
    failed: Vec<u64>,
    /// One sentence on how much was run.
    told: String,
}

/// Judges the scenarios of these seeds on all cores.
fn judge_all(seeds: &Range<u64>) -> Found {
    let (counts, next, failed) = (Counts::default(), AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    if catch_unwind(AssertUnwindSafe(|| counts.judge(seed))).is_err() {
                        failed.lock().expect("no thread panics while it holds it").push(seed);
                    }
                }
            });
        }
    });
    let refused = counts.refused.into_inner().expect("all threads are done");
    // Removals and stores are drawn without a look at each other, so that a few scenarios cannot be.
    assert!(refused.len() as u64 * 20 <= seeds.end - seeds.start, "too many refused: {refused:#?}");
    let (runs, jobs) = (counts.runs.into_inner(), counts.jobs.into_inner());
    let why = refused.first();
    let told = format!("{runs} runs of {jobs} jobs, {} of seeds {seeds:?} refused, such as {why:?}", refused.len());
    Found { failed: failed.into_inner().expect("all threads are done"), told }
}

impl Found {
    /// Fails with the scenarios of the first seeds that failed.
    fn check(self) {
        let texts = self
            .failed
            .iter()
            .take(3)
            .map(|seed| format!("--- seed {seed}\n{}", scenario(*seed, kind_of(*seed)).whole()));
        let texts = texts.collect::<Vec<_>>().join("\n");
        assert!(self.failed.is_empty(), "seeds {:?} broke an invariant or a law\n{texts}", self.failed);
    }
}

#[test]
fn random_scenarios_break_no_invariant_and_no_law() {
    judge_all(&(0..120)).check();
}

#[test]
#[ignore = "takes many minutes: over 100,000 runs"]
fn a_long_campaign_breaks_no_invariant_and_no_law() {
    let given = std::env::var_os("EASTWEST_CAMPAIGN").unwrap_or_else(|| "0..60000".into());
    let given = given.to_string_lossy();
    let (from, to) = given.split_once("..").expect("EASTWEST_CAMPAIGN=FROM..TO");
    let (from, to): (u64, u64) = (from.parse().expect("a number"), to.parse().expect("a number"));
    // A thousand at a time, so that one can see how far it is.
    for first in (from..to).step_by(1_000) {
        let found = judge_all(&(first..to.min(first + 1_000)));
        println!("{}", found.told);
        found.check();
    }
}
