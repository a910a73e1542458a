//! From submission to placement: who is turned away at once, what the broker is asked, and whether what it wants can be.

use super::driver::{Driver, Event};
use super::emit::Kept;
use super::error::RunError;
use super::outlook::{Live, Published};
use super::slab::Phase;
use super::transfer::{Purpose, Transfer};
use crate::engine::Class;
use crate::model::{CacheMode, DatasetId, Input, JobSlot, Outcome, Platform, PoolId, RejectReason, Request, SiteId};
use crate::observe::Record;
use crate::policy::broker::{Bid, Decision, Placement};
use crate::policy::view::{Outlook, View, nearest_replica};
use crate::scenario::Change;
use crate::units::{Bytes, SimDuration, SimTime};
use crate::workload::JobSource;

/// Why no broker could place a job, as far as the platform alone decides it.
fn hopeless(platform: &Platform, request: &Request) -> Option<RejectReason> {
    let pools = &platform.constraints[request.constraint.index()].pools;
    let mut reason = RejectReason::NoEligibleCenter;
    for pool in pools.iter().map(|pool| &platform.pools[pool.index()]) {
        match (pool.could_hold(request.tasks, &request.task), pool.duration(&request.requested, request)) {
            (true, Some(_)) => return None,
            (false, Some(_)) => reason = RejectReason::TooLarge,
            (_, None) => {}
        }
    }
    Some(reason)
}

impl Driver<'_> {
    /// The next job enters the system.
    pub(super) fn submission(&mut self) -> Result<(), RunError> {
        let job = match self.source.next_job() {
            Ok(Some(job)) => job,
            Ok(None) => return Ok(()),
            Err(error) => return Err(RunError::Source(error)),
        };
        self.plan_submission()?;
        if self.world.jobs.has_many_over() {
            // Their records refer to them.
            self.out.flush(&self.world.jobs)?;
            self.world.jobs.recycle();
        }
        let refused = hopeless(&self.world.platform, &job.request);
        let world = &mut self.world;
        let slot = world.jobs.insert(job);
        self.out.keep(&world.jobs, Kept::Submitted(slot))?;
        if world.summaries.refresh().is_some() {
            world.outlooks.asked_for(&world.jobs[slot].job.request.task);
        }
        world.stats.jobs += 1;
        world.stats.jobs_peak = world.stats.jobs_peak.max(world.jobs.len() as u64);
        world.advanced += 1;
        match refused {
            Some(reason) => self.finish(slot, Outcome::Rejected(reason)),
            None => {
                world.asking.push(slot);
                Ok(())
            }
        }
    }

    /// Asks the broker about each job that wants a place, in the order of their numbers.
    pub(super) fn ask_broker(&mut self) -> Result<(), RunError> {
        let world = &mut self.world;
        if world.asking.is_empty() {
            return Ok(());
        }
        if let Some(period) = self.run.decide_every.filter(|period| *period > SimDuration::ZERO) {
            let into = world.now.0 % period.0;
            if into != 0 {
                if world.period.is_none() {
                    let at = SimTime(world.now.0.saturating_add(period.0 - into));
                    world.period = Some(at);
                    world.schedule(at, Class::Wake, Event::Period);
                }
                return Ok(());
            }
        }
        let mut asking = std::mem::take(&mut world.asking);
        let jobs = &world.jobs;
        asking.sort_unstable_by_key(|slot| jobs[*slot].job.request.number);
        for slot in asking.drain(..) {
            self.ask(slot)?;
        }
        // The list keeps its memory; nothing was added meanwhile but by what comes later.
        asking.append(&mut self.world.asking);
        self.world.asking = asking;
        Ok(())
    }

    fn ask(&mut self, slot: JobSlot) -> Result<(), RunError> {
        self.world.summaries.advance(self.world.now);
        let world = &self.world;
        let (platform, paths) = (&*world.platform, world.paths());
        let (summaries, curves) = world.summaries.visible();
        let live = Live { platform, pools: &world.pools, jobs: &world.jobs, kept: &world.outlooks };
        let published = curves.map(|curves| Published { platform, curves });
        let outlook: &dyn Outlook = published.as_ref().map_or(&live, |published| published);
        let view = View { now: world.now, platform, summaries, outlook, paths: &paths };
        let job = &world.jobs[slot].job;
        let request = &job.request;
        let explained = self.options.explains(job);
        let reasons = explained.then(|| self.stack.broker.reasons(request, &view));
        let mut decision = self.stack.broker.decide(request, &view);
        if decision == Decision::Bids {
            let bid = |pool: PoolId| {
                let packing = self.stack.packings.get_mut(pool.index())?;
                let offer = packing.offer(&world.pools[pool.index()].nodes, request.tasks, &request.task)?;
                Some(Bid { pool, offer })
            };
            let bids: Vec<Bid> = view.candidates(request).filter_map(bid).collect();
            decision = self.stack.broker.award(request, &bids, &view);
        }
        if let Some(reasons) = &reasons {
            let (chosen, not_before) = match decision {
                Decision::Place(placement) => (Some(placement.pool), placement.not_before),
                _ => (None, None),
            };
            let again = if let Decision::Wait(at) = decision { Some(at) } else { None };
            self.out.record(&world.jobs, &Record::Weighed { job, reasons, chosen, not_before, again })?;
        }
        let world = &mut self.world;
        match decision {
            Decision::Bids => Err(self.illegal(slot, "bids a second time")),
            Decision::Place(placement) => self.place(slot, placement),
            Decision::Reject(reason) => {
                let Some(at) = self.next_way().filter(|_| reason == RejectReason::Unreachable) else {
                    return self.finish(slot, Outcome::Rejected(reason));
                };
                self.world.schedule(at, Class::Wake, Event::Ask(slot));
                Ok(())
            }
            Decision::Wait(at) if at > world.now => {
                world.schedule(at, Class::Wake, Event::Ask(slot));
                Ok(())
            }
            Decision::Wait(_) => Err(self.illegal(slot, "to wait for an instant that is not in the future")),
        }
    }

    /// When a link next comes back, where one is missing: a job without any way waits for that, as data on their way do.
    fn next_way(&self) -> Option<SimTime> {
        let world = &self.world;
        if world.links.iter().all(|link| link.down == 0 && link.bandwidth.0 > 0) {
            return None;
        }
        let later = self.changes.iter().filter(|planned| planned.at > world.now);
        let comes_back = |change: &Change| {
            matches!(change, Change::LinkDown(_, false))
                || matches!(change, Change::Bandwidth(_, bandwidth) if bandwidth.0 > 0)
        };
        later.filter(|planned| comes_back(&planned.change)).map(|planned| planned.at).min()
    }

    pub(super) fn illegal(&self, slot: JobSlot, what: &str) -> RunError {
        let job = &self.world.jobs[slot].job;
        let name = self.world.platform.job_name(job.request.class, job.ordinal, job.name.as_ref());
        RunError::IllegalAction { at: self.world.now, job: name.into_owned(), what: what.to_owned() }
    }

    /// Places a job where the broker wants it.
    fn place(&mut self, slot: JobSlot, placement: Placement) -> Result<(), RunError> {
        self.check(slot, &placement)?;
        let platform = &self.world.platform;
        let state = &self.world.jobs[slot];
        let request = &state.job.request;
        let (pool, to) = (&platform.pools[placement.pool.index()], platform.site_of(placement.pool));
        let durations = (pool.duration(&request.requested, request), pool.duration(&state.job.truth.work, request));
        let (Some(requested), Some(actual)) = durations else {
            return Err(self.illegal(slot, "a pool that has no rate at the job's precision"));
        };
        let way = self.way_in(request, &placement, to);
        let ever = self.world.ways_ever();
        let reaches = |from: SiteId, to: SiteId| from == to || ever.latency(from, to).is_some();
        let output = request.output_to.filter(|_| request.output > Bytes::ZERO);
        let way_exists = way.as_ref().is_none_or(|transfer| reaches(transfer.from, to));
        if !way_exists || output.is_some_and(|site| !reaches(to, site)) {
            return self.finish(slot, Outcome::Rejected(RejectReason::Unreachable));
        }
        let world = &mut self.world;
        let request = &world.jobs[slot].job.request;
        let pool = &world.platform.pools[placement.pool.index()];
        let (center, output_bytes, now) = (pool.center, request.output, world.now);
        // As long back as forth: a link takes as long in both directions.
        let missed = request.round_trip.map(|bound| {
            let one_way = world.ways_ever().latency(request.origin, to);
            one_way.is_none_or(|one_way| one_way.saturating_add(one_way) > bound)
        });
        // A copy that an earlier job brings has its room already, and is nobody's to free.
        let copy = way.as_ref().and_then(Transfer::copies).map(|dataset| (dataset, center));
        let bytes = way.as_ref().map_or(Bytes::ZERO, |transfer| transfer.left);
        let input_bytes = if copy.is_some_and(|key| world.copies.contains_key(&key)) { Bytes::ZERO } else { bytes };
        if !world.stores.reserve(center, input_bytes + output_bytes) {
            return self.finish(slot, Outcome::Rejected(RejectReason::StorageFull));
        }
        if let Some(key) = copy {
            world.copies.entry(key).or_default();
        }
        let state = &mut world.jobs[slot];
        state.phase = Phase::Staging;
        (state.requested, state.actual) = (requested, actual);
        world.summaries.placed(now, placement.pool, state.waiting(pool));
        world.advanced += 1;
        state.input_held = if copy.is_some() { Bytes::ZERO } else { input_bytes };
        state.output_held = output_bytes;
        state.life.pool = Some(placement.pool);
        state.life.brokered = Some(now);
        state.life.round_trip_missed = missed;
        state.transfer = way;
        self.out.keep(&self.world.jobs, Kept::Brokered(slot, placement.pool))?;
        if input_bytes + output_bytes > Bytes::ZERO {
            self.tell_storage(center)?;
        }
        match placement.not_before.filter(|at| *at > now) {
            Some(at) => {
                self.world.schedule(at, Class::Wake, Event::Stage(slot));
                Ok(())
            }
            None => self.stage(slot),
        }
    }

    /// Whether what the broker wants can be.
    fn check(&self, slot: JobSlot, placement: &Placement) -> Result<(), RunError> {
        let platform = &self.world.platform;
        let request = &self.world.jobs[slot].job.request;
        let Some(pool) = platform.pools.get(placement.pool.index()) else {
            return Err(self.illegal(slot, "a pool that does not exist"));
        };
        let allowed = &platform.constraints[request.constraint.index()].pools;
        if allowed.binary_search(&placement.pool).is_err() {
            return Err(self.illegal(slot, "a pool that its regions, labels or kind of accelerator exclude"));
        }
        if !pool.could_hold(request.tasks, &request.task) {
            return Err(self.illegal(slot, "a pool that could not hold it even if empty"));
        }
        if let (Some(site), Input::Dataset(dataset)) = (placement.replica, request.input)
            && self.world.replicas[dataset.index()].binary_search(&site).is_err()
        {
            return Err(self.illegal(slot, "a replica that does not exist"));
        }
        Ok(())
    }

    /// The transfer that brings a job's input to a site; `None` where nothing is moved.
    fn way_in(&self, request: &Request, placement: &Placement, to: SiteId) -> Option<Transfer> {
        match request.input {
            Input::None => None,
            Input::From(from, bytes) => {
                (from != to && bytes > Bytes::ZERO).then(|| Transfer::new(Purpose::Input, from, to, bytes))
            }
            Input::Dataset(dataset) => {
                let data = &self.world.platform.datasets[dataset.index()];
                if data.size == Bytes::ZERO || self.world.replicas[dataset.index()].binary_search(&to).is_ok() {
                    return None;
                }
                let from = placement.replica.or_else(|| self.nearest_replica(dataset, to))?;
                let purpose = match data.cache {
                    CacheMode::Shared => Purpose::Copy(dataset),
                    CacheMode::Private => Purpose::Input,
                };
                Some(Transfer::new(purpose, from, to, data.size))
            }
        }
    }

    /// The replica that brokers reckon with; where none has a way now, the first that ever has one.
    fn nearest_replica(&self, dataset: DatasetId, to: SiteId) -> Option<SiteId> {
        let world = &self.world;
        let size = world.platform.datasets[dataset.index()].size;
        nearest_replica(&world.paths(), dataset, size, to).map(|(from, _)| from).or_else(|| {
            let replicas = &world.replicas[dataset.index()];
            let reachable = |from: &&SiteId| world.ways_ever().latency(**from, to).is_some();
            replicas.iter().find(reachable).or_else(|| replicas.first()).copied()
        })
    }

    /// Sends a placed job's data on their way, or queues it where nothing is to be moved.
    pub(super) fn stage(&mut self, slot: JobSlot) -> Result<(), RunError> {
        let world = &mut self.world;
        let job = &mut world.jobs[slot];
        let center = world.platform.pools[job.pool().index()].center;
        let Some(transfer) = &job.transfer else { return self.staged(slot) };
        if let Purpose::Copy(dataset) = transfer.purpose {
            let Some(copy) = world.copies.get_mut(&(dataset, center)) else {
                // It has come meanwhile.
                job.transfer = None;
                return self.staged(slot);
            };
            copy.waiting.push(slot);
            if copy.under_way {
                job.transfer = None;
                return Ok(());
            }
            copy.under_way = true;
        }
        job.life.staged_bytes = transfer.left;
        self.begin_transfer(slot);
        Ok(())
    }

    /// Tells how much storage of a center is in use.
    pub(super) fn tell_storage(&mut self, center: crate::model::CenterId) -> Result<(), RunError> {
        let used = self.world.stores.used(center);
        self.out.plain(&self.world.jobs, Record::Storage { center, used })?;
        Ok(())
    }
}
