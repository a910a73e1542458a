//! Stacks times replications on several threads; the same bytes for any number of them.

use super::comparison::{Comparison, Window};
use super::{ExperimentError, Listeners, RunResult, run_once};
use crate::observe::{Scalar, Summary};
use crate::policy::registry::StackSpec;
use crate::scenario::Scenario;
use crate::sim::{Options, Progress, RunStats};
use crate::units::SimTime;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What takes part in a comparison: a stack, on the scenario or on a variant of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    /// What results call it.
    pub name: String,
    /// The scenario that it runs.
    pub scenario: Arc<Scenario>,
    /// The stack that it runs under.
    pub stack: StackSpec,
}

/// What is compared.
#[derive(Clone, Copy)]
pub struct ComparePlan<'a> {
    /// The scenario as it stands: its name and its seed are those of the comparison.
    pub scenario: &'a Scenario,
    /// Who takes part; at least one.
    pub stacks: &'a [Contender],
    /// Metrics to show, as [`Summary::scalar`] finds them; none shows the headline ones.
    pub metrics: &'a [String],
    /// Which of them the others are compared to.
    pub baseline: usize,
    /// Whether it was named: then it, not the best of each metric, is what the answers compare to.
    pub baseline_named: bool,
    /// The least difference that matters, as a part of what it is compared to.
    pub relevant: f64,
    /// Whether anything is drawn ([`policies_draw`](super::policies_draw), [`jobs_draw`](super::jobs_draw)); where not, one replication tells all.
    pub draws: bool,
    /// Runs of each stack.
    pub replications: u64,
    /// Runs at the same time.
    pub threads: usize,
    /// Set from outside to end all runs.
    pub interrupt: Option<&'a AtomicBool>,
}

/// Which run of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunKey {
    /// Its number, from 0: replication by replication, in each by stack.
    pub index: usize,
    /// Which stack.
    pub stack: usize,
    /// Which replication, from 0.
    pub replication: u64,
}

/// Listens to a comparison, from several threads and in no order.
pub trait Watch: Sync {
    /// A run has come so far.
    fn progress(&self, run: RunKey, progress: &Progress);
    /// A run is over.
    fn done(&self, run: RunKey, stats: &RunStats);
    /// A run is summed up over the common window of its replication.
    ///
    /// # Errors
    /// Ends the comparison.
    fn summary(&self, run: RunKey, summary: &Summary) -> Result<(), String>;
}

/// A replication's window, and by stack the scalars over it.
pub(super) type Measured = (Window, Vec<Vec<Scalar>>);

/// One replication's runs until all stacks have ended.
struct Replication {
    results: Vec<Option<RunResult>>,
    missing: usize,
}

/// What all threads share.
struct Shared<'a> {
    plan: ComparePlan<'a>,
    watch: &'a dyn Watch,
    next: AtomicUsize,
    failed: AtomicBool,
    failure: Mutex<Option<(usize, ExperimentError)>>,
    replications: Vec<Mutex<Replication>>,
    /// By replication.
    rows: Mutex<Vec<Option<Measured>>>,
}

/// Runs every stack in every replication and compares them. All stacks of a replication are measured over one common window,
/// from the end of the warm-up to the latest end of a stack's run.
///
/// # Errors
/// The failure of the first run that fails, in the order of their numbers, whatever the number of threads.
pub fn compare(plan: ComparePlan<'_>, watch: &dyn Watch) -> Result<Comparison, ExperimentError> {
    let stacks = plan.stacks.len();
    let fresh = || Mutex::new(Replication { results: (0..stacks).map(|_| None).collect(), missing: stacks });
    let shared = Shared {
        plan,
        watch,
        next: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        failure: Mutex::new(None),
        replications: (0..plan.replications).map(|_| fresh()).collect(),
        rows: Mutex::new((0..plan.replications).map(|_| None).collect()),
    };
    let total = shared.replications.len() * stacks;
    std::thread::scope(|scope| {
        for _ in 1..plan.threads.clamp(1, total.max(1)) {
            scope.spawn(|| shared.work(total));
        }
        shared.work(total);
    });
    if let Some((_, error)) = shared.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let rows = shared.rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Comparison::new(&plan, rows.into_iter().flatten().collect()))
}

impl Shared<'_> {
    /// Takes runs in the order of their numbers until there are none. A run that was taken is ended even when another one fails,
    /// so that the failure that is told does not hang on who was faster.
    fn work(&self, total: usize) {
        while !self.failed.load(Ordering::SeqCst) {
            let index = self.next.fetch_add(1, Ordering::SeqCst);
            if index >= total {
                return;
            }
            let stacks = self.plan.stacks.len();
            let run = RunKey { index, stack: index % stacks, replication: (index / stacks) as u64 };
            if let Err(error) = self.run(run) {
                self.failed.store(true, Ordering::SeqCst);
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                if failure.as_ref().is_none_or(|(first, _)| index < *first) {
                    *failure = Some((index, error));
                }
            }
        }
    }

    fn run(&self, run: RunKey) -> Result<(), ExperimentError> {
        let contender = &self.plan.stacks[run.stack];
        let mut progress = |progress: &Progress| self.watch.progress(run, progress);
        let options = Options { replication: run.replication, interrupt: self.plan.interrupt, ..Options::default() };
        let listeners = Listeners { progress: Some(&mut progress), ..Listeners::default() };
        let result = run_once(&contender.scenario, &contender.name, &contender.stack, listeners, options)?;
        self.watch.done(run, &result.stats);
        let replication = run.index / self.plan.stacks.len();
        let mut runs = self.replications[replication].lock().unwrap_or_else(PoisonError::into_inner);
        runs.results[run.stack] = Some(result);
        runs.missing -= 1;
        if runs.missing > 0 {
            return Ok(());
        }
        // The last stack of a replication: nobody else looks at these results, and they are dropped when summed up.
        let results: Vec<RunResult> = std::mem::take(&mut runs.results).into_iter().flatten().collect();
        drop(runs);
        self.sum_up(replication, &results)
    }

    /// Measures all stacks of a replication over their common window.
    fn sum_up(&self, replication: usize, results: &[RunResult]) -> Result<(), ExperimentError> {
        let end = results.iter().map(|result| result.stats.end).max().unwrap_or(SimTime::ZERO);
        let mut scalars = Vec::with_capacity(results.len());
        for (stack, result) in results.iter().enumerate() {
            let summary = result.metrics.summary(end);
            let index = replication * self.plan.stacks.len() + stack;
            let run = RunKey { index, stack, replication: replication as u64 };
            self.watch.summary(run, &summary).map_err(ExperimentError::Sink)?;
            scalars.push(shown(&summary, self.plan.metrics));
        }
        let window = Window::new(replication as u64, self.plan.scenario.run.warm_up, end);
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)[replication] = Some((window, scalars));
        Ok(())
    }
}

/// The totals of a run; where metrics are asked for, those come first and are the only ones that are shown.
fn shown(summary: &Summary, asked: &[String]) -> Vec<Scalar> {
    if asked.is_empty() {
        return summary.scalars();
    }
    let first = asked.iter().filter_map(|path| summary.scalar(path)).map(|scalar| Scalar { headline: true, ..scalar });
    let rest = summary.scalars().into_iter().filter(|scalar| asked.iter().all(|path| *path != *scalar.key));
    first.chain(rest.map(|scalar| Scalar { headline: false, ..scalar })).collect()
}
