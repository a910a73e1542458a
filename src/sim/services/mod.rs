//! Services: replicas are placed and scaled whenever rates, nodes or ways change, before any job is asked about.
//!
//! ```text
//! plan    every service, in the order of priority, shares out its requests over the places where its replicas may run, each
//!         with room for what is open there ([`assign`]); replicas = what is assigned / capacity of one, nodes = whole ones
//!         where jobs still hold them, more replicas on what is idle elsewhere
//! grant   these nodes are withheld from jobs as they fall free, like a closed share that grows: no job is driven away
//! serve   the requests are shared out once more, now over the replicas that there are; what is left is not served
//! ```
//!
//! A service's nodes hold nothing else. What is planned, not yet granted and not served elsewhere is counted as `nodes-busy`.

mod assign;
mod grant;
mod plan;

use super::driver::{Driver, Event};
use super::error::RunError;
use super::world::World;
use crate::engine::Class;
use crate::model::{
    Platform, PoolId, Service, ServiceFlow, ServiceId, ServicePlacement, ServiceState, TaskShape, Totals,
};
use crate::observe::Record;
use crate::units::SimTime;
use assign::Lists;

/// What a service has in one pool.
#[derive(Debug, Clone, Copy)]
struct Place {
    pool: PoolId,
    /// Replicas that a node holds.
    per_node: u64,
    /// Planned.
    nodes_wanted: u64,
    replicas_wanted: u64,
    /// There.
    nodes: u64,
    replicas: u64,
    /// As last told.
    told: (u64, u64),
}

/// One service now.
#[derive(Debug, Clone)]
struct State {
    places: Vec<Place>,
    lists: Lists,
    /// What no plan had room for, and what no place on its list could ever take, by the last plan.
    no_room: u64,
    out_of_reach: u64,
    flows: Vec<ServiceFlow>,
    /// Whether its requests are to be shared out anew.
    stale: bool,
}

/// All services.
#[derive(Debug, Clone, Default)]
pub(super) struct Services {
    list: Vec<State>,
    /// The order in which they take nodes.
    order: Vec<usize>,
    /// Of each pool, the services that may run there and their place's number, in that order.
    by_pool: Vec<Vec<(usize, usize)>>,
    /// The pools where some may run. Of a nation's thousands these are few, and nothing is asked of the others.
    pools: Vec<PoolId>,
    /// Everything is to be planned anew.
    plan: bool,
    /// Ways have changed.
    ways: bool,
    /// Pools where nodes may have fallen free for services.
    freed: Vec<PoolId>,
}

impl Services {
    /// No replica yet.
    pub(super) fn new(platform: &Platform) -> Self {
        let mut order: Vec<usize> = (0..platform.services.len()).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(platform.services[*at].priority), *at));
        let state = |service: &Service| State {
            places: service.pools.iter().map(|pool| Place::new(*pool, service, platform)).collect(),
            lists: Lists::default(),
            no_room: 0,
            out_of_reach: 0,
            flows: Vec::new(),
            stale: false,
        };
        let list: Vec<State> = platform.services.iter().map(state).collect();
        let mut by_pool = vec![Vec::new(); if list.is_empty() { 0 } else { platform.pools.len() }];
        for at in &order {
            for (number, place) in list[*at].places.iter().enumerate() {
                by_pool[place.pool.index()].push((*at, number));
            }
        }
        let pools = (0..by_pool.len()).filter(|pool| !by_pool[*pool].is_empty()).map(PoolId::from_index).collect();
        let some = !list.is_empty();
        Self { list, order, by_pool, pools, plan: some, ways: some, freed: Vec::new() }
    }

    /// Nodes of a pool that all services together want.
    fn wanted(&self, pool: PoolId) -> u64 {
        let users = self.by_pool.get(pool.index()).map_or(&[][..], Vec::as_slice);
        users.iter().map(|(at, number)| self.list[*at].places[*number].nodes_wanted).sum()
    }

    /// Nodes of a pool changed: everything is planned anew where a service may run there.
    pub(super) fn pool_changed(&mut self, pool: PoolId) {
        self.plan |= self.by_pool.get(pool.index()).is_some_and(|users| !users.is_empty());
    }

    /// A way changed.
    pub(super) fn ways_changed(&mut self) {
        self.ways |= !self.list.is_empty();
    }

    /// Whether nothing has changed for them since they were settled last.
    fn settled(&self) -> bool {
        self.list.is_empty() || !(self.ways || self.plan) && self.freed.is_empty()
    }

    /// A job has left nodes of a pool.
    pub(super) fn job_left(&mut self, pool: PoolId) {
        let Some(users) = self.by_pool.get(pool.index()) else { return };
        let short = |(at, number): &(usize, usize)| {
            let place = &self.list[*at].places[*number];
            place.nodes < place.nodes_wanted
        };
        if users.iter().any(short) && !self.freed.contains(&pool) {
            self.freed.push(pool);
        }
    }
}

impl Place {
    fn new(pool: PoolId, service: &Service, platform: &Platform) -> Self {
        let per_node = u64::from(service.replica.per_node(&platform.pools[pool.index()].node));
        Self { pool, per_node, nodes_wanted: 0, replicas_wanted: 0, nodes: 0, replicas: 0, told: (0, 0) }
    }
}

impl Driver<'_> {
    /// Plans the first change of a rate, and places the first replicas.
    pub(super) fn open_services(&mut self) -> Result<(), RunError> {
        self.plan_service_series();
        self.settle_services()
    }

    /// A rate, or a signal that a placement looks at, changed.
    pub(super) fn service_series(&mut self) {
        self.world.services.plan = true;
        self.plan_service_series();
    }

    fn plan_service_series(&mut self) {
        let world = &mut self.world;
        let next = world.platform.services.iter().filter_map(|service| next_change(service, world)).min();
        if let Some(at) = next {
            world.schedule(at, Class::Change, Event::ServiceSeries);
        }
    }

    /// Brings all services up to date; nothing is done where nothing has changed for them.
    pub(super) fn settle_services(&mut self) -> Result<(), RunError> {
        let world = &mut self.world;
        if world.services.settled() {
            return Ok(());
        }
        if world.services.ways {
            world.find_ways();
        }
        if world.services.plan {
            world.plan_services();
            self.withhold();
            if self.world.top_up() {
                self.withhold();
            }
            self.tell_pools()?;
        }
        let mut freed = std::mem::take(&mut self.world.services.freed);
        for pool in freed.drain(..) {
            self.world.grant(pool);
        }
        self.world.services.freed = freed;
        self.tell_services()
    }

    /// Pools follow what services want of them.
    fn withhold(&mut self) {
        for at in 0..self.world.services.pools.len() {
            let world = &mut self.world;
            let pool = world.services.pools[at];
            let wanted = world.services.wanted(pool);
            let state = &mut world.pools[pool.index()];
            if state.services != wanted {
                state.services = wanted;
                world.follow_share(pool);
            }
            self.world.grant(pool);
        }
    }

    fn tell_pools(&mut self) -> Result<(), RunError> {
        for at in 0..self.world.services.pools.len() {
            self.tell_nodes(self.world.services.pools[at])?;
        }
        Ok(())
    }

    /// Tells what changed of replicas, and how requests are served now.
    fn tell_services(&mut self) -> Result<(), RunError> {
        for at in 0..self.world.services.list.len() {
            if !std::mem::take(&mut self.world.services.list[at].stale) {
                continue;
            }
            let unserved = self.world.serve(at);
            let (service, fixed) = (ServiceId::from_index(at), &self.world.platform.services[at]);
            let state = &mut self.world.services.list[at];
            for place in &mut state.places {
                let now = (place.nodes, place.replicas);
                let before = std::mem::replace(&mut place.told, now);
                if before != now {
                    let record = Record::ServiceNodes {
                        service,
                        pool: place.pool,
                        nodes: now.0,
                        replicas: now.1,
                        before: held(&fixed.replica, before.1),
                        held: held(&fixed.replica, now.1),
                    };
                    self.out.plain(&self.world.jobs, record)?;
                }
            }
            let offered = fixed.rate.at(self.world.now);
            let served = ServiceState { service, offered, flows: &state.flows, unserved };
            self.out.record(&self.world.jobs, &Record::ServiceServed(served))?;
        }
        Ok(())
    }
}

/// What so many replicas hold.
fn held(replica: &TaskShape, replicas: u64) -> Totals {
    Totals {
        cores_milli: u64::from(replica.cores_milli).saturating_mul(replicas),
        memory: u128::from(replica.memory).saturating_mul(u128::from(replicas)),
        accelerators_milli: u64::from(replica.accelerators_milli).saturating_mul(replicas),
    }
}

/// When a service is to be looked at next.
fn next_change(service: &Service, world: &World) -> Option<SimTime> {
    let centers = service.pools.iter().map(|pool| world.platform.center_of(*pool));
    let rate = service.rate.next_change(world.now);
    let signals = centers.filter_map(|center| {
        let signal = match service.placement {
            ServicePlacement::Nearest => return None,
            ServicePlacement::Cheapest => &center.tariff,
            ServicePlacement::LowestCarbon => &center.carbon,
        };
        [signal.next_change(world.now), center.pue.next_change(world.now)].into_iter().flatten().min()
    });
    rate.into_iter().chain(signals).min()
}
