//! Queue disciplines: the order of a pool's queue, and who may overtake.
//!
//! [`order`] says who is next, [`Estimate`] how long jobs are believed to run; [`InOrder`] lets nobody overtake, [`Easy`] whoever
//! does not delay the first, [`Conservative`] whoever delays nobody before him; [`NamedEasy`] and [`NamedConservative`] are these on named nodes.
//! [`Preemptive`] lets important jobs interrupt others, [`ElasticQueue`] decides how many tasks elastic jobs get.
//! [`QueueSpec`] builds them.

mod book;
mod conservative;
mod easy;
mod elastic;
mod ends;
mod estimate;
mod future;
mod head_room;
mod in_order;
mod named;
mod named_conservative;
mod named_easy;
mod named_profile;
mod node_plan;
mod node_set;
pub mod order;
mod preemptive;
mod profile;
mod reservations;
mod room;
mod rules;
mod spec;
mod steps;
mod waiting;

pub use conservative::Conservative;
pub use easy::Easy;
pub use elastic::ElasticQueue;
pub use estimate::Estimate;
pub use in_order::InOrder;
pub use named_conservative::NamedConservative;
pub use named_easy::NamedEasy;
pub use preemptive::Preemptive;
pub(in crate::policy) use rules::rules;
pub use spec::{
    ConservativeSpec, EasySpec, ElasticSpec, FairShareSpec, InOrderSpec, MultiQueueSpec, NoParameters, OrderSpec,
    PreemptiveBackfill, PreemptiveSpec, QueueSpec, ReservationKind,
};

use super::view::Desk;
use crate::model::{JobSlot, TenantId};
use crate::units::SimTime;
use dyn_clone::DynClone;

/// How the jobs of one pool are started. Each pool has its own instance. It can be cloned with its queue: a fork of a run goes on with the copy.
pub trait QueueDiscipline: DynClone + Send {
    /// A job joined the queue (its data are there).
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk);
    /// A job was started by `decide` of this discipline.
    fn started(&mut self, job: JobSlot, desk: &dyn Desk);
    /// A job that ran here ended or was ended; called before its resources' next use, while its request can still be read.
    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk);
    /// Takes a queued job out (it was withdrawn).
    fn withdraw(&mut self, job: JobSlot);
    /// Starts what should start now.
    fn decide(&mut self, desk: &mut dyn Desk);
    /// The first of the queue, as of the last pass; `None` where it is empty, or the discipline does not tell.
    fn next(&self) -> Option<JobSlot> {
        None
    }
    /// How many jobs are queued.
    fn len(&self) -> usize;
    /// Whether no job is queued.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Something will happen soon here: what it is kept in can be brought into the processor's caches. Changes nothing, and need not do
    /// anything.
    fn bring(&self) {}
    /// The same of a job of a tenant, which is or will be here.
    fn bring_job(&self, job: JobSlot, tenant: TenantId) {
        let _ = (job, tenant);
    }
    /// When it wants to be asked again although nothing happened.
    fn wake_at(&self) -> Option<SimTime> {
        None
    }
}

dyn_clone::clone_trait_object!(QueueDiscipline);

#[cfg(test)]
mod bench_desk;
#[cfg(test)]
mod node_oracles;
#[cfg(test)]
mod oracles;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod textbooks;
#[cfg(test)]
mod twins;
