//! What changes in a run: the state of jobs, pools, links, stores and flows.

use super::driver::Event;
use super::information::Summaries;
use super::options::RunStats;
use super::outlook::Outlooks;
use super::services::Services;
use super::slab::Slab;
use super::storage::Stores;
use crate::engine::{Agenda, Class, SameInstant};
use crate::model::caches::bring;
use crate::model::{CenterId, DatasetId, JobSlot, Link, LinkId, NodePool, Platform, Pool, PoolId, SiteId};
use crate::network::{FairNetwork, LaneRate, Routes};
use crate::scenario::{Change, Scenario};
use crate::units::{BitsPerSec, SimTime};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parts of a whole in the signals: shares are in parts per million.
const PPM: u64 = 1_000_000;

/// A pool as it is now.
#[derive(Debug, Clone)]
pub(super) struct PoolState {
    /// All of its nodes, closed ones included.
    pub(super) total: u64,
    pub(super) nodes: NodePool,
    /// Nodes that services want.
    pub(super) services: u64,
    /// Open and closed nodes as last told.
    pub(super) told: Option<(u64, u64)>,
    /// Whether its queue is to be asked in this round.
    touched: bool,
    /// When its queue is to be woken.
    pub(super) wake: Option<SimTime>,
}

/// A link as it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkState {
    pub(super) bandwidth: BitsPerSec,
    /// How many outages hold it down.
    pub(super) down: u32,
}

/// A copy of a dataset that is to come to a center; its room is reserved.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedCopy {
    /// Jobs that wait for it.
    pub(super) waiting: Vec<JobSlot>,
    /// Whether one of them brings it.
    pub(super) under_way: bool,
}

/// The state of a run.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) platform: Arc<Platform>,
    pub(super) now: SimTime,
    pub(super) agenda: Agenda<Event>,
    /// Events in the agenda that do not recur.
    pub(super) single: u64,
    pub(super) network: FairNetwork,
    /// Ways as they are now.
    pub(super) routes: Routes,
    /// Ways with every link up; see [`World::ways_ever`].
    pub(super) routes_ever: Routes,
    pub(super) jobs: Slab,
    pub(super) pools: Vec<PoolState>,
    pub(super) links: Vec<LinkState>,
    pub(super) stores: Stores,
    pub(super) services: Services,
    /// Sites with a whole replica of each dataset, in id order.
    pub(super) replicas: Vec<Vec<SiteId>>,
    /// Copies of shared datasets that jobs bring or will bring.
    pub(super) copies: BTreeMap<(DatasetId, CenterId), SharedCopy>,
    /// The job of each flow, by the flow's slot in the network.
    pub(super) flows: Vec<Option<JobSlot>>,
    /// Jobs whose transfer has no way now.
    pub(super) stalled: Vec<JobSlot>,
    pub(super) summaries: Summaries,
    pub(super) outlooks: Outlooks,
    /// Jobs started in this instant on nodes that are about to fall free.
    pub(super) deferred: Vec<JobSlot>,
    /// Jobs that ask for a place.
    pub(super) asking: Vec<JobSlot>,
    /// When the broker's period comes, where it is planned.
    pub(super) period: Option<SimTime>,
    /// Pools whose queues are to be asked.
    pub(super) touched: Vec<PoolId>,
    pub(super) changed_lanes: Vec<LaneRate>,
    /// Whether the warm-up is over.
    pub(super) opened: bool,
    /// How often a job moved on.
    pub(super) advanced: u64,
    pub(super) stats: RunStats,
    pub(super) under_way: UnderWay,
}

/// Flows under way, over time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct UnderWay {
    flows: u64,
    since: SimTime,
    flow_nanos: u128,
}

impl UnderWay {
    /// Brings the integral to `now`.
    pub(super) fn advance(&mut self, now: SimTime) {
        self.flow_nanos += u128::from(self.flows) * u128::from(now.since(self.since).0);
        self.since = now;
    }

    /// A flow begins.
    pub(super) fn begin(&mut self, now: SimTime) {
        self.advance(now);
        self.flows += 1;
    }

    /// A flow ends or is stopped.
    pub(super) fn end(&mut self, now: SimTime) {
        self.advance(now);
        self.flows = self.flows.saturating_sub(1);
    }

    /// Whole seconds of all flows together so far.
    pub(super) fn seconds(&self) -> u64 {
        u64::try_from(self.flow_nanos / 1_000_000_000).unwrap_or(u64::MAX)
    }
}

impl World {
    /// The state before the first event.
    pub(super) fn new(scenario: &Scenario, rule: SameInstant) -> Self {
        let platform = Arc::clone(&scenario.platform);
        let pools = platform.pools.iter().map(PoolState::new).collect();
        let links =
            platform.links.iter().map(|link| LinkState { bandwidth: link.bandwidth, down: 0 }).collect::<Vec<_>>();
        let lanes: Vec<f64> = platform
            .links
            .iter()
            .zip(&links)
            .flat_map(|(link, state)| [state.offered(link, SimTime::ZERO); 2])
            .collect();
        let mut routes_ever = Routes::new(platform.sites.len(), &platform.links);
        for planned in &scenario.changes {
            if let Change::Bandwidth(link, bandwidth) = planned.change
                && bandwidth.0 > 0
            {
                routes_ever.set_has_bandwidth(link, true);
            }
        }
        Self {
            now: SimTime::ZERO,
            agenda: Agenda::new(rule),
            single: 0,
            network: FairNetwork::new(&lanes),
            routes: Routes::new(platform.sites.len(), &platform.links),
            routes_ever,
            jobs: Slab::default(),
            pools,
            links,
            stores: Stores::new(&platform),
            services: Services::new(&platform),
            replicas: platform.datasets.iter().map(|dataset| dataset.at.clone()).collect(),
            copies: BTreeMap::new(),
            flows: Vec::new(),
            stalled: Vec::new(),
            summaries: Summaries::new(platform.pools.len(), scenario.information),
            outlooks: Outlooks::default(),
            deferred: Vec::new(),
            asking: Vec::new(),
            period: None,
            touched: Vec::new(),
            changed_lanes: Vec::new(),
            opened: false,
            advanced: 0,
            stats: RunStats::default(),
            under_way: UnderWay::default(),
            platform,
        }
    }

    /// Brings what is kept of a pool into the processor's caches.
    pub(super) fn bring(&self, pool: PoolId) {
        let state = &self.pools[pool.index()];
        state.nodes.bring();
        bring(&state.told);
        bring(&self.platform.pools[pool.index()]);
        self.summaries.bring(pool);
    }

    /// Plans an event.
    pub(super) fn schedule(&mut self, time: SimTime, class: Class, event: Event) {
        if !event.recurs() {
            self.single += 1;
        }
        self.agenda.schedule(time, class, event);
    }

    /// The next job of the source is submitted at `time`.
    pub(super) fn schedule_submission(&mut self, time: SimTime) {
        self.single += 1;
        self.agenda.schedule_apart(time, Class::Submission, Event::Submission);
    }

    /// Says what a pool has open and free, once its nodes changed.
    pub(super) fn summarize(&mut self, pool: PoolId) {
        let (nodes, fixed) = (&self.pools[pool.index()].nodes, &self.platform.pools[pool.index()]);
        let live = self.summaries.live_mut(pool);
        live.free = nodes.free().headline(fixed.accelerated());
        live.capacity = fixed.headline_per_node() * nodes.open();
        (live.nodes, live.idle) = (nodes.open(), nodes.idle());
    }

    /// The same of all pools where something happened in this round, for those who look at them before their queues are asked: what is
    /// released at an instant is free at that instant.
    pub(super) fn summarize_touched(&mut self) {
        for at in 0..self.touched.len() {
            self.summarize(self.touched[at]);
        }
    }

    /// Opens as many nodes of a pool as owners and services leave at this instant.
    pub(super) fn follow_share(&mut self, pool: PoolId) {
        self.pools[pool.index()].follow_share(&self.platform.pools[pool.index()], self.now);
        self.summarize(pool);
        self.touch(pool);
    }

    /// The queue of a pool is to be asked in this round.
    pub(super) fn touch(&mut self, pool: PoolId) {
        let state = &mut self.pools[pool.index()];
        if !state.touched {
            state.touched = true;
            self.touched.push(pool);
        }
    }

    /// A wake-up of a queue has come.
    pub(super) fn wake_passed(&mut self, pool: PoolId) {
        let state = &mut self.pools[pool.index()];
        if state.wake.is_some_and(|at| at <= self.now) {
            state.wake = None;
        }
    }

    /// The pools to be asked, in id order.
    pub(super) fn take_touched(&mut self) -> Vec<PoolId> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        for pool in &touched {
            self.pools[pool.index()].touched = false;
        }
        touched
    }

    /// Ways with every link up: what can be reached at some time. As long as every link is up, the ways as they are now, which the broker
    /// has just been looking at.
    pub(super) fn ways_ever(&self) -> &Routes {
        // No link is up now that never is.
        if self.routes.unusable() == self.routes_ever.unusable() { &self.routes } else { &self.routes_ever }
    }

    /// What a link offers to flows now, in bits per second, and its bandwidth.
    pub(super) fn lane_capacity(&self, link: LinkId) -> (f64, f64) {
        let state = &self.links[link.index()];
        let bandwidth = if state.down > 0 { 0.0 } else { state.bandwidth.as_f64() };
        (bandwidth, state.offered(&self.platform.links[link.index()], self.now))
    }
}

impl PoolState {
    pub(super) fn new(pool: &Pool) -> Self {
        let closed = pool.closed(pool.nodes, SimTime::ZERO);
        let mut nodes = NodePool::new(pool.node, pool.nodes);
        nodes.set_open(pool.nodes - closed);
        Self { total: pool.nodes, nodes, services: 0, told: None, touched: false, wake: None }
    }

    /// Opens as many nodes as owners and services leave at this instant; busy ones are withheld when they fall free.
    fn follow_share(&mut self, pool: &Pool, now: SimTime) {
        self.nodes.set_open((self.total - pool.closed(self.total, now)).saturating_sub(self.services));
    }

    /// Nodes that services have: of those withheld from jobs what their owners leave, as far as they are wanted.
    pub(super) fn service_nodes(&self, pool: &Pool, now: SimTime) -> u64 {
        if self.services == 0 {
            return 0;
        }
        let withheld = self.total.saturating_sub(self.nodes.open());
        withheld.saturating_sub(pool.closed(self.total, now)).min(self.services)
    }
}

impl LinkState {
    /// Bandwidth less background, in bits per second.
    fn offered(&self, link: &Link, now: SimTime) -> f64 {
        if self.down > 0 {
            return 0.0;
        }
        let rest = PPM.saturating_sub(link.background.at(now));
        (u128::from(self.bandwidth.0) * u128::from(rest) / u128::from(PPM)) as f64
    }
}
