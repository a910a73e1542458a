//! How a job's story ends.

use serde::{Deserialize, Serialize};

/// Why a job was never run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectReason {
    /// No center satisfies its regions, labels and kind of accelerator.
    NoEligibleCenter,
    /// No eligible pool could hold it even if empty.
    TooLarge,
    /// The data cannot reach any eligible center.
    Unreachable,
    /// The broker turned it away.
    Policy,
    /// No center within its round-trip bound.
    RoundTrip,
    /// The storage of the chosen center is full.
    StorageFull,
}

/// What became of a job. Every job has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It ran to its end and its output was delivered.
    Completed,
    /// It was never run, for this reason.
    Rejected(RejectReason),
    /// It ran longer than it had asked for and was ended.
    Killed,
    /// Its nodes went away under it.
    Lost,
    /// The run ended first.
    Unfinished,
}

impl Outcome {
    /// The word in `jobs.csv`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Rejected(_) => "rejected",
            Self::Killed => "killed",
            Self::Lost => "lost",
            Self::Unfinished => "unfinished",
        }
    }

    /// The reason in `jobs.csv`, empty where there is none.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Rejected(reason) => reason.word(),
            _ => "",
        }
    }
}

impl RejectReason {
    /// All reasons, in the order in which reports list them.
    pub const ALL: [Self; 6] =
        [Self::NoEligibleCenter, Self::TooLarge, Self::Unreachable, Self::Policy, Self::RoundTrip, Self::StorageFull];

    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoEligibleCenter => "no-eligible-center",
            Self::TooLarge => "too-large",
            Self::Unreachable => "unreachable",
            Self::Policy => "policy",
            Self::RoundTrip => "round-trip",
            Self::StorageFull => "storage-full",
        }
    }
}
