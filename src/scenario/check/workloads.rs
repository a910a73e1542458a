//! `[workload.NAME]`: synthetic classes of jobs.

use super::super::built::RunPlan;
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{Amount, At, Drawn, RawRequested, RawWorkload};
use super::amounts::{time, weight};
use super::constraints::{Cards, Wish, cards};
use super::distributions::{Rule, drawn, inner, range};
use super::fit::{Demand, whole_cards};
use super::jobs::{self, CARDS, Destination};
use super::limits::{DRAWN_BYTES_MAX, FLOP_MAX, TASKS_MAX, TIME_MAX};
use super::reach::Journey;
use super::{Scope, arrivals, classes, flex, tenants};
use crate::model::{AcceleratorId, ConstraintId, DatasetId, Precision, SiteId, TaskShape, TenantId};
use crate::units::SimTime;
use crate::workload::{Bounded, ClassPlan, InputPlan, OutputPlan, RequestedPlan, Weighted, WorkPlan};
use std::ops::Range;

const TASKS: Rule = Rule { what: "`tasks`", scale: 1.0, least: 1.0, largest: TASKS_MAX, whole: true };
const CORES: Rule = Rule { what: "`cores`", scale: 1000.0, least: 0.0, largest: 4e6, whole: false };
const MEMORY: Rule = Rule::up_to("`memory`", DRAWN_BYTES_MAX);

/// A rule for times.
pub(super) const fn span_rule(what: &'static str) -> Rule {
    Rule::up_to(what, TIME_MAX.0 as f64)
}

/// The plans of all workloads, by name.
pub(super) fn plans(scope: &mut Scope<'_>, run: &RunPlan, out: &mut Diagnostics) -> Vec<ClassPlan> {
    let raw = scope.raw;
    let drawn = raw.workload.iter().filter(|(_, workload)| workload.get().swf.is_none());
    drawn.filter_map(|(name, workload)| one(name, workload, scope, run, out)).collect()
}

fn one(
    name: &str,
    at: &At<RawWorkload>,
    scope: &mut Scope<'_>,
    run: &RunPlan,
    out: &mut Diagnostics,
) -> Option<ClassPlan> {
    let raw = at.get();
    let who = format!("workload {name:?}");
    let tenants = tenants(raw, scope, out);
    let arrivals = arrivals::plan(raw, &who, at.span(), run, out);
    let origin = origins(raw.origin.as_ref(), raw.origin_table.is_some(), &who, at.span(), scope, out);
    let shape = shape(raw, &who, at.span(), scope, out);
    let work = work(raw, &who, at.span(), out);
    let requested = requested(raw, out);
    let input = input(raw, &who, scope, out);
    let output = drawn_or(raw.output.as_ref(), 0.0, Rule::up_to("`output`", DRAWN_BYTES_MAX), out);
    let output_to = jobs::destination(raw.output_to.as_ref(), scope, out).map(|to| match to {
        Destination::Origin => OutputPlan::Origin,
        Destination::Stay => OutputPlan::Stay,
        Destination::To(site) => OutputPlan::To(site),
    });
    let deadline = match &raw.deadline {
        Some(deadline) => drawn(&deadline.get().after_submit, span_rule("the deadline"), out).map(Some),
        None => Some(None),
    };
    let constraint = constraint(raw, &who, at.span(), shape.as_ref(), work.as_ref(), scope, out);
    if let (Some(shape), Some(constraint)) = (&shape, constraint)
        && possible(shape, constraint, &who, at.span(), scope, out)
    {
        let parts =
            Parts { origin: origin.as_deref(), input: input.as_ref(), output: output.as_ref(), output_to, constraint };
        transfers(&parts, raw, &who, at.span(), scope, out);
    }
    let flex = flex::of(raw.checkpoint.as_ref(), raw.elastic.as_ref(), &who, out);
    let shape = shape?;
    Some(ClassPlan {
        class: classes::id(&scope.platform.classes, name),
        name: name.to_owned(),
        tenants: tenants?,
        arrivals: arrivals?,
        from: SimTime::ZERO
            + raw.from.as_ref().map_or(crate::units::SimDuration::ZERO, |from| time(from, "`from`", out)),
        until: raw.until.as_ref().map(|until| SimTime::ZERO + time(until, "`until`", out)),
        count: raw.count.as_ref().map(|count| *count.get()),
        origin: origin?,
        tasks: shape.tasks,
        cores_milli: shape.cores,
        memory: shape.memory,
        accelerators_milli: shape.accelerators,
        accelerator: shape.accelerator,
        work: work?,
        requested: requested?,
        input: input?,
        output: output?,
        output_to: output_to?,
        deadline: deadline?,
        priority: raw.priority,
        round_trip: raw.round_trip.as_ref().map(|bound| time(bound, "`round-trip`", out)),
        constraint: constraint?,
        flex: flex?,
    })
}

/// The distribution of a quantity, or a constant where none is given.
pub(super) fn drawn_or<T: super::amounts::Quantity>(
    raw: Option<&At<Drawn<T>>>,
    default: f64,
    rule: Rule,
    out: &mut Diagnostics,
) -> Option<Bounded> {
    raw.map_or(Some(Bounded::constant(default)), |value| drawn(value, rule, out))
}

pub(super) fn tenants(raw: &RawWorkload, scope: &Scope<'_>, out: &mut Diagnostics) -> Option<(TenantId, u32, f64)> {
    let groups = &scope.platform.tenants;
    let group = match &raw.tenants {
        Some(name) => tenants::group(name, groups, out)?,
        None => groups.groups.iter().find(|group| group.name == tenants::DEFAULT)?,
    };
    Some((group.first, group.count, tenants::exponent(scope.raw, &group.name)))
}

/// Weights by place.
pub(super) fn origins(
    raw: Option<&At<std::collections::BTreeMap<String, At<f64>>>>,
    in_a_table: bool,
    who: &str,
    span: Range<usize>,
    scope: &Scope<'_>,
    out: &mut Diagnostics,
) -> Option<Vec<Weighted<SiteId>>> {
    let Some(table) = raw else {
        if !in_a_table {
            let problem = format!("{who} does not say where its users are");
            out.push(Diagnostic::error(span, problem).help("origin = { NAME = 1.0 }, by center or metro"));
        }
        return None;
    };
    weights(table, |name, span, out| scope.sites.populated(name, span, out), out)
}

/// Items of a table of weights, in the order of their ids.
fn weights<T: Ord + Copy>(
    table: &At<std::collections::BTreeMap<String, At<f64>>>,
    mut find: impl FnMut(&str, Range<usize>, &mut Diagnostics) -> Option<T>,
    out: &mut Diagnostics,
) -> Option<Vec<Weighted<T>>> {
    let before = out.errors();
    let mut items = Vec::new();
    for (name, at) in table.get() {
        let found = find(name, at.span(), out);
        let weight = weight(*at.get(), at.span(), out);
        if let (Some(value), Some(weight)) = (found, weight) {
            items.push(Weighted { value, weight });
        }
    }
    if before != out.errors() {
        return None;
    }
    if items.iter().map(|item| item.weight).sum::<f64>() <= 0.0 {
        out.error(table.span(), "no weight is above 0");
        return None;
    }
    items.sort_by_key(|item| item.value);
    Some(items)
}

/// What a task asks for, drawn.
pub(super) struct Shape {
    pub(super) tasks: Bounded,
    pub(super) cores: Bounded,
    pub(super) memory: Bounded,
    pub(super) accelerators: Bounded,
    pub(super) accelerator: Option<AcceleratorId>,
    pub(super) cards: Cards,
}

impl Shape {
    fn amounts(&self) -> [&Bounded; 4] {
        [&self.tasks, &self.cores, &self.memory, &self.accelerators]
    }

    /// The least and the largest demand that can be drawn; infinite amounts become the largest number.
    fn range(&self) -> (Demand, Demand) {
        let [tasks, cores, memory, cards] = self.amounts().map(range);
        let small = |value: f64| libm::round(value).clamp(0.0, f64::from(u32::MAX)) as u32;
        let demand = |tasks: f64, cores: f64, memory: f64, cards: f64| {
            let accelerators_milli = whole_cards(small(cards));
            Demand {
                tasks: small(tasks).max(1),
                task: TaskShape {
                    cores_milli: small(cores),
                    memory: libm::round(memory) as u64,
                    accelerators_milli,
                    accelerator: self.accelerator.filter(|_| accelerators_milli > 0),
                },
            }
        };
        (demand(tasks.0, cores.0, memory.0, cards.0), demand(tasks.1, cores.1, memory.1, cards.1))
    }
}

pub(super) fn shape(
    raw: &RawWorkload,
    who: &str,
    span: Range<usize>,
    scope: &Scope<'_>,
    out: &mut Diagnostics,
) -> Option<Shape> {
    let tasks = drawn_or(raw.tasks.as_ref(), 1.0, TASKS, out);
    let default = if raw.accelerators.is_some() { 0.0 } else { 1000.0 };
    let cores = drawn_or(raw.cores.as_ref(), default, CORES, out);
    let memory = drawn_or(raw.memory.as_ref(), 0.0, MEMORY, out);
    let mut wanted = Some(Cards::None);
    let mut accelerators = Some(Bounded::constant(0.0));
    if let Some(of) = raw.accelerators.as_ref().map(At::get) {
        wanted = cards(of.kind.as_ref(), &scope.platform, out);
        accelerators = drawn(&of.per_task, CARDS, out).filter(|_| each_card(&of.per_task, who, out));
    }
    let (tasks, cores, memory, accelerators, cards) = (tasks?, cores?, memory?, accelerators?, wanted?);
    if range(&cores).1 <= 0.0 && range(&accelerators).1 <= 0.0 {
        let place = raw.cores.as_ref().map_or(span, At::span);
        out.push(Diagnostic::error(place, format!("{who} asks for no core and no accelerator")).help("cores = 1, say"));
        return None;
    }
    let accelerator = match cards {
        Cards::Of(kind) => Some(kind),
        Cards::None | Cards::Any => None,
    };
    Some(Shape { tasks, cores, memory, accelerators, accelerator, cards })
}

/// Single values of accelerators: a share of one, or whole ones. Drawn ones are rounded up to whole ones.
fn each_card(per_task: &At<Drawn<f64>>, who: &str, out: &mut Diagnostics) -> bool {
    let values: Vec<f64> = match per_task.get() {
        Drawn::Constant(value) => vec![*value],
        Drawn::From(Amount::Choice(items)) => items.keys().filter_map(|text| text.trim().parse().ok()).collect(),
        Drawn::From(_) => return true,
    };
    let whole =
        |value: f64, out: &mut Diagnostics| jobs::whole_or_share(value * 1000.0, who, per_task.span(), out).is_some();
    // All of them are looked at.
    values.into_iter().filter(|value| !whole(*value, out)).count() == 0
}

fn work(raw: &RawWorkload, who: &str, span: Range<usize>, out: &mut Diagnostics) -> Option<WorkPlan> {
    match (&raw.runtime, &raw.work) {
        (Some(runtime), None) => drawn(runtime, span_rule("`runtime`"), out).map(WorkPlan::Time),
        (None, Some(work)) => {
            let (amount, precision) = jobs::operations(work.get());
            let amount = inner(amount, work.span(), Rule::up_to("`work`", FLOP_MAX), out)?;
            Some(WorkPlan::Flop(amount, precision))
        }
        (runtime, work) => {
            jobs::neither_or_both(runtime.as_ref().map(At::span), work.as_ref().map(At::span), who, span, out);
            None
        }
    }
}

fn requested(raw: &RawWorkload, out: &mut Diagnostics) -> Option<RequestedPlan> {
    let Some(at) = &raw.requested else { return Some(RequestedPlan::Exact) };
    match at.get() {
        RawRequested::Factor(factor) => {
            inner(factor, at.span(), Rule::up_to("the factor of `requested`", 1e9), out).map(RequestedPlan::Factor)
        }
        RawRequested::Time(time) => {
            inner(time, at.span(), span_rule("the time of `requested`"), out).map(RequestedPlan::Time)
        }
    }
}

fn input(raw: &RawWorkload, who: &str, scope: &Scope<'_>, out: &mut Diagnostics) -> Option<InputPlan> {
    let at = raw.input_at.as_ref().map(|at| scope.sites.populated(at.get(), at.span(), out));
    if let (Some(at), None) = (&raw.input_at, &raw.input) {
        out.push(
            Diagnostic::error(at.span(), format!("{who}: `input-at` needs `input`")).help("input = \"125 GB\", say"),
        );
    }
    if let (Some(input), Some(dataset)) = (&raw.input, &raw.dataset) {
        jobs::input_and_dataset(input.span(), dataset.span(), who, out);
        return None;
    }
    if let Some(table) = &raw.dataset {
        let find = |name: &str, span: Range<usize>, out: &mut Diagnostics| jobs::dataset(name, span, scope, out);
        return weights::<DatasetId>(table, find, out).map(InputPlan::Datasets);
    }
    let Some(input) = &raw.input else { return Some(InputPlan::None) };
    let amount = drawn(input, Rule::up_to("`input`", DRAWN_BYTES_MAX), out);
    match at {
        None => amount.map(InputPlan::Origin),
        Some(site) => Some(InputPlan::At(site?, amount?)),
    }
}

/// Where its jobs may run. Not asked where accelerators or work are wrong already.
pub(super) fn constraint(
    raw: &RawWorkload,
    who: &str,
    span: Range<usize>,
    shape: Option<&Shape>,
    work: Option<&WorkPlan>,
    scope: &mut Scope<'_>,
    out: &mut Diagnostics,
) -> Option<ConstraintId> {
    let precision: Option<Precision> = match work? {
        WorkPlan::Time(_) => None,
        WorkPlan::Flop(_, precision) => Some(*precision),
    };
    let wish = Wish { who, span, regions: &raw.regions, labels: &raw.labels, cards: shape?.cards, precision };
    Some(scope.constraints.of(&wish, &scope.platform, &scope.doubtful, out))
}

/// Whether its jobs could run at all, as far as the pools are known.
pub(super) fn possible(
    shape: &Shape,
    constraint: ConstraintId,
    who: &str,
    span: Range<usize>,
    scope: &Scope<'_>,
    out: &mut Diagnostics,
) -> bool {
    let platform = &scope.platform;
    let pools = scope.constraints.pools(constraint);
    if !scope.can_judge(pools) {
        return !pools.is_empty();
    }
    let (least, largest) = shape.range();
    if !least.fits(pools, platform) {
        let asked = least.text();
        let problem = format!(
            "impossible jobs: even the least of {who} asks for {asked}, which no pool where it may run can hold"
        );
        out.push(Diagnostic::error(span, problem).maybe_help(least.nearest(pools, platform)));
        return false;
    }
    if !largest.fits(pools, platform) {
        let problem = format!("the largest jobs of {who} fit into no pool where they may run, and will be turned away");
        let unbounded = shape.amounts().iter().any(|amount| range(amount).1.is_infinite());
        let help = if unbounded {
            Some("give the distributions of its demand a `max`".to_owned())
        } else {
            largest.nearest(pools, platform)
        };
        out.push(Diagnostic::warning(span, problem).maybe_help(help));
    }
    true
}

/// What is known of the data of a workload; `None` where it is wrong and has been reported.
pub(super) struct Parts<'a> {
    pub(super) origin: Option<&'a [Weighted<SiteId>]>,
    pub(super) input: Option<&'a InputPlan>,
    pub(super) output: Option<&'a Bounded>,
    pub(super) output_to: Option<OutputPlan>,
    pub(super) constraint: ConstraintId,
}

/// Whether inputs can get to where its jobs may run, and outputs from there.
pub(super) fn transfers(
    parts: &Parts<'_>,
    raw: &RawWorkload,
    who: &str,
    span: Range<usize>,
    scope: &Scope<'_>,
    out: &mut Diagnostics,
) {
    if !scope.links_known {
        return;
    }
    let platform = &scope.platform;
    let pools = scope.constraints.pools(parts.constraint);
    // Inputs that are at the same places for all origins are looked at once.
    if let Some(InputPlan::Datasets(datasets)) = parts.input {
        for dataset in datasets.iter().filter(|item| item.weight > 0.0) {
            let dataset = &platform.datasets[dataset.value.index()];
            let place =
                raw.dataset.as_ref().and_then(|table| table.get().get(&dataset.name)).map_or(span.clone(), At::span);
            scope.reach.check(&Journey { who, span: place, from: &dataset.at, to: None, pools }, platform, out);
        }
    }
    if let Some(InputPlan::At(site, amount)) = parts.input
        && range(amount).1 > 0.0
    {
        let place = raw.input_at.as_ref().map_or(span.clone(), At::span);
        scope.reach.check(&Journey { who, span: place, from: &[*site], to: None, pools }, platform, out);
    }
    let from_origin = matches!(parts.input, Some(InputPlan::Origin(amount)) if range(amount).1 > 0.0);
    let has_output = parts.output.is_some_and(|output| range(output).1 > 0.0);
    for origin in
        parts.origin.unwrap_or_default().iter().filter(|origin| origin.weight > 0.0).map(|origin| origin.value)
    {
        let from: &[SiteId] = if from_origin { &[origin] } else { &[] };
        let to = match parts.output_to.filter(|_| has_output) {
            Some(OutputPlan::Origin) => Some(origin),
            Some(OutputPlan::To(site)) => Some(site),
            Some(OutputPlan::Stay) | None => None,
        };
        let name = &platform.sites[origin.index()].name;
        let place = raw.origin.as_ref().and_then(|table| table.get().get(name)).map_or(span.clone(), At::span);
        scope.reach.check(&Journey { who, span: place, from, to, pools }, platform, out);
        if let Some(bound) = &raw.round_trip {
            scope.reach.check_round_trip((origin, bound), who, pools, platform, out);
        }
    }
}
