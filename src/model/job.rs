//! Jobs: what is asked (a policy may read it) and what is true (only the driver reads it).

use super::slots::Key;
use super::{
    Checkpoint, ClassId, ConstraintId, DatasetId, Elastic, Flex, JobName, JobNumber, JobSlot, Precision, SiteId,
    TaskShape, TenantId,
};
use crate::units::{Bytes, SimDuration, SimTime};
use std::sync::Arc;

/// An amount of work: a time on reference hardware (pools have a `speed`), or operations of a precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Work {
    /// Run time on hardware of speed 1.
    Time(SimDuration),
    /// Floating-point operations of each task, and their precision.
    Flop {
        /// Operations per task.
        amount: f64,
        /// At which precision.
        precision: Precision,
    },
}

/// Where a job's input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Nothing is moved.
    None,
    /// This many bytes from a site (the job's origin unless it says otherwise).
    From(SiteId, Bytes),
    /// A dataset, from the replica that the broker names.
    Dataset(DatasetId),
}

/// What a job asks for. All of it is visible to policies.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Identity and last tie-break.
    pub number: JobNumber,
    /// Its class.
    pub class: ClassId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Where its user and, by default, its data are.
    pub origin: SiteId,
    /// When it was submitted.
    pub submit: SimTime,
    /// How many tasks, all or nothing.
    pub tasks: u32,
    /// What each task needs.
    pub task: TaskShape,
    /// The work asked for: the user's estimate, an upper bound where wall times are enforced.
    pub requested: Work,
    /// Input data.
    pub input: Input,
    /// Output data, and where they go.
    pub output: Bytes,
    /// Where the output is delivered to; `None` leaves it where the job ran, and it occupies storage there for good.
    pub output_to: Option<SiteId>,
    /// When it should have ended.
    pub deadline: Option<SimTime>,
    /// Larger is more important.
    pub priority: i32,
    /// The longest round trip between user and center that serves the job, latency of the route both ways.
    pub round_trip: Option<SimDuration>,
    /// Regions and labels it is bound to.
    pub constraint: ConstraintId,
    /// What of it can bend; `None` for a rigid job without checkpoints.
    pub flex: Option<Arc<Flex>>,
}

impl Request {
    /// Its checkpoints.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.flex.as_ref()?.checkpoint.as_ref()
    }

    /// Its numbers of tasks, where they are not fixed.
    #[must_use]
    pub fn elastic(&self) -> Option<&Elastic> {
        self.flex.as_ref()?.elastic.as_ref()
    }
}

/// What is true of a job and hidden from policies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    /// The work it really does.
    pub work: Work,
}

/// A job as submitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its name where the scenario or the log gives one; else it is `<class>-<ordinal>`.
    pub name: Option<JobName>,
    /// Its place within its class, from 0.
    pub ordinal: u64,
    /// Where it is kept as long as it is in the system: the driver's to give.
    pub slot: JobSlot,
    /// What it asks for.
    pub request: Request,
    /// What it really does.
    pub truth: Truth,
}

impl Job {
    /// How those find it who keep something of each job in the system.
    pub(crate) const fn key(&self) -> Key {
        Key { slot: self.slot.index(), number: self.request.number.0 }
    }
}

/// A class of jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Its name in the scenario.
    pub name: String,
    /// How the doctrine treats it: `real-time`, `interactive`, `batch`, `training`, `rendering`, `backup`, `other`.
    pub kind: crate::model::ClassKind,
}

/// How the East-Data-West-Computing texts sort the uses of computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassKind {
    /// Trading, driving, industrial control: stays where its data are born.
    RealTime,
    /// A person waits: within a latency circle.
    Interactive,
    /// Work that nobody watches.
    #[default]
    Batch,
    /// Training of models.
    Training,
    /// Rendering of pictures and film.
    Rendering,
    /// Copies and cold data.
    Backup,
}

/// A group of tenants with consecutive ids.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantGroup {
    /// Its name in the scenario.
    pub name: String,
    /// Its first tenant.
    pub first: TenantId,
    /// How many tenants it has.
    pub count: u32,
    /// The share that fair-share scheduling owes to each of them, relative to other tenants.
    pub weight: f64,
}

/// All tenants of a scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tenants {
    /// Groups in the order of their names; never empty in a checked scenario.
    pub groups: Vec<TenantGroup>,
}

impl Tenants {
    /// How many tenants there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.iter().map(|g| g.count as usize).sum()
    }

    /// Whether there is no tenant at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The group of a tenant.
    #[must_use]
    pub fn group(&self, tenant: TenantId) -> Option<&TenantGroup> {
        let at = self.groups.partition_point(|g| g.first <= tenant).checked_sub(1)?;
        self.groups.get(at).filter(|g| tenant.0 - g.first.0 < g.count)
    }

    /// A tenant's name: the group's where it has one member, else `group-000017`.
    #[must_use]
    pub fn name(&self, tenant: TenantId) -> String {
        match self.group(tenant) {
            Some(group) if group.count == 1 => group.name.clone(),
            Some(group) => format!("{}-{:06}", group.name, tenant.0 - group.first.0),
            None => format!("tenant-{}", tenant.0),
        }
    }
}
