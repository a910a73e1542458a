//! Work done, and what a unit of it is attributed: figures in which stacks can be compared that do not do the same work.

use super::Summary;
use super::area::{kwh, pico};
use super::build::Extended;
use crate::observe::metrics::{Caused, WorkTally, ratio};

/// Thousandths × ns × millionths of a card-hour or core-hour.
const UNIT_HOUR: u128 = 3_600_000_000_000_000_000_000;

/// Energy, cost and carbon of a unit of work; `None` where there was none.
fn of_each(caused: &Caused, work: f64) -> [Option<f64>; 3] {
    let each = |amount: f64| (work > 0.0).then(|| amount / work);
    [each(kwh(caused.bill.energy)), each(pico(caused.bill.cost)), each(pico(caused.bill.carbon))]
}

impl Extended<'_> {
    /// Writes the figures of work; `services` is what services caused.
    pub(super) fn work(&self, services: &Caused, summary: &mut Summary) {
        let [cards, cores] = self.metrics.work(self.end, &self.meters);
        let hours = |work: &WorkTally| ratio(work.done(), UNIT_HOUR).unwrap_or_default();
        summary.work_done_card_h = hours(&cards);
        summary.work_done_core_h = hours(&cores);
        summary.work_done_card_share = ratio(cards.done(), cards.submitted);
        summary.work_done_core_share = ratio(cores.done(), cores.submitted);
        let per_card_h = of_each(&cards.caused, summary.work_done_card_h);
        [summary.energy_kwh_per_card_h, summary.cost_cny_per_card_h, summary.carbon_kg_per_card_h] = per_card_h;
        let per_core_h = of_each(&cores.caused, summary.work_done_core_h);
        [summary.energy_kwh_per_core_h, summary.cost_cny_per_core_h, summary.carbon_kg_per_core_h] = per_core_h;
        [
            summary.energy_kwh_per_million_requests,
            summary.cost_cny_per_million_requests,
            summary.carbon_kg_per_million_requests,
        ] = of_each(services, summary.requests_in_time / 1e6);
    }
}
