//! `[workload.NAME]` with `swf`: a log of the Standard Workload Format as a class of jobs.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawSwf, RawSwfFilter, RawWorkload};
use super::amounts::time;
use super::workloads::{Parts, Shape, constraint, origins, possible, shape, tenants, transfers};
use super::{Scope, classes, flex};
use crate::model::TaskShape;
use crate::units::SimTime;
use crate::workload::swf::{
    Clock, Hashed, Notice, Survey, SwfBytes, SwfFilter, SwfMapping, SwfOptions, SwfPlan, survey,
};
use crate::workload::{Bounded, Distribution, WorkPlan};
use std::collections::BTreeMap;
use std::ops::Range;

/// A log that a scenario names: where its bytes are, and what messages call it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::scenario) struct NamedLog {
    pub(in crate::scenario) bytes: SwfBytes,
    pub(in crate::scenario) shown: String,
}

/// The logs of a scenario by workload.
pub(in crate::scenario) type NamedLogs = BTreeMap<String, NamedLog>;

/// The plans of all workloads that are logs, by name.
pub(super) fn plans(scope: &mut Scope<'_>, logs: &NamedLogs, out: &mut Diagnostics) -> Vec<SwfPlan> {
    let raw = scope.raw;
    raw.workload.iter().filter_map(|(name, workload)| one(name, workload, scope, logs, out)).collect()
}

fn one(
    name: &str,
    at: &At<RawWorkload>,
    scope: &mut Scope<'_>,
    logs: &NamedLogs,
    out: &mut Diagnostics,
) -> Option<SwfPlan> {
    let raw = at.get();
    let swf = raw.swf.as_ref()?;
    let who = format!("workload {name:?}");
    foreign(raw, &who, out);
    let options = options(swf, out);
    let looked = options.and_then(|options| look(swf, &options, logs.get(name), out));
    let group = tenants(raw, scope, out);
    let origin = origins(raw.origin.as_ref(), raw.origin_table.is_some(), &who, at.span(), scope, out);
    let shape = shape(raw, &who, at.span(), scope, out);
    // Run times are times; the width is that of the widest job.
    let work = WorkPlan::Time(Bounded::constant(0.0));
    let shape = shape.map(|shape| match &looked {
        Some((_, survey)) => {
            let (min, max) = (1.0, f64::from(survey.processors_max.max(1)));
            Shape { tasks: Bounded { distribution: Distribution::Uniform { min, max }, min: None, max: None }, ..shape }
        }
        None => shape,
    });
    let constraint = constraint(raw, &who, at.span(), shape.as_ref(), Some(&work), scope, out);
    if let (Some(shape), Some(constraint)) = (&shape, constraint)
        && possible(shape, constraint, &who, at.span(), scope, out)
    {
        let parts = Parts { origin: origin.as_deref(), input: None, output: None, output_to: None, constraint };
        transfers(&parts, raw, &who, at.span(), scope, out);
    }
    let task = task(shape.as_ref()?, &who, at.span(), out);
    let flex = flex::of(raw.checkpoint.as_ref(), raw.elastic.as_ref(), &who, out);
    let ((log, survey), (tenant, tenants, _)) = (looked?, group?);
    let packed = swf.get().file.get().ends_with(".gz");
    let options = options?;
    Some(SwfPlan {
        bytes: log.bytes.clone(),
        shown: log.shown.clone(),
        copy: copy_name(name, packed),
        sorted: survey.sorted,
        options,
        mapping: SwfMapping {
            class: classes::id(&scope.platform.classes, name),
            name: name.to_owned(),
            queues: Vec::new(),
            tenant,
            users: survey.users.iter().copied().collect(),
            tenants,
            task: task?,
            priority: raw.priority,
            round_trip: raw.round_trip.as_ref().map(|bound| time(bound, "`round-trip`", out)),
            origin: origin?,
            constraint: constraint?,
            flex: flex?,
        },
        jobs: survey.report.jobs,
        first: survey.first.map(|first| options.instant(first, first)).unwrap_or_default(),
    })
}

/// What the copy of a workload's log is called beside a scenario that is written out.
pub(in crate::scenario) fn copy_name(workload: &str, packed: bool) -> String {
    format!("{workload}.swf{}", if packed { ".gz" } else { "" })
}

/// Keys of drawn jobs say nothing of those of a log.
fn foreign(raw: &RawWorkload, who: &str, out: &mut Diagnostics) {
    fn span<T>(at: &Option<At<T>>) -> Option<Range<usize>> {
        at.as_ref().map(At::span)
    }
    let keys = [
        ("arrivals", span(&raw.arrivals)),
        ("from", span(&raw.from)),
        ("until", span(&raw.until)),
        ("count", span(&raw.count)),
        ("tasks", span(&raw.tasks)),
        ("runtime", span(&raw.runtime)),
        ("work", span(&raw.work)),
        ("requested", span(&raw.requested)),
        ("input", span(&raw.input)),
        ("input-at", span(&raw.input_at)),
        ("dataset", span(&raw.dataset)),
        ("output", span(&raw.output)),
        ("output-to", span(&raw.output_to)),
        ("deadline", span(&raw.deadline)),
    ];
    for (key, span) in keys {
        if let Some(span) = span {
            out.push(
                Diagnostic::error(span, format!("{who} is a log: it cannot have `{key}`"))
                    .help("times, sizes and requests come from the log; a window and the load are keys of `swf`"),
            );
        }
    }
}

fn options(at: &At<RawSwf>, out: &mut Diagnostics) -> Option<SwfOptions> {
    let raw = at.get();
    let instant = |key: &Option<At<crate::units::SimDuration>>, what, out: &mut Diagnostics| {
        key.as_ref().map(|at| SimTime::ZERO + time(at, what, out))
    };
    let (from, to) = (instant(&raw.from, "`from`", out), instant(&raw.to, "`to`", out));
    if let (Some(from), Some(to), Some(at)) = (from, to, &raw.to)
        && to <= from
    {
        out.error(at.span(), "the window of the log ends before it begins");
        return None;
    }
    let load = raw.load.as_ref().map_or(1.0, |load| *load.get());
    if !(load.is_finite() && load > 0.0) {
        let span = raw.load.as_ref().map_or(at.span(), At::span);
        out.push(
            Diagnostic::error(span, format!("a load of {load} is not above 0"))
                .help("load = 2.0 brings jobs twice as fast"),
        );
        return None;
    }
    let filter = match raw.filter.as_ref().map(At::get) {
        Some(RawSwfFilter::Predictsim { processors }) => SwfFilter::Predictsim { processors: *processors },
        None => SwfFilter::Runnable,
    };
    Some(SwfOptions { from, to, load, filter, clock: Clock::Window })
}

/// Looks through a log once: its users, its width, its order, and what is wrong with it.
fn look<'l>(
    swf: &At<RawSwf>,
    options: &SwfOptions,
    log: Option<&'l NamedLog>,
    out: &mut Diagnostics,
) -> Option<(&'l NamedLog, Survey)> {
    let span = swf.get().file.span();
    let log = log?;
    let mut bytes = match log.bytes.open() {
        Ok(bytes) => Hashed::new(bytes),
        Err(error) => {
            let reason = if error.kind() == std::io::ErrorKind::NotFound {
                "no such file".to_owned()
            } else {
                error.to_string()
            };
            out.error(span, format!("cannot read the log {}: {reason}", log.shown));
            return None;
        }
    };
    let survey = match survey(&mut bytes, options) {
        Ok(survey) => survey,
        Err(problem) => {
            out.error(span, format!("cannot read the log {}: {problem}", log.shown));
            return None;
        }
    };
    let found = format!("{:016x}", bytes.hash());
    if let Some(hash) = swf.get().hash.as_ref().filter(|hash| *hash.get() != found) {
        let problem = format!("{} is another log: its hash is {found}, not {}", log.shown, hash.get());
        out.push(Diagnostic::error(hash.span(), problem).help("leave out `hash` to take the log as it is"));
        return None;
    }
    if let Some(nothing) = survey.report.nothing() {
        out.error(span, format!("{} has {nothing}", log.shown));
        return None;
    }
    for (notice, count) in &survey.report.notices {
        // The window and the order are as they are wanted.
        if !matches!(notice, Notice::OutsideWindow | Notice::Unsorted) {
            let problem = format!("{}: {} {} ({count})", log.shown, count.count, notice.text());
            out.warning(span.clone(), problem);
        }
    }
    Some((log, survey))
}

/// What each processor of a job is: one amount of each.
fn task(shape: &Shape, who: &str, span: Range<usize>, out: &mut Diagnostics) -> Option<TaskShape> {
    let mut amount = |bounded: &Bounded, what: &str| match &bounded.distribution {
        Distribution::Constant(value) => Some(libm::round(*value)),
        _ => {
            out.error(span.clone(), format!("{who} is a log: its `{what}` are one amount a processor, not drawn"));
            None
        }
    };
    let (cores, memory, accelerators) =
        (amount(&shape.cores, "cores"), amount(&shape.memory, "memory"), amount(&shape.accelerators, "accelerators"));
    let small = |value: f64| value.clamp(0.0, f64::from(u32::MAX)) as u32;
    let accelerators_milli = small(accelerators?);
    Some(TaskShape {
        cores_milli: small(cores?),
        memory: memory? as u64,
        accelerators_milli,
        accelerator: shape.accelerator.filter(|_| accelerators_milli > 0),
    })
}

/// The hash of a log's bytes, as `hash` names it; `None` where it cannot be read.
pub(in crate::scenario) fn hash(log: &NamedLog) -> Option<String> {
    let mut bytes = Hashed::new(log.bytes.open().ok()?);
    std::io::copy(&mut bytes, &mut std::io::sink()).ok()?;
    Some(format!("{:016x}", bytes.hash()))
}
