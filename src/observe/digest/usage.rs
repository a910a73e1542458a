//! What each class holds of each kind of resource over time.

use crate::model::{ClassId, Platform, PoolId, ServiceId, Totals};
use crate::observe::metrics::{ratio, seconds};
use crate::units::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Intervals kept at most; when there would be more, neighbors are joined.
const INTERVALS_MAX: usize = 1024;

/// Use over time: means over intervals, in units of the headline resource (accelerators of a kind, or cores).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Kinds of headline resources: a kind of accelerator, or `cores`.
    pub kinds: Vec<String>,
    /// Who holds: the classes, then the services.
    pub holders: Vec<String>,
    /// Where each interval begins.
    pub start_s: Vec<f64>,
    /// Where the last one ends.
    pub end_s: f64,
    /// By kind and interval: what is open to jobs.
    pub open_mean: Vec<Vec<f64>>,
    /// By kind, holder and interval: what jobs of a class or replicas of a service hold.
    pub held_mean: Vec<Vec<Vec<f64>>>,
}

/// Integrates steps.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    value: u128,
    since: SimTime,
    sum: u128,
}

impl Level {
    fn set(&mut self, now: SimTime, value: u128) {
        self.advance(now);
        self.value = value;
    }

    fn advance(&mut self, now: SimTime) {
        self.sum = self.sum.saturating_add(self.value.saturating_mul(u128::from(now.since(self.since).0)));
        self.since = self.since.max(now);
    }
}

/// Listens to starts and ends.
#[derive(Debug, Clone)]
pub(super) struct UsageMeter {
    kinds: Vec<String>,
    /// By pool: its kind, thousandths a node, whether they are accelerators, and what is open now.
    pools: Vec<(usize, u64, bool, u128)>,
    classes: usize,
    holders: Vec<String>,
    /// By kind: what is open, then what each holder holds.
    levels: Vec<Level>,
    slices: Vec<Vec<u128>>,
    interval: SimDuration,
    border: SimTime,
}

impl UsageMeter {
    pub(super) fn new(platform: &Platform, interval: SimDuration) -> Self {
        let interval = interval.max(SimDuration(1));
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        let name = |pool: &crate::model::Pool| {
            let kind = pool.node.accelerator.and_then(|id| platform.accelerators.get(id.index()));
            kind.filter(|_| pool.accelerated()).map_or_else(
                || if pool.accelerated() { "accelerators".to_owned() } else { "cores".to_owned() },
                |kind| kind.name.clone(),
            )
        };
        for pool in &platform.pools {
            names.insert(name(pool), 0);
        }
        for (place, value) in names.values_mut().enumerate() {
            *value = place;
        }
        let pools = platform.pools.iter().map(|pool| {
            let kind = names.get(&name(pool)).copied().unwrap_or_default();
            (kind, pool.headline_per_node(), pool.accelerated(), 0)
        });
        let holders: Vec<String> = platform
            .classes
            .iter()
            .map(|class| &class.name)
            .chain(platform.services.iter().map(|service| &service.name))
            .cloned()
            .collect();
        Self {
            pools: pools.collect(),
            levels: vec![Level::default(); names.len() * (holders.len() + 1)],
            kinds: names.into_keys().collect(),
            classes: platform.classes.len(),
            holders,
            slices: Vec::new(),
            border: SimTime(interval.0),
            interval,
        }
    }

    /// Nodes of a pool that are open from now on.
    pub(super) fn open(&mut self, now: SimTime, pool: PoolId, nodes: u64) {
        self.cross(now);
        let Some((kind, each, _, open)) = self.pools.get_mut(pool.index()) else { return };
        let more = u128::from(nodes) * u128::from(*each);
        let Some(level) = self.levels.get_mut(*kind * (self.holders.len() + 1)) else { return };
        level.set(now, (level.value + more).saturating_sub(*open));
        *open = more;
    }

    /// A job of a class held this of a pool, and holds that from now on.
    pub(super) fn job(&mut self, now: SimTime, pool: PoolId, class: ClassId, before: &Totals, held: &Totals) {
        self.change(now, pool, class.index(), before, held);
    }

    /// The same of the replicas of a service.
    pub(super) fn service(&mut self, now: SimTime, pool: PoolId, service: ServiceId, before: &Totals, held: &Totals) {
        self.change(now, pool, self.classes + service.index(), before, held);
    }

    fn change(&mut self, now: SimTime, pool: PoolId, holder: usize, before: &Totals, held: &Totals) {
        self.cross(now);
        let Some(&(kind, _, accelerated, _)) = self.pools.get(pool.index()) else { return };
        let headline =
            |totals: &Totals| u128::from(if accelerated { totals.accelerators_milli } else { totals.cores_milli });
        let Some(level) = self.levels.get_mut(kind * (self.holders.len() + 1) + 1 + holder) else { return };
        level.set(now, (level.value + headline(held)).saturating_sub(headline(before)));
    }

    /// Closes the intervals that ended.
    fn cross(&mut self, now: SimTime) {
        while self.border <= now && self.border < SimTime::MAX {
            self.cut(self.border);
            if self.slices.len() >= INTERVALS_MAX {
                self.coarsen();
            }
            self.border = SimTime((self.slices.len() as u64 + 1).saturating_mul(self.interval.0));
        }
    }

    fn cut(&mut self, at: SimTime) {
        let take = |level: &mut Level| {
            level.advance(at);
            std::mem::take(&mut level.sum)
        };
        self.slices.push(self.levels.iter_mut().map(take).collect());
    }

    fn coarsen(&mut self) {
        let join = |pair: &[Vec<u128>]| -> Vec<u128> {
            let [first, second] = pair else { return pair.concat() };
            first.iter().zip(second).map(|(a, b)| a.saturating_add(*b)).collect()
        };
        self.slices = self.slices.chunks(2).map(join).collect();
        self.interval = SimDuration(self.interval.0.saturating_mul(2));
    }

    pub(super) fn finish(mut self, end: SimTime) -> Usage {
        self.cross(end);
        if self.slices.len() as u64 * self.interval.0 < end.0 {
            self.cut(end);
        }
        let span = |at: usize| {
            let start = at as u64 * self.interval.0;
            u128::from(end.0.min(start.saturating_add(self.interval.0)).saturating_sub(start))
        };
        // Thousandths × ns.
        let mean = |at: usize, sum: u128| ratio(sum, span(at).saturating_mul(1000)).unwrap_or_default();
        let series = |level: usize| -> Vec<f64> {
            self.slices.iter().enumerate().map(|(at, slice)| mean(at, slice[level])).collect()
        };
        let kinds = 0..self.kinds.len();
        let each = self.holders.len() + 1;
        let start = |at: usize| seconds(u128::from(at as u64 * self.interval.0)).unwrap_or_default();
        Usage {
            start_s: (0..self.slices.len()).map(start).collect(),
            end_s: seconds(u128::from(end.0)).unwrap_or_default(),
            open_mean: kinds.clone().map(|kind| series(kind * each)).collect(),
            held_mean: kinds.map(|kind| (1..each).map(|holder| series(kind * each + holder)).collect()).collect(),
            kinds: self.kinds.clone(),
            holders: self.holders.clone(),
        }
    }
}
