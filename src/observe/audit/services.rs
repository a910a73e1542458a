//! Services: every request is served or counted as not served, by no more than the replicas that there are.

use super::broken;
use crate::model::{Platform, PoolId, Service, ServiceId, ServiceState, TaskShape, Totals};
use crate::observe::Violation;
use crate::units::SimTime;
use std::collections::BTreeMap;

/// What a service has in one pool.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    nodes: u64,
    replicas: u64,
    /// Requests that it serves, in millionths per second.
    rate: u64,
}

/// One service.
#[derive(Debug, Clone, Default)]
pub(super) struct ServiceBook {
    pools: BTreeMap<PoolId, Held>,
    served: u64,
    since: SimTime,
    opened: SimTime,
    /// Millionths of requests per second × ns served in the window.
    sum: u128,
    /// Whether something changed in this instant.
    pub(super) touched: bool,
}

impl ServiceBook {
    /// Other nodes and replicas; how many nodes more (or fewer) the pool's services have.
    pub(super) fn set_nodes(
        &mut self,
        now: SimTime,
        (service, pool): (&Service, PoolId),
        (nodes, replicas): (u64, u64),
        (before, held): (&Totals, &Totals),
        platform: &Platform,
    ) -> Result<i64, Violation> {
        let entry = self.pools.entry(pool).or_default();
        let per_node = u64::from(service.replica.per_node(&platform.pools[pool.index()].node));
        let told = *before == times(&service.replica, entry.replicas) && *held == times(&service.replica, replicas);
        let fits = replicas <= nodes.saturating_mul(per_node) && service.pools.binary_search(&pool).is_ok();
        if !told || !fits {
            let detail = format!(
                "service {}: {replicas} replicas, {per_node} a node, on {nodes} nodes of pool {}, holding {held:?} \
                 after {before:?} of {} replicas",
                service.name, pool.0, entry.replicas
            );
            return Err(broken("service-nodes", now, detail));
        }
        let more = nodes.cast_signed() - entry.nodes.cast_signed();
        (entry.nodes, entry.replicas) = (nodes, replicas);
        self.touched = true;
        Ok(more)
    }

    /// Other requests, or another way of serving them.
    pub(super) fn serve(
        &mut self,
        now: SimTime,
        state: &ServiceState<'_>,
        platform: &Platform,
    ) -> Result<(), Violation> {
        let service = &platform.services[state.service.index()];
        let served: u128 = state.flows.iter().map(|flow| u128::from(flow.rate)).sum();
        let unserved: u128 = state.unserved.iter().map(|rate| u128::from(*rate)).sum();
        let places = state.flows.iter().all(|flow| {
            platform.pools[flow.pool.index()].center == flow.center
                && service.origins.binary_search_by_key(&flow.origin, |(origin, _)| *origin).is_ok()
                && (!service.strict || service.in_time(flow.round_trip))
        });
        let all = u128::from(state.offered);
        if served + unserved != all || state.offered != service.rate.at(now) || !places {
            let detail = format!(
                "service {}: {served} served and {unserved} not, of {all} (in millionths of a request per second), \
                 or served where it may not",
                service.name
            );
            return Err(broken("service-requests", now, detail));
        }
        self.advance(now);
        self.served = state.offered - unserved as u64;
        self.pools.values_mut().for_each(|held| held.rate = 0);
        for flow in state.flows {
            let rate = &mut self.pools.entry(flow.pool).or_default().rate;
            *rate = rate.saturating_add(flow.rate);
        }
        self.touched = true;
        Ok(())
    }

    /// Judges an instant that is over.
    pub(super) fn settle(&mut self, at: SimTime, service: &Service) -> Result<(), Violation> {
        self.touched = false;
        let over = |held: &Held| held.rate > held.replicas.saturating_mul(service.capacity);
        match self.pools.iter().find(|(_, held)| over(held)) {
            None => Ok(()),
            Some((pool, held)) => {
                let detail = format!("service {}: {held:?} in pool {}", service.name, pool.0);
                Err(broken("service-capacity", at, detail))
            }
        }
    }

    fn advance(&mut self, now: SimTime) {
        self.sum += u128::from(self.served) * u128::from(now.since(self.since).0);
        self.since = now;
    }

    /// The window opens.
    pub(super) fn open(&mut self, now: SimTime) {
        self.advance(now);
        self.sum = 0;
        self.opened = now;
    }

    /// Requests and those served from the window's start to `end`.
    pub(super) fn totals(&self, end: SimTime, service: &Service) -> (f64, f64) {
        const REQUESTS: f64 = 1e-15;
        let served = self.sum + u128::from(self.served) * u128::from(end.since(self.since).0);
        (service.rate.integral(self.opened, end) as f64 * REQUESTS, served as f64 * REQUESTS)
    }
}

fn times(replica: &TaskShape, replicas: u64) -> Totals {
    Totals {
        cores_milli: u64::from(replica.cores_milli).saturating_mul(replicas),
        memory: u128::from(replica.memory).saturating_mul(u128::from(replicas)),
        accelerators_milli: u64::from(replica.accelerators_milli).saturating_mul(replicas),
    }
}

/// A key under which the use of a service in a pool is added up beside jobs: services come after all jobs' numbers.
pub(super) const fn holder(service: ServiceId, pool: PoolId) -> u64 {
    (1 << 63) | ((service.0 as u64) << 32) | pool.0 as u64
}

#[cfg(test)]
mod tests {
    use super::super::tests::platform;
    use super::super::{Auditor, INVARIANTS};
    use super::*;
    use crate::model::{CenterId, MICRO, ServiceFlow, ServicePlacement, SiteId};
    use crate::observe::{Metrics, Observer, Record, Summary};
    use crate::signals::Series;
    use crate::units::SimDuration;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    const WEST: PoolId = PoolId(1);

    /// The west has 3 open nodes of 4 cores and 2 cards; a replica takes a card and two cores and serves 10 requests a second, of
    /// which there are 35 at all times, all from the east, 20 ns away. In time is within 20 ns.
    fn with_service() -> Arc<Platform> {
        let mut platform = platform();
        let service = Service {
            name: "chat".to_owned(),
            rate: Series::constant(35 * MICRO),
            origins: vec![(SiteId(0), 1)],
            replica: TaskShape { cores_milli: 2000, memory: 4, accelerators_milli: 1000, accelerator: None },
            capacity: 10 * MICRO,
            bound: Some(SimDuration(20)),
            strict: true,
            placement: ServicePlacement::Nearest,
            priority: 0,
            share_ppm: MICRO,
            pools: vec![WEST],
        };
        Arc::get_mut(&mut platform).expect("nobody else has it").services.push(service);
        platform
    }

    #[derive(Debug, Clone)]
    struct Story {
        nodes: (u64, u64),
        held: Totals,
        pool: PoolId,
        rate: u64,
        round_trip: u64,
        unserved: u64,
        open: u64,
    }

    /// 3 replicas on 2 nodes serve 30 requests a second; 5 are not served.
    fn story() -> Story {
        let held = Totals { cores_milli: 6000, memory: 12, accelerators_milli: 3000 };
        let rate = 30 * MICRO;
        Story { nodes: (2, 3), held, pool: WEST, rate, round_trip: 20, unserved: 5 * MICRO, open: 3 }
    }

    fn tell(story: &Story, observer: &mut dyn Observer) -> Result<(), Violation> {
        let flow = ServiceFlow {
            origin: SiteId(0),
            center: CenterId(1),
            pool: story.pool,
            rate: story.rate,
            round_trip: SimDuration(story.round_trip),
        };
        let state = ServiceState {
            service: ServiceId(0),
            offered: 35 * MICRO,
            flows: &[flow],
            unserved: [0, story.unserved, 0],
        };
        let records = [
            Record::PoolNodes { pool: PoolId(0), open: 2, closed: 0 },
            Record::PoolNodes { pool: WEST, open: story.open, closed: 1 },
            Record::ServiceNodes {
                service: ServiceId(0),
                pool: WEST,
                nodes: story.nodes.0,
                replicas: story.nodes.1,
                before: Totals::default(),
                held: story.held,
            },
            Record::ServiceServed(state),
        ];
        for record in &records {
            observer.record(SimTime(0), record)?;
        }
        observer.record(SimTime(1000), &Record::WindowOpened)?;
        observer.record(SimTime(3000), &Record::RunEnded)
    }

    fn audit(story: &Story) -> Result<Auditor, Violation> {
        let mut auditor = Auditor::new(with_service());
        tell(story, &mut auditor)?;
        auditor.finish(SimTime(3000))?;
        Ok(auditor)
    }

    type Corruption = (&'static str, fn(&mut Story));

    const CORRUPTIONS: &[Corruption] = &[
        // Two cards a node: five replicas on two nodes.
        ("service-nodes", |s| s.nodes.1 = 5),
        ("service-nodes", |s| s.held.accelerators_milli = 2000),
        ("service-requests", |s| s.unserved -= 1),
        ("service-requests", |s| (s.rate, s.unserved) = (s.rate - 1, s.unserved)),
        // Late, of a service that refuses rather than being late.
        ("service-requests", |s| s.round_trip = 21),
        ("service-requests", |s| s.pool = PoolId(0)),
        ("service-capacity", |s| (s.rate, s.unserved) = (s.rate + 1, s.unserved - 1)),
        ("pool-capacity", |s| s.open = 1),
    ];

    #[test]
    fn each_corruption_is_caught_by_its_name() {
        audit(&story()).expect("nothing is broken");
        for (name, corrupt) in CORRUPTIONS {
            let mut story = story();
            corrupt(&mut story);
            let caught = audit(&story).map(|_| ()).expect_err(name).invariant;
            assert_eq!(caught, *name, "{story:?}");
        }
        let all: BTreeSet<&str> = INVARIANTS.into_iter().filter(|name| name.starts_with("service-")).collect();
        let tried: BTreeSet<&str> =
            CORRUPTIONS.iter().map(|(name, _)| *name).filter(|name| all.contains(name)).collect();
        assert_eq!(tried, all, "each invariant has a corruption");
    }

    #[test]
    fn figures_are_worked_by_hand() {
        let mut metrics = Metrics::new(with_service());
        tell(&story(), &mut metrics).expect("metrics never refuse");
        let summary = metrics.summary(SimTime(3000));
        let service = &summary.services[0];
        let near = |is: f64, should: f64| assert!((is / should - 1.0).abs() < 1e-12, "{is} for {should}");
        // 35, 30 and 5 a second over 2000 ns.
        near(service.requests, 70e-6);
        near(service.served, 60e-6);
        near(service.unserved_no_room, 10e-6);
        near(service.in_time_share.expect("some"), 6.0 / 7.0);
        near(service.round_trip_mean_s.expect("some"), 20e-9);
        near(service.round_trip_p95_s.expect("some"), 20e-9);
        near(service.replicas_mean.expect("some"), 3.0);
        near(service.replica_utilization.expect("some"), 1.0);
        assert_eq!((service.replicas_peak, summary.service_centers.len()), (3, 1));
        // 3 of 6 cards of the west; of 6 cards and 8 cores in all.
        near(summary.centers[1].utilization.expect("cards"), 0.5);
        near(service.utilization.expect("all"), 3.0 / 14.0);
        near(summary.utilization.expect("all"), 3.0 / 14.0);
        // 1.5 nodes at a peak of 300 W and a PUE of 1.2, for 2000 ns.
        near(service.caused_energy_kwh, 1.5 * 300.0 * 1.2 * 2000e-9 / 3.6e6);
        let auditor = audit(&story()).expect("nothing is broken");
        auditor.compare(&summary).expect("the same figures");
        let caught = |change: fn(&mut Summary)| {
            let mut other = summary.clone();
            change(&mut other);
            auditor.compare(&other).expect_err("it differs").invariant
        };
        assert_eq!(caught(|s| s.services[0].served *= 1.0 + 1e-8), "summary-services");
        assert_eq!(caught(|s| s.services[0].requests *= 1.0 + 1e-8), "summary-services");
        assert_eq!(caught(|s| s.services.clear()), "summary-jobs");
    }
}
