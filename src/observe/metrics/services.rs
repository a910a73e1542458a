//! How services are served, integrated at each change.

use super::signal::Readings;
use super::{Caused, Holding, Meters};
use crate::model::{CenterId, Platform, PoolId, Service, ServiceFlow, ServiceId, ServiceState};
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// A service's replicas in one pool.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReplicaMeter {
    nodes: u64,
    replicas: u64,
    held: Holding,
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
    flows: Vec<Flow>,
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
    pub(crate) served: Served,
    pub(crate) pools: BTreeMap<PoolId, ReplicaMeter>,
}

/// Requests that are served now, and the number of their sum.
#[derive(Debug, Clone, Copy)]
struct Flow {
    flow: ServiceFlow,
    sum: u32,
}

/// Sums by center and round trip. Hundreds of origins count at each change of a rate, and nearly always the same ones as before: each
/// knows its sum by a number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Served {
    numbers: BTreeMap<(CenterId, SimDuration), u32>,
    sums: Vec<u128>,
}

impl Served {
    fn number(&mut self, flow: &ServiceFlow) -> u32 {
        *self.numbers.entry((flow.center, flow.round_trip)).or_insert_with(|| {
            self.sums.push(0);
            (self.sums.len() - 1) as u32
        })
    }

    fn add(&mut self, flow: &Flow, nanos: u128) {
        self.sums[flow.sum as usize] += u128::from(flow.flow.rate) * nanos;
    }

    /// What is more than nothing, by center and round trip.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ((CenterId, SimDuration), u128)> {
        self.numbers.iter().map(|(key, number)| (*key, self.sums[*number as usize])).filter(|(_, sum)| *sum > 0)
    }
}

impl ServiceMeter {
    /// Takes note of other replicas in a pool; `held` is what they hold of it.
    pub(crate) fn set_replicas(
        &mut self,
        now: SimTime,
        pool: PoolId,
        (nodes, replicas, held): (u64, u64, Holding),
        meters: &Meters,
    ) {
        self.keep_peak(now);
        let meter = self.pools.entry(pool).or_default();
        meter.advance(now, pool, meters);
        self.replicas = self.replicas - meter.replicas + replicas;
        (meter.nodes, meter.replicas, meter.held) = (nodes, replicas, held);
        self.candidate = self.replicas;
    }

    /// Takes note of other requests, or another way of serving them.
    pub(crate) fn set_flows(&mut self, now: SimTime, state: &ServiceState<'_>) {
        self.advance_flows(now);
        (self.offered, self.unserved) = (state.offered, state.unserved);
        let before = std::mem::take(&mut self.flows);
        let (mut known, place) = (before.iter().peekable(), |flow: &ServiceFlow| (flow.origin, flow.pool));
        self.flows.reserve_exact(state.flows.len());
        for flow in state.flows {
            while known.next_if(|other| place(&other.flow) < place(flow)).is_some() {}
            let same = |other: &&Flow| {
                (other.flow.center, other.flow.round_trip) == (flow.center, flow.round_trip)
                    && place(&other.flow) == place(flow)
            };
            let sum = known.peek().copied().filter(same).map_or_else(|| self.served.number(flow), |other| other.sum);
            self.flows.push(Flow { flow: *flow, sum });
        }
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
        self.served.sums.fill(0);
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
            self.served.add(flow, nanos);
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
            if let Some(meter) = meters.pools.get(pool.index()) {
                let used = u128::from(meter.headline_of(&self.held)) * nanos;
                let bill = meter.caused(&self.held, &self.seen, &seen);
                self.caused.add(&Caused { used, bill, carbon_market: meter.market(bill.carbon) });
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SiteId;
    use proptest::prelude::*;

    proptest! {
        /// Sums found by number are those of a plain map, whoever is served from where in turn.
        #[test]
        fn sums_of_a_plain_map(
            changes in prop::collection::vec(prop::collection::vec((0u32..4, 0u32..4, 0u32..2, 1u64..9), 0..8), 1..12),
            restart in 0usize..12,
        ) {
            let (mut meter, mut map, mut last) = (ServiceMeter::default(), BTreeMap::new(), Vec::new());
            for (at, change) in changes.iter().enumerate() {
                let now = SimTime(at as u64 * 3);
                let mut flows: Vec<ServiceFlow> = change
                    .iter()
                    .map(|&(origin, pool, trip, rate)| {
                        let round_trip = SimDuration(u64::from(trip));
                        ServiceFlow { origin: SiteId(origin), center: CenterId(pool / 2), pool: PoolId(pool), rate, round_trip }
                    })
                    .collect();
                flows.sort_by_key(|flow| (flow.origin, flow.pool));
                for flow in &last {
                    let ServiceFlow { center, round_trip, rate, .. } = *flow;
                    *map.entry((center, round_trip)).or_insert(0) += u128::from(rate) * 3;
                }
                let service = ServiceId(0);
                meter.set_flows(now, &ServiceState { service, offered: 0, flows: &flows, unserved: [0; 3] });
                if at == restart {
                    map.clear();
                    meter.restart(now);
                }
                prop_assert!(meter.served.iter().eq(map.iter().map(|(key, sum)| (*key, *sum))));
                last = flows;
            }
        }
    }
}
