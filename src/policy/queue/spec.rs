//! Queue disciplines as they are written in a scenario.

use super::estimate::Estimate;
use super::order::{
    Deadline, FairShare, Fcfs, LargestFirst, Ljf, MultiQueue, Order, Priority, Regression, Sjf, SmallestFirst, Unicef,
    Wfp3,
};
use super::{Conservative, Easy, ElasticQueue, InOrder, NamedConservative, NamedEasy, Preemptive, QueueDiscipline};
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
    /// After this time past usage counts half. Usage accrues and decays while a job runs. Default "7 d".
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

/// What a reservation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReservationKind {
    /// An instant: the packing chooses nodes when the job starts.
    #[default]
    Counted,
    /// Nodes too, chosen by the packing among those that stay free for the whole estimated time; jobs share them all the same.
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
    /// What a reservation holds: "counted" is room on nodes, "named" are nodes by number, chosen with the reservation. Default "counted".
    pub reservation: ReservationKind,
    /// Whether a job whose predicted end has come counts as gone before its end is handled, as in the published schedules of
    /// predictsim; counted reservations only. Default false.
    pub ends_by_prediction: bool,
}

/// Parameters of conservative backfilling.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConservativeSpec {
    /// The order in which reservations are made anew: where a job outlives its estimate, nodes come or go, or one cannot be kept. Default fcfs.
    pub order: OrderSpec,
    /// Estimated run times. Default "requested".
    pub estimate: Estimate,
    /// What a reservation holds: "counted" an instant, nodes are chosen at the start; "named" nodes too. Jobs share nodes in both.
    /// Default "counted".
    pub reservation: ReservationKind,
}

/// Who may overtake without interrupting anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PreemptiveBackfill {
    /// Nobody.
    None,
    /// Whoever does not delay the first.
    #[default]
    Easy,
    /// The same, shortest first.
    EasySjbf,
}

/// Parameters of preemption by priority.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct PreemptiveSpec {
    /// The order of jobs of one priority. Default fcfs.
    pub order: OrderSpec,
    /// Who may overtake without interrupting anybody: "none", "easy" or "easy-sjbf". Default "easy".
    pub backfill: PreemptiveBackfill,
    /// Estimated run times; not "last-two-average", which would learn from interrupted runs. Default "requested".
    pub estimate: Estimate,
}

/// Parameters of the queue of elastic jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ElasticSpec {
    /// Who is next. Default fcfs.
    pub order: OrderSpec,
    /// Estimated run times, for orders that use them. Default "requested".
    pub estimate: Estimate,
    /// No job gets so many tasks that its speed-up over tasks falls below this. Default 0.5.
    pub least_efficiency: f64,
}

impl Default for ElasticSpec {
    fn default() -> Self {
        Self { order: OrderSpec::default(), estimate: Estimate::default(), least_efficiency: 0.5 }
    }
}

/// Makes the enums of orders and of queue disciplines, and all that is asked of each of them, from the table below.
macro_rules! queues {
    (
        orders { $($name:literal => $variant:ident: $order:expr, $idea:literal, $source:expr;)+ }
        orders with parameters { $($own_name:literal => $own:ident($form:ty): $build:expr, $own_idea:literal, $own_source:expr;)+ }
        backfilling { $($fill_name:literal => $fill:ident($fill_form:ty): $fill_build:expr, $fill_idea:literal, $fill_source:expr;)+ }
    ) => {
        /// Who is next in the queue; ties by the instant of queueing, then job number.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub enum OrderSpec {
            $(
                #[doc = concat!($idea, ".")]
                #[serde(rename = $name)]
                $variant(NoParameters),
            )+
            $(
                #[doc = concat!($own_idea, ".")]
                #[serde(rename = $own_name)]
                $own($form),
            )+
        }

        impl OrderSpec {
            /// Builds the order.
            #[must_use]
            pub fn build(&self) -> Box<dyn Order> {
                match self {
                    $(Self::$variant(_) => Box::new($order),)+
                    $(Self::$own(form) => Box::new(($build)(form)),)+
                }
            }
        }

        /// The queue discipline of a stack. An order's name alone is that order without backfilling.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub enum QueueSpec {
            $(
                #[doc = concat!($idea, ", without backfilling.")]
                #[serde(rename = $name)]
                $variant(InOrderSpec),
            )+
            $(
                #[doc = concat!($own_idea, ", without backfilling.")]
                #[serde(rename = $own_name)]
                $own($form),
            )+
            $(
                #[doc = concat!($fill_idea, ".")]
                #[serde(rename = $fill_name)]
                $fill($fill_form),
            )+
        }

        impl QueueSpec {
            /// Each name with the paper or the practice that it comes from.
            pub(in crate::policy) const SOURCES: &[(&str, &str)] =
                &[$(($name, $source),)+ $(($own_name, $own_source),)+ $(($fill_name, $fill_source),)+];

            /// Builds an empty queue for one pool.
            #[must_use]
            pub fn build(&self) -> Box<dyn QueueDiscipline> {
                match self {
                    $(Self::$variant(form) => Box::new(InOrder::new(Box::new($order), form.estimate)),)+
                    $(Self::$own(form) => Box::new(InOrder::new(Box::new(($build)(form)), Estimate::default())),)+
                    $(Self::$fill(form) => ($fill_build)(form),)+
                }
            }

            /// How it estimates run times.
            const fn estimate(&self) -> Estimate {
                match self {
                    $(Self::$variant(form) => form.estimate,)+
                    $(Self::$own(_) => Estimate::Requested,)+
                    $(Self::$fill(form) => form.estimate,)+
                }
            }
        }
    };
}

/// Source of WFP3 and UNICEF.
const TANG: &str = "Tang et al., Fault-aware, utility-based job scheduling on Blue Gene/P systems, CLUSTER 2009";
/// Source of F1 to F4.
const REGRESSION: &str = "Carastan-Santos and de Camargo, Obtaining dynamic scheduling policies with simulation and machine \
                          learning, SC 2017";

// One line a policy: its name in scenarios, its variant, how it is built, its idea, its source.
queues! {
    orders {
        "fcfs" => Fcfs: Fcfs, "First come, first served", "practice: the order of queueing";
        "sjf" => Sjf: Sjf, "Shortest estimated run time first", "Smith, Various optimizers for single-stage production, 1956";
        "ljf" => Ljf: Ljf, "Longest estimated run time first", "Graham, Bounds on multiprocessing timing anomalies, 1969 (LPT)";
        "largest-first" => LargestFirst: LargestFirst, "Largest demand of the headline resource first",
            "Li and Cheng, Job scheduling in a partitionable mesh using a two-dimensional buddy system, 1991";
        "smallest-first" => SmallestFirst: SmallestFirst, "Smallest demand of the headline resource first",
            "Majumdar, Eager and Bunt, Scheduling in multiprogrammed parallel systems, SIGMETRICS 1988";
        "priority" => Priority: Priority, "Highest priority first", "practice: priorities of batch systems";
        "deadline" => Deadline: Deadline, "Earliest deadline first, jobs without one last",
            "Liu and Layland, Scheduling algorithms for multiprogramming, J. ACM 1973 (EDF)";
        "wfp3" => Wfp3: Wfp3, "Largest (wait / requested)^3 x size first", TANG;
        "unicef" => Unicef: Unicef, "Largest wait / (log2(size) x requested) first", TANG;
        "f1" => F1: Regression::F1, "Smallest log10(run) x size + 870 log10(submit) first", REGRESSION;
        "f2" => F2: Regression::F2, "Smallest sqrt(run) x size + 25,600 log10(submit) first", REGRESSION;
        "f3" => F3: Regression::F3, "Smallest run x size + 6,860,000 log10(submit) first", REGRESSION;
        "f4" => F4: Regression::F4, "Smallest run x sqrt(size) + 530,000 log10(submit) first", REGRESSION;
    }
    orders with parameters {
        "fair-share" => FairShare(FairShareSpec): |form: &FairShareSpec| FairShare::new(form.half_life),
            "The tenant with the least usage for its weight first: its jobs' dominant shares of nodes while they ran or run, halved every half-life, and what is left of the estimates of running ones",
            "Kay and Lauder, A fair share scheduler, CACM 1988; the decayed usage of Slurm";
        "multi-queue" => MultiQueue(MultiQueueSpec): |form: &MultiQueueSpec| MultiQueue { within: form.within.build() },
            "One queue for each priority, higher ones first", "practice: queues of batch systems";
    }
    backfilling {
        "easy" => Easy(EasySpec): EasySpec::build,
            "The first of the queue has a reservation; whoever does not delay it may overtake",
            "Lifka, The ANL/IBM SP scheduling system, JSSPP 1995";
        "conservative" => Conservative(ConservativeSpec): ConservativeSpec::build,
            "Every job has a reservation; whoever delays none of them may overtake",
            "Mu'alem and Feitelson, Utilization, predictability, workloads, and user runtime estimates, IEEE TPDS 2001";
        "preemptive" => Preemptive(PreemptiveSpec): PreemptiveSpec::build,
            "Higher priorities first; the first of the queue interrupts running jobs of lower priority",
            "practice: preemption of Slurm and LoadLeveler; Niu et al., Employing checkpoint to improve job scheduling, JSSPP 2012";
        "elastic" => Elastic(ElasticSpec): ElasticSpec::build,
            "Moldable and malleable jobs get a share of what is free, and give it up again where the first needs it",
            "McCann, Vaswani and Zahorjan, A dynamic processor allocation policy, ACM TOCS 1993";
    }
}

impl Default for OrderSpec {
    fn default() -> Self {
        Self::Fcfs(NoParameters {})
    }
}

impl Default for QueueSpec {
    fn default() -> Self {
        Self::Fcfs(InOrderSpec::default())
    }
}

impl QueueSpec {
    /// Whether the discipline wants to know true run times, so that its stack must be marked clairvoyant.
    #[must_use]
    pub const fn clairvoyant(&self) -> bool {
        matches!(self.estimate(), Estimate::Actual)
    }

    /// What is wrong with its parameters.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match self.estimate() {
            Estimate::Factor(factor) if !factor.is_finite() || factor <= 0.0 => {
                problems.push(format!("the factor of estimated run times is {factor}: it must be above 0"));
            }
            Estimate::LastTwoAverage if matches!(self, Self::Preemptive(_)) => {
                problems.push(
                    "preemptive queues cannot learn run times from interrupted runs: estimate = \"requested\""
                        .to_owned(),
                );
            }
            _ => {}
        }
        if let Self::Elastic(ElasticSpec { least_efficiency, .. }) = self
            && !(0.0..=1.0).contains(least_efficiency)
        {
            problems.push(format!("least-efficiency is {least_efficiency}: it must be from 0 to 1"));
        }
        problems
    }
}

impl PreemptiveSpec {
    fn build(&self) -> Box<dyn QueueDiscipline> {
        let by_priority = |within: Box<dyn Order>| -> Box<dyn Order> { Box::new(MultiQueue { within }) };
        let order = by_priority(self.order.build());
        let within: Box<dyn QueueDiscipline> = match self.backfill {
            PreemptiveBackfill::None => Box::new(InOrder::new(order, self.estimate)),
            PreemptiveBackfill::Easy => Box::new(Easy::new(order, None, self.estimate, false)),
            PreemptiveBackfill::EasySjbf => {
                Box::new(Easy::new(order, Some(by_priority(Box::new(Sjf))), self.estimate, false))
            }
        };
        Box::new(Preemptive::new(within))
    }
}

impl ElasticSpec {
    fn build(&self) -> Box<dyn QueueDiscipline> {
        Box::new(ElasticQueue::new(self.order.build(), self.estimate, self.least_efficiency))
    }
}

impl ConservativeSpec {
    fn build(&self) -> Box<dyn QueueDiscipline> {
        match self.reservation {
            ReservationKind::Counted => Box::new(Conservative::new(self.order.build(), self.estimate)),
            ReservationKind::Named => Box::new(NamedConservative::new(self.order.build(), self.estimate)),
        }
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
