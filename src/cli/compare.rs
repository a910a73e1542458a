//! `compare`: several stacks with the same random numbers.

use super::arguments::{CompareArguments, Format, Global};
use super::choice::{self, Choice, closest};
use super::failure::{Failure, Message};
use super::manifest::{Counters, Manifest};
use super::output::{OutputDirectory, path_part};
use super::progress::Meter;
use super::run::{default_directory, run_info};
use super::{input, interrupt, machine, plots, report as pages, terminal};
use eastwest::experiment::{self, ComparePlan, Comparison, Contender, ExperimentError, RunKey, Watch, scenario_hash};
use eastwest::observe::{Metrics, Summary};
use eastwest::report::{self, ComparePage, ComparedRun};
use eastwest::scenario::Scenario;
use eastwest::sim::{Progress, RunError, RunStats};
use eastwest::units::SimTime;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) fn compare(arguments: &CompareArguments, global: &Global) -> Result<(), Failure> {
    let scenario = input::load(&arguments.scenario, &[])?;
    let hash = scenario_hash(&scenario.effective);
    let Plan { scenario, contenders, baseline } = plan(arguments, scenario)?;
    known_metrics(&arguments.metric, &contenders)?;
    let draws = arguments.replications == 1 && contenders.len() == 1 || any_draws(&contenders)?;
    let replications = if draws { arguments.replications } else { 1 };
    terminal::warn(global, &scenario.warnings);
    let target = arguments.out.clone().unwrap_or_else(|| {
        let what = if arguments.variant.is_empty() { "compare" } else { "variants" };
        let name = format!("{what}-s{}-r{}", scenario.run.seed, replications);
        default_directory(&scenario, &hash).join(name)
    });
    let threads = arguments.threads.map_or_else(machine::processors, |threads| threads as usize);
    let names = contenders.iter().map(|contender| contender.name.clone()).collect();
    let mut manifest = Manifest::begin(&scenario.name, &hash, names, scenario.run.seed);
    manifest.replications = replications;
    manifest.threads = threads;
    plots::prepare(&arguments.plots)?;
    let mut out = OutputDirectory::create(&target, manifest)?;
    let plan = ComparePlan {
        scenario: &scenario,
        stacks: &contenders,
        metrics: &arguments.metric,
        baseline,
        baseline_named: arguments.baseline.is_some(),
        relevant: arguments.relevant.unwrap_or(experiment::RELEVANT),
        draws,
        replications,
        threads,
        interrupt: Some(interrupt::flag()),
    };
    let content = simulate(&mut out, plan, arguments.no_report, global);
    let (comparison, target) = out.conclude(content)?;
    terminal::print(&match global.format {
        Format::Json => terminal::pretty(&comparison.to_json()),
        Format::Text | Format::Markdown => comparison.to_text(terminal::look(global), arguments.details),
    })?;
    terminal::note(global, &format!("results: {}", target.display()));
    let drawn = match arguments.plots.plots {
        Some(_) => report::compare_plots(&comparison.to_json(), arguments.plots.plot_width),
        None => Vec::new(),
    };
    plots::write(&arguments.plots, &drawn, global)
}

/// Whether any of the runs to come draws random numbers.
fn any_draws(contenders: &[Contender]) -> Result<bool, Failure> {
    if contenders.iter().any(|contender| experiment::policies_draw(&contender.stack)) {
        return Ok(true);
    }
    for (at, Contender { name, scenario, .. }) in contenders.iter().enumerate() {
        // Stacks of one scenario have the same jobs.
        if contenders[..at].iter().any(|earlier| Arc::ptr_eq(&earlier.scenario, scenario)) {
            continue;
        }
        let drawn = experiment::jobs_draw(scenario).map_err(|problem| {
            let error = RunError::Source(problem);
            ExperimentError::Run { stack: name.clone(), replication: 0, error }
        })?;
        if drawn {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Who takes part in a comparison.
struct Plan {
    /// The scenario as it stands, with the stacks and the seed of the command line.
    scenario: Scenario,
    contenders: Vec<Contender>,
    baseline: usize,
}

/// The stacks on the scenario; or variants of it, under its default stack or each under all stacks asked for.
fn plan(arguments: &CompareArguments, scenario: Scenario) -> Result<Plan, Failure> {
    let variants = input::variants(&arguments.variant, &scenario);
    let (choices, baseline) = if variants.is_empty() || !arguments.policy.is_empty() {
        choice::several(&arguments.policy, arguments.baseline.as_deref(), &scenario)?
    } else {
        (vec![choice::one(arguments.baseline.as_deref(), &scenario)?], 0)
    };
    // Stacks and seed become part of the effective scenario, so that the comparison can be run again.
    let mut settings: Vec<String> = choices.iter().filter_map(Choice::setting).collect();
    settings.extend(arguments.seed.map(|seed| format!("run.seed={seed}")));
    let scenario = if settings.is_empty() { scenario } else { input::load(&arguments.scenario, &settings)? };
    let contender = |name: String, scenario: &Arc<Scenario>, choice: &Choice| Contender {
        name,
        scenario: Arc::clone(scenario),
        stack: choice.spec.clone(),
    };
    let mut contenders = Vec::new();
    if variants.is_empty() {
        let base = Arc::new(scenario.clone());
        contenders.extend(choices.iter().map(|choice| contender(choice.name.clone(), &base, choice)));
    }
    for variant in &variants {
        let changed = Arc::new(input::load(&input::variant(&arguments.scenario, variant)?, &settings)?);
        contenders.extend(choices.iter().map(|choice| {
            let name = if choices.len() > 1 { format!("{variant}/{}", choice.name) } else { variant.clone() };
            contender(name, &changed, choice)
        }));
    }
    Ok(Plan { scenario, contenders, baseline })
}

/// Every metric asked for must be one of every run: a misspelled one is refused before anything runs.
fn known_metrics(metrics: &[String], contenders: &[Contender]) -> Result<(), Failure> {
    for contender in contenders {
        let none = Metrics::new(Arc::clone(&contender.scenario.platform)).summary(SimTime::ZERO);
        if let Some(wrong) = metrics.iter().find(|metric| none.scalar(metric).is_none()) {
            let message =
                Message::new(format!("there is no metric `{wrong}` in results of {}", contender.scenario.name));
            let totals = none.scalars();
            let close = closest(wrong, totals.iter().map(|scalar| &*scalar.key));
            let message = match close {
                Some(close) => message.hint(format!("did you mean `{close}`?")),
                None => message.hint("a total of summary.json, or LIST.NAME.KEY: classes.training.wait_p95_s, pools.CENTER/POOL.utilization"),
            };
            return Err(Failure::Usage(message));
        }
    }
    Ok(())
}

/// Runs all and writes all files but the manifest.
fn simulate(
    out: &mut OutputDirectory,
    plan: ComparePlan<'_>,
    no_report: bool,
    global: &Global,
) -> Result<(Comparison, Counters), Failure> {
    out.scenario(plan.scenario)?;
    let runs = plan.replications * plan.stacks.len() as u64;
    let watcher = Watcher {
        meter: Meter::new(global, plan.scenario, runs),
        counters: Mutex::new(Counters::default()),
        files: Mutex::new(Vec::new()),
        cut: Mutex::default(),
        compared: Mutex::new(Vec::new()),
        no_report,
        directory: out.partial().to_owned(),
        parts: parts(plan.stacks),
        plan,
    };
    let result = experiment::compare(plan, &watcher);
    watcher.meter.finish();
    let comparison = result?;
    let cut: Vec<String> = watcher.cut.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect();
    terminal::warn(global, &cut);
    out.add_files(watcher.files.into_inner().unwrap_or_else(PoisonError::into_inner));
    let value = comparison.to_json();
    let mut json = terminal::pretty(&value);
    json.push('\n');
    out.write("comparison.json", json.as_bytes())?;
    out.write("comparison.csv", comparison.to_csv().as_bytes())?;
    if !no_report {
        let runs = watcher.compared.into_inner().unwrap_or_else(PoisonError::into_inner);
        let description = &plan.scenario.description;
        let page = report::compare_page(&ComparePage { description, comparison: &value, runs: &runs });
        out.write(pages::PAGE, page.as_bytes())?;
    }
    Ok((comparison, watcher.counters.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// The stacks' names as parts of paths, all different.
fn parts(stacks: &[Contender]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::with_capacity(stacks.len());
    for (index, contender) in stacks.iter().enumerate() {
        let part = path_part(&contender.name);
        parts.push(if parts.contains(&part) { format!("{part}-{index}") } else { part });
    }
    parts
}

/// Shows progress, counts, and writes each run's summary as soon as it is there.
struct Watcher<'a> {
    meter: Meter,
    counters: Mutex<Counters>,
    files: Mutex<Vec<String>>,
    /// What is said of runs that did not come to their own end.
    cut: Mutex<BTreeSet<String>>,
    /// What the page takes from each run.
    compared: Mutex<Vec<ComparedRun>>,
    no_report: bool,
    directory: PathBuf,
    parts: Vec<String>,
    plan: ComparePlan<'a>,
}

impl Watch for Watcher<'_> {
    fn progress(&self, run: RunKey, progress: &Progress) {
        self.meter.update(run.index, progress);
    }

    fn done(&self, run: RunKey, stats: &RunStats) {
        self.meter.done(run.index);
        self.counters.lock().unwrap_or_else(PoisonError::into_inner).add(stats);
    }

    fn summary(&self, run: RunKey, summary: &Summary) -> Result<(), String> {
        let name = format!("runs/{}-r{}/summary.json", self.parts[run.stack], run.replication);
        let path = self.directory.join(&name);
        let Contender { name: stack, scenario, stack: spec } = &self.plan.stacks[run.stack];
        let mut info = run_info(scenario, stack, spec, run.replication);
        if let Some(cut) = experiment::clock_warning(summary) {
            self.cut.lock().unwrap_or_else(PoisonError::into_inner).insert(cut.clone());
            info.warnings.push(cut);
        }
        let write = |path: &Path| {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, report::summary_json(&info, summary))
        };
        write(&path).map_err(|error| Failure::path("write", &path, &error).to_string())?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).push(name);
        if !self.no_report {
            let compared = ComparedRun::new(stack, run.replication, summary);
            self.compared.lock().unwrap_or_else(PoisonError::into_inner).push(compared);
        }
        Ok(())
    }
}
