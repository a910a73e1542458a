//! Figures of services.

use super::area::{hours, kwh, pico};
use super::build::Extended;
use super::{ServiceCenterSummary, ServiceSummary, Summary};
use crate::model::{CenterId, Service, UnservedReason};
use crate::observe::metrics::{Caused, ServiceMeter, ratio};
use crate::units::SimDuration;
use std::collections::BTreeMap;

/// Millionths of requests per second × ns of one request.
const REQUEST: u128 = 1_000_000_000_000_000;
const SECOND: u128 = 1_000_000_000;

/// What was served at some places, by round trip.
#[derive(Default)]
struct Served {
    by_trip: BTreeMap<SimDuration, u128>,
    all: u128,
    in_time: u128,
}

impl Served {
    fn add(&mut self, service: &Service, round_trip: SimDuration, amount: u128) {
        *self.by_trip.entry(round_trip).or_default() += amount;
        self.all += amount;
        if service.in_time(round_trip) {
            self.in_time += amount;
        }
    }

    /// The mean, the 95th percentile and the longest round trip of the requests, in seconds.
    fn round_trips(&self) -> [Option<f64>; 3] {
        let seconds = |trip: SimDuration| ratio(u128::from(trip.0), SECOND);
        let Some(longest) = self.by_trip.keys().next_back().filter(|_| self.all > 0) else { return [None; 3] };
        // Shares of the whole, which are at most 1, times round trips: no sum overflows.
        let mean = self.by_trip.iter().fold(0.0, |sum, (trip, amount)| {
            sum + ratio(*amount, self.all).unwrap_or_default() * seconds(*trip).unwrap_or_default()
        });
        let mut below = 0u128;
        // The least round trip that 95 of 100 requests do not exceed.
        let p95 = self.by_trip.iter().find(|(_, amount)| {
            below += **amount;
            below.saturating_mul(20) >= self.all.saturating_mul(19)
        });
        [Some(mean), p95.and_then(|(trip, _)| seconds(*trip)), seconds(*longest)]
    }
}

fn requests(amount: u128) -> f64 {
    ratio(amount, REQUEST).unwrap_or_default()
}

impl Extended<'_> {
    /// Writes the figures of all services; returns what their replicas have caused together.
    pub(super) fn services(&self, open: u128, summary: &mut Summary) -> Caused {
        let (mut all, mut served, mut in_time) = (0u128, 0u128, 0u128);
        let mut caused = Caused::default();
        for (service, meter) in self.services.with(&self.metrics.platform) {
            let sum = self.service(service, meter, open, summary);
            meter.pools.values().for_each(|part| caused.add(&part.caused));
            all = all.saturating_add(meter.requests);
            served = served.saturating_add(sum.all);
            in_time = in_time.saturating_add(sum.in_time);
        }
        summary.requests = requests(all);
        summary.served_share = ratio(served, all);
        summary.in_time_share = ratio(in_time, all);
        summary.requests_in_time = requests(in_time);
        caused
    }

    fn service(&self, service: &Service, meter: &ServiceMeter, open: u128, summary: &mut Summary) -> Served {
        let mut whole = Served::default();
        let mut centers: BTreeMap<CenterId, (Served, Replicas)> = BTreeMap::new();
        for ((center, trip), amount) in meter.served.iter() {
            whole.add(service, trip, amount);
            centers.entry(center).or_default().0.add(service, trip, amount);
        }
        let mut replicas = Replicas::default();
        for (pool, part) in &meter.pools {
            let one = Replicas { nodes: part.node_time, time: part.replica_time, peak: part.peak, caused: part.caused };
            replicas.add(&one);
            let Some(pool) = self.metrics.platform.pools.get(pool.index()).filter(|_| one.time > 0) else { continue };
            centers.entry(pool.center).or_default().1.add(&one);
        }
        let [round_trip_mean_s, round_trip_p95_s, round_trip_max_s] = whole.round_trips();
        summary.services.push(ServiceSummary {
            service: service.name.clone(),
            requests: requests(meter.requests),
            served: requests(whole.all),
            served_share: ratio(whole.all, meter.requests),
            in_time_share: ratio(whole.in_time, meter.requests),
            round_trip_mean_s,
            round_trip_p95_s,
            round_trip_max_s,
            replicas_mean: ratio(replicas.time, self.window),
            replicas_peak: meter.replicas_peak,
            nodes_mean: ratio(replicas.nodes, self.window),
            replica_utilization: replicas.utilization(whole.all, service),
            utilization: ratio(replicas.caused.used, open),
            used_h: hours(replicas.caused.used),
            caused_energy_kwh: kwh(replicas.caused.bill.energy),
            caused_energy_cost_cny: pico(replicas.caused.bill.cost),
            caused_carbon_kg: pico(replicas.caused.bill.carbon),
            caused_carbon_market_kg: pico(replicas.caused.carbon_market),
            unserved_out_of_reach: requests(meter.refused[UnservedReason::OutOfReach as usize]),
            unserved_no_room: requests(meter.refused[UnservedReason::NoRoom as usize]),
            unserved_nodes_busy: requests(meter.refused[UnservedReason::NodesBusy as usize]),
        });
        for (id, (served, replicas)) in &centers {
            let Some(center) = self.metrics.platform.centers.get(id.index()) else { continue };
            let [round_trip_mean_s, round_trip_p95_s, round_trip_max_s] = served.round_trips();
            summary.service_centers.push(ServiceCenterSummary {
                service: service.name.clone(),
                center: center.name.clone(),
                side: center.side.map(|side| side.word().to_owned()),
                served: requests(served.all),
                in_time_share: ratio(served.in_time, served.all),
                round_trip_mean_s,
                round_trip_p95_s,
                round_trip_max_s,
                replicas_mean: ratio(replicas.time, self.window),
                replicas_peak: replicas.peak,
                nodes_mean: ratio(replicas.nodes, self.window),
                replica_utilization: replicas.utilization(served.all, service),
                used_h: hours(replicas.caused.used),
                caused_energy_kwh: kwh(replicas.caused.bill.energy),
                caused_energy_cost_cny: pico(replicas.caused.bill.cost),
                caused_carbon_kg: pico(replicas.caused.bill.carbon),
                caused_carbon_market_kg: pico(replicas.caused.carbon_market),
            });
        }
        whole
    }
}

/// Replicas of some pools together.
#[derive(Default)]
struct Replicas {
    nodes: u128,
    time: u128,
    peak: u64,
    caused: Caused,
}

impl Replicas {
    fn add(&mut self, other: &Self) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.time = self.time.saturating_add(other.time);
        self.peak = self.peak.saturating_add(other.peak);
        self.caused.add(&other.caused);
    }

    /// Requests served over what the replicas could have served.
    fn utilization(&self, served: u128, service: &Service) -> Option<f64> {
        ratio(served, self.time.saturating_mul(u128::from(service.capacity)))
    }
}
