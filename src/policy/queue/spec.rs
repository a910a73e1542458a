//! Queue disciplines as they are written in a scenario.

use super::estimate::Estimate;
use super::order::{
    Deadline, FairShare, Fcfs, LargestFirst, Ljf, MultiQueue, Order, Priority, Regression, Sjf, SmallestFirst, Unicef,
    Wfp3,
};
use super::{Conservative, Easy, InOrder, NamedEasy, QueueDiscipline};
use crate::units::SimDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// No parameters: `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// Parameters of fair-share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FairShareSpec {
    /// After this time past usage counts half. Default "7 d".
    pub half_life: SimDuration,
}

impl Default for FairShareSpec {
    fn default() -> Self {
        Self { half_life: SimDuration(7 * SimDuration::DAY.0) }
    }
}

/// Parameters of queues by priority.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct MultiQueueSpec {
    /// The order within each queue. Default fcfs.
    pub within: Box<OrderSpec>,
}

/// Who is next in the queue; ties by the instant of queueing, then job number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum OrderSpec {
    /// First come, first served.
    Fcfs(NoParameters),
    /// Shortest estimated run time first.
    Sjf(NoParameters),
    /// Longest estimated run time first.
    Ljf(NoParameters),
    /// Largest demand of the headline resource first.
    LargestFirst(NoParameters),
    /// Smallest demand of the headline resource first.
    SmallestFirst(NoParameters),
    /// Highest priority first.
    Priority(NoParameters),
    /// Earliest deadline first; jobs without one last.
    Deadline(NoParameters),
    /// The tenant with the least decayed usage for its weight first.
    FairShare(FairShareSpec),
    /// One queue for each priority, higher ones first.
    MultiQueue(MultiQueueSpec),
    /// Largest (wait / requested)^3 x size first.
    Wfp3(NoParameters),
    /// Largest wait / (log2(size) x requested) first.
    Unicef(NoParameters),
    /// Smallest log10(run) x size + 870 log10(submit) first.
    F1(NoParameters),
    /// Smallest sqrt(run) x size + 25,600 log10(submit) first.
    F2(NoParameters),
    /// Smallest run x size + 6,860,000 log10(submit) first.
    F3(NoParameters),
    /// Smallest run x sqrt(size) + 530,000 log10(submit) first.
    F4(NoParameters),
}

impl Default for OrderSpec {
    fn default() -> Self {
        Self::Fcfs(NoParameters {})
    }
}

impl OrderSpec {
    /// Builds the order.
    #[must_use]
    pub fn build(&self) -> Box<dyn Order> {
        match self {
            Self::Fcfs(_) => Box::new(Fcfs),
            Self::Sjf(_) => Box::new(Sjf),
            Self::Ljf(_) => Box::new(Ljf),
            Self::LargestFirst(_) => Box::new(LargestFirst),
            Self::SmallestFirst(_) => Box::new(SmallestFirst),
            Self::Priority(_) => Box::new(Priority),
            Self::Deadline(_) => Box::new(Deadline),
            Self::FairShare(spec) => Box::new(FairShare::new(spec.half_life)),
            Self::MultiQueue(spec) => Box::new(MultiQueue { within: spec.within.build() }),
            Self::Wfp3(_) => Box::new(Wfp3),
            Self::Unicef(_) => Box::new(Unicef),
            Self::F1(_) => Box::new(Regression::F1),
            Self::F2(_) => Box::new(Regression::F2),
            Self::F3(_) => Box::new(Regression::F3),
            Self::F4(_) => Box::new(Regression::F4),
        }
    }
}

/// What a reservation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReservationKind {
    /// Sums of cores, memory and accelerators.
    #[default]
    Counted,
    /// Whole nodes by number: the lowest of those free over the whole requested time.
    Named,
}

/// Parameters of a queue without backfilling.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct InOrderSpec {
    /// Estimated run times, for orders that use them. Default "requested".
    pub estimate: Estimate,
}

/// Parameters of EASY backfilling.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EasySpec {
    /// Who is next. Default fcfs.
    pub order: OrderSpec,
    /// The order in which jobs are tried behind the first. Default: `order`. EASY-SJBF is `{ sjf = {} }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backfill_order: Option<OrderSpec>,
    /// Estimated run times. Default "requested".
    pub estimate: Estimate,
    /// What a reservation holds. Default "counted".
    pub reservation: ReservationKind,
    /// Whether a job whose predicted end has come counts as gone before its end is handled, as in the published schedules of
    /// predictsim; counted reservations only. Default false.
    pub ends_by_prediction: bool,
}

/// Parameters of conservative backfilling.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConservativeSpec {
    /// The order of reservations when they are made anew. Default fcfs.
    pub order: OrderSpec,
    /// Estimated run times. Default "requested".
    pub estimate: Estimate,
}

/// The queue discipline of a stack. An order's name alone is that order without backfilling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum QueueSpec {
    /// First come, first served, without backfilling.
    Fcfs(InOrderSpec),
    /// Shortest job first, without backfilling.
    Sjf(InOrderSpec),
    /// Longest job first, without backfilling.
    Ljf(InOrderSpec),
    /// Largest job first, without backfilling.
    LargestFirst(InOrderSpec),
    /// Smallest job first, without backfilling.
    SmallestFirst(InOrderSpec),
    /// Highest priority first, without backfilling.
    Priority(InOrderSpec),
    /// Earliest deadline first, without backfilling.
    Deadline(InOrderSpec),
    /// Least used tenant first, without backfilling.
    FairShare(FairShareSpec),
    /// Queues by priority, without backfilling.
    MultiQueue(MultiQueueSpec),
    /// WFP3, without backfilling.
    Wfp3(InOrderSpec),
    /// UNICEF, without backfilling.
    Unicef(InOrderSpec),
    /// F1, without backfilling.
    F1(InOrderSpec),
    /// F2, without backfilling.
    F2(InOrderSpec),
    /// F3, without backfilling.
    F3(InOrderSpec),
    /// F4, without backfilling.
    F4(InOrderSpec),
    /// The first of the queue has a reservation; whoever does not delay it may overtake.
    Easy(EasySpec),
    /// Every job has a reservation; whoever delays none of them may overtake.
    Conservative(ConservativeSpec),
}

impl Default for QueueSpec {
    fn default() -> Self {
        Self::Fcfs(InOrderSpec::default())
    }
}

impl QueueSpec {
    /// Builds an empty queue for one pool.
    #[must_use]
    pub fn build(&self) -> Box<dyn QueueDiscipline> {
        let none = NoParameters {};
        let (order, estimate) = match self {
            Self::Easy(spec) => return spec.build(),
            Self::Conservative(spec) => {
                return Box::new(Conservative::new(spec.order.build(), spec.estimate));
            }
            Self::FairShare(spec) => (OrderSpec::FairShare(*spec), Estimate::default()),
            Self::MultiQueue(spec) => (OrderSpec::MultiQueue(spec.clone()), Estimate::default()),
            Self::Fcfs(spec) => (OrderSpec::Fcfs(none), spec.estimate),
            Self::Sjf(spec) => (OrderSpec::Sjf(none), spec.estimate),
            Self::Ljf(spec) => (OrderSpec::Ljf(none), spec.estimate),
            Self::LargestFirst(spec) => (OrderSpec::LargestFirst(none), spec.estimate),
            Self::SmallestFirst(spec) => (OrderSpec::SmallestFirst(none), spec.estimate),
            Self::Priority(spec) => (OrderSpec::Priority(none), spec.estimate),
            Self::Deadline(spec) => (OrderSpec::Deadline(none), spec.estimate),
            Self::Wfp3(spec) => (OrderSpec::Wfp3(none), spec.estimate),
            Self::Unicef(spec) => (OrderSpec::Unicef(none), spec.estimate),
            Self::F1(spec) => (OrderSpec::F1(none), spec.estimate),
            Self::F2(spec) => (OrderSpec::F2(none), spec.estimate),
            Self::F3(spec) => (OrderSpec::F3(none), spec.estimate),
            Self::F4(spec) => (OrderSpec::F4(none), spec.estimate),
        };
        Box::new(InOrder::new(order.build(), estimate))
    }

    /// Whether the discipline wants to know true run times, so that its stack must be marked clairvoyant.
    #[must_use]
    pub const fn clairvoyant(&self) -> bool {
        let estimate = match self {
            Self::Easy(spec) => &spec.estimate,
            Self::Conservative(spec) => &spec.estimate,
            Self::FairShare(_) | Self::MultiQueue(_) => return false,
            Self::Fcfs(spec)
            | Self::Sjf(spec)
            | Self::Ljf(spec)
            | Self::LargestFirst(spec)
            | Self::SmallestFirst(spec)
            | Self::Priority(spec)
            | Self::Deadline(spec)
            | Self::Wfp3(spec)
            | Self::Unicef(spec)
            | Self::F1(spec)
            | Self::F2(spec)
            | Self::F3(spec)
            | Self::F4(spec) => &spec.estimate,
        };
        matches!(estimate, Estimate::Actual)
    }
}

impl EasySpec {
    fn build(&self) -> Box<dyn QueueDiscipline> {
        let overtaking = self.backfill_order.as_ref().filter(|other| **other != self.order).map(OrderSpec::build);
        match self.reservation {
            ReservationKind::Counted => {
                Box::new(Easy::new(self.order.build(), overtaking, self.estimate, self.ends_by_prediction))
            }
            ReservationKind::Named => Box::new(NamedEasy::new(self.order.build(), overtaking, self.estimate)),
        }
    }
}
