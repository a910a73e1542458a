//! How a run goes: what is left to compute, how fast, and what an interruption keeps.
//!
//! A running job is what is left, its rate, since when, and the instant at which it ends as things are. Work is time on the job's pool with
//! as many tasks as it asked for.

use super::slab::JobState;
use crate::units::{SimDuration, SimTime};

impl JobState {
    /// Speed with its present tasks over that with those it asked for.
    fn rate(&self) -> f64 {
        let request = &self.job.request;
        request.elastic().map_or(1.0, |elastic| elastic.rate(self.life.tasks, request.tasks))
    }

    /// Whether its next or present attempt goes on from an interruption.
    const fn restarts(&self) -> bool {
        self.life.preemptions > 0
    }

    /// Time on its nodes for so much work at its rate, rounded up, without checkpoints.
    fn computing(&self, work: SimDuration) -> SimDuration {
        let rate = self.rate();
        if rate.to_bits() == 1f64.to_bits() {
            return work;
        }
        let nanos = work.0 as f64 / rate;
        // A cast saturates; what it cuts off is added again.
        let whole = nanos as u64;
        SimDuration(whole.saturating_add(u64::from((whole as f64) < nanos)))
    }

    /// Time on its nodes for so much work, checkpoints and restart included.
    fn span(&self, work: SimDuration) -> SimDuration {
        let computing = self.computing(work);
        self.job.request.checkpoint().map_or(computing, |saved| saved.span(computing, self.restarts()))
    }

    /// Time on its nodes that it asks for, as far as it has not been done.
    pub(super) fn requested_span(&self) -> SimDuration {
        match self.job.request.flex {
            // Most jobs: nothing to work out.
            None => self.requested,
            Some(_) => self.span(self.requested),
        }
    }

    /// Time on its nodes that it will really take.
    pub(super) fn actual_span(&self) -> SimDuration {
        match self.job.request.flex {
            None => self.actual,
            Some(_) => self.span(self.actual),
        }
    }

    /// Sets when it ends, as it goes now; `enforced` where requests are.
    pub(super) fn plan_end(&mut self, enforced: bool) {
        let left = self.to_do(enforced);
        let span = if self.job.request.flex.is_none() { left } else { self.span(left) };
        self.ends_at = self.since + span;
        self.promised = self.since + self.requested_span();
    }

    fn to_do(&self, enforced: bool) -> SimDuration {
        if enforced { self.actual.min(self.requested) } else { self.actual }
    }

    /// An attempt begins on so many tasks.
    pub(super) fn begin(&mut self, now: SimTime, tasks: u32) {
        (self.since, self.began, self.begun_with) = (now, now, (self.requested, self.actual));
        self.life.started.get_or_insert(now);
        self.life.attempt += 1;
        self.life.tasks = tasks;
        self.demand = self.job.request.task.times(tasks);
    }

    /// Takes off what was computed since it was last looked at; it goes on with so many tasks.
    pub(super) fn go_on_with(&mut self, now: SimTime, tasks: u32) {
        // Rounded down: what is left is never less than it is.
        let done = SimDuration((now.since(self.since).0 as f64 * self.rate()) as u64);
        self.requested = SimDuration(self.requested.0.saturating_sub(done.0));
        self.actual = SimDuration(self.actual.0.saturating_sub(done.0));
        self.since = now;
        self.life.tasks = tasks;
        self.life.resizes += 1;
        self.demand = self.job.request.task.times(tasks);
    }

    /// Computing since the last checkpoint, or since the attempt began.
    pub(super) fn at_risk(&self, now: SimTime) -> SimDuration {
        let elapsed = now.since(self.began);
        self.job.request.checkpoint().map_or(elapsed, |saved| saved.after(elapsed, self.restarts()).1)
    }

    /// Its attempt is interrupted: what the last checkpoint saved is kept, the rest is to be done again.
    pub(super) fn interrupt(&mut self, now: SimTime, headline: u64) {
        let elapsed = now.since(self.began);
        let checkpoint = self.job.request.checkpoint();
        let (saved, lost) =
            checkpoint.map_or((SimDuration::ZERO, elapsed), |saved| saved.after(elapsed, self.restarts()));
        let kept = (saved.0 as f64 * self.rate()) as u64;
        let kept = if self.rate().to_bits() == 1f64.to_bits() { saved.0 } else { kept };
        self.requested = SimDuration(self.begun_with.0.0.saturating_sub(kept));
        self.actual = SimDuration(self.begun_with.1.0.saturating_sub(kept));
        let overhead = SimDuration(elapsed.0.saturating_sub(saved.0).saturating_sub(lost.0));
        self.count(elapsed, lost, overhead, headline);
        self.life.preemptions += 1;
        self.ends_at = SimTime::MAX;
        self.demand = self.job.request.task.times(self.job.request.tasks);
    }

    /// Its last attempt is over.
    pub(super) fn complete(&mut self, now: SimTime, enforced: bool, headline: u64) {
        let computing = self.computing(self.to_do(enforced));
        let overhead = self.job.request.checkpoint().map_or(SimDuration::ZERO, |saved| {
            SimDuration(saved.span(computing, self.restarts()).0.saturating_sub(computing.0))
        });
        self.count(now.since(self.began), SimDuration::ZERO, overhead, headline);
        self.ends_at = SimTime::MAX;
    }

    fn count(&mut self, ran: SimDuration, lost: SimDuration, overhead: SimDuration, headline: u64) {
        let life = &mut self.life;
        life.ran = life.ran.saturating_add(ran);
        life.lost = life.lost.saturating_add(lost);
        life.overhead = life.overhead.saturating_add(overhead);
        life.lost_work += u128::from(headline) * u128::from(lost.0);
        life.overhead_work += u128::from(headline) * u128::from(overhead.0);
    }
}
