//! Pools of like nodes.

use super::{AcceleratorId, CenterId, Need, PowerWeights, Precision, Request, TaskShape, Totals, Work};
use crate::signals::Series;
use crate::units::{Power, SimDuration, SimTime};

/// What a node of a pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeShape {
    /// Thousandths of cores.
    pub cores_milli: u32,
    /// Bytes of memory; `u64::MAX` is memory without bound.
    pub memory: u64,
    /// Whole accelerators, at most 16.
    pub cards: u8,
    /// Their kind.
    pub accelerator: Option<AcceleratorId>,
}

/// What a node whose memory has no bound counts as in sums: more than any tasks on it can ask for (2^32 tasks of 2^64 bytes).
const MEMORY_UNBOUNDED: u128 = 1 << 96;

impl NodeShape {
    /// Whether memory has no bound: demands of memory are not looked at.
    #[must_use]
    pub const fn memory_unbounded(&self) -> bool {
        self.memory == u64::MAX
    }

    /// The capacity of `nodes` such nodes.
    #[must_use]
    pub fn capacity(&self, nodes: u64) -> Totals {
        let memory = if self.memory_unbounded() { MEMORY_UNBOUNDED } else { u128::from(self.memory) };
        Totals {
            cores_milli: u64::from(self.cores_milli).saturating_mul(nodes),
            memory: memory.saturating_mul(u128::from(nodes)),
            accelerators_milli: (u64::from(self.cards) * 1000).saturating_mul(nodes),
        }
    }
}

/// Computing rates of a node or a card, by precision; `None` where the scenario does not say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rates {
    /// FP16 operations per second.
    pub fp16: Option<f64>,
    /// FP32 operations per second.
    pub fp32: Option<f64>,
    /// FP64 operations per second.
    pub fp64: Option<f64>,
}

impl Rates {
    /// The rate at a precision.
    #[must_use]
    pub const fn at(&self, precision: Precision) -> Option<f64> {
        match precision {
            Precision::Fp16 => self.fp16,
            Precision::Fp32 => self.fp32,
            Precision::Fp64 => self.fp64,
        }
    }
}

/// A kind of accelerator.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceleratorKind {
    /// Its name in the scenario.
    pub name: String,
    /// Memory of a card in bytes, where the scenario says.
    pub memory: Option<u64>,
    /// Rates of one card.
    pub rates: Rates,
}

/// Like nodes of one center.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Its name within the center.
    pub name: String,
    /// Its center.
    pub center: CenterId,
    /// How many nodes at the start, closed ones included.
    pub nodes: u64,
    /// The most nodes it has at any time of the run, closed ones included (events can add some).
    pub nodes_max: u64,
    /// What each node has.
    pub node: NodeShape,
    /// Run times on reference hardware are divided by this.
    pub speed: f64,
    /// Computing rates of one node's cores together.
    pub cpu_rates: Rates,
    /// Computing rates of one accelerator.
    pub card_rates: Rates,
    /// Power of an idle node.
    pub power_idle: Power,
    /// Power of a node that is all in use.
    pub power_peak: Power,
    /// How its power follows what is in use.
    pub power_weights: PowerWeights,
    /// Share of the nodes that their owners keep, in parts per million over time.
    pub closed_share: Series,
    /// How busy that share is, in parts per million over time.
    pub closed_load: Series,
}

impl Pool {
    /// Whether the headline resource is accelerators (else cores).
    #[must_use]
    pub const fn accelerated(&self) -> bool {
        self.node.cards > 0
    }

    /// Thousandths of the headline resource that one node has.
    #[must_use]
    pub const fn headline_per_node(&self) -> u64 {
        if self.accelerated() { self.node.cards as u64 * 1000 } else { self.node.cores_milli as u64 }
    }

    /// The capacity of `nodes` nodes.
    #[must_use]
    pub fn capacity(&self, nodes: u64) -> Totals {
        self.node.capacity(nodes)
    }

    /// The power at peak of what is held, in milliwatts rounded down: what a job with it is charged.
    #[must_use]
    pub const fn peak_power_milliwatts(&self, held: &Totals) -> u128 {
        let per_node = self.power_weights.per_node() as u128;
        match self.power_weights.units(held).saturating_mul(self.power_peak.0 as u128).checked_div(per_node) {
            Some(power) => power,
            None => 0,
        }
    }

    /// The most nodes that are ever open to jobs: all but the least share that the owners keep. A bound where both change.
    #[must_use]
    pub fn open_max(&self) -> u64 {
        self.nodes_max - closed_nodes(self.nodes_max, self.closed_share.least())
    }

    /// Whether the pool, empty and at its most open, could hold the job.
    #[must_use]
    pub fn could_hold(&self, tasks: u32, task: &TaskShape) -> bool {
        // Mostly there is a node for each, which takes no division to see.
        if u64::from(tasks) <= self.open_max() {
            return Need::new(task, &self.node).is_some();
        }
        let per_node = u64::from(task.per_node(&self.node));
        per_node > 0 && per_node.saturating_mul(self.open_max()) >= u64::from(tasks)
    }

    /// How many of so many nodes the owners keep at an instant.
    #[must_use]
    pub fn closed(&self, nodes: u64, at: SimTime) -> u64 {
        closed_nodes(nodes, self.closed_share.at(at))
    }

    /// How long `work` of a job takes here; `None` where the pool has no rate at that precision.
    ///
    /// Times are divided by `speed`. Operations are divided by the rate of the accelerators (or the share of the
    /// node's cores) that one task holds. Rounded up to a nanosecond.
    #[must_use]
    pub fn duration(&self, work: &Work, request: &Request) -> Option<SimDuration> {
        match *work {
            Work::Time(time) if self.speed.to_bits() == 1f64.to_bits() => Some(time),
            Work::Time(time) => Some(ceil_nanos(time.0 as f64 / self.speed)),
            Work::Flop { amount, precision } => {
                let rate = if request.task.accelerators_milli > 0 {
                    self.card_rates.at(precision)? * f64::from(request.task.accelerators_milli) / 1000.0
                } else {
                    self.cpu_rates.at(precision)? * f64::from(request.task.cores_milli)
                        / f64::from(self.node.cores_milli)
                };
                (rate > 0.0).then(|| ceil_nanos(amount / (rate * self.speed) * 1e9))
            }
        }
    }
}

/// A share in parts per million of so many nodes, rounded to the nearest.
fn closed_nodes(nodes: u64, share_ppm: u64) -> u64 {
    const PPM: u64 = 1_000_000;
    let share = share_ppm.min(PPM);
    // Pools of more than 18 trillion nodes need the wide product.
    let closed = match nodes.checked_mul(share).and_then(|product| product.checked_add(PPM / 2)) {
        Some(product) => product / PPM,
        None => u64::try_from((u128::from(nodes) * u128::from(share) + 500_000) / u128::from(PPM)).unwrap_or(nodes),
    };
    closed.min(nodes)
}

/// Rounds up to whole nanoseconds; too large becomes the maximum.
fn ceil_nanos(nanos: f64) -> SimDuration {
    let floor = nanos as u64;
    SimDuration(if (floor as f64) < nanos { floor.saturating_add(1) } else { floor })
}
