//! One of each kind of policy, made ready for one run.

use super::broker::Broker;
use super::packing::Packing;
use super::queue::QueueDiscipline;

/// The policies of one run. [`StackSpec::build`](super::registry::StackSpec::build) makes it from a scenario's words; another
/// crate can put its own policies in.
#[derive(Clone)]
pub struct Stack {
    /// Which center and pool, and when.
    pub broker: Box<dyn Broker>,
    /// The queue discipline of each pool, by pool id.
    pub queues: Vec<Box<dyn QueueDiscipline>>,
    /// The packing of each pool, by pool id.
    pub packings: Vec<Box<dyn Packing>>,
    /// Whether it may know true run times.
    pub clairvoyant: bool,
}
