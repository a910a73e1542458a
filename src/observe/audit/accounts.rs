//! Utilization, energy, waits and outcomes once more, in another way than the metrics: jobs by their intervals from start to end,
//! nodes by theirs between two changes.

use crate::model::caches::bring;
use crate::model::dense::Dense;
use crate::model::slots::{Key, Slots};
use crate::model::{Job, Outcome, Platform, Pool, PoolId, RejectReason, Totals};
use crate::signals::Series;
use crate::units::SimTime;

/// Joules (W s) in a kilowatt-hour.
const JOULES_PER_KWH: f64 = 3.6e6;
/// PUE is in ten-thousandths, power in milliwatts, time in nanoseconds: their product in joules.
const JOULES: f64 = 1e-4 * 1e-3 * 1e-9;

/// What is added up for one pool.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PoolSums {
    open: u64,
    closed: u64,
    since: SimTime,
    /// Open headline-thousandth-nanoseconds.
    capacity: u128,
    /// Headline-thousandth-nanoseconds held by jobs that ended.
    held: u128,
    /// Core- and accelerator-thousandth-nanoseconds held, each nanosecond times PUE.
    cores_pue: u128,
    cards_pue: u128,
    /// Node-nanoseconds times PUE.
    nodes_pue: u128,
    /// Closed node-nanoseconds times their load in parts per million times PUE.
    closed_pue: u128,
}

/// A job, or a service in a pool, that holds nodes.
#[derive(Debug, Clone, Copy)]
struct Holder {
    pool: PoolId,
    cores: u64,
    cards: u64,
    started: SimTime,
}

impl Holder {
    const fn new(pool: PoolId, held: &Totals, started: SimTime) -> Self {
        Self { pool, cores: held.cores_milli, cards: held.accelerators_milli, started }
    }
}

/// All sums of the window.
#[derive(Debug, Clone)]
pub(super) struct Accounts {
    opened: SimTime,
    pools: Vec<PoolSums>,
    running: Slots<Holder>,
    /// What services hold, by service and pool.
    serving: Dense<Holder>,
    /// Jobs submitted in the window, by outcome.
    pub(super) completed: u64,
    pub(super) killed: u64,
    pub(super) lost: u64,
    pub(super) unfinished: u64,
    pub(super) rejected: [u64; RejectReason::ALL.len()],
    /// Jobs among them that started, and the sum of their waits.
    pub(super) started: u64,
    pub(super) waits: u128,
}

/// What a pool's jobs and nodes come to by an instant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PoolTotals {
    pub(super) held: u128,
    pub(super) capacity: u128,
    pub(super) energy_kwh: f64,
}

impl Accounts {
    pub(super) fn new(pools: usize) -> Self {
        Self {
            opened: SimTime::ZERO,
            pools: vec![PoolSums::default(); pools],
            running: Slots::new(),
            serving: Dense::new(),
            completed: 0,
            killed: 0,
            lost: 0,
            unfinished: 0,
            rejected: [0; RejectReason::ALL.len()],
            started: 0,
            waits: 0,
        }
    }

    /// The window opens: only what comes now counts, of jobs and nodes that are there the rest of their time.
    pub(super) fn open(&mut self, now: SimTime) {
        let keep =
            |sums: &PoolSums| PoolSums { open: sums.open, closed: sums.closed, since: now, ..PoolSums::default() };
        let pools = self.pools.iter().map(keep).collect();
        *self =
            Self { opened: now, pools, running: self.running.clone(), serving: self.serving.clone(), ..Self::new(0) };
    }

    pub(super) fn set_nodes(&mut self, now: SimTime, platform: &Platform, pool: PoolId, open: u64, closed: u64) {
        let sums = &mut self.pools[pool.index()];
        sums.add_nodes(now, platform, pool);
        (sums.open, sums.closed) = (open, closed);
    }

    pub(super) fn job_started(&mut self, now: SimTime, job: &Job, pool: PoolId, held: &Totals) {
        self.running.insert(job.key(), Holder::new(pool, held, now));
    }

    pub(super) fn job_ended(&mut self, now: SimTime, platform: &Platform, job: &Job) {
        if let Some(holder) = self.running.remove(job.key()) {
            self.pools[holder.pool.index()].add_held(now, platform, &holder, self.opened);
        }
    }

    /// A service holds something else of a pool; `key` is that of both.
    pub(super) fn service_holds(&mut self, now: SimTime, platform: &Platform, key: u64, pool: PoolId, held: &Totals) {
        if let Some(holder) = self.serving.remove(key) {
            self.pools[holder.pool.index()].add_held(now, platform, &holder, self.opened);
        }
        if held.cores_milli > 0 || held.accelerators_milli > 0 {
            self.serving.insert(key, Holder::new(pool, held, now));
        }
    }

    /// Counts a job that finished, if it was submitted in the window.
    pub(super) fn count(&mut self, submit: SimTime, outcome: Outcome, wait: Option<u64>) {
        if submit < self.opened {
            return;
        }
        match outcome {
            Outcome::Completed => self.completed += 1,
            Outcome::Killed => self.killed += 1,
            Outcome::Lost => self.lost += 1,
            Outcome::Unfinished => self.unfinished += 1,
            Outcome::Rejected(reason) => {
                if let Some(at) = RejectReason::ALL.iter().position(|other| *other == reason) {
                    self.rejected[at] += 1;
                }
            }
        }
        if let Some(wait) = wait {
            self.started += 1;
            self.waits += u128::from(wait);
        }
    }

    /// Brings what is kept of a job and its pool into the caches.
    pub(super) fn bring(&self, job: Key, pool: PoolId) {
        self.running.bring(job);
        if let Some(sums) = self.pools.get(pool.index()) {
            bring(&sums.held);
        }
    }

    /// What each pool comes to by `end`; jobs and nodes that are there go on until then.
    pub(super) fn totals(&self, end: SimTime, platform: &Platform) -> Vec<PoolTotals> {
        let mut pools = self.pools.clone();
        for holder in self.running.values().chain(self.serving.values()) {
            pools[holder.pool.index()].add_held(end, platform, holder, self.opened);
        }
        for (id, sums) in pools.iter_mut().enumerate() {
            sums.add_nodes(end, platform, PoolId::from_index(id));
        }
        pools.iter().zip(&platform.pools).map(|(sums, pool)| sums.totals(pool)).collect()
    }
}

impl PoolSums {
    fn add_held(&mut self, end: SimTime, platform: &Platform, holder: &Holder, opened: SimTime) {
        let from = holder.started.max(opened);
        let (cores, cards) = (u128::from(holder.cores), u128::from(holder.cards));
        let headline = if platform.pools[holder.pool.index()].accelerated() { cards } else { cores };
        self.held += headline * u128::from(end.since(from).0);
        let pue = platform.center_of(holder.pool).pue.integral(from, end);
        self.cores_pue += cores * pue;
        self.cards_pue += cards * pue;
    }

    fn add_nodes(&mut self, now: SimTime, platform: &Platform, id: PoolId) {
        let pool = &platform.pools[id.index()];
        let pue = &platform.center_of(id).pue;
        self.capacity +=
            u128::from(self.open) * u128::from(pool.headline_per_node()) * u128::from(now.since(self.since).0);
        self.nodes_pue += u128::from(self.open + self.closed) * pue.integral(self.since, now);
        if self.closed > 0 {
            self.closed_pue += u128::from(self.closed) * integral_of_product(&pool.closed_load, pue, self.since, now);
        }
        self.since = self.since.max(now);
    }

    fn totals(&self, pool: &Pool) -> PoolTotals {
        let busy = pool.power_peak.0.saturating_sub(pool.power_idle.0) as f64;
        let of_cores = self.cores_pue as f64 / f64::from(pool.node.cores_milli);
        // The formula as it is stated, in floating point; the metrics have it in integer weights.
        let in_use = if pool.accelerated() {
            let share = f64::from(pool.power_weights.cores_ppm()) / 1e6;
            (1.0 - share) * (self.cards_pue as f64 / (f64::from(pool.node.cards) * 1000.0)) + share * of_cores
        } else {
            of_cores
        };
        let dynamic = busy * (in_use + self.closed_pue as f64 / 1e6);
        let all = pool.power_idle.0 as f64 * self.nodes_pue as f64 + dynamic;
        PoolTotals { held: self.held, capacity: self.capacity, energy_kwh: all * JOULES / JOULES_PER_KWH }
    }
}

/// The integral of two series' product, from change to change.
fn integral_of_product(one: &Series, other: &Series, from: SimTime, to: SimTime) -> u128 {
    match (one, other) {
        (Series::Constant(factor), series) | (series, Series::Constant(factor)) => {
            u128::from(*factor) * series.integral(from, to)
        }
        _ => {
            let (mut sum, mut at) = (0, from);
            while at < to {
                let next = [one.next_change(at), other.next_change(at)].into_iter().flatten().fold(to, SimTime::min);
                sum += u128::from(one.at(at)) * u128::from(other.at(at)) * u128::from(next.since(at).0);
                at = next;
            }
            sum
        }
    }
}
