//! Fair-share over tenants: least decayed usage for its weight first.
//!
//! Usage of tenant k at t: `U_k(t) = sum_j c_j 2^(-(t - t_j) / half-life)` over its jobs j started at t_j, with c_j = units of
//! the headline resource x seconds held (the estimate while a job runs, what it really held once it has ended: so a tenant pays
//! at the start and cannot flood the pool before its first job ends). The rank is `U_k / weight_k`. All usages decay alike,
//! so the order changes only with charges: sums are kept scaled up by `2^((t_j - epoch) / half-life)` and never touched by time.
//!
//! After the decayed-usage factor of multifactor priorities (Slurm; Kay and Lauder, "A fair share scheduler", CACM 1988).

use super::{Changes, Charged, Facts, Order, Rank};
use crate::model::TenantId;
use crate::model::dense::Dense;
use crate::units::{SimDuration, SimTime};

/// Beyond it the sums are scaled down: 2^256, after so many half-lives, is far from the largest double.
const SCALE_MAX: f64 = (1u128 << 127) as f64 * (1u128 << 127) as f64 * 4.0;

/// Least decayed usage for its weight first.
#[derive(Debug, Clone)]
pub struct FairShare {
    half_life: SimDuration,
    epoch: SimTime,
    /// By tenant. Every job asks three times, and thousands of tenants are known to each of many pools.
    scaled: Dense<f64>,
    charged: Charged,
}

impl FairShare {
    /// No usage yet. A half-life of zero counts as one nanosecond.
    #[must_use]
    pub fn new(half_life: SimDuration) -> Self {
        Self { half_life, epoch: SimTime::ZERO, scaled: Dense::new(), charged: Charged::default() }
    }

    /// The sum of a tenant.
    fn scaled(&self, tenant: TenantId) -> f64 {
        self.scaled.get(tenant.0.into()).copied().unwrap_or(0.0)
    }

    /// How much a charge of the instant `at` is scaled up.
    fn scale(&self, at: SimTime) -> f64 {
        let lives = |from: SimTime, to: SimTime| to.since(from).0 as f64 / self.half_life.0.max(1) as f64;
        libm::exp2(lives(self.epoch, at) - lives(at, self.epoch))
    }

    fn charge(&mut self, job: &Facts, at: SimTime, seconds: f64) {
        let mut scale = self.scale(at);
        if scale > SCALE_MAX {
            let down = 1.0 / scale;
            for usage in self.scaled.values_mut() {
                *usage *= down;
            }
            self.epoch = at;
            self.charged = Charged::All;
            scale = self.scale(at);
        }
        let charge = job.size() * seconds * scale;
        match self.scaled.get_mut(job.tenant.0.into()) {
            Some(usage) => *usage = (*usage + charge).max(0.0),
            None => {
                self.scaled.insert(job.tenant.0.into(), (0.0 + charge).max(0.0));
            }
        }
        if let Charged::Tenants(tenants) = &mut self.charged {
            tenants.push(job.tenant);
        }
    }

    /// Decayed usage of a tenant at an instant, in units of the headline resource x seconds.
    #[must_use]
    pub fn usage(&self, tenant: TenantId, at: SimTime) -> f64 {
        self.scaled(tenant) / self.scale(at)
    }
}

impl Order for FairShare {
    fn rank(&self, job: &Facts, _now: SimTime) -> Rank {
        let usage = self.scaled(job.tenant);
        Rank::ascending(if job.weight > 0.0 { usage / job.weight } else { f64::INFINITY })
    }

    fn changes(&self) -> Changes {
        Changes::WithTenant
    }

    fn charged(&mut self) -> Charged {
        let mut charged = std::mem::take(&mut self.charged);
        if let Charged::Tenants(tenants) = &mut charged {
            tenants.sort_unstable();
            tenants.dedup();
        }
        charged
    }

    fn started(&mut self, job: &Facts, now: SimTime) {
        self.charge(job, now, job.estimate.as_secs_f64());
    }

    fn ended(&mut self, job: &Facts, started: SimTime, now: SimTime) {
        let held = now.since(started).as_secs_f64();
        self.charge(job, started, held - job.estimate.as_secs_f64());
    }
}
