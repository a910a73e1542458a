//! What a trace viewer shows of a run: the lives of jobs as spans, their transfers, and counters of queues and links.

mod counters;
mod jobs;

pub use jobs::{Move, Phase, Span, TracedJob};

use super::{Observer, Record, Violation};
use crate::model::{JobNumber, LaneId, Platform, PoolId};
use crate::network::FlowKey;
use crate::units::{Bytes, SimTime};
use counters::Counters;
use jobs::{Kept, Tale};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Slices of a trace file at most; with more, jobs are sampled. As many changes of counters at most; with more, they are seen at the
/// instants of a grid.
pub const SLICES_MAX: usize = 200_000;

/// What was heard of a run for its trace.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The jobs kept, by number.
    pub jobs: Vec<TracedJob>,
    /// How many jobs there were.
    pub jobs_seen: u64,
    /// Slices that the jobs kept take: themselves, their spans and their transfers.
    pub slices: usize,
    /// Running jobs by center: each change.
    pub running: Vec<Vec<(SimTime, f64)>>,
    /// Queued jobs by center: each change.
    pub queued: Vec<Vec<(SimTime, f64)>>,
    /// Bits per second of flows by lane: each change.
    pub rates: Vec<Vec<(SimTime, f64)>>,
    /// Where counters are told at the instants of a grid, its step in ns; 0 where every change is there.
    pub counter_step_ns: u64,
    /// When the warm-up was over.
    pub window_start: SimTime,
    /// The end of the run.
    pub end: SimTime,
}

/// Listens to a run for its [`Trace`].
#[derive(Debug, Clone)]
pub struct TraceObserver {
    platform: Arc<Platform>,
    kept: Kept,
    /// By job number: what is under way.
    tales: BTreeMap<u64, Tale>,
    flows: BTreeMap<FlowKey, JobNumber>,
    counters: Counters,
    window_start: SimTime,
}

impl TraceObserver {
    /// A trace of at most so many slices and as many changes of counters; [`SLICES_MAX`] is what viewers take well.
    #[must_use]
    pub fn new(platform: Arc<Platform>, slices_max: usize) -> Self {
        let counters = 2 * platform.centers.len() + 2 * platform.links.len();
        Self {
            platform,
            kept: Kept::new(slices_max),
            tales: BTreeMap::new(),
            flows: BTreeMap::new(),
            counters: Counters::new(counters, slices_max),
            window_start: SimTime::ZERO,
        }
    }

    /// What was heard up to `end`.
    #[must_use]
    pub fn finish(self, end: SimTime) -> Trace {
        let (jobs, slices, jobs_seen) = self.kept.finish();
        let (mut running, counter_step_ns) = self.counters.finish(end);
        let mut queued = running.split_off(self.platform.centers.len());
        let rates = queued.split_off(self.platform.centers.len());
        Trace { jobs, jobs_seen, slices, running, queued, rates, counter_step_ns, window_start: self.window_start, end }
    }

    fn run(&mut self, now: SimTime, pool: PoolId, more: f64) {
        if let Some(pool) = self.platform.pools.get(pool.index()) {
            self.counters.add(now, pool.center.index(), more);
        }
    }

    fn queue(&mut self, now: SimTime, pool: PoolId, more: f64) {
        if let Some(pool) = self.platform.pools.get(pool.index()) {
            self.counters.add(now, self.platform.centers.len() + pool.center.index(), more);
        }
    }

    fn rate(&mut self, now: SimTime, lane: LaneId, rate: f64) {
        self.counters.set(now, 2 * self.platform.centers.len() + lane.index(), rate);
    }

    fn flow_begins(&mut self, flow: FlowKey, number: JobNumber, moved: Move) {
        if self.kept.wants(number) {
            self.flows.insert(flow, number);
            self.tales.entry(number.0).or_default().moves.push(moved);
        }
    }

    fn flow_ends(&mut self, now: SimTime, flow: FlowKey, left: Bytes) {
        // A job has one flow at a time.
        if let Some(number) = self.flows.remove(&flow)
            && let Some(moved) = self.tales.get_mut(&number.0).and_then(|tale| tale.moves.last_mut())
        {
            moved.end = Some(now);
            moved.bytes = moved.bytes.saturating_sub(left);
        }
    }
}

impl Observer for TraceObserver {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        match *record {
            Record::Queued { pool, .. } => self.queue(now, pool, 1.0),
            Record::Started { job, pool, .. } => {
                self.queue(now, pool, -1.0);
                self.run(now, pool, 1.0);
                if let Some(tale) = self.tales.get_mut(&job.request.number.0) {
                    tale.began = Some(now);
                }
            }
            Record::Preempted { job, pool, started, .. } => {
                self.run(now, pool, -1.0);
                self.queue(now, pool, 1.0);
                if self.kept.wants(job.request.number) {
                    let tale = self.tales.entry(job.request.number.0).or_default();
                    tale.attempts.push((started, now));
                    tale.began = None;
                }
            }
            Record::Ended { job, pool, started, .. } => {
                self.run(now, pool, -1.0);
                if let Some(tale) = self.tales.get_mut(&job.request.number.0) {
                    tale.attempts.push((started, now));
                    tale.began = None;
                }
            }
            Record::FlowStarted { flow, job, from, to, bytes, .. } => {
                self.flow_begins(flow, job.request.number, Move { from, to, bytes, start: now, end: None });
            }
            Record::FlowEnded { flow } => self.flow_ends(now, flow, Bytes::ZERO),
            Record::FlowStopped { flow, left } => self.flow_ends(now, flow, left),
            Record::LaneRate { lane, rate, .. } => self.rate(now, lane, rate),
            Record::Finished { job, life, outcome } => {
                // It left the queue without ever starting. Where the run ended first it is still there.
                if outcome != crate::model::Outcome::Unfinished
                    && let (Some(pool), Some(_), None) = (life.pool, life.staged, life.started)
                {
                    self.queue(now, pool, -1.0);
                }
                let tale = self.tales.remove(&job.request.number.0).unwrap_or_default();
                self.kept.note(now, job, life, outcome, tale);
            }
            Record::WindowOpened => self.window_start = now,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
