//! Fair-share over tenants: least decayed usage for its weight first.
//!
//! A job uses its dominant share of a node ([`Pool::dominant_share`](crate::model::Pool::dominant_share)) for as long as it runs. The usage of
//! tenant k at time t is
//!
//! `U_k(t) = sum over its jobs of c_j x integral of 2^(-(t - u) / half-life) du while j ran + sum over its running jobs of c_j x max(0, end_j - t)`
//!
//! with c_j the share and end_j the start plus the estimate of job j. The first sum accrues and decays continuously (the decayed-usage factor of
//! multifactor priorities: Slurm; Kay and Lauder, "A fair share scheduler", CACM 1988). The second counts the time that running jobs still have
//! from their estimates, so that a tenant cannot flood the pool before its first job ends. The rank is `U_k / weight_k`.
//!
//! The usages of tenants without running jobs all decay alike and keep their order, so their sums are kept scaled up by
//! `2^((t - epoch) / half-life)` and never touched by time. Only tenants with running jobs are ranked again as time passes.

use super::usage::Usages;
use super::{Changes, Charged, Facts, Order, Rank};
use crate::model::TenantId;
use crate::model::dense::Dense;
use crate::units::{SimDuration, SimTime};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The epoch moves on by so many half-lives at a time: 2^256 is far from the largest double.
const EPOCH_LIVES: u64 = 256;

/// Fractions of a node in [`Facts::share`].
const SHARE_ONE: f64 = (1_u64 << 32) as f64;

/// Nanoseconds in a second.
const SECOND: f64 = 1e9;

/// What the running jobs of a tenant use.
#[derive(Debug, Clone, Copy, Default)]
struct Accrual {
    /// Up to when their use is in the sum.
    since: SimTime,
    jobs: u32,
    /// Sum of their shares.
    rate: u64,
    /// Of those whose estimates last beyond now: sum of shares, and of shares x expected ends (ns).
    expected_rate: u64,
    expected_ends: u128,
}

/// Least decayed usage for its weight first.
#[derive(Debug, Clone)]
pub struct FairShare {
    half_life: SimDuration,
    /// How often the epoch has moved on.
    epoch: u64,
    /// Decayed usage in shares x seconds up to [`Accrual::since`], scaled up.
    scaled: Usages,
    /// Tenants with running jobs.
    running: Dense<Accrual>,
    accruing: usize,
    /// Shares of running jobs by expected end and tenant, where that lies ahead.
    expected: BTreeMap<(SimTime, TenantId), u64>,
    /// The latest instant, and the scale then.
    now: SimTime,
    scale: f64,
    /// Tenants whose ranks changed, where not those of all did.
    charged: Vec<TenantId>,
    all_changed: bool,
}

impl FairShare {
    /// No usage yet. A half-life of zero counts as one nanosecond.
    #[must_use]
    pub fn new(half_life: SimDuration) -> Self {
        Self {
            half_life: half_life.max(SimDuration(1)),
            epoch: 0,
            scaled: Usages::default(),
            running: Dense::new(),
            accruing: 0,
            expected: BTreeMap::new(),
            now: SimTime::ZERO,
            scale: 1.0,
            charged: Vec::new(),
            all_changed: false,
        }
    }

    /// How many half-lives a span lasts.
    fn lives(&self, span: SimDuration) -> f64 {
        span.0 as f64 / self.half_life.0 as f64
    }

    /// How much the usage of the instant `at` is scaled up.
    fn scale_at(&self, at: SimTime) -> f64 {
        if at == self.now {
            return self.scale;
        }
        let epoch = SimTime(self.epoch.saturating_mul(self.half_life.0.saturating_mul(EPOCH_LIVES)));
        libm::exp2(if at < epoch { -self.lives(epoch.since(at)) } else { self.lives(at.since(epoch)) })
    }

    /// What is not in the scaled sum of a tenant with running jobs, in shares x seconds: what they used since, and their expected time left.
    fn open_use(&self, accrual: &Accrual, at: SimTime) -> f64 {
        let left = accrual.expected_ends.saturating_sub(u128::from(accrual.expected_rate) * u128::from(at.0));
        self.accrued(accrual, at) + left as f64 / (SHARE_ONE * SECOND)
    }

    /// What running jobs used since it was last added to the sum: `rate x integral of 2^(-u / half-life) du`, in shares x seconds.
    fn accrued(&self, accrual: &Accrual, at: SimTime) -> f64 {
        let mean_life = self.half_life.0 as f64 / SECOND / std::f64::consts::LN_2;
        let decayed = -libm::expm1(-self.lives(at.since(accrual.since)) * std::f64::consts::LN_2);
        accrual.rate as f64 / SHARE_ONE * mean_life * decayed
    }

    /// Adds what a tenant's running jobs used up to now to its sum, and lets `change` change what runs.
    fn settle(&mut self, tenant: TenantId, change: impl FnOnce(&mut Accrual)) {
        let number = tenant.0.into();
        let mut accrual = self.running.get(number).copied().unwrap_or_default();
        if accrual.jobs > 0 {
            let used = self.accrued(&accrual, self.now) * self.scale;
            *self.scaled.get_mut(tenant) += used;
        }
        let before = accrual.jobs;
        accrual.since = self.now;
        change(&mut accrual);
        if accrual.jobs == 0 {
            self.running.remove(number);
        } else if let Some(kept) = self.running.get_mut(number) {
            *kept = accrual;
        } else {
            self.running.insert(number, accrual);
        }
        self.accruing = self.accruing + usize::from(accrual.jobs > 0) - usize::from(before > 0);
        if !self.all_changed && self.charged.last() != Some(&tenant) {
            self.charged.push(tenant);
        }
    }

    /// What a tenant is expected to hold until `end`, where that lies ahead: `after` in place of `before`.
    fn expect(&mut self, end: SimTime, tenant: TenantId, before: u64, after: u64) {
        if end <= self.now {
            return;
        }
        match self.expected.entry((end, tenant)) {
            Entry::Vacant(none) if after > 0 => _ = none.insert(after),
            Entry::Vacant(_) => {}
            Entry::Occupied(mut share) => {
                *share.get_mut() = share.get().saturating_sub(before) + after;
                if *share.get() == 0 {
                    share.remove();
                }
            }
        }
    }

    /// Usage of a tenant at an instant, now or later, in nodes x seconds.
    #[must_use]
    pub fn usage(&self, tenant: TenantId, at: SimTime) -> f64 {
        let open = self.running.get(tenant.0.into()).map_or(0.0, |accrual| self.open_use(accrual, at));
        self.scaled.get(tenant) / self.scale_at(at) + open
    }
}

impl Order for FairShare {
    fn rank(&self, job: &Facts, now: SimTime) -> Rank {
        let mut usage = self.scaled.get(job.tenant);
        if let Some(accrual) = self.running.get(job.tenant.0.into()) {
            usage += self.open_use(accrual, now) * self.scale_at(now);
        }
        Rank::ascending(if job.weight > 0.0 { usage / job.weight } else { f64::INFINITY })
    }

    fn bring(&self, tenant: TenantId) {
        self.scaled.bring(tenant);
    }

    fn changes(&self) -> Changes {
        Changes::WithTenant
    }

    fn weighs_tenants(&self) -> bool {
        true
    }

    fn advance(&mut self, now: SimTime) -> bool {
        if now <= self.now {
            return self.all_changed;
        }
        let epoch = now.0 / self.half_life.0.saturating_mul(EPOCH_LIVES);
        if epoch > self.epoch {
            // A power of two: only what is nothing by now is rounded.
            let lives = (epoch - self.epoch).saturating_mul(EPOCH_LIVES);
            self.scaled.scale(libm::exp2(-(lives as f64)));
            self.epoch = epoch;
            self.all_changed = true;
        }
        self.scale = self.scale_at(now);
        self.now = now;
        while let Some(entry) = self.expected.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((end, tenant), share) = entry.remove_entry();
            if let Some(accrual) = self.running.get_mut(tenant.0.into()) {
                accrual.expect_less(end, share);
            }
        }
        self.all_changed
    }

    fn accruing(&self) -> usize {
        self.accruing
    }

    fn accrues(&self, tenant: TenantId) -> bool {
        self.running.get(tenant.0.into()).is_some()
    }

    fn list_accruing(&self, tenants: &mut Vec<TenantId>) {
        tenants.extend(self.running.numbers().filter_map(|number| u32::try_from(number).ok()).map(TenantId));
        tenants.sort_unstable();
    }

    fn charged(&mut self, tenants: &mut Vec<TenantId>) -> Charged {
        if std::mem::take(&mut self.all_changed) {
            self.charged.clear();
            return Charged::All;
        }
        // Both lists keep their memory.
        std::mem::swap(tenants, &mut self.charged);
        tenants.sort_unstable();
        tenants.dedup();
        Charged::Tenants
    }

    fn started(&mut self, job: &Facts, now: SimTime) {
        self.advance(now);
        let end = now + job.estimate;
        self.expect(end, job.tenant, 0, job.share);
        self.settle(job.tenant, |accrual| {
            accrual.jobs += 1;
            accrual.rate += job.share;
            if end > now {
                accrual.expect(end, job.share);
            }
        });
    }

    fn resized(&mut self, job: &Facts, share: u64, started: SimTime, now: SimTime) {
        self.advance(now);
        let end = started + job.estimate;
        self.expect(end, job.tenant, job.share, share);
        self.settle(job.tenant, |accrual| {
            accrual.rate = accrual.rate.saturating_sub(job.share) + share;
            if end > now {
                accrual.expect_less(end, job.share);
                accrual.expect(end, share);
            }
        });
    }

    fn ended(&mut self, job: &Facts, started: SimTime, now: SimTime) {
        self.advance(now);
        let end = started + job.estimate;
        self.expect(end, job.tenant, job.share, 0);
        self.settle(job.tenant, |accrual| {
            accrual.jobs = accrual.jobs.saturating_sub(1);
            accrual.rate = accrual.rate.saturating_sub(job.share);
            if end > now {
                accrual.expect_less(end, job.share);
            }
        });
    }
}

impl Accrual {
    /// A share is expected to be held until `end`.
    fn expect(&mut self, end: SimTime, share: u64) {
        self.expected_rate += share;
        self.expected_ends += u128::from(share) * u128::from(end.0);
    }

    /// A share is no longer expected to be held until `end`.
    fn expect_less(&mut self, end: SimTime, share: u64) {
        self.expected_rate = self.expected_rate.saturating_sub(share);
        self.expected_ends = self.expected_ends.saturating_sub(u128::from(share) * u128::from(end.0));
    }
}
