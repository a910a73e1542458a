//! Spans of one job's life: one definition for metrics and `jobs.csv`.

use crate::model::{Job, Outcome, Work};
use crate::observe::Life;
use crate::units::{SimDuration, SimTime};

/// Runs shorter than this count as this long in the bounded slowdown, so that tiny jobs do not rule its mean
/// (Feitelson et al., "Theory and practice in parallel job scheduling", 1997).
const SLOWDOWN_BOUND: SimDuration = SimDuration::from_secs(10);

/// Parts of a whole in slowdowns.
pub(crate) const PPB: u128 = 1_000_000_000;

/// Spans of one job's life in ns; `None` where it never came to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct JobTimes {
    /// Start - submit.
    pub(crate) wait: Option<u64>,
    /// Staged - brokered.
    pub(crate) staging: Option<u64>,
    /// Start - staged.
    pub(crate) queue_wait: Option<u64>,
    /// Delivered - submit, of completed jobs.
    pub(crate) response: Option<u64>,
    /// max(1, (end - submit) / max(10 s, run on reference hardware)) in billionths, of completed jobs.
    pub(crate) slowdown_ppb: Option<u64>,
}

impl JobTimes {
    /// The spans of a job whose story ended.
    pub(crate) fn of(job: &Job, life: &Life, outcome: Outcome) -> Self {
        let submit = job.request.submit;
        let span = |from: Option<SimTime>, to: Option<SimTime>| Some(to?.since(from?).0);
        let completed = outcome == Outcome::Completed;
        Self {
            wait: span(Some(submit), life.started),
            staging: span(life.brokered, life.staged),
            queue_wait: span(life.staged, life.started),
            response: span(Some(submit), life.delivered).filter(|_| completed),
            slowdown_ppb: slowdown(job, life).filter(|_| completed),
        }
    }
}

fn slowdown(job: &Job, life: &Life) -> Option<u64> {
    let (started, ended) = (life.started?, life.ended?);
    let run = match job.truth.work {
        Work::Time(time) => time,
        // Operations have no run on reference hardware; the computing that was stands for it.
        Work::Flop { .. } if life.preemptions == 0 => ended.since(started),
        Work::Flop { .. } => SimDuration(life.ran.0.saturating_sub(life.lost.0).saturating_sub(life.overhead.0)),
    };
    let bound = u128::from(run.max(SLOWDOWN_BOUND).0);
    // Rounded to the nearest, so that means of many jobs agree with published ones to ten digits.
    let ratio = (u128::from(ended.since(job.request.submit).0) * PPB + bound / 2) / bound;
    Some(u64::try_from(ratio.max(PPB)).unwrap_or(u64::MAX))
}

/// Whether a job missed its deadline: it completed after it, or never completed although it had to by now. `None` without a
/// deadline, and where the run ended before the deadline did.
pub(crate) fn deadline_missed(now: SimTime, job: &Job, life: &Life, outcome: Outcome) -> Option<bool> {
    let deadline = job.request.deadline?;
    match outcome {
        Outcome::Completed => Some(life.ended.is_none_or(|end| end > deadline)),
        Outcome::Unfinished => match life.ended {
            // Only its output was still under way.
            Some(end) => Some(end > deadline),
            None => (now >= deadline).then_some(true),
        },
        Outcome::Rejected(_) | Outcome::Killed | Outcome::Lost => Some(true),
    }
}
