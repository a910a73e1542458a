//! What is counted of jobs: by class, tenant and pool.

use super::pool::Bill;
use super::times::{JobTimes, deadline_missed};
use crate::model::caches::bring;
use crate::model::{Job, Outcome, Side};
use crate::observe::{Life, Quantiles};
use crate::units::SimTime;

/// Use and bill that jobs have caused over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Caused {
    /// Thousandths of headline resources × ns.
    pub(crate) used: u128,
    /// Energy, cost, carbon.
    pub(crate) bill: Bill,
    /// 1e-12 kg without contracted green power.
    pub(crate) carbon_market: u128,
}

impl Caused {
    /// Adds part by part.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.used = self.used.saturating_add(other.used);
        self.bill.add(&other.bill);
        self.carbon_market = self.carbon_market.saturating_add(other.carbon_market);
    }
}

/// How jobs ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Outcomes {
    pub(crate) completed: u64,
    pub(crate) killed: u64,
    pub(crate) lost: u64,
    pub(crate) unfinished: u64,
    /// In the order of [`RejectReason::ALL`](crate::model::RejectReason::ALL).
    pub(crate) rejected: [u64; 6],
}

impl Outcomes {
    /// Takes note of one.
    pub(crate) const fn note(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Completed => self.completed += 1,
            Outcome::Killed => self.killed += 1,
            Outcome::Lost => self.lost += 1,
            Outcome::Unfinished => self.unfinished += 1,
            // The order of the variants is the order of `ALL`; a test holds it.
            Outcome::Rejected(reason) => self.rejected[reason as usize] += 1,
        }
    }

    /// Adds part by part.
    pub(crate) fn add(&mut self, other: &Self) {
        self.completed += other.completed;
        self.killed += other.killed;
        self.lost += other.lost;
        self.unfinished += other.unfinished;
        for (mine, theirs) in self.rejected.iter_mut().zip(other.rejected) {
            *mine += theirs;
        }
    }

    /// Jobs that were turned away.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejected.iter().sum()
    }

    /// All of them.
    pub(crate) fn jobs(&self) -> u64 {
        self.completed + self.killed + self.lost + self.unfinished + self.rejected()
    }
}

/// Distributions of the spans of jobs, in ns, and of slowdowns, in billionths.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waits {
    /// Sum and number of the times until a center was chosen, of jobs that started.
    pub(crate) brokering: (u128, u64),
    pub(crate) wait: Quantiles,
    pub(crate) staging: Quantiles,
    pub(crate) queue_wait: Quantiles,
    pub(crate) response: Quantiles,
    pub(crate) slowdown: Quantiles,
}

impl Waits {
    fn note(&mut self, times: &JobTimes) {
        if let Some(brokering) = times.brokering {
            self.brokering.0 += u128::from(brokering);
            self.brokering.1 += 1;
        }
        let pairs = [
            (&mut self.wait, times.wait),
            (&mut self.staging, times.staging),
            (&mut self.queue_wait, times.queue_wait),
            (&mut self.response, times.response),
            (&mut self.slowdown, times.slowdown_ppb),
        ];
        for (quantiles, value) in pairs {
            if let Some(value) = value {
                quantiles.record(value);
            }
        }
    }

    /// Takes in another.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.brokering.0 += other.brokering.0;
        self.brokering.1 += other.brokering.1;
        self.wait.merge(&other.wait);
        self.staging.merge(&other.staging);
        self.queue_wait.merge(&other.queue_wait);
        self.response.merge(&other.response);
        self.slowdown.merge(&other.slowdown);
    }
}

/// East, central, west, and what has no side.
pub(crate) const SIDES: usize = 4;

/// What the sides are called in tables, in the order of [`side_index`].
pub(crate) const SIDE_WORDS: [&str; SIDES] = ["east", "central", "west", "none"];

/// The place of a side in a count by sides.
pub(crate) const fn side_index(side: Option<Side>) -> usize {
    match side {
        Some(Side::East) => 0,
        Some(Side::Central) => 1,
        Some(Side::West) => 2,
        None => 3,
    }
}

/// Jobs of one class, submitted in the window.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClassTally {
    pub(crate) outcomes: Outcomes,
    pub(crate) deadline_jobs: u64,
    pub(crate) deadline_missed: u64,
    pub(crate) round_trip_jobs: u64,
    pub(crate) round_trip_missed: u64,
    /// Jobs that started, by the side where they ran.
    pub(crate) started_by_side: [u64; SIDES],
    pub(crate) moved_bytes: u128,
    pub(crate) transfer_micro_cny: u128,
    /// Jobs whose data took another way; those whose data had none for a time, and that time in ns.
    pub(crate) rerouted: u64,
    pub(crate) stalled: u64,
    pub(crate) stalled_nanos: u128,
    pub(crate) preemptions: u64,
    pub(crate) resizes: u64,
    /// Thousandths of headline resources × ns.
    pub(crate) lost_work: u128,
    pub(crate) overhead_work: u128,
    pub(crate) waits: Waits,
    pub(crate) caused: Caused,
}

impl ClassTally {
    /// Takes note of a job whose story ended.
    pub(crate) fn note(
        &mut self,
        now: SimTime,
        job: &Job,
        life: &Life,
        outcome: Outcome,
        times: &JobTimes,
        side: usize,
    ) {
        self.outcomes.note(outcome);
        if let Some(missed) = deadline_missed(now, job, life, outcome) {
            self.deadline_jobs += 1;
            self.deadline_missed += u64::from(missed);
        }
        if let Some(missed) = life.round_trip_missed {
            self.round_trip_jobs += 1;
            self.round_trip_missed += u64::from(missed);
        }
        if life.started.is_some()
            && let Some(count) = self.started_by_side.get_mut(side)
        {
            *count += 1;
        }
        self.moved_bytes = self.moved_bytes.saturating_add(life.staged_bytes.0).saturating_add(life.output_bytes.0);
        self.transfer_micro_cny = self.transfer_micro_cny.saturating_add(life.transfer_micro_cny);
        self.rerouted += u64::from(life.reroutes > 0);
        self.stalled += u64::from(life.stalled.0 > 0);
        self.stalled_nanos = self.stalled_nanos.saturating_add(u128::from(life.stalled.0));
        self.preemptions += u64::from(life.preemptions);
        self.resizes += u64::from(life.resizes);
        self.lost_work = self.lost_work.saturating_add(life.lost_work);
        self.overhead_work = self.overhead_work.saturating_add(life.overhead_work);
        self.waits.note(times);
    }

    /// Takes in another.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.outcomes.add(&other.outcomes);
        self.deadline_jobs += other.deadline_jobs;
        self.deadline_missed += other.deadline_missed;
        self.round_trip_jobs += other.round_trip_jobs;
        self.round_trip_missed += other.round_trip_missed;
        for (mine, theirs) in self.started_by_side.iter_mut().zip(other.started_by_side) {
            *mine += theirs;
        }
        self.moved_bytes = self.moved_bytes.saturating_add(other.moved_bytes);
        self.transfer_micro_cny = self.transfer_micro_cny.saturating_add(other.transfer_micro_cny);
        self.rerouted += other.rerouted;
        self.stalled += other.stalled;
        self.stalled_nanos = self.stalled_nanos.saturating_add(other.stalled_nanos);
        self.preemptions += other.preemptions;
        self.resizes += other.resizes;
        self.lost_work = self.lost_work.saturating_add(other.lost_work);
        self.overhead_work = self.overhead_work.saturating_add(other.overhead_work);
        self.waits.merge(&other.waits);
        self.caused.add(&other.caused);
    }
}

/// Sums over jobs of a pool or tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sums {
    pub(crate) outcomes: Outcomes,
    pub(crate) started: u64,
    pub(crate) wait: u128,
    pub(crate) queue_wait: u128,
    pub(crate) slowdowns: u64,
    pub(crate) slowdown_ppb: u128,
    pub(crate) transfer_micro_cny: u128,
}

impl Sums {
    /// Brings them into the caches.
    pub(crate) fn bring(&self) {
        bring(&self.outcomes);
        bring(&self.wait);
        bring(&self.transfer_micro_cny);
    }

    /// Takes note of a job whose story ended.
    pub(crate) fn note(&mut self, life: &Life, outcome: Outcome, times: &JobTimes) {
        self.outcomes.note(outcome);
        if let Some(wait) = times.wait {
            self.started += 1;
            self.wait += u128::from(wait);
            self.queue_wait += u128::from(times.queue_wait.unwrap_or(0));
        }
        if let Some(slowdown) = times.slowdown_ppb {
            self.slowdowns += 1;
            self.slowdown_ppb += u128::from(slowdown);
        }
        self.transfer_micro_cny = self.transfer_micro_cny.saturating_add(life.transfer_micro_cny);
    }

    /// Adds part by part.
    pub(crate) fn add(&mut self, other: &Self) {
        self.outcomes.add(&other.outcomes);
        self.started += other.started;
        self.wait += other.wait;
        self.queue_wait += other.queue_wait;
        self.slowdowns += other.slowdowns;
        self.slowdown_ppb += other.slowdown_ppb;
        self.transfer_micro_cny = self.transfer_micro_cny.saturating_add(other.transfer_micro_cny);
    }
}

/// One tenant's jobs, submitted in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct TenantTally {
    pub(crate) sums: Sums,
    pub(crate) caused: Caused,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RejectReason;

    #[test]
    fn reasons_are_counted_in_their_order() {
        for (place, reason) in RejectReason::ALL.into_iter().enumerate() {
            let mut outcomes = Outcomes::default();
            outcomes.note(Outcome::Rejected(reason));
            assert_eq!(outcomes.rejected[place], 1, "{reason:?}");
            assert_eq!((outcomes.rejected(), outcomes.jobs()), (1, 1));
        }
    }
}
