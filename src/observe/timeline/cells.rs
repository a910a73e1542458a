//! What is kept of each interval.

use crate::model::{CenterId, Platform, PoolId};
use crate::observe::metrics::{LaneSums, Meters, PoolMeter, PoolSums};
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// Integrals of a center, or of centers together, over one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cell {
    pub(super) held: u128,
    pub(super) open: u128,
    pub(super) load_used: u128,
    pub(super) load_there: u128,
    pub(super) running: u128,
    pub(super) waiting: u128,
    pub(super) energy: u128,
    pub(super) cost: u128,
    pub(super) carbon: u128,
    pub(super) storage: u128,
}

impl Cell {
    /// What a meter of a pool has integrated over an interval.
    pub(super) fn of(pool: &PoolMeter, interval: &PoolBase) -> Self {
        let sums = &interval.sums;
        let (load_used, load_there) = pool.load_of(sums);
        let bill = pool.bill_of(sums);
        Self {
            held: sums.held,
            open: pool.open_headline_of(sums),
            load_used,
            load_there,
            running: interval.running,
            waiting: interval.waiting,
            energy: bill.energy,
            cost: bill.cost,
            carbon: bill.carbon,
            storage: 0,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.held, other.held),
            (&mut self.open, other.open),
            (&mut self.load_used, other.load_used),
            (&mut self.load_there, other.load_there),
            (&mut self.running, other.running),
            (&mut self.waiting, other.waiting),
            (&mut self.energy, other.energy),
            (&mut self.cost, other.cost),
            (&mut self.carbon, other.carbon),
            (&mut self.storage, other.storage),
        ];
        for (mine, theirs) in pairs {
            *mine = mine.saturating_add(theirs);
        }
    }
}

/// The integrals of a pool where an interval begins, or over one. A restart of the meters turns the former into differences, modulo a
/// power of two.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PoolBase {
    sums: PoolSums,
    running: u128,
    waiting: u128,
}

impl PoolBase {
    fn of(pool: &PoolMeter) -> Self {
        Self { sums: pool.sums, running: pool.running.sum(), waiting: pool.waiting.sum() }
    }

    fn since(&self, earlier: &Self) -> Self {
        Self {
            sums: self.sums.since(&earlier.sums),
            running: self.running.wrapping_sub(earlier.running),
            waiting: self.waiting.wrapping_sub(earlier.waiting),
        }
    }
}

/// All integrals where an interval begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Base {
    pools: Vec<PoolBase>,
    /// By center.
    storage: Vec<u128>,
    pub(super) lanes: Vec<LaneSums>,
}

impl Base {
    pub(super) fn new(platform: &Platform) -> Self {
        Self {
            pools: vec![PoolBase::default(); platform.pools.len()],
            storage: vec![0; platform.centers.len()],
            lanes: vec![LaneSums::default(); platform.links.len() * 2],
        }
    }

    /// What pools and centers have integrated since, by row; an interval begins here.
    pub(super) fn cut(&mut self, meters: &Meters, row_of: &[usize], slice: &mut [Cell]) {
        for (pool, base) in meters.pools.iter().zip(&mut self.pools) {
            let now = PoolBase::of(pool);
            if let Some(cell) = row_of.get(pool.center.index()).and_then(|row| slice.get_mut(*row)) {
                cell.add(&Cell::of(pool, &now.since(base)));
            }
            *base = now;
        }
        for ((center, row), base) in meters.centers.iter().zip(row_of).zip(&mut self.storage) {
            let stored = center.storage.sum();
            if let Some(cell) = slice.get_mut(*row) {
                cell.storage = cell.storage.saturating_add(stored.wrapping_sub(*base));
            }
            *base = stored;
        }
    }

    /// The meters are about to begin anew, within an interval.
    pub(super) fn restart(&mut self, meters: &Meters) {
        for (pool, base) in meters.pools.iter().zip(&mut self.pools) {
            *base = base.since(&PoolBase::of(pool));
        }
        for (center, base) in meters.centers.iter().zip(&mut self.storage) {
            *base = base.wrapping_sub(center.storage.sum());
        }
        for (lane, base) in meters.lanes.iter().zip(&mut self.lanes) {
            *base = base.since(&lane.sums());
        }
    }
}

/// Whose integrals a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    /// A center's.
    Center(CenterId),
    /// Those of all centers of a province in which nothing is ever open to jobs.
    Closed(Option<String>),
}

/// The rows of a platform, centers first, and to which row each center belongs.
pub(super) fn rows(platform: &Platform) -> (Vec<Row>, Vec<usize>) {
    let opens = |pool: PoolId| platform.pools.get(pool.index()).is_some_and(|pool| pool.open_max() > 0);
    let (mut rows, mut row_of) = (Vec::new(), vec![usize::MAX; platform.centers.len()]);
    let mut closed: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (at, center) in platform.centers.iter().enumerate() {
        if center.pool_ids().any(opens) {
            row_of[at] = rows.len();
            rows.push(Row::Center(CenterId::from_index(at)));
        } else {
            closed.entry(center.province.as_deref()).or_default().push(at);
        }
    }
    for (province, centers) in closed {
        centers.into_iter().for_each(|at| row_of[at] = rows.len());
        rows.push(Row::Closed(province.map(str::to_owned)));
    }
    (rows, row_of)
}

/// A lane's integrals by interval. What equals the interval before is not kept again: most links of a nation never change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Runs(Vec<(usize, LaneSums)>);

impl Runs {
    /// The next interval's. Intervals come in order.
    pub(super) fn push(&mut self, interval: usize, sums: LaneSums) {
        if self.0.last().is_none_or(|(_, last)| *last != sums) {
            self.0.push((interval, sums));
        }
    }

    /// Those of an interval.
    pub(super) fn at(&self, interval: usize) -> LaneSums {
        let after = self.0.partition_point(|(first, _)| *first <= interval);
        after.checked_sub(1).map_or_else(LaneSums::default, |at| self.0[at].1)
    }

    /// Whether a flow ever crossed it.
    pub(super) fn ever_carried(&self) -> bool {
        self.0.iter().any(|(_, sums)| sums.carried > 0)
    }

    /// With each two of the first `2 x pairs` intervals joined.
    pub(super) fn joined(&self, pairs: usize) -> Self {
        let mut joined = Self::default();
        for at in 0..pairs {
            let mut sums = self.at(2 * at);
            sums.add(&self.at(2 * at + 1));
            joined.push(at, sums);
        }
        joined
    }

    /// Entries kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A timeline that has ended: cells by interval and row, and lanes.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) slices: Vec<Vec<Cell>>,
    pub(super) lanes: Vec<Runs>,
    pub(super) interval: SimDuration,
    pub(super) origin: SimTime,
    pub(super) end: SimTime,
}
