//! What `replay` takes.

use clap::{Args, ValueEnum};
use eastwest::experiment::replay::{Backfill, Ruleset};
use eastwest::policy::packing::{BestFitSpec, FitMeasure, PackingSpec};
use eastwest::policy::queue::{Estimate, NoParameters, OrderSpec, ReservationKind};
use eastwest::report::JobRecords;
use eastwest::sim::SameInstant;
use eastwest::units::SimDuration;
use std::fmt;
use std::path::PathBuf;

/// `replay`
#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The log; a compressed one (.gz) is read as it is
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    /// What the log is written in
    #[arg(long, value_enum)]
    pub(crate) trace_format: TraceFormat,
    /// Processors of the machine [default: what the log's header says]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) processors: Option<u32>,
    /// Nodes of the cluster: a table (openb-gpu)
    #[arg(long, value_name = "FILE")]
    pub(crate) nodes: Option<PathBuf>,
    /// Which nodes a pod gets (openb-gpu) [default: best-fit]
    #[arg(long, value_enum)]
    pub(crate) packing: Option<PackingWord>,
    /// Bring the list to this share of the cluster's accelerators, and let its pods come one by one and stay: 1.3 (openb-gpu)
    #[arg(long, value_name = "SHARE")]
    pub(crate) fill: Option<f64>,
    /// Seed of what is drawn at random: the order and choice of pods and the order of nodes in a fill, random packing (openb-gpu) [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Who is next: fcfs, sjf, ljf, smallest-first, largest-first, priority, deadline, fair-share, multi-queue, wfp3, unicef, f1 to f4
    #[arg(long, value_name = "ORDER", default_value = "fcfs", value_parser = order)]
    pub(crate) queue: OrderSpec,
    /// Who may overtake
    #[arg(long, value_enum, default_value_t = BackfillWord::Easy)]
    pub(crate) backfill: BackfillWord,
    /// Estimated run times: requested, actual (a clairvoyant policy), factor:F (requested times F) or last-two-average
    #[arg(long, value_name = "ESTIMATE", default_value = "requested", value_parser = estimate)]
    pub(crate) estimate: EstimateWord,
    /// The rules of a published simulator; single switches below override them
    #[arg(long, value_enum)]
    pub(crate) rules: Option<RulesWord>,
    /// What comes first at one instant [default: releases-first]
    #[arg(long, value_enum)]
    pub(crate) same_instant: Option<SameInstantWord>,
    /// When the queue is asked [default: per-instant]
    #[arg(long, value_enum)]
    pub(crate) decide: Option<DecideWord>,
    /// What a reservation holds [default: counted]
    #[arg(long, value_enum)]
    pub(crate) reservation: Option<ReservationWord>,
    /// Leave out jobs submitted before this time of the log: seconds, or a time such as "10 d" (swf)
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) from: Option<SimDuration>,
    /// Leave out jobs submitted at or after this time of the log (swf)
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) to: Option<SimDuration>,
    /// Divide the times between submissions by this: 2 brings twice the load (swf)
    #[arg(long, value_name = "F", default_value_t = 1.0)]
    pub(crate) load: f64,
    /// Drop what a study dropped (swf)
    #[arg(long, value_enum)]
    pub(crate) filter: Option<FilterWord>,
    /// End jobs that exceed the time they asked for [default: false; true under --rules batsim]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) enforce_requested: Option<bool>,
    /// Where the results go [default: results/runs/replay-<log>/<policy>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write the schedule back as log.swf too
    #[arg(long, value_enum, default_value_t = OutFormat::Csv)]
    pub(crate) out_format: OutFormat,
    /// Rows of jobs.csv: all, sample:N or none
    #[arg(long, value_name = "ROWS", default_value = "all", value_parser = str::parse::<JobRecords>)]
    pub(crate) job_records: JobRecords,
}

/// What a log is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceFormat {
    /// Standard Workload Format
    Swf,
    /// Batsim's JSON whose profiles are delays or sequences of them
    Batsim,
    /// Alibaba's openb table of pods, with --nodes
    OpenbGpu,
}

/// Which nodes a pod gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackingWord {
    /// Any node that fits
    Random,
    /// The lowest that fits
    FirstFit,
    /// The least left, cores and accelerators weighed alike
    BestFit,
    /// The most free
    WorstFit,
    /// The least product of demand and what is free
    DotProduct,
    /// Cards in use first
    GpuPacking,
    /// Like beside like
    GpuClustering,
    /// Fragmentation gradient descent
    Fgd,
}

impl From<PackingWord> for PackingSpec {
    fn from(word: PackingWord) -> Self {
        let none = NoParameters {};
        match word {
            PackingWord::Random => Self::Random(none),
            PackingWord::FirstFit => Self::FirstFit(none),
            PackingWord::BestFit => Self::BestFit(BestFitSpec { by: FitMeasure::Weighted }),
            PackingWord::WorstFit => Self::WorstFit(none),
            PackingWord::DotProduct => Self::DotProduct(none),
            PackingWord::GpuPacking => Self::GpuPacking(none),
            PackingWord::GpuClustering => Self::GpuClustering(none),
            PackingWord::Fgd => Self::Fgd(none),
        }
    }
}

impl PackingWord {
    /// As it is written on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Who may overtake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackfillWord {
    /// Nobody
    None,
    /// Whoever does not delay the first
    Easy,
    /// The same, shortest first
    EasySjbf,
    /// Whoever delays nobody before him
    Conservative,
}

impl From<BackfillWord> for Backfill {
    fn from(word: BackfillWord) -> Self {
        match word {
            BackfillWord::None => Self::None,
            BackfillWord::Easy => Self::Easy,
            BackfillWord::EasySjbf => Self::EasySjbf,
            BackfillWord::Conservative => Self::Conservative,
        }
    }
}

/// Rules of published simulators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesWord {
    /// Submissions before ends, a pass an event, predicted ends count as ends
    Predictsim,
    /// Reservations hold named nodes, walltimes end jobs
    Batsim,
    /// Ends before submissions, a pass an instant
    Pyss,
}

impl From<RulesWord> for Ruleset {
    fn from(word: RulesWord) -> Self {
        match word {
            RulesWord::Predictsim => Self::Predictsim,
            RulesWord::Batsim => Self::Batsim,
            RulesWord::Pyss => Self::Pyss,
        }
    }
}

impl fmt::Display for RulesWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Predictsim => "predictsim",
            Self::Batsim => "batsim",
            Self::Pyss => "pyss",
        })
    }
}

/// What comes first at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SameInstantWord {
    /// Submissions
    SubmissionsFirst,
    /// Ends of jobs
    ReleasesFirst,
}

impl From<SameInstantWord> for SameInstant {
    fn from(word: SameInstantWord) -> Self {
        match word {
            SameInstantWord::SubmissionsFirst => Self::SubmissionsFirst,
            SameInstantWord::ReleasesFirst => Self::ReleasesFirst,
        }
    }
}

/// When the queue is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecideWord {
    /// After each event
    PerEvent,
    /// After all events of an instant
    PerInstant,
}

/// What a reservation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReservationWord {
    /// So many processors
    Counted,
    /// Processors by number
    Named,
}

impl From<ReservationWord> for ReservationKind {
    fn from(word: ReservationWord) -> Self {
        match word {
            ReservationWord::Counted => Self::Counted,
            ReservationWord::Named => Self::Named,
        }
    }
}

/// What a study dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FilterWord {
    /// Processors beyond the machine, no run time, no request; run times are cut at the request
    Predictsim,
}

/// What is written beside the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutFormat {
    /// Tables only
    Csv,
    /// The schedule as a log too
    Swf,
}

/// An estimate and its word.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EstimateWord(pub(crate) Estimate, pub(crate) String);

fn estimate(text: &str) -> Result<EstimateWord, String> {
    let estimate = match text {
        "requested" => Estimate::Requested,
        "actual" => Estimate::Actual,
        "last-two-average" => Estimate::LastTwoAverage,
        _ => match text.strip_prefix("factor:").map(str::parse::<f64>) {
            Some(Ok(factor)) if factor.is_finite() && factor > 0.0 => Estimate::Factor(factor),
            Some(_) => return Err("expected a factor above 0, such as factor:2".to_owned()),
            None => return Err("expected requested, actual, factor:F or last-two-average".to_owned()),
        },
    };
    Ok(EstimateWord(estimate, text.replace(':', "-")))
}

fn order(text: &str) -> Result<OrderSpec, String> {
    serde_json::from_value(serde_json::json!({ text: {} })).map_err(|error| error.to_string())
}

fn time(text: &str) -> Result<SimDuration, String> {
    match text.parse::<u64>() {
        Ok(seconds) => Ok(SimDuration::from_secs(seconds)),
        Err(_) => text.parse().map_err(|error: eastwest::units::UnitError| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_command_line_are_read_or_refused() {
        assert_eq!(estimate("factor:2").map(|e| e.0), Ok(Estimate::Factor(2.0)));
        assert_eq!(estimate("actual").map(|e| e.0), Ok(Estimate::Actual));
        for wrong in ["factor:0", "factor:x", "factor:NaN", "sometimes"] {
            assert!(estimate(wrong).is_err(), "{wrong}");
        }
        assert_eq!(order("fcfs"), Ok(OrderSpec::default()));
        assert!(order("wfp3").is_ok() && order("fair-share").is_ok());
        assert!(order("fifo").is_err_and(|error| error.contains("fcfs")));
        assert_eq!(time("90"), Ok(SimDuration::from_secs(90)));
        assert_eq!(time("10 d"), Ok(SimDuration(10 * SimDuration::DAY.0)));
        assert!(time("-5").is_err());
    }
}
