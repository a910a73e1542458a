//! Flows and lanes: what is under way, what was carried, and whether the rates told account for it.

use super::broken;
use crate::model::slots::{Key, Slots};
use crate::model::{LaneId, Platform, SiteId};
use crate::network::FlowKey;
use crate::observe::Violation;
use crate::observe::routes::KnownRoutes;
use crate::units::{Bytes, SimTime};

/// Rates may exceed what is offered by the rounding of sums.
const RATE_TOLERANCE: f64 = 1e-9;
/// The integral of a lane's rate may differ from the bytes carried by this part of them.
const BYTES_TOLERANCE: f64 = 1e-6;

/// A flow under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    pub(super) job: Key,
    pub(super) bytes: u128,
    route: u32,
}

/// A lane: its present rate, and what happened since it last was idle. On lines of its own: flows touch lanes all over the memory.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
struct Lane {
    bandwidth: f64,
    /// The most bandwidth that it had.
    fastest: f64,
    offered: f64,
    rate: f64,
    flows_told: u32,
    since: SimTime,
    /// Bits by the rates told.
    bits: f64,
    /// Bytes of flows that ended or stopped.
    carried: u128,
    /// Bytes of flows under way.
    under_way: u128,
    /// Flows that carry something, under way.
    flows: u32,
    /// Flows that started.
    started: u64,
    touched: bool,
}

/// All flows and lanes.
#[derive(Debug, Clone)]
pub(super) struct FlowBook {
    flows: Slots<Flow>,
    lanes: Vec<Lane>,
    routes: KnownRoutes,
    touched: Vec<u32>,
}

impl FlowBook {
    pub(super) fn new(platform: &Platform) -> Self {
        let lane = |link: &crate::model::Link| {
            let bandwidth = link.bandwidth.as_f64();
            let lane = Lane { bandwidth, fastest: bandwidth, offered: bandwidth, ..Lane::default() };
            [lane.clone(), lane]
        };
        Self {
            flows: Slots::new(),
            lanes: platform.links.iter().flat_map(lane).collect(),
            routes: KnownRoutes::new(),
            touched: Vec::new(),
        }
    }

    pub(super) fn start(
        &mut self,
        now: SimTime,
        platform: &Platform,
        flow: FlowKey,
        (from, to): (SiteId, SiteId),
        lanes: &[LaneId],
        entry: (Key, Bytes),
    ) -> Result<(), Violation> {
        let route = self.route(now, platform, (from, to), lanes)?;
        let (job, bytes) = entry;
        if !self.flows.insert(flow.key(), Flow { job, bytes: bytes.0, route }) {
            return Err(broken(
                "flow-known",
                now,
                format!("flow {} started twice, or in the place of another", flow.0),
            ));
        }
        if bytes > Bytes::ZERO {
            for lane in lanes {
                touch(&mut self.lanes, &mut self.touched, *lane);
                let lane = &mut self.lanes[lane.index()];
                lane.flows += 1;
                lane.started += 1;
                lane.under_way += bytes.0;
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
            for lane in self.routes.lanes(entry.route) {
                touch(&mut self.lanes, &mut self.touched, *lane);
                let lane = &mut self.lanes[lane.index()];
                lane.flows -= 1;
                lane.under_way -= entry.bytes;
                lane.carried += entry.bytes - left.0;
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
        let lane = &mut self.lanes[lane.index()];
        (lane.bandwidth, lane.offered) = (bandwidth, offered);
        lane.fastest = lane.fastest.max(bandwidth);
        Ok(())
    }

    /// Judges an instant that is over.
    pub(super) fn settle(&mut self, at: SimTime, platform: &Platform) -> Result<(), Violation> {
        while let Some(number) = self.touched.pop() {
            let lane = &mut self.lanes[number as usize];
            lane.touched = false;
            lane.check_rate(at, platform, LaneId(number))?;
            if lane.flows == 0 {
                lane.integrate(at);
                lane.check_bytes(at, platform, LaneId(number))?;
                // A fresh start keeps the tolerance as small as what is carried in one busy period.
                (lane.bits, lane.carried, lane.started) = (0.0, 0, 0);
            }
        }
        Ok(())
    }

    /// Judges the end of the run: some flows may be under way.
    pub(super) fn finish(&mut self, end: SimTime, platform: &Platform) -> Result<(), Violation> {
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            lane.integrate(end);
            lane.check_bytes(end, platform, LaneId::from_index(number))?;
        }
        Ok(())
    }

    fn known(&self, now: SimTime, lane: LaneId) -> Result<(), Violation> {
        if lane.index() < self.lanes.len() {
            return Ok(());
        }
        Err(broken("flow-route", now, format!("there is no lane {}", lane.0)))
    }

    /// The number of a route, checked when it is first met.
    fn route(
        &mut self,
        now: SimTime,
        platform: &Platform,
        (from, to): (SiteId, SiteId),
        lanes: &[LaneId],
    ) -> Result<u32, Violation> {
        if let Some(route) = self.routes.find(from, to, lanes) {
            return Ok(route);
        }
        let mut site = from;
        for lane in lanes {
            self.known(now, *lane)?;
            let [one, other] = platform.links[lane.link().index()].between;
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
        Ok(self.routes.add(from, to, lanes))
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

impl Lane {
    fn integrate(&mut self, now: SimTime) {
        let nanos = now.since(self.since).0;
        if nanos > 0 {
            self.bits += self.rate * (nanos as f64 / 1e9);
            self.since = now;
        }
    }

    fn check_rate(&self, at: SimTime, platform: &Platform, id: LaneId) -> Result<(), Violation> {
        let within = |less: f64, more: f64| less <= more * (1.0 + RATE_TOLERANCE);
        if !(self.rate >= 0.0 && within(self.rate, self.offered) && within(self.offered, self.bandwidth)) {
            let detail = format!(
                "{}: {} bit/s in use, {} offered, {} there",
                name(platform, id),
                self.rate,
                self.offered,
                self.bandwidth
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
    fn check_bytes(&self, at: SimTime, platform: &Platform, id: LaneId) -> Result<(), Violation> {
        let by_rate = self.bits / 8.0;
        let carried = self.carried as f64;
        let most = carried + self.under_way as f64;
        let tolerance = BYTES_TOLERANCE * most + self.started as f64 * (1.0 + self.fastest * 1e-9 / 8.0);
        if by_rate < carried - tolerance || by_rate > most + tolerance {
            let detail = format!(
                "{}: {by_rate} bytes by rates, {carried} by flows that ended, {} under way",
                name(platform, id),
                self.under_way
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
