//! Orders: who is next in a queue. One file an order.
//!
//! An order gives each job a rank; the smallest rank is first, equal ranks by the instant of queueing, then by job number.

mod deadline;
mod fair_share;
mod fcfs;
mod largest_first;
mod ljf;
mod multi_queue;
mod priority;
mod regression;
mod sjf;
mod smallest_first;
mod unicef;
mod usage;
mod wfp3;

pub use deadline::Deadline;
pub use fair_share::FairShare;
pub use fcfs::Fcfs;
pub use largest_first::LargestFirst;
pub use ljf::Ljf;
pub use multi_queue::MultiQueue;
pub use priority::Priority;
pub use regression::Regression;
pub use sjf::Sjf;
pub use smallest_first::SmallestFirst;
pub use unicef::Unicef;
pub use wfp3::Wfp3;

use crate::model::TenantId;
use crate::units::{SimDuration, SimTime};
use dyn_clone::DynClone;

/// What an order may know of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// When it was submitted.
    pub submit: SimTime,
    /// When it joined the queue.
    pub queued_at: SimTime,
    /// Its run time as the discipline estimates it.
    pub estimate: SimDuration,
    /// Thousandths of the headline resource it asks for.
    pub headline: u64,
    /// The nodes' worth that it uses, in parts of 2^-32 of a node: its dominant share; 0 where no order asks for it.
    pub share: u64,
    /// When it should have ended.
    pub deadline: Option<SimTime>,
    /// Larger is more important.
    pub priority: i32,
    /// Whose it is.
    pub tenant: TenantId,
    /// The share its tenant is owed relative to others; 1 where no order asks for it.
    pub weight: f64,
}

impl Facts {
    /// Units of the headline resource (processors or accelerators).
    #[must_use]
    pub fn size(&self) -> f64 {
        self.headline as f64 / 1000.0
    }
}

/// Smallest first, compared component by component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rank(pub [u64; 2]);

impl Rank {
    /// A rank of one component.
    #[must_use]
    pub const fn of(value: u64) -> Self {
        Self([0, value])
    }

    /// A rank by a floating-point score, smallest first, in the total order of [`f64::total_cmp`].
    #[must_use]
    pub const fn ascending(score: f64) -> Self {
        // Flipping all bits of negative numbers and the sign of others makes the integers sort as the numbers do.
        let bits = score.to_bits();
        Self::of(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }
}

/// When ranks change while jobs wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Changes {
    /// Never: the queue is kept sorted, and a pass costs what changed.
    Never,
    /// When jobs start or end: the queue is sorted again then.
    WithUsage,
    /// When a tenant is charged for jobs that start or end, and with time for tenants with running jobs ([`Order::accrues`]). All jobs of
    /// one tenant and band (see [`Order::band`]) have the same rank at any time, so the queue moves those of a tenant as one.
    WithTenant,
    /// With time: the queue is sorted again at every pass.
    WithTime,
}

/// Whose ranks changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charged {
    /// Those of the jobs of tenants in a list.
    Tenants,
    /// Those of all jobs.
    All,
}

/// Gives each job its rank.
pub trait Order: DynClone + Send {
    /// The rank of a job.
    fn rank(&self, job: &Facts, now: SimTime) -> Rank;
    /// When ranks change.
    fn changes(&self) -> Changes {
        Changes::Never
    }
    /// Whether it asks for the weights of tenants.
    fn weighs_tenants(&self) -> bool {
        false
    }
    /// What tells apart the jobs of one tenant whose ranks differ; asked for where ranks change [`Changes::WithTenant`].
    fn band(&self, job: &Facts) -> u32 {
        let _ = job;
        0
    }
    /// Whose ranks changed since this was last asked; where ranks change [`Changes::WithTenant`]. Tenants come into the list, which is
    /// empty, in id order.
    fn charged(&mut self, tenants: &mut Vec<TenantId>) -> Charged {
        let _ = tenants;
        Charged::All
    }
    /// Time has come to `now`, at which jobs will be ranked; whether [`Order::charged`] has something to say for that.
    fn advance(&mut self, now: SimTime) -> bool {
        let _ = now;
        false
    }
    /// How many tenants have ranks that change with time; where ranks change [`Changes::WithTenant`].
    fn accruing(&self) -> usize {
        0
    }
    /// Whether a tenant's rank changes with time.
    fn accrues(&self, tenant: TenantId) -> bool {
        let _ = tenant;
        false
    }
    /// Adds all tenants whose ranks change with time to a list, which is empty, in id order.
    fn list_accruing(&self, tenants: &mut Vec<TenantId>) {
        let _ = tenants;
    }
    /// A tenant's job will soon be ranked or charged: what is kept of it can be brought into the processor's caches. Changes nothing, and
    /// need not do anything.
    fn bring(&self, tenant: TenantId) {
        let _ = tenant;
    }
    /// A job started and is expected to hold its resources for its estimate.
    fn started(&mut self, job: &Facts, now: SimTime) {
        let _ = (job, now);
    }
    /// A job that started at `started` uses another share of the nodes from now on: `share` in place of that of its facts.
    fn resized(&mut self, job: &Facts, share: u64, started: SimTime, now: SimTime) {
        let _ = (job, share, started, now);
    }
    /// A job that started at `started` ended.
    fn ended(&mut self, job: &Facts, started: SimTime, now: SimTime) {
        let _ = (job, started, now);
    }
}

dyn_clone::clone_trait_object!(Order);

#[cfg(test)]
mod tests;
