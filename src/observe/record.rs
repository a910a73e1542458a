//! The record stream: everything that happens in a run, in order, as plain values.

use crate::model::{
    Allocation, CenterId, Job, JobNumber, LaneId, Outcome, PoolId, Reasons, ServiceId, ServiceState, SiteId, Totals,
};
use crate::network::{FlowKey, LaneRate};
use crate::units::{Bytes, SimDuration, SimTime};
use std::sync::Arc;

/// The instants of one job's life; `None` where it never came to that. What each step touches comes first, side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Life {
    /// The pool it was placed on.
    pub pool: Option<PoolId>,
    /// 1 for the first attempt at running it; 0 where it never started.
    pub attempt: u32,
    /// Tasks it last ran on.
    pub tasks: u32,
    /// When the broker placed it.
    pub brokered: Option<SimTime>,
    /// When its data were there.
    pub staged: Option<SimTime>,
    /// When it first started.
    pub started: Option<SimTime>,
    /// When its last run ended.
    pub ended: Option<SimTime>,
    /// When its output was delivered.
    pub delivered: Option<SimTime>,
    /// Nodes it ran on.
    pub nodes: u64,
    /// Time on its nodes, over all attempts.
    pub ran: SimDuration,
    /// How often it was interrupted for another job; it has begun once more for each, or waits to.
    pub preemptions: u32,
    /// How often its data went on by another way, because a link that they were on went down.
    pub reroutes: u32,
    /// How long its data had no way at all.
    pub stalled: SimDuration,
    /// Bytes moved to stage it.
    pub staged_bytes: Bytes,
    /// Bytes of output moved.
    pub output_bytes: Bytes,
    /// Price of its transfers in µCNY.
    pub transfer_micro_cny: u128,
    /// Of the time on its nodes, computing that interruptions undid.
    pub lost: SimDuration,
    /// Of that time, checkpoints and restarts.
    pub overhead: SimDuration,
    /// What was lost, in thousandths of the headline resource × ns.
    pub lost_work: u128,
    /// What checkpoints and restarts took, in the same unit.
    pub overhead_work: u128,
    /// How often its number of tasks was changed while it ran.
    pub resizes: u32,
    /// Whether the center is beyond the job's round-trip bound; `None` without a bound or a center.
    pub round_trip_missed: Option<bool>,
}

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Record<'a> {
    /// A job entered the system.
    Submitted {
        /// The job.
        job: &'a Job,
    },
    /// The broker weighed where it should go. Told of jobs that are to be explained, before what comes of it.
    Weighed {
        /// Which job.
        job: &'a Job,
        /// What was weighed.
        reasons: &'a Reasons,
        /// Where it is to go; `None` where it waits or is turned away.
        chosen: Option<PoolId>,
        /// Its data are not to be sent before.
        not_before: Option<SimTime>,
        /// When the broker wants to be asked again.
        again: Option<SimTime>,
    },
    /// The broker placed it.
    Brokered {
        /// Which job.
        job: &'a Job,
        /// Where.
        pool: PoolId,
    },
    /// Storage of a center was reserved (or freed) for a job or dataset.
    Storage {
        /// Where.
        center: CenterId,
        /// Bytes in use from now on, without what was filled before the run.
        used: Bytes,
    },
    /// Storage of a center from now on, what was filled before the run included.
    StorageSpace {
        /// Where.
        center: CenterId,
        /// All of it.
        space: Bytes,
    },
    /// A flow began to use its lanes (its latency is behind it).
    FlowStarted {
        /// Which flow.
        flow: FlowKey,
        /// For which job.
        job: &'a Job,
        /// From where.
        from: SiteId,
        /// To where.
        to: SiteId,
        /// The lanes it crosses: shared, so that whoever needs them until it ends keeps no copy.
        lanes: &'a Arc<[LaneId]>,
        /// How much it carries.
        bytes: Bytes,
    },
    /// A flow ended; all of it was carried.
    FlowEnded {
        /// Which flow.
        flow: FlowKey,
    },
    /// A flow was taken off its lanes with this much still to carry.
    FlowStopped {
        /// Which flow.
        flow: FlowKey,
        /// What is left.
        left: Bytes,
    },
    /// The rate of one flow from now on. Told of jobs that are to be explained, after the rates of lanes.
    FlowRate {
        /// Which flow.
        flow: FlowKey,
        /// For which job.
        number: JobNumber,
        /// Bits per second.
        rate: f64,
        /// The lane that holds it to this rate; `None` where its TCP window does.
        bottleneck: Option<LaneId>,
        /// How many flows share that lane; 0 without one.
        flows: u32,
    },
    /// The rate of all flows together on a lane, from now on.
    LaneRate {
        /// Which lane.
        lane: LaneId,
        /// Bits per second.
        rate: f64,
        /// How many flows.
        flows: u32,
    },
    /// What a lane has and what of it flows may use, from now on, in bits per second.
    LaneCapacity {
        /// Which lane.
        lane: LaneId,
        /// Its bandwidth.
        bandwidth: f64,
        /// Bandwidth less background.
        offered: f64,
    },
    /// A job's data are there and it joined the queue of its pool.
    Queued {
        /// Which job.
        job: &'a Job,
        /// Where.
        pool: PoolId,
    },
    /// A job started.
    Started {
        /// Which job.
        job: &'a Job,
        /// Where.
        pool: PoolId,
        /// On which nodes.
        allocation: &'a Allocation,
        /// What it holds in all.
        held: Totals,
    },
    /// A run ended (or was ended) and its nodes are free.
    Ended {
        /// Which job.
        job: &'a Job,
        /// Where.
        pool: PoolId,
        /// On which nodes.
        allocation: &'a Allocation,
        /// What it held in all.
        held: Totals,
        /// When this attempt had started.
        started: SimTime,
    },
    /// A run was interrupted for a more important job; its nodes are free and it is in the queue of its pool again.
    Preempted {
        /// Which job.
        job: &'a Job,
        /// Where.
        pool: PoolId,
        /// On which nodes.
        allocation: &'a Allocation,
        /// What it held in all.
        held: Totals,
        /// When this attempt had started.
        started: SimTime,
    },
    /// A running job goes on with another number of tasks.
    Resized {
        /// Which job.
        job: &'a Job,
        /// Where.
        pool: PoolId,
        /// Its nodes until now.
        before: &'a Allocation,
        /// What it held in all.
        held_before: Totals,
        /// Its nodes from now on.
        after: &'a Allocation,
        /// What it holds in all.
        held: Totals,
    },
    /// The story of a job ended.
    Finished {
        /// Which job.
        job: &'a Job,
        /// Its instants.
        life: &'a Life,
        /// How it ended.
        outcome: Outcome,
    },
    /// Nodes of a pool from now on: `open` ones for jobs, `closed` ones for their owners.
    PoolNodes {
        /// Which pool.
        pool: PoolId,
        /// Nodes that jobs may use or are using, and those of services.
        open: u64,
        /// Nodes that the owners keep.
        closed: u64,
    },
    /// The replicas of a service in a pool from now on. They hold whole nodes, of which jobs get nothing.
    ServiceNodes {
        /// Which service.
        service: ServiceId,
        /// Where.
        pool: PoolId,
        /// Nodes that are its own.
        nodes: u64,
        /// Replicas on them.
        replicas: u64,
        /// What its replicas there held until now.
        before: Totals,
        /// What they hold from now on.
        held: Totals,
    },
    /// How the requests of a service are served from now on.
    ServiceServed(ServiceState<'a>),
    /// The end of warm-up: what was counted before is left out, what is in the system stays.
    WindowOpened,
    /// The run is over at this instant.
    RunEnded,
}

/// Kinds of records, told apart as far as many come of a kind that only some observers need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// All of them.
    pub const ALL: Self = Self(u8::MAX);
    /// [`Record::Finished`].
    pub const FINISHED: Self = Self(1);
    /// [`Record::Submitted`] and [`Record::Brokered`]: a job is on its way to a queue.
    pub const ON_THE_WAY: Self = Self(2);
    /// All others.
    pub const OTHERS: Self = Self(4);

    /// All but these.
    #[must_use]
    pub const fn but(self, these: Self) -> Self {
        Self(self.0 & !these.0)
    }

    /// Whether some of these are among them.
    #[must_use]
    pub const fn have(self, these: Self) -> bool {
        self.0 & these.0 > 0
    }
}

impl Record<'_> {
    /// Of which kind it is.
    #[must_use]
    pub const fn kind(&self) -> Kinds {
        match self {
            Record::Finished { .. } => Kinds::FINISHED,
            Record::Submitted { .. } | Record::Brokered { .. } => Kinds::ON_THE_WAY,
            _ => Kinds::OTHERS,
        }
    }
}

/// A broken invariant: the run is not to be trusted and ends with this error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The invariant's name, stable, kebab-case.
    pub invariant: &'static str,
    /// When it was seen.
    pub at: SimTime,
    /// What was seen.
    pub detail: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "invariant {} broken at {} s: {}", self.invariant, crate::units::seconds_text(self.at.0), self.detail)
    }
}

impl std::error::Error for Violation {}

/// Something that listens to the record stream.
pub trait Observer: Send {
    /// Takes note of one record. Records come in order of time, some instants after they happened: a run tells them in batches.
    ///
    /// # Errors
    /// A [`Violation`] ends the run.
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation>;

    /// What means anything to it: other records need not be told.
    fn hears(&self) -> Kinds {
        Kinds::ALL
    }

    /// This record will come soon, after some others: what it touches can be asked of memory before it is needed. Changes nothing, need not do
    /// anything, and is not called for every record.
    fn ahead(&self, record: &Record<'_>) {
        let _ = record;
    }

    /// The same of rates of lanes.
    fn lane_rates_ahead(&self, rates: &[LaneRate]) {
        let _ = rates;
    }

    /// Takes note of the rates of lanes that changed at one instant: the same as a [`Record::LaneRate`] for each, in their order. A flow
    /// changes the rates of a dozen lanes when it begins and when it ends; an observer that follows lanes can take them in one go.
    ///
    /// # Errors
    /// A [`Violation`] ends the run.
    fn lane_rates(&mut self, now: SimTime, rates: &[LaneRate]) -> Result<(), Violation> {
        rates.iter().try_for_each(|rate| {
            self.record(now, &Record::LaneRate { lane: rate.lane, rate: rate.rate, flows: rate.flows })
        })
    }
}
