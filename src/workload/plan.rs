//! A synthetic class of jobs as checked: distributions in base units, names resolved to ids.

use crate::model::{AcceleratorId, ClassId, ConstraintId, DatasetId, Flex, Precision, SiteId, TenantId};
use crate::units::{SimDuration, SimTime};
use std::sync::Arc;

/// A distribution over a quantity in its base unit (ns, bytes, counts, FLOP).
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(f64),
    /// Evenly between two bounds.
    Uniform {
        /// Least value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// Exponential.
    Exponential {
        /// Its mean.
        mean: f64,
    },
    /// Log-normal: the logarithm is normal with mean `ln(median)` and standard deviation `sigma`.
    LogNormal {
        /// Its median.
        median: f64,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
    /// Weibull.
    Weibull {
        /// Scale, in the quantity's unit.
        scale: f64,
        /// Shape, without unit.
        shape: f64,
    },
    /// One of a few values, by weight.
    Choice(Vec<Weighted<f64>>),
    /// An empirical distribution: ascending `(cumulative probability, value)` from 0 to 1, linear in between.
    Empirical(Vec<(f64, f64)>),
}

/// A distribution cut at bounds: values outside are drawn again up to 100 times, then clamped.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounded {
    /// What is drawn.
    pub distribution: Distribution,
    /// Least value, where there is one.
    pub min: Option<f64>,
    /// Largest value, where there is one.
    pub max: Option<f64>,
}

impl Bounded {
    /// Always the same value.
    #[must_use]
    pub const fn constant(value: f64) -> Self {
        Self { distribution: Distribution::Constant(value), min: None, max: None }
    }
}

/// A value with a weight; weights need not sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted<T> {
    /// The value.
    pub value: T,
    /// Its weight, not negative.
    pub weight: f64,
}

/// When jobs are submitted.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrivals {
    /// A Poisson process whose rate follows the hour and the day: `rate × hourly × daily` with profiles of mean 1.
    Poisson {
        /// Mean submissions per second over a week.
        rate: f64,
        /// Factors of the 168 hours of a week from Monday midnight, of mean 1.
        profile: Box<[f64; 168]>,
        /// The rate is multiplied by this with each week since the run's start; 1 is none.
        weekly_growth: f64,
    },
    /// Bursts that come as a Poisson process; each has a drawn number of jobs, one every `spacing`.
    Bursts {
        /// Bursts per second over a week.
        rate: f64,
        /// Factors of the 168 hours of a week, of mean 1.
        profile: Box<[f64; 168]>,
        /// Jobs of a burst.
        size: Bounded,
        /// Time between the jobs of a burst, in ns.
        spacing: Bounded,
    },
    /// Independent times between submissions, in ns.
    Renewal {
        /// Time between submissions.
        interval: Bounded,
    },
}

/// How much work a job is.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkPlan {
    /// Run time on reference hardware, in ns.
    Time(Bounded),
    /// Operations of each task.
    Flop(Bounded, Precision),
}

/// What is asked for, compared with the truth.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestedPlan {
    /// The truth itself.
    Exact,
    /// The truth times a drawn factor.
    Factor(Bounded),
    /// A drawn time, in ns.
    Time(Bounded),
}

/// Input data.
#[derive(Debug, Clone, PartialEq)]
pub enum InputPlan {
    /// Nothing.
    None,
    /// A drawn number of bytes at the job's origin.
    Origin(Bounded),
    /// A drawn number of bytes at a fixed site.
    At(SiteId, Bounded),
    /// One of some datasets, by weight.
    Datasets(Vec<Weighted<DatasetId>>),
}

/// Where the output of a job goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputPlan {
    /// To the job's origin.
    Origin,
    /// To a fixed site.
    To(SiteId),
    /// It stays where the job ran and occupies storage there for good.
    Stay,
}

/// All that is drawn for one class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassPlan {
    /// The class.
    pub class: ClassId,
    /// Its name, from which its random streams are named.
    pub name: String,
    /// First tenant and number of tenants to draw from, and the Zipf exponent of their shares (0: alike).
    pub tenants: (TenantId, u32, f64),
    /// When.
    pub arrivals: Arrivals,
    /// No submission before.
    pub from: SimTime,
    /// No submission at or after.
    pub until: Option<SimTime>,
    /// At most this many jobs.
    pub count: Option<u64>,
    /// Where the users are.
    pub origin: Vec<Weighted<SiteId>>,
    /// Number of tasks.
    pub tasks: Bounded,
    /// Cores of a task, in thousandths.
    pub cores_milli: Bounded,
    /// Memory of a task, in bytes.
    pub memory: Bounded,
    /// Accelerators of a task, in thousandths.
    pub accelerators_milli: Bounded,
    /// Their kind.
    pub accelerator: Option<AcceleratorId>,
    /// The work.
    pub work: WorkPlan,
    /// What is asked for.
    pub requested: RequestedPlan,
    /// Input.
    pub input: InputPlan,
    /// Output bytes.
    pub output: Bounded,
    /// Where the output goes.
    pub output_to: OutputPlan,
    /// Deadline after submission, in ns.
    pub deadline: Option<Bounded>,
    /// Priority.
    pub priority: i32,
    /// Round-trip bound.
    pub round_trip: Option<SimDuration>,
    /// Regions and labels.
    pub constraint: ConstraintId,
    /// What of its jobs can bend.
    pub flex: Option<Arc<Flex>>,
}
