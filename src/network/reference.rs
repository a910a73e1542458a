//! The slow twin: textbook progressive filling, each flow on its own, everything solved anew at each change.
//!
//! It is what [`FairNetwork`](super::FairNetwork) must agree with, written to be read (D. Bertsekas, R. Gallager: Data
//! Networks, 2nd ed. 1992, section 6.5.2: raise all rates together; when a lane is full, its flows stay as they are). Its
//! cost an event grows with all flows and lanes, so it is for tests and for measuring the other one.

use super::fair::remaining_bytes;
use super::work::{carried, transfer_time};
use super::{Flow, FlowKey, LaneRate, NetworkModel};
use crate::model::LaneId;
use crate::units::{Bytes, SimTime};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
struct Transfer {
    flow: Flow,
    /// Bits left at the last change.
    left: f64,
    /// Bits per second since then.
    rate: f64,
}

impl Transfer {
    fn factor(&self, lane: usize) -> f64 {
        let factors = self.flow.consumption.as_deref();
        let on = self.flow.lanes.iter().enumerate().filter(|(_, l)| l.index() == lane);
        on.map(|(i, _)| factors.and_then(|f| f.get(i).copied()).unwrap_or(1.0).max(0.0)).sum()
    }

    fn weight(&self) -> f64 {
        if self.flow.weight.is_finite() && self.flow.weight > 0.0 { self.flow.weight } else { 1.0 }
    }
}

/// Max-min fairness by the book.
#[derive(Debug, Clone, Default)]
pub struct TextbookNetwork {
    now: u64,
    /// The last change of rates.
    since: u64,
    starts: u64,
    dirty: bool,
    capacities: Vec<f64>,
    flows: BTreeMap<u64, Transfer>,
    ended: Vec<u64>,
    reported: Vec<(f64, u32)>,
}

impl TextbookNetwork {
    /// A network of lanes that offer so many bits per second, by lane number.
    #[must_use]
    pub fn new(capacities: &[f64]) -> Self {
        Self { capacities: capacities.iter().map(|c| c.max(0.0)).collect(), ..Self::default() }
    }

    /// Brings what is left of each flow to the present, before rates change.
    fn change(&mut self) {
        let nanos = self.now - self.since;
        for transfer in self.flows.values_mut() {
            if transfer.rate > 0.0 {
                transfer.left = (transfer.left - carried(transfer.rate, nanos)).max(0.0);
            }
        }
        self.since = self.now;
        self.dirty = true;
    }

    fn solve(&mut self) {
        if !std::mem::take(&mut self.dirty) {
            return;
        }
        let mut rising: Vec<u64> = self.flows.keys().copied().collect();
        let mut filled = vec![0.0; self.capacities.len()];
        while !rising.is_empty() {
            // The level at which the first lane is full or the first cap binds.
            let mut mass = vec![0.0; self.capacities.len()];
            let mut level = f64::INFINITY;
            for key in &rising {
                let transfer = &self.flows[key];
                level = level.min(transfer.flow.cap.unwrap_or(f64::INFINITY).max(0.0) / transfer.weight());
                for (lane, mass) in mass.iter_mut().enumerate() {
                    *mass += transfer.weight() * transfer.factor(lane);
                }
            }
            let level_of = |lane: usize| (self.capacities[lane] - filled[lane]).max(0.0) / mass[lane];
            let used = (0..mass.len()).filter(|&lane| mass[lane] > 0.0);
            level = used.clone().map(level_of).fold(level, f64::min);
            let full: Vec<usize> = used.filter(|&lane| level_of(lane) <= level).collect();
            // Its flows stay; the rest goes on. The first in the list binds at least one flow, so this ends.
            rising.retain(|key| {
                let Some(transfer) = self.flows.get_mut(key) else { return false };
                let cap = transfer.flow.cap.unwrap_or(f64::INFINITY).max(0.0);
                let capped = cap / transfer.weight() <= level;
                if !capped && !full.iter().any(|&lane| transfer.factor(lane) > 0.0) {
                    return true;
                }
                transfer.rate = if capped { cap } else { transfer.weight() * level };
                if transfer.rate.is_finite() {
                    for (lane, filled) in filled.iter_mut().enumerate() {
                        *filled += transfer.rate * transfer.factor(lane);
                    }
                }
                false
            });
        }
    }

    fn due(&self, transfer: &Transfer) -> u64 {
        if transfer.rate == f64::INFINITY {
            return self.since;
        }
        self.since.saturating_add(transfer_time(transfer.left, transfer.rate).0)
    }

    fn first_due(&self) -> Option<u64> {
        self.flows.values().map(|t| self.due(t)).min().filter(|&due| due != u64::MAX)
    }

    fn progress(&mut self, now: u64) {
        loop {
            self.solve();
            let Some(due) = self.first_due().filter(|&due| due <= now) else { break };
            self.now = self.now.max(due);
            let over: Vec<u64> = self.flows.iter().filter(|(_, t)| self.due(t) <= due).map(|(&key, _)| key).collect();
            self.change();
            for key in over {
                self.flows.remove(&key);
                self.ended.push(key);
            }
        }
        self.now = self.now.max(now);
    }

    fn reserve(&mut self, lanes: usize) {
        if lanes > self.capacities.len() {
            self.capacities.resize(lanes, 0.0);
        }
    }
}

impl NetworkModel for TextbookNetwork {
    fn start(&mut self, now: SimTime, flow: Flow) -> FlowKey {
        if now.0 > self.now {
            self.progress(now.0);
        }
        self.change();
        self.reserve(flow.lanes.iter().map(|lane| lane.index() + 1).max().unwrap_or(0));
        let key = self.starts;
        self.starts += 1;
        self.flows.insert(key, Transfer { left: flow.bytes.bits_f64(), flow, rate: 0.0 });
        FlowKey(key)
    }

    fn stop(&mut self, now: SimTime, key: FlowKey) -> Option<Bytes> {
        if now.0 > self.now {
            self.progress(now.0);
        }
        self.change();
        self.flows.remove(&key.0).map(|transfer| remaining_bytes(transfer.left, transfer.flow.bytes))
    }

    fn set_capacity(&mut self, now: SimTime, lane: LaneId, bits_per_second: f64) {
        if now.0 > self.now {
            self.progress(now.0);
        }
        self.change();
        self.reserve(lane.index() + 1);
        self.capacities[lane.index()] = bits_per_second.max(0.0);
    }

    fn next_change(&mut self) -> Option<SimTime> {
        if !self.ended.is_empty() {
            return Some(SimTime(self.now));
        }
        self.solve();
        self.first_due().map(|due| SimTime(due.max(self.now)))
    }

    fn advance(&mut self, now: SimTime, ended: &mut Vec<FlowKey>) {
        self.progress(now.0);
        self.ended.sort_unstable();
        ended.extend(self.ended.drain(..).map(FlowKey));
    }

    fn changed_lanes(&mut self, changed: &mut Vec<LaneRate>) {
        self.solve();
        self.reported.resize(self.capacities.len(), (0.0, 0));
        for (number, reported) in self.reported.iter_mut().enumerate() {
            let lane = LaneId::from_index(number);
            let (mut rate, mut flows) = (0.0, 0);
            for transfer in self.flows.values().filter(|t| t.factor(number) > 0.0 && t.left > 0.0) {
                rate += transfer.rate * transfer.factor(number);
                flows += 1;
            }
            if rate.to_bits() != reported.0.to_bits() || flows != reported.1 {
                *reported = (rate, flows);
                changed.push(LaneRate { lane, rate, flows });
            }
        }
    }

    fn rate(&mut self, key: FlowKey) -> Option<f64> {
        self.solve();
        self.flows.get(&key.0).map(|transfer| transfer.rate)
    }

    fn share_estimate(&self, lanes: &[LaneId]) -> f64 {
        let flows = |lane: LaneId| self.flows.values().filter(|t| t.factor(lane.index()) > 0.0).count();
        let share = |&lane: &LaneId| {
            self.capacities.get(lane.index()).map_or(0.0, |capacity| capacity / (flows(lane) as f64 + 1.0))
        };
        lanes.iter().map(share).fold(f64::INFINITY, f64::min)
    }

    fn in_flight(&self) -> usize {
        self.flows.len()
    }
}
