//! Fair-share over tenants: least decayed usage for its weight first.
//!
//! Usage of tenant k at t: `U_k(t) = sum_j c_j 2^(-(t - t_j) / half-life)` over its jobs j started at t_j, with c_j = units of
//! the headline resource x seconds held (the estimate while a job runs, what it really held once it has ended: so a tenant pays
//! at the start and cannot flood the pool before its first job ends). The rank is `U_k / weight_k`. All usages decay alike,
//! so the order changes only with charges: sums are kept scaled up by `2^((t_j - epoch) / half-life)` and never touched by time.
//!
//! After the decayed-usage factor of multifactor priorities (Slurm; Kay and Lauder, "A fair share scheduler", CACM 1988).

use super::usage::Usages;
use super::{Changes, Charged, Facts, Order, Rank};
use crate::model::TenantId;
use crate::units::{SimDuration, SimTime};

/// Beyond it the sums are scaled down: 2^256, after so many half-lives, is far from the largest double.
const SCALE_MAX: f64 = (1u128 << 127) as f64 * (1u128 << 127) as f64 * 4.0;

/// Least decayed usage for its weight first.
#[derive(Debug, Clone)]
pub struct FairShare {
    half_life: SimDuration,
    epoch: SimTime,
    scaled: Usages,
    /// Tenants whose ranks changed, where not those of all did.
    charged: Vec<TenantId>,
    all_changed: bool,
}

impl FairShare {
    /// No usage yet. A half-life of zero counts as one nanosecond.
    #[must_use]
    pub fn new(half_life: SimDuration) -> Self {
        Self { half_life, epoch: SimTime::ZERO, scaled: Usages::default(), charged: Vec::new(), all_changed: false }
    }

    /// How much a charge of the instant `at` is scaled up.
    fn scale(&self, at: SimTime) -> f64 {
        let lives = |from: SimTime, to: SimTime| to.since(from).0 as f64 / self.half_life.0.max(1) as f64;
        libm::exp2(if at < self.epoch { -lives(at, self.epoch) } else { lives(self.epoch, at) })
    }

    fn charge(&mut self, job: &Facts, at: SimTime, seconds: f64) {
        let mut scale = self.scale(at);
        if scale > SCALE_MAX {
            self.scaled.scale(1.0 / scale);
            self.epoch = at;
            self.all_changed = true;
            scale = self.scale(at);
        }
        let charge = job.size() * seconds * scale;
        let usage = self.scaled.get_mut(job.tenant);
        *usage = (*usage + charge).max(0.0);
        if !self.all_changed && self.charged.last() != Some(&job.tenant) {
            self.charged.push(job.tenant);
        }
    }

    /// Decayed usage of a tenant at an instant, in units of the headline resource x seconds.
    #[must_use]
    pub fn usage(&self, tenant: TenantId, at: SimTime) -> f64 {
        self.scaled.get(tenant) / self.scale(at)
    }
}

impl Order for FairShare {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        let usage = self.scaled.get(job.tenant);
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
        self.charge(job, now, job.estimate.as_secs_f64());
    }

    fn ended(&mut self, job: &Facts, started: SimTime, now: SimTime) {
        let held = now.since(started).as_secs_f64();
        self.charge(job, started, held - job.estimate.as_secs_f64());
    }
}
