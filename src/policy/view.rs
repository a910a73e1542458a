//! What a policy may know. Requested times, never true ones; published summaries, never another center's nodes.
//!
//! The border is in the types: a policy gets a [`Request`], and true run times are in a
//! [`Truth`](crate::model::Truth) that only the driver has. A queue can ask its desk for the requested time:
//!
//! ```
//! # use eastwest::{model::JobSlot, policy::view::Desk, units::SimDuration};
//! fn requested(desk: &dyn Desk, job: JobSlot) -> SimDuration {
//!     desk.requested(job)
//! }
//! ```
//!
//! and there is no way from a request to the truth:
//!
//! ```compile_fail,E0609
//! # use eastwest::{model::{JobSlot, Work}, policy::view::Desk};
//! fn actual(desk: &dyn Desk, job: JobSlot) -> Work {
//!     desk.request(job).truth.work
//! }
//! ```
//!
//! ```compile_fail,E0609
//! # use eastwest::{model::{Request, Work}, policy::broker::Decision, policy::view::View};
//! fn decide(request: &Request, view: &View<'_>) -> Work {
//!     request.truth.work
//! }
//! ```
//!
//! [`Desk::clairvoyant`] answers only in stacks that are marked clairvoyant. A test alters what lies ahead and holds that no other stack
//! does anything else for it.

use crate::model::{
    Allocation, Center, CenterId, DatasetId, Input, JobSlot, LaneId, NodePool, Platform, Pool, PoolId, Request, SiteId,
    Totals,
};
use crate::units::{Bytes, SimDuration, SimTime, TransferPrice};

pub use super::room::{Outlook, PoolSummary};

/// What is known about the way between two sites.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathEstimate {
    /// One way, without load.
    pub latency: SimDuration,
    /// Bits per second that one more flow could count on now; infinite where nothing is crossed.
    pub rate: f64,
    /// Sum of the links' prices in µCNY per decimal gigabyte.
    pub price: u64,
}

/// Paths and replicas, as the driver knows them.
pub trait Paths {
    /// Another number whenever a way may have changed: what was found out about latencies holds as long as this stays.
    fn version(&self) -> u64;
    /// The way between two sites; `None` where there is none now.
    fn path(&self, from: SiteId, to: SiteId) -> Option<PathEstimate>;
    /// One-way latency without load; `None` where there is no way.
    fn latency(&self, from: SiteId, to: SiteId) -> Option<SimDuration>;
    /// One-way latencies forth and back; `None` where there is no way.
    fn round_trip(&self, from: SiteId, to: SiteId) -> Option<SimDuration> {
        Some(self.latency(from, to)?.saturating_add(self.latency(to, from)?))
    }
    /// Lanes crossed, empty within a site; `None` where there is no way.
    fn lanes(&self, from: SiteId, to: SiteId) -> Option<&[LaneId]>;
    /// Sites that hold a complete replica of a dataset now, in id order.
    fn replicas(&self, dataset: DatasetId) -> &[SiteId];
    /// Whether a shared copy of a dataset is on its way to a center: jobs that need it there join it.
    fn is_coming(&self, dataset: DatasetId, center: CenterId) -> bool;
    /// Bytes of storage free at a center; `None` where it is without bound.
    fn storage_free(&self, center: CenterId) -> Option<Bytes>;
}

/// What a broker sees.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The instant of the decision.
    pub now: SimTime,
    /// What is fixed.
    pub platform: &'a Platform,
    /// The visible summary of each pool, by id; possibly old (`[information]`), with the broker's own placements since.
    pub summaries: &'a [PoolSummary],
    /// What nodes hold and will hold, as old as the summaries.
    pub outlook: &'a dyn Outlook,
    /// Ways through the network.
    pub paths: &'a dyn Paths,
}

/// The cheapest way to bring a job's input to a pool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Staging {
    /// Where from; `None` where nothing is moved.
    pub from: Option<SiteId>,
    /// How much is moved.
    pub bytes: Bytes,
    /// Estimated time: latency plus bytes over the share estimate; zero where nothing is moved.
    pub time: SimDuration,
    /// Price of the transfer in µCNY.
    pub price_micro_cny: u128,
}

impl Staging {
    /// Nothing is moved.
    const NOTHING: Self = Self { from: None, bytes: Bytes::ZERO, time: SimDuration::ZERO, price_micro_cny: 0 };
}

fn transfer(paths: &dyn Paths, from: SiteId, to: SiteId, bytes: Bytes) -> Option<Staging> {
    if from == to || bytes == Bytes::ZERO {
        return Some(Staging::NOTHING);
    }
    let path = paths.path(from, to)?;
    let transfer = if path.rate.is_finite() {
        SimDuration::from_secs_f64(bytes.bits_f64() / path.rate)
    } else {
        SimDuration::ZERO
    };
    Some(Staging {
        from: Some(from),
        bytes,
        time: path.latency.saturating_add(transfer),
        price_micro_cny: TransferPrice(path.price).of(bytes),
    })
}

/// The replica of a dataset with the least estimated time to a site (ties: least site id), and how it would come from there: what brokers
/// reckon with, and what the driver reads where a broker names none. `None` where no replica has a way now.
#[must_use]
pub fn nearest_replica(paths: &dyn Paths, dataset: DatasetId, size: Bytes, to: SiteId) -> Option<(SiteId, Staging)> {
    let replicas = paths.replicas(dataset).iter();
    let all = replicas.filter_map(|from| Some((*from, transfer(paths, *from, to, size)?)));
    all.min_by_key(|(from, staging)| (staging.time, *from))
}

impl<'a> View<'a> {
    /// Pools that may run the job (regions, labels, kind of accelerator), could hold it and know how long it takes; in id order.
    pub fn candidates(&self, request: &'a Request) -> impl Iterator<Item = PoolId> + use<'a> {
        let view = *self;
        self.allowed(request).iter().copied().filter(move |pool| view.could_run(request, *pool))
    }

    /// Whether a pool could hold the job, if empty, and knows how long it takes.
    #[must_use]
    pub fn could_run(&self, request: &Request, pool: PoolId) -> bool {
        let pool = self.pool(pool);
        pool.could_hold(request.tasks, &request.task) && pool.duration(&request.requested, request).is_some()
    }

    /// Pools that satisfy the job's regions, labels and kind of accelerator, whether or not they could hold it; in id order.
    #[must_use]
    pub fn allowed(&self, request: &Request) -> &'a [PoolId] {
        &self.platform.constraints[request.constraint.index()].pools
    }

    /// The pool of an id.
    #[must_use]
    pub fn pool(&self, pool: PoolId) -> &'a Pool {
        &self.platform.pools[pool.index()]
    }

    /// The center of a pool.
    #[must_use]
    pub fn center(&self, pool: PoolId) -> &'a Center {
        &self.platform.centers[self.pool(pool).center.index()]
    }

    /// The job's part of the peak power of a pool's nodes, by the cores and accelerators it asks for, in milliwatts rounded down.
    #[must_use]
    pub fn peak_power_milliwatts(&self, request: &Request, pool: PoolId) -> u128 {
        self.pool(pool).peak_power_milliwatts(&request.task.times(request.tasks))
    }

    /// The visible summary of a pool.
    #[must_use]
    pub fn summary(&self, pool: PoolId) -> &'a PoolSummary {
        &self.summaries[pool.index()]
    }

    /// Requested run time of a job on a pool.
    #[must_use]
    pub fn requested(&self, request: &Request, pool: PoolId) -> Option<SimDuration> {
        self.pool(pool).duration(&request.requested, request)
    }

    /// How a job's input would come to a pool: from its origin, or from the [nearest replica](nearest_replica). A job that joins a shared
    /// copy on its way there moves nothing itself, and is taken to wait as long as if it did. `None` where there is no way.
    #[must_use]
    pub fn staging(&self, request: &Request, pool: PoolId) -> Option<Staging> {
        let to = self.platform.site_of(pool);
        match request.input {
            Input::None => Some(Staging::NOTHING),
            Input::From(from, bytes) => self.transfer(from, to, bytes),
            Input::Dataset(dataset) => {
                let size = self.platform.datasets[dataset.index()].size;
                let (_, staging) = nearest_replica(self.paths, dataset, size, to)?;
                let joins = staging.from.is_some() && self.paths.is_coming(dataset, self.pool(pool).center);
                Some(if joins { Staging { bytes: Bytes::ZERO, price_micro_cny: 0, ..staging } } else { staging })
            }
        }
    }

    /// How a job's output would be delivered from a pool; nothing is moved where it stays. `None` where there is no way.
    #[must_use]
    pub fn delivery(&self, request: &Request, pool: PoolId) -> Option<Staging> {
        let from = self.platform.site_of(pool);
        self.transfer(from, request.output_to.unwrap_or(from), request.output)
    }

    /// How so many bytes would go from one site to another; `None` where there is no way.
    #[must_use]
    pub fn transfer(&self, from: SiteId, to: SiteId, bytes: Bytes) -> Option<Staging> {
        transfer(self.paths, from, to, bytes)
    }

    /// Whether the storage of a pool's center has room for the input that is moved there and the output.
    #[must_use]
    pub fn storage_fits(&self, request: &Request, pool: PoolId, staging: &Staging) -> bool {
        self.storage_holds(request, pool, staging.bytes)
    }

    /// Whether the storage of a pool's center has room for this much input and the output.
    #[must_use]
    pub fn storage_holds(&self, request: &Request, pool: PoolId, input: Bytes) -> bool {
        self.paths.storage_free(self.pool(pool).center).is_none_or(|free| input + request.output <= free)
    }

    /// Round trip between the job's user and a pool; `None` where there is no way.
    #[must_use]
    pub fn round_trip(&self, request: &Request, pool: PoolId) -> Option<SimDuration> {
        self.paths.round_trip(request.origin, self.platform.site_of(pool))
    }

    /// [`View::round_trip`], for ever where there is no way.
    #[must_use]
    pub fn round_trip_or_never(&self, request: &Request, pool: PoolId) -> SimDuration {
        self.round_trip(request, pool).unwrap_or(SimDuration::MAX)
    }

    /// Whether a pool is within the job's round-trip bound (true without a bound).
    #[must_use]
    pub fn within_round_trip(&self, request: &Request, pool: PoolId) -> bool {
        match request.round_trip {
            None => true,
            Some(bound) => self.round_trip(request, pool).is_some_and(|rtt| rtt <= bound),
        }
    }
}

/// What the queue discipline of one pool sees and may ask for.
///
/// Each `start` is checked and applied by the driver before the next question is answered.
pub trait Desk {
    /// The instant of the decision.
    fn now(&self) -> SimTime;
    /// Whether the run is to end: what a pass does from here on counts for nothing, and a long one should return.
    fn interrupted(&self) -> bool {
        false
    }
    /// The pool.
    fn pool(&self) -> &Pool;
    /// Its nodes as they are.
    fn nodes(&self) -> &NodePool;
    /// Sums of what is free on its nodes.
    fn free(&self) -> &Totals {
        self.nodes().free()
    }
    /// What a job of this pool (queued or running) asked for.
    fn request(&self, job: JobSlot) -> &Request;
    /// The job's requested run time on this pool.
    fn requested(&self, job: JobSlot) -> SimDuration;
    /// When the job joined the queue.
    fn queued_at(&self, job: JobSlot) -> SimTime;
    /// The true run time, for stacks that are marked clairvoyant; `None` for all others.
    fn clairvoyant(&self, job: JobSlot) -> Option<SimDuration>;
    /// Weight of the job's tenant in fair-share.
    fn tenant_weight(&self, job: JobSlot) -> f64;
    /// Starts the job on nodes of the packing's choice; false (and nothing done) where it finds none.
    fn start(&mut self, job: JobSlot) -> bool;
    /// Starts the job in room that a discipline counts as free because its holder's predicted end has come, though that end
    /// has not been handled yet: for zero time the pool may be over-committed. Where the driver allows no such thing it is `start`.
    fn start_overcommitted(&mut self, job: JobSlot) -> bool {
        self.start(job)
    }
    /// What the packing would choose for the job among any nodes of the pool's shape; changes nothing.
    fn preview(&self, nodes: &NodePool, job: JobSlot) -> Option<Allocation>;
    /// What the packing chooses for the job among the pool's nodes as they are, to be given to [`Desk::start_on`].
    fn choose(&mut self, job: JobSlot) -> Option<Allocation> {
        self.preview(self.nodes(), job)
    }
    /// Whether a running job ends at this instant, and that end has not been handled yet.
    fn ends_now(&self, job: JobSlot) -> bool {
        let _ = job;
        false
    }
    /// Starts the job on these nodes; false (and nothing done) where they are not free.
    fn start_on(&mut self, job: JobSlot, nodes: Allocation) -> bool;
    /// The nodes of a running job.
    fn allocation(&self, job: JobSlot) -> Option<&Allocation>;
    /// Starts an elastic job with another number of tasks than it asked for; false (and nothing done) where it cannot be.
    fn start_with(&mut self, job: JobSlot, tasks: u32) -> bool {
        tasks == self.request(job).tasks && self.start(job)
    }
    /// How many tasks a running job has now.
    fn tasks(&self, job: JobSlot) -> u32 {
        self.request(job).tasks
    }
    /// Gives a running malleable job another number of tasks; false (and nothing done) where it cannot be.
    fn resize(&mut self, job: JobSlot, tasks: u32) -> bool {
        let _ = (job, tasks);
        false
    }
    /// When the present attempt of a running job began.
    fn began(&self, job: JobSlot) -> SimTime {
        let _ = job;
        self.now()
    }
    /// Computing of a running job that an interruption now would undo.
    fn at_risk(&self, job: JobSlot) -> SimDuration {
        let _ = job;
        SimDuration::ZERO
    }
    /// Interrupts a running job that did not start in this very instant: it gives its nodes back and is queued again, which the
    /// discipline is not told; its requested time becomes what is left. False (and nothing done) where it cannot be.
    fn preempt(&mut self, job: JobSlot) -> bool {
        let _ = job;
        false
    }
}
