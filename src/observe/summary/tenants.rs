//! Figures of tenants and fairness between them.

use super::Summary;
use super::area::{hours, kwh, pico, spread};
use super::build::{Extended, mean_wait, micro};
use super::flat::flat;
use crate::model::TenantId;
use crate::observe::Quantiles;
use crate::observe::metrics::{PPB, Sums, TenantTally, ratio};

flat! {
    /// One tenant.
    TenantSummary: [] {
        /// Its name.
        pub tenant: String,
        /// The share that fair-share owes it, relative to others.
        pub weight: f64,
        /// Jobs submitted in the window whose story ended.
        pub jobs: u64,
        /// Of those, completed.
        pub completed: u64,
        /// Of those, rejected.
        pub rejected: u64,
        /// Mean wait of those that started.
        pub wait_mean_s: Option<f64>,
        /// Mean bounded slowdown of those that completed.
        pub bounded_slowdown_mean: Option<f64>,
        /// Headline capacity held × time, in unit-hours.
        pub used_h: f64,
        /// The same over all tenants' use.
        pub used_share: Option<f64>,
        /// Price of its transfers.
        pub transfer_cost_cny: f64,
        /// Energy attributed to its jobs.
        pub caused_energy_kwh: f64,
        /// Cost of that energy.
        pub caused_energy_cost_cny: f64,
        /// Carbon of that energy.
        pub caused_carbon_kg: f64,
        /// The same without contracted green power.
        pub caused_carbon_market_kg: f64,
    }
}

flat! {
    /// The tenants of one group together.
    TenantGroupSummary: [] {
        /// Its name.
        pub name: String,
        /// Tenants of it with a job in the window.
        pub tenants: u64,
        /// Their jobs.
        pub jobs: u64,
        /// Of those, completed.
        pub completed: u64,
        /// Of those, rejected.
        pub rejected: u64,
        /// Mean wait of the jobs that started.
        pub wait_mean_s: Option<f64>,
        /// Median over tenants of their mean wait.
        pub tenant_wait_median_s: Option<f64>,
        /// 95th percentile over tenants of their mean wait.
        pub tenant_wait_p95_s: Option<f64>,
        /// The longest mean wait of a tenant.
        pub tenant_wait_max_s: Option<f64>,
        /// Mean bounded slowdown of the jobs that completed.
        pub bounded_slowdown_mean: Option<f64>,
        /// Jain's index of its tenants' mean bounded slowdowns.
        pub fairness_slowdown: Option<f64>,
        /// Headline capacity held × time, in unit-hours.
        pub used_h: f64,
        /// The same over all tenants' use.
        pub used_share: Option<f64>,
    }
}

impl Extended<'_> {
    pub(super) fn tenants(&self) -> Vec<(TenantId, TenantTally)> {
        let ids = (0..self.metrics.tenants.len()).map(TenantId::from_index);
        let mut tenants: Vec<_> = ids.zip(self.metrics.tenants.iter().copied()).collect();
        self.metrics.add_running(self.end, &self.meters, |_, tenant, caused| {
            if let Some((_, tally)) = tenants.get_mut(tenant.index()) {
                tally.caused.add(caused);
            }
        });
        tenants
    }

    pub(super) fn tenant(&self, id: TenantId, tally: &TenantTally, all: u128) -> TenantSummary {
        let sums = &tally.sums;
        TenantSummary {
            tenant: self.metrics.platform.tenants.name(id),
            weight: self.weight(id),
            jobs: sums.outcomes.jobs(),
            completed: sums.outcomes.completed,
            rejected: sums.outcomes.rejected(),
            wait_mean_s: mean_wait(sums),
            bounded_slowdown_mean: mean_slowdown(sums),
            used_h: hours(tally.caused.used),
            used_share: ratio(tally.caused.used, all),
            transfer_cost_cny: micro(sums.transfer_micro_cny),
            caused_energy_kwh: kwh(tally.caused.bill.energy),
            caused_energy_cost_cny: pico(tally.caused.bill.cost),
            caused_carbon_kg: pico(tally.caused.bill.carbon),
            caused_carbon_market_kg: pico(tally.caused.carbon_market),
        }
    }

    /// All groups; of each, the tenants with a job in the window.
    pub(super) fn groups_of(&self, tenants: &[(TenantId, TenantTally)], all: u128) -> Vec<TenantGroupSummary> {
        let groups = self.metrics.platform.tenants.groups.iter();
        let members = groups.map(|group| {
            let first = group.first.index().min(tenants.len());
            let end = (first + group.count as usize).min(tenants.len());
            let active = tenants[first..end].iter().map(|(_, tally)| tally);
            (group.name.clone(), active.filter(|tally| tally.sums.outcomes.jobs() > 0).collect::<Vec<_>>())
        });
        members.map(|(name, members)| group(name, &members, all)).collect()
    }

    fn weight(&self, id: TenantId) -> f64 {
        self.metrics.platform.tenants.group(id).map_or(1.0, |group| group.weight)
    }

    pub(super) fn fairness(&self, tenants: &[(TenantId, TenantTally)], summary: &mut Summary) {
        summary.fairness_slowdown = jain(tenants.iter().filter_map(|(_, tally)| mean_slowdown(&tally.sums)));
        summary.fairness_usage = jain(
            tenants
                .iter()
                .filter(|(id, tally)| tally.sums.outcomes.jobs() > 0 && self.weight(*id) > 0.0)
                .map(|(id, tally)| hours(tally.caused.used) / self.weight(*id)),
        );
    }
}

/// The tenants of a group together.
fn group(name: String, members: &[&TenantTally], all: u128) -> TenantGroupSummary {
    let mut sums = Sums::default();
    let mut used = 0u128;
    let mut waits = Quantiles::default();
    for tally in members {
        sums.add(&tally.sums);
        used = used.saturating_add(tally.caused.used);
        if tally.sums.started > 0 {
            waits.record(u64::try_from(tally.sums.wait / u128::from(tally.sums.started)).unwrap_or(u64::MAX));
        }
    }
    let [_, median, p95, _, max] = spread(&waits, 1_000_000_000);
    TenantGroupSummary {
        name,
        tenants: members.len() as u64,
        jobs: sums.outcomes.jobs(),
        completed: sums.outcomes.completed,
        rejected: sums.outcomes.rejected(),
        wait_mean_s: mean_wait(&sums),
        tenant_wait_median_s: median,
        tenant_wait_p95_s: p95,
        tenant_wait_max_s: max,
        bounded_slowdown_mean: mean_slowdown(&sums),
        fairness_slowdown: jain(members.iter().filter_map(|tally| mean_slowdown(&tally.sums))),
        used_h: hours(used),
        used_share: ratio(used, all),
    }
}

/// What all tenants used together.
pub(super) fn total_use(tenants: &[(TenantId, TenantTally)]) -> u128 {
    tenants.iter().fold(0u128, |sum, (_, t)| sum.saturating_add(t.caused.used))
}

fn mean_slowdown(sums: &Sums) -> Option<f64> {
    ratio(sums.slowdown_ppb, u128::from(sums.slowdowns) * PPB)
}

/// Jain's fairness index `(Σx)² / (n Σx²)`: 1 where all are equal, 1/n where one has all. R. Jain, D.-M. Chiu, W. Hawe, "A quantitative measure of fairness
/// and discrimination for resource allocation in shared computer systems", DEC TR-301, 1984. `None` without values or where all are 0.
fn jain(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum, squares) = values.fold((0.0, 0.0, 0.0), |(n, s, q), x| (n + 1.0, s + x, q + x * x));
    (squares > 0.0).then(|| sum * sum / (count * squares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fairness_is_worked_by_hand() {
        let index = |values: &[f64]| jain(values.iter().copied());
        // Equal: (3 × 2)² / (3 × 12) = 1. One of four has all: 25 / (4 × 25) = 1/4. 1 and 3: 16 / (2 × 10) = 0.8.
        assert!((index(&[2.0, 2.0, 2.0]).unwrap() - 1.0).abs() < 1e-15);
        assert!((index(&[0.0, 5.0, 0.0, 0.0]).unwrap() - 0.25).abs() < 1e-15);
        assert!((index(&[1.0, 3.0]).unwrap() - 0.8).abs() < 1e-15);
        assert_eq!(index(&[]), None);
        assert_eq!(index(&[0.0]), None);
    }

    #[test]
    fn a_group_is_its_tenants_together() {
        let tenant = |waits: &[u64], slowdown: u128, used: u128| {
            let mut tally = TenantTally::default();
            tally.sums.outcomes.completed = waits.len() as u64;
            tally.sums.started = waits.len() as u64;
            tally.sums.wait = waits.iter().map(|wait| u128::from(*wait) * 1_000_000_000).sum();
            tally.sums.slowdowns = 1;
            tally.sums.slowdown_ppb = slowdown * PPB;
            tally.caused.used = used * 3_600_000_000_000_000;
            tally
        };
        // Mean waits of the tenants 10 s, 20 s and 60 s; of the jobs (10 + 20 + 20 + 60) / 4 = 27.5 s. Slowdowns 1, 1, 4: (6)² / (3 × 18).
        let tenants = [tenant(&[10], 1, 1), tenant(&[20, 20], 1, 2), tenant(&[60], 4, 3)];
        let group = group("firms".to_owned(), &tenants.iter().collect::<Vec<_>>(), 12 * 3_600_000_000_000_000);
        assert_eq!((group.tenants, group.jobs, group.wait_mean_s), (3, 4, Some(27.5)));
        assert_eq!((group.tenant_wait_median_s, group.tenant_wait_max_s), (Some(20.0), Some(60.0)));
        assert_eq!((group.used_h, group.used_share, group.bounded_slowdown_mean), (6.0, Some(0.5), Some(2.0)));
        assert!((group.fairness_slowdown.unwrap() - 2.0 / 3.0).abs() < 1e-15);
    }
}
