//! How full the cluster gets as pods arrive: the curve of the published study.

use crate::model::{Fragmentation, NodePool, NodeState, Platform, PoolId, TaskShape};
use crate::observe::{Observer, Record, Violation};
use crate::units::SimTime;
use std::io::{self, Write};

/// One whole percent of arrivals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AllocationRow {
    /// Accelerators asked for by pods that have arrived, in whole percent of the capacity.
    pub arrived_pct: u64,
    /// Accelerators held, in percent of the capacity: the mean over the pods that arrived at this percent, to the nearest.
    pub allocated_pct: f64,
    /// Fragmented part of the accelerators that are free, in percent; `None` where none is free or no pod is typical.
    pub fragmentation_pct: Option<f64>,
}

/// Sums over the arrivals of one percent.
#[derive(Debug, Clone, Copy, Default)]
struct Percent {
    arrivals: u64,
    allocated_milli: u128,
    fragmented: f64,
    measured: u64,
}

/// Follows a fill.
pub struct AllocationCurve {
    /// Nodes of each pool as they are, the pool's measure, the fragmented amount.
    pools: Vec<(NodePool, Option<Fragmentation>, u128)>,
    capacity_milli: u64,
    arrived_milli: u64,
    allocated_milli: u64,
    /// Whether an arrival is not yet in the curve.
    open: bool,
    percents: Vec<Percent>,
}

impl AllocationCurve {
    /// The curve of a cluster that is empty.
    pub(super) fn new(platform: &Platform) -> Self {
        let pool = |(id, pool): (usize, &crate::model::Pool)| {
            let measure = platform.fragmentation(PoolId::from_index(id));
            let idle = measure.as_ref().map_or(0, |measure| measure.amount(&NodeState::idle(&pool.node)));
            (NodePool::new(pool.node, pool.nodes), measure, idle * u128::from(pool.nodes))
        };
        let pools = platform.pools.iter().enumerate().map(pool).collect();
        let capacity_milli = platform.pools.iter().map(|pool| pool.capacity(pool.nodes).accelerators_milli).sum();
        Self { pools, capacity_milli, arrived_milli: 0, allocated_milli: 0, open: false, percents: Vec::new() }
    }

    /// Puts the last arrival into the curve, now that what became of it is known.
    fn close(&mut self) {
        if !std::mem::take(&mut self.open) || self.capacity_milli == 0 {
            return;
        }
        let (arrived, capacity) = (u128::from(self.arrived_milli), u128::from(self.capacity_milli));
        let Ok(percent) = usize::try_from((arrived * 200 + capacity) / (2 * capacity)) else { return };
        if self.percents.len() <= percent {
            self.percents.resize(percent + 1, Percent::default());
        }
        let fragmented = self.fragmentation();
        let row = &mut self.percents[percent];
        row.arrivals += 1;
        row.allocated_milli += u128::from(self.allocated_milli);
        if let Some(share) = fragmented {
            row.fragmented += share;
            row.measured += 1;
        }
    }

    /// The fragmented share of what is free now.
    fn fragmentation(&self) -> Option<f64> {
        let free = self.capacity_milli - self.allocated_milli;
        let weight = self.pools.iter().find_map(|(_, measure, _)| measure.as_ref().map(Fragmentation::weight))?;
        let amount: u128 = self.pools.iter().map(|(_, _, amount)| amount).sum();
        (free > 0).then(|| amount as f64 / (weight as f64 * free as f64))
    }

    fn started(&mut self, pool: PoolId, allocation: &crate::model::Allocation, task: &TaskShape) {
        let Some((nodes, measure, amount)) = self.pools.get_mut(pool.index()) else { return };
        let of = |nodes: &NodePool| -> u128 {
            let Some(measure) = measure.as_ref() else { return 0 };
            let numbers = allocation.parts.iter().flat_map(|part| part.first..part.first + part.count);
            numbers.filter_map(|node| nodes.range_of(node)).map(|range| measure.amount(&range.state)).sum()
        };
        let before = of(nodes);
        if nodes.allocate(allocation, task) {
            *amount = *amount + of(nodes) - before;
        }
    }

    /// The curve so far, one row for each percent at which a pod arrived.
    #[must_use]
    pub fn rows(&self) -> Vec<AllocationRow> {
        let row = |(percent, sums): (usize, &Percent)| {
            let capacity = self.capacity_milli as f64 * sums.arrivals as f64;
            AllocationRow {
                arrived_pct: percent as u64,
                allocated_pct: 100.0 * sums.allocated_milli as f64 / capacity,
                fragmentation_pct: (sums.measured > 0).then(|| 100.0 * sums.fragmented / sums.measured as f64),
            }
        };
        self.percents.iter().enumerate().filter(|(_, sums)| sums.arrivals > 0).map(row).collect()
    }

    /// Writes `allocation.csv`.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write<W: Write>(&self, mut out: W) -> io::Result<()> {
        writeln!(out, "arrived_pct,allocated_pct,fragmentation_pct")?;
        for row in self.rows() {
            let fragmentation = row.fragmentation_pct.map(|share| format!("{share:.4}")).unwrap_or_default();
            writeln!(out, "{},{:.4},{fragmentation}", row.arrived_pct, row.allocated_pct)?;
        }
        out.flush()
    }
}

impl Observer for AllocationCurve {
    fn record(&mut self, _now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        match *record {
            Record::Submitted { job } => {
                self.close();
                self.open = true;
                self.arrived_milli += job.request.task.times(job.request.tasks).accelerators_milli;
            }
            Record::Started { job, pool, allocation, held } => {
                self.allocated_milli += held.accelerators_milli;
                self.started(pool, allocation, &job.request.task);
            }
            Record::RunEnded => self.close(),
            _ => {}
        }
        Ok(())
    }
}
