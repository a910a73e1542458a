//! The auditor: recomputes what must hold from the record stream alone, independently of the model and of the metrics, in
//! every run. The first thing that does not hold ends the run with its name.
//!
//! An instant is judged when it is over: within it, for zero time, a pool may hold more than it has and a lane may be told its
//! new rate after its new capacity.
//!
//! | invariant | what holds |
//! |---|---|
//! | `time-order` | time never runs backwards |
//! | `run-end` | the run ends once, and nothing happens after its end |
//! | `submitted-once` | every job is submitted once: numbers ascend strictly |
//! | `job-known` | nothing is told of a job that was never submitted |
//! | `one-outcome` | every job finishes exactly once, nothing is told of it afterwards, and at the run's end none is left |
//! | `life-order` | submitted ≤ brokered ≤ staged ≤ started ≤ ended ≤ delivered, each once (a job that was interrupted starts again) and at the same pool |
//! | `staged-before-start` | a job is queued when no flow of its input is under way, and starts only once it is queued |
//! | `life-told` | the instants, attempts and interruptions told when a job finishes are those that were told to happen |
//! | `work-conserved` | a job that completed (or was killed) held its nodes for its work, what interruptions undid, and checkpoints; at its rate on other numbers of tasks |
//! | `outcome-fits` | completed jobs ended, rejected ones never started, killed ones started |
//! | `flow-known` | flows start once and end or stop once |
//! | `flow-route` | the lanes of a flow lead from its origin to its destination |
//! | `bytes-delivered` | the input is there when a job is queued, the output when it has completed: bytes asked = bytes carried |
//! | `lane-bandwidth` | flows on a lane ≤ what it offers ≤ its bandwidth, relative 1e-9 |
//! | `lane-flows` | the flows told of a lane are those that started and have not ended |
//! | `lane-bytes` | the integral of a lane's rate = the bytes of the flows that ended or stopped, and of the part of those under way; relative 1e-6, and 1 byte and 1 ns of the lane for each flow |
//! | `pool-nodes` | open and closed nodes together ≤ the most that a pool ever has |
//! | `pool-capacity` | cores, memory and accelerators held in a pool by jobs and services ≤ those of its open nodes, and so for nodes in use |
//! | `node-capacity` | the same node by node (by ranges), and card by card |
//! | `allocation-shape` | an allocation holds all tasks of its job, on nodes that exist, in order, with the cards they ask for |
//! | `allocation-held` | what is given back when a run ends is what was taken when it started |
//! | `service-nodes` | the replicas told of a service in a pool fit on the nodes that are its own there, and hold what such replicas hold |
//! | `service-requests` | requests of a service served + not served = its requests at that hour, and they are served where it may be |
//! | `service-capacity` | requests that a service serves in a pool ≤ its replicas there × what one serves |
//! | `storage-space` | bytes stored at a center ≤ its space |
//! | `waiting-integral` | the integral of the number waiting (submitted, not started, not finished) = the sum of waits, as integers |
//! | `summary-jobs` | outcomes reported = outcomes counted |
//! | `summary-waits` | the reported mean wait × the jobs that started = the sum of their waits |
//! | `summary-utilization` | utilization reported = that of the jobs' start-to-end intervals |
//! | `summary-services` | requests reported of a service = the integral of its rate, and those served = what was told |
//! | `summary-energy` | energy reported = idle energy of the nodes + what each job adds between its start and its end |
//!
//! Memory follows the jobs and flows in the system. The auditor changes nothing and can be left out without any effect on results.

mod accounts;
mod auditor;
mod compare;

mod flows;
mod jobs;
mod nodes;
mod pages;
mod ranges;
mod services;
#[cfg(test)]
mod tests;

pub use auditor::Auditor;
pub use compare::Figures;

use super::Violation;
use crate::units::SimTime;

/// The names of all invariants, as [`Violation::invariant`] gives them. They are stable.
pub const INVARIANTS: [&str; 31] = [
    "time-order",
    "run-end",
    "submitted-once",
    "job-known",
    "one-outcome",
    "life-order",
    "staged-before-start",
    "life-told",
    "work-conserved",
    "outcome-fits",
    "flow-known",
    "flow-route",
    "bytes-delivered",
    "lane-bandwidth",
    "lane-flows",
    "lane-bytes",
    "pool-nodes",
    "pool-capacity",
    "node-capacity",
    "allocation-shape",
    "allocation-held",
    "service-nodes",
    "service-requests",
    "service-capacity",
    "storage-space",
    "waiting-integral",
    "summary-jobs",
    "summary-waits",
    "summary-utilization",
    "summary-services",
    "summary-energy",
];

/// A broken invariant. Cold: what words it is kept out of the way of what is checked all the time.
#[cold]
fn broken(invariant: &'static str, at: SimTime, detail: String) -> Violation {
    Violation { invariant, at, detail }
}
