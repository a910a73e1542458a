//! What is fixed in a run (the platform) and what a job is.
//!
//! Names become dense ids, in the order of sorted names, so that reordering the tables of a scenario changes nothing.

mod allocation;
pub(crate) mod caches;
mod dataset;
mod demand;
pub(crate) mod dense;
mod flex;
mod fragmentation;
mod fragments;
pub(crate) mod hash_index;
mod ids;
mod job;
mod job_name;
mod nodes;
mod outcome;
mod platform;
mod pool;
mod power;
mod reasons;
mod service;
mod share;
pub(crate) mod slots;
mod topology;

pub use allocation::{Allocation, AllocationPart, CARDS_MAX, PartList};
pub use dataset::{CacheMode, Dataset};
pub use demand::{Precision, TaskShape, Totals};
pub use flex::{Checkpoint, Elastic, Elasticity, Flex, Speedup};
pub use fragmentation::{Fragmentation, TaskCounts, TypicalTask};
pub use fragments::Fragments;
pub use ids::{
    AcceleratorId, CenterId, ClassId, ConstraintId, DatasetId, JobNumber, JobSlot, LaneId, LinkId, PoolId, ServiceId,
    SiteId, TenantId,
};
pub use job::{Class, ClassKind, Input, Job, Request, TenantGroup, Tenants, Truth, Work};
pub use job_name::JobName;
pub use nodes::{CardOrder, Need, NodeChange, NodeGroup, NodePool, NodeRange, NodeState, NodesAhead, StateKey};
pub use outcome::{Outcome, RejectReason};
pub use platform::{Center, Constraint, Place, Platform, Side, Storage, Tier};
pub use pool::{AcceleratorKind, NodeShape, Pool, Rates};
pub use power::PowerWeights;
pub use reasons::{Reasons, Removed, Scored, Term};
pub use service::{MICRO, Service, ServiceFlow, ServicePlacement, ServiceState, UnservedReason};
pub use share::NodeEquivalents;
pub use topology::{Direction, Link, Site, SiteKind};

#[cfg(test)]
pub(crate) use nodes::slow;
