//! `[[job]]`: single jobs.

use super::super::built::RunPlan;
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawJob, RawWork};
use super::amounts::{bytes, milli, time};
use super::constraints::{Cards, Wish, cards};
use super::distributions::{Rule, constant};
use super::fit::Demand;
use super::limits::{FLOP_MAX, TASKS_MAX, TIME_MAX};
use super::reach::Journey;
use super::{Scope, classes, flex, names, tenants};
use crate::model::{
    AcceleratorId, ConstraintId, Input, Job, JobName, JobNumber, JobSlot, PoolId, Precision, Request, SiteId,
    TaskShape, TenantId, Truth, Work,
};
use crate::units::{Bytes, SimTime};
use std::collections::BTreeMap;
use std::ops::Range;

/// All single jobs in the order of submission, then of the file. Numbers are given out later.
pub(super) fn list(scope: &mut Scope<'_>, run: &RunPlan, out: &mut Diagnostics) -> Vec<Job> {
    let mut ids: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    let mut jobs = Vec::new();
    for (place, at) in scope.raw.job.iter().enumerate() {
        if let Some(id) = &at.get().id {
            unique(id, &mut ids, out);
        }
        jobs.extend(one(at, place, scope, run, out));
    }
    jobs.sort_by_key(|job| job.request.submit);
    // A job's ordinal is its place within its class; names of jobs that a workload of the same class draws are kept apart.
    let mut counts = vec![0u64; scope.platform.classes.len()];
    for job in &mut jobs {
        let class = job.request.class;
        job.ordinal = counts[class.index()];
        counts[class.index()] += 1;
        let name = &scope.platform.classes[class.index()].name;
        if job.name.is_none() && scope.raw.workload.contains_key(name) {
            job.name = Some(JobName::from(format!("{name}-single-{}", job.ordinal)));
        }
    }
    jobs
}

fn unique<'a>(id: &'a At<String>, ids: &mut BTreeMap<&'a str, Range<usize>>, out: &mut Diagnostics) {
    names::allowed(id.get(), "a job", id.span(), out);
    match ids.get(id.get().as_str()) {
        Some(first) => out.push(
            Diagnostic::error(id.span(), format!("two jobs are called {:?}", id.get()))
                .other(first.clone(), "the first one"),
        ),
        None => {
            ids.insert(id.get(), id.span());
        }
    }
}

/// How messages call a job.
fn called(raw: &RawJob, place: usize) -> String {
    raw.id.as_ref().map_or_else(|| format!("the {}. job", place + 1), |id| format!("job {:?}", id.get()))
}

/// Parts of a job are looked at one by one, so that all that is wrong with it is said.
fn one(at: &At<RawJob>, place: usize, scope: &mut Scope<'_>, run: &RunPlan, out: &mut Diagnostics) -> Option<Job> {
    let raw = at.get();
    let who = called(raw, place);
    let submit = SimTime::ZERO + time(&raw.submit, "`submit`", out);
    if let Some(until) = run.until.filter(|until| submit >= *until) {
        let problem =
            format!("{who} is never submitted: submissions end {} after the start", until.since(SimTime::ZERO));
        out.warning(raw.submit.span(), problem);
    }
    let origin = scope.sites.populated(raw.origin.get(), raw.origin.span(), out);
    let tenant = tenant(raw, at.span(), scope, out);
    let demand = demand(raw, &who, at.span(), scope, out);
    let work = work(raw, &who, at.span(), out);
    let requested = raw.requested.as_ref().map(|requested| Work::Time(time(requested, "`requested`", out)));
    let input = input(raw, &who, origin, scope, out);
    let output = raw.output.as_ref().map_or(Bytes::ZERO, |output| bytes(output, "`output`", out));
    let output_to = destination(raw.output_to.as_ref(), scope, out).map(|to| to.or_origin(origin));
    let deadline = raw.deadline.as_ref().map(|deadline| {
        let after = &deadline.get().after_submit;
        let rule = Rule::up_to("the deadline", TIME_MAX.0 as f64);
        constant(after.get(), after.span(), rule, out).map(|nanos| SimTime(submit.0.saturating_add(nanos as u64)))
    });
    let constraint = constraint(raw, &who, at.span(), demand.as_ref().map(|(_, cards)| *cards), work, scope, out);
    let parts =
        Parts { origin, demand: demand.as_ref().map(|(demand, _)| *demand), input, output, output_to, constraint };
    possible(&parts, raw, &who, at.span(), scope, out);
    let flex = flex::of(raw.checkpoint.as_ref(), raw.elastic.as_ref(), &who, out);
    let (origin, (demand, _), work, input, constraint) = (origin?, demand?, work?, input?, constraint?);
    let (output_to, deadline) = (output_to?, deadline.map_or(Some(None), |found| found.map(Some))?);
    Some(Job {
        name: raw.id.as_ref().map(|id| JobName::from(id.get().as_str())),
        ordinal: 0,
        slot: JobSlot(0),
        request: Request {
            number: JobNumber(0),
            class: classes::id(
                &scope.platform.classes,
                raw.class.as_ref().map_or(classes::DEFAULT, |class| class.get()),
            ),
            tenant: tenant?,
            origin,
            submit,
            tasks: demand.tasks,
            task: demand.task,
            requested: requested.unwrap_or(work),
            input,
            output,
            output_to,
            deadline,
            priority: raw.priority,
            round_trip: raw.round_trip.as_ref().map(|bound| time(bound, "`round-trip`", out)),
            constraint,
            flex: flex?,
        },
        truth: Truth { work },
    })
}

/// What is known of a job so far; `None` where it is wrong and has been reported.
struct Parts {
    origin: Option<SiteId>,
    demand: Option<Demand>,
    input: Option<Input>,
    output: Bytes,
    output_to: Option<Option<SiteId>>,
    constraint: Option<ConstraintId>,
}

/// Whether it could run at all, as far as its parts are known.
fn possible(parts: &Parts, raw: &RawJob, who: &str, span: Range<usize>, scope: &Scope<'_>, out: &mut Diagnostics) {
    let platform = &scope.platform;
    let Some(pools) = parts.constraint.map(|id| scope.constraints.pools(id)) else { return };
    let demand = parts.demand.filter(|_| scope.can_judge(pools));
    let holds = |pool: &&PoolId| {
        demand.is_none_or(|demand| platform.pools[pool.index()].could_hold(demand.tasks, &demand.task))
    };
    // Mostly the first one does, and of many jobs on many pools the others are not looked at.
    if let Some(demand) = demand.filter(|_| !pools.iter().any(|pool| holds(&pool))) {
        let problem =
            format!("impossible job: {who} asks for {}, which no pool where it may run can hold", demand.text());
        out.push(Diagnostic::error(span, problem).maybe_help(demand.nearest(pools, platform)));
        return;
    }
    let from = match parts.input {
        None | Some(Input::None | Input::From(_, Bytes::ZERO)) => Vec::new(),
        Some(Input::From(site, _)) => vec![site],
        Some(Input::Dataset(dataset)) => platform.datasets[dataset.index()].at.clone(),
    };
    let to = parts.output_to.flatten().filter(|_| parts.output > Bytes::ZERO);
    if !scope.links_known || pools.is_empty() || from.is_empty() && to.is_none() && raw.round_trip.is_none() {
        return;
    }
    let able: Vec<PoolId> = pools.iter().filter(holds).copied().collect();
    scope.reach.check(&Journey { who, span, from: &from, to, pools: &able }, platform, out);
    if let (Some(bound), Some(origin)) = (&raw.round_trip, parts.origin) {
        scope.reach.check_round_trip((origin, bound), who, &able, platform, out);
    }
}

fn tenant(raw: &RawJob, span: Range<usize>, scope: &Scope<'_>, out: &mut Diagnostics) -> Option<TenantId> {
    let groups = &scope.platform.tenants;
    let (group, span) = match &raw.tenant {
        Some(name) => (tenants::group(name, groups, out)?, name.span()),
        None => (groups.groups.iter().find(|group| group.name == tenants::DEFAULT)?, span),
    };
    if group.count > 1 {
        let problem = format!("the group {:?} has {} tenants; a single job belongs to one", group.name, group.count);
        out.push(Diagnostic::error(span, problem).help("name a group with one member"));
        return None;
    }
    Some(group.first)
}

/// What it asks of the nodes, and the accelerators that it asks of the pool.
fn demand(
    raw: &RawJob,
    who: &str,
    span: Range<usize>,
    scope: &Scope<'_>,
    out: &mut Diagnostics,
) -> Option<(Demand, Cards)> {
    let tasks = raw.tasks.as_ref().map_or(1, |tasks| *tasks.get());
    if let Some(at) = raw.tasks.as_ref().filter(|_| tasks == 0 || f64::from(tasks) > TASKS_MAX) {
        out.error(at.span(), format!("{who} has {tasks} tasks; 1 to {TASKS_MAX} are allowed"));
    }
    let mut wanted = Some(Cards::None);
    let mut accelerators_milli = Some(0);
    if let Some(cards_of) = raw.accelerators.as_ref().map(At::get) {
        wanted = cards(cards_of.kind.as_ref(), &scope.platform, out);
        let per_task = constant(cards_of.per_task.get(), cards_of.per_task.span(), CARDS, out);
        accelerators_milli = per_task.and_then(|milli| whole_or_share(milli, who, cards_of.per_task.span(), out));
    }
    let default = if raw.accelerators.is_some() { 0 } else { 1000 };
    let cores_milli = match &raw.cores {
        Some(cores) => milli(*cores.get(), "the number of cores of a task", cores.span(), out),
        None => Some(default),
    };
    let memory = raw.memory.as_ref().map_or(Some(0), |memory| {
        let found = u64::try_from(memory.get().0).ok();
        if found.is_none() {
            out.error(memory.span(), format!("{who}: the memory of one task is too large"));
        }
        found
    });
    let (cores_milli, memory, accelerators_milli, wanted) = (cores_milli?, memory?, accelerators_milli?, wanted?);
    if cores_milli == 0 && accelerators_milli == 0 {
        let place = raw.cores.as_ref().map_or(span, At::span);
        out.push(Diagnostic::error(place, format!("{who} asks for no core and no accelerator")).help("cores = 1, say"));
        return None;
    }
    let accelerator: Option<AcceleratorId> = match wanted {
        Cards::Of(kind) => Some(kind),
        Cards::None | Cards::Any => None,
    };
    let task = TaskShape { cores_milli, memory, accelerators_milli, accelerator };
    Some((Demand { tasks: tasks.max(1), task }, wanted))
}

/// Accelerators of one task, in thousandths.
pub(super) const CARDS: Rule =
    Rule { what: "accelerators per task", scale: 1000.0, least: 0.0, largest: 4e6, whole: false };

/// Thousandths of a share of one card, or of whole cards; else a report.
pub(super) fn whole_or_share(milli: f64, who: &str, span: Range<usize>, out: &mut Diagnostics) -> Option<u32> {
    let rounded = libm::round(milli);
    let problem = if rounded < 1.0 {
        format!("{who} asks for 0 accelerators; leave `accelerators` out")
    } else if rounded > 1000.0 && (rounded % 1000.0).abs() > 0.5 {
        format!("{who}: {} accelerators of a task; more than one must be a whole number", milli / 1000.0)
    } else {
        return Some(rounded as u32);
    };
    out.error(span, problem);
    None
}

/// Its work: run time or operations.
fn work(raw: &RawJob, who: &str, span: Range<usize>, out: &mut Diagnostics) -> Option<Work> {
    match (&raw.runtime, &raw.work) {
        (Some(runtime), None) => Some(Work::Time(time(runtime, "`runtime`", out))),
        (None, Some(work)) => {
            let (drawn, precision) = operations(work.get());
            let amount = constant(drawn, work.span(), Rule::up_to("`work`", FLOP_MAX), out)?;
            Some(Work::Flop { amount: libm::round(amount), precision })
        }
        (runtime, work) => {
            neither_or_both(runtime.as_ref().map(At::span), work.as_ref().map(At::span), who, span, out);
            None
        }
    }
}

/// Operations and their precision.
pub(super) const fn operations(work: &RawWork) -> (&super::super::raw::Drawn<crate::units::Flop>, Precision) {
    match work {
        RawWork::Fp16(amount) => (amount, Precision::Fp16),
        RawWork::Fp32(amount) => (amount, Precision::Fp32),
        RawWork::Fp64(amount) => (amount, Precision::Fp64),
    }
}

/// Reports that neither or both of `runtime` and `work` are given.
pub(super) fn neither_or_both(
    runtime: Option<Range<usize>>,
    work: Option<Range<usize>>,
    who: &str,
    span: Range<usize>,
    out: &mut Diagnostics,
) {
    match (runtime, work) {
        (Some(runtime), Some(work)) => out.push(
            Diagnostic::error(work, format!("{who} has a run time and an amount of work"))
                .other(runtime, "the run time")
                .help("`runtime` is a time on reference hardware, `work` are operations; give one of them"),
        ),
        _ => out.push(
            Diagnostic::error(span, format!("{who} does not say how long it runs"))
                .help("give `runtime` (a time on reference hardware) or `work` (operations)"),
        ),
    }
}

fn input(raw: &RawJob, who: &str, origin: Option<SiteId>, scope: &Scope<'_>, out: &mut Diagnostics) -> Option<Input> {
    let site = match &raw.input_at {
        Some(at) => scope.sites.populated(at.get(), at.span(), out),
        None => origin,
    };
    if let (Some(at), None) = (&raw.input_at, &raw.input) {
        out.push(
            Diagnostic::error(at.span(), format!("{who}: `input-at` needs `input`")).help("input = \"125 GB\", say"),
        );
    }
    if let (Some(input), Some(dataset)) = (&raw.input, &raw.dataset) {
        input_and_dataset(input.span(), dataset.span(), who, out);
        return None;
    }
    if let Some(name) = &raw.dataset {
        return dataset(name.get(), name.span(), scope, out).map(Input::Dataset);
    }
    let Some(input) = &raw.input else { return Some(Input::None) };
    let amount = bytes(input, "`input`", out);
    Some(if amount == Bytes::ZERO { Input::None } else { Input::From(site?, amount) })
}

/// Reports that input bytes and a dataset are given.
pub(super) fn input_and_dataset(input: Range<usize>, dataset: Range<usize>, who: &str, out: &mut Diagnostics) {
    out.push(
        Diagnostic::error(dataset, format!("{who} has `input` and `dataset`"))
            .other(input, "the input")
            .help("the input is an amount of bytes or a dataset; give one of them"),
    );
}

/// The dataset of a name, or a report.
pub(super) fn dataset(
    name: &str,
    span: Range<usize>,
    scope: &Scope<'_>,
    out: &mut Diagnostics,
) -> Option<crate::model::DatasetId> {
    let datasets = &scope.platform.datasets;
    let found = datasets.binary_search_by(|dataset| dataset.name.as_str().cmp(name)).ok();
    if found.is_none() {
        let help = names::hint(name, "datasets", datasets.iter().map(|dataset| dataset.name.as_str()), out);
        out.push(Diagnostic::error(span, format!("unknown dataset {name:?}")).maybe_help(help));
    }
    found.map(crate::model::DatasetId::from_index)
}

/// Where an output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    Origin,
    Stay,
    To(SiteId),
}

impl Destination {
    fn or_origin(self, origin: Option<SiteId>) -> Option<SiteId> {
        match self {
            Self::Origin => origin,
            Self::Stay => None,
            Self::To(site) => Some(site),
        }
    }
}

/// "origin", "stay" or a place; `None` with a report where it is none of them.
pub(super) fn destination(raw: Option<&At<String>>, scope: &Scope<'_>, out: &mut Diagnostics) -> Option<Destination> {
    let Some(raw) = raw else { return Some(Destination::Origin) };
    match raw.get().as_str() {
        "origin" => Some(Destination::Origin),
        "stay" => Some(Destination::Stay),
        name => scope.sites.populated(name, raw.span(), out).map(Destination::To),
    }
}

/// Where it may run. Not asked where accelerators or work are wrong already.
fn constraint(
    raw: &RawJob,
    who: &str,
    span: Range<usize>,
    cards: Option<Cards>,
    work: Option<Work>,
    scope: &mut Scope<'_>,
    out: &mut Diagnostics,
) -> Option<ConstraintId> {
    let precision = match work? {
        Work::Time(_) => None,
        Work::Flop { precision, .. } => Some(precision),
    };
    let wish = Wish { who, span, regions: &raw.regions, labels: &raw.labels, cards: cards?, precision };
    Some(scope.constraints.of(&wish, &scope.platform, &scope.doubtful, out))
}
