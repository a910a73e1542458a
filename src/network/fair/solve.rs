//! The weighted max-min allocation, re-solved only where it can have changed: by progressive filling, where mending it in place (see
//! `mend`) does not come to an end.
//!
//! An allocation is max-min fair exactly if every class has a bottleneck: its cap, or a full lane on which no class has a
//! higher level (rate over weight) than it (D. Bertsekas, R. Gallager: Data Networks, 2nd ed. 1992, section 6.5.2). So a
//! class may be left as it is while its bottleneck stays full and no class there rises above it. A solve therefore takes
//! in the classes that changed, and with every class it takes in, all classes whose bottleneck is one of its lanes; the
//! bottlenecks of all others are crossed by none of those taken in and stay as full as they were. The classes taken in
//! are filled progressively in what the others leave. If a lane fills up at a level below that of a class that was left
//! out, that class is taken in too: as its level lies above the present one, nothing settled so far is touched.

use super::class::{Class, Classes, NO_BOTTLENECK};
use super::lane::{Lane, LaneSet, Member};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Lanes with at most this many classes are summed afresh in each solve.
const SUMMED_LANE: usize = 16;
/// Longer ones are after this many changes, or as many as they have classes.
const DRIFT_MAX: usize = 32;

/// Lanes, classes and the solver's scratch.
#[derive(Debug, Clone, Default)]
pub(super) struct Solver {
    pub(super) lanes: Vec<Lane>,
    /// By lane: what one more flow could count on. Brokers ask for that far more often than it changes.
    pub(super) shares: Vec<f64>,
    pub(super) classes: Classes,
    /// Lanes to report.
    pub(super) changed: LaneSet,
    /// Classes of the last solve.
    pub(super) taken: Vec<u32>,
    pub(super) dirty_classes: Vec<u32>,
    pub(super) dirty_lanes: Vec<u32>,
    pub(super) epoch: u64,
    /// How many lanes may be looked at before mending is given up, where that is not left to the solver.
    pub(super) patience: Option<usize>,
    /// How often it was.
    pub(super) given_up: u64,
    touched: Vec<u32>,
    opened: Vec<u32>,
    risen: Vec<u32>,
    bound: Vec<u32>,
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
            let members = &mut self.lanes[load.lane as usize].members;
            load.position = members.len() as u32;
            members.push(Member { class, slot: slot as u32, factor: load.factor });
            // What was the own bound of the only class there no longer is.
            if let [first, _] = members[..] {
                self.mark_class(first.class);
            }
        }
        self.classes.list[class as usize].lanes = loads;
    }

    /// Takes an empty class off its lanes and forgets it.
    pub(super) fn detach(&mut self, class: u32) {
        let loads = std::mem::take(&mut self.classes.list[class as usize].lanes);
        let Class { load: rate, bottleneck, .. } = self.classes.list[class as usize];
        for load in &loads {
            let lane = &mut self.lanes[load.lane as usize];
            lane.members.swap_remove(load.position as usize);
            lane.used = if lane.members.is_empty() { 0.0 } else { (lane.used - rate * load.factor).max(0.0) };
            lane.drift += 1;
            if let Some(moved) = lane.members.get(load.position as usize) {
                self.classes.list[moved.class as usize].lanes[moved.slot as usize].position = load.position;
            }
            self.mark_lane(load.lane);
        }
        if bottleneck != NO_BOTTLENECK {
            self.lanes[bottleneck as usize].bottlenecked -= 1;
        }
        self.classes.list[class as usize].lanes = loads;
        self.classes.remove(class);
    }

    pub(super) fn is_dirty(&self) -> bool {
        !self.dirty_classes.is_empty() || !self.dirty_lanes.is_empty()
    }

    /// Finds the rates of all classes that can have changed; they stand in `taken`, their rates in `solved_rate`.
    pub(super) fn solve(&mut self) {
        if !self.mend() {
            self.fill_anew();
        }
    }

    /// The same by progressive filling.
    fn fill_anew(&mut self) {
        self.epoch += 1;
        self.taken.clear();
        self.touched.clear();
        let mut classes = std::mem::take(&mut self.dirty_classes);
        for class in classes.drain(..) {
            self.classes.list[class as usize].dirty = false;
            if self.classes.list[class as usize].flows > 0 {
                self.take(class);
            }
        }
        self.dirty_classes = classes;
        let mut lanes = std::mem::take(&mut self.dirty_lanes);
        for number in lanes.drain(..) {
            self.changed.insert(number);
            let lane = &mut self.lanes[number as usize];
            lane.dirty = false;
            if lane.bottlenecked > 0 {
                self.opened.push(number);
            } else if lane.used > lane.capacity {
                for i in 0..lane.members.len() {
                    self.take(self.lanes[number as usize].members[i].class);
                }
            }
        }
        self.dirty_lanes = lanes;
        self.open();
        self.queue.clear();
        let mut queue = std::mem::take(&mut self.queue).into_vec();
        for i in 0..self.touched.len() {
            let number = self.touched[i];
            self.sum_outsiders(number);
            queue.push(entry(self.lanes[number as usize].filling_level(), number));
        }
        self.queue = queue.into();
        self.fill();
        for &number in &self.touched {
            let lane = &mut self.lanes[number as usize];
            lane.used = lane.filled;
            lane.drift += 1;
            self.changed.insert(number);
        }
    }

    /// Takes a class into the solve; lanes that it crosses and that bound others are opened.
    fn take(&mut self, number: u32) {
        let class = &mut self.classes.list[number as usize];
        if class.epoch == self.epoch {
            return;
        }
        (class.epoch, class.settled) = (self.epoch, false);
        self.taken.push(number);
        if class.bottleneck != NO_BOTTLENECK {
            self.lanes[class.bottleneck as usize].bottlenecked -= 1;
            class.bottleneck = NO_BOTTLENECK;
        }
        let mass = f64::from(class.flows) * class.key.weight;
        (class.own_level, class.own_lane, class.shared) = (class.cap_level(), NO_BOTTLENECK, false);
        for load in &class.lanes {
            let lane = &mut self.lanes[load.lane as usize];
            // A lane that no other class crosses is a cap.
            if lane.members.len() == 1 {
                let level = lane.capacity / (mass * load.factor);
                if level < class.own_level {
                    (class.own_level, class.own_lane) = (level, load.lane);
                }
                continue;
            }
            class.shared = true;
            if lane.epoch != self.epoch {
                lane.epoch = self.epoch;
                lane.open = false;
                lane.filled = lane.used;
                (lane.mass, lane.mass_summed, lane.solved, lane.unsettled) = (0.0, 0.0, 0, 0);
                self.touched.push(load.lane);
            }
            lane.filled = (lane.filled - class.load * load.factor).max(0.0);
            lane.mass += mass * load.factor;
            lane.mass_summed = lane.mass;
            lane.solved += 1;
            lane.unsettled += 1;
            if lane.bottlenecked > 0 && !lane.open {
                lane.open = true;
                self.opened.push(load.lane);
            }
        }
    }

    /// Takes in all classes whose bottleneck is an opened lane.
    fn open(&mut self) {
        while let Some(number) = self.opened.pop() {
            let mut at = 0;
            while self.lanes[number as usize].bottlenecked > 0 {
                let Some(member) = self.lanes[number as usize].members.get(at) else { break };
                at += 1;
                if self.classes.list[member.class as usize].bottleneck == number {
                    self.take(member.class);
                }
            }
        }
    }

    /// Sums what classes outside the solve use of a lane where nothing is settled yet: afresh if that is cheap or due.
    fn sum_outsiders(&mut self, number: u32) {
        let lane = &mut self.lanes[number as usize];
        if !lane.has_outsiders() {
            lane.filled = 0.0;
        } else if lane.members.len() <= SUMMED_LANE || lane.drift as usize > lane.members.len().max(DRIFT_MAX) {
            let outside = lane.members.iter().filter(|m| self.classes.list[m.class as usize].epoch != self.epoch);
            lane.filled = outside.map(|m| self.classes.list[m.class as usize].load * m.factor).sum();
            lane.drift = 0;
        }
    }

    /// Progressive filling: lanes in the order of the levels at which they are full.
    fn fill(&mut self) {
        let mut left = self.taken.len();
        for i in 0..self.taken.len() {
            if !self.classes.list[self.taken[i] as usize].shared {
                self.settle_own(self.taken[i]);
                left -= 1;
            }
        }
        let mut floor = 0.0_f64;
        while left > 0 {
            let Some(Reverse(first)) = self.queue.pop() else { break };
            let (key, number) = (f64::from_bits((first >> 64) as u64), first as u32);
            if self.lanes[number as usize].unsettled == 0 {
                continue;
            }
            // Levels only rise while others settle, so an entry is a lower bound.
            let level = self.lanes[number as usize].filling_level().max(floor);
            if level > key && self.queue.peek().is_some_and(|Reverse(next)| entry(level, number).0 > *next) {
                self.queue.push(entry(level, number));
                continue;
            }
            self.look_around(number, level);
            if self.risen.is_empty() && self.bound.is_empty() {
                floor = level;
                left -= self.settle_lane(number, level);
                continue;
            }
            // No lane is full below this level, so what a class's own bound holds below it is settled there. Then the
            // lane fills up later.
            left -= self.bound.len();
            while let Some(class) = self.bound.pop() {
                self.settle_own(class);
            }
            left += self.take_risen();
            if self.lanes[number as usize].unsettled > 0 {
                self.queue.push(entry(self.lanes[number as usize].filling_level().max(floor), number));
            }
        }
    }

    /// Lists what keeps a lane from filling up at a level: classes left out that are above it, and classes that their
    /// own bounds hold at or below it.
    fn look_around(&mut self, number: u32, level: f64) {
        for member in &self.lanes[number as usize].members {
            let class = &self.classes.list[member.class as usize];
            if class.epoch != self.epoch {
                if class.level > level {
                    self.risen.push(member.class);
                }
            } else if !class.settled && class.own_level <= level {
                self.bound.push(member.class);
            }
        }
    }

    /// Settles all classes of the solve that cross a lane.
    fn settle_lane(&mut self, number: u32, level: f64) -> usize {
        let (mut settled, mut at) = (0, 0);
        while self.lanes[number as usize].unsettled > 0 {
            let Some(&member) = self.lanes[number as usize].members.get(at) else { break };
            at += 1;
            let class = &self.classes.list[member.class as usize];
            if class.epoch == self.epoch && !class.settled {
                self.settle(member.class, level, number);
                settled += 1;
            }
        }
        settled
    }

    fn settle_own(&mut self, number: u32) {
        let Class { own_level, own_lane, .. } = self.classes.list[number as usize];
        self.settle(number, own_level, own_lane);
    }

    fn settle(&mut self, number: u32, level: f64, bottleneck: u32) {
        let class = &mut self.classes.list[number as usize];
        class.settled = true;
        class.level = level;
        class.bottleneck = bottleneck;
        class.solved_rate = if bottleneck == NO_BOTTLENECK { class.key.cap } else { class.key.weight * level };
        let mass = f64::from(class.flows) * class.key.weight;
        class.load = f64::from(class.flows) * class.solved_rate;
        if bottleneck != NO_BOTTLENECK {
            self.lanes[bottleneck as usize].bottlenecked += 1;
        }
        let mut lost = false;
        for load in &class.lanes {
            let lane = &mut self.lanes[load.lane as usize];
            if lane.members.len() == 1 {
                lane.used = class.load * load.factor;
                self.changed.insert(load.lane);
                continue;
            }
            lane.filled += class.load * load.factor;
            lane.mass -= mass * load.factor;
            lane.unsettled -= 1;
            // When much more was taken off than is left, the difference holds few true digits.
            lost |= lane.unsettled > 0 && lane.mass < lane.mass_summed * (1.0 / 1024.0);
        }
        if lost {
            self.sum_masses(number);
        }
    }

    /// Sums the masses of a class's lanes afresh.
    fn sum_masses(&mut self, number: u32) {
        for load in &self.classes.list[number as usize].lanes {
            let lane = &mut self.lanes[load.lane as usize];
            let mut mass = 0.0;
            for member in &lane.members {
                let class = &self.classes.list[member.class as usize];
                if class.epoch == self.epoch && !class.settled {
                    mass += f64::from(class.flows) * class.key.weight * member.factor;
                }
            }
            (lane.mass, lane.mass_summed) = (mass, mass);
        }
    }

    /// Takes in the classes that rose above a lane's level, and returns how many came with them. Their lanes are queued
    /// again, as their levels may have sunk (not below the present one).
    fn take_risen(&mut self) -> usize {
        let (taken, touched) = (self.taken.len(), self.touched.len());
        while let Some(class) = self.risen.pop() {
            self.take(class);
        }
        self.open();
        for i in touched..self.touched.len() {
            self.sum_outsiders(self.touched[i]);
        }
        for i in taken..self.taken.len() {
            for load in &self.classes.list[self.taken[i] as usize].lanes {
                let lane = &mut self.lanes[load.lane as usize];
                if lane.members.len() == 1 {
                    continue;
                }
                // Once all are in and none is settled, nothing is used: say so exactly.
                if lane.unsettled == lane.solved && !lane.has_outsiders() {
                    lane.filled = 0.0;
                }
                self.queue.push(entry(lane.filling_level(), load.lane));
            }
        }
        self.taken.len() - taken
    }
}
