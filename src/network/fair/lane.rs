//! Lanes of the fluid model, and which of them changed.

use super::class::ClassLane;
use crate::network::work::{carried, transfer_time};

/// A class that crosses a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) class: u32,
    /// Which of the class's lanes this is.
    pub(super) slot: u32,
    /// How much of the lane one bit per second uses.
    pub(super) factor: f64,
    /// What it uses of the lane in bits per second; see [`Lane::loads_known`].
    pub(super) load: f64,
}

/// One direction of a link.
///
/// Classes that it bounds all have its level, so one clock serves them all: the bits per unit of weight served to a class that it
/// bounded all along. When its level changes, that clock changes its pace, and nothing of those classes does.
///
/// What is asked of a lane that bounds none is in its first cache line, what is told of it, and the class that has it for itself, in its
/// second: most lanes of a nation lead to one center or one city, and are idle most of the time. Progressive filling needs the third.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(super) struct Lane {
    /// The classes that cross it where they are several; first those that it bounds.
    several: Vec<Member>,
    /// The level of the classes that it bounds; infinite where it bounds none.
    pub(super) level: f64,
    /// Bits per second offered to flows.
    pub(super) capacity: f64,
    /// Flows that cross it.
    pub(super) flows: u32,
    /// Classes whose bottleneck it is.
    pub(super) bottlenecked: u32,
    /// Changes of `used` since it was last summed afresh.
    pub(super) drift: u32,
    /// It is in the queue of lanes to mend.
    pub(super) doubted: bool,
    /// It is in the list of lanes to look at.
    pub(super) dirty: bool,
    /// It is in the list of lanes to schedule.
    pub(super) noted: bool,
    /// Whether its members' loads are right; kept so only while it bounds none and several cross it.
    pub(super) loads_known: bool,
    /// One class alone crosses it.
    single: bool,
    /// How many flows were last told to the driver, and at which rate.
    pub(super) flows_told: u32,
    pub(super) rate_told: f64,
    /// The class that alone crosses it.
    only: Member,
    /// Bits per second in use by its classes, as last solved; not kept where only one class crosses it.
    pub(super) used: f64,
    /// Where on its clock the first flow of a class that it bounds ends.
    pub(super) first_end: f64,
    /// Bits per unit of weight up to `since`.
    clock: f64,
    /// When `clock` was read.
    since: u64,
    /// The solve by progressive filling that last touched it, an even number, and one more if its bottlenecked classes are, or will
    /// be, part of that solve. The fields after it belong to it.
    pub(super) epoch: u64,
    /// Bits per second of classes outside this solve and of those already settled.
    pub(super) filled: f64,
    /// Bits per second that it would use more for each unit of level: classes not yet settled.
    pub(super) mass: f64,
    /// `mass` when it was last summed afresh.
    pub(super) mass_summed: f64,
    /// Classes of this solve that cross it.
    pub(super) solved: u32,
    /// Those of them that are not yet settled.
    pub(super) unsettled: u32,
}

const _: () = assert!(std::mem::offset_of!(Lane, rate_told) == 64 && std::mem::offset_of!(Lane, epoch) == 128);

impl Default for Lane {
    fn default() -> Self {
        Self {
            several: Vec::new(),
            single: false,
            only: Member { class: 0, slot: 0, factor: 0.0, load: 0.0 },
            flows_told: 0,
            rate_told: 0.0,
            level: f64::INFINITY,
            capacity: 0.0,
            bottlenecked: 0,
            doubted: false,
            dirty: false,
            noted: false,
            loads_known: true,
            used: 0.0,
            first_end: f64::INFINITY,
            clock: 0.0,
            since: 0,
            epoch: 0,
            filled: 0.0,
            mass: 0.0,
            solved: 0,
            unsettled: 0,
            mass_summed: 0.0,
            flows: 0,
            drift: 0,
        }
    }
}

impl Lane {
    /// The classes that cross it; first those that it bounds.
    pub(super) fn members(&self) -> &[Member] {
        if self.single { std::slice::from_ref(&self.only) } else { &self.several }
    }

    pub(super) fn members_mut(&mut self) -> &mut [Member] {
        if self.single { std::slice::from_mut(&mut self.only) } else { &mut self.several }
    }

    /// Whether one class alone crosses it.
    pub(super) const fn is_single(&self) -> bool {
        self.single
    }

    /// A class crosses it from now on. Returns its place among the members.
    pub(super) fn enter(&mut self, member: Member) -> u32 {
        if self.single {
            self.single = false;
            self.several.push(self.only);
        } else if self.several.is_empty() {
            (self.single, self.only) = (true, member);
            return 0;
        }
        self.several.push(member);
        (self.several.len() - 1) as u32
    }

    /// The class at a place crosses it no more. Returns the one that took its place.
    pub(super) fn leave(&mut self, position: u32) -> Option<Member> {
        if self.single {
            self.single = false;
            return None;
        }
        self.several.swap_remove(position as usize);
        let moved = self.several.get(position as usize).copied();
        if let [only] = self.several[..] {
            (self.single, self.only) = (true, only);
            self.several.clear();
        }
        moved
    }

    /// The classes that it bounds.
    pub(super) fn bound(&self) -> &[Member] {
        &self.members()[..self.bottlenecked as usize]
    }

    /// Whether it bounds no class, and did not when it was last looked at.
    pub(super) fn is_idle(&self) -> bool {
        self.bottlenecked == 0 && self.level == f64::INFINITY
    }

    /// Takes note of what one of several classes uses of it while it is idle, and comes in doubt. Out of line, as lanes that bound classes
    /// are many more.
    #[inline(never)]
    pub(super) fn load_idle(&mut self, place: &ClassLane, load: f64, idle: &mut Vec<u32>) {
        self.several[place.position as usize].load = load * place.factor;
        if !self.doubted {
            self.doubted = true;
            idle.push(place.lane);
        }
    }

    /// The level at which the classes not yet settled would fill it.
    pub(super) fn filling_level(&self) -> f64 {
        (self.capacity - self.filled).max(0.0) / self.mass
    }

    /// What one more flow could count on.
    pub(super) fn share(&self) -> f64 {
        self.capacity / (f64::from(self.flows) + 1.0)
    }

    /// Whether classes outside the present solve cross it.
    pub(super) fn has_outsiders(&self) -> bool {
        (self.solved as usize) < self.members().len()
    }

    /// The clock at an instant not before `since`.
    pub(super) fn clock_at(&self, now: u64) -> f64 {
        if now > self.since && self.level > 0.0 && self.level < f64::INFINITY {
            self.clock + carried(self.level, now - self.since)
        } else {
            self.clock
        }
    }

    /// Sets the clock.
    pub(super) fn set_clock(&mut self, clock: f64, now: u64) {
        (self.clock, self.since) = (clock, now);
    }

    /// Goes on at another level.
    pub(super) fn set_level(&mut self, level: f64, now: u64) {
        if level.to_bits() != self.level.to_bits() {
            self.set_clock(self.clock_at(now), now);
            self.level = level;
        }
    }

    /// When an end on its clock is reached at the present level: the only judge of what is due.
    pub(super) fn due(&self, end: f64) -> u64 {
        self.since.saturating_add(transfer_time(end - self.clock, self.level).0)
    }
}

/// A set of lane numbers that is read out in order: bits, and bits over their words.
#[derive(Debug, Clone, Default)]
pub(super) struct LaneSet {
    words: Vec<u64>,
    summary: Vec<u64>,
}

impl LaneSet {
    pub(super) fn reserve(&mut self, lanes: usize) {
        let words = lanes.div_ceil(64);
        if words > self.words.len() {
            self.words.resize(words, 0);
            self.summary.resize(words.div_ceil(64), 0);
        }
    }

    pub(super) fn insert(&mut self, lane: u32) {
        let word = (lane / 64) as usize;
        self.words[word] |= 1 << (lane % 64);
        self.summary[word / 64] |= 1 << (word % 64);
    }

    /// Takes all numbers out, in order.
    pub(super) fn drain(&mut self, mut take: impl FnMut(u32)) {
        for (i, summary) in self.summary.iter_mut().enumerate() {
            while *summary != 0 {
                let at = i * 64 + summary.trailing_zeros() as usize;
                *summary &= *summary - 1;
                let word = &mut self.words[at];
                while *word != 0 {
                    take((at * 64) as u32 + word.trailing_zeros());
                    *word &= *word - 1;
                }
            }
        }
    }
}
