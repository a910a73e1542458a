//! The allocation mended in place: what most changes need.
//!
//! An allocation is max-min fair exactly if every class has a bottleneck: its own bound, or a full lane on which no class has a higher
//! level (D. Bertsekas, R. Gallager: Data Networks, 2nd ed. 1992, section 6.5.2). One flow more or less moves many levels a little and few
//! bottlenecks. So each lane in doubt is looked at by itself: the classes that it bounds share what the others leave of it; a class that
//! others let rise above that level is bound here from now on; one that its own bound holds below it no longer is. Where that moves a
//! class's rate, its other lanes are in doubt. Lanes come in the order of their levels, as a class bound at one level only matters to lanes
//! of higher ones, so that nearly every lane is looked at once. When no lane is left in doubt the condition above holds on all of them.
//!
//! A lane that bounds none and has room for all of its classes changes nothing elsewhere, and so needs no place in that order: it is only
//! summed, over what its members are known to use. Flows that their caps hold cross no others.
//!
//! That it ends is not proved, only seen: when far more was looked at than there is, [`Solver::mend`] gives up, and progressive filling
//! has to do it.

use super::class::NO_BOTTLENECK;
use super::solve::{Solver, entry};
use std::cmp::Reverse;

/// Looks at lanes, per lane of the network, before mending is given up.
const PATIENCE: usize = 8;

/// Levels this close are equal: the same share found from two lanes differs by the rounding of their sums, and a class must not be passed
/// to and fro between them. 256 units in the last place.
const ALIKE: f64 = 1.0 + 1.0 / (1u64 << 44) as f64;

/// The least entry of the queue that is of a lane that bounds none.
const LEAST_IDLE: u128 = (f64::INFINITY.to_bits() as u128) << 64;

/// What a lane holds, its classes taken as they are.
struct Content {
    /// Bits per second of classes bound elsewhere.
    filled: f64,
    /// Bits per second for each unit of level of those bound here.
    mass: f64,
    /// The highest level of those bound elsewhere, and who has it.
    top: (f64, u32),
    /// The lowest own bound of those bound here.
    least_own: f64,
    /// Where on the lane's clock the first flow of those bound here ends.
    first_end: f64,
}

/// The lesser of two numbers, neither of them not a number.
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

impl Solver {
    /// Finds the rates of all classes that can have changed, as [`Solver::fill_anew`] does. Returns whether it came to an end; else
    /// everything that it touched is marked anew.
    pub(super) fn mend(&mut self) -> bool {
        self.queue.clear();
        let mut lanes = std::mem::take(&mut self.dirty_lanes);
        for number in lanes.drain(..) {
            self.changed.insert(number);
            self.lanes[number as usize].dirty = false;
            match *self.lanes[number as usize].members() {
                [] => self.lanes[number as usize].used = 0.0,
                // What it offers is an own bound of its only class.
                [member] => self.mark_class(member.class),
                _ => self.doubt(number),
            }
        }
        self.dirty_lanes = lanes;
        let mut classes = std::mem::take(&mut self.dirty_classes);
        for class in classes.drain(..) {
            self.classes.list[class as usize].dirty = false;
            if self.classes.list[class as usize].flows > 0 {
                self.renew(class);
            }
        }
        self.dirty_classes = classes;
        let mut patience = self.patience.unwrap_or(PATIENCE * self.lanes.len());
        while let Some(number) = self.next_lane(&mut patience) {
            self.lanes[number as usize].doubted = false;
            if patience == 0 || !self.level_lane(number) {
                self.doubt(number);
                self.give_up();
                return false;
            }
            patience -= 1;
        }
        true
    }

    /// The lane in doubt with the least level. Lanes that bound none have the highest: before one of them is taken, those that have
    /// room are done.
    fn next_lane(&mut self, patience: &mut usize) -> Option<u32> {
        loop {
            let bounds = self.queue.peek().is_some_and(|Reverse(first)| *first < LEAST_IDLE);
            if bounds || self.idle.is_empty() {
                return self.queue.pop().map(|Reverse(first)| first as u32);
            }
            *patience = patience.saturating_sub(self.idle.len());
            while let Some(number) = self.idle.pop() {
                if !self.sum_idle(number) {
                    self.queue.push(entry(f64::INFINITY, number));
                }
            }
        }
    }

    /// Sums what is used of a lane that bounded none when it came in doubt, and returns whether it has room for that. Its level stays.
    fn sum_idle(&mut self, number: u32) -> bool {
        let lane = &mut self.lanes[number as usize];
        if !lane.is_idle() {
            return false;
        }
        if !lane.loads_known {
            lane.loads_known = true;
            let classes = &self.classes.list;
            lane.members_mut().iter_mut().for_each(|it| it.load = classes[it.class as usize].load * it.factor);
        }
        let filled = lane.members().iter().fold(0.0, |filled, member| filled + member.load);
        let has_room = filled <= lane.capacity * ALIKE;
        if !has_room {
            return false;
        }
        (lane.used, lane.drift, lane.doubted) = (filled, 0, false);
        self.changed.insert(number);
        debug_assert_eq!(filled.to_bits(), self.content(number).filled.to_bits(), "members know what they use");
        true
    }

    /// Puts a lane that several classes cross in doubt.
    fn doubt(&mut self, number: u32) {
        let lane = &mut self.lanes[number as usize];
        if lane.doubted {
            return;
        }
        lane.doubted = true;
        if lane.is_idle() {
            self.idle.push(number);
        } else {
            self.queue.push(entry(lane.level, number));
        }
    }

    /// A class that has other flows than before, or other own bounds.
    fn renew(&mut self, number: u32) {
        let class = &mut self.classes.list[number as usize];
        class.mass = f64::from(class.flows) * class.key.weight;
        (class.own_level, class.own_lane) = (class.cap_level(), NO_BOTTLENECK);
        for load in &class.lanes {
            let lane = &self.lanes[load.lane as usize];
            // A lane that no other class crosses is a cap.
            if lane.is_single() {
                let level = lane.capacity / (class.mass * load.factor);
                if level < class.own_level {
                    (class.own_level, class.own_lane) = (level, load.lane);
                }
            }
        }
        let bound_elsewhere = class.bottleneck != NO_BOTTLENECK
            && !self.lanes[class.bottleneck as usize].is_single()
            && class.level <= class.own_level;
        let (level, bottleneck) =
            if bound_elsewhere { (class.level, class.bottleneck) } else { (class.own_level, class.own_lane) };
        let class = &self.classes.list[number as usize];
        if bottleneck == NO_BOTTLENECK
            && class.bottleneck == NO_BOTTLENECK
            && class.level.to_bits() == level.to_bits()
            && class.load.to_bits() == (f64::from(class.flows) * class.key.cap).to_bits()
            && class
                .lanes
                .iter()
                .map(|load| &self.lanes[load.lane as usize])
                .all(|lane| lane.is_single() || lane.is_idle())
        {
            // It is what it was, and no lane of it bounds anyone.
            self.note_class(number);
            return;
        }
        self.move_class(number, level, bottleneck, NO_BOTTLENECK);
    }

    /// Gives a class a level and a bottleneck; its lanes but `present` are in doubt then.
    fn move_class(&mut self, number: u32, level: f64, bottleneck: u32, present: u32) {
        self.bind(number, bottleneck);
        if bottleneck == NO_BOTTLENECK {
            self.note_class(number);
        } else if self.lanes[bottleneck as usize].is_single() {
            self.lanes[bottleneck as usize].set_level(level, self.now);
            self.lanes[bottleneck as usize].first_end = self.classes.list[number as usize].lane_end;
            self.note_lane(bottleneck);
        }
        self.level_class(number, level, present);
    }

    /// Gives a class a level; its lanes but `present` are in doubt then.
    fn level_class(&mut self, number: u32, level: f64, present: u32) {
        let class = &mut self.classes.list[number as usize];
        class.set_level(level);
        for load in &class.lanes {
            let lane = &mut self.lanes[load.lane as usize];
            if lane.is_single() {
                self.changed.insert(load.lane);
            } else if load.lane != present {
                if lane.is_idle() {
                    lane.load_idle(load, class.load, &mut self.idle);
                } else {
                    lane.loads_known = false;
                    if !lane.doubted {
                        lane.doubted = true;
                        self.queue.push(entry(lane.level, load.lane));
                    }
                }
            }
        }
    }

    /// What a lane holds.
    fn content(&self, number: u32) -> Content {
        let lane = &self.lanes[number as usize];
        let (bound, others) = lane.members().split_at(lane.bottlenecked as usize);
        let (mut mass, mut least_own, mut first_end) = (0.0, f64::INFINITY, f64::INFINITY);
        for member in bound {
            let class = &self.classes.list[member.class as usize];
            mass += class.mass * member.factor;
            least_own = lesser(class.own_level, least_own);
            first_end = lesser(class.lane_end, first_end);
        }
        // A class that nothing bounds yet has an infinite level, and is the first to be bound.
        let (mut filled, mut top) = (0.0, (-1.0, NO_BOTTLENECK));
        for member in others {
            let class = &self.classes.list[member.class as usize];
            filled += class.load * member.factor;
            if class.level > top.0 {
                top = (class.level, member.class);
            }
        }
        Content { filled, mass, top, least_own, first_end }
    }

    /// Finds who is bound by a lane, and at which level. Returns whether that came to an end.
    fn level_lane(&mut self, number: u32) -> bool {
        self.rebase_lane(number);
        self.lanes[number as usize].loads_known = false;
        let capacity = self.lanes[number as usize].capacity;
        let mut tries = 2 * self.lanes[number as usize].members().len() + 2;
        let (content, level) = loop {
            let content = self.content(number);
            let level = if content.mass > 0.0 {
                (capacity - content.filled).max(0.0) / content.mass
            } else if content.filled <= capacity * ALIKE {
                f64::INFINITY
            } else {
                -1.0
            };
            if content.top.0 > level * ALIKE {
                // Its rate is not known before the level is; until then it has none.
                self.move_class(content.top.1, 0.0, number, number);
            } else if content.least_own < level {
                self.release_own(number, level);
            } else {
                break (content, level);
            }
            tries -= 1;
            if tries == 0 {
                return false;
            }
        };
        let lane = &mut self.lanes[number as usize];
        let before = (lane.level.to_bits(), lane.first_end.to_bits());
        if before != (level.to_bits(), content.first_end.to_bits()) {
            lane.set_level(level, self.now);
            lane.first_end = content.first_end;
            self.note_lane(number);
        }
        let lane = &mut self.lanes[number as usize];
        lane.used = content.filled + if content.mass > 0.0 { content.mass * level } else { 0.0 };
        lane.drift = 0;
        self.changed.insert(number);
        for at in 0..lane.bottlenecked as usize {
            let class = self.lanes[number as usize].members()[at].class;
            if self.classes.list[class as usize].level.to_bits() != level.to_bits() {
                self.level_class(class, level, number);
            }
        }
        true
    }

    /// Lets go of the classes of a lane that their own bounds hold below its level.
    fn release_own(&mut self, number: u32, level: f64) {
        // From the end, as one that goes changes places with the last.
        for at in (0..self.lanes[number as usize].bottlenecked as usize).rev() {
            let member = self.lanes[number as usize].members()[at].class;
            let class = &self.classes.list[member as usize];
            if class.own_level < level {
                let (own_level, own_lane) = (class.own_level, class.own_lane);
                self.move_class(member, own_level, own_lane, number);
            }
        }
    }

    /// Leaves all that was touched to progressive filling.
    fn give_up(&mut self) {
        self.given_up += 1;
        let idle = std::mem::take(&mut self.idle);
        self.queue.extend(idle.into_iter().map(|number| entry(f64::INFINITY, number)));
        while let Some(Reverse(first)) = self.queue.pop() {
            let number = first as u32;
            self.lanes[number as usize].doubted = false;
            for at in 0..self.lanes[number as usize].members().len() {
                self.mark_class(self.lanes[number as usize].members()[at].class);
            }
        }
        for at in 0..self.dirty_classes.len() {
            let class = &mut self.classes.list[self.dirty_classes[at] as usize];
            if class.level == f64::INFINITY {
                (class.level, class.load) = (0.0, 0.0);
            }
        }
        for at in 0..self.dirty_classes.len() {
            for lane in 0..self.classes.list[self.dirty_classes[at] as usize].lanes.len() {
                let number = self.classes.list[self.dirty_classes[at] as usize].lanes[lane].lane as usize;
                let loads = self.lanes[number].members().iter();
                let used = loads.map(|member| self.classes.list[member.class as usize].load * member.factor).sum();
                self.lanes[number].used = used;
            }
        }
    }
}
