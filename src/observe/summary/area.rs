//! Sums over pools and their conversion to figures.

use crate::model::{Center, Pool};
use crate::observe::Quantiles;
use crate::observe::metrics::{Bill, PoolMeter, Waits, ratio};

/// Picojoules of a kWh.
const KWH: u128 = 3_600_000_000_000_000_000;
/// ns of an hour times the thousand of thousandths.
const MILLI_HOUR: u128 = 3_600_000_000_000_000;
const PICO: u128 = 1_000_000_000_000;
const PPM: u128 = 1_000_000;

/// What pools together held, had, drew, cost and emitted over a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Area {
    pub(crate) held: u128,
    pub(crate) open_headline: u128,
    pub(crate) load_used: u128,
    pub(crate) load_there: u128,
    /// Cores, memory, accelerators held × ns.
    pub(crate) resources: [u128; 3],
    /// The same of open nodes; of memory, where it has a bound.
    pub(crate) capacities: [u128; 3],
    pub(crate) open_nodes: u128,
    pub(crate) closed_nodes: u128,
    pub(crate) bill: Bill,
    pub(crate) it_energy: u128,
    /// 1e-12 kg without contracted green power.
    pub(crate) carbon_market: u128,
}

impl Area {
    /// The sums of one pool.
    pub(crate) fn of(meter: &PoolMeter, pool: &Pool, center: &Center) -> Self {
        let (load_used, load_there) = meter.load();
        let open = meter.sums.open;
        let bill = meter.bill();
        // Memory without bound has no share: what is held of it would count against nothing.
        let bounded = !pool.node.memory_unbounded();
        let ungreen = PPM.saturating_sub(u128::from(center.green_share_ppm));
        Self {
            held: meter.sums.held,
            open_headline: meter.open_headline(),
            load_used,
            load_there,
            resources: [meter.sums.cores, if bounded { meter.sums.memory } else { 0 }, meter.sums.cards],
            capacities: [
                open.saturating_mul(u128::from(pool.node.cores_milli)),
                if bounded { open.saturating_mul(u128::from(pool.node.memory)) } else { 0 },
                open.saturating_mul(u128::from(pool.node.cards) * 1000),
            ],
            open_nodes: open,
            closed_nodes: meter.sums.closed,
            bill,
            it_energy: meter.it_energy(),
            carbon_market: bill.carbon.saturating_mul(ungreen) / PPM,
        }
    }

    /// Adds part by part.
    pub(crate) fn add(&mut self, other: &Self) {
        let plus = |a: &mut u128, b: u128| *a = a.saturating_add(b);
        plus(&mut self.held, other.held);
        plus(&mut self.open_headline, other.open_headline);
        plus(&mut self.load_used, other.load_used);
        plus(&mut self.load_there, other.load_there);
        for i in 0..3 {
            plus(&mut self.resources[i], other.resources[i]);
            plus(&mut self.capacities[i], other.capacities[i]);
        }
        plus(&mut self.open_nodes, other.open_nodes);
        plus(&mut self.closed_nodes, other.closed_nodes);
        self.bill.add(&other.bill);
        plus(&mut self.it_energy, other.it_energy);
        plus(&mut self.carbon_market, other.carbon_market);
    }

    /// Share of each resource held; `None` where there is none.
    pub(crate) fn shares(&self) -> [Option<f64>; 3] {
        [0, 1, 2].map(|i| ratio(self.resources[i], self.capacities[i]))
    }

    /// The largest of the shares.
    pub(crate) fn dominant(&self) -> Option<f64> {
        self.shares().into_iter().flatten().reduce(f64::max)
    }
}

/// Picojoules as kWh.
pub(crate) fn kwh(picojoules: u128) -> f64 {
    ratio(picojoules, KWH).unwrap_or_default()
}

/// 1e-12 of a unit as that unit.
pub(crate) fn pico(amount: u128) -> f64 {
    ratio(amount, PICO).unwrap_or_default()
}

/// Thousandths × ns as hours.
pub(crate) fn hours(milli_nanos: u128) -> f64 {
    ratio(milli_nanos, MILLI_HOUR).unwrap_or_default()
}

/// Picojoules over nanoseconds as kW: 1 pJ/ns is 1 mW.
pub(crate) fn kilowatts(picojoules: u128, nanos: u128) -> Option<f64> {
    ratio(picojoules, nanos.saturating_mul(1_000_000))
}

/// Mean, median, 95th and 99th percentile and maximum, each over `unit`.
pub(crate) fn spread(quantiles: &Quantiles, unit: u64) -> [Option<f64>; 5] {
    let Some(spread) = quantiles.spread() else { return [None; 5] };
    let unit = u128::from(unit);
    let each = |value: u64| ratio(u128::from(value), unit);
    let mean = ratio(spread.sum, unit * u128::from(spread.count));
    [mean, each(spread.median), each(spread.p95), each(spread.p99), each(spread.max)]
}

/// What is told of the spans of jobs, each as [`spread`] gives it: in seconds, and slowdowns as they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spreads {
    pub(crate) wait: [Option<f64>; 5],
    /// The mean time until a center was chosen, in seconds.
    pub(crate) brokering: Option<f64>,
    pub(crate) staging: [Option<f64>; 5],
    pub(crate) queue_wait: [Option<f64>; 5],
    pub(crate) response: [Option<f64>; 5],
    pub(crate) slowdown: [Option<f64>; 5],
}

impl Spreads {
    pub(crate) fn of(waits: &Waits) -> Self {
        let of = |quantiles: &Quantiles| spread(quantiles, 1_000_000_000);
        Self {
            wait: of(&waits.wait),
            brokering: ratio(waits.brokering.0, u128::from(waits.brokering.1) * 1_000_000_000),
            staging: of(&waits.staging),
            queue_wait: of(&waits.queue_wait),
            response: of(&waits.response),
            slowdown: of(&waits.slowdown),
        }
    }
}

/// Writes the figures of an area into a structure that has them; the window in ns.
macro_rules! set_area {
    ($target:ident, $area:ident, $window:ident) => {{
        use $crate::observe::metrics::ratio;
        use $crate::observe::summary::area::{hours, kilowatts, kwh, pico};
        let [cores, memory, accelerators] = $area.shares();
        $target.utilization = ratio($area.held, $area.open_headline);
        $target.load = ratio($area.load_used, $area.load_there);
        $target.dominant_share = $area.dominant();
        $target.cores_utilization = cores;
        $target.memory_utilization = memory;
        $target.accelerators_utilization = accelerators;
        $target.core_h = hours($area.resources[0]);
        $target.accelerator_h = hours($area.resources[2]);
        $target.open_nodes_mean = ratio($area.open_nodes, $window);
        $target.closed_nodes_mean = ratio($area.closed_nodes, $window);
        $target.energy_kwh = kwh($area.bill.energy);
        $target.it_energy_kwh = kwh($area.it_energy);
        $target.pue_mean = ratio($area.bill.energy, $area.it_energy);
        $target.power_mean_kw = kilowatts($area.bill.energy, $window);
        $target.energy_cost_cny = pico($area.bill.cost);
        $target.carbon_kg = pico($area.bill.carbon);
        $target.carbon_market_kg = pico($area.carbon_market);
    }};
}
pub(crate) use set_area;
