//! Weighted max-min fair flows whose cost follows what changes, not how many flows there are.
//!
//! Flows of the same lanes, cap, weight and consumption form a *route class*; they have one rate and one clock (virtual
//! time: the bits served so far to each of them), so an end is a key in the class's heap that no change of rate moves
//! (H. Zhang, J. C. R. Bennett: WF2Q, 1996, and the "virtual time" of fair queueing, for the idea). The classes that one
//! lane bounds go by the clock of that lane, so a lane is scheduled anew when its level changes, and no class of it is.
//! An event costs the lanes whose levels change, a little for the classes there, and the logarithm of a class's size. Several changes at one instant are solved once, when
//! somebody asks what comes next.
//!
//! Ends are exact to the rounding of doubles: rates and clocks are `f64`, times are integers, and
//! [`transfer_time`](super::transfer_time) alone says when an end on a clock is reached, for `next_change` and `advance`
//! alike. Clocks are set back to zero as they run far, so that a long run loses no digits.

mod class;
mod clocks;
mod ends;
mod fill;
mod lane;
mod mend;
mod schedule;
mod solve;
#[cfg(test)]
mod tests;

use super::{Flow, FlowKey, LaneRate, NetworkModel, SLOT_BITS};
use crate::model::LaneId;
use crate::units::{Bytes, SimTime};
use class::{Class, ClassKey, NO_BOTTLENECK};
use schedule::Schedule;
use solve::Solver;

/// No class: the flow ends at once.
const AT_ONCE: u32 = u32::MAX;
/// Offered capacity is bounded so that sums stay finite.
const CAPACITY_MAX: f64 = 1e30;

/// A flow in the network, but for its key.
#[derive(Debug, Clone, Copy)]
struct Slot {
    class: u32,
    /// Where on the class's clock it ends.
    end: f64,
    bytes: Bytes,
}

/// A free slot.
const FREE: u64 = u64::MAX;

/// The fluid model: weighted max-min fairness with caps.
#[derive(Debug, Clone)]
pub struct FairNetwork {
    now: u64,
    /// Where all is solved and told: when the next flow is due. Zero where it is not. Drivers ask at every instant, also at those at
    /// which the network is not concerned.
    quiet_until: u64,
    starts: u64,
    solver: Solver,
    /// When a class that the lane bounds next loses a flow.
    lane_schedule: Schedule,
    /// When a class that its cap holds next loses a flow.
    class_schedule: Schedule,
    slots: Vec<Slot>,
    /// The key of the flow in each slot, or [`FREE`]: all that is asked of a flow when it ends, close together.
    keys: Vec<u64>,
    free: Vec<u32>,
    /// Flows that end at the next advance, whenever it is.
    at_once: Vec<u64>,
    /// Scratch.
    due_classes: Vec<u32>,
    /// Flows that ended before an instant at which something else was done, not yet told.
    ended: Vec<u64>,
}

impl FairNetwork {
    /// A network of lanes that offer so many bits per second, by lane number. Lanes not named offer nothing until they
    /// are given a capacity.
    #[must_use]
    pub fn new(capacities: &[f64]) -> Self {
        let mut solver = Solver::default();
        solver.reserve_lanes(capacities.len());
        for (lane, &capacity) in solver.lanes.iter_mut().zip(capacities) {
            lane.capacity = offered(capacity);
        }
        (0..capacities.len()).for_each(|lane| solver.count_share(lane));
        Self {
            now: 0,
            quiet_until: 0,
            starts: 0,
            solver,
            lane_schedule: Schedule::with_room(capacities.len()),
            class_schedule: Schedule::new(),
            slots: Vec::new(),
            keys: Vec::new(),
            free: Vec::new(),
            at_once: Vec::new(),
            due_classes: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// What one more ordinary flow could count on from a lane now: [`NetworkModel::share_estimate`] of it alone.
    #[must_use]
    pub fn lane_share(&self, lane: LaneId) -> f64 {
        self.solver.shares.get(lane.index()).copied().unwrap_or(0.0)
    }

    /// When, as things are, the first of the flows ends that their caps hold and no lane; [`Schedule::NEVER`] without any.
    pub(crate) fn next_by_cap(&self) -> u64 {
        self.class_schedule.min()
    }

    /// Which flow that is.
    pub(crate) fn first_by_cap(&self) -> Option<FlowKey> {
        let class = self.solver.classes.list.get(self.class_schedule.first() as usize)?;
        class.first_key().filter(|_| self.next_by_cap() != Schedule::NEVER).map(FlowKey)
    }

    fn slot(&self, key: FlowKey) -> Option<&Slot> {
        let there = self.keys.get(slot_of(key.0)).is_some_and(|known| *known == key.0 && key.0 != FREE);
        self.slots.get(slot_of(key.0)).filter(|_| there)
    }

    fn release(&mut self, key: u64) {
        let slot = slot_of(key);
        self.keys[slot] = FREE;
        self.free.push(slot as u32);
    }

    /// Solves what changed at the present instant.
    fn settle(&mut self) {
        let solver = &mut self.solver;
        if solver.is_dirty() {
            solver.solve(self.now);
        }
        for number in solver.noted_lanes.drain(..) {
            let lane = &mut solver.lanes[number as usize];
            lane.noted = false;
            if lane.bottlenecked == 0 {
                lane.set_clock(0.0, self.now);
                (lane.level, lane.first_end) = (f64::INFINITY, f64::INFINITY);
            }
            self.lane_schedule
                .set(number, if lane.bottlenecked == 0 { Schedule::NEVER } else { lane.due(lane.first_end) });
        }
        for number in solver.noted_classes.drain(..) {
            let class = &mut solver.classes.list[number as usize];
            class.noted = false;
            let held = class.flows > 0 && class.bottleneck == NO_BOTTLENECK;
            self.class_schedule.set(number, if held { class.due_by_cap() } else { Schedule::NEVER });
        }
    }

    /// Takes note that the class has lost a flow; an empty class goes.
    fn touch(&mut self, class: u32) {
        self.solver.count_flow(class, false);
        if self.solver.classes.list[class as usize].flows == 0 {
            self.solver.detach(class);
        } else {
            self.solver.mark_class(class);
        }
    }

    /// Moves on, one end after another, and keeps the keys of what ended.
    fn progress(&mut self, now: u64) {
        if self.quiet_until > now {
            self.now = self.now.max(now);
            return;
        }
        self.quiet_until = 0;
        loop {
            // Ends due by the present instant hold whatever else has changed in it; later ones need the new rates.
            if self.now < now {
                self.settle();
            }
            let (of_lane, of_class) = (self.lane_schedule.min(), self.class_schedule.min());
            let due = of_lane.min(of_class);
            if due > now || due == Schedule::NEVER {
                break;
            }
            self.now = self.now.max(due);
            if due == of_lane {
                self.end_of_lane(self.lane_schedule.first());
            } else {
                let class = self.class_schedule.first();
                self.class_schedule.set(class, Schedule::NEVER);
                self.solver.note_class(class);
                self.end_of_class(class);
            }
        }
        self.now = self.now.max(now);
    }

    /// Ends the flows of all classes that a lane bounds that are due at the present instant.
    fn end_of_lane(&mut self, number: u32) {
        self.lane_schedule.set(number, Schedule::NEVER);
        self.solver.note_lane(number);
        let lane = &self.solver.lanes[number as usize];
        // What is farther away than some nanoseconds and roundings is not due.
        let clock = lane.clock_at(self.now);
        let near = clock + lane.level * 4e-9 + clock * (1.0 / (1u64 << 48) as f64);
        let mut classes = std::mem::take(&mut self.due_classes);
        let ends =
            lane.bound().iter().map(|member| (member.class, self.solver.classes.list[member.class as usize].lane_end));
        classes.extend(ends.filter(|&(_, end)| end <= near).map(|(class, _)| class));
        for class in classes.drain(..) {
            self.end_of_class(class);
        }
        self.due_classes = classes;
    }

    /// Ends the flows of a class that are due at the present instant.
    fn end_of_class(&mut self, number: u32) {
        loop {
            let class = &mut self.solver.classes.list[number as usize];
            let due = match self.solver.lanes.get(class.bottleneck as usize) {
                Some(lane) => lane.due(class.lane_end),
                None => class.due_by_cap(),
            };
            let Some(key) = class.first_key().filter(|_| due <= self.now) else { break };
            let keys = &self.keys;
            class.pop(|key| keys[slot_of(key)] == key);
            self.ended.push(key);
            self.release(key);
            self.touch(number);
        }
    }

    /// Sets the clock of a class back when it has run far.
    fn rebase(&mut self, number: u32) -> f64 {
        let clock = self.solver.class_clock(number, self.now);
        let limit = self.solver.rebase_limit();
        let (class, slots, keys) = (&mut self.solver.classes.list[number as usize], &mut self.slots, &self.keys);
        if !class.ran_far(clock, limit) {
            return clock;
        }
        let lane_clock = self.solver.lanes.get(class.bottleneck as usize).map_or(0.0, |lane| lane.clock_at(self.now));
        class.rebase(clock, lane_clock, self.now, |key, end| {
            let alive = keys[slot_of(key)] == key;
            if alive {
                slots[slot_of(key)].end = end;
            }
            alive
        });
        0.0
    }
}

const fn slot_of(key: u64) -> usize {
    FlowKey(key).slot()
}

fn offered(bits_per_second: f64) -> f64 {
    if bits_per_second > 0.0 { bits_per_second.min(CAPACITY_MAX) } else { 0.0 }
}

impl NetworkModel for FairNetwork {
    fn start(&mut self, now: SimTime, flow: Flow) -> FlowKey {
        self.progress(now.0);
        self.quiet_until = 0;
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        let key = self.starts << SLOT_BITS | u64::from(slot);
        self.starts += 1;
        let bits = flow.bytes.bits_f64();
        let mut entry = Slot { class: AT_ONCE, end: 0.0, bytes: flow.bytes };
        let class_key = ClassKey::new(flow);
        if bits > 0.0 && (class_key.cap < f64::INFINITY || !class_key.is_free()) {
            let (class, new) = self.solver.classes.find_or_add(class_key);
            if new {
                self.solver.classes.list[class as usize].set_clock(0.0, 0.0, self.now);
                self.solver.attach(class);
                self.lane_schedule.reserve(self.solver.lanes.len());
                self.class_schedule.reserve(class as usize + 1);
            }
            entry.class = class;
            let clock = self.rebase(class);
            entry.end = self.solver.classes.list[class as usize].join(clock, key, bits);
            self.solver.mark_class(class);
            self.solver.count_flow(class, true);
        } else {
            self.at_once.push(key);
        }
        if slot as usize == self.slots.len() {
            self.slots.push(entry);
            self.keys.push(key);
        } else {
            self.slots[slot as usize] = entry;
            self.keys[slot as usize] = key;
        }
        FlowKey(key)
    }

    fn stop(&mut self, now: SimTime, key: FlowKey) -> Option<Bytes> {
        self.progress(now.0);
        self.quiet_until = 0;
        let &Slot { class: number, end, bytes, .. } = self.slot(key)?;
        self.release(key.0);
        if number == AT_ONCE {
            self.at_once.retain(|&other| other != key.0);
            return Some(bytes);
        }
        let bits = (end - self.solver.class_clock(number, self.now)).max(0.0);
        let (class, keys) = (&mut self.solver.classes.list[number as usize], &self.keys);
        class.leave(key.0, |key| keys[slot_of(key)] == key);
        self.touch(number);
        Some(remaining_bytes(bits, bytes))
    }

    fn set_capacity(&mut self, now: SimTime, lane: LaneId, bits_per_second: f64) {
        self.progress(now.0);
        self.solver.reserve_lanes(lane.index() + 1);
        self.lane_schedule.reserve(lane.index() + 1);
        let capacity = &mut self.solver.lanes[lane.index()].capacity;
        let offered = offered(bits_per_second);
        if capacity.to_bits() != offered.to_bits() {
            *capacity = offered;
            self.quiet_until = 0;
            self.solver.count_share(lane.index());
            self.solver.mark_lane(lane.0);
        }
    }

    fn next_change(&mut self) -> Option<SimTime> {
        if self.quiet_until > self.now {
            return (self.quiet_until != Schedule::NEVER).then_some(SimTime(self.quiet_until));
        }
        if !self.ended.is_empty() || !self.at_once.is_empty() {
            return Some(SimTime(self.now));
        }
        self.settle();
        let due = self.lane_schedule.min().min(self.class_schedule.min());
        (due != Schedule::NEVER).then(|| SimTime(due.max(self.now)))
    }

    fn advance(&mut self, now: SimTime, ended: &mut Vec<FlowKey>) {
        self.progress(now.0);
        if self.quiet_until > 0 {
            return;
        }
        while let Some(key) = self.at_once.pop() {
            self.release(key);
            self.ended.push(key);
        }
        self.ended.sort_unstable();
        ended.extend(self.ended.drain(..).map(FlowKey));
    }

    fn changed_lanes(&mut self, changed: &mut Vec<LaneRate>) {
        if self.quiet_until > 0 {
            return;
        }
        self.settle();
        let mut lanes = std::mem::take(&mut self.solver.changed);
        lanes.drain(|number| {
            let rate = self.solver.used(&self.solver.lanes[number as usize]);
            let lane = &mut self.solver.lanes[number as usize];
            if rate.to_bits() != lane.rate_told.to_bits() || lane.flows != lane.flows_told {
                (lane.rate_told, lane.flows_told) = (rate, lane.flows);
                changed.push(LaneRate { lane: LaneId(number), rate, flows: lane.flows });
            }
        });
        self.solver.changed = lanes;
        if self.ended.is_empty() && self.at_once.is_empty() {
            self.quiet_until = self.lane_schedule.min().min(self.class_schedule.min());
        }
    }

    fn rate(&mut self, key: FlowKey) -> Option<f64> {
        self.settle();
        let slot = self.slot(key)?;
        let class = self.solver.classes.list.get(slot.class as usize);
        Some(class.map_or(f64::INFINITY, Class::rate))
    }

    fn share_estimate(&self, lanes: &[LaneId]) -> f64 {
        lanes.iter().map(|lane| self.lane_share(*lane)).fold(f64::INFINITY, f64::min)
    }

    fn in_flight(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

/// Whole bytes that hold the bits left, never more than there were. Less than 1/256 bit is the noise of sums.
pub(super) fn remaining_bytes(bits: f64, whole: Bytes) -> Bytes {
    Bytes(((bits - 1.0 / 256.0).max(0.0) / 8.0).ceil() as u128).min(whole)
}
