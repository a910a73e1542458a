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
    /// Brokered - submit, of jobs that started.
    pub(crate) brokering: Option<u64>,
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
            brokering: life.started.and_then(|_| span(Some(submit), life.brokered)),
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

/// Whether a job missed its deadline. A deadline is met by delivery: of a completed job, when its output was where it belongs (its
/// end where nothing moves). A job that was rejected, killed or lost misses it, and so does one that had not delivered when the run
/// ended at or after the deadline. `None` without a deadline, and where the run ended before the deadline did.
pub(crate) fn deadline_missed(now: SimTime, job: &Job, life: &Life, outcome: Outcome) -> Option<bool> {
    let deadline = job.request.deadline?;
    match outcome {
        Outcome::Completed => Some(life.delivered.or(life.ended).is_none_or(|delivered| delivered > deadline)),
        Outcome::Unfinished => (now >= deadline).then_some(true),
        Outcome::Rejected(_) | Outcome::Killed | Outcome::Lost => Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RejectReason;
    use crate::observe::sample::{job, s};

    #[test]
    fn a_deadline_is_met_by_delivery() {
        let dated = |deadline| {
            let mut job = job(0, s(0));
            job.request.deadline = Some(s(deadline));
            job
        };
        let life = |ended, delivered: Option<u64>| Life {
            ended: Some(s(ended)),
            delivered: delivered.map(s),
            ..Life::default()
        };
        let missed = |now, deadline, life: &Life, outcome| deadline_missed(s(now), &dated(deadline), life, outcome);
        // It ends at 100 s and has delivered at 180 s: in time for 180 s, not for 179 s, though it ended before.
        let moved = life(100, Some(180));
        assert_eq!(missed(180, 180, &moved, Outcome::Completed), Some(false));
        assert_eq!(missed(180, 179, &moved, Outcome::Completed), Some(true));
        // Where nothing moves its end counts.
        assert_eq!(missed(100, 100, &life(100, None), Outcome::Completed), Some(false));
        assert_eq!(missed(100, 99, &life(100, Some(100)), Outcome::Completed), Some(true));
        // The run ends while its output is under way: missed from the deadline on, before that it is not known.
        let under_way = life(100, None);
        assert_eq!(missed(150, 150, &under_way, Outcome::Unfinished), Some(true));
        assert_eq!(missed(149, 150, &under_way, Outcome::Unfinished), None);
        // What never delivers misses any deadline, also one that is yet to come.
        for outcome in [Outcome::Lost, Outcome::Killed, Outcome::Rejected(RejectReason::StorageFull)] {
            assert_eq!(missed(100, 500, &life(100, None), outcome), Some(true));
        }
        assert_eq!(deadline_missed(s(100), &job(0, s(0)), &moved, Outcome::Completed), None);
    }
}
