//! Route classes: flows that share alike, and the table that finds them.

use super::ends::Ends;
use crate::model::LaneId;
use crate::model::hash_index::HashIndex;
use crate::network::Flow;
use crate::network::work::{carried, transfer_time};
use std::sync::Arc;

/// No lane bounds the class.
pub(super) const NO_BOTTLENECK: u32 = u32::MAX;

/// Above this many bits of service a clock is set back to zero when that is cheap: at 2^40 bits a double still resolves
/// 2^-12 bits.
pub(super) const REBASE_BITS: f64 = (1u64 << 40) as f64;

/// What makes flows share alike.
#[derive(Debug, Clone)]
#[repr(C)]
pub(super) struct ClassKey {
    pub(super) weight: f64,
    pub(super) cap: f64,
    pub(super) lanes: Arc<[LaneId]>,
    pub(super) consumption: Option<Arc<[f64]>>,
}

impl ClassKey {
    pub(super) fn new(flow: Flow) -> Self {
        let cap = flow.cap.map_or(f64::INFINITY, |cap| if cap > 0.0 { cap } else { 0.0 });
        let weight = if flow.weight.is_finite() && flow.weight > 0.0 { flow.weight } else { 1.0 };
        Self { lanes: flow.lanes, cap, weight, consumption: flow.consumption }
    }

    /// Whether no lane bounds the flow.
    pub(super) fn is_free(&self) -> bool {
        let free = |i: usize| self.consumption.as_ref().and_then(|c| c.get(i)).is_some_and(|&f| f.is_nan() || f <= 0.0);
        (0..self.lanes.len()).all(free)
    }

    /// The lanes that the flow loads, each once, with their factors. Lanes used for nothing are left out.
    pub(super) fn loads(&self, loads: &mut Vec<ClassLane>) {
        loads.clear();
        for (i, lane) in self.lanes.iter().enumerate() {
            let factor = self.consumption.as_ref().and_then(|c| c.get(i).copied()).unwrap_or(1.0);
            if factor.is_nan() || factor <= 0.0 {
                continue;
            }
            match loads.iter_mut().find(|load| load.lane == lane.0) {
                Some(load) => load.factor += factor,
                None => loads.push(ClassLane { lane: lane.0, position: 0, factor }),
            }
        }
    }

    /// Mixes all parts into one number (multiply and rotate, as in FxHash). Only a way to a bucket: no order comes of it.
    fn hash(&self) -> u64 {
        let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        let mut hash = mix(self.cap.to_bits(), self.weight.to_bits());
        for lane in self.lanes.iter() {
            hash = mix(hash, u64::from(lane.0));
        }
        for factor in self.consumption.iter().flat_map(|factors| factors.iter()) {
            hash = mix(hash, factor.to_bits());
        }
        hash ^ (hash >> 32)
    }

    fn same(&self, other: &Self) -> bool {
        let alike = |a: f64, b: f64| a.to_bits() == b.to_bits();
        alike(self.cap, other.cap)
            && alike(self.weight, other.weight)
            && (Arc::ptr_eq(&self.lanes, &other.lanes) || self.lanes == other.lanes)
            && match (&self.consumption, &other.consumption) {
                (None, None) => true,
                (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(&a, &b)| alike(a, b)),
                _ => false,
            }
    }
}

/// One of a class's lanes.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClassLane {
    pub(super) lane: u32,
    /// Its place among the lane's members.
    pub(super) position: u32,
    pub(super) factor: f64,
}

/// Flows of the same lanes, cap, weight and consumption.
///
/// They all have the same rate, so one clock serves them: the bits that a flow present all along would have been served.
/// A flow that joins when the clock shows `v` ends when it shows `v + bits`: a key that never changes, whatever the rate.
/// The clock goes by that of the lane that bounds the class; where none does, at the cap.
///
/// The fields that a solve reads of each class come first and fill one cache line. Those that a flow needs to begin and to end fill the
/// next two; only what comes after its first flow is kept elsewhere, as most classes of a nation have no other.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(super) struct Class {
    /// Its rate per flow and unit of weight.
    pub(super) level: f64,
    /// The level at which its cap binds, or a lane that it has for itself, and that lane.
    pub(super) own_level: f64,
    /// Bits per second of all its flows, as last solved.
    pub(super) load: f64,
    /// Flows times weight.
    pub(super) mass: f64,
    /// Where on the clock of the lane that bounds it its first flow ends.
    pub(super) lane_end: f64,
    /// The solve by progressive filling that last held it, and whether it is settled there.
    pub(super) epoch: u64,
    pub(super) own_lane: u32,
    /// The lane that bounds it, or [`NO_BOTTLENECK`].
    pub(super) bottleneck: u32,
    /// Flows in it.
    pub(super) flows: u32,
    pub(super) settled: bool,
    /// It crosses lanes that other classes cross.
    pub(super) shared: bool,
    /// It is in the list of classes to solve.
    pub(super) dirty: bool,
    /// It is in the list of classes to schedule.
    pub(super) noted: bool,
    /// Bits served to each flow when the clock was last read.
    clock: f64,
    /// What the clock of the lane that bounds it showed then.
    base: f64,
    /// When that was; only counts where no lane bounds it.
    since: u64,
    /// Where on the clock its first flow ends, infinite without flows, and its key.
    first_end: f64,
    first_key: u64,
    hash: u64,
    pub(super) key: ClassKey,
    pub(super) lanes: Vec<ClassLane>,
    /// Entries of stopped flows.
    stopped: u32,
    /// Flows that joined since the clock was last set to zero.
    joined: u32,
    /// Ends of the other flows on the clock, with keys; entries of stopped flows stay until they surface.
    ends: Ends,
}

const _: () = assert!(
    std::mem::offset_of!(Class, clock) == 64 && std::mem::offset_of!(Class, ends) == 192 && size_of::<Class>() == 256
);

/// An end on the clock and the flow's key, in the order of the ends and then of the keys: ends are not negative, so their bits order as
/// they do.
fn entry(end: f64, key: u64) -> u128 {
    u128::from(end.to_bits()) << 64 | u128::from(key)
}

impl Class {
    fn new(key: ClassKey, hash: u64) -> Self {
        Self {
            key,
            hash,
            lanes: Vec::new(),
            flows: 0,
            dirty: false,
            noted: false,
            bottleneck: NO_BOTTLENECK,
            level: 0.0,
            load: 0.0,
            mass: 0.0,
            lane_end: f64::INFINITY,
            clock: 0.0,
            base: 0.0,
            since: 0,
            epoch: 0,
            settled: false,
            own_level: 0.0,
            own_lane: NO_BOTTLENECK,
            shared: false,
            first_end: f64::INFINITY,
            first_key: 0,
            ends: Ends::default(),
            stopped: 0,
            joined: 0,
        }
    }

    /// Makes an emptied slot a new class; its vectors keep their room. `dirty` and `noted` stay, as the slot is still listed.
    fn reset(&mut self, key: ClassKey, hash: u64) {
        (self.key, self.hash) = (key, hash);
        // Without flows, entries are those of stopped ones.
        if self.stopped > 0 {
            self.ends.clear();
        }
        (self.flows, self.stopped, self.joined) = (0, 0, 0);
        (self.level, self.load, self.clock, self.base) = (0.0, 0.0, 0.0, 0.0);
        (self.first_end, self.lane_end) = (f64::INFINITY, f64::INFINITY);
        self.bottleneck = NO_BOTTLENECK;
    }

    /// Rate over weight at which the cap binds.
    pub(super) fn cap_level(&self) -> f64 {
        self.key.cap / self.key.weight
    }

    /// Bits per second of each flow, as last solved.
    pub(super) fn rate(&self) -> f64 {
        if self.bottleneck == NO_BOTTLENECK { self.key.cap } else { self.key.weight * self.level }
    }

    /// Sets the level, and the load that follows from it.
    pub(super) fn set_level(&mut self, level: f64) {
        self.level = level;
        self.load =
            if self.bottleneck == NO_BOTTLENECK { f64::from(self.flows) * self.key.cap } else { self.mass * level };
    }

    /// The clock, where that of the lane that bounds the class shows so much.
    pub(super) fn clock_by_lane(&self, lane_clock: f64) -> f64 {
        self.clock + self.key.weight * (lane_clock - self.base)
    }

    /// The clock at an instant, where no lane bounds the class.
    pub(super) fn clock_by_cap(&self, now: u64) -> f64 {
        if now > self.since { self.clock + carried(self.key.cap, now - self.since) } else { self.clock }
    }

    /// Sets the clock, and from where on it goes by that of a lane or by the cap.
    pub(super) fn set_clock(&mut self, clock: f64, lane_clock: f64, now: u64) {
        (self.clock, self.base, self.since) = (clock, lane_clock, now);
        self.lane_end = self.on_lane_clock(self.first_end);
    }

    /// Where on the clock of the lane that bounds it an end on its own clock is.
    fn on_lane_clock(&self, end: f64) -> f64 {
        self.base + (end - self.clock) / self.key.weight
    }

    /// Takes a flow in when the clock shows so much, and returns where on it the flow ends.
    pub(super) fn join(&mut self, clock: f64, key: u64, bits: f64) -> f64 {
        let mut end = clock + bits;
        // The sum may have been rounded down; a flow must not end early for that.
        if end - clock < bits {
            end = end.next_up();
        }
        self.flows += 1;
        self.joined = self.joined.saturating_add(1);
        if end < self.first_end {
            if self.flows > 1 {
                self.ends.push(entry(self.first_end, self.first_key));
            }
            (self.first_end, self.first_key) = (end, key);
            self.lane_end = self.on_lane_clock(end);
        } else {
            self.ends.push(entry(end, key));
        }
        end
    }

    /// The key of the first flow to end.
    pub(super) fn first_key(&self) -> Option<u64> {
        (self.flows > 0).then_some(self.first_key)
    }

    /// The first of the other flows that `alive` still knows is the first from now on.
    fn next_first(&mut self, alive: impl Fn(u64) -> bool) {
        let mut first = f64::INFINITY;
        if self.flows > 0 {
            while self.stopped > 0
                && let Some(other) = self.ends.first()
                && !alive(other as u64)
            {
                self.ends.pop();
                self.stopped -= 1;
            }
            if let Some(next) = self.ends.pop() {
                (first, self.first_key) = (f64::from_bits((next >> 64) as u64), next as u64);
            }
        }
        if first.to_bits() != self.first_end.to_bits() {
            self.first_end = first;
            self.lane_end = self.on_lane_clock(first);
        }
    }

    /// How many flows are in it, with those stopped whose entries have not surfaced.
    fn entries(&self) -> u32 {
        self.flows + self.stopped
    }

    /// Takes the first flow out.
    pub(super) fn pop(&mut self, alive: impl Fn(u64) -> bool) {
        self.flows -= 1;
        self.next_first(alive);
    }

    /// Forgets a stopped flow; its entry surfaces later, or is swept out when such entries are the majority.
    pub(super) fn leave(&mut self, key: u64, alive: impl Fn(u64) -> bool) {
        self.flows -= 1;
        if self.stopped >= 16 && (self.stopped + 1) * 2 > self.entries() + 1 {
            self.ends.retain(|other| alive(other as u64));
            self.stopped = 0;
        } else if key != self.first_key {
            self.stopped += 1;
        }
        if key == self.first_key {
            self.next_first(alive);
        }
    }

    /// When its first flow ends, where no lane bounds it.
    pub(super) fn due_by_cap(&self) -> u64 {
        self.since.saturating_add(transfer_time(self.first_end - self.clock, self.key.cap).0)
    }

    /// Whether a clock that shows so much should be set back: it has run far, and that costs no more than the joins since the last time.
    pub(super) fn ran_far(&self, clock: f64, limit: f64) -> bool {
        clock > limit && self.joined >= self.entries()
    }

    /// Sets a clock that shows so much back to zero. `moved` is told the new end of each flow and says whether it is still there.
    pub(super) fn rebase(&mut self, clock: f64, lane_clock: f64, now: u64, mut moved: impl FnMut(u64, f64) -> bool) {
        (self.joined, self.stopped) = (0, 0);
        let first = (self.flows > 0).then(|| entry(self.first_end, self.first_key));
        let set_back = self.ends.take().chain(first).filter_map(|known| {
            let end = (f64::from_bits((known >> 64) as u64) - clock).max(0.0);
            moved(known as u64, end).then(|| entry(end, known as u64))
        });
        self.ends = set_back.collect();
        self.next_first(|_| true);
        self.set_clock(0.0, lane_clock, now);
    }
}

/// All classes by number, and the way from a key to a number.
#[derive(Debug, Clone, Default)]
pub(super) struct Classes {
    pub(super) list: Vec<Class>,
    free: Vec<u32>,
    known: HashIndex,
}

impl Classes {
    /// The class of a key, and whether it had to be made.
    pub(super) fn find_or_add(&mut self, key: ClassKey) -> (u32, bool) {
        let hash = key.hash();
        let is = |number: u32| self.list[number as usize].hash == hash && self.list[number as usize].key.same(&key);
        if let Some(number) = self.known.find(hash, is) {
            return (number, false);
        }
        let number = if let Some(number) = self.free.pop() {
            self.list[number as usize].reset(key, hash);
            number
        } else {
            self.list.push(Class::new(key, hash));
            (self.list.len() - 1) as u32
        };
        self.known.insert(number, hash);
        (number, true)
    }

    /// Forgets an empty class; its number may be given out again.
    pub(super) fn remove(&mut self, number: u32) {
        let class = &mut self.list[number as usize];
        self.known.remove(number, class.hash);
        // Now that its last flow is being told of, and not when the number is given out again, its lanes are at hand to be let go.
        class.key.lanes = Arc::default();
        self.free.push(number);
    }
}
