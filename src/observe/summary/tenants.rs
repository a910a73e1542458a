//! Figures of tenants and fairness between them.

use super::area::{hours, kwh, pico};
use super::build::{Extended, mean_wait, micro};
use super::{Summary, TenantSummary};
use crate::model::TenantId;
use crate::observe::metrics::{PPB, Sums, TenantTally, ratio};

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
        }
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
}
