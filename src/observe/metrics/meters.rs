//! All that is integrated over time: pools, centers, lanes. Shared by the metrics and the timeline.

use super::exact::ratio;
use super::gauge::Gauge;
use super::lane::LaneMeter;
use super::pool::PoolMeter;
use super::signal::{Readings, Signal};
use crate::model::caches::bring;
use crate::model::{Center, LaneId, Outcome, Platform, PoolId, Totals};
use crate::observe::Record;
use crate::units::SimTime;

/// A center's state and integrals beyond those of its pools; what is touched together is close together.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(crate) struct CenterMeter {
    pub(crate) storage: Gauge<u128>,
    pub(crate) store: Option<Store>,
    pub(crate) running: Gauge<u64>,
    pub(crate) waiting: Gauge<u64>,
    signal: Signal,
}

/// How full a center's storage is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Store {
    /// What was filled before the run.
    pub(crate) filled: u128,
    /// All of it now.
    pub(crate) space: u128,
    since: SimTime,
    /// The fullest state that lasted: what was filled, of how much.
    fullest: (u128, u128),
}

impl Store {
    fn of(center: &Center) -> Option<Self> {
        let storage = center.storage?;
        let (filled, space) = (storage.filled.0, storage.space.0);
        Some(Self { filled, space, since: SimTime::ZERO, fullest: (0, 1) })
    }

    /// So much was used besides until now.
    fn advance(&mut self, now: SimTime, used: u128) {
        let (full, space) = (self.filled.saturating_add(used), self.space);
        let (most, of) = self.fullest;
        if now > self.since && full.saturating_mul(of) > most.saturating_mul(space) {
            self.fullest = (full, space);
        }
        self.since = now;
    }

    /// Share that was filled at most for any time.
    pub(crate) fn filled_peak(&self) -> Option<f64> {
        ratio(self.fullest.0, self.fullest.1)
    }
}

impl CenterMeter {
    /// Brings what a job changes into the caches.
    fn bring(&self) {
        bring(&self.running);
        bring(&self.waiting);
        self.signal.bring();
    }

    fn advance_storage(&mut self, now: SimTime) {
        if let Some(store) = &mut self.store {
            store.advance(now, self.storage.value());
        }
        self.storage.advance(now);
    }
}

/// The state of everything that is integrated. Only what a record changes is touched by it.
#[derive(Debug, Clone)]
pub(crate) struct Meters {
    pub(crate) centers: Vec<CenterMeter>,
    pub(crate) pools: Vec<PoolMeter>,
    pub(crate) lanes: Vec<LaneMeter>,
    pub(crate) running: Gauge<u64>,
    pub(crate) waiting: Gauge<u64>,
}

impl Meters {
    /// Nothing running, no nodes, no bandwidth, until records tell.
    pub(crate) fn new(platform: &Platform) -> Self {
        Self {
            centers: platform
                .centers
                .iter()
                .map(|center| CenterMeter {
                    signal: Signal::of_center(center),
                    running: Gauge::default(),
                    waiting: Gauge::default(),
                    storage: Gauge::default(),
                    store: Store::of(center),
                })
                .collect(),
            pools: platform.pools.iter().map(|p| PoolMeter::new(p, &platform.centers[p.center.index()])).collect(),
            lanes: vec![LaneMeter::default(); platform.links.len() * 2],
            running: Gauge::default(),
            waiting: Gauge::default(),
        }
    }

    /// Takes note of one record. Ids that do not exist are passed over: it is for the auditor to name them.
    pub(crate) fn note(&mut self, now: SimTime, record: &Record<'_>) {
        match record {
            Record::Queued { pool, .. } => self.wait(now, *pool, true),
            Record::Started { pool, held, .. } => {
                self.wait(now, *pool, false);
                self.run(now, *pool, held, true);
            }
            Record::Ended { pool, held, .. } => self.run(now, *pool, held, false),
            Record::Preempted { pool, held, .. } => {
                self.run(now, *pool, held, false);
                self.wait(now, *pool, true);
            }
            Record::Resized { pool, held_before, held, .. } => {
                if let Some((meter, center)) = parts(&mut self.pools, &mut self.centers, *pool) {
                    center.signal.advance(now);
                    meter.give(now, center.signal.readings(), held_before);
                    meter.take(now, center.signal.readings(), held);
                }
            }
            // It left the queue without ever starting. Where the run ended first it is still there.
            Record::Finished { life, outcome, .. } if *outcome != Outcome::Unfinished => {
                if let (Some(pool), Some(_), None) = (life.pool, life.staged, life.started) {
                    self.wait(now, pool, false);
                }
            }
            Record::PoolNodes { pool, open, closed } => {
                if let Some((meter, center)) = parts(&mut self.pools, &mut self.centers, *pool) {
                    center.signal.advance(now);
                    meter.set_nodes(now, center.signal.readings(), *open, *closed);
                }
            }
            Record::ServiceNodes { pool, before, held, .. } => {
                if let Some((meter, center)) = parts(&mut self.pools, &mut self.centers, *pool) {
                    center.signal.advance(now);
                    meter.exchange(now, center.signal.readings(), before, held);
                }
            }
            Record::Storage { center, used } => {
                if let Some(meter) = self.centers.get_mut(center.index()) {
                    meter.advance_storage(now);
                    meter.storage.set(now, used.0);
                }
            }
            Record::StorageSpace { center, space } => {
                if let Some(meter) = self.centers.get_mut(center.index()) {
                    meter.advance_storage(now);
                    meter.store.iter_mut().for_each(|store| store.space = space.0);
                }
            }
            Record::LaneRate { lane, rate, flows } => self.set_rate(now, *lane, *rate, *flows),
            Record::LaneCapacity { lane, bandwidth, offered } => {
                if let Some(meter) = self.lanes.get_mut(lane.index()) {
                    meter.set_capacity(now, *bandwidth, *offered);
                }
            }
            _ => {}
        }
    }

    /// Brings what a job changes at a pool into the caches.
    pub(crate) fn bring(&self, pool: PoolId) {
        let Some(meter) = self.pools.get(pool.index()) else { return };
        meter.bring();
        if let Some(center) = self.centers.get(meter.center.index()) {
            center.bring();
        }
    }

    /// Another rate of all flows on a lane from now on.
    pub(crate) fn set_rate(&mut self, now: SimTime, lane: LaneId, rate: f64, flows: u32) {
        if let Some(meter) = self.lanes.get_mut(lane.index()) {
            meter.set_rate(now, rate, flows);
        }
    }

    /// A run begins or is over.
    fn run(&mut self, now: SimTime, pool: PoolId, held: &Totals, begins: bool) {
        let Some((meter, center)) = parts(&mut self.pools, &mut self.centers, pool) else { return };
        center.signal.advance(now);
        let seen = center.signal.readings();
        if begins {
            meter.take(now, seen, held);
        } else {
            meter.give(now, seen, held);
        }
        for gauge in [&mut center.running, &mut self.running] {
            if begins {
                gauge.add(now, 1);
            } else {
                gauge.subtract(now, 1);
            }
        }
    }

    fn wait(&mut self, now: SimTime, pool: PoolId, begins: bool) {
        let Some((meter, center)) = parts(&mut self.pools, &mut self.centers, pool) else { return };
        let change = |gauge: &mut Gauge<u64>| if begins { gauge.add(now, 1) } else { gauge.subtract(now, 1) };
        change(&mut meter.waiting);
        change(&mut center.waiting);
        change(&mut self.waiting);
    }

    /// Brings every integral to `now`.
    pub(crate) fn advance(&mut self, now: SimTime) {
        for center in &mut self.centers {
            center.signal.advance(now);
            center.running.advance(now);
            center.waiting.advance(now);
            center.advance_storage(now);
        }
        for pool in &mut self.pools {
            if let Some(center) = self.centers.get(pool.center.index()) {
                pool.advance(now, center.signal.readings());
            }
        }
        for lane in &mut self.lanes {
            lane.advance(now);
        }
        self.running.advance(now);
        self.waiting.advance(now);
    }

    /// Forgets every integral and peak, not the state. Everything must have been advanced to now.
    pub(crate) fn restart(&mut self) {
        for center in &mut self.centers {
            center.running.restart();
            center.waiting.restart();
            center.storage.restart();
            center.store.iter_mut().for_each(|store| store.fullest = (0, 1));
        }
        self.pools.iter_mut().for_each(PoolMeter::restart);
        self.lanes.iter_mut().for_each(LaneMeter::restart);
        self.running.restart();
        self.waiting.restart();
    }

    /// The readings of a pool's center, as of the last change there.
    pub(crate) fn readings(&self, pool: PoolId) -> Readings {
        let center = self.pools.get(pool.index()).and_then(|p| self.centers.get(p.center.index()));
        center.map_or([0; 3], |c| *c.signal.readings())
    }
}

/// A pool and its center.
fn parts<'a>(
    pools: &'a mut [PoolMeter],
    centers: &'a mut [CenterMeter],
    pool: PoolId,
) -> Option<(&'a mut PoolMeter, &'a mut CenterMeter)> {
    let meter = pools.get_mut(pool.index())?;
    let center = centers.get_mut(meter.center.index())?;
    Some((meter, center))
}
