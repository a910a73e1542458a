//! Why an experiment can fail.

use crate::sim::RunError;
use std::fmt;

/// Why an experiment failed, and which of its runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExperimentError {
    /// A stack cannot be built on this platform.
    Stack {
        /// The stack.
        stack: String,
        /// Why.
        problem: String,
    },
    /// A run failed.
    Run {
        /// Under which stack.
        stack: String,
        /// In which replication, from 0.
        replication: u64,
        /// Why.
        error: RunError,
    },
    /// What takes the results could not.
    Sink(String),
}

impl fmt::Display for ExperimentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stack { stack, problem } => write!(f, "stack {stack} cannot be used: {problem}"),
            Self::Run { stack, replication: 0, error } => write!(f, "run of stack {stack}: {error}"),
            Self::Run { stack, replication, error } => {
                write!(f, "run of stack {stack}, replication {replication}: {error}")
            }
            Self::Sink(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for ExperimentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Run { error, .. } => Some(error),
            Self::Stack { .. } | Self::Sink(_) => None,
        }
    }
}
