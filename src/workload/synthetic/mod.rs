//! Synthetic classes: jobs drawn from a plan, one at a time and in the order of submission.
//!
//! Memory does not depend on the number of jobs. Every quantity of a job is drawn from a stream of its own, named
//! `workload.<class>.<quantity>` and keyed by the job's ordinal, so that adding a class, a policy or another quantity, or
//! changing one distribution, moves no other draw. Streams: `arrivals`, `bursts` (keyed by the burst), `tenant`,
//! `origin`, `tasks`, `cores`, `memory`, `accelerators`, `work`, `requested`, `input`, `output`, `deadline`.

mod arrivals;
mod generator;
mod sample;

pub use generator::Generator;

#[cfg(test)]
mod tests;
