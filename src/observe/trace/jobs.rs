//! The lives of jobs as spans.

use crate::model::{ClassId, Job, JobName, JobNumber, Outcome, PoolId, SiteId, TenantId};
use crate::observe::{JobTimes, Life, mix};
use crate::units::{Bytes, SimTime};
use std::collections::BTreeMap;

/// What a job does in a span of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Submitted, and not placed yet.
    Brokering,
    /// Placed; its data are on their way.
    Staging,
    /// Its data are there, nodes are not.
    Queued,
    /// On its nodes.
    Running,
    /// Its output is on its way.
    Delivering,
}

/// A span of a job's life; spans without length are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What it does.
    pub phase: Phase,
    /// From when on.
    pub start: SimTime,
    /// Until when.
    pub end: SimTime,
}

/// Data of a job on their way, from when they use the lanes until they are there or taken off them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// From where.
    pub from: SiteId,
    /// To where.
    pub to: SiteId,
    /// What was carried; of a flow that was still under way at the end of the run, what it was to carry.
    pub bytes: Bytes,
    /// When it began to use its lanes.
    pub start: SimTime,
    /// When it ended; `None` while it is under way.
    pub end: Option<SimTime>,
}

/// One job of a trace.
#[derive(Debug, Clone)]
pub struct TracedJob {
    /// Its number.
    pub number: JobNumber,
    /// Its place among the jobs of its class.
    pub ordinal: u64,
    /// Its own name, if it has one.
    pub name: Option<JobName>,
    /// Its class.
    pub class: ClassId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Where its user is.
    pub origin: SiteId,
    /// Where it was placed.
    pub pool: Option<PoolId>,
    /// When it was submitted.
    pub submit: SimTime,
    /// When its story ended.
    pub end: SimTime,
    /// How it ended.
    pub outcome: Outcome,
    /// Its spans in order; they do not overlap.
    pub spans: Vec<Span>,
    /// Its transfers in order.
    pub moves: Vec<Move>,
    /// Its instants and counts.
    pub life: Life,
    pub(crate) times: JobTimes,
}

impl TracedJob {
    /// Slices that it takes: itself, its spans, its transfers.
    pub(super) const fn slices(&self) -> usize {
        1 + self.spans.len() + self.moves.len()
    }
}

/// What the records tell of a job on the way and its [`Life`] does not hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Tale {
    pub(super) moves: Vec<Move>,
    /// Attempts that are over; kept of jobs that were preempted.
    pub(super) attempts: Vec<(SimTime, SimTime)>,
    /// When the present attempt began.
    pub(super) began: Option<SimTime>,
}

/// The spans of a job whose story ended now.
pub(super) fn spans(now: SimTime, submit: SimTime, life: &Life, tale: &Tale) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut add = |phase, start: SimTime, end: SimTime| {
        if end > start {
            spans.push(Span { phase, start, end });
        }
    };
    let Some(brokered) = life.brokered else { return spans };
    add(Phase::Brokering, submit, brokered);
    add(Phase::Staging, brokered, life.staged.unwrap_or(now));
    let Some(staged) = life.staged else { return spans };
    let whole = life.started.map(|start| (start, life.ended.unwrap_or(now)));
    let attempts = match life.preemptions {
        0 => whole.into_iter().collect(),
        _ => tale.attempts.iter().copied().chain(tale.began.map(|began| (began, now))).collect::<Vec<_>>(),
    };
    let mut since = staged;
    for (start, end) in attempts {
        add(Phase::Queued, since, start);
        add(Phase::Running, start, end);
        since = end;
    }
    let runs = life.started.is_some() && (life.preemptions == 0 || tale.began.is_some());
    match life.ended {
        Some(ended) => add(Phase::Delivering, ended, life.delivered.unwrap_or(now)),
        None if runs => {}
        None => add(Phase::Queued, since, now),
    }
    spans
}

/// Jobs with the smallest keys, as many as fit: a sample that hangs on nothing but the jobs' numbers.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    jobs: BTreeMap<(u64, u64), TracedJob>,
    slices: usize,
    slices_max: usize,
    /// Jobs with this key or a larger one have no room.
    limit: (u64, u64),
    seen: u64,
}

impl Kept {
    pub(super) fn new(slices_max: usize) -> Self {
        Self { jobs: BTreeMap::new(), slices: 0, slices_max, limit: (u64::MAX, u64::MAX), seen: 0 }
    }

    /// Whether a job may still be kept.
    pub(super) fn wants(&self, number: JobNumber) -> bool {
        key(number) < self.limit
    }

    pub(super) fn note(&mut self, now: SimTime, job: &Job, life: &Life, outcome: Outcome, tale: Tale) {
        self.seen += 1;
        let request = &job.request;
        if !self.wants(request.number) {
            return;
        }
        let traced = TracedJob {
            number: request.number,
            ordinal: job.ordinal,
            name: job.name.clone(),
            class: request.class,
            tenant: request.tenant,
            origin: request.origin,
            pool: life.pool,
            submit: request.submit,
            end: now,
            outcome,
            spans: spans(now, request.submit, life, &tale),
            moves: tale.moves,
            life: *life,
            times: JobTimes::of(job, life, outcome),
        };
        self.slices += traced.slices();
        self.jobs.insert(key(request.number), traced);
        while self.slices > self.slices_max
            && let Some((key, job)) = self.jobs.pop_last()
        {
            self.slices -= job.slices();
            self.limit = key;
        }
    }

    /// The jobs by number, how many slices they take, and how many jobs there were.
    pub(super) fn finish(self) -> (Vec<TracedJob>, usize, u64) {
        let mut jobs: Vec<TracedJob> = self.jobs.into_values().collect();
        jobs.sort_unstable_by_key(|job| job.number);
        (jobs, self.slices, self.seen)
    }
}

const fn key(number: JobNumber) -> (u64, u64) {
    (mix(number.0), number.0)
}
