//! The weighted max-min allocation: what it is kept in, and what changed. It is re-solved only where it can have changed: mended in place
//! (see `mend`), or filled anew (see `fill`) where that does not come to an end.

use super::class::Classes;
use super::lane::{Lane, LaneSet, Member};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Lanes, classes and the solver's scratch.
#[derive(Debug, Clone, Default)]
pub(super) struct Solver {
    pub(super) lanes: Vec<Lane>,
    /// By lane: what one more flow could count on. Brokers ask for that far more often than it changes.
    pub(super) shares: Vec<f64>,
    pub(super) classes: Classes,
    /// Lanes to report.
    pub(super) changed: LaneSet,
    /// The instant of the present solve.
    pub(super) now: u64,
    /// Lanes, and classes held by their caps, that are to be scheduled anew.
    pub(super) noted_lanes: Vec<u32>,
    pub(super) noted_classes: Vec<u32>,
    pub(super) dirty_classes: Vec<u32>,
    pub(super) dirty_lanes: Vec<u32>,
    pub(super) epoch: u64,
    /// How many lanes may be looked at before mending is given up, where that is not left to the solver.
    pub(super) patience: Option<usize>,
    /// Above how many bits clocks are set back, where it is not [`REBASE_BITS`].
    pub(super) rebase_bits: Option<f64>,
    /// How often mending was given up.
    pub(super) given_up: u64,
    pub(super) taken: Vec<u32>,
    pub(super) touched: Vec<u32>,
    pub(super) opened: Vec<u32>,
    pub(super) risen: Vec<u32>,
    pub(super) bound: Vec<u32>,
    /// Lanes in doubt that bounded no class.
    pub(super) idle: Vec<u32>,
    /// Lanes by a lower bound of the level at which they fill up.
    pub(super) queue: BinaryHeap<Reverse<u128>>,
}

pub(super) fn entry(level: f64, lane: u32) -> Reverse<u128> {
    // Levels are not negative, so their bits order as they do.
    Reverse(u128::from(level.to_bits()) << 64 | u128::from(lane))
}

impl Solver {
    pub(super) fn reserve_lanes(&mut self, count: usize) {
        if count > self.lanes.len() {
            self.lanes.resize(count, Lane::default());
            self.shares.resize(count, 0.0);
            self.changed.reserve(count);
        }
    }

    /// The class has other flows than when it was last solved.
    pub(super) fn mark_class(&mut self, class: u32) {
        let entry = &mut self.classes.list[class as usize];
        if !entry.dirty {
            entry.dirty = true;
            self.dirty_classes.push(class);
        }
    }

    /// The lane offers something else, or lost a class.
    pub(super) fn mark_lane(&mut self, lane: u32) {
        let entry = &mut self.lanes[lane as usize];
        if !entry.dirty {
            entry.dirty = true;
            self.dirty_lanes.push(lane);
        }
    }

    /// One flow more or less on the lanes of a class.
    pub(super) fn count_flow(&mut self, class: u32, arrives: bool) {
        for load in &self.classes.list[class as usize].lanes {
            let lane = &mut self.lanes[load.lane as usize];
            lane.flows = if arrives { lane.flows + 1 } else { lane.flows - 1 };
            self.shares[load.lane as usize] = lane.share();
            self.changed.insert(load.lane);
        }
    }

    /// The capacity of a lane changed.
    pub(super) fn count_share(&mut self, lane: usize) {
        self.shares[lane] = self.lanes[lane].share();
    }

    /// Enters a new class on its lanes.
    pub(super) fn attach(&mut self, class: u32) {
        let mut loads = std::mem::take(&mut self.classes.list[class as usize].lanes);
        self.classes.list[class as usize].key.loads(&mut loads);
        self.reserve_lanes(loads.iter().map(|load| load.lane as usize + 1).max().unwrap_or(0));
        for (slot, load) in loads.iter_mut().enumerate() {
            let lane = &mut self.lanes[load.lane as usize];
            load.position = lane.enter(Member { class, slot: slot as u32, factor: load.factor, load: 0.0 });
            // What was the own bound of the only class there no longer is.
            if let [first, _] = lane.members_mut() {
                first.load = self.classes.list[first.class as usize].load * first.factor;
                let (class, used) = (first.class, first.load);
                lane.used = used;
                self.mark_class(class);
            }
        }
        self.classes.list[class as usize].lanes = loads;
    }

    /// Takes an empty class off its lanes and forgets it.
    pub(super) fn detach(&mut self, class: u32) {
        self.unbind(class);
        let loads = std::mem::take(&mut self.classes.list[class as usize].lanes);
        let rate = self.classes.list[class as usize].load;
        for load in &loads {
            let lane = &mut self.lanes[load.lane as usize];
            let moved = lane.leave(load.position);
            lane.used = if lane.members().is_empty() { 0.0 } else { (lane.used - rate * load.factor).max(0.0) };
            lane.drift += 1;
            if let Some(moved) = moved {
                self.classes.list[moved.class as usize].lanes[moved.slot as usize].position = load.position;
            }
            self.mark_lane(load.lane);
        }
        self.classes.list[class as usize].lanes = loads;
        self.classes.remove(class);
    }

    /// Bits per second of a lane in use.
    pub(super) fn used(&self, lane: &Lane) -> f64 {
        match lane.members() {
            [only] => self.classes.list[only.class as usize].load * only.factor,
            _ => lane.used,
        }
    }

    pub(super) fn is_dirty(&self) -> bool {
        !self.dirty_classes.is_empty() || !self.dirty_lanes.is_empty()
    }

    /// Finds the rates of all classes that can have changed, and notes what is to be scheduled anew.
    pub(super) fn solve(&mut self, now: u64) {
        self.now = now;
        if !self.mend() {
            self.fill_anew();
        }
    }
}
