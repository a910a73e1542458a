//! The whole scenario in a few lines.

use super::{count, short};
use eastwest::scenario::{Circle, Inventory, Scenario, Totals};

/// Centers, computing, storage, network, jobs and stacks, a line each.
pub(super) fn lines(scenario: &Scenario, inventory: &Inventory, totals: &Totals) -> Vec<String> {
    let mut lines = platform(inventory, totals);
    lines.extend(network(inventory, totals));
    lines.extend(demand(inventory, totals));
    let stacks: Vec<&str> = scenario.stacks.keys().map(String::as_str).collect();
    let default = scenario.policy.as_ref().map_or_else(String::new, |name| format!(" (default {name})"));
    lines.push(format!("stacks: {}{default}", if stacks.is_empty() { "none".to_owned() } else { stacks.join(", ") }));
    if !scenario.variants.is_empty() {
        let variants: Vec<&str> = scenario.variants.keys().map(String::as_str).collect();
        lines.push(format!("variants: {}", variants.join(", ")));
    }
    lines
}

fn platform(inventory: &Inventory, totals: &Totals) -> Vec<String> {
    let all = &inventory.total;
    let mut places = format!(
        "centers {}, metros {}, exchange points {}",
        count(totals.centers),
        count(inventory.metros),
        count(inventory.exchanges)
    );
    if all.stores > 0 {
        places.push_str(&format!(", stores outside of them {}", count(all.stores)));
    }
    let cards = all.accelerators.iter().map(|(kind, cards)| format!(", {} {kind}", count(*cards)));
    let occupied = match all.racks_occupied {
        0 => String::new(),
        occupied => format!(" ({:.1} % occupied)", occupied as f64 / all.racks.max(1) as f64 * 100.0),
    };
    let mut lines = vec![
        places,
        format!(
            "racks {}{occupied}, servers {} with {} cores{}",
            count(totals.racks),
            count(totals.servers),
            count(all.cores),
            cards.collect::<String>()
        ),
        format!(
            "computing {} EFLOPS (FP32), of it intelligent {} EFLOPS; power of nodes at peak {} MW",
            short(totals.compute_fp32_eflops),
            short(totals.intelligent_eflops),
            short(all.peak_mw)
        ),
    ];
    let others = [(&all.cpu_eflops, "cores"), (&all.accelerator_eflops, "accelerators")];
    let others: Vec<String> = others
        .into_iter()
        .flat_map(|(rates, what)| rates.iter().map(move |(precision, rate)| (precision, rate, what)))
        .filter(|(precision, ..)| **precision != "fp32")
        .map(|(precision, rate, what)| format!("{} EFLOPS ({}) of {what}", short(*rate), precision.to_uppercase()))
        .collect();
    if !others.is_empty() {
        lines.push(format!("other precisions, not to be added: {}", others.join(", ")));
    }
    if totals.storage_zb > 0.0 {
        let share = totals.stored_fraction.map_or_else(String::new, |share| format!(", {:.1} %", share * 100.0));
        lines.push(format!("storage {} PB, {} PB of it filled{share}", short(all.storage_pb), short(all.stored_pb)));
    }
    lines
}

fn network(inventory: &Inventory, totals: &Totals) -> Vec<String> {
    let network = &inventory.network;
    let kinds = inventory
        .lines
        .iter()
        .map(|(kind, line)| format!("; {kind} {} with {} Tbps", count(line.links), short(line.capacity_tbps)));
    let mut lines = vec![
        format!(
            "links {} with {} Tbps each way{}",
            count(network.links),
            short(network.capacity_tbps),
            kinds.collect::<String>()
        ),
        format!(
            "trunk cables {}, interconnection of operators {} Tbps",
            count(totals.trunk_cables),
            short(totals.interconnect_tbps)
        ),
    ];
    for (what, share) in [
        ("pairs of centers", (|circle| circle.share_of_pairs) as fn(&Circle) -> Option<f64>),
        ("jobs with a center", |circle| circle.share_of_jobs),
        ("requests with a center", |circle| circle.share_of_requests),
    ] {
        let shares: Vec<String> = inventory
            .circles
            .iter()
            .filter_map(|circle| Some(format!("{} ms {:.1} %", circle.within_ms, share(circle)? * 100.0)))
            .collect();
        if !shares.is_empty() {
            lines.push(format!("{what} within (one way): {}", shares.join(", ")));
        }
    }
    lines
}

fn demand(inventory: &Inventory, totals: &Totals) -> Vec<String> {
    let groups = totals.tenants_by_group.iter().map(|(group, tenants)| format!("{} {group}", count(*tenants)));
    let groups: Vec<String> = groups.collect();
    let mut lines = vec![
        format!("tenants {}: {}", count(totals.tenants), groups.join(", ")),
        format!(
            "jobs: single ones {}, workloads {}; services {}, datasets {}",
            count(inventory.single_jobs),
            inventory.workloads.len(),
            inventory.services,
            inventory.datasets
        ),
    ];
    for demand in &inventory.workloads {
        let rate = demand.jobs_per_day.map_or_else(|| "an unknown number of".to_owned(), short);
        let bound = demand.jobs_max.map_or_else(String::new, |most| format!(", at most {most}"));
        lines.push(format!("class {}: {rate} jobs a day{bound}", demand.name));
    }
    lines
}
