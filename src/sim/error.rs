//! Why a run can fail.

use crate::observe::Violation;
use crate::units::{SimTime, seconds_text};
use std::fmt;

/// Why a run ended before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunError {
    /// A policy asked for something that cannot be.
    IllegalAction {
        /// When.
        at: SimTime,
        /// Which job.
        job: String,
        /// What was asked for and why it cannot be.
        what: String,
    },
    /// An invariant is broken.
    Violation(Violation),
    /// Rounds went on at one instant without any job moving on.
    Livelock {
        /// When.
        at: SimTime,
        /// How many rounds.
        rounds: u32,
    },
    /// A source of jobs failed.
    Source(String),
    /// It cannot be forked.
    Fork(String),
    /// It was interrupted from outside.
    Interrupted {
        /// When, in simulated time.
        at: SimTime,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IllegalAction { at, job, what } => {
                write!(f, "illegal action of a policy at {} s for job {job}: {what}", seconds_text(at.0))
            }
            Self::Violation(violation) => violation.fmt(f),
            Self::Livelock { at, rounds } => {
                write!(f, "{rounds} rounds of decisions at {} s without any job moving on", seconds_text(at.0))
            }
            Self::Source(problem) => f.write_str(problem),
            Self::Fork(problem) => write!(f, "the run cannot be forked: {problem}"),
            Self::Interrupted { at } => write!(f, "interrupted at {} s of simulated time", seconds_text(at.0)),
        }
    }
}

impl std::error::Error for RunError {}

impl From<Violation> for RunError {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}
