//! The largest figures that a scenario may hold: far above the world's, and small enough that no sum overflows.

use crate::units::{Bytes, Power, SimDuration};

/// Nodes of one pool, at any time.
pub(super) const NODES_MAX: u64 = 1_000_000_000;
/// Cores of one node.
pub(super) const CORES_MAX: u32 = 4_000_000;
/// Cores (or accelerators) of all pools together, in thousandths: sums of them fit 64 bits.
pub(super) const HEADLINE_MILLI_MAX: u128 = 1_000_000_000_000_000_000;
/// Accelerators of one node: what an allocation can name.
pub(super) const CARDS_MAX: u8 = crate::model::CARDS_MAX as u8;
/// Data of one dataset, of one job, of one center: a thousand times what mankind stores is less than a tenth of this.
pub(super) const BYTES_MAX: Bytes = Bytes(1_000_000_000_000_000_000_000_000_000);
/// Data of one synthetic job: it is drawn as a 64-bit number.
pub(super) const DRAWN_BYTES_MAX: f64 = 1.8e19;
/// Power of one node.
pub(super) const POWER_MAX: Power = Power(1_000_000_000_000);
/// Price of energy in µCNY per kWh: a thousand CNY.
pub(super) const TARIFF_MAX: u64 = 1_000_000_000;
/// Carbon intensity in mg per kWh: a hundred kilograms.
pub(super) const CARBON_MAX: u64 = 100_000_000;
/// Price of transfer in µCNY per GB: a million CNY.
pub(super) const TRANSFER_PRICE_MAX: u64 = 1_000_000_000_000;
/// Power usage effectiveness.
pub(super) const PUE_MAX: f64 = 100.0;
/// Speed of a pool.
pub(super) const SPEED_MAX: f64 = 1e6;
/// The least speed of a pool: a second of work takes less than twelve days.
pub(super) const SPEED_MIN: f64 = 1e-6;
/// Computing rate of a node or card in FLOPS, and work in FLOP.
pub(super) const FLOP_MAX: f64 = 1e36;
/// Any time of a run, of a job or of an event: a hundred years, so that a few after each other are done before the clock ends.
pub(super) const TIME_MAX: SimDuration = SimDuration(36_525 * SimDuration::DAY.0);
/// Tenants of all groups together.
pub(super) const TENANTS_MAX: u32 = 10_000_000;
/// Tasks of one job.
pub(super) const TASKS_MAX: f64 = 4e9;
/// Submissions (or bursts) per second: one a nanosecond.
pub(super) const RATE_MAX: f64 = 1e9;
/// Round trips of a link that take longer than this are taken for a mistake in the unit.
pub(super) const LATENCY_MAX: SimDuration = SimDuration(SimDuration::DAY.0);
/// Cables that one link stands for.
pub(super) const CABLES_MAX: u64 = 1_000_000;
/// Weights of all kinds.
pub(super) const WEIGHT_MAX: f64 = 1e15;
