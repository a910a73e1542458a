//! Queue disciplines: the order of a pool's queue, and who may overtake.

use super::view::Desk;
use crate::model::JobSlot;
use crate::units::SimTime;

/// How the jobs of one pool are started. Each pool has its own instance.
pub trait QueueDiscipline: Send {
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
    /// How many jobs are queued.
    fn len(&self) -> usize;
    /// Whether no job is queued.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// When it wants to be asked again although nothing happened.
    fn wake_at(&self) -> Option<SimTime> {
        None
    }
}
