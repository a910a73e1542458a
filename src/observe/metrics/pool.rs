//! What one pool holds, draws, costs and emits, integrated at each change.

use super::exact::{Wide, over};
use super::gauge::Gauge;
use super::signal::{Readings, Signal, between};
use crate::model::caches::bring;
use crate::model::{Center, CenterId, Pool, PowerWeights, Totals};
use crate::units::SimTime;

/// One in the scale of PUE.
const PUE_ONE: u64 = 10_000;
/// One in parts per million.
const PPM: u64 = 1_000_000;
/// Picojoules of a kWh over the million by which µCNY and mg become 1e-12 CNY and 1e-12 kg.
const PICO_KWH: u64 = 3_600_000_000_000;

/// Energy in picojoules, its cost in 1e-12 CNY, its carbon in 1e-12 kg. Integers, so that parts add up to the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bill {
    pub(crate) energy: u128,
    pub(crate) cost: u128,
    pub(crate) carbon: u128,
}

impl Bill {
    /// Adds part by part.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.energy = self.energy.saturating_add(other.energy);
        self.cost = self.cost.saturating_add(other.cost);
        self.carbon = self.carbon.saturating_add(other.carbon);
    }

    /// Integrals of an amount times the signals, as a bill: `power` is milliwatts for `divisor` of the amount.
    fn of(sums: &[Wide; 3], power: u64, divisor: u64) -> Self {
        Self {
            energy: sums[0].scaled(power, &[divisor, PUE_ONE]),
            cost: sums[1].scaled(power, &[divisor, PUE_ONE, PICO_KWH]),
            carbon: sums[2].scaled(power, &[divisor, PUE_ONE, PICO_KWH]),
        }
    }
}

/// What a job or service holds and is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Holding {
    cores_milli: u64,
    accelerators_milli: u64,
}

impl Holding {
    /// The part of the totals that power follows.
    pub(crate) const fn of(held: &Totals) -> Self {
        Self { cores_milli: held.cores_milli, accelerators_milli: held.accelerators_milli }
    }

    const fn totals(&self) -> Totals {
        Totals { cores_milli: self.cores_milli, memory: 0, accelerators_milli: self.accelerators_milli }
    }
}

/// Integrals over the window; all additive over pools and intervals. Those that jobs change come first, side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub(crate) struct PoolSums {
    /// Thousandths of the headline resource held × ns.
    pub(crate) held: u128,
    /// Thousandths of cores held × ns.
    pub(crate) cores: u128,
    /// Bytes of memory held × ns.
    pub(crate) memory: u128,
    /// Thousandths of accelerators held × ns.
    pub(crate) cards: u128,
    /// Units of [`PowerWeights`] held × the signals.
    held_signals: [Wide; 3],
    /// Open nodes × ns.
    pub(crate) open: u128,
    /// Closed nodes × ns.
    pub(crate) closed: u128,
    /// Closed nodes × their load in parts per million × ns.
    pub(crate) closed_load: u128,
    node_signals: [Wide; 3],
    closed_signals: [Wide; 3],
}

impl PoolSums {
    /// What came since earlier sums, modulo a power of two: right also where the earlier ones are themselves a difference.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let signals = |mine: &[Wide; 3], theirs: &[Wide; 3]| std::array::from_fn(|at| mine[at].since(&theirs[at]));
        Self {
            held: self.held.wrapping_sub(earlier.held),
            cores: self.cores.wrapping_sub(earlier.cores),
            memory: self.memory.wrapping_sub(earlier.memory),
            cards: self.cards.wrapping_sub(earlier.cards),
            open: self.open.wrapping_sub(earlier.open),
            closed: self.closed.wrapping_sub(earlier.closed),
            closed_load: self.closed_load.wrapping_sub(earlier.closed_load),
            held_signals: signals(&self.held_signals, &earlier.held_signals),
            node_signals: signals(&self.node_signals, &earlier.node_signals),
            closed_signals: signals(&self.closed_signals, &earlier.closed_signals),
        }
    }
}

/// A pool's state and integrals. What each job touches comes first, on as few lines of memory as there are.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(crate) struct PoolMeter {
    held: Totals,
    held_seen: Readings,
    held_since: SimTime,
    pub(crate) center: CenterId,
    accelerated: bool,
    pub(crate) sums: PoolSums,
    pub(crate) running: Gauge<u64>,
    pub(crate) waiting: Gauge<u64>,
    per_node: u64,
    weights: PowerWeights,
    idle: u64,
    peak: u64,
    /// What contracted green power leaves of the carbon, in parts per million.
    ungreen: u64,
    open: u64,
    closed: u64,
    nodes_since: SimTime,
    nodes_seen: Readings,
    closed_signal: Signal,
    closed_seen: Readings,
    closed_load_seen: u128,
}

impl PoolMeter {
    /// An empty pool without nodes, until a record tells their number.
    pub(crate) fn new(pool: &Pool, center: &Center) -> Self {
        Self {
            center: pool.center,
            accelerated: pool.accelerated(),
            per_node: pool.headline_per_node(),
            weights: pool.power_weights,
            idle: pool.power_idle.0,
            peak: pool.power_peak.0,
            ungreen: PPM.saturating_sub(center.green_share_ppm),
            held: Totals::default(),
            held_since: SimTime::ZERO,
            held_seen: [0; 3],
            open: 0,
            closed: 0,
            nodes_since: SimTime::ZERO,
            nodes_seen: [0; 3],
            closed_signal: Signal::of_closed(pool, center),
            closed_seen: [0; 3],
            closed_load_seen: 0,
            running: Gauge::default(),
            waiting: Gauge::default(),
            sums: PoolSums::default(),
        }
    }

    /// Brings what a job changes into the caches.
    pub(crate) fn bring(&self) {
        // Each on a line of its own.
        bring(&self.held);
        bring(&self.sums.held);
        bring(&self.sums.cards);
        bring(&self.sums.held_signals[2]);
        bring(&self.running);
        bring(&self.waiting);
    }

    /// Thousandths of the headline resource in a demand.
    pub(crate) const fn headline(&self, held: &Totals) -> u64 {
        held.headline(self.accelerated)
    }

    /// Takes what a job holds; `seen` are the center's readings now.
    pub(crate) fn take(&mut self, now: SimTime, seen: &Readings, held: &Totals) {
        self.advance_held(now, seen);
        self.held.cores_milli = self.held.cores_milli.saturating_add(held.cores_milli);
        self.held.memory = self.held.memory.saturating_add(held.memory);
        self.held.accelerators_milli = self.held.accelerators_milli.saturating_add(held.accelerators_milli);
        self.running.add(now, 1);
    }

    /// Gives back what a job held.
    pub(crate) fn give(&mut self, now: SimTime, seen: &Readings, held: &Totals) {
        self.advance_held(now, seen);
        self.held.subtract(held);
        self.running.subtract(now, 1);
    }

    /// A service holds something else than before.
    pub(crate) fn exchange(&mut self, now: SimTime, seen: &Readings, before: &Totals, held: &Totals) {
        self.advance_held(now, seen);
        self.held.subtract(before);
        self.held.cores_milli = self.held.cores_milli.saturating_add(held.cores_milli);
        self.held.memory = self.held.memory.saturating_add(held.memory);
        self.held.accelerators_milli = self.held.accelerators_milli.saturating_add(held.accelerators_milli);
    }

    /// Other numbers of nodes from now on.
    pub(crate) fn set_nodes(&mut self, now: SimTime, seen: &Readings, open: u64, closed: u64) {
        self.advance_nodes(now, seen);
        self.open = open;
        self.closed = closed;
    }

    /// Brings everything to `now`.
    pub(crate) fn advance(&mut self, now: SimTime, seen: &Readings) {
        self.advance_held(now, seen);
        self.advance_nodes(now, seen);
        self.running.advance(now);
        self.waiting.advance(now);
    }

    /// Forgets the integrals, not the state.
    pub(crate) fn restart(&mut self) {
        self.sums = PoolSums::default();
        self.running.restart();
        self.waiting.restart();
    }

    fn advance_held(&mut self, now: SimTime, seen: &Readings) {
        let nanos = now.since(self.held_since).0;
        if nanos == 0 {
            return;
        }
        let span = u128::from(nanos);
        let (headline, units) = (self.headline(&self.held), self.weights.units(&self.held));
        let sums = &mut self.sums;
        sums.held = sums.held.saturating_add(u128::from(headline) * span);
        sums.cores = sums.cores.saturating_add(u128::from(self.held.cores_milli) * span);
        sums.memory = sums.memory.saturating_add(over(self.held.memory, nanos));
        sums.cards = sums.cards.saturating_add(u128::from(self.held.accelerators_milli) * span);
        for (sum, part) in sums.held_signals.iter_mut().zip(between(&self.held_seen, seen)) {
            sum.add_wide_product(part, units);
        }
        self.held_since = now;
        self.held_seen = *seen;
    }

    fn advance_nodes(&mut self, now: SimTime, seen: &Readings) {
        let span = u128::from(now.since(self.nodes_since).0);
        if span == 0 {
            return;
        }
        self.closed_signal.advance(now);
        let sums = &mut self.sums;
        sums.open = sums.open.saturating_add(u128::from(self.open) * span);
        sums.closed = sums.closed.saturating_add(u128::from(self.closed) * span);
        let load = self.closed_signal.factor_sum().saturating_sub(self.closed_load_seen);
        sums.closed_load = sums.closed_load.saturating_add(load.saturating_mul(u128::from(self.closed)));
        let nodes = self.open.saturating_add(self.closed);
        for (sum, part) in sums.node_signals.iter_mut().zip(between(&self.nodes_seen, seen)) {
            sum.add_product(part, nodes);
        }
        for (sum, part) in sums.closed_signals.iter_mut().zip(between(&self.closed_seen, self.closed_signal.readings()))
        {
            sum.add_product(part, self.closed);
        }
        self.nodes_since = now;
        self.nodes_seen = *seen;
        self.closed_seen = *self.closed_signal.readings();
        self.closed_load_seen = self.closed_signal.factor_sum();
    }

    /// Energy, cost and carbon of the pool over the window, after PUE.
    pub(crate) fn bill(&self) -> Bill {
        self.bill_of(&self.sums)
    }

    /// The same over any time, by the integrals over it.
    pub(crate) fn bill_of(&self, sums: &PoolSums) -> Bill {
        let swing = self.peak.saturating_sub(self.idle);
        let mut bill = Bill::of(&sums.node_signals, self.idle, 1);
        bill.add(&Bill::of(&sums.held_signals, swing, self.weights.per_node()));
        bill.add(&Bill::of(&sums.closed_signals, swing, PPM));
        bill
    }

    /// Energy before PUE over the window, in picojoules.
    pub(crate) fn it_energy(&self) -> u128 {
        let swing = self.peak.saturating_sub(self.idle);
        let nodes = self.sums.open.saturating_add(self.sums.closed);
        let (accelerator, core) = self.weights.each();
        let mut held = Wide::default();
        held.add_product(self.sums.cards, accelerator);
        held.add_product(self.sums.cores, core);
        let held = held.scaled(swing, &[self.weights.per_node()]);
        let closed = self.sums.closed_load.saturating_mul(u128::from(swing)) / u128::from(PPM);
        nodes.saturating_mul(u128::from(self.idle)).saturating_add(held).saturating_add(closed)
    }

    /// What a job that holds this has caused between two readings of the center: its part of the nodes at peak power.
    pub(crate) fn caused(&self, held: &Holding, from: &Readings, to: &Readings) -> Bill {
        let units = self.weights.units(&held.totals());
        let mut sums = [Wide::default(); 3];
        for (sum, part) in sums.iter_mut().zip(between(from, to)) {
            sum.add_wide_product(part, units);
        }
        Bill::of(&sums, self.peak, self.weights.per_node())
    }

    /// Thousandths of the headline resource in what is held.
    pub(crate) const fn headline_of(&self, held: &Holding) -> u64 {
        self.headline(&held.totals())
    }

    /// What is left of carbon after contracted green power.
    pub(crate) const fn market(&self, carbon: u128) -> u128 {
        carbon.saturating_mul(self.ungreen as u128) / PPM as u128
    }

    /// Thousandths of the headline resource of open nodes × ns.
    pub(crate) const fn open_headline(&self) -> u128 {
        self.open_headline_of(&self.sums)
    }

    /// The same over any time.
    pub(crate) const fn open_headline_of(&self, sums: &PoolSums) -> u128 {
        sums.open.saturating_mul(self.per_node as u128)
    }

    /// Headline thousandths × ppm × ns in use by jobs and owners together, and there.
    pub(crate) fn load(&self) -> (u128, u128) {
        self.load_of(&self.sums)
    }

    /// The same over any time.
    pub(crate) fn load_of(&self, sums: &PoolSums) -> (u128, u128) {
        let ppm = u128::from(PPM);
        let per_node = u128::from(self.per_node);
        let used = (sums.held.saturating_mul(ppm)).saturating_add(sums.closed_load.saturating_mul(per_node));
        let there = sums.open.saturating_add(sums.closed).saturating_mul(per_node).saturating_mul(ppm);
        (used, there)
    }
}
