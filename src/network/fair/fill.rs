//! The allocation by progressive filling, where mending it in place (see `mend`) does not come to an end.
//!
//! An allocation is max-min fair exactly if every class has a bottleneck: its cap, or a full lane on which no class has a
//! higher level (rate over weight) than it (D. Bertsekas, R. Gallager: Data Networks, 2nd ed. 1992, section 6.5.2). So a
//! class may be left as it is while its bottleneck stays full and no class there rises above it. A solve therefore takes
//! in the classes that changed, and with every class it takes in, all classes whose bottleneck is one of its lanes; the
//! bottlenecks of all others are crossed by none of those taken in and stay as full as they were. The classes taken in
//! are filled progressively in what the others leave. If a lane fills up at a level below that of a class that was left
//! out, that class is taken in too: as its level lies above the present one, nothing settled so far is touched.

use super::class::{Class, NO_BOTTLENECK};
use super::lane::Member;
use super::solve::{Solver, entry};
use std::cmp::Reverse;

/// Lanes with at most this many classes are summed afresh in each solve.
const SUMMED_LANE: usize = 16;
/// Longer ones are after this many changes, or as many as they have classes.
const DRIFT_MAX: usize = 32;

impl Solver {
    /// Finds the rates of all classes that can have changed.
    pub(super) fn fill_anew(&mut self) {
        self.epoch += 2;
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
            self.lanes[number as usize].dirty = false;
            let lane = &self.lanes[number as usize];
            let used = self.used(lane);
            if lane.bottlenecked > 0 {
                self.opened.push(number);
            } else if used > lane.capacity {
                for i in 0..lane.members().len() {
                    self.take(self.lanes[number as usize].members()[i].class);
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
        // Every class of the solve was bound anew, so all lanes that bound or bind one are noted.
        for at in 0..self.noted_lanes.len() {
            self.find_first_end(self.noted_lanes[at]);
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
        self.bind(number, NO_BOTTLENECK);
        let class = &mut self.classes.list[number as usize];
        let mass = f64::from(class.flows) * class.key.weight;
        (class.own_level, class.own_lane, class.shared) = (class.cap_level(), NO_BOTTLENECK, false);
        for load in &class.lanes {
            let lane = &mut self.lanes[load.lane as usize];
            // A lane that no other class crosses is a cap.
            if lane.is_single() {
                let level = lane.capacity / (mass * load.factor);
                if level < class.own_level {
                    (class.own_level, class.own_lane) = (level, load.lane);
                }
                continue;
            }
            class.shared = true;
            if lane.epoch & !1 != self.epoch {
                lane.epoch = self.epoch;
                lane.filled = lane.used;
                (lane.mass, lane.mass_summed, lane.solved, lane.unsettled) = (0.0, 0.0, 0, 0);
                self.touched.push(load.lane);
            }
            lane.filled = (lane.filled - class.load * load.factor).max(0.0);
            lane.mass += mass * load.factor;
            lane.mass_summed = lane.mass;
            lane.solved += 1;
            lane.unsettled += 1;
            if lane.bottlenecked > 0 && lane.epoch & 1 == 0 {
                lane.epoch |= 1;
                self.opened.push(load.lane);
            }
        }
    }

    /// Takes in all classes whose bottleneck is an opened lane.
    fn open(&mut self) {
        while let Some(number) = self.opened.pop() {
            while let Some(&Member { class, .. }) = self.lanes[number as usize].bound().last() {
                self.take(class);
            }
        }
    }

    /// Sums what classes outside the solve use of a lane where nothing is settled yet: afresh if that is cheap or due.
    fn sum_outsiders(&mut self, number: u32) {
        let lane = &mut self.lanes[number as usize];
        if !lane.has_outsiders() {
            lane.filled = 0.0;
        } else if lane.members().len() <= SUMMED_LANE || lane.drift as usize > lane.members().len().max(DRIFT_MAX) {
            let outside = lane.members().iter().filter(|m| self.classes.list[m.class as usize].epoch != self.epoch);
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
        for member in self.lanes[number as usize].members() {
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
            let Some(&member) = self.lanes[number as usize].members().get(at) else { break };
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
        self.bind(number, bottleneck);
        if bottleneck != NO_BOTTLENECK {
            self.lanes[bottleneck as usize].set_level(level, self.now);
        }
        let class = &mut self.classes.list[number as usize];
        class.settled = true;
        let mass = f64::from(class.flows) * class.key.weight;
        class.mass = mass;
        class.set_level(level);
        let mut lost = false;
        for load in &class.lanes {
            let lane = &mut self.lanes[load.lane as usize];
            if lane.is_single() {
                self.changed.insert(load.lane);
                continue;
            }
            lane.loads_known = false;
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
            for member in lane.members() {
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
                if lane.is_single() {
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
