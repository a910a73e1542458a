//! `run`: one run under one stack.

use super::arguments::{Format, Global, RunArguments};
use super::explain::Recording;
use super::failure::{Failure, Message};
use super::manifest::{Counters, Manifest};
use super::output::{OutputDirectory, path_part};
use super::progress::Meter;
use super::sinks::Sinks;
use super::tables::Tables;
use super::{choice, input, interrupt, plots, report as pages, terminal};
use eastwest::experiment::{self, Listeners, RunResult, run_once, scenario_hash};
use eastwest::model::Job;
use eastwest::policy::registry::StackSpec;
use eastwest::report::{self, BaseMap, COURSE_CENTERS, COURSE_SIGNS, Plot, RunInfo, RunPage};
use eastwest::scenario::Scenario;
use eastwest::sim::{Explain, Options, Progress, RunStats};
use std::path::PathBuf;

pub(crate) fn run(arguments: &RunArguments, global: &Global) -> Result<(), Failure> {
    let words = input::variant(&arguments.scenario, &arguments.variant)?;
    let scenario = input::load(&words, &[])?;
    let base_map = pages::base_map(arguments.page.map.as_deref())?;
    let choice = choice::one(arguments.policy.as_deref(), &scenario)?;
    let hash = scenario_hash(&scenario.effective);
    // Stack and seed become part of the effective scenario, so that the directory can be run again as it is.
    let mut settings: Vec<String> = choice.setting().into_iter().collect();
    if arguments.policy.is_some() {
        settings.push(format!("run.policy={}", toml::Value::from(choice.name.as_str())));
    }
    settings.extend(arguments.seed.map(|seed| format!("run.seed={seed}")));
    let scenario = if settings.is_empty() { scenario } else { input::load(&words, &settings)? };
    terminal::warn(global, &scenario.warnings);
    experiment::check_figures(&scenario).map_err(|problem| Failure::Unusable(Message::new(problem)))?;
    let target = arguments.out.clone().unwrap_or_else(|| {
        let run = format!("{}-s{}", path_part(&choice.name), scenario.run.seed);
        default_directory(&scenario, &hash).join(run)
    });
    let recording = arguments.explain.as_deref().map(|word| Recording::of(word, &scenario)).transpose()?;
    plots::prepare(&arguments.plots)?;
    let manifest = Manifest::begin(&scenario.name, &hash, vec![choice.name.clone()], scenario.run.seed);
    let mut out = OutputDirectory::create(&target, manifest)?;
    let content =
        simulate(&mut out, &scenario, (&choice.name, &choice.spec), (arguments, base_map.as_ref(), recording), global);
    let content = content.map(|run| (run.shown, Counters::of(&run.stats)));
    let (Shown { text, missed, plots: drawn }, target) = out.conclude(content)?;
    terminal::print(&text)?;
    terminal::note(global, &format!("results: {}", target.display()));
    plots::write(&arguments.plots, &drawn, global)?;
    match missed {
        0 => Ok(()),
        1 => Err(Failure::Missed("a threshold of the scenario is missed".to_owned())),
        missed => Err(Failure::Missed(format!("{missed} thresholds of the scenario are missed"))),
    }
}

/// Where the results of a scenario go unless `--out` says otherwise.
pub(crate) fn default_directory(scenario: &Scenario, hash: &str) -> PathBuf {
    let short = hash.get(..8).unwrap_or(hash);
    PathBuf::from("results/runs").join(format!("{}-{short}", path_part(&scenario.name)))
}

/// What is shown of a run.
struct Shown {
    text: String,
    /// How many thresholds are missed.
    missed: usize,
    plots: Vec<Plot>,
}

/// A run whose files are written.
struct Ran {
    shown: Shown,
    stats: RunStats,
}

/// Runs and writes all files but the manifest; gives what is shown.
fn simulate(
    out: &mut OutputDirectory,
    scenario: &Scenario,
    (name, spec): (&str, &StackSpec),
    (arguments, base_map, recording): (&RunArguments, Option<&BaseMap>, Option<Recording>),
    global: &Global,
) -> Result<Ran, Failure> {
    out.scenario(scenario)?;
    let mut sinks = Sinks::open(out, scenario, arguments, recording)?;
    let meter = Meter::new(global, scenario, 1);
    let mut progress = |progress: &Progress| meter.update(0, progress);
    let chosen = sinks.chosen();
    let covers = chosen.map(|chosen| move |job: &Job| chosen.covers(job));
    let explain = covers.as_ref().map(|covers| covers as Explain<'_>);
    let options = Options { explain, interrupt: Some(interrupt::flag()), ..Options::default() };
    let (timeline, mut observers) = sinks.observers();
    let listeners = Listeners { timeline: Some(timeline), sinks: &mut observers, progress: Some(&mut progress) };
    let result = run_once(scenario, name, spec, listeners, options);
    meter.finish();
    // A run that ended early leaves the rows it has.
    let rows = sinks.end_jobs(out);
    let RunResult { metrics, summary, stats } = result?;
    if stats.end.0 <= scenario.run.warm_up.0 && scenario.run.warm_up.0 > 0 {
        terminal::warn(global, &["the run ended before its warm-up was over: nothing was measured".to_owned()]);
    }
    rows?;
    let mut info = run_info(scenario, name, spec, 0);
    let cut: Vec<String> = experiment::clock_warning(&summary).into_iter().collect();
    terminal::warn(global, &cut);
    info.warnings.extend(cut);
    info.expectations = experiment::judge(scenario, &summary);
    info.anchors = experiment::run_anchors(scenario, &summary);
    out.write("summary.json", report::summary_json(&info, &summary).as_bytes())?;
    let tables = Tables { scenario, summary: &summary, metrics: &metrics, timeline: &sinks.timeline, end: stats.end };
    let grid = tables.write(out, arguments)?;
    sinks.write_trace(out, (scenario, &info), stats.end)?;
    sinks.write_stories(out, global)?;
    let mut drawn = Vec::new();
    if let Some(digest) = sinks.digest {
        let digest = digest.finish(&metrics, stats.end);
        let known = scenario.known_figures();
        let page = RunPage {
            info: &info,
            summary: &summary,
            platform: &scenario.platform,
            timeline: &grid,
            digest: &digest,
            start: scenario.run.start.as_deref(),
            known: &known,
            base_map,
        };
        if !arguments.page.no_report {
            let json = serde_json::to_string(&digest).unwrap_or_default();
            out.write(pages::DIGEST, format!("{json}\n").as_bytes())?;
            out.write(pages::PAGE, report::run_page(&page).as_bytes())?;
        }
        if arguments.plots.plots.is_some() {
            drawn = report::run_plots(&page, arguments.plots.plot_width);
        }
    }
    let text = match global.format {
        Format::Json => terminal::json(report::summary_json(&info, &summary)),
        Format::Text | Format::Markdown => {
            let course = sinks.timeline.course(stats.end, COURSE_SIGNS, COURSE_CENTERS);
            report::summary_text(&info, &summary, Some(&course), terminal::look(global))
        }
    };
    let missed = info.expectations.iter().filter(|judged| !judged.met).count();
    Ok(Ran { shown: Shown { text, missed, plots: drawn }, stats })
}

/// What the results say of a run. Warnings go without the places that they stand at: the same scenario gives the same bytes
/// from every directory.
pub(crate) fn run_info(scenario: &Scenario, stack: &str, spec: &StackSpec, replication: u64) -> RunInfo {
    RunInfo {
        name: scenario.name.clone(),
        description: scenario.description.clone(),
        policy: stack.to_owned(),
        seed: scenario.run.seed,
        replication,
        clairvoyant: spec.clairvoyant(),
        warnings: scenario.warnings.iter().map(|warning| without_place(warning).to_owned()).collect(),
        ..RunInfo::default()
    }
}

/// What follows `file:line:column: `, or all where there is no place.
fn without_place(warning: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let after = warning.match_indices(": ").find_map(|(at, _)| {
        let mut parts = warning[..at].rsplitn(3, ':');
        let place = parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number);
        (place && parts.next().is_some()).then(|| &warning[at + 2..])
    });
    after.unwrap_or(warning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_cut_from_warnings() {
        assert_eq!(without_place("a: b/s.toml:12:3: unused link: x"), "unused link: x");
        assert_eq!(without_place("C:\\s.toml:1:1: m"), "m");
        assert_eq!(without_place("unused link: x at 12:3: y"), "unused link: x at 12:3: y");
        assert_eq!(without_place("nothing"), "nothing");
    }
}
