//! Flows and lanes: what is under way, what was carried, and whether the rates told account for it.

use super::broken;
use crate::model::caches::bring;
use crate::model::slots::{Key, Slots};
use crate::model::{LaneId, Platform, SiteId};
use crate::network::FlowKey;
use crate::observe::Violation;
use crate::units::{Bytes, SimTime};
use std::sync::Arc;

/// Rates may exceed what is offered by the rounding of sums.
const RATE_TOLERANCE: f64 = 1e-9;
/// The integral of a lane's rate may differ from the bytes carried by this part of them.
const BYTES_TOLERANCE: f64 = 1e-6;

/// A flow under way.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) job: Key,
    pub(super) bytes: u128,
    lanes: Arc<[LaneId]>,
}

impl Flow {
    pub(super) fn lanes(&self) -> &[LaneId] {
        &self.lanes
    }
}

/// A lane: its present rate, and what happened since it last was idle. On a line of memory of its own, as flows touch lanes all over it.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
struct Lane {
    rate: f64,
    /// The highest rate that what is offered allows; below zero where more is offered than there is.
    rate_max: f64,
    since: SimTime,
    /// Bits by the rates told.
    bits: f64,
    /// Bytes of flows that ended or stopped. Sums of whole numbers; they are compared with a sum of products, which is less exact.
    carried: f64,
    /// Bytes of flows under way.
    under_way: f64,
    /// Flows that carry something, under way, as told and as counted.
    flows_told: u32,
    flows: u32,
    /// Flows that started.
    started: u32,
    /// Binary digits of the bytes of the largest of them.
    digits_max: u8,
    touched: bool,
}

const _: () = assert!(size_of::<Lane>() == 64);

/// What a lane has. Hardly looked at as long as all is well.
#[derive(Debug, Clone, Copy)]
struct Capacity {
    bandwidth: f64,
    /// The most bandwidth that it had.
    fastest: f64,
    offered: f64,
}

/// All flows and lanes.
#[derive(Debug, Clone)]
pub(super) struct FlowBook {
    flows: Slots<Flow>,
    lanes: Vec<Lane>,
    /// By lane.
    capacities: Vec<Capacity>,
    /// By link: where its lane forth begins, and where it ends.
    between: Vec<[SiteId; 2]>,
    touched: Vec<u32>,
}

impl FlowBook {
    pub(super) fn new(platform: &Platform) -> Self {
        let capacity = |link: &crate::model::Link| {
            let bandwidth = link.bandwidth.as_f64();
            [Capacity { bandwidth, fastest: bandwidth, offered: bandwidth }; 2]
        };
        let capacities: Vec<Capacity> = platform.links.iter().flat_map(capacity).collect();
        Self {
            flows: Slots::new(),
            lanes: capacities
                .iter()
                .map(|capacity| Lane { rate_max: capacity.rate_max(), ..Lane::default() })
                .collect(),
            capacities,
            between: platform.links.iter().map(|link| link.between).collect(),
            touched: Vec::new(),
        }
    }

    /// A flow under way.
    pub(super) fn get(&self, flow: FlowKey) -> Option<&Flow> {
        self.flows.get(flow.key())
    }

    /// Brings what is kept of a flow and its lanes into the caches.
    pub(super) fn bring(&self, flow: FlowKey, lanes: &[LaneId]) {
        self.flows.bring(flow.key());
        lanes.iter().filter_map(|lane| self.lanes.get(lane.index())).for_each(bring);
    }

    pub(super) fn start(
        &mut self,
        now: SimTime,
        flow: FlowKey,
        (from, to): (SiteId, SiteId),
        lanes: &Arc<[LaneId]>,
        entry: (Key, Bytes),
    ) -> Result<(), Violation> {
        self.check_route(now, (from, to), lanes)?;
        let (job, bytes) = entry;
        if !self.flows.insert(flow.key(), Flow { job, bytes: bytes.0, lanes: Arc::clone(lanes) }) {
            return Err(broken(
                "flow-known",
                now,
                format!("flow {} started twice, or in the place of another", flow.0),
            ));
        }
        if bytes > Bytes::ZERO {
            for lane in lanes.iter() {
                touch(&mut self.lanes, &mut self.touched, *lane);
                let lane = &mut self.lanes[lane.index()];
                lane.flows += 1;
                lane.started = lane.started.saturating_add(1);
                lane.under_way += bytes.as_f64();
                lane.digits_max = lane.digits_max.max((u128::BITS - bytes.0.leading_zeros()) as u8);
            }
        }
        Ok(())
    }

    /// Takes a flow out that has `left` still to carry.
    pub(super) fn end(&mut self, now: SimTime, flow: FlowKey, left: Bytes) -> Result<Flow, Violation> {
        let Some(entry) = self.flows.remove(flow.key()) else {
            return Err(broken("flow-known", now, format!("flow {} ended, but is not under way", flow.0)));
        };
        if left.0 > entry.bytes {
            let detail = format!("flow {} of {} bytes stopped with {} left", flow.0, entry.bytes, left.0);
            return Err(broken("bytes-delivered", now, detail));
        }
        if entry.bytes > 0 {
            for lane in entry.lanes.iter() {
                touch(&mut self.lanes, &mut self.touched, *lane);
                let lane = &mut self.lanes[lane.index()];
                lane.flows -= 1;
                lane.under_way -= Bytes(entry.bytes).as_f64();
                lane.carried += Bytes(entry.bytes - left.0).as_f64();
            }
        }
        Ok(entry)
    }

    pub(super) fn set_rate(&mut self, now: SimTime, lane: LaneId, rate: f64, flows: u32) -> Result<(), Violation> {
        self.known(now, lane)?;
        touch(&mut self.lanes, &mut self.touched, lane);
        let lane = &mut self.lanes[lane.index()];
        lane.integrate(now);
        (lane.rate, lane.flows_told) = (rate, flows);
        Ok(())
    }

    pub(super) fn set_capacity(
        &mut self,
        now: SimTime,
        lane: LaneId,
        bandwidth: f64,
        offered: f64,
    ) -> Result<(), Violation> {
        self.known(now, lane)?;
        touch(&mut self.lanes, &mut self.touched, lane);
        let capacity = &mut self.capacities[lane.index()];
        (capacity.bandwidth, capacity.offered) = (bandwidth, offered);
        capacity.fastest = capacity.fastest.max(bandwidth);
        self.lanes[lane.index()].rate_max = capacity.rate_max();
        Ok(())
    }

    /// Judges an instant that is over.
    pub(super) fn settle(&mut self, at: SimTime, platform: &Platform) -> Result<(), Violation> {
        while let Some(number) = self.touched.pop() {
            let (lane, capacity) = (&mut self.lanes[number as usize], &self.capacities[number as usize]);
            lane.touched = false;
            lane.check_rate(at, capacity, platform, LaneId(number))?;
            if lane.flows == 0 {
                lane.integrate(at);
                // What was added and taken off again may have left the rounding of sums.
                lane.under_way = 0.0;
                lane.check_bytes(at, capacity, platform, LaneId(number))?;
                // A fresh start keeps the tolerance as small as what is carried in one busy period.
                (lane.bits, lane.carried, lane.started, lane.digits_max) = (0.0, 0.0, 0, 0);
            }
        }
        Ok(())
    }

    /// Judges the end of the run: some flows may be under way.
    pub(super) fn finish(&mut self, end: SimTime, platform: &Platform) -> Result<(), Violation> {
        for (number, (lane, capacity)) in self.lanes.iter_mut().zip(&self.capacities).enumerate() {
            lane.integrate(end);
            lane.check_bytes(end, capacity, platform, LaneId::from_index(number))?;
        }
        Ok(())
    }

    fn known(&self, now: SimTime, lane: LaneId) -> Result<(), Violation> {
        if lane.index() < self.lanes.len() {
            return Ok(());
        }
        Err(broken("flow-route", now, format!("there is no lane {}", lane.0)))
    }

    /// The lanes lead from one site to the other, each from where the one before it ends.
    fn check_route(&self, now: SimTime, (from, to): (SiteId, SiteId), lanes: &[LaneId]) -> Result<(), Violation> {
        let mut site = from;
        for lane in lanes {
            self.known(now, *lane)?;
            let [one, other] = self.between[lane.link().index()];
            let (begins, ends) =
                if lane.direction() == crate::model::Direction::Forth { (one, other) } else { (other, one) };
            if begins != site {
                let detail = format!("lane {} begins at site {}, not at {}", lane.0, begins.0, site.0);
                return Err(broken("flow-route", now, detail));
            }
            site = ends;
        }
        if site != to {
            return Err(broken("flow-route", now, format!("the lanes lead to site {}, not to {}", site.0, to.0)));
        }
        Ok(())
    }
}

/// The lane is to be judged when the instant is over.
fn touch(lanes: &mut [Lane], touched: &mut Vec<u32>, lane: LaneId) {
    let entry = &mut lanes[lane.index()];
    if !entry.touched {
        entry.touched = true;
        touched.push(lane.0);
    }
}

impl Capacity {
    /// The most that flows may use of it; less than nothing where more is offered than there is.
    fn rate_max(&self) -> f64 {
        let allowed = |limit: f64| limit * (1.0 + RATE_TOLERANCE);
        if self.offered <= allowed(self.bandwidth) { allowed(self.offered) } else { -1.0 }
    }
}

const _: () = assert!(size_of::<Lane>() == 64, "a lane is one cache line");

impl Lane {
    fn integrate(&mut self, now: SimTime) {
        let nanos = now.since(self.since).0;
        if nanos > 0 {
            self.bits += self.rate * (nanos as f64 / 1e9);
            self.since = now;
        }
    }

    fn check_rate(&self, at: SimTime, has: &Capacity, platform: &Platform, id: LaneId) -> Result<(), Violation> {
        if !(self.rate >= 0.0 && self.rate <= self.rate_max) {
            let detail = format!(
                "{}: {} bit/s in use, {} offered, {} there",
                name(platform, id),
                self.rate,
                has.offered,
                has.bandwidth
            );
            return Err(broken("lane-bandwidth", at, detail));
        }
        if self.flows_told != self.flows {
            let detail = format!("{}: {} flows told, {} under way", name(platform, id), self.flows_told, self.flows);
            return Err(broken("lane-flows", at, detail));
        }
        Ok(())
    }

    /// Bytes by rates against bytes by flows. An end is told at the next full nanosecond, so each may add one of the lane.
    fn check_bytes(&self, at: SimTime, has: &Capacity, platform: &Platform, id: LaneId) -> Result<(), Violation> {
        let (by_rate, carried) = (self.bits / 8.0, self.carried);
        let most = carried + self.under_way;
        let within = |each: f64| {
            // What is left of a flow is known to the last digit of its size, which of many zettabytes are gigabytes.
            let last_digit = f64::EPSILON * libm::exp2(f64::from(self.digits_max));
            let tolerance = BYTES_TOLERANCE * most + f64::from(self.started) * (each + last_digit);
            by_rate >= carried - tolerance && by_rate <= most + tolerance
        };
        // Most often the first will do, for which the lane's bandwidth need not be known.
        if !within(1.0) && !within(1.0 + has.fastest * 1e-9 / 8.0) {
            let under_way = self.under_way;
            let detail = format!(
                "{}: {by_rate} bytes by rates, {carried} by flows that ended, {under_way} under way",
                name(platform, id)
            );
            return Err(broken("lane-bytes", at, detail));
        }
        Ok(())
    }
}

/// A lane in words.
fn name(platform: &Platform, lane: LaneId) -> String {
    let link = &platform.links[lane.link().index()];
    let [from, to] = if lane.direction() == crate::model::Direction::Forth {
        link.between
    } else {
        [link.between[1], link.between[0]]
    };
    let site = |site: SiteId| platform.sites.get(site.index()).map_or("?", |site| site.name.as_str());
    format!("link {} from {} to {}", link.name, site(from), site(to))
}
