//! Moving data: inputs to centers, outputs away from them. Latency first, then a flow that shares its lanes.

use super::driver::{Driver, Event};
use super::emit::{Begun, Kept};
use super::error::RunError;
use crate::engine::Class;
use crate::model::{DatasetId, JobSlot, LaneId, LinkId, SiteId};
use crate::network::{Flow, FlowKey, NetworkModel, window_cap};
use crate::observe::Record;
use crate::units::{Bytes, SimDuration, TransferPrice};
use std::sync::Arc;

/// What a transfer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Input of one job.
    Input,
    /// A copy of a dataset that later jobs use too.
    Copy(DatasetId),
    /// Output of one job.
    Output,
}

/// Data that are to be moved for a job.
#[derive(Debug, Clone)]
pub(super) struct Transfer {
    pub(super) purpose: Purpose,
    pub(super) from: SiteId,
    pub(super) to: SiteId,
    /// What is left to carry.
    pub(super) left: Bytes,
    /// The lanes it was given when it began.
    pub(super) lanes: Arc<[LaneId]>,
    /// Of the whole way, as is the latency.
    pub(super) price: TransferPrice,
    latency: SimDuration,
    /// Of the routes when it was given its way.
    version: u64,
}

impl Transfer {
    pub(super) fn new(purpose: Purpose, from: SiteId, to: SiteId, bytes: Bytes) -> Self {
        Self {
            purpose,
            from,
            to,
            left: bytes,
            lanes: Arc::default(),
            price: TransferPrice(0),
            latency: SimDuration::ZERO,
            version: 0,
        }
    }

    /// The dataset that it copies for later jobs too.
    pub(super) const fn copies(&self) -> Option<DatasetId> {
        match self.purpose {
            Purpose::Copy(dataset) => Some(dataset),
            Purpose::Input | Purpose::Output => None,
        }
    }
}

impl Driver<'_> {
    /// Sends a job's transfer on its way; where there is no way now, it waits for links to change.
    pub(super) fn begin_transfer(&mut self, slot: JobSlot) {
        let world = &mut self.world;
        let job = &mut world.jobs[slot];
        job.end_stall(world.now);
        let Some(transfer) = job.transfer.as_mut() else { return };
        let Some(route) = world.routes.way(transfer.from, transfer.to) else {
            job.stalled_since = Some(world.now);
            world.stalled.push(slot);
            return;
        };
        (transfer.lanes, transfer.price, transfer.latency) = (route.lanes, route.price, route.latency);
        transfer.version = world.routes.version();
        let begins = world.now + route.latency;
        world.schedule(begins, Class::Change, Event::FlowBegins(slot));
    }

    /// The latency is over: the data use the lanes from now on, if the way is still the same.
    pub(super) fn flow_begins(&mut self, slot: JobSlot) -> Result<(), RunError> {
        let world = &mut self.world;
        let job = &world.jobs[slot];
        let Some(transfer) = &job.transfer else { return Ok(()) };
        let (routes, from, to) = (&world.routes, transfer.from, transfer.to);
        let is_same =
            transfer.version == routes.version() || routes.way(from, to).is_some_and(|way| way.lanes == transfer.lanes);
        if !is_same {
            self.begin_transfer(slot);
            return Ok(());
        }
        let mut flow = Flow::new(Arc::clone(&transfer.lanes), transfer.left);
        flow.cap = world.platform.flow_window.and_then(|window| window_cap(window, 1, transfer.latency));
        let (lanes, bytes) = (Arc::clone(&transfer.lanes), transfer.left);
        let key = world.network.start(world.now, flow);
        self.out.flow_starts(&world.jobs, slot, Begun { flow: key, from, to, lanes, bytes })?;
        world.jobs[slot].flow = Some(key);
        let at = key.slot();
        if world.flows.len() <= at {
            world.flows.resize(at + 1, None);
        }
        world.flows[at] = Some(slot);
        world.under_way.begin(world.now);
        world.stats.flows += 1;
        world.stats.flows_peak = world.stats.flows_peak.max(world.network.in_flight() as u64);
        world.advanced += 1;
        if self.watching.is_some() {
            self.watch(key, slot);
        }
        Ok(())
    }

    /// A flow carried all of its data.
    pub(super) fn flow_ended(&mut self, key: FlowKey) -> Result<(), RunError> {
        let world = &mut self.world;
        let Some(slot) = world.flows.get_mut(key.slot()).and_then(Option::take) else { return Ok(()) };
        // The whole job in one go, in case that nobody saw this end coming.
        world.jobs.bring(slot);
        self.out.keep(&world.jobs, Kept::FlowEnded(key))?;
        world.under_way.end(world.now);
        world.advanced += 1;
        self.unwatch(key);
        let world = &mut self.world;
        let job = &mut world.jobs[slot];
        job.flow = None;
        let Some(transfer) = job.transfer.take() else { return Ok(()) };
        job.life.transfer_micro_cny += transfer.price.of(transfer.left);
        match transfer.purpose {
            Purpose::Input => self.staged(slot),
            Purpose::Output => self.delivered(slot),
            Purpose::Copy(dataset) => {
                let center = world.platform.pools[world.jobs[slot].pool().index()].center;
                let replicas = &mut world.replicas[dataset.index()];
                if let Err(at) = replicas.binary_search(&transfer.to) {
                    replicas.insert(at, transfer.to);
                }
                for waiting in world.copies.remove(&(dataset, center)).unwrap_or_default().waiting {
                    self.staged(waiting)?;
                }
                Ok(())
            }
        }
    }

    /// A link went down: what was on it looks for another way, and pays its latency.
    pub(super) fn reroute(&mut self, link: LinkId) -> Result<(), RunError> {
        let on_link = |transfer: &Transfer| transfer.lanes.iter().any(|lane| lane.link() == link);
        let world = &mut self.world;
        let mut cut: Vec<(FlowKey, JobSlot)> = Vec::new();
        for slot in world.flows.iter().flatten() {
            let job = &world.jobs[*slot];
            if let (Some(key), Some(_)) = (job.flow, job.transfer.as_ref().filter(|transfer| on_link(transfer))) {
                cut.push((key, *slot));
            }
        }
        cut.sort_unstable();
        for (key, slot) in cut {
            let world = &mut self.world;
            // A flow that ended at this very instant is told by the network as ended.
            let Some(left) = world.network.stop(world.now, key) else { continue };
            world.flows[key.slot()] = None;
            world.under_way.end(world.now);
            self.out.plain(&world.jobs, Record::FlowStopped { flow: key, left })?;
            self.unwatch(key);
            let world = &mut self.world;
            let job = &mut world.jobs[slot];
            job.flow = None;
            if let Some(transfer) = &mut job.transfer {
                job.life.transfer_micro_cny += transfer.price.of(transfer.left.saturating_sub(left));
                transfer.left = left;
            }
            self.begin_transfer(slot);
            let job = &mut self.world.jobs[slot];
            job.life.reroutes += u32::from(job.stalled_since.is_none());
        }
        Ok(())
    }

    /// Links came up or changed: transfers without a way look for one.
    pub(super) fn retry_stalled(&mut self) {
        let mut stalled = std::mem::take(&mut self.world.stalled);
        stalled.sort_unstable_by_key(|slot| self.world.jobs[*slot].job.request.number);
        for slot in stalled {
            self.begin_transfer(slot);
        }
    }
}
