//! How services are served, integrated at each change.

use super::signal::Readings;
use super::{Caused, Meters};
use crate::model::{CenterId, Platform, PoolId, Service, ServiceFlow, ServiceId, ServiceState};
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// A service's replicas in one pool.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReplicaMeter {
    nodes: u64,
    replicas: u64,
    headline: u64,
    since: SimTime,
    seen: Readings,
    /// Nodes × ns and replicas × ns.
    pub(crate) node_time: u128,
    pub(crate) replica_time: u128,
    pub(crate) peak: u64,
    pub(crate) caused: Caused,
}

/// One service over the window.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServiceMeter {
    offered: u64,
    unserved: [u64; 3],
    flows: Vec<ServiceFlow>,
    since: SimTime,
    replicas: u64,
    /// Most replicas at once for any time.
    pub(crate) replicas_peak: u64,
    /// Replicas since the last change of time.
    candidate: u64,
    candidate_since: SimTime,
    /// Millionths of requests per second × ns: all, and those that were not served by reason.
    pub(crate) requests: u128,
    pub(crate) refused: [u128; 3],
    /// Those that were served, by center and round trip.
    pub(crate) served: BTreeMap<(CenterId, SimDuration), u128>,
    pub(crate) pools: BTreeMap<PoolId, ReplicaMeter>,
}

impl ServiceMeter {
    /// Takes note of other replicas in a pool; `headline` is what they hold of its headline resource.
    pub(crate) fn set_replicas(
        &mut self,
        now: SimTime,
        pool: PoolId,
        (nodes, replicas, headline): (u64, u64, u64),
        meters: &Meters,
    ) {
        self.keep_peak(now);
        let meter = self.pools.entry(pool).or_default();
        meter.advance(now, pool, meters);
        self.replicas = self.replicas - meter.replicas + replicas;
        (meter.nodes, meter.replicas, meter.headline) = (nodes, replicas, headline);
        self.candidate = self.replicas;
    }

    /// Takes note of other requests, or another way of serving them.
    pub(crate) fn set_flows(&mut self, now: SimTime, state: &ServiceState<'_>) {
        self.advance_flows(now);
        (self.offered, self.unserved) = (state.offered, state.unserved);
        self.flows.clear();
        self.flows.extend_from_slice(state.flows);
    }

    /// Brings everything to `now`, to which the meters have been brought.
    pub(crate) fn advance(&mut self, now: SimTime, meters: &Meters) {
        self.keep_peak(now);
        self.advance_flows(now);
        for (pool, meter) in &mut self.pools {
            meter.advance(now, *pool, meters);
        }
    }

    /// Forgets the integrals, not the state.
    pub(crate) fn restart(&mut self, now: SimTime) {
        (self.requests, self.refused) = (0, [0; 3]);
        self.served.clear();
        self.replicas_peak = 0;
        self.candidate_since = now;
        for meter in self.pools.values_mut() {
            *meter = ReplicaMeter { node_time: 0, replica_time: 0, peak: 0, caused: Caused::default(), ..*meter };
        }
    }

    /// What lasted for any time counts among the most.
    fn keep_peak(&mut self, now: SimTime) {
        if now > self.candidate_since {
            self.replicas_peak = self.replicas_peak.max(self.candidate);
        }
        self.candidate_since = now;
    }

    fn advance_flows(&mut self, now: SimTime) {
        let nanos = u128::from(now.since(self.since).0);
        self.since = now;
        if nanos == 0 {
            return;
        }
        self.requests += u128::from(self.offered) * nanos;
        for (sum, rate) in self.refused.iter_mut().zip(self.unserved) {
            *sum += u128::from(rate) * nanos;
        }
        for flow in &self.flows {
            *self.served.entry((flow.center, flow.round_trip)).or_default() += u128::from(flow.rate) * nanos;
        }
    }
}

impl ReplicaMeter {
    fn advance(&mut self, now: SimTime, pool: PoolId, meters: &Meters) {
        let nanos = u128::from(now.since(self.since).0);
        let seen = meters.readings(pool);
        if nanos > 0 {
            self.peak = self.peak.max(self.replicas);
            self.node_time += u128::from(self.nodes) * nanos;
            self.replica_time += u128::from(self.replicas) * nanos;
            let bill = meters.pools.get(pool.index()).map(|meter| meter.caused(self.headline, &self.seen, &seen));
            let used = u128::from(self.headline) * nanos;
            let bill = bill.unwrap_or_default();
            let carbon_market = meters.pools.get(pool.index()).map_or(0, |meter| meter.market(bill.carbon));
            self.caused.add(&Caused { used, bill, carbon_market });
        }
        self.since = now;
        self.seen = seen;
    }
}

/// All services.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServiceMeters(pub(crate) Vec<ServiceMeter>);

impl ServiceMeters {
    pub(crate) fn new(platform: &Platform) -> Self {
        Self(vec![ServiceMeter::default(); platform.services.len()])
    }

    pub(crate) fn get_mut(&mut self, service: ServiceId) -> Option<&mut ServiceMeter> {
        self.0.get_mut(service.index())
    }

    pub(crate) fn advance(&mut self, now: SimTime, meters: &Meters) {
        self.0.iter_mut().for_each(|meter| meter.advance(now, meters));
    }

    pub(crate) fn restart(&mut self, now: SimTime) {
        self.0.iter_mut().for_each(|meter| meter.restart(now));
    }

    /// Every service with its meter.
    pub(crate) fn with<'a>(&'a self, platform: &'a Platform) -> impl Iterator<Item = (&'a Service, &'a ServiceMeter)> {
        platform.services.iter().zip(&self.0)
    }
}
