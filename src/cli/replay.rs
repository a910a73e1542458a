//! `replay`: a real log on one machine, no scenario needed.

use super::arguments::{Format, Global};
use super::failure::{Failure, Message};
use super::manifest::{Counters, Manifest};
use super::output::{OutputDirectory, path_part};
use super::progress::Meter;
use super::replay_arguments::{
    BackfillWord, DecideWord, FilterWord, OutFormat, ReplayArguments, RulesWord, TraceFormat,
};
use super::{interrupt, replay_gpu, source, terminal};
use clap::ValueEnum as _;
use eastwest::experiment::replay::{self, Log, ReplayPolicy, SwfLog};
use eastwest::experiment::{ExperimentError, Listeners, clock_warning};
use eastwest::observe::{Observer, Timeline};
use eastwest::policy::queue::ReservationKind;
use eastwest::report::{self, COURSE_CENTERS, COURSE_SIGNS, JobRecords, JobsCsv, RunInfo};
use eastwest::scenario::Scenario;
use eastwest::sim::{Decide, Options, Progress, RunStats};
use eastwest::workload::swf::{SwfFilter, SwfOptions};
use std::path::{Path, PathBuf};

pub(crate) fn replay(arguments: &ReplayArguments, global: &Global) -> Result<(), Failure> {
    if arguments.trace_format == TraceFormat::OpenbGpu {
        return replay_gpu::replay(arguments, global);
    }
    replay_gpu::refuse_its_words(arguments)?;
    let policy = policy(arguments);
    let (log, processors) = read(arguments)?;
    let stem = stem(&arguments.log);
    let named = policy.reservation == ReservationKind::Named;
    let scenario = replay::machine(&stem, processors, named, &log.users, enforced(arguments))
        .map_err(|problem| Failure::Usage(Message::new(problem).hint("give another number with --processors")))?;
    if !log.notes.is_empty() {
        terminal::note(global, &format!("{}\n  {}", log.read, log.notes.join("\n  ")));
    }
    let name = arguments.policy_name();
    let mut out = directory(arguments, &stem, &name, 0)?;
    let content = simulate(&mut out, &scenario, log, (&name, &policy), arguments, global);
    show(out, content, global)
}

/// The directory of a replay's results.
pub(super) fn directory(
    arguments: &ReplayArguments,
    stem: &str,
    name: &str,
    seed: u64,
) -> Result<OutputDirectory, Failure> {
    let target = arguments.out.clone().unwrap_or_else(|| {
        PathBuf::from("results/runs").join(format!("replay-{}", path_part(stem))).join(path_part(name))
    });
    let hash = eastwest::experiment::scenario_hash(&format!("# {stem} {name}"));
    OutputDirectory::create(&target, Manifest::begin(stem, &hash, vec![name.to_owned()], seed))
}

/// Ends the directory of a replay, and shows what came out.
pub(super) fn show(
    out: OutputDirectory,
    content: Result<(String, RunStats), Failure>,
    global: &Global,
) -> Result<(), Failure> {
    let (text, target) = out.conclude(content.map(|(text, stats)| (text, Counters::of(&stats))))?;
    terminal::print(&text)?;
    terminal::note(global, &format!("results: {}", target.display()));
    Ok(())
}

/// The file's name without its endings.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().map_or_else(|| "log".into(), |name| name.to_string_lossy().into_owned());
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let name = name
        .strip_suffix(".swf")
        .or_else(|| name.strip_suffix(".json"))
        .or_else(|| name.strip_suffix(".csv"))
        .unwrap_or(name);
    if name.is_empty() { "log".to_owned() } else { name.to_owned() }
}

/// The bundle of rules, with single switches over it.
pub(super) fn policy(arguments: &ReplayArguments) -> ReplayPolicy {
    let mut policy = ReplayPolicy::new(arguments.queue.clone(), arguments.backfill.into(), arguments.estimate.0);
    if let Some(rules) = arguments.rules {
        policy = policy.under(rules.into());
    }
    if let Some(rule) = arguments.same_instant {
        policy.rules.same_instant = rule.into();
    }
    if let Some(decide) = arguments.decide {
        policy.rules.decide = match decide {
            DecideWord::PerEvent => Decide::PerEvent,
            DecideWord::PerInstant => Decide::PerInstant,
        };
    }
    if let Some(reservation) = arguments.reservation {
        policy.reservation = reservation.into();
    }
    policy
}

/// Whether jobs end when their requested time is over: as said, else as the bundle of rules has it.
fn enforced(arguments: &ReplayArguments) -> bool {
    arguments.enforce_requested.unwrap_or(arguments.rules == Some(RulesWord::Batsim))
}

/// A log that cannot be used.
pub(super) fn unusable(path: &Path) -> impl Fn(String) -> Failure {
    let path = path.display().to_string();
    move |problem| {
        let formats = TraceFormat::value_variants().iter().filter_map(TraceFormat::to_possible_value);
        let formats: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
        let message = Message::new(format!("{path}: {problem}"));
        Failure::Unusable(message.hint(format!("formats of --trace-format: {}", formats.join(", "))))
    }
}

/// The processors of a machine of which a header says this.
fn processors(path: &Path, said: Result<Option<u32>, String>) -> Result<u32, Failure> {
    let hint = "give their number with --processors N";
    match said {
        Ok(Some(processors)) => Ok(processors),
        Ok(None) => {
            let problem = format!("{} does not say how many processors its machine has", path.display());
            Err(Failure::Usage(Message::new(problem).hint(hint)))
        }
        Err(line) => {
            let problem = format!("{}: the number of processors cannot be read for sure from {line:?}", path.display());
            Err(Failure::Unusable(Message::new(problem).hint(hint)))
        }
    }
}

/// The log, and the processors of its machine.
fn read(arguments: &ReplayArguments) -> Result<(Log, u32), Failure> {
    let path = &arguments.log;
    let failed = unusable(path);
    let log = match arguments.trace_format {
        TraceFormat::Batsim => replay::read_batsim(source::open(path)?).map_err(failed)?,
        TraceFormat::Swf | TraceFormat::OpenbGpu => {
            let mut options = SwfOptions {
                from: arguments.from.map(|at| eastwest::units::SimTime(at.0)),
                to: arguments.to.map(|at| eastwest::units::SimTime(at.0)),
                load: arguments.load,
                ..SwfOptions::default()
            };
            if arguments.filter == Some(FilterWord::Predictsim) {
                let machine = match arguments.processors {
                    Some(processors) => processors,
                    None => processors(path, replay::swf_processors(source::open(path)?).map_err(&failed)?)?,
                };
                options.filter = SwfFilter::Predictsim { processors: machine };
            }
            replay::read_swf(source::open(path)?, &options).map_err(failed)?
        }
    };
    let machine = match arguments.processors {
        Some(processors) => processors,
        None => processors(path, log.processors.clone())?,
    };
    Ok((log, machine))
}

/// What the course of a replay is made of, where it is shown.
pub(super) fn timeline(scenario: &Scenario, global: &Global) -> Option<Timeline> {
    (global.format != Format::Json).then(|| Timeline::coarse(scenario.platform.clone(), 2 * COURSE_SIGNS))
}

/// Runs and writes all files but the manifest; gives what is shown.
fn simulate(
    out: &mut OutputDirectory,
    scenario: &Scenario,
    log: Log,
    (name, policy): (&str, &ReplayPolicy),
    arguments: &ReplayArguments,
    global: &Global,
) -> Result<(String, RunStats), Failure> {
    let mut warnings = log.notes.clone();
    let mut jobs = match arguments.job_records {
        JobRecords::None => None,
        records => Some(JobsCsv::new(out.open("jobs.csv")?, scenario.platform.clone(), records)),
    };
    let mut back = (arguments.out_format == OutFormat::Swf).then(|| SwfLog::new(scenario.platform.clone()));
    let mut timeline = timeline(scenario, global);
    let mut sinks: Vec<&mut dyn Observer> = Vec::new();
    sinks.extend(jobs.as_mut().map(|jobs| jobs as &mut dyn Observer));
    sinks.extend(back.as_mut().map(|back| back as &mut dyn Observer));
    let meter = Meter::new(global, scenario, 1);
    let mut progress = |progress: &Progress| meter.update(0, progress);
    let options = Options { interrupt: Some(interrupt::flag()), ..Options::default() };
    let listeners = Listeners { timeline: timeline.as_mut(), sinks: &mut sinks, progress: Some(&mut progress) };
    let result = replay::replay(scenario, log, policy, listeners, options);
    meter.finish();
    let rows = jobs.map_or(Ok(()), |jobs| jobs.finish().map(drop));
    let result = result.map_err(|error| ExperimentError::Run { stack: name.to_owned(), replication: 0, error })?;
    rows.map_err(|error| out.file_failure("jobs.csv", &error))?;
    if let Some(back) = back {
        let processors = scenario.platform.pools[0].capacity(scenario.platform.pools[0].nodes).cores_milli / 1000;
        let comments = [format!("Computer: simulated, {name}"), format!("MaxProcs: {processors}")];
        out.stream("log.swf", |file| back.write(&comments, file))?;
    }
    let (summary, stats) = (&result.summary, result.stats);
    let cut: Vec<String> = clock_warning(summary).into_iter().collect();
    terminal::warn(global, &cut);
    warnings.extend(cut);
    let info = RunInfo {
        name: scenario.name.clone(),
        policy: name.to_owned(),
        clairvoyant: policy.clairvoyant(),
        warnings,
        ..RunInfo::default()
    };
    out.write("summary.json", report::summary_json(&info, summary).as_bytes())?;
    out.stream("tenants.csv", |file| report::tenants_csv(&result.metrics.tenants(stats.end), file))?;
    let course = timeline.map(|timeline| timeline.course(stats.end, COURSE_SIGNS, COURSE_CENTERS));
    let text = match global.format {
        Format::Json => terminal::json(report::summary_json(&info, summary)),
        Format::Text | Format::Markdown => {
            let mut text = report::summary_text(&info, summary, course.as_ref(), terminal::look(global));
            if let Some(mean) = summary.bounded_slowdown_mean {
                text.push_str(&format!("\naverage bounded slowdown {mean:.10} (runs below 10 s count as 10 s)\n"));
            }
            text
        }
    };
    Ok((text, stats))
}

impl ReplayArguments {
    /// What reports call the policy.
    pub(super) fn policy_name(&self) -> String {
        let order = serde_json::to_value(&self.queue).ok();
        let order = order.as_ref().and_then(|value| value.as_object()?.keys().next().cloned()).unwrap_or_default();
        let mut name = match self.backfill {
            BackfillWord::None => order,
            BackfillWord::Easy => format!("{order}-easy"),
            BackfillWord::EasySjbf => format!("{order}-easy-sjbf"),
            BackfillWord::Conservative => format!("{order}-conservative"),
        };
        name.push_str(&format!("-{}", self.estimate.1));
        if let Some(rules) = self.rules {
            name.push_str(&format!("-{rules}"));
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_logs_lose_their_endings() {
        for (path, name) in [
            ("a/KTH-SP2.filtered.swf.gz", "KTH-SP2.filtered"),
            ("medium_late.json", "medium_late"),
            (".swf", "log"),
            ("plain", "plain"),
        ] {
            assert_eq!(stem(Path::new(path)), name);
        }
    }
}
