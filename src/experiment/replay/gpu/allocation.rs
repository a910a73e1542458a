//! How full the cluster gets as pods arrive: the curve of the published study.

use crate::model::{Fragments, Platform, PoolId};
use crate::observe::{Observer, Record, Violation};
use crate::report::AllocationRow;
use crate::units::SimTime;

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
    /// Of each pool; nothing where no pod is typical.
    pools: Vec<Option<Fragments>>,
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
            let measure = platform.fragmentation(PoolId::from_index(id))?;
            Some(Fragments::new(pool.node, pool.nodes, measure))
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
        let pools = || self.pools.iter().flatten();
        let weight = pools().next()?.measure().weight();
        let amount: u128 = pools().map(Fragments::amount).sum();
        (free > 0).then(|| amount as f64 / (weight as f64 * free as f64))
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
                if let Some(Some(fragments)) = self.pools.get_mut(pool.index()) {
                    fragments.take(allocation, &job.request.task);
                }
            }
            Record::RunEnded => self.close(),
            _ => {}
        }
        Ok(())
    }
}
