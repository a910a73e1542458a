//! `replay --trace-format openb-gpu`: pods on a cluster whose nodes are a table.

use super::arguments::{Format, Global};
use super::failure::{Failure, Message};
use super::output::OutputDirectory;
use super::progress::Meter;
use super::replay::{directory, policy, show, stem, unusable};
use super::replay_arguments::{OutFormat, PackingWord, ReplayArguments};
use super::{interrupt, source, terminal};
use eastwest::experiment::replay::gpu::{AllocationCurve, GpuReplay, GpuRun};
use eastwest::experiment::{ExperimentError, Listeners};
use eastwest::observe::Observer;
use eastwest::report::{self, COURSE_CENTERS, COURSE_SIGNS, JobRecords, JobsCsv, RunInfo};
use eastwest::sim::{Options, Progress, RunStats};
use eastwest::workload::openb;

/// What makes no sense for other formats.
pub(super) fn refuse_its_words(arguments: &ReplayArguments) -> Result<(), Failure> {
    let given = [
        ("--nodes", arguments.nodes.is_some()),
        ("--packing", arguments.packing.is_some()),
        ("--fill", arguments.fill.is_some()),
        ("--seed", arguments.seed.is_some()),
    ];
    refuse(&given, "is for GPU clusters: --trace-format openb-gpu")
}

fn refuse(given: &[(&str, bool)], why: &str) -> Result<(), Failure> {
    match given.iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Failure::Usage(Message::new(format!("{flag} {why}")))),
        None => Ok(()),
    }
}

pub(super) fn replay(arguments: &ReplayArguments, global: &Global) -> Result<(), Failure> {
    let elsewhere = [
        ("--processors", arguments.processors.is_some()),
        ("--from", arguments.from.is_some()),
        ("--to", arguments.to.is_some()),
        ("--load", arguments.load.to_bits() != 1f64.to_bits()),
        ("--filter", arguments.filter.is_some()),
        ("--rules", arguments.rules.is_some()),
        ("--same-instant", arguments.same_instant.is_some()),
        ("--decide", arguments.decide.is_some()),
        ("--reservation", arguments.reservation.is_some()),
        ("--out-format swf", arguments.out_format == OutFormat::Swf),
    ];
    refuse(&elsewhere, "is not for GPU clusters")?;
    let packing = arguments.packing.unwrap_or(PackingWord::BestFit);
    let seed = arguments.seed.unwrap_or(1);
    let run = read(arguments, seed)?;
    if !run.report.notices.is_empty() {
        terminal::note(global, run.report.to_string().trim_end());
    }
    let name = match arguments.fill {
        Some(share) => format!("{}-fill-{share}-s{seed}", packing.name()),
        None => format!("{}-{}-s{seed}", packing.name(), arguments.policy_name()),
    };
    let stem = stem(&arguments.log);
    let mut out = directory(arguments, &stem, &name, seed)?;
    let content = simulate(&mut out, run, (&name, packing), arguments, global);
    show(out, content, global)
}

/// The cluster and its pods.
fn read(arguments: &ReplayArguments, seed: u64) -> Result<GpuRun, Failure> {
    let Some(nodes) = &arguments.nodes else {
        let message = Message::new("--trace-format openb-gpu needs the nodes of the cluster");
        return Err(Failure::Usage(
            message.hint("give their table with --nodes FILE (sn,cpu_milli,memory_mib,gpu,model)"),
        ));
    };
    let replay = arguments.fill.map_or(GpuReplay::Time, GpuReplay::Fill);
    let wrong = |problem| Failure::Unusable(Message::new(format!("{}: {problem}", nodes.display())));
    let table = openb::read_nodes(source::file(nodes)?).map_err(wrong)?;
    let (pods, report) = openb::read_pods(source::open(&arguments.log)?).map_err(unusable(&arguments.log))?;
    if let Some(nothing) = report.nothing(pods.len()) {
        return Err(unusable(&arguments.log)(nothing));
    }
    let run = GpuRun::new(&stem(&arguments.log), &table, &pods, report, replay, seed)
        .map_err(|problem| Failure::Usage(Message::new(problem)))?;
    match run.report.nothing(run.pods()) {
        Some(nothing) => Err(unusable(&arguments.log)(nothing)),
        None => Ok(run),
    }
}

/// Runs and writes all files but the manifest; gives what is shown.
fn simulate(
    out: &mut OutputDirectory,
    run: GpuRun,
    (name, packing): (&str, PackingWord),
    arguments: &ReplayArguments,
    global: &Global,
) -> Result<(String, RunStats), Failure> {
    let info = RunInfo {
        name: run.scenario.name.clone(),
        policy: name.to_owned(),
        seed: run.scenario.run.seed,
        clairvoyant: policy(arguments).clairvoyant(),
        warnings: run.report.reasons().collect(),
        ..RunInfo::default()
    };
    let platform = run.scenario.platform.clone();
    let mut jobs = match arguments.job_records {
        JobRecords::None => None,
        records => Some(JobsCsv::new(out.open("jobs.csv")?, platform, records)),
    };
    let mut curve = arguments.fill.map(|_| run.curve());
    let mut timeline = super::replay::timeline(&run.scenario, global);
    let mut sinks: Vec<&mut dyn Observer> = Vec::new();
    sinks.extend(jobs.as_mut().map(|jobs| jobs as &mut dyn Observer));
    sinks.extend(curve.as_mut().map(|curve| curve as &mut dyn Observer));
    let meter = Meter::new(global, &run.scenario, 1);
    let mut progress = |progress: &Progress| meter.update(0, progress);
    let options = Options { interrupt: Some(interrupt::flag()), ..Options::default() };
    let listeners = Listeners { timeline: timeline.as_mut(), sinks: &mut sinks, progress: Some(&mut progress) };
    let result = run.run(&packing.into(), &policy(arguments), listeners, options);
    meter.finish();
    let rows = jobs.map_or(Ok(()), |jobs| jobs.finish().map(drop));
    let result = result.map_err(|error| ExperimentError::Run { stack: name.to_owned(), replication: 0, error })?;
    rows.map_err(|error| out.file_failure("jobs.csv", &error))?;
    let (summary, stats) = (&result.summary, result.stats);
    out.write("summary.json", report::summary_json(&info, summary).as_bytes())?;
    out.stream("pools.csv", |file| report::pools_csv(summary, file))?;
    out.stream("classes.csv", |file| report::classes_csv(summary, file))?;
    if let Some(curve) = &curve {
        out.stream("allocation.csv", |file| report::allocation_csv(&curve.rows(), file))?;
    }
    let course = timeline.map(|timeline| timeline.course(stats.end, COURSE_SIGNS, COURSE_CENTERS));
    let text = match global.format {
        Format::Json => terminal::json(report::summary_json(&info, summary)),
        Format::Text | Format::Markdown => {
            let text = report::summary_text(&info, summary, course.as_ref(), terminal::look(global));
            text + &curve.as_ref().map(last_of).unwrap_or_default()
        }
    };
    Ok((text, stats))
}

/// The end of the curve, in a line.
fn last_of(curve: &AllocationCurve) -> String {
    let Some(last) = curve.rows().pop() else { return String::new() };
    let fragmentation =
        last.fragmentation_pct.map(|share| format!("; {share:.2} % of the rest fragmented")).unwrap_or_default();
    format!(
        "\naccelerators: {} % of the capacity asked for, {:.2} % allocated{fragmentation}\n",
        last.arrived_pct, last.allocated_pct
    )
}
