//! Which clock a class goes by, and what has to be scheduled anew.
//!
//! A class goes by the clock of the lane that bounds it, or at its cap. When it is bound elsewhere, what its flows have been served up
//! to then is read off the one clock and goes on by the other.

use super::class::{NO_BOTTLENECK, REBASE_BITS};
use super::solve::Solver;

impl Solver {
    /// What the clock of a class shows.
    pub(super) fn class_clock(&self, number: u32, now: u64) -> f64 {
        let class = &self.classes.list[number as usize];
        match self.lanes.get(class.bottleneck as usize) {
            Some(lane) => class.clock_by_lane(lane.clock_at(now)),
            None => class.clock_by_cap(now),
        }
    }

    /// Binds a class to a lane, or to its cap.
    pub(super) fn bind(&mut self, number: u32, bottleneck: u32) {
        let before = self.classes.list[number as usize].bottleneck;
        if before == bottleneck {
            return;
        }
        let clock = self.class_clock(number, self.now);
        self.unbind(number);
        let mut lane_clock = 0.0;
        if bottleneck == NO_BOTTLENECK {
            self.note_class(number);
        } else {
            let lane = &mut self.lanes[bottleneck as usize];
            if lane.bottlenecked == 0 {
                lane.set_clock(0.0, self.now);
            }
            lane_clock = lane.clock_at(self.now);
            let first_other = lane.bottlenecked;
            lane.bottlenecked += 1;
            self.place_member(number, bottleneck, first_other);
            self.note_lane(bottleneck);
        }
        let class = &mut self.classes.list[number as usize];
        class.bottleneck = bottleneck;
        class.set_clock(clock, lane_clock, self.now);
    }

    /// Takes a class off the lane that bounds it, or its cap, whatever its clock shows.
    pub(super) fn unbind(&mut self, number: u32) {
        let before = std::mem::replace(&mut self.classes.list[number as usize].bottleneck, NO_BOTTLENECK);
        if before == NO_BOTTLENECK {
            self.note_class(number);
        } else {
            self.lanes[before as usize].bottlenecked -= 1;
            self.place_member(number, before, self.lanes[before as usize].bottlenecked);
            self.note_lane(before);
        }
    }

    /// Gives a class another place among the members of a lane, and its own to the one that was there.
    fn place_member(&mut self, number: u32, lane: u32, place: u32) {
        let members = self.lanes[lane as usize].members_mut();
        let loads = &mut self.classes.list[number as usize].lanes;
        let Some(load) = loads.iter_mut().find(|load| load.lane == lane) else { return };
        let position = std::mem::replace(&mut load.position, place);
        members.swap(position as usize, place as usize);
        let moved = members[position as usize];
        if position != place {
            self.classes.list[moved.class as usize].lanes[moved.slot as usize].position = position;
        }
    }

    /// The lane has another level, or other first ends.
    pub(super) fn note_lane(&mut self, number: u32) {
        let lane = &mut self.lanes[number as usize];
        if !lane.noted {
            lane.noted = true;
            self.noted_lanes.push(number);
        }
    }

    /// The class is, or was, held by its cap.
    pub(super) fn note_class(&mut self, number: u32) {
        let class = &mut self.classes.list[number as usize];
        if !class.noted {
            class.noted = true;
            self.noted_classes.push(number);
        }
    }

    /// Above how many bits clocks are set back.
    pub(super) fn rebase_limit(&self) -> f64 {
        self.rebase_bits.unwrap_or(REBASE_BITS)
    }

    /// Sets the clock of a lane back when it has run far.
    pub(super) fn rebase_lane(&mut self, number: u32) {
        let now = self.now;
        let lane = &self.lanes[number as usize];
        let lane_clock = lane.clock_at(now);
        if lane_clock <= self.rebase_limit() {
            return;
        }
        for member in lane.bound() {
            let class = &mut self.classes.list[member.class as usize];
            class.set_clock(class.clock_by_lane(lane_clock), 0.0, now);
        }
        self.lanes[number as usize].set_clock(0.0, now);
        self.note_lane(number);
    }

    /// The first end of the classes that a lane bounds.
    pub(super) fn find_first_end(&mut self, number: u32) {
        let bound = self.lanes[number as usize].bound().iter();
        let ends = bound.map(|member| self.classes.list[member.class as usize].lane_end);
        self.lanes[number as usize].first_end = ends.fold(f64::INFINITY, f64::min);
    }
}
