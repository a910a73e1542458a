//! From a class's plan to its jobs.

use super::arrivals::Instants;
use super::sample::{Sampler, whole};
use crate::model::{
    DatasetId, Input, Job, JobNumber, JobSlot, Precision, Request, SiteId, TaskShape, TenantId, Truth, Work,
};
use crate::rng::{Family, Streams, Weights};
use crate::signals::Calendar;
use crate::units::{Bytes, SimDuration, SimTime};
use crate::workload::{Bounded, ClassPlan, InputPlan, JobSource, OutputPlan, RequestedPlan, Weighted, WorkPlan};
use rand::distr::Distribution as _;

/// So many jobs at one instant, of a class without a count, are taken for a plan that never moves on.
const STANDSTILL: u64 = 1_000_000;

/// A quantity: its distribution and its streams. A constant opens no stream.
#[derive(Debug, Clone)]
struct Quantity {
    sampler: Sampler,
    family: Family,
}

impl Quantity {
    fn of(&self, ordinal: u64) -> f64 {
        self.sampler.constant().unwrap_or_else(|| self.sampler.draw(&mut self.family.of(ordinal)))
    }

    fn whole(&self, ordinal: u64) -> u64 {
        whole(self.of(ordinal))
    }

    fn small(&self, ordinal: u64) -> u32 {
        u32::try_from(self.whole(ordinal)).unwrap_or(u32::MAX)
    }
}

/// One of some ids, by weight.
#[derive(Debug, Clone)]
struct Pick<T> {
    weights: Option<Weights>,
    items: Vec<T>,
    family: Family,
}

impl<T: Copy> Pick<T> {
    fn new(items: &[Weighted<T>], family: Family) -> Self {
        let weights: Vec<f64> = items.iter().map(|item| item.weight).collect();
        Self { weights: Weights::new(&weights), items: items.iter().map(|item| item.value).collect(), family }
    }

    /// `None` where nothing has a weight.
    fn of(&self, ordinal: u64) -> Option<T> {
        let weights = self.weights.as_ref()?;
        match self.items.as_slice() {
            [only] => Some(*only),
            items => items.get(weights.sample(&mut self.family.of(ordinal))).copied(),
        }
    }
}

#[derive(Debug, Clone)]
enum WorkDraw {
    Time(Quantity),
    Flop(Quantity, Precision),
}

#[derive(Debug, Clone)]
enum RequestedDraw {
    Exact,
    Factor(Quantity),
    Time(Quantity),
}

#[derive(Debug, Clone)]
enum InputDraw {
    None,
    Origin(Quantity),
    At(SiteId, Quantity),
    Datasets(Pick<DatasetId>),
}

/// The jobs of one class.
#[derive(Debug, Clone)]
pub struct Generator {
    plan: ClassPlan,
    instants: Instants,
    until: Option<SimTime>,
    ordinal: u64,
    last: SimTime,
    still: u64,
    ended: bool,
    tenant: (Option<Weights>, Family),
    origin: Pick<SiteId>,
    tasks: Quantity,
    cores: Quantity,
    memory: Quantity,
    accelerators: Quantity,
    work: WorkDraw,
    requested: RequestedDraw,
    input: InputDraw,
    output: Quantity,
    deadline: Option<Quantity>,
}

impl Generator {
    /// The jobs of a plan. `calendar` says where the run's start lies in the week; `until` is the end of all
    /// submissions, and the plan's own `until` may be earlier.
    #[must_use]
    pub fn new(plan: &ClassPlan, calendar: Calendar, until: Option<SimTime>, streams: &Streams) -> Self {
        let family = |quantity: &str| streams.family(&format!("workload.{}.{quantity}", plan.name));
        let quantity =
            |name: &str, bounded: &Bounded| Quantity { sampler: Sampler::new(bounded), family: family(name) };
        let (_, tenants, exponent) = plan.tenants;
        Self {
            instants: Instants::new(&plan.name, &plan.arrivals, plan.from, calendar, streams),
            until: plan.until.into_iter().chain(until).min(),
            ordinal: 0,
            last: plan.from,
            still: 0,
            ended: false,
            tenant: (Some(tenants).filter(|n| *n > 1).and_then(|n| Weights::zipf(n, exponent)), family("tenant")),
            origin: Pick::new(&plan.origin, family("origin")),
            tasks: quantity("tasks", &plan.tasks),
            cores: quantity("cores", &plan.cores_milli),
            memory: quantity("memory", &plan.memory),
            accelerators: quantity("accelerators", &plan.accelerators_milli),
            work: match &plan.work {
                WorkPlan::Time(time) => WorkDraw::Time(quantity("work", time)),
                WorkPlan::Flop(amount, precision) => WorkDraw::Flop(quantity("work", amount), *precision),
            },
            requested: match &plan.requested {
                RequestedPlan::Exact => RequestedDraw::Exact,
                RequestedPlan::Factor(factor) => RequestedDraw::Factor(quantity("requested", factor)),
                RequestedPlan::Time(time) => RequestedDraw::Time(quantity("requested", time)),
            },
            input: match &plan.input {
                InputPlan::None => InputDraw::None,
                InputPlan::Origin(bytes) => InputDraw::Origin(quantity("input", bytes)),
                InputPlan::At(site, bytes) => InputDraw::At(*site, quantity("input", bytes)),
                InputPlan::Datasets(datasets) => InputDraw::Datasets(Pick::new(datasets, family("input"))),
            },
            output: quantity("output", &plan.output),
            deadline: plan.deadline.as_ref().map(|after| quantity("deadline", after)),
            plan: plan.clone(),
        }
    }

    /// The next instant of submission inside the plan's bounds.
    fn submit(&mut self) -> Result<Option<SimTime>, String> {
        if self.plan.count.is_some_and(|count| self.ordinal >= count) {
            return Ok(None);
        }
        let Some(now) = self.instants.next().filter(|now| self.until.is_none_or(|until| *now < until)) else {
            return Ok(None);
        };
        self.still = if now == self.last { self.still + 1 } else { 0 };
        self.last = now;
        if self.still >= STANDSTILL && self.plan.count.is_none() {
            return Err(format!(
                "workload {:?}: {STANDSTILL} jobs at {} and no end; give it a count or a longer interval",
                self.plan.name,
                now.since(SimTime::ZERO)
            ));
        }
        Ok(Some(now))
    }

    fn work(&self, ordinal: u64) -> Work {
        match &self.work {
            WorkDraw::Time(time) => Work::Time(SimDuration(time.whole(ordinal))),
            WorkDraw::Flop(amount, precision) => {
                Work::Flop { amount: libm::round(amount.of(ordinal).max(0.0)), precision: *precision }
            }
        }
    }

    fn requested(&self, ordinal: u64, truth: Work) -> Work {
        match (&self.requested, truth) {
            (RequestedDraw::Exact, truth) => truth,
            (RequestedDraw::Time(time), _) => Work::Time(SimDuration(time.whole(ordinal))),
            (RequestedDraw::Factor(factor), Work::Time(time)) => {
                Work::Time(SimDuration(whole(time.0 as f64 * factor.of(ordinal))))
            }
            (RequestedDraw::Factor(factor), Work::Flop { amount, precision }) => {
                Work::Flop { amount: libm::round(amount * factor.of(ordinal).max(0.0)), precision }
            }
        }
    }

    fn input(&self, ordinal: u64, origin: SiteId) -> Input {
        let (site, bytes) = match &self.input {
            InputDraw::None => return Input::None,
            InputDraw::Datasets(pick) => return pick.of(ordinal).map_or(Input::None, Input::Dataset),
            InputDraw::Origin(bytes) => (origin, bytes.whole(ordinal)),
            InputDraw::At(site, bytes) => (*site, bytes.whole(ordinal)),
        };
        if bytes == 0 { Input::None } else { Input::From(site, Bytes(u128::from(bytes))) }
    }

    fn tenant(&self, ordinal: u64) -> TenantId {
        let (weights, family) = &self.tenant;
        let rank = weights.as_ref().map_or(0, |weights| weights.sample(&mut family.of(ordinal)));
        TenantId(self.plan.tenants.0.0.saturating_add(u32::try_from(rank).unwrap_or(u32::MAX)))
    }

    fn task(&self, ordinal: u64) -> TaskShape {
        // More than a card is whole cards.
        let milli = self.accelerators.small(ordinal);
        let accelerators_milli = if milli <= 1000 { milli } else { milli.div_ceil(1000).saturating_mul(1000) };
        TaskShape {
            cores_milli: self.cores.small(ordinal),
            memory: self.memory.whole(ordinal),
            accelerators_milli,
            accelerator: self.plan.accelerator.filter(|_| accelerators_milli > 0),
        }
    }

    fn job(&self, ordinal: u64, submit: SimTime) -> Result<Job, String> {
        let origin = self.origin.of(ordinal).ok_or_else(|| format!("workload {:?}: no origin", self.plan.name))?;
        let truth = self.work(ordinal);
        let request = Request {
            number: JobNumber(0),
            class: self.plan.class,
            tenant: self.tenant(ordinal),
            origin,
            submit,
            tasks: self.tasks.small(ordinal).max(1),
            task: self.task(ordinal),
            requested: self.requested(ordinal, truth),
            input: self.input(ordinal, origin),
            output: Bytes(u128::from(self.output.whole(ordinal))),
            output_to: match self.plan.output_to {
                OutputPlan::Origin => Some(origin),
                OutputPlan::To(site) => Some(site),
                OutputPlan::Stay => None,
            },
            deadline: self.deadline.as_ref().map(|after| submit + SimDuration(after.whole(ordinal))),
            priority: self.plan.priority,
            round_trip: self.plan.round_trip,
            constraint: self.plan.constraint,
            flex: self.plan.flex.clone(),
        };
        Ok(Job { name: None, ordinal, slot: JobSlot(0), request, truth: Truth { work: truth } })
    }
}

impl JobSource for Generator {
    fn next_job(&mut self) -> Result<Option<Job>, String> {
        if self.ended {
            return Ok(None);
        }
        let Some(submit) = self.submit()? else {
            self.ended = true;
            return Ok(None);
        };
        let job = self.job(self.ordinal, submit)?;
        self.ordinal += 1;
        Ok(Some(job))
    }

    fn copied(&self) -> Result<Box<dyn JobSource>, String> {
        Ok(Box::new(self.clone()))
    }
}
